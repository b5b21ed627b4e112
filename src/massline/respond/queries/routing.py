"""What past cases teach, which messages wait for advice, and what the house's own table says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Min, Prefetch, Q, QuerySet

from massline.bodies.models import Body
from massline.gather.models import Message
from massline.respond import rules
from massline.respond.models import Advice, Case, CaseMessage, Correction, Duty, Reply, Router, Topic, Turn
from massline.respond.queries.passing import goes_down, places_of
from massline.respond.rules import HERE, State, TurnKind, topic_by_words

MOST_PAST = 50_000  # cases to learn from: the newest
AT_ONCE = 500  # cases that are read together


@dataclass(frozen=True, slots=True)
class PastCase:
    """What somebody said, as everybody may read it; and the topic and body that people gave it, "" where nobody did.

    body: HERE for the one that it came to, else the code of the one that answers. corrected: against an advice."""

    title: str
    text: str
    topic: str
    body: str
    corrected: bool


def past_cases() -> list[PastCase]:
    """The newest cases that say something, in the order of their numbers. Six queries for AT_ONCE cases."""
    known = Case.objects.exclude(state=State.MERGED).order_by("-pk").values_list("pk", flat=True)
    keys = sorted(known[:MOST_PAST])
    heirs = {body.pk: body.heir for body in Body.objects.exclude(abolished_on=None)}
    told = [one for start in range(0, len(keys), AT_ONCE) for one in _told(keys[start : start + AT_ONCE], heirs)]
    return [one for one in told if one.topic or one.body]


def _told(keys: Sequence[int], heirs: dict[int, Body]) -> list[PastCase]:
    """What these cases say, by the earliest of their messages that everybody may read."""
    first = dict(
        CaseMessage.objects.filter(case__in=keys, message__in=Message.objects.readable())
        .values_list("case")
        .annotate(Min("message"))
        .order_by("case")
    )
    messages = Message.objects.defer("text").in_bulk(list(first.values()))
    cases = Case.objects.select_related("topic").in_bulk(keys)
    answering = dict(Reply.objects.filter(case__in=keys).order_by("-pk").values_list("case", "body"))
    given = Turn.objects.filter(case__in=keys, kind=TurnKind.HANDED_OVER, began_by__isnull=False)
    answering = {**{key: cases[key].body_id for key in given.values_list("case", flat=True)}, **answering}
    codes = dict(Body.objects.filter(pk__in=set(answering.values())).values_list("pk", "code"))
    codes |= {key: heir.code for key, heir in heirs.items()}
    against = set(Advice.objects.filter(message__in=messages, followed=False).values_list("message", flat=True))
    past = []
    for key, number in sorted(first.items()):
        case, message, body = cases[key], messages[number], answering.get(key)
        where = "" if body is None else HERE if body == message.body_id else codes[body]
        topic = case.topic.code if case.topic else ""
        past.append(PastCase(message.shown_title, message.shown_text, topic, where, number in against))
    return past


def learnt_since(moment: datetime) -> bool:
    """Whether anybody took, handed over or answered a case since, or corrected its topic. Three queries, by index."""
    turn, reply = Turn.objects.order_by("-pk").first(), Reply.objects.order_by("-pk").first()
    other = Correction.objects.order_by("-pk").first()
    times = [turn and turn.began_at, reply and reply.published_at, other and other.at]
    return any(time and time > moment for time in times)


def to_advise(router: Router | None) -> QuerySet[Message]:
    """Messages that wait for a desk and have no advice, or an older router's that nobody decided about."""
    old = Q(advice__decided_at=None) & (~Q(advice__router=router) if router else Q(pk__in=[]))
    waiting = Message.objects.filter(waits=True, ground="").filter(Q(advice=None) | (Q(advice__isnull=False) & old))
    return waiting.select_related("body").order_by("pk")


def first_of_open_cases(keys: Sequence[int]) -> QuerySet[Message]:
    """The earliest message of each of these cases, where nobody decided about its advice yet."""
    first = CaseMessage.objects.filter(case__in=keys).values("case").annotate(first=Min("message")).values("first")
    decided = Advice.objects.exclude(decided_at=None).values("message")
    return Message.objects.filter(pk__in=first, ground="").exclude(pk__in=decided).select_related("body").order_by("pk")


def by_words(messages: Sequence[Message]) -> list[tuple[Topic, tuple[str, ...]] | None]:
    """The topic that the words of the house's list tell of each message, and these words. One query."""
    topics = {topic.code: topic for topic in Topic.objects.in_use() if topic.words}
    words = {key: tuple(topic.words.split()) for key, topic in topics.items()}
    found = [topic_by_words(f"{message.shown_title}\n{message.shown_text}", words) for message in messages]
    return [(topics[one[0]], one[1]) if one else None for one in found]


