"""Work that is due without anybody asking for it: what a worker looks for every half minute. Each piece may be done twice."""

import logging
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.utils import timezone

from massline.concentrate.actions import look_for_hot_matters, place_arrivals, run_engine
from massline.concentrate.models import Frozen, Run
from massline.concentrate.queries import bodies_to_look_at
from massline.gather.actions import continue_imports
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.respond.actions import (
    advise,
    ask_later,
    clear_attachments,
    escalate_overdue,
    forget_links,
    forget_unconfirmed,
    send_notices,
    train_router,
)
from massline.rights import SYSTEM
from massline.supervise.actions import erase_words

BODIES_A_ROUND = 10
log = logging.getLogger(__name__)


def do_due_work() -> int:
    """Do all of it; returns how many pieces there were. One that fails is logged and holds up no other."""
    works = (
        bring_in_files,
        escalate_cases,
        ask_writers,
        erase_what_was_said,
        send_letters,
        run_engines,
        place_messages,
        learn_from_cases,
        advise_desks,
        look_for_heat,
        clear_shelf,
    )
    return sum(_tried(work) for work in works)


def bring_in_files() -> int:
    """Files that were accepted by an import that did not live to bring them in."""
    return continue_imports(by=SYSTEM)


def escalate_cases() -> int:
    """Cases overdue since midnight go before the body above."""
    return escalate_overdue(today=timezone.localdate(), by=SYSTEM)


def erase_what_was_said() -> int:
    """Words of ratings whose writers' messages were erased, and what was linked to them."""
    return erase_words(by=SYSTEM) + forget_links(by=SYSTEM)


def ask_writers() -> int:
    """Four weeks after an answer its writers are asked whether it is still solved."""
    return ask_later(today=timezone.localdate(), by=SYSTEM)


def send_letters() -> int:
    """What followers are told; wishes that nobody confirmed are forgotten."""
    return forget_unconfirmed(by=SYSTEM) + (send_notices(by=SYSTEM) if settings.MAIL else 0)


def run_engines() -> int:
    """Runs that wait, and runs whose worker died."""
    left = Run.objects.left(timezone.now()).order_by("requested_at", "pk").values_list("pk", flat=True)
    return sum(_tried(partial(run_engine, run, by=SYSTEM)) for run in list(left))


def place_messages() -> int:
    """Messages that came after the run that shows go into its themes."""
    runs = Frozen.objects.order_by("pk").values_list("run", flat=True)
    return sum(_tried(partial(place_arrivals, run, by=SYSTEM)) for run in list(runs))


def learn_from_cases() -> int:
    """Which topics matters have and which bodies answer for them, from what people decided."""
    return train_router(by=SYSTEM) is not None


def advise_desks() -> int:
    """What past cases say of messages that wait."""
    return advise(by=SYSTEM)


def look_for_heat() -> int:
    """Hot matters of bodies that have waited a day; a few in a round, so that what else is due does not wait for a country."""
    bodies = bodies_to_look_at(timezone.now(), BODIES_A_ROUND)
    return sum(_tried(partial(_look_at, body)) for body in bodies)


def _look_at(body: int) -> int:
    return look_for_hot_matters(body, by=SYSTEM) or 0


def clear_shelf() -> int:
    """Files that belong to nothing any more."""
    return clear_attachments(now=timezone.now(), by=SYSTEM)


def publish_entries() -> int:
    """Entries of the log that have no number yet get one, and are published."""
    return _tried(lambda: sequence().size if Entry.objects.waiting().exists() else 0)


def _tried(work: Callable[[], int]) -> int:
    try:
        return int(work())
    except Exception:
        log.exception("Due work failed; the next round tries again.")
        return 0
