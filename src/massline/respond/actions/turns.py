"""What every verb upon a case does: it claims the version that was seen, and writes down whose turn it is."""

from django.utils import timezone

from massline.people.models import User
from massline.respond.models import Case, Turn
from massline.respond.rules import StaleCase, TurnKind


def claim(case: Case, version: int, **changes: object) -> None:
    """Change the case only if nobody changed it since `version` was read. Raises StaleCase."""
    changes["version"] = version + 1
    if Case.objects.filter(pk=case.pk, version=version).update(**changes) != 1:
        raise StaleCase(case.pk)
    case.refresh_from_db()


def next_turn(case: Case, *, kind: TurnKind, reason: str, by: User | None) -> None:
    """End the turn that runs, if one does, and begin the next."""
    now = timezone.now()
    Turn.objects.filter(case=case, ended_at=None).update(ended_at=now)
    Turn.objects.create(
        case=case, body=case.body, kind=kind, reason=reason, began_at=now, began_by=by, reply_due=case.reply_due
    )
