"""Laws of themes that the teacher makes, on a stand-in that is quick: its vectors say which matter a message tells of."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import adjusted_rand_score

from massline.engine import pipeline, steps, teacher
from massline.engine import read as reading
from massline.engine.dense import WIDE_NUMBER, dense_groups, split_wide
from massline.engine.embed import vectors, weigh_sample
from massline.engine.group import place_by
from massline.engine.nearness import drawn_together, evened, joined, nearest, unit
from massline.engine.pipeline import Options, run
from massline.engine.sample import draw_evenly, draw_near, draw_odd
from massline.engine.student import honest_vectors, learn, logistic, targets_of, themes_of
from massline.engine.taught import find_tree, space_of, stability
from massline.engine.teacher import Lessons
from massline.engine.tests.calls import MATTERS, forms, messages, write_call
from massline.engine.tests.test_pipeline import folder

TOLD = messages(1_200)
TEXTS = [text for _, text in TOLD]
MATTER = np.array([list(MATTERS).index(matter) for matter, _ in TOLD])


class StandIn:
    """Knows the phrases of the made-up matters: a message points to its matter, and a little to its own words."""

    name, digest = "stand-in", ""

    def vectors(self, texts, *, pieces=96, done=lambda count: None):
        rows = [self._one(text) for text in texts.to_pylist()]
        done(len(rows))
        return unit(np.array(rows, np.float32).reshape(-1, 40))

    def _one(self, text: str):
        row = np.full(40, 0.5)
        for number, phrases in enumerate(MATTERS.values()):
            row[number] += 3 * any(phrase in text for phrase in phrases)
            row[5 + number * 7 : 12 + number * 7] += [phrase in text for phrase in phrases[:7]]
        return row


@pytest.fixture
def taught(monkeypatch):
    monkeypatch.setattr(pipeline, "lessons", lambda count, chosen: Lessons(StandIn() if count else None, count, ""))


@pytest.fixture(scope="module")
def grouped():
    sample = weigh_sample(np.arange(len(TEXTS)), forms(TEXTS))
    space, even = space_of(sample, StandIn().vectors(forms(TEXTS)), seed=0), np.ones(len(TEXTS), np.bool_)
    return sample, space, even, find_tree(space, even=even, number=5, seed=0)


def test_coarse_themes_are_the_matters_that_the_teacher_sees(grouped) -> None:
    _, _, _, tree = grouped
    assert adjusted_rand_score(MATTER, tree.homes) > 0.9


def test_every_fine_theme_stands_in_the_coarse_theme_of_its_messages(grouped) -> None:
    _, _, _, tree = grouped
    parents = tree.parents[tree.leaves]
    assert (np.where(parents < 0, tree.leaves, parents) == tree.homes).all()


def test_themes_that_are_there_come_again_and_chance_does_not(grouped) -> None:
    _, space, even, tree = grouped
    again = stability(space, tree, even=even, seed=0)
    assert ((again >= 0) & (again <= 1)).all()
    assert again[tree.parents < 0].mean() > 0.9


def test_the_student_places_what_it_has_not_seen_like_the_teacher(grouped) -> None:
    sample, space, _, tree = grouped
    targets = targets_of(space, tree)
    themes = themes_of(honest_vectors(sample, targets, seed=0), tree, np.full(len(tree.parents), np.nan))
    told = messages(500, seed=7)
    labels, _, chance = place_by(vectors(forms([text for _, text in told]), learn(sample, targets)), themes)
    homes = np.where(labels < 0, -1, np.where(themes.parents[labels] < 0, labels, themes.parents[labels]))
    assert adjusted_rand_score([matter for matter, _ in told], homes) > 0.9
    assert ((chance >= 0) & (chance <= 1)).all()


def test_a_message_of_unknown_words_is_placed_nowhere(grouped) -> None:
    sample, space, _, tree = grouped
    targets = targets_of(space, tree)
    themes = themes_of(honest_vectors(sample, targets, seed=0), tree, np.full(len(tree.parents), np.nan))
    labels, _, _ = place_by(vectors(forms(["zzz qqq", "", "鑫淼焱"]), learn(sample, targets)), themes)
    assert labels.tolist() == [-1] * 3


def test_chances_of_a_regression_are_as_often_right_as_they_say() -> None:
    chance = np.random.default_rng(0)
    facts = np.column_stack([np.ones(4_000), chance.normal(size=4_000)])
    right = chance.random(4_000) < 1 / (1 + np.exp(-(0.5 + 2 * facts[:, 1])))
    weights = logistic(facts, right)
    np.testing.assert_allclose(weights, [0.5, 2], atol=0.25)
    assert np.isfinite(logistic(facts, np.ones(4_000, np.bool_))).all()


def kinds_of_messages(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two kinds of messages far from each other; in the first, eight of 200 say one thing that the others do not. Unit rows
    (300, 40), and who those eight are."""
    chance = np.random.default_rng(seed)
    points = 0.12 * chance.standard_normal((300, 40))
    points[:200, 0] += 1
    points[200:, 1] += 1
    points[40:48, 5] += 0.9
    return unit(points.astype(np.float32)), np.arange(40, 48)


