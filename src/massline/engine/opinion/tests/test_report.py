"""report.html: what it counts, and what a browser makes of it in both languages, both themes and at phone size."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.journeys.looks import violations

from massline.engine.opinion.exports import Export, Statement
from massline.engine.opinion.find import find_opinion
from massline.engine.opinion.report import page
from massline.engine.opinion.votes import collect
from massline.engine.opinion.weights import weigh_people
from massline.engine.weigh.margins import Margin, Margins

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def conversation() -> Export:
    """Two groups of forty, thirty statements, the last moderated out. The topic and one text are one word of 200 letters."""
    generator = np.random.default_rng(0)
    person, statement = np.nonzero(generator.random((80, 30)) < 0.6)
    likes = (person % 2 == 0) == (statement < 15)
    values = np.where(likes == (generator.random(len(person)) < 0.9), 1, -1).astype(np.int8)
    texts = {str(one): Statement(f"观点 {one}", -1 if one == 29 else 1) for one in range(30)} | {
        "3": Statement("W" * 200)
    }
    names = [pa.array(numbers).cast(pa.string()) for numbers in (person, statement)]
    return Export(collect(*names, values, times=None), texts, len(values), 0, "T" * 200)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    export = conversation()
    ages = ["young" if at % 3 else "old" for at in range(80)]
    shares = Margin("年龄 age", ("young", "old", "oldest"), np.array([0.4, 0.5, 0.1]))
    weights = weigh_people(export.votes, Margins((shares,), None), {"年龄 age": ages}, file="people.csv")
    found = find_opinion(export, weights=weights)
    return {language: page(export, found, language=language) for language in ("zh", "en")}


def test_the_votes_of_a_statement_that_is_out_are_counted_apart(pages: dict[str, str]) -> None:
    columns = conversation().votes.columns
    names = conversation().votes.statements.to_pylist()
    out = int((columns == names.index("29")).sum())
    assert f"80 people cast {len(columns) - out:,} votes on 29 statements." in pages["en"]
    assert f"1 more of the statements, with {out} votes. They make no groups" in pages["en"]
    assert "观点 29" not in pages["zh"]


def test_people_who_did_not_vote_are_named_and_nothing_is_said_for_them(pages: dict[str, str]) -> None:
    for language, words in (("zh", ("年龄 age: oldest", "无人投票", "不能说")), ("en", ("nobody", "cannot say"))):
        row = next(row for row in pages[language].split("<tr>") if "oldest" in row)
        assert all(word in row for word in words)
    assert "→" in pages["zh"]


@pytest.mark.journey
@pytest.mark.parametrize(("language", "theme"), list(product(("zh", "en"), ("light", "dark"))))
def test_axe_finds_nothing_and_nothing_leaves_the_page(
    chromium: Any, pages: dict[str, str], tmp_path: Path, language: str, theme: str
) -> None:
    (tmp_path / "report.html").write_text(pages[language], encoding="utf-8")
    asked: list[str] = []
    context = chromium.new_context(color_scheme=theme, viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((tmp_path / "report.html").as_uri())
    found = violations(tab)
    tab.set_viewport_size({"width": 320, "height": 640})
    sideways = tab.evaluate(SIDEWAYS)
    context.close()
    assert found == []
    assert sideways == 0
    assert len(asked) == 1
