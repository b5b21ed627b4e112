"""What every verb upon a case does: it claims the version that was seen, and writes down whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from massline.bodies.models import Body
from massline.people.models import User
from massline.respond.models import Case, Turn
from massline.respond.queries import only_escalated_since
from massline.respond.rules import NO_MEANS, Means, StaleCase, TurnKind


@dataclass(frozen=True, slots=True)
class Begun:
    """How a turn begins, and why; where the case was handed over or back, by whom, and with what."""

    kind: TurnKind
    reason: str
    sender: Body | None = None
    means: Means = NO_MEANS


def claim(case: Case, version: int, **changes: object) -> None:
    """Change the case only if nobody changed it since `version` was read; the worker, who escalates, is nobody. Raises
    StaleCase."""
    if not _changed(case, version, changes):
        now = Case.objects.get(pk=case.pk)
        if not (only_escalated_since(now, version) and _changed(case, now.version, changes)):
            raise StaleCase(case.pk)
    case.refresh_from_db()


def _changed(case: Case, version: int, changes: Mapping[str, object]) -> bool:
    return Case.objects.filter(pk=case.pk, version=version).update(**changes, version=version + 1) == 1


def next_turn(case: Case, begun: Begun, *, by: User | None) -> None:
    """End the turn that runs, if one does, and begin the next."""
    now = timezone.now()
    Turn.objects.filter(case=case, ended_at=None).update(ended_at=now)
    turn = Turn(case=case, body=case.body, kind=begun.kind, reason=begun.reason, began_at=now, began_by=by)
    turn.sender, turn.means, turn.means_words = begun.sender, begun.means.kept, begun.means.words
    turn.reply_due = case.reply_due
    turn.save(force_insert=True)
