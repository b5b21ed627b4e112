"""A view that one in a thousand of 100,000 messages holds, planted: is it found, and shown in its own words?

    python benchmarks/quality/minority.py ../shared/data [--kind KIND] [--plantings N] [--first N] [--keep FILE]

The crowd are real headlines, questions and messages of residents, each of them one of a kind, and one in five made up. Planted
are made-up views in many wordings (views.toml: those that judge, or with `--kind practice` those that were looked at) or, harder,
`--kind residents`: matters of the residents' own messages that many of the crowd come near to (every text of the crowd that holds
the word is taken out before). Each is planted in a run of its own. A view is found when one theme holds at least half of its
holders, at least half of that theme hold it, and so do most of the theme's typical messages.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sets

from massline.engine.pipeline import Options, run
from massline.project.demo.messages import generate

CROWD = 100_000
HOLDERS = 100

MATTERS = ("补课", "油烟", "公积金", "电梯", "房产证", "出租车", "车位", "医保", "户口", "公交车", "地铁", "幼儿园")
"""Words that make a matter of the residents' messages; those who say one in the title hold it."""
KINDS = ("view", "practice", "residents")

PLACES = ("东河镇", "西岭村", "南湖街道", "北山乡", "柳林社区", "石桥村", "城关镇", "金水苑", "七里铺", "官渡口")
FRAMES = (
    "{who}{what}，{wish}",
    "{place}{who}{what}，{wish}",
    "{wish}！{place}的{who}{what}",
    "反映一下，{who}{what}。{wish}。",
    "我家住{place}，{who}{what}，{wish}。",
    "{who}{what}，这事说了几年。{wish}",
    "{place}{who}{what}",
    "想问问{who}{what}的事，{wish}",
)


@dataclass(frozen=True, slots=True)
class View:
    """What is planted: the texts of all who hold it, and the word that the crowd must not hold ("" for a made-up view)."""

    name: str
    texts: list[str]
    word: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one view. inside: messages of the theme that most holders are in; together: holders among them; quoted:
    share of holders among its typical messages; word: that of a real matter."""

    name: str
    word: str
    holders: int
    together: int
    inside: int
    quoted: float
    label: str

    @property
    def found(self) -> bool:
        return 2 * self.together >= max(self.holders, self.inside) and self.quoted > 0.5


def made_up(kind: str) -> Iterator[View]:
    """The views of this table of views.toml, HOLDERS wordings each, no two alike."""
    told = tomllib.loads((Path(__file__).parent / "views.toml").read_text(encoding="utf-8"))
    for one in told[kind]:
        chance = np.random.default_rng(sum(map(ord, one["name"])))
        pairings = list(product(one["who"], one["what"], one["wish"]))
        chosen = (pairings[i % len(pairings)] for i in chance.permutation(2 * len(pairings))[: 2 * HOLDERS])
        texts = [
            str(chance.choice(FRAMES)).format(who=who, what=what, wish=wish, place=chance.choice(PLACES))
            for who, what, wish in chosen
        ]
        yield View(one["name"], list(dict.fromkeys(texts))[:HOLDERS])


def real(data: Path) -> Iterator[View]:
    """Matters of the residents' messages, at most HOLDERS texts each."""
    messages = sets.all_residents(data)
    for word in MATTERS:
        holders = [f"{title}\n{text}" for title, text in messages if word in title]
        order = np.random.default_rng(ord(word[0])).permutation(len(holders))[:HOLDERS]
        yield View(word, [holders[i] for i in order], word)


@cache
def _crowd(data: Path) -> list[str]:
    residents = [f"{title}\n{text}" for title, text in sets.all_residents(data)]
    real_ones = list(dict.fromkeys([*sets.headlines(data).texts, *residents, *sets.questions(data)]))
    made_up_ones = [message.text for message in generate(CROWD // 5, seed=1)]
    return [*made_up_ones, *real_ones]


def crowd_without(data: Path, words: Sequence[str]) -> list[str]:
    """The crowd, those texts left out that hold one of the words."""
    return [text for text in _crowd(data) if not any(word in text for word in words)]


def plant(views: Sequence[View], crowd: Sequence[str], out: Path, *, seed: int) -> list[Outcome]:
    """Run the engine on the crowd with the views in it; what became of each."""
    planted = [(f"view{number}-{i}", text) for number, view in enumerate(views) for i, text in enumerate(view.texts)]
    rows = [*planted, *((f"crowd-{i}", text) for i, text in enumerate(crowd[: CROWD - len(planted)]))]
    order = np.random.default_rng(seed).permutation(len(rows))
    file = out.with_suffix(".parquet")
    pq.write_table(pa.table({"id": [rows[i][0] for i in order], "text": [rows[i][1] for i in order]}), file)
    run([file], out, Options(seed=seed))
    told = pq.read_table(out / "messages.parquet", columns=["id", "theme"]).to_pydict()
    ids, themes = told["id"], np.array([-1 if theme is None else theme for theme in told["theme"]])
    shown = pq.read_table(out / "themes.parquet", columns=["label", "typical"]).to_pylist()
    return [_outcome(view, f"view{number}-", ids, themes, shown) for number, view in enumerate(views)]


def _outcome(view: View, mark: str, ids: list[str], themes: np.ndarray, shown: list[dict]) -> Outcome:
    held = themes[[name.startswith(mark) for name in ids]]
    placed = held[held >= 0]
    if not len(placed):
        return Outcome(view.name, view.word, len(held), 0, 0, 0.0, "")
    theme = int(np.bincount(placed).argmax())
    typical = shown[theme]["typical"]
    return Outcome(
        view.name,
        view.word,
        len(held),
        int((held == theme).sum()),
        int((themes == theme).sum()),
        round(float(np.mean([name.startswith(mark) for name in typical])), 2),
        shown[theme]["label"],
    )


def plantings(data: Path, folder: Path, *, kind: str, times: int, first: int = 0) -> Iterator[Outcome]:
    """One view after another, each planted alone, as many as there are."""
    views = list(real(data) if kind == "residents" else made_up(kind))
    for number, view in list(enumerate(views))[first : first + times]:
        crowd = crowd_without(data, [view.word] if view.word else [])
        yield plant([view], crowd, folder / f"planted-{number}", seed=number)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--plantings", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="leave out so many")
    parser.add_argument("--kind", choices=KINDS, default="view")
    parser.add_argument("--keep", type=Path, help="a file for the outcomes, one JSON object a line, added to")
    asked = parser.parse_args()
    found = []
    print("| view | holders | in one theme | of all in it | of its typical messages | its label | found |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        for one in plantings(asked.data, Path(scratch), kind=asked.kind, times=asked.plantings, first=asked.first):
            found.append(one.found)
            cells = (
                one.name,
                one.holders,
                one.together,
                one.inside,
                one.quoted,
                one.label,
                "yes" if one.found else "no",
            )
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
            if asked.keep:
                with asked.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({**asdict(one), "found": one.found}, ensure_ascii=False) + "\n")
    print(f"\nfound {sum(found)} of {len(found)}")


if __name__ == "__main__":
    main()
