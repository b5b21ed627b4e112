"""Topics and their days; a router that learns from past cases; what it advises, and what people make of that."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import everywhere
from massline.engine.errors import InputError
from massline.gather.models import Message
from massline.ledger.actions import append
from massline.people.models import User
from massline.respond.actions.opening import open_case
from massline.respond.actions.passing import hand_over
from massline.respond.models import Advice, Case, Duty, Router, Topic
from massline.respond.queries import (
    PastCase,
    by_words,
    first_of_open_cases,
    learnt_since,
    past_cases,
    to_advise,
)
from massline.respond.rules import HERE, LEAST_PAST_CASES, NO_MEANS, Means, NoAdvice
from massline.rights import Actor, require

if TYPE_CHECKING:
    from massline.respond.lessons import Learnt, Said

LEARN_EVERY = timedelta(hours=1)  # at most; and only where a person decided something since
ADVISED_AT_ONCE = 1_000  # messages in one transaction


@transaction.atomic
def set_topic(topic: Topic, *, by: Actor) -> Topic:
    """Enter a topic, or change its name, words or days; cases that are open keep the days they were promised.

    Raises NotAllowed, ValidationError."""
    require(by, "respond.set_topic", everywhere())
    topic.full_clean()
    topic.save()
    Advice.objects.undecided().filter(router=None).delete()  # words may tell another topic now
    days = {"take": topic.take_days, "answer": topic.answer_days, "resolve": topic.resolve_days}
    append("topic.set", {"topic": topic.code, "name": topic.name, **days, "retired": topic.retired})
    return topic


@transaction.atomic
def set_duty(topic: Topic, *, area: Body | None, body: Body | None, by: Actor) -> None:
    """Say which body answers for a topic in an area, or (None) elsewhere; body None takes that back. Raises NotAllowed."""
    require(by, "respond.set_duty", everywhere())
    if body is None:
        Duty.objects.filter(topic=topic, area=area).delete()
    else:
        Duty.objects.update_or_create(topic=topic, area=area, defaults={"body": body})
    facts = {"topic": topic.code, "area": area.code if area else None, "body": body.code if body else None}
    append("duty.set", facts)


def train_router(*, by: Actor) -> Router | None:
    """Learn from past cases anew, if people decided something since the last time and there are enough; else None.

    The engine works outside any transaction, on the words that everybody may read. The same cases give the same router. Two
    workers at once make two equal ones. Raises NotAllowed."""
    require(by, "respond.train_router", "")
    Advice.objects.filter(message__erased_at__isnull=False).delete()  # with the words that decided
    last = Router.objects.order_by("-pk").first()
    if last and (timezone.now() - last.at < LEARN_EVERY or not learnt_since(last.at)):
        return None
    past = past_cases()
    if len(past) < LEAST_PAST_CASES:
        return None
    from massline.respond import lessons  # numba and its compiled code: the worker needs them, the pages do not

    learnt = lessons.learn(past)
    if learnt is None:
        return None
    router = _keep_router(learnt, past)
    open_cases = list(Case.objects.open().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(open_cases), ADVISED_AT_ONCE):
        _advise(list(first_of_open_cases(open_cases[start : start + ADVISED_AT_ONCE])), router)
    return router


@transaction.atomic
def _keep_router(learnt: "Learnt", past: Sequence[PastCase]) -> Router:
    """Keep a router; those before it give up their tables."""
    corrected = sum(one.corrected for one in past)
    Router.objects.exclude(tables=b"").update(tables=b"")
    kept = Router(at=timezone.now(), method=learnt.method, cases=len(past), corrected=corrected, facts=learnt.facts)
    kept.tables = learnt.tables
    kept.save(force_insert=True)
    told = {"router": kept.pk, "method": learnt.method, "cases": len(past), "corrected": corrected}
    append("router.trained", {**told, "tables": hashlib.sha256(learnt.tables).hexdigest()})
    return kept


def advise(*, by: Actor) -> int:
    """Say of every message that waits for a desk which topic and body it may have; returns how many were looked at.

    By the newest router; without one by the words of the house's list. Any number of workers may do so at once: each message
    has one advice. What a person decided about stays. Raises NotAllowed."""
    require(by, "respond.advise", "")
    router, done = Router.objects.order_by("-pk").first(), 0
    if router is None and not Topic.objects.in_use().exclude(words="").exists():
        return 0  # nothing to go by
    while some := list(to_advise(router)[:ADVISED_AT_ONCE]):
        done += len(some)
        _advise(some, router)
    return done


def _advise(messages: Sequence[Message], router: Router | None) -> None:
    """Advice for these messages. A router of an older method says nothing more: words do, until the next one is trained."""
    told: list[Said] | None = None
    if router and messages:
        from massline.respond import lessons

        try:
            told = lessons.say(lessons.load(bytes(router.tables)), messages)
        except InputError:
            told = None
    rows = _by_router(messages, told, router) if told is not None else []
    by_list = by_words(messages)
    for place, found in enumerate(by_list):
        if told is None:
            rows.append(Advice(message=messages[place], router=router))
        if found and rows[place].topic is None:
            rows[place].topic, rows[place].words = found[0], list(found[1])
    _keep_advice(rows)


def _by_router(messages: Sequence[Message], told: "Sequence[Said]", router: Router | None) -> list[Advice]:
    """Rows of what a router said. A body that is gone leads to its heir; one of another tree is none."""
    topics = {topic.code: topic for topic in Topic.objects.in_use()}
    names = {said.body.name for said in told}
    bodies = {body.code: body.heir for body in Body.objects.filter(code__in=names)}
    rows = []
    for message, said in zip(messages, told, strict=True):
        body = message.body if said.body.name == HERE else bodies.get(said.body.name)
        if body and body.path[: Body.steplen] != message.body.path[: Body.steplen]:
            body = None
        row = Advice(message=message, router=router, topic=topics.get(said.topic.name), body=body, words=said.words)
        if row.topic:
            row.topic_chance, row.topic_sure = said.topic.chance, said.topic.sure
        if row.body:
            row.body_chance, row.body_sure = said.body.chance, said.body.sure
        rows.append(row)
    return rows


@transaction.atomic
def _keep_advice(rows: Sequence[Advice]) -> None:
    """In place of what was advised before, but for what a person decided about."""
    numbers = [row.message.pk for row in rows]
    Advice.objects.undecided().filter(message__in=numbers).delete()
    now = timezone.now()
    for row in rows:
        row.at = now
    Advice.objects.bulk_create(rows, ignore_conflicts=True)
    routers = {row.router_id for row in rows}
    append("messages.advised", {"router": max(filter(None, routers), default=None), "messages": len(rows)})


@transaction.atomic
def take_as_advised(message: Message, *, title: str, reason: str, by: User, means: Means = NO_MEANS) -> Case:
    """Take a message as a case of the topic advised, and hand it over to the body advised: one click. What could be opened but
    not handed over is neither. reason and means: of the hand-over, for everybody to read.

    Raises NotAllowed, NoAdvice, MessageTaken, CalendarUnknown, HandOverRefused, MeansMissing."""
    require(by, "respond.take_as_advised", message.body.path)
    advice = Advice.objects.undecided().filter(message=message).select_related("topic", "body").first()
    if advice is None or not advice.body_sure or advice.body is None:
        raise NoAdvice(message.pk)
    case = open_case(message, title=title, by=by, topic=advice.topic)
    if advice.body == case.body:
        return case
    return hand_over(case, to=advice.body, reason=reason, by=by, version=0, means=means)
