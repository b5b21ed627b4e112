"""What no life of a single message brings about: two cases that become one, and a part of one that goes its own way."""

from collections.abc import Callable
from itertools import groupby

from django.utils import timezone

from massline.bodies.models import Body
from massline.people.models import User
from massline.respond import actions
from massline.respond.models import Case, Pause
from massline.respond.queries import free_messages

SAME = "两件说的是同一处的事，一并办理。"
OTHER = "说的是另一件事，单独办理。"


def reshape(handler_of: Callable[[Body], User]) -> None:
    """Merge two open cases of a desk, the later into the earlier, and split off another a message that joined it. A desk that
    has what it takes does so: in a county too small for it nothing happens."""
    paused = Pause.objects.running(timezone.localdate()).values("case")
    plain = Case.objects.open().filter(reopenings=0, shares=None).exclude(pk__in=paused).select_related("body")
    desks = [
        list(cases) for _, cases in groupby(plain.order_by("body", "reply_due", "pk"), key=lambda case: case.body_id)
    ]
    for cases in sorted(desks, key=len, reverse=True):
        by = handler_of(cases[0].body)
        free = free_messages(by).filter(body=cases[0].body, ground="").order_by("-pk").first()
        if len(cases) > 1 and free:
            _split(cases[0], free.pk, by)
            _merge(cases[-1], cases[0], by)
            return


def _split(case: Case, message: int, by: User) -> None:
    actions.join(case, [message], by=by, version=case.version)
    piece = actions.Piece([message], title=case.title, reason=OTHER)
    actions.split(Case.objects.select_related("body").get(pk=case.pk), piece, by=by, version=case.version)


def _merge(case: Case, into: Case, by: User) -> None:
    into = Case.objects.select_related("body").get(pk=into.pk)
    actions.merge(case, into=into, reason=SAME, by=by, version=case.version)
