"""`--margins`: corrected figures beside the raw ones, from whatever file the voters' answers come, and what is kept back."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from massline.engine.errors import InputError, OptionError
from massline.engine.opinion.answers import read_answers
from massline.engine.opinion.cli import opinion
from massline.engine.opinion.exports import Export, read_export
from massline.engine.opinion.find import find_opinion
from massline.engine.opinion.votes import Votes, collect
from massline.engine.opinion.weights import FEWEST, in_classes, weigh_people
from massline.engine.weigh.margins import Margin, Margins

MARGINS = "variable,category,percent\nage,young,50\nage,old,50\n"


def margins(**shares: float) -> Margins:
    """One variable, age."""
    return Margins((Margin("age", tuple(shares), np.array(list(shares.values()))),), None)


def voters(people: int = 120) -> tuple[Votes, list[str]]:
    """Two groups that disagree on thirty statements; three in four are young, and most of the young are in one group."""
    generator = np.random.default_rng(3)
    young = np.arange(people) % 4 != 0
    first = generator.random(people) < np.where(young, 0.8, 0.2)
    person, statement = np.nonzero(generator.random((people, 30)) < 0.7)
    agrees = generator.random(len(person)) < np.where(first[person] == (statement < 15), 0.9, 0.1)
    ids = [pa.array(numbers).cast(pa.string()) for numbers in (person, statement)]
    votes = collect(*ids, np.where(agrees, 1, -1).astype(np.int8), times=None)
    return votes, ["young" if young[int(name)] else "old" for name in votes.people.to_pylist()]


def rows(votes: Votes) -> list[tuple[str, str, int]]:
    people = np.repeat(votes.people.to_pylist(), votes.per_person).tolist()
    names = votes.statements.to_pylist()
    return [
        (person, names[at], int(value)) for person, at, value in zip(people, votes.columns, votes.values, strict=True)
    ]


def written(folder: Path, *, shape: str) -> list[str]:
    """The voters and their ages in one of the shapes; the arguments of the command that name them."""
    votes, ages = voters()
    (folder / "margins.csv").write_text(MARGINS)
    said = dict(zip(votes.people.to_pylist(), ages, strict=True))
    if shape == "one person a row":
        names = votes.statements.to_pylist()
        cells: dict[str, dict[str, int]] = {person: {} for person in said}
        for person, statement, value in rows(votes):
            cells[person][statement] = value
        lines = [
            ",".join([person, said[person], *(str(cells[person].get(name, "")) for name in names)]) for person in said
        ]
        (folder / "votes.csv").write_text("\n".join([",".join(["participant", "age", *names]), *lines]) + "\n")
    else:
        beside = shape == "one vote a row"
        lines = [
            f"{statement},{person},{value}" + (f",{said[person]}" if beside else "")
            for person, statement, value in rows(votes)
        ]
        (folder / "votes.csv").write_text(
            "\n".join(["comment-id,voter-id,vote" + (",Age" if beside else ""), *lines]) + "\n"
        )
    (folder / "people.csv").write_text(
        "participant,age\n" + "".join(f"{person},{age}\n" for person, age in said.items()) + "stranger,old\n"
    )
    more = ["--participants", str(folder / "people.csv")] if shape == "a file of its own" else []
    return [str(folder / "votes.csv"), "--margins", str(folder / "margins.csv"), *more]


def ran(arguments: Sequence[str], out: Path, *, method: str = "polis") -> Result:
    more = ["--out", str(out), "--json", "--language", "en", "--method", method]
    return CliRunner().invoke(opinion, [*arguments, *more])


def table(out: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return rows


@pytest.mark.parametrize("shape", ["one vote a row", "one person a row", "a file of its own"])
def test_answers_of_every_shape_bring_the_voters_to_the_margins(tmp_path: Path, shape: str) -> None:
    done = ran(written(tmp_path, shape=shape), tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    counts = json.loads(done.stdout)
    assert [row["corrected"] for row in table(tmp_path / "out", "margins")] == pytest.approx([0.5, 0.5])
    assert [row["raw"] for row in table(tmp_path / "out", "margins")] == pytest.approx([0.75, 0.25])
    assert counts["statements"] == 30
    assert counts["corrected"]["effective_size"] == pytest.approx(120**2 / (90 * (2 / 3) ** 2 + 30 * 2**2))
    assert sum(counts["shares_corrected"]) == pytest.approx(1.0)
    raw, corrected = max(zip(counts["shares"], counts["shares_corrected"], strict=True))
    assert raw > corrected > 0.4  # the larger group is the one of the young
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert f"{raw:.0%}" in page
    assert f"Corrected: {corrected:.0%}" in page


def test_groups_and_raw_figures_are_the_same_with_and_without_margins() -> None:
    votes, ages = voters()
    export = Export(votes, {}, len(votes.values), 0)
    plain = find_opinion(export, method="polis")
    weighed = find_opinion(
        export, method="polis", weights=weigh_people(votes, margins(young=0.5, old=0.5), {"age": ages}, file="x")
    )
    for name in ("participants", "groups", "statements"):
        one, other = getattr(plain, name), getattr(weighed, name)
        same = [field for field in one.column_names if "corrected" not in field and field not in ("weight", "groups")]
        assert one.select(same).equals(other.select(same))
    assert plain.groups["share_corrected"].null_count == plain.groups.num_rows
    assert plain.participants["weight"].null_count == len(ages)


def test_voters_who_are_like_the_people_are_left_as_they_are() -> None:
    votes, ages = voters()
    weights = weigh_people(votes, margins(young=0.75, old=0.25), {"age": ages}, file="x")
    assert weights.each == pytest.approx(np.ones(120))
    for row in find_opinion(Export(votes, {}, 1, 0), method="polis", weights=weights).statements.to_pylist():
        assert row["agree_corrected"] == pytest.approx(row["agree"] / (row["agree"] + row["disagree"] + row["pass"]))
        assert row["consensus_corrected"] == pytest.approx(row["consensus"])


def test_about_people_of_whom_few_or_none_voted_nothing_is_said() -> None:
    votes, ages = voters()
    ages[:3] = ["very old"] * 3
    population = margins(young=0.4, old=0.3, **{"very old": 0.2, "oldest": 0.1})
    weights = weigh_people(votes, population, {"age": ages}, file="x")
    fates = {row["category"]: (row["fate"], row["raw"] is None) for row in weights.margins.to_pylist()}
    assert fates["very old"] == ("too_few", True)
    assert fates["oldest"] == ("nobody", True)
    assert [row["category"] for row in weights.facts["cannot_say"]] == ["very old", "oldest"]
    nothing_said = ["" if age == "very old" else age for age in ages]
    unsaid = weigh_people(votes, margins(young=0.4, old=0.3, x=0.3), {"age": nothing_said}, file="x")
    assert weights.each.tolist() == unsaid.each.tolist()


def test_no_weight_belongs_to_fewer_than_ten_people() -> None:
    weights = np.random.default_rng(0).choice(np.linspace(0.2, 4, 40), 300)
    joined = in_classes(weights)
    assert min(Counter(joined.tolist()).values()) >= FEWEST
    assert joined.mean() == pytest.approx(1.0)
    order = np.argsort(weights)
    assert (np.diff(joined[order]) >= 0).all()
    assert in_classes(np.array([1.0, 3.0])).tolist() == [1.0, 1.0]


def test_a_corrected_share_with_fewer_than_ten_people_behind_it_is_not_told() -> None:
    votes, ages = voters()
    few = collect(pa.array([f"{at}" for at in range(9)]), pa.array(["rare"] * 9), np.ones(9, np.int8), times=None)
    people = pa.concat_arrays(
        [
            votes.people.take(pa.array(np.repeat(np.arange(len(ages)), votes.per_person))),
            few.people.take(pa.array(range(9))),
        ]
    )
    names = pa.concat_arrays([votes.statements.take(pa.array(votes.columns)), pa.array(["rare"] * 9)])
    both = collect(people, names, np.concatenate([votes.values, few.values]), times=None)
    weights = weigh_people(both, margins(young=0.5, old=0.5), {"age": ages}, file="x")
    rare = find_opinion(Export(both, {}, 1, 0), method="polis", weights=weights).statements.to_pylist()[-1]
    assert (rare["statement"], rare["agree"]) == ("rare", 9)
    assert rare["agree_corrected"] is rare["consensus_corrected"] is rare["consensus_corrected_side"] is None
    assert all(line["agree_corrected"] is None for line in rare["groups"])


def test_the_export_of_a_corrected_result_gives_the_same_bytes_again(tmp_path: Path) -> None:
    first = ran(written(tmp_path, shape="a file of its own"), tmp_path / "one", method="stable")
    again = ran([str(tmp_path / "one")], tmp_path / "two", method="stable")
    assert (first.exit_code, again.exit_code) == (0, 0)
    for name in ("participants", "groups", "statements", "votes", "margins"):
        one, two = (tmp_path / folder / f"{name}.parquet" for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
    assert json.loads(first.stdout)["corrected"] == json.loads(again.stdout)["corrected"]
    assert not any("age" in field for field in pq.read_schema(tmp_path / "one" / "participants.parquet").names)


def test_an_export_whose_people_were_exchanged_is_refused(tmp_path: Path) -> None:
    ran(written(tmp_path, shape="a file of its own"), tmp_path / "one")
    people = pq.read_table(tmp_path / "one" / "participants.parquet")
    pq.write_table(people.slice(1), tmp_path / "one" / "participants.parquet")
    again = ran([str(tmp_path / "one")], tmp_path / "two")
    assert again.exit_code == 2
    assert "name different people" in again.stderr


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("participant,sex\n1,f\n", "Nobody's age is known"),
        ("age\nyoung\n", "Nobody's age is known"),
        ("participant,age\n1,30\n2,40\n", "No voter has a age that the margins know. people.csv says 30, 40"),
        ("", "is empty"),
    ],
)
def test_answers_that_do_not_fit_the_margins_are_refused_with_what_to_send(
    tmp_path: Path, people: str, said: str
) -> None:
    arguments = written(tmp_path, shape="a file of its own")
    (tmp_path / "people.csv").write_text(people)
    done = ran(arguments, tmp_path / "out")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_answers_without_margins_are_refused(tmp_path: Path) -> None:
    votes, _, _, *participants = written(tmp_path, shape="a file of its own")
    done = ran([votes, *participants], tmp_path / "out")
    assert done.exit_code == 2
    assert "--participants needs --margins" in done.stderr


def test_margins_of_two_variables_need_a_column_for_each(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("participant,age\n1,young\n")
    with pytest.raises(OptionError, match="has no column 'sex'"):
        read_answers([tmp_path / "people.csv"], ["age", "sex"], pa.array(["1"]), reject=pytest.fail)


def test_who_gives_two_answers_counts_as_having_given_none(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text(
        "comment-id,voter-id,vote,age\n1,a,1,young\n2,a,1,\n1,b,1,young\n2,b,1,old\n1,c,1, old \n"
    )
    answers = read_answers([tmp_path / "votes.csv"], ["age"], pa.array(["a", "b", "c", "d"]), reject=pytest.fail)
    assert answers.said["age"] == ["young", "", "old", ""]
    assert answers.unclear == 1


def test_a_row_of_answers_that_is_cut_off_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("participant,age\na,young\nb")
    rejects = []
    answers = read_answers([tmp_path / "people.csv"], ["age"], pa.array(["a", "b"]), reject=rejects.append)
    assert answers.said["age"] == ["young", ""]
    assert [one.code for one in rejects] == ["cut"]


def test_a_column_of_answers_is_no_statement(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text("participant,age,1\na,young,1\n")
    export = read_export(tmp_path / "wide.csv", answers=["age"], reject=pytest.fail)
    assert export.votes.statements.to_pylist() == ["1"]
    (tmp_path / "only.csv").write_text("participant,age\na,young\n")
    with pytest.raises(InputError, match="holds no votes"):
        read_export(tmp_path / "only.csv", answers=["age"], reject=pytest.fail)