def duty_of(topic: Topic | None, area: Body) -> Duty | None:
    """Who answers for a topic in an area, by the house's table: the row of the nearest area above counts. One query."""
    if topic is None:
        return None
    steps = range(Body.steplen, len(area.path) + 1, Body.steplen)
    fits = Q(area=None) | Q(area__path__in=[area.path[:step] for step in steps])
    return _duty(list(Duty.objects.filter(fits, topic=topic).select_related("area", "body", "topic")), topic, area)


def _duty(rows: Sequence[Duty], topic: Topic | None, area: Body) -> Duty | None:
    """Of these rows the one that counts for a topic in an area: that of the nearest area above."""
    fits = [row for row in rows if row.topic_id == (topic and topic.pk)]
    fits = [row for row in fits if row.area is None or area.path.startswith(row.area.path)]
    return max(fits, key=lambda duty: len(duty.area.path) if duty.area else 0, default=None)


@dataclass(frozen=True, slots=True)
class Advised:
    """What is advised about a message, and what the house's table says of the topic.

    router: what the advice comes from, None where words of the list decided. goes_to: another body than the owner, of the same
    tree, that it is sure enough to go to; is_down: whether a case goes down there."""

    advice: Advice | None
    router: Router | None
    duty: Duty | None
    goes_to: Body | None
    is_down: bool = False

    @property
    def by_duty(self) -> bool:
        """Whether the house's table says too that this body answers for the topic there: then what it has is meant for that."""
        return self.duty is not None and self.duty.body == self.goes_to

    @property
    def one_click(self) -> bool:
        """Whether it can be followed as it is: nobody has to say first what goes with the case."""
        sure = self.is_open and self.advice is not None and self.advice.body_sure and self.advice.body is not None
        return sure and (self.goes_to is None or not self.is_down or self.by_duty)

    @property
    def is_open(self) -> bool:
        """Whether nobody has followed it or decided otherwise."""
        return self.advice is not None and self.advice.decided_at is None


def advised(message: Message, owner: Body) -> Advised:
    """For the page of a message, or of a case of this owner that began with it. At most three queries."""
    found = Advice.objects.filter(message=message).select_related("router", "topic", "body").defer("router__tables")
    advice = found.first()
    if advice is None:
        return Advised(None, None, None, None)
    goes_to = _goes_to(advice, owner)
    is_down = goes_to is not None and goes_down(owner, goes_to)
    return Advised(advice, advice.router, duty_of(advice.topic, message.body), goes_to, is_down)


def _goes_to(advice: Advice, owner: Body) -> Body | None:
    """Another body that it is sure enough to go to, while nobody has decided about it."""
    to = advice.body if advice.body_sure and advice.decided_at is None else None
    return to if to and to != owner and to.abolished_on is None else None


def advised_together(messages: Sequence[Message]) -> dict[int, Advised]:
    """The same of several messages that are in no case yet; by their keys. Only what tells a topic or a body, and not from which
    router. messages: each with its body and advice. At most two queries, none where nothing goes elsewhere."""
    known = [(one, one.advice) for one in messages if hasattr(one, "advice") and one.advice.decided_at is None]
    to = {one.pk: _goes_to(advice, one.body) for one, advice in known}
    places = places_of({*filter(None, to.values()), *(one.body for one, _ in known if to[one.pk])})

    def is_down(message: Message) -> bool:
        goal = to[message.pk]
        return goal is not None and rules.goes_down(places[message.body_id], places[goal.pk])

    down = {one.pk: is_down(one) for one, _ in known}
    topics = {advice.topic_id for one, advice in known if down[one.pk]}
    duties = list(Duty.objects.filter(topic__in=topics).select_related("area", "body")) if topics else []
    return {
        one.pk: Advised(advice, None, _duty(duties, advice.topic, one.body), to[one.pk], down[one.pk])
        for one, advice in known
        if advice.topic_id or advice.body_id
    }


def first_message(case: Case) -> Message | None:
    """The earliest message of a case, with its body. One query."""
    return Message.objects.filter(cases=case).select_related("body").order_by("pk").first()


def topics_shown() -> list[Topic]:
    """Topics in use, each with the rows of the table that say who answers for it. Two queries."""
    duties = Duty.objects.select_related("area", "body").order_by(F("area__path").asc(nulls_first=True))
    return list(Topic.objects.in_use().prefetch_related(Prefetch("duties", duties)))


def newest_router() -> Router | None:
    """Without its tables."""
    return Router.objects.defer("tables").order_by("-pk").first()
