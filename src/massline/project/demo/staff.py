"""Who works for 清溪县: one known login for each role, and a handler for every office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from massline.project.demo.county import COUNTY_KEY, COUNTY_ZH, DEPARTMENTS, TOWNSHIPS
from massline.rights import Role

PASSWORD: Final = "qingxi-demo"  # noqa: S105 - printed by scripts/demo; the county does not exist and load_demo refuses elsewhere


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who signs in. body: a key of county.py."""

    username: str
    name: str
    role: Role
    body: str
    about: str


KNOWN: Final = (
    Member("handler", "周敏", Role.HANDLER, "donghe", "a handler of Donghe Town 东河镇"),
    Member("water", "何国良", Role.HANDLER, "water", "a handler of the Water Bureau 水利局"),
    Member("leader", "沈立新", Role.LEADER, COUNTY_KEY, "the leader of Qingxi County 清溪县"),
    Member("inspector", "罗静", Role.INSPECTOR, COUNTY_KEY, "sees the whole county, changes nothing"),
    Member("analyst", "唐一鸣", Role.ANALYST, COUNTY_KEY, "reads what is published, runs the engine"),
    Member("operator", "许文", Role.OPERATOR, COUNTY_KEY, "keeps the installation"),
    Member(
        "outsider", "韩雪梅", Role.HANDLER, "shiqiao", "a handler of Shiqiao Township 石桥乡: must not see Donghe's"
    ),
)
"""The logins that scripts/demo prints, all with PASSWORD."""

_SURNAMES: Final = "王李张刘陈杨赵黄吴徐孙胡朱高林郭马梁宋郑谢"
_GIVEN: Final = ("建军", "秀英", "海燕", "志强", "丽华", "国平", "晓东", "春梅", "文斌", "玉兰", "永刚", "雅琴", "伟民")


def staff() -> Iterator[Member]:
    """Everybody: the known ones, and a handler for each body that has none (of the villages, the first two of each township)."""
    yield from KNOWN
    served = {member.body for member in KNOWN if member.role == Role.HANDLER}
    for number, (key, zh) in enumerate(_offices()):
        if key not in served:
            name = _SURNAMES[number * 8 % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)]
            yield Member(key, name, Role.HANDLER, key, zh)


def _offices() -> Iterator[tuple[str, str]]:
    yield COUNTY_KEY, COUNTY_ZH
    for town in TOWNSHIPS:
        yield town.key, town.zh
        for village in town.villages[:2]:
            yield village.key, village.zh
    for department in DEPARTMENTS:
        yield department.key, department.zh
