"""Messages of cases: whose they are, how many wrote, which are alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from massline.bodies.queries import work_calendar
from massline.concentrate.models import HotMatter, Placement, Run, Theme
from massline.gather.models import Message, came_to_desk_of
from massline.respond.models import (
    ANSWERING_ROLES,
    DESK_ROLES,
    Case,
    CaseMessage,
    Reply,
    SetAside,
    Topic,
    promised_days,
)
from massline.respond.rules import (
    State,
    reply_due,
)
from massline.rights import Actor

ALIKE = 8  # messages that are offered to join a case
SAID = 3  # messages of a case beside its answer
ASKED = 20  # messages of a case that a reply is compared with


def reply_day(message: Message, topic: Topic | None = None) -> date:
    """The last day on which a reply to this message is on time, were it taken as a case of this topic. Raises CalendarUnknown."""
    days, received = promised_days(message.body, topic), timezone.localdate(message.received_at)
    return reply_due(received, days, work_calendar(message.body).is_open)


def set_aside_of(message: Message) -> SetAside | None:
    """A body's word that this message needs no case, whether it holds or its writer asked again."""
    return SetAside.objects.filter(message=message).select_related("body").first()


def messages_shown_to(actor: Actor, case: Case) -> QuerySet[Message]:
    """Messages of a case that the actor may see: all at a desk, for everybody else the published ones."""
    messages = Message.objects.filter(cases=case)
    return messages if actor.role in DESK_ROLES else messages.public()


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many wrote. writers: distinct senders where the source tells them; a message without one counts as one person."""

    messages: int
    writers: int


def crowd(messages: QuerySet[Message]) -> Crowd:
    """Counted by the table, exactly, whatever the number. messages: each once. One query."""
    nameless = Q(sender="")
    found = messages.order_by().aggregate(
        messages=Count("pk"),
        named=Count("sender", filter=~nameless, distinct=True),
        nameless=Count("pk", filter=nameless),
    )
    return Crowd(found["messages"], found["named"] + found["nameless"])


def crowd_of(messages: Sequence[Message]) -> Crowd:
    """The same of messages at hand."""
    named = [message.sender for message in messages if message.sender]
    return Crowd(len(messages), len(set(named)) + len(messages) - len(named))


def free_messages(actor: Actor) -> QuerySet[Message]:
    """Published messages that came to her body or under it and are in no case: what can join one."""
    return Message.objects.filter(is_free_for(actor))


def is_free_for(actor: Actor, at: str = "") -> Q:
    """What makes a message free for an actor. at: how a query goes to it, like `message__`."""
    if actor.role not in ANSWERING_ROLES:
        return Q(pk__in=[])
    return came_to_desk_of(actor, at) & Q((f"{at}published_at__isnull", False), (f"{at}case_message", None))


def messages_in_theme(theme: Theme) -> QuerySet[Message]:
    """Every message that a theme of any grain holds, copies among them."""
    inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme))
    return Message.objects.filter(pk__in=inside.values("message"))


def messages_in_matters(matters: Sequence[HotMatter] | QuerySet[HotMatter]) -> QuerySet[Message]:
    """Every message of some hot matters."""
    inside = HotMatter.messages.through.objects.filter(hotmatter__in=matters)
    return Message.objects.filter(pk__in=inside.values("message"))


def alike(case: Case, actor: Actor) -> list[Message]:
    """A few free messages that speak of the same: of hot matters that have messages of a case which came from one; else of the
    theme that the case came from, or of that of its first message. At most four queries."""
    free = free_messages(actor).filter(ground="").order_by("pk")
    if case.hot_matter_id:
        hot = HotMatter.objects.filter(listed=True, messages__cases=case)
        return list(free.filter(pk__in=messages_in_matters(hot))[:ALIKE])
    theme = case.theme
    if theme is None:
        first = Message.objects.filter(cases=case).select_related("call").order_by("pk").first()
        placement = placement_of(first) if first else None
        theme = placement.theme if placement else None
    return list(free.filter(pk__in=messages_in_theme(theme))[:ALIKE]) if theme else []


def asked_in(case: Case) -> list[str]:
    """The words of a case's messages, as they came, for the coach of its reply: the first ASKED of them. One query."""
    first = Message.objects.filter(cases=case).order_by("pk").values_list("title", "text")[:ASKED]
    return [f"{title}\n{text}" for title, text in first]


def placement_of(message: Message) -> Placement | None:
    """Where the newest run over its call put this message."""
    run = Run.objects.current(message.call)
    found = Placement.objects.filter(run=run, message=message) if run else Placement.objects.none()
    return found.select_related("theme__merged_into", "copy_of").first()


def answers() -> QuerySet[Reply]:
    """The last reply to each public case that stands answered, the latest first. By primary key, in which replies are published:
    a page of millions is found at once. (SQLite would begin with the cases of a state, and sort all their replies.)"""
    later = Reply.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    answered = Reply.objects.exclude(case__state__in=[State.OPEN, State.MERGED]).exclude(Exists(later))
    return _to_public_cases(answered).order_by("-pk")


def _to_public_cases(replies: QuerySet[Reply]) -> QuerySet[Reply]:
    """As Case.objects.public(), asked reply by reply: the first page needs but a few."""
    shown = CaseMessage.objects.filter(case=OuterRef("case"), message__published_at__isnull=False)
    return replies.filter(Exists(shown))


def answered_cases(answers: Iterable[Reply]) -> list[Case]:
    """The cases of these replies, each with its first public messages and its last reply. Three queries."""
    replies = Reply.objects.select_related("body").order_by("-pk")[:1]
    cases = Case.objects.select_related("body").prefetch_related(
        Prefetch("messages", Message.objects.public().order_by("pk")[:SAID], to_attr="public_messages"),
        Prefetch("replies", replies, to_attr="latest_replies"),
    )
    found = cases.in_bulk([answer.case_id for answer in answers])
    return [found[answer.case_id] for answer in answers if answer.case_id in found]


def latest_replies() -> QuerySet[Reply]:
    """Replies to public cases, the latest first. By primary key: a table of millions answers at once."""
    return _to_public_cases(Reply.objects.all()).select_related("case__body", "body").order_by("-pk")