def test_a_small_matter_inside_a_wide_group_stands_apart_once_the_group_is_seen_alone() -> None:
    points, holders = kinds_of_messages()
    groups = np.repeat([0, 1], [200, 100])
    found = split_wide(points, groups, fewest=5, seed=0)
    theme = np.bincount(found[holders]).argmax()
    assert (found[holders] == theme).sum() >= 6
    assert np.isin(np.flatnonzero(found == theme), holders).mean() >= 0.8
    assert not set(found[:200]) & set(found[200:])


def test_a_group_that_is_not_wide_stays_whole() -> None:
    points, _ = kinds_of_messages()
    groups = np.repeat(np.arange(6), 50)  # each has fewer than WIDE_NUMBER
    assert WIDE_NUMBER > 50
    assert adjusted_rand_score(groups, split_wide(points, groups, fewest=5, seed=0)) == 1


def test_messages_near_small_themes_are_drawn_alike_from_middle_to_edge_and_none_twice() -> None:
    labels = np.repeat(np.array([0, 1, 2, 3], np.int32), [30, 4, 20, 10])
    similarity = np.linspace(1, 0, 64).astype(np.float32)
    taken = np.array([34, 35])
    drawn = draw_near(labels, similarity, np.array([1, 2, 3]), taken=taken, count=18)
    assert len(set(drawn.tolist())) == len(drawn) == 18
    assert not set(drawn) & set(taken)
    assert np.bincount(labels[drawn], minlength=4).tolist() == [0, 4, 7, 7]
    assert {36, 53} <= set(drawn.tolist())  # the free middle and the edge of theme 2


def test_where_nothing_is_small_nothing_is_drawn_near() -> None:
    nothing = np.zeros(0, np.int64)
    assert len(draw_near(np.zeros(9, np.int32), np.ones(9, np.float32), nothing, taken=nothing, count=5)) == 0


def test_dense_groups_on_the_border_of_two_themes_are_one() -> None:
    points = unit(np.vstack([np.tile([1, 0, 0.05], (6, 1)), np.tile([0, 1, 0], (6, 1))]).astype(np.float32))
    groups = dense_groups(points, np.array([0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]), seed=0)
    assert len(set(groups[:6])) == len(set(groups[6:])) == 1
    assert groups[0] != groups[6]


def test_a_message_is_drawn_towards_its_neighbours() -> None:
    chance = np.random.default_rng(0)
    points = unit((np.repeat(np.eye(4), 40, axis=0) + 0.4 * chance.normal(size=(160, 4))).astype(np.float32))
    drawn = drawn_together(points, *nearest(points))
    assert (drawn * np.repeat(np.eye(4), 40, axis=0)).sum() > (points * np.repeat(np.eye(4), 40, axis=0)).sum()


def test_words_weigh_nothing_where_nothing_is_said() -> None:
    taught, words = unit(np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)), np.eye(3, dtype=np.float32)
    space = joined(evened(taught), words, np.array([0, 10, 1000]))
    assert not space[0, -3:].any()
    assert 0 < space[1, -3:].max() < space[2, -3:].max()


def test_a_sample_holds_every_stratum_by_its_share() -> None:
    table = pa.table(
        {
            "form": pa.array(["电梯困人没有人修"] * 1_000, pa.large_string()),
            "time": pa.nulls(1_000, pa.timestamp("s")),
            "channel": pa.nulls(1_000, pa.large_string()),
            "area": pa.array(["大镇"] * 900 + ["小镇"] * 100, pa.large_string()),
        }
    )
    drawn = draw_evenly(table, 100, seed=3)
    assert len(set(drawn.tolist())) == 100
    assert abs((drawn >= 900).sum() - 10) <= 1


def test_the_odd_are_drawn_first_and_nobody_twice() -> None:
    drawn = draw_odd(np.array([0.9, 0.1, np.nan, 0.5, 0.2], np.float32), np.array([1]), 2)
    assert drawn.tolist() == [2, 4]


