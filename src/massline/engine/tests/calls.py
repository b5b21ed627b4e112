"""Small calls for tests: messages about known matters, put together from phrases by a seed."""

import csv
import signal
from pathlib import Path

import numpy as np
import pyarrow as pa

MATTERS = {
    "lift": ("电梯", "困人", "又坏了", "物业不修电梯", "老人爬楼", "电梯维修基金", "电梯停运半个月", "电梯异响吓人"),
    "wages": ("拖欠工资", "农民工", "包工头跑了", "工地欠薪", "年底拿不到钱", "劳动监察不管", "讨薪无门", "工程款没结"),
    "school": ("学校补课", "孩子入学", "学区划分", "老师收费", "幼儿园学费", "食堂饭菜", "小学离家远", "家长意见大"),
    "bus": ("公交改线", "等车一小时", "末班车太早", "公交站牌", "司机甩站", "开通公交", "公交卡充值", "班次太少"),
    "noise": ("广场舞", "噪音扰民", "半夜施工", "酒吧音响", "睡不着觉", "工地夜间", "喇叭叫卖", "分贝超标"),
}
PLACES = ("东河路", "西岭小区", "南湖花园", "北山新村", "柳林街", "石桥社区", "城关镇", "金水苑")
CLOSINGS = ("请尽快处理", "希望有人管管", "多次反映没有结果", "谢谢领导", "大家都很着急", "已经半年了", "盼回复")


def messages(count: int, *, seed: int = 0, matters: tuple[str, ...] = tuple(MATTERS)) -> list[tuple[str, str]]:
    """(matter, text) of `count` made-up messages, the matters in turn."""
    chance = np.random.default_rng(seed)
    told = []
    for number in range(count):
        matter = matters[number % len(matters)]
        said = "，".join(chance.choice(MATTERS[matter], 3, replace=False))
        told.append((matter, f"{chance.choice(PLACES)}{said}，{chance.choice(CLOSINGS)}"))
    return told


def forms(texts: list[str]) -> pa.Array:
    """A column of forms."""
    return pa.array(texts, pa.large_string())


def write_call(path: Path, texts: list[str], **columns: list[str]) -> Path:
    """A CSV file with ids m1, m2, … and the given further columns."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["编号", "内容", *columns])
        writer.writerows(zip((f"m{i}" for i in range(1, len(texts) + 1)), texts, *columns.values(), strict=True))
    return path


def heed_ctrl_c() -> None:
    """For a child process: hear Ctrl-C even where the tests run in the background, whose children are born deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
