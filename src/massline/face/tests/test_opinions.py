"""The map of opinions beside its words: nothing is in the picture alone."""

import re
from typing import Any

import pytest
from django.template import engines
from django.test import Client, override_settings
from django.utils import translation

from massline.engine.opinion.exports import Export, Statement
from massline.engine.opinion.find import find_opinion
from massline.engine.opinion.votes import collect
from massline.face import living_votes
from massline.face.opinions import Drawn, drawn
from massline.face.styles import style_url

pytestmark = pytest.mark.urls("massline.face.tests.test_views")
PART = engines["django"].from_string('{% load face_tags %}{% opinion_map found key="k" title="Map" %}')


def conversation(votes: dict[tuple[int, int], int], texts: dict[str, str] | None = None) -> Any:
    """What the engine finds of (person, statement) -> vote."""
    import numpy as np
    import pyarrow as pa

    people, statements = (pa.array([str(pair[at]) for pair in votes], pa.string()) for at in (0, 1))
    values = np.array(list(votes.values()), np.int8)
    known = {name: Statement(text) for name, text in (texts or {}).items()}
    collected = collect(people, statements, values, times=None)
    return find_opinion(Export(collected, known, rows=len(votes), rejected=0), seed=1)


def two_sides(**texts: str) -> Any:
    """Thirty people against thirty, on ten statements; on the last all agree."""
    sides = {
        (person, one): 1 if (person < 30) == (one % 2 == 0) or one == 9 else -1
        for person in range(60)
        for one in range(10)
    }
    return conversation(sides, {str(one): texts.get(f"s{one}", f"Statement {one}") for one in range(10)})


@pytest.fixture(scope="module")
def shown() -> Drawn:
    with translation.override("en"):
        return drawn(two_sides(), key="k", title="Map")


def test_every_person_of_the_picture_is_counted_in_its_words(shown: Drawn) -> None:
    assert [side.people for side in shown.sides] == [30, 30]
    assert (
        len(re.findall("<use ", shown.picture))
        == sum(side.people for side in shown.sides) + shown.elsewhere
        == shown.people
    )


def test_the_picture_says_what_it_shows_to_whoever_does_not_see_it(shown: Drawn) -> None:
    described = re.findall(r"<(title|desc)[^>]*>([^<]*)<", shown.picture)
    assert described == [("title", "Map"), ("desc", "Group A: 30; Group B: 30")]


def test_every_statement_stands_in_the_table_with_the_votes_of_each_group(shown: Drawn) -> None:
    assert len(shown.rows) == 10
    assert [cell.text for cell in shown.rows[9]] == ["Statement 9", "100%", "100%"]
    assert {tuple(cell.text for cell in row[1:]) for row in shown.rows[:9]} == {("100%", "0%"), ("0%", "100%")}
    assert {cell.note for row in shown.rows for cell in row[1:]} == {"30 of 30", "0 of 30"}


def test_a_group_is_told_by_what_it_says_otherwise_than_the_others(shown: Drawn) -> None:
    for side in shown.sides:
        assert side.says
        assert all(0 < votes <= of <= side.people for _agrees, _words, votes, of in side.says)
        assert "Statement 9" not in {words for _agrees, words, _votes, _of in side.says}


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "无" * 200, "ئۇيغۇر تىلى", "👩🏽‍🌾" * 50])
def test_statements_of_any_sort_stand_there_as_words(words: str) -> None:
    html = PART.render({"found": two_sides(s0=words)})
    assert "<script" not in html
    assert words in html or "&lt;script&gt;" in html


@pytest.mark.parametrize("people", [0, 1, 3])
def test_of_too_few_people_the_part_says_that_there_are_no_groups(people: int) -> None:
    found = conversation({(person, one): 1 for person in range(people) for one in range(3)})
    with translation.override("en"):
        html = PART.render({"found": found})
    assert "No groups were found" in html


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_the_map_is_light_and_stands_in_the_demo_only(language: str) -> None:
    client = Client(headers={"accept-language": language})
    client.get(style_url())
    answer = client.get("/face/opinions/")
    assert answer.status_code == 200
    assert len(answer.content) <= 30_000
    assert len(re.findall("<use ", answer.content.decode())) == living_votes.PEOPLE
    with override_settings(MASSLINE_DEMO=False):
        assert client.get("/face/opinions/").status_code == 404
