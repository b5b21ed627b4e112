"""A few messages that somebody asks to hide: declined, hidden, shown again after an appeal, erased by their writers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Final

from django.utils import timezone

from massline.gather import actions
from massline.gather.models import Message, Removal
from massline.project.demo.offices import Offices
from massline.project.demo.timeline import Timeline
from massline.rights import RESIDENT


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one message. decision, outcome: agreed or kept, and the words; outcome only after an appeal."""

    ground: str
    reason: str
    decision: tuple[bool, str] | None = None
    outcome: tuple[bool, str] | None = None


PLANS: Final = {
    35: Plan("violence", "话里有要动手的意思。", (False, "是着急的话，没有威胁谁。照常显示，请尽快办事。")),
    90: Plan("others-data", "写了另一户人家的门牌和病情。"),
    150: Plan("others-data", "提到了某人的住处。", outcome=(False, "说的是公共厕所的位置，不是谁家。恢复显示。")),
    200: Plan("own-wish", ""),
    420: Plan("fraud", "留了收款方式，让大家先交钱。", (True, "核实过，确是诱人交钱。")),
    800: Plan("order", "写明了作者不满的单位，影响不好。", (False, "没有任何书面命令。批评不是依据。")),
    1300: Plan("others-data", "公开了别人孩子的学校和班级。", outcome=(True, "孩子的信息不该公开。请去掉后再写一条。")),
    1900: Plan("law", "被提到的人依法要求删除。", (True, "申请人身份和内容已核实。")),
    2600: Plan("violence", "扬言要砸车。", None),
}
"""By which message it is, in the order in which they come."""


class Removals:
    """Counts the messages that come, and plans what becomes of some."""

    def __init__(self, offices: Offices, timeline: Timeline) -> None:
        self.offices, self.timeline, self.seen = offices, timeline, 0
        self.random = Random("removals")  # noqa: S311 - a made-up county's chance

    def received(self, message: Message) -> None:
        self.seen += 1
        if plan := PLANS.get(self.seen):
            self._after(2, partial(self.ask, plan, message))

    def ask(self, plan: Plan, message: Message) -> None:
        if plan.ground == "own-wish":
            actions.erase_own(message, by=RESIDENT)
            return
        by = self.offices.handler(message.body)
        removal = actions.ask_removal(message, ground=plan.ground, reason=plan.reason, by=by)
        if plan.decision:
            self._after(1, partial(self.decide, plan.decision, removal))
        if plan.outcome:
            self._after(2, partial(self.appeal, plan.outcome, removal))

    def decide(self, decision: tuple[bool, str], removal: Removal) -> None:
        actions.decide_removal(removal, agree=decision[0], reason=decision[1], by=self.offices.users["leader"])

    def appeal(self, outcome: tuple[bool, str], removal: Removal) -> None:
        actions.appeal(removal, words="请再看一看，我没有说别人的事。", by=RESIDENT)
        self._after(1, partial(self.answer, outcome, removal))

    def answer(self, outcome: tuple[bool, str], removal: Removal) -> None:
        actions.decide_appeal(removal, keep=outcome[0], reason=outcome[1], by=self.offices.users["leader"])

    def _after(self, days: int, act: Callable[[], object]) -> None:
        day = timezone.localdate() + timedelta(days=days)
        self.timeline.at(self.offices.at_work(day, self.random), act)
