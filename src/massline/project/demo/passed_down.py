"""What no life of a message brings about: a case that goes down with what it takes, and one that comes back without it."""

from collections.abc import Callable

from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.people.models import User
from massline.respond import actions
from massline.respond.models import Case
from massline.respond.rules import Means, MeansKind

NEAR = "事情就在村里，由村里就近办，镇里一起到场。"
WITH = Means(
    frozenset({MeansKind.MONEY, MeansKind.EQUIPMENT}), "镇财政本月拨付三千元，材料由镇里采购，三天内送到村里。"
)
OWN = Means(frozenset({MeansKind.OWN}), "村里有公益岗和工具，不用另外花钱。")
LACKING = "公益岗上月已经到期，村里没有人手，也没有这笔经费。"


def pass_down(handler_of: Callable[[Body], User]) -> None:
    """Of the open cases of towns the newest that nothing happened to: one goes down to a village with money and material, one as
    if the village had all it takes, and comes back."""
    fresh = Case.objects.open().filter(version=0, reopenings=0, body__level=Level.TOWNSHIP).select_related("body")
    for case, means in zip(fresh.order_by("-pk")[:2], (OWN, WITH), strict=False):
        village = Body.objects.within(case.body.path).filter(level=Level.VILLAGE).first()
        if village is None:
            continue
        by = handler_of(case.body)
        actions.hand_over(case, to=village, reason=NEAR, by=by, version=0, means=means)
        if means == OWN:
            actions.hand_back(case, reason=LACKING, by=handler_of(village), version=1)
