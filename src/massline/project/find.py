"""What somebody at a desk finds by a few words: pages, acts, cases, messages, calls and bodies. Nothing that she may not see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.gather.models import Call, Message
from massline.people.models import User
from massline.respond.models import DESK_ROLES, Case
from massline.rights import may

AT_A_TIME: Final = 6  # of each kind
LONGEST: Final = 100  # characters that are looked at
_DIGITS: Final = 15  # a longer number is no key of any table

# Where it leads, what it is called, and the verb that she must be allowed at her own body to need it; "" for everybody.
_ACTS: Final[tuple[tuple[str, str, Promise, str], ...]] = (
    ("respond:queue", "?show=new", _("Take a new message as a case"), "respond.open_case"),
    ("respond:queue", "?show=open", _("Answer a case"), "respond.publish_reply"),
    ("respond:queue", "?show=waiting", _("Publish messages that wait"), "gather.publish_message"),
    ("set_up:call", "", _("Open a call"), "bodies.add_body"),
    ("set_up:bodies", "", _("Enter areas and bodies"), "bodies.add_body"),
    ("set_up:staff", "", _("Add staff, or give a new link"), "bodies.add_body"),
    ("set_up:calendar", "", _("Enter working days"), "bodies.add_body"),
    ("respond:new_topic", "", _("Enter a topic"), "respond.set_topic"),
)
_PAGES: Final[tuple[tuple[str, str, Promise, str], ...]] = (
    ("respond:queue", "", _("My queue"), ""),
    ("respond:queue", "?show=overdue", _("Overdue cases"), "respond.publish_reply"),
    ("respond:queue", "?show=soon", _("Cases due soon"), "respond.publish_reply"),
    ("respond:hot_matters", "", _("Hot matters"), "respond.open_case_of_hot_matter"),
    ("set_up:steps", "", _("Set-up"), "bodies.add_body"),
    ("gather:calls", "", _("Calls"), ""),
    ("respond:you_said", "", _("You said, we did"), ""),
    ("respond:topics", "", _("Topics, and by when they are answered"), ""),
    ("supervise:scoreboard", "", _("Scoreboard"), ""),
    ("supervise:receipt", "", _("Check a receipt"), ""),
    ("ledger:entries", "", _("Public log"), ""),
    ("home", "", _("Front page"), ""),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. is_text: somebody else wrote the title, in her own language."""

    title: str | Promise
    url: str
    note: str | Promise = ""
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind."""

    name: Promise
    hits: list[Hit]


def find(user: User, typed: str, now: datetime) -> list[Hits]:
    """Kinds with something in them, what she can do first. Nothing typed: what she can do and where she can go.

    typed: a number finds the case and the message of that number. At most seven queries."""
    words = typed.replace("\x00", "").strip().lstrip("#")[:LONGEST]
    kinds = [(_("Acts"), list(_places(_ACTS, user, words))), (_("Pages"), list(_places(_PAGES, user, words)))]
    if words:
        kinds += [
            (_("Cases"), list(islice(_cases(user, words), AT_A_TIME))),
            (_("Messages"), _messages(user, words)),
            (_("Calls"), _calls(words, now)),
            (_("Bodies"), _bodies(words)),
        ]
    return [Hits(name, hits) for name, hits in kinds if hits]


def _places(places: tuple[tuple[str, str, Promise, str], ...], user: User, words: str) -> Iterator[Hit]:
    for name, query, label, verb in places:
        allowed = not verb or (user.body_path is not None and may(user, verb, user.body_path))
        if allowed and words.casefold() in str(label).casefold():
            yield Hit(label, reverse(name) + query)


def _number(words: str) -> int | None:
    return int(words) if words.isascii() and words.isdecimal() and len(words) <= _DIGITS else None


def _cases(user: User, words: str) -> Iterator[Hit]:
    """Those of her desk lead to the desk, what else is public to its public page. The number comes before titles."""
    number = _number(words)
    wanted = Q(title__icontains=words) if number is None else Q(title__icontains=words) | Q(pk=number)
    shown = set()
    at_desk = Case.objects.visible_to(user) if user.role in DESK_ROLES else Case.objects.none()
    for case in _first(at_desk.filter(wanted), number):
        shown.add(case.pk)
        yield _case(case, reverse("respond:desk_case", args=[case.pk]))
    for case in _first(Case.objects.public().filter(wanted), number):
        if case.pk not in shown:
            yield _case(case, case.get_absolute_url())


def _first(cases: QuerySet[Case], number: int | None) -> list[Case]:
    """The newest, the one with the number on top."""
    found = list(cases.select_related("body").order_by("-pk")[:AT_A_TIME])
    exact = cases.select_related("body").filter(pk=number).first() if number is not None else None
    return [exact, *(case for case in found if case.pk != exact.pk)] if exact else found


def _case(case: Case, url: str) -> Hit:
    return Hit(case.title, url, f"{case.pk} · {case.body} · {case.get_state_display()}", is_text=True)


def _messages(user: User, words: str) -> list[Hit]:
    """The message of this number. (Words are found in themes and on the pages of calls.)"""
    number = _number(words)
    if number is None:
        return []
    found = Message.objects.visible_to(user).filter(pk=number).select_related("body")
    return [
        Hit(
            message.shown_text[:60] or message.get_ground_display(),
            message.get_absolute_url(),
            f"{message.pk} · {message.body}",
            is_text=True,
        )
        for message in found
    ]


def _calls(words: str, now: datetime) -> list[Hit]:
    wanted = Q(title__icontains=words) | Q(ref__iexact=words)
    found = Call.objects.public(now).filter(wanted).select_related("body").order_by("-closes_at")[:AT_A_TIME]
    return [Hit(call.title, call.get_absolute_url(), str(call.body), is_text=True) for call in found]


def _bodies(words: str) -> list[Hit]:
    wanted = Q(name__icontains=words) | Q(name_en__icontains=words) | Q(code__istartswith=words)
    found = Body.objects.filter(wanted)[:AT_A_TIME]
    return [Hit(str(body), reverse("supervise:body", args=[body.code]), body.get_level_display()) for body in found]
