"""What becomes of messages that a handler takes up: hand-overs, replies in time or late or never, verdicts, reopenings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

from django.utils import timezone

from massline.bodies.models import Body
from massline.gather.models import Message
from massline.project.demo.matters import Matter, matters
from massline.project.demo.offices import Offices
from massline.project.demo.replies import REPLIES, dated
from massline.project.demo.timeline import Act, Timeline
from massline.project.demo.topics import HANDED_ON
from massline.respond import actions as respond
from massline.respond.models import Case
from massline.respond.queries import goes_down
from massline.respond.rules import NO_MEANS, Means, MeansKind
from massline.rights import RESIDENT
from massline.supervise import actions as supervise
from massline.supervise.actions import Verdict

TAKEN_AFTER: Final = (0, 1, 1, 2, 2, 3, 4)  # days
HANDED_OVER, RATED, REOPENED = (
    (0.04, 0.95),
    0.7,
    0.6,
)  # shares of what could be; of matters that towns do themselves, and not
_SOLVED: Final = {"kept": 0.9, "planned": 0.5, "empty": 0.08}  # how often a reply of this kind is called solved


@dataclass(frozen=True, slots=True)
class World:
    """What every life needs: who works where, what happens when, and chance."""

    offices: Offices
    timeline: Timeline
    random: Random

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def neglect(self, body: Body) -> float:
        """How badly this body works, 0 to 1. Most work well, a few do not."""
        return float(Random(f"how well {body.code} works").random() ** 3)  # noqa: S311 - a made-up county's chance


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("cases.toml").read_text("utf-8"))


@cache
def _matters() -> Mapping[str, Matter]:
    return {matter.key: matter for matter in matters()}


class Life:
    """The life of one message as a case. Each step plans the next; what is planned for after today does not happen."""

    def __init__(self, world: World, message: Message, matter: str) -> None:
        self.world, self.message, self.matter = world, message, _matters()[matter]
        self.department = world.offices.bodies[self.matter.department]
        self.english = message.text.isascii()
        self.number = 0
        day = timezone.localdate() + timedelta(days=world.random.choice(TAKEN_AFTER))
        world.timeline.at(world.offices.at_work(day, world.random), self.take)

    @property
    def case(self) -> Case:
        """The case as it stands now: somebody else, or the clock, may have moved it."""
        return Case.objects.select_related("body").get(pk=self.number)

    def take(self) -> None:
        body = self.message.body
        title = f"{self.matter.en}, {body.name_en}" if self.english else f"{body.name}：{self.matter.zh}"
        topic = self.world.offices.topics[self.matter.department]
        case = respond.open_case(self.message, title=title, by=self.world.offices.handler(body), topic=topic)
        self.number = case.pk
        if self.world.chance(HANDED_OVER[self.matter.department in HANDED_ON]):
            self._plan(self.hand_over, 1 + self.world.random.randrange(3))
        else:
            self._plan_reply()

    def hand_over(self) -> None:
        case, means, why = self.case, NO_MEANS, "handed_over"
        if goes_down(case.body, self.department):  # what came to the county itself; its bureaus have their own budgets
            why, means = "handed_down", Means(frozenset({MeansKind.OWN}), self._text("own_means", self.department))
        reason = self._text(why, self.department)
        by = self.world.offices.handler(case.body)
        respond.hand_over(case, to=self.department, reason=reason, by=by, version=case.version, means=means)
        self._plan_reply()

    def reply(self) -> None:
        case = self.case
        self.kind = self._kind(case.body)
        by = self.world.offices.handler(case.body)
        text = self._reply(case.body)
        self.published = respond.publish_reply(case, text=text, by=by, version=case.version)
        if self.message.receipt_digest and self.world.chance(RATED):
            self.world.timeline.at(timezone.now() + timedelta(hours=self.world.random.randrange(3, 150)), self.rate)

    def rate(self) -> None:
        solved = self.world.chance(_SOLVED[self.kind])
        satisfied = None if self.world.chance(0.15) else self.world.chance(0.9 if solved else 0.1)
        words = self._text("solved" if solved else "not_solved", self.published.body)
        supervise.rate(self.published, self.message, Verdict(solved, satisfied, words), by=RESIDENT)
        if not solved and not self.case.reopenings and self.world.chance(REOPENED):
            self.world.timeline.at(timezone.now() + timedelta(minutes=self.world.random.randrange(2, 40)), self.reopen)

    def reopen(self) -> None:
        reason = self._text("reopening", self.published.body)
        supervise.reopen(self.published, self.message, reason=reason, by=RESIDENT)
        self._plan_reply()

    def _plan(self, act: Act, days: int) -> None:
        day = timezone.localdate() + timedelta(days=days)
        self.world.timeline.at(self.world.offices.at_work(day, self.world.random), act)

    def _plan_reply(self) -> None:
        """In time, late, or never: the worse the body works, the more often."""
        case, random = self.case, self.world.random
        neglect = self.world.neglect(case.body)
        left = max(1, (case.reply_due - timezone.localdate()).days)
        lot = random.random()
        if lot < 0.02 + 0.25 * neglect:
            return
        if lot < 0.06 + 0.5 * neglect:
            self._plan(self.reply, left + random.randrange(1, 9))
        else:
            self._plan(self.reply, random.randrange(left) if left > 1 else 0)

    def _kind(self, body: Body) -> str:
        worse = 0.4 * self.world.neglect(body)
        return self.world.random.choices(("kept", "planned", "empty"), (0.75 - worse, 0.2, 0.05 + worse))[0]

    def _reply(self, body: Body) -> str:
        """One of replies.toml where there is one for this matter, else one put together."""
        good = self.kind != "empty"
        meant = {self.matter.key} if good else {self.matter.key, ""}
        fitting = [reply.text for reply in REPLIES if reply.good == good and reply.matter in meant]
        if fitting and not self.english:
            return dated(self.world.random.choice(fitting), timezone.localdate())
        return self._text(self.kind, body)

    def _text(self, kind: str, body: Body) -> str:
        texts = _texts()
        phrase: str = self.world.random.choice(texts["en" if self.english else "zh"][kind])
        place = self.message.body
        here = "the place" if self.english else "现场"
        return phrase.format(
            matter=self.matter.en if self.english else self.matter.zh,
            body=self._name(body),
            place=here if place == body else self._name(place),
            day=self._day(timezone.localdate() + timedelta(days=30 if kind == "planned" else -1)),
            deed=texts["deeds"][self.matter.key],
        )

    def _name(self, body: Body) -> str:
        return body.name_en if self.english else body.name

    def _day(self, day: date) -> str:
        return f"{day:%d %B}".lstrip("0") if self.english else f"{day.month}月{day.day}日"
