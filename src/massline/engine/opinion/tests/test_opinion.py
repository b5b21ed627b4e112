"""Laws of the whole: order, sums, numbers of groups, bad conversations, floods, the command."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from sklearn.metrics import adjusted_rand_score

from massline.engine.opinion.cli import opinion
from massline.engine.opinion.exports import Export, Statement
from massline.engine.opinion.find import Opinion, find_opinion
from massline.engine.opinion.polis import polis_groups
from massline.engine.opinion.rates import bridging, consensus, wilson
from massline.engine.opinion.stable import regroup, stable_groups
from massline.engine.opinion.votes import Votes, collect


def conversation(
    people: int, statements: int, *, groups: int, seed: int, separation: float = 0.8
) -> tuple[Votes, np.ndarray]:
    """Votes of known groups, 60 % unseen, and the true group of each person."""
    generator = np.random.default_rng(seed)
    group = generator.integers(groups, size=people)
    sides = generator.random((groups, statements)) < 0.5
    rates = (
        np.where(sides, 0.5 + separation / 2, 0.5 - separation / 2) if groups > 1 else generator.random((1, statements))
    )
    person, statement = np.nonzero(generator.random((people, statements)) < 0.4)
    values = np.where(generator.random(len(person)) < rates[group[person], statement], 1, -1).astype(np.int8)
    values[generator.random(len(person)) < 0.1] = 0
    votes = collect(ids(person), ids(statement), values, times=1_700_000_000_000 + person * 3_600_000 + statement)
    return votes, group[np.unique(person)]


def ids(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def found_in(votes: Votes, *, method: str = "stable") -> Opinion:
    return find_opinion(Export(votes, {}, len(votes.values), 0), method=method)


def from_rows(rows: list[tuple[str, str, int]]) -> Votes:
    people, statements, values = zip(*rows, strict=True)
    return collect(pa.array(people), pa.array(statements), np.array(values, np.int8), times=None)


@pytest.mark.parametrize("method", ["stable", "polis"])
@pytest.mark.parametrize(
    "rows",
    [
        [("p", "s", 1)],
        [("p", "s", 1), ("q", "s", -1)],
        [("p", "a", 1), ("p", "b", -1), ("p", "c", 0)],
        [(f"p{i}", f"s{j}", 0) for i in range(20) for j in range(10)],
        [(f"p{i}", f"s{j}", 1) for i in range(20) for j in range(10)],
        [(f"p{i}", f"s{j}", 0) for i in range(30) for j in range(40)],
        [(f"p{i}", f"s{j}", 1) for i in range(120) for j in range(40)],
        [(f"p{i}", f"s{(7 * i + j) % 60}", 1 - 2 * (i % 2)) for i in range(30) for j in range(3)],
    ],
    ids=[
        "one vote",
        "one statement",
        "one person",
        "all passes",
        "all equal",
        "many passes",
        "many equal",
        "three votes each",
    ],
)
def test_a_poor_conversation_is_computed_as_far_as_it_goes(method: str, rows: list[tuple[str, str, int]]) -> None:
    found = found_in(from_rows(rows), method=method)
    assert sum(found.fates.values()) == found.participants.num_rows == len({row[0] for row in rows})
    assert found.statements["agree"].to_pylist() == [
        sum(vote == 1 for _, name, vote in rows if name == one) for one in found.statements["statement"].to_pylist()
    ]
    assert method == "polis" or len(rows) == 90 or found.grouping.groups == 0


@pytest.mark.parametrize("groups", [2, 3, 6])
def test_planted_groups_are_found_with_their_number(groups: int) -> None:
    votes, truth = conversation(600, 60, groups=groups, seed=groups)
    found = stable_groups(votes, moderated=np.zeros(60, bool), replicates=3)
    assert found.groups == groups
    assert adjusted_rand_score(truth, found.group) > 0.9


def test_one_person_who_differs_from_all_makes_no_group() -> None:
    votes = from_rows([(f"p{i}", f"s{j}", 1 if i == 0 else -1) for i in range(40) for j in range(30)])
    assert found_in(votes).grouping.groups == 0


@pytest.mark.parametrize("seed", [2, 4])
def test_the_reference_finds_a_small_group_that_came_last(seed: int) -> None:
    generator = np.random.default_rng(seed)
    few = np.arange(300) >= 284
    person, statement = np.nonzero(generator.random((300, 60)) < 0.5)
    chance = np.where(few[person], 0.05 + 0.9 * (statement % 2), np.linspace(0.1, 0.9, 60)[statement])
    values = np.where(generator.random(len(person)) < chance, 1, -1).astype(np.int8)
    votes = collect(ids(person), ids(statement), values, times=person * 60_000 + statement)
    found = polis_groups(votes, moderated=np.zeros(60, bool))
    assert adjusted_rand_score([few[int(name)] for name in votes.people.to_pylist()], found.group) > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_people_without_groups_are_not_parted(seed: int) -> None:
    votes, _ = conversation(300, 40, groups=1, seed=seed)
    found = found_in(votes)
    assert (found.grouping.groups, found.groups.num_rows) == (0, 0)
    assert found.fates["no_groups"] == 300


def test_the_order_of_votes_changes_nothing() -> None:
    votes, _ = conversation(200, 30, groups=3, seed=1)
    table = found_in(votes).votes
    mixed = table.take(pa.array(np.random.default_rng(0).permutation(table.num_rows)))
    columns = [mixed[name].combine_chunks() for name in ("participant", "statement")]
    again = collect(*columns, mixed["vote"].to_numpy().astype(np.int8), times=mixed["time"].to_numpy())
    one, other = found_in(votes), found_in(again)
    assert one.participants.equals(other.participants)
    assert one.groups.equals(other.groups)
    assert one.statements.equals(other.statements)


def test_a_batch_more_of_votes_keeps_groups_and_their_numbers() -> None:
    votes, _ = conversation(600, 60, groups=3, seed=5)
    later = np.arange(len(votes.people)) % 20 != 0
    early = votes.of_people(later)
    before = stable_groups(early, moderated=np.zeros(60, bool), replicates=2)
    after = regroup(votes, before, early.statements, moderated=np.zeros(60, bool))
    assert (after.group[later] == before.group).mean() > 0.99
    assert (after.group >= 0).all()


def test_everybody_has_one_fate_and_few_votes_are_unsure() -> None:
    votes, _ = conversation(400, 50, groups=2, seed=2)
    keep = np.ones(len(votes.values), bool)
    for person in range(50):  # fifty people keep one vote each
        keep[votes.starts[person] + 1 : votes.starts[person + 1]] = False
    kept = np.concatenate([[0], np.cumsum(keep)])
    poor = Votes(
        votes.people, votes.statements, kept[votes.starts], votes.columns[keep], votes.values[keep], votes.times[keep]
    )
    found = found_in(poor)
    assert sum(found.fates.values()) == 400
    assert found.fates["unsure"] + found.fates["too_few"] >= 25
    assert found.groups["participants"].to_numpy().sum() == found.fates["placed"] + found.fates["unsure"]


def test_a_statement_that_nobody_saw_stands_with_zeros() -> None:
    votes = from_rows([("p", "1", 1), ("q", "1", -1)])
    found = find_opinion(Export(votes, {"1": Statement("x"), "7": Statement("unseen")}, 2, 0))
    last = found.statements.to_pylist()[-1]
    assert (last["statement"], last["agree"], last["disagree"], last["consensus"]) == ("7", 0, 0, None)


def test_consensus_is_the_lowest_agreement_on_the_better_side() -> None:
    counts = np.array([[[1, 0, 9], [9, 0, 1]], [[4, 0, 6], [7, 1, 2]]])  # (groups, statements, disagree pass agree)
    rate, low, high, side = consensus(counts)
    assert rate.tolist() == [0.6, 0.7]
    assert side.tolist() == [1, -1]
    assert (low < rate).all()
    assert (rate < high).all()


def test_what_all_groups_share_bridges_more_than_what_parts_them() -> None:
    shared, parting = [0, 0, 10], ([10, 0, 0], [0, 0, 10])
    counts = np.array([[shared, parting[0]], [shared, parting[1]]])
    bridge = bridging(counts)
    assert bridge[0] > 0.5 > bridge[1]


def test_wilson_holds_the_share_and_knows_nothing_without_votes() -> None:
    low, high = wilson(np.array([0, 5, 10, 0]), np.array([10, 10, 10, 0]))
    assert low.tolist()[0] == pytest.approx(0.0)
    assert high.tolist()[2] == pytest.approx(1.0)
    assert (low[3], high[3]) == (0.0, 1.0)
    assert low[1] + high[1] == pytest.approx(1.0)


def test_a_flood_is_marked_and_real_people_are_not() -> None:
    votes, _ = conversation(400, 60, groups=2, seed=3, separation=0.5)
    generator = np.random.default_rng(9)
    pattern = generator.choice([-1, 1], 60)
    person, statement = np.nonzero(generator.random((20, 60)) < 0.4)
    times = 1_700_000_000_000 + 200 * 3_600_000 + person * 30_000 + statement * 1_000
    table = found_in(votes).votes
    flooded = collect(
        pa.concat_arrays([table["participant"].combine_chunks(), ids(person + 10_000)]),
        pa.concat_arrays([table["statement"].combine_chunks(), ids(statement)]),
        np.concatenate([table["vote"].to_numpy(), pattern[statement]]).astype(np.int8),
        times=np.concatenate([table["time"].to_numpy(), times]),
    )
    found = found_in(flooded)
    planted = np.array([int(name) >= 10_000 for name in flooded.people.to_pylist()])
    assert (found.floods.flood[planted] >= 0).mean() >= 0.95
    assert (found.floods.flood[~planted] >= 0).mean() <= 0.005
    real = found_in(votes).statements
    assert found.statements["agree_without_floods"].to_pylist() == real["agree"].to_pylist()
    assert found.participants.num_rows == 420


def test_the_command_on_its_own_export_gives_the_same_bytes(tmp_path: Path) -> None:
    votes, _ = conversation(150, 25, groups=2, seed=4)
    rows = found_in(votes).votes.to_pylist()
    text = "timestamp,comment-id,voter-id,vote\n" + "".join(
        f"{row['time']},{row['statement']},{row['participant']},{row['vote']}\n" for row in rows
    )
    (tmp_path / "votes.csv").write_text(text)
    first = CliRunner().invoke(opinion, [str(tmp_path / "votes.csv"), "--out", str(tmp_path / "one"), "--json"])
    again = CliRunner().invoke(opinion, [str(tmp_path / "one"), "--out", str(tmp_path / "two"), "--language", "en"])
    assert (first.exit_code, again.exit_code) == (0, 0)
    counts = json.loads(first.stdout)
    assert counts["participants"] == sum(counts[name] for name in ("placed", "unsure", "too_few", "no_groups"))
    for name in ("participants", "groups", "statements", "votes"):
        assert (tmp_path / "one" / f"{name}.parquet").read_bytes() == (
            tmp_path / "two" / f"{name}.parquet"
        ).read_bytes()
    assert "意见分群报告" in (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    page = (
        (tmp_path / "two" / "report.html").read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    )
    assert "What all groups share" in page
    assert not any(outside in page for outside in ("http://", "https://", "<script", "src="))


def test_the_command_refuses_in_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("")
    ran = CliRunner().invoke(opinion, [str(tmp_path / "votes.csv"), "--out", str(tmp_path / "out")])
    assert ran.exit_code == 2
    assert "is empty" in ran.stderr
    assert not (tmp_path / "out").exists()


def test_statement_texts_are_shown_as_text_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("comment-id,voter-id,vote\n1,a,1\n1,b,1\n1,c,1\n")
    (tmp_path / "comments.csv").write_text('comment-id,comment-body\n1,"<img src=x onerror=alert(1)>"\n')
    ran = CliRunner().invoke(
        opinion,
        [str(tmp_path / "votes.csv"), "--statements", str(tmp_path / "comments.csv"), "--out", str(tmp_path / "out")],
    )
    assert ran.exit_code == 0
    assert "<img" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
