"""Looking for hot matters: once a day for each body with a desk, and whenever an operator asks for it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from massline.beat import LEASE, beating
from massline.bodies.models import Body
from massline.concentrate.models import HotMatter, Look
from massline.concentrate.queries import newest_messages
from massline.concentrate.rules import (
    HOT_FOR,
    LONGEST_NAME,
    LOOKED_BACK,
    MOST_LOOKED_AT,
    MOST_TOLD,
    LookTakenOver,
)
from massline.ledger.actions import append
from massline.rights import Actor, require

if TYPE_CHECKING:
    from massline.engine.rising import Matter

SEED = 0
BATCH = 2_000  # rows of one statement


def look_for_hot_matters(body_id: int, *, by: Actor) -> int | None:
    """Look for hot matters among what came to a body and to those under it; what it finds takes the place of its earlier list.
    Returns how many there are; None where another worker is at it.

    Safe to call twice, and after a worker that was killed: the row decides who writes. The engine works outside any transaction,
    on masked texts and the senders' hashes. Raises NotAllowed."""
    require(by, "concentrate.look_for_hot_matters", "")
    look = _take_in_hand(body_id)
    if look is None:
        return None
    try:
        with beating(partial(_hold, look)):
            return _look(look)
    except LookTakenOver:
        return None
    except Exception:
        _let_go(look, tried_at=look.tried_at)  # a bug meets the same messages again: tomorrow is soon enough
        raise
    except BaseException:  # told to stop: the next worker need not wait
        _let_go(look, tried_at=None)
        raise


def _take_in_hand(body_id: int) -> Look | None:
    """None where somebody living has it."""
    now = timezone.now()
    Look.objects.get_or_create(body_id=body_id)
    left = Look.objects.filter(body=body_id).exclude(beat_at__gte=now - LEASE)
    mark = {"token": secrets.token_hex(16), "beat_at": now, "tried_at": now, "attempts": F("attempts") + 1}
    if left.update(**mark) != 1:
        return None
    return Look.objects.select_related("body").filter(token=mark["token"]).first()


def _hold(look: Look) -> None:
    """Give a sign of life. Raises LookTakenOver."""
    if Look.objects.filter(pk=look.pk, token=look.token).update(beat_at=timezone.now()) != 1:
        raise LookTakenOver(look.body.code)


def _let_go(look: Look, *, tried_at: datetime | None) -> None:
    Look.objects.filter(pk=look.pk, token=look.token).update(token="", beat_at=None, attempts=0, tried_at=tried_at)


def _look(look: Look) -> int:
    """Raises LookTakenOver."""
    now = timezone.now()
    keys = newest_messages(look.body, now - LOOKED_BACK, now, MOST_LOOKED_AT)
    found = _found(keys, now) if keys else []
    _record(look, keys, found, now)
    return len(found)


def _found(keys: Sequence[int], now: datetime) -> "list[Matter]":
    """The hottest first, MOST_TOLD at most. Rows are places among the keys."""
    from massline.concentrate import exchange
    from massline.engine.rising import rising  # numba and its compiled code: the worker needs them, the pages do not

    hot = rising(exchange.stream(keys), seed=SEED, workers=1)
    return [matter for matter in hot if exchange.moment(matter.until) >= now - HOT_FOR][:MOST_TOLD]


@transaction.atomic
def _record(look: Look, keys: Sequence[int], found: "Sequence[Matter]", now: datetime) -> None:
    """The earlier list goes, but for what a later step has made something of; then the new one shows. Raises LookTakenOver."""
    mine = Look.objects.filter(pk=look.pk, token=look.token)
    if mine.update(looked_at=now, messages=len(keys), token="", beat_at=None, attempts=0) != 1:
        raise LookTakenOver(look.body.code)
    earlier = HotMatter.objects.filter(body=look.body)
    gone = earlier.filter(stays=False).select_for_update().order_by("pk")  # whoever makes a case of one holds its row
    HotMatter.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()
    earlier.filter(listed=True).update(listed=False)
    _keep(look.body, keys, found, now)
    if keys:
        append("hot_matters.found", {"body": look.body.code, "messages": len(keys), "matters": len(found)})


def _keep(body: Body, keys: Sequence[int], found: "Sequence[Matter]", now: datetime) -> None:
    rows = [_row(matter, keys, HotMatter(body=body, found_at=now, rank=rank)) for rank, matter in enumerate(found, 1)]
    HotMatter.objects.bulk_create(rows)
    through = HotMatter.messages.through
    pairs = ((row.pk, keys[place]) for row, matter in zip(rows, found, strict=True) for place in matter.rows)
    links = [through(hotmatter_id=row, message_id=key) for row, key in pairs]
    through._base_manager.bulk_create(links, batch_size=BATCH)


def _row(matter: "Matter", keys: Sequence[int], row: HotMatter) -> HotMatter:
    """The row, with what the engine says of the matter."""
    from massline.concentrate.exchange import moment

    row.heat, row.voices, row.days, row.size = matter.heat, matter.voices, matter.days, len(matter.rows)
    row.until, row.first, row.last = moment(matter.until), moment(matter.first), moment(matter.last)
    row.place, row.middle_id = matter.place[:LONGEST_NAME], keys[matter.middle]
    return row