@pytest.mark.usefixtures("taught")
def test_one_worker_and_many_give_the_same_bytes_when_a_teacher_teaches(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "BLOCK_ROWS", 128)
    call = write_call(tmp_path / "call.csv", [*TEXTS, *TEXTS[:50]])
    results = []
    for name, workers in (("one", 1), ("three", 3), ("again", 1)):
        run([call], tmp_path / name, Options(workers=workers, teach=400))
        results.append(folder(tmp_path / name))
    assert results[0] == results[1] == results[2]
    facts = json.loads(results[0]["run.json"])
    assert (facts["meaning"], facts["result"]["method"]) == ("teacher", pipeline.METHOD)
    assert facts["sample"]["read_by_teacher"] == 400
    assert facts["sample"]["read_because_odd"] == 100


@pytest.mark.usefixtures("taught")
def test_a_view_of_very_few_is_a_theme_of_its_own(tmp_path) -> None:
    rare = [
        f"{place}蜂农的蜜蜂被油菜喷药毒死了{end}"
        for place in ("东河", "西岭", "南湖")
        for end in ("", "，没人赔", "！求助")
    ]
    call = write_call(tmp_path / "call.csv", [*TEXTS, *rare])
    run([call], tmp_path / "out", Options(workers=1, teach=2_000))
    told = pq.read_table(tmp_path / "out" / "messages.parquet").to_pylist()
    theme = [one["theme"] for one in told if one["id"] in {f"m{number}" for number in range(1_201, 1_210)}]
    mine = max(set(theme), key=theme.count)
    assert theme.count(mine) >= 7
    assert sum(one["theme"] == mine for one in told) <= len(rare) + 2


@pytest.mark.usefixtures("taught")
def test_a_view_of_few_survives_where_the_teacher_reads_only_a_part(tmp_path) -> None:
    rare = [
        f"{place}{who}{what}{end}"
        for place in ("东河", "西岭", "南湖")
        for who in ("蜜蜂", "蜂群", "养蜂的蜜蜂")
        for what in ("被喷药毒死了", "让农药害死")
        for end in ("", "，没人赔蜂农")
    ]
    call = write_call(tmp_path / "call.csv", [*TEXTS, *rare])
    run([call], tmp_path / "out", Options(workers=1, teach=600))
    told = pq.read_table(tmp_path / "out" / "messages.parquet").to_pylist()
    theme = [one["theme"] for one in told if int(one["id"][1:]) > len(TEXTS)]
    mine = max(set(theme), key=theme.count)
    assert theme.count(mine) > len(rare) / 2
    assert 2 * theme.count(mine) > sum(one["theme"] == mine for one in told)


@pytest.mark.usefixtures("taught")
@pytest.mark.parametrize(("times", "read"), [(1, 700), (2, 300)])
def test_where_nobody_says_how_many_are_read_the_size_of_the_call_does(times, read, tmp_path, monkeypatch) -> None:
    """Copies count: they take their time too."""
    monkeypatch.setattr(pipeline, "TEACH", None)
    monkeypatch.setattr(teacher, "TEACH", 700)
    monkeypatch.setattr(teacher, "TEACH_OF_MANY", 300)
    monkeypatch.setattr(teacher, "MANY", 2_000)
    monkeypatch.setattr(pipeline, "lessons", lambda count, chosen: Lessons(StandIn(), count, ""))
    run([write_call(tmp_path / "call.csv", TEXTS * times)], tmp_path / "out", Options(workers=1))
    told = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (told["options"]["teach"], told["sample"]["read_by_teacher"]) == (None, read)


@pytest.mark.usefixtures("taught")
@pytest.mark.parametrize("count", [1, 2, 11, 12, 13, 30])
def test_calls_of_any_small_size_are_accounted_for(count: int, tmp_path) -> None:
    counts = run([write_call(tmp_path / "call.csv", TEXTS[:count])], tmp_path / "out", Options(workers=1, teach=100))
    assert counts.accepted == count == counts.placed + counts.not_placed + counts.copies


@pytest.mark.usefixtures("taught")
def test_a_stopped_run_does_not_ask_the_teacher_again(tmp_path, monkeypatch) -> None:
    call = write_call(tmp_path / "call.csv", TEXTS[:200])
    monkeypatch.setattr(steps.meaning, "find_tree", stop)
    with pytest.raises(KeyboardInterrupt):
        run([call], tmp_path / "out", Options(workers=1, teach=1_000))
    monkeypatch.undo()
    monkeypatch.setattr(StandIn, "vectors", stop)
    monkeypatch.setattr(pipeline, "lessons", lambda count, chosen: Lessons(StandIn(), count, ""))
    assert run([call], tmp_path / "out", Options(workers=1, teach=1_000)).placed > 0


def stop(*args, **kwargs):
    raise KeyboardInterrupt
