"""Who asks, what she may do, and a case as both sides read it."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from massline.face.pager import Page, page_of
from massline.gather.models import Message
from massline.respond import queries
from massline.respond.models import Case
from massline.respond.rules import NO_MEANS, ActKind, Means, MeansKind
from massline.rights import may

AT_A_GLANCE = 6  # of each list on the overview, and of a case's messages
OWNING = (
    ActKind.TAKEN,
    *queries.HAND_OVERS,
    ActKind.REOPENED,
    ActKind.SPLIT_OFF,
)  # after these another body owns the case


def case_context(request: HttpRequest, found: Case, shown: QuerySet[Message]) -> dict[str, Any]:
    told = queries.acts(found)
    page, crowd = _voices(shown.select_related("body").order_by("pk"), request.GET.get("page"))
    today, calendars = timezone.localdate(), queries.calendars_of(found, told)
    story, line = queries.due_story(found, told, today, calendars)
    return {
        "case": found,
        "acts": told,
        "messages_of_case": page,
        "crowd": crowd,
        "is_public": any(message.published_at for message in page)
        or Case.objects.public().filter(pk=found.pk).exists(),
        "had": list(dict.fromkeys(act.body for act in told if act.kind in OWNING)),
        "story": story,
        "clocks": queries.clocks(found, told, today, calendars),
        "passings": queries.passings(told, today, calendars),
        "line": line,
        "urged": queries.urged(found, today, calendars),
        "hand_overs": sum(act.kind in queries.HAND_OVERS for act in told),
        "assigned": sum(act.is_down for act in told),
        "handed_back": sum(act.kind == ActKind.HANDED_BACK for act in told),
        "replies": [act for act in told if act.kind == ActKind.REPLIED],
    }


def reason_of(advised: queries.Advised) -> str:
    """The reason of a hand-over that follows an advice, for everybody to read."""
    body = advised.goes_to or (advised.advice.body if advised.advice else "")
    between = pgettext("between names", ", ")
    words = between.join(f"“{word}”" for word in (advised.advice.words if advised.advice else []))
    if words:
        return _("Past cases with such words (%(words)s) were answered by %(body)s.") % {"words": words, "body": body}
    return _("Past cases of this kind were answered by %(body)s.") % {"body": body}


def means_of(advised: queries.Advised) -> Means:
    """What goes with a case that one click hands down: nothing, where the house's table says that the body answers for this; it
    may contest that. Else NO_MEANS: the desk is asked."""
    if not advised.is_down or not advised.by_duty or advised.advice is None:
        return NO_MEANS
    words = _("By the public table of duties %(body)s answers for “%(topic)s”, and has what that takes.")
    named = words % {"body": advised.goes_to, "topic": advised.advice.topic}
    return Means(frozenset({MeansKind.OWN}), named)


def _voices(messages: QuerySet[Message], asked: str | None) -> tuple[Page[Message], queries.Crowd]:
    """A page of a case's messages, and how many wrote. One query where all of them fit, else two."""
    page = page_of(messages, asked, AT_A_GLANCE, count=0)
    crowd = queries.crowd(messages) if page.others else queries.crowd_of(page.rows)
    return replace(page, count=crowd.messages), crowd


def may_do(request: HttpRequest, verb: str, found: Message) -> bool:
    return request.user.is_authenticated and may(request.user, verb, found.body.path)
