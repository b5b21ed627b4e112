"""What a handler has at hand while she writes a reply: her draft, and the templates of her bodies."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.formats import date_format

from massline.bodies.models import Body
from massline.people.models import User
from massline.respond.models import Case, Draft, Template
from massline.rights import Actor


def draft_of(case: Case, user: User) -> Draft | None:
    """What this person wrote of a reply and did not send. One query."""
    return Draft.objects.filter(case=case, user=user).first()


def templates_of(body: Body) -> QuerySet[Template]:
    """Templates of a body and of those above it, its own last."""
    steps = range(Body.steplen, len(body.path) + 1, Body.steplen)
    return Template.objects.filter(body__path__in=[body.path[:step] for step in steps]).order_by("body__path", "name")


def templates_within(actor: Actor) -> QuerySet[Template]:
    """Templates that the actor may change: of her body and of those under it."""
    hers = Q(body__path__startswith=actor.body_path) if actor.body_path is not None else Q(pk__in=[])
    return Template.objects.filter(hers)


def facts_of(case: Case, today: date) -> dict[str, str]:
    """What fields of a template stand for in this case, in the language of the page."""
    days = {"today": date_format(today), "due": date_format(case.reply_due)}
    return {"title": case.title, "number": str(case.pk), "body": str(case.body), **days}
