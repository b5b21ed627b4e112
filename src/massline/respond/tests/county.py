"""A county for tests of cases and of what residents say about them: its bodies, those who work there, and all who do not."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests.builders import (
    a_body,
    a_call,
    a_case,
    a_county,
    a_handler,
    a_leader,
    a_receipt,
    an_analyst,
    an_inspector,
    an_outsider,
)

from massline.gather.actions import Receipt
from massline.gather.models import Message
from massline.people.models import User
from massline.respond.actions import publish_reply, set_topic
from massline.respond.models import Case, Topic, Turn
from massline.respond.rules import Means, MeansKind
from massline.rights import OPERATOR, RESIDENT, SYSTEM, Actor

MONEY = Means(frozenset({MeansKind.MONEY}), "县财政本月拨付两万元")
LIGHTS = "路口的路灯坏了，晚上看不见，第{}次说了"
BUSES = "公交车班次太少，等了{}分钟还没有来"


def a_topic(key: str, **more: Any) -> Topic:
    return set_topic(Topic(code=key, name=key, **more), by=OPERATOR)


class County:
    """A county with a township and a department, and those who work there."""

    def __init__(self) -> None:
        self.county = a_county()
        self.township = a_body(under=self.county)
        self.department = a_body(under=self.county)
        self.handler = a_handler(self.township)
        self.call = a_call(self.county)

    def receipt(self) -> Receipt:
        return a_receipt(self.call, "巷口的路灯坏了，电话13812345678", area=self.township)

    def message(self) -> Message:
        return self.receipt().message

    def case(self) -> Case:
        return a_case(self.message(), by=self.handler)

    def answered(self) -> Case:
        case = self.case()
        publish_reply(case, text="修好了", by=self.handler, version=case.version)
        return case

    def strangers(self) -> list[Actor | None]:
        """Everybody who has nothing to change at the township."""
        return [
            None,
            RESIDENT,
            SYSTEM,
            OPERATOR,
            an_outsider(),
            a_handler(self.department),
            a_leader(),
            an_inspector(self.county),
            an_analyst(self.county),
            User(username="nobody", role="handler"),
        ]


def overdue(case: Case) -> Case:
    """The same case, three weeks later as the table sees it."""
    past = timezone.localdate() - timedelta(days=3)
    Case.objects.filter(pk=case.pk).update(reply_due=past)
    Turn.objects.filter(case=case, ended_at=None).update(reply_due=past)
    case.refresh_from_db()
    return case
