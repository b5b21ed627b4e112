"""Verbs on bodies and on their calendars."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from massline.bodies.models import Body, CalendarDay, CalendarYear, Outline
from massline.bodies.queries import above, everywhere
from massline.bodies.rules import BodyInUse, BodyStays
from massline.engine.pictures.outlines import Ring
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.rights import Actor, require


@transaction.atomic
def add_body(body: Body, *, under: Body | None, by: Actor) -> Body:
    """Put a new body into the tree, at the top or under another one. Raises NotAllowed, ValidationError."""
    require(by, "bodies.add_body", under.path if under else "")
    body.full_clean(exclude=["path", "depth", "numchild"])
    added: Body = Body.objects.add_child(under, instance=body) if under else Body.objects.add_root(instance=body)
    facts = {"code": added.code, "level": added.level, "name": added.name}
    append("body.added", {**facts, "under": under.code if under else None})
    return added


@transaction.atomic
def remove_body(body: Body, *, by: Actor) -> None:
    """Take a body out again that was entered by mistake. Its entry in the log stays. Raises NotAllowed, BodyInUse."""
    require(by, "bodies.remove_body", body.path)
    if not body.is_leaf():
        raise BodyInUse(body.code)
    try:
        body.delete()
    except ProtectedError:
        raise BodyInUse(body.code) from None
    append("body.removed", {"code": body.code, "name": body.name})


@transaction.atomic
def close_body(body: Body, *, into: Body, by: Actor) -> None:
    """A body is abolished, or merged with another one: from today `into` answers in its place. Its row and its addresses stay.

    What is open goes over by `respond.actions.abolish_body`. Docs: docs/rules/bodies.md. Raises NotAllowed, BodyStays."""
    require(by, "bodies.close_body", body.path)
    if body.abolished_on is not None:
        raise BodyStays(body.code, "it was abolished before")
    if into.abolished_on is not None or into.path.startswith(body.path):
        raise BodyStays(body.code, f"{into.code} cannot answer in its place")
    if Body.objects.within(body.path).standing().exclude(pk=body.pk).exists():
        raise BodyStays(body.code, "bodies stand under it; abolish or move them first")
    body.abolished_on, body.successor = timezone.localdate(), into
    body.save(update_fields=["abolished_on", "successor"])
    append("body.abolished", {"code": body.code, "into": into.code})


@transaction.atomic
def move_body(body: Body, *, under: Body, reason: str = "", by: Actor) -> Body:
    """Put a body, with all under it and all that is theirs, under another one; the log holds the digest of a reason. Docs:
    docs/rules/bodies.md. Raises NotAllowed, BodyStays."""
    require(by, "bodies.move_body", everywhere())
    before = above(body)
    if under.path.startswith(body.path) or under.abolished_on is not None:
        raise BodyStays(body.code, f"it cannot stand under {under.code}, which is under it or was abolished")
    Body.objects.move(body, under, "last-child")
    moved: Body = Body.objects.get(pk=body.pk)
    facts = {"code": moved.code, "from": before.code if before else None, "to": under.code}
    append("body.moved", facts | ({"reason": digest(reason, moved.code)} if reason else {}))
    return moved


@transaction.atomic
def set_outlines(outlines: Mapping[Body, Sequence[Ring]], *, by: Actor) -> None:
    """Say where the areas of bodies lie. Outlines entered before are replaced, all of them. Raises NotAllowed."""
    require(by, "bodies.set_outlines", everywhere())
    Outline.objects.all().delete()
    Outline.objects.bulk_create(Outline(body=body, rings=rings) for body, rings in outlines.items())
    append("outlines.set", {"bodies": sorted(body.code for body in outlines)})


@transaction.atomic
def set_calendar_year(year: int, days: Mapping[date, bool], *, by: Actor, body: Body | None = None) -> None:
    """Say which days of a year differ from Monday-Friday (True worked, False closed), for all bodies or for one.

    Entering a year for all makes it known: deadlines may fall into it. Days entered before are replaced."""
    require(by, "bodies.set_calendar_year", body.path if body else everywhere())
    CalendarDay.objects.filter(body=body, day__year=year).delete()
    CalendarDay.objects.bulk_create(CalendarDay(body=body, day=day, is_open=is_open) for day, is_open in days.items())
    if body is None:
        CalendarYear.objects.get_or_create(year=year)
    append(
        "calendar.set",
        {
            "year": year,
            "body": body.code if body else None,
            "closed": sorted(str(day) for day, is_open in days.items() if not is_open),
            "open": sorted(str(day) for day, is_open in days.items() if is_open),
        },
    )
