"""A county that has a hot matter for the engine to find, and one that a look has left without the engine."""

from datetime import timedelta

from django.utils import timezone
from tests.builders import a_call, a_county, a_leader, a_message

from massline.bodies.models import Body
from massline.concentrate.actions import look_for_hot_matters
from massline.concentrate.models import HotMatter, Look
from massline.concentrate.queries import bodies_to_look_at
from massline.gather.models import Call, Message
from massline.people.models import User
from massline.rights import SYSTEM

WISHES = ("物业不修", "老人下不了楼", "请质监查一查", "维修基金去哪里了", "大家很着急", "盼尽快更换", "孩子爬十楼")
OTHERS = (
    "路灯坏了看不见路",
    "公交车等了一小时",
    "自来水发黄有泥",
    "垃圾三天没人收",
    "广场舞吵到半夜",
    "幼儿园学费又涨了",
)


class Lifts:
    """A county in which seven people speak of one lift and six of other things, and those who work there."""

    def __init__(self) -> None:
        self.county: Body = a_county()
        self.call: Call = a_call(self.county)
        self.leader: User = a_leader(self.county)
        self.lift = [a_message(self.call, f"金水苑电梯困人，{wish}，{WISHES[i - 1]}") for i, wish in enumerate(WISHES)]
        self.others = [a_message(self.call, text) for text in OTHERS]

    def look(self) -> int | None:
        return look_for_hot_matters(self.county.pk, by=SYSTEM)

    def listed(self) -> list[HotMatter]:
        return list(HotMatter.objects.listed(self.county).select_related("middle"))

    def waiting(self) -> bool:
        return self.county.pk in bodies_to_look_at(timezone.now())


def a_hot_matter(body: Body, messages: list[Message]) -> HotMatter:
    """The only one in the list of a body, of these messages."""
    now = timezone.now()
    Look.objects.update_or_create(body=body, defaults={"looked_at": now, "tried_at": now, "messages": len(messages)})
    counted = {"heat": float(len(messages)), "voices": len(messages), "days": 2, "size": len(messages)}
    times = {"until": now, "first": now - timedelta(days=2), "last": now, "found_at": now}
    matter = HotMatter.objects.create(body=body, rank=1, place="金水苑", middle=messages[0], **counted, **times)
    matter.messages.set(messages)
    return matter
