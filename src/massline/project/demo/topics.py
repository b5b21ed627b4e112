"""The county's list of topics, one for each department: the days that it promises, and what the towns do themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from massline.bodies.models import Body
from massline.respond.actions import set_duty, set_topic
from massline.respond.models import Topic
from massline.rights import OPERATOR


class Row(NamedTuple):
    """A topic of a department. days: to take, to answer (None: as the body promises), to resolve, until very late."""

    name: str
    name_en: str
    words: str
    days: tuple[int, int | None, int, int] = (2, None, 30, 5)


TOPICS: Final[Mapping[str, Row]] = {
    "housing": Row("住房与供暖", "Housing and heating", "物业 小区 供暖 暖气 燃气 天然气 电梯 楼道"),
    "transport": Row("道路与公交", "Roads and buses", "公交 班车 路面 坑洼 桥 出租车 司机"),
    "water": Row("供水与河道", "Water and rivers", "停水 水压 自来水 水渠 河道 水管", (1, 5, 15, 2)),
    "education": Row("学校与文体", "Schools and sports", "学校 幼儿园 老师 作业 图书馆 篮球场"),
    "health": Row("看病与医保", "Doctors and insurance", "医院 卫生室 医保 报销 疫苗 挂号"),
    "labour": Row("工资与社保", "Wages and pensions", "工资 欠薪 养老金 社保 合同 老板", (1, 5, 30, 3)),
    "civil": Row("救助与养老", "Help and care", "低保 养老院 残疾 补贴 留守 公墓", (2, 10, 30, 5)),
    "security": Row("治安与户籍", "Safety and registers", "红绿灯 户口 噪音 狗 诈骗 身份证"),
    "city": Row("市容与路灯", "Street lights and waste", "路灯 垃圾 公厕 停车 摊位 树枝 充电桩"),
    "agriculture": Row("农业与土地", "Farming and land", "土地 宅基地 厕所 农产品 野猪 惠农", (2, None, 60, 10)),
    "environment": Row("环境与污染", "Air, water and smells", "扬尘 污水 异味 臭 养殖场 工厂", (1, 7, 20, 3)),
    "market": Row("食品与消费", "Food and shops", "食品 价格 收费 发霉 退款 过期"),
}
HANDED_ON: Final = frozenset({"transport", "water", "labour", "market", "education", "health", "security"})
"""Departments whose matters no town can settle: it hands them over. The others' it settles itself."""


def enter(bodies: Mapping[str, Body]) -> Mapping[str, Topic]:
    """Enter every topic, and that its department answers for it. In one town the county has another order of things."""
    known = {}
    for key, row in TOPICS.items():
        topic = Topic(code=key, name=row.name, name_en=row.name_en, words=row.words)
        topic.take_days, topic.answer_days, topic.resolve_days, topic.very_late_days = row.days
        known[key] = set_topic(topic, by=OPERATOR)
        set_duty(topic, area=None, body=bodies[key], by=OPERATOR)
    set_duty(known["city"], area=bodies["donghe"], body=bodies["donghe"], by=OPERATOR)
    return known
