"""A view that one in a thousand holds, planted among messages of other matters: is it found, and shown in its own words?"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from massline.engine.pipeline import Options, run

VIEWS = (
    (
        ("养蜂", "蜜蜂", "蜂农", "蜂箱"),
        ("被农药毒死", "让喷药害死了", "因为打药成片死掉"),
        ("没人赔", "损失谁来承担", "请管一管"),
    ),
    (
        ("盲道", "盲人走的路", "导盲砖"),
        ("被共享单车占满", "停满了车", "修到电线杆上"),
        ("盲人没法走", "视障者出不了门", "请清理"),
    ),
    (
        ("夜校", "成人学校", "晚上的技能班"),
        ("只有白天开课", "上班的人赶不上", "没有周末班"),
        ("打工的也想学", "请加开晚班", "希望延长时间"),
    ),
    (
        ("疫苗本", "接种记录", "打针证明"),
        ("手机上查不到", "换了城市就没了", "系统里是空的"),
        ("孩子上不了学", "跑了三趟", "请联网"),
    ),
    (
        ("河里的鱼", "水库的鱼", "河面死鱼"),
        ("一夜之间翻白", "漂了一层", "成片死亡"),
        ("怀疑有人排污", "请查水质", "味道很大"),
    ),
)
PLACES = ("东河镇", "西岭村", "南湖街道", "北山乡", "柳林社区", "石桥村", "城关镇", "金水苑", "七里铺", "官渡口")


def planted(number: int, count: int) -> list[str]:
    """`count` wordings of planting `number`, no two alike if there are so many."""
    who, what, wish = VIEWS[number % len(VIEWS)]
    all_of_them = [f"{place}{one}{two}，{three}" for place in PLACES for one in who for two in what for three in wish]
    chance = np.random.default_rng(number)
    return [all_of_them[i] for i in chance.permutation(len(all_of_them))[:count]]


def plantings(crowd: list[str], folder: Path, *, times: int, share: float) -> Iterator[bool]:
    """For each planting in the same crowd: is there a theme most of whose messages hold the view, which most of those who
    hold it are in, and whose typical messages are theirs?"""
    for number in range(times):
        views = planted(number, max(5, round(share * len(crowd))))
        texts = [*crowd, *views]
        order = np.random.default_rng(number).permutation(len(texts))
        file = folder / f"planted-{number}.parquet"
        ids = [f"{'view' if i >= len(crowd) else 'crowd'}-{i}" for i in order]
        pq.write_table(pa.table({"id": ids, "text": [texts[i] for i in order]}), file)
        run([file], folder / f"planted-{number}", Options(seed=number))
        yield _found(folder / f"planted-{number}", len(views))


def _found(out: Path, holders: int) -> bool:
    told = pq.read_table(out / "messages.parquet", columns=["id", "theme"]).to_pylist()
    held = [one["theme"] for one in told if one["id"].startswith("view") and one["theme"] is not None]
    if not held:
        return False
    theme = max(set(held), key=held.count)
    inside = sum(one["theme"] == theme for one in told)
    typical = pq.read_table(out / "themes.parquet").to_pylist()[theme]["typical"]
    return (
        held.count(theme) >= holders / 2
        and held.count(theme) >= inside / 2
        and sum(name.startswith("view") for name in typical) > len(typical) / 2
    )
