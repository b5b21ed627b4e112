"""Fills an empty installation with the made-up county: five months of its life, up to today, through the verbs everybody uses."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from random import Random
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from massline.bodies.models import Body
from massline.concentrate.actions import look_for_hot_matters, request_run, run_engine
from massline.gather.actions import Words, answer_call, open_call, publish_message, receive_message
from massline.gather.models import Call, Message
from massline.gather.rules import Channel
from massline.ledger.models import Entry
from massline.project.demo.county import TOWNSHIPS
from massline.project.demo.lives import Life, World
from massline.project.demo.matters import matters
from massline.project.demo.mended import mend_a_lamp
from massline.project.demo.messages import DAYS, FIRST_DAY, MadeUpMessage, generate
from massline.project.demo.offices import Offices, found, local
from massline.project.demo.passed_down import pass_down
from massline.project.demo.reading import Reading
from massline.project.demo.receipts import receipt_to_show
from massline.project.demo.removals import Removals
from massline.project.demo.reshaped import reshape
from massline.project.demo.timeline import Timeline
from massline.respond.actions import advise, escalate_if_overdue, train_router
from massline.respond.models import Case
from massline.rights import RESIDENT, SYSTEM

MESSAGES: Final = 3_000
SEED: Final = 1
TAKEN: Final = 0.16  # share of messages that become cases: a made-up county has few hands
HOT_AT: Final = ("qingxi", "donghe", "shiqiao")  # bodies of those who are shown round; the worker looks at the others
_CHANNELS: Final = {
    "large_type": Channel.WEB,
    "account": Channel.API,
}  # those that have another name here; the others keep theirs
_TOWNS: Final = {town.zh: town.key for town in TOWNSHIPS}


@dataclass(frozen=True, slots=True)
class CallPlan:
    """A call. opens, closes, answered: days from today. departments: of the matters it asks about; empty for all the rest."""

    ref: str
    title: str
    question: str
    opens: int
    closes: int
    departments: frozenset[str] = frozenset()
    answer: str = ""
    answered: int | None = None
    publish_at_once: bool = True


CALLS: Final = (
    CallPlan(
        "roads-and-buses",
        "路怎么修，车怎么开",
        "村里的路、镇上的车，哪里最不方便？请说说在哪一段、哪一班，什么时候，希望怎么改。",
        opens=-150,
        closes=-120,
        departments=frozenset({"transport"}),
        answered=-96,
        answer=(
            "感谢每一位留言的居民。大家说得最多的是村道坑洼和公交太少，我们这样办：\n"
            "一、年内修补坑洼最多的十二条村道，先后次序按留言多少和安全隐患排，名单在交通运输局的页面上公布；\n"
            "二、东河到西岭、东河到柳林早晚各加两班，首班提前到六点；\n"
            "三、停运的四条村级客运改为电话预约小车，半小时内到村；\n"
            "四、有几位居民提出晚上九点以后也要有车，眼下开不了，原因是司机不够，明年三月再答复一次。"
        ),
    ),
    CallPlan(
        "young-and-old",
        "一老一小，难在哪里",
        "家里有老人和孩子的，上学、看护、吃饭、补贴，哪一样最难？这些留言常有家里的事，先由工作人员看过再公布。",
        opens=-62,
        closes=-32,
        departments=frozenset({"education", "civil"}),
        publish_at_once=False,
    ),
    CallPlan(
        "what-first",
        "明年的实事，先办哪一件",
        "县里正在排明年的民生实事。您身边最该先办的是什么？在哪里，是什么情况，希望怎么办？一两句话就行。",
        opens=-26,
        closes=18,
    ),
)


@dataclass(frozen=True, slots=True)
class _Running:
    """A call, and the days over which its messages came. now: when the demo is loaded."""

    plan: CallPlan
    now: datetime

    def day(self, offset: int) -> date:
        return timezone.localdate(self.now) + timedelta(days=offset)

    @property
    def read_at(self) -> datetime:
        """When the engine reads what was said: on the day after the call's end, or just now."""
        return min(local(self.day(self.plan.closes), time(9)), self.now)

    def moment(self, said: datetime) -> datetime:
        """The made-up month, stretched or shrunk by whole days to the call's own days."""
        days = min(self.plan.closes, 1) - self.plan.opens
        offset = self.plan.opens + (said - FIRST_DAY).days * days // DAYS
        opened = local(self.day(self.plan.opens), time(8)) + timedelta(minutes=1)
        moment = local(self.day(offset), said.time())
        return max(opened, moment if moment <= self.now else moment - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made up. receipt: a code whose case has an answer that nobody has rated yet."""

    messages: int
    cases: int
    entries: int
    receipt: str


class Loader:
    """Plans five months of the county's life and lets them pass."""

    def __init__(self, now: datetime) -> None:
        self.today = timezone.localdate(now)
        self.timeline, self.random = Timeline(), Random(SEED)  # noqa: S311 - a made-up county's chance
        self.calls = [_Running(plan, now) for plan in CALLS]
        self.rows: dict[str, Call] = {}
        self.offices: Offices
        self.world: World
        self.removals: Removals
        self.reading: Reading

    def plan(self, count: int) -> None:
        """Plan everything that residents and bodies begin; what follows from it plans itself."""
        first = self.today + timedelta(days=min(plan.opens for plan in CALLS) - 3)
        self.timeline.at(local(first, time(8)), partial(self.found, first))
        for call in self.calls:
            self.timeline.at(local(call.day(call.plan.opens), time(8)), partial(self.open, call))
            self.timeline.at(call.read_at, partial(self.concentrate, call))
            if call.plan.answered is not None:
                self.timeline.at(local(call.day(call.plan.answered), time(10)), partial(self.answer, call))
        for message in generate(count, seed=SEED):
            call = self._call_for(message)
            self.timeline.at(call.moment(message.time), partial(self.receive, call, message))
        for day in _days(first + timedelta(days=1), self.today):
            self.timeline.at(local(day, time(7)), self.escalate)

    def found(self, first: date) -> None:
        self.offices = found(first)
        self.world = World(self.offices, self.timeline, self.random)
        self.removals = Removals(self.offices, self.timeline)
        self.reading = Reading(self.timeline)

    def open(self, call: _Running) -> None:
        plan, body = call.plan, self.offices.bodies["qingxi"]
        row = Call(
            ref=plan.ref, title=plan.title, question=plan.question, body=body, publish_at_once=plan.publish_at_once
        )
        row.opens_at, row.closes_at = timezone.now(), local(call.day(plan.closes), time())
        self.rows[plan.ref] = open_call(row, by=self.offices.users["leader"])

    def concentrate(self, call: _Running) -> None:
        run = request_run(self.rows[call.plan.ref], by=self.offices.users["analyst"])
        if not run_engine(run.pk, by=SYSTEM):
            run.refresh_from_db()
            raise RuntimeError(f"The engine gave no result for {call.plan.ref}: {run.problem}")
        self.reading.name_foreign(run, self.offices.users["analyst"])
        if call.plan.closes < 0:  # nothing more comes in
            self.reading.begin(run, self.offices.users["analyst"])

    def answer(self, call: _Running) -> None:
        answer_call(self.rows[call.plan.ref], text=call.plan.answer, by=self.offices.users["leader"])

    def receive(self, call: _Running, said: MadeUpMessage) -> None:
        sender = _sender(call.plan.ref, said.sender)
        words = Words(
            text=said.text,
            title=said.title,
            channel=_channel(said),
            area=self._area(said),
            sender=sender,
            source_id=said.id,
        )
        message = receive_message(self.rows[call.plan.ref], words, by=RESIDENT, submission=said.id).message
        self.removals.received(message)
        self.reading.received(message, said.matter)
        if not message.published_at and self.random.random() < 0.95:
            moment = self.offices.at_work(timezone.localdate() + timedelta(days=1), self.random)
            by = self.offices.handler(message.body)
            self.timeline.at(moment, partial(publish_message, message, by=by))
        if said.matter and not said.campaign and not said.copy_of and self.random.random() < TAKEN:
            Life(self.world, message, said.matter)

    def escalate(self) -> None:
        for number in Case.objects.overdue(timezone.localdate()).filter(escalated_at=None).values_list("pk", flat=True):
            escalate_if_overdue(number, today=timezone.localdate(), by=SYSTEM)

    def _call_for(self, message: MadeUpMessage) -> _Running:
        department = _departments().get(message.matter, "")
        return next((call for call in self.calls if department in call.plan.departments), self.calls[-1])

    def _area(self, message: MadeUpMessage) -> Body | None:
        return self.offices.bodies.get(message.village or _TOWNS.get(message.area, ""))


def load(count: int = MESSAGES) -> Loaded:
    """Make up the county with this many messages, all or nothing. Needs an empty, migrated database. Cost: 3 ms a message."""
    now = timezone.now()
    loader = Loader(now)
    with transaction.atomic():
        loader.plan(count)
        loader.timeline.play(until=now)
        reshape(loader.offices.handler)
        pass_down(loader.offices.handler)
        mend_a_lamp(loader.offices.handler)
        train_router(by=SYSTEM)
        advise(by=SYSTEM)
        for key in HOT_AT:
            look_for_hot_matters(loader.offices.bodies[key].pk, by=SYSTEM)
    return Loaded(Message.objects.count(), Case.objects.count(), Entry.objects.count(), receipt_to_show())


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


@cache
def _departments() -> dict[str, str]:
    return {matter.key: matter.department for matter in matters()}


def _channel(message: MadeUpMessage) -> Channel:
    return _CHANNELS.get(message.channel) or Channel(message.channel)


def _sender(ref: str, sender: str) -> str:
    """What a channel that knows its writers would hand over: a hash made for this call alone."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"{ref} {sender}".encode(), "sha256")[:8].hex() if sender else ""
