"""Reading conversations: what is wrong is said in a sentence, the rest is read."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from massline.engine.errors import InputError
from massline.engine.opinion.exports import Export, read_export
from massline.engine.opinion.votes import collect
from massline.engine.rejects import Reject

REAL = Path(__file__).parents[6] / "shared" / "data" / "polis"


def read(path: Path, text: str) -> tuple[Export, list[Reject]]:
    path.write_text(text, encoding="utf-8")
    rejects: list[Reject] = []
    return read_export(path, reject=rejects.append), rejects


def cells(export: Export) -> dict[tuple[str, str], int]:
    votes = export.votes
    people = np.repeat(votes.people.to_pylist(), votes.per_person)
    statements = [votes.statements[int(column)].as_py() for column in votes.columns]
    return dict(zip(zip(people.tolist(), statements, strict=True), votes.values.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("votes.csv", "", "is empty"),
        ("votes.csv", "timestamp,comment-id,voter-id,vote\n", "no vote under them"),
        (
            "comments.csv",
            "timestamp,comment-id,author-id,agrees,moderated,comment-body\n1,2,3,4,1,x\n",
            "the statements",
        ),
        ("stats-history.csv", "n-votes,n-comments,n-visitors\n1,2,3\n", "the numbers over time"),
        ("votes.json", '[{"pid": 1, "tid": 2, "vo', "cut off"),
        ("votes.csv", "comment-id,voter-id,vote\n1,2,\n", "none of its 1 rows"),
        ("votes.csv", "comment-id,voter-id,vote,time\n1,2,1,soon\n", "Row 1, time: 'soon'. This is not a time"),
    ],
)
def test_a_file_without_votes_is_refused_with_what_to_send(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path / name, text)


def test_rows_that_cannot_be_read_are_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    text = "timestamp,comment-id,voter-id,vote\n5,a,x,1\n6,a,y,maybe\n7,,z,1\nsoon,b,x,-1\n8,b,y,NaN\n9,b,x,0\n10,c"
    export, rejects = read(tmp_path / "votes.csv", text)
    assert {(reject.row, reject.code) for reject in rejects} == {
        (2, "unknown_vote"),
        (3, "no_id"),
        (4, "unreadable_time"),
        (5, "unknown_vote"),
        (7, "cut"),
    }
    assert (export.rows, export.accepted, export.rejected) == (7, 2, 5)
    assert cells(export) == {("x", "a"): 1, ("x", "b"): 0}


def test_a_json_array_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = json.dumps([{"pid": person, "tid": 1, "vote": 1} for person in range(4)])
    export, rejects = read(tmp_path / "votes.json", whole[: whole.rindex("pid")])
    assert cells(export) == {("0", "1"): 1, ("1", "1"): 1, ("2", "1"): 1}
    assert [(one.row, one.code) for one in rejects] == [(4, "cut")]
    assert (export.rows, export.rejected) == (4, 1)


def test_the_latest_of_a_thousand_changes_counts_in_whatever_order_they_come(tmp_path: Path) -> None:
    rows = [f"{1_700_000_000_000 + at},s,p,{(at % 3) - 1}" for at in range(1_000)]
    head = "timestamp,comment-id,voter-id,vote\n"
    export, _ = read(tmp_path / "votes.csv", head + "\n".join(rows))
    turned, _ = read(tmp_path / "turned.csv", head + "\n".join(reversed(rows)))
    assert cells(export) == cells(turned) == {("p", "s"): 999 % 3 - 1}
    assert export.votes.changed == turned.votes.changed == 999


def test_a_column_of_times_that_is_empty_is_no_column_of_times(tmp_path: Path) -> None:
    lines = "a,x,1,\na,x,-1,\n"
    export, rejects = read(tmp_path / "votes.csv", "comment-id,voter-id,vote,timestamp\n" + lines)
    assert not rejects
    assert export.votes.times is None
    assert cells(export) == {("x", "a"): -1}  # the later row is the later vote, not another one at the same moment


def test_different_votes_at_one_moment_count_as_a_pass() -> None:
    ids = pa.array(["p", "p"])
    both = [collect(ids, ids, np.array(votes, np.int8), times=np.array([5, 5])) for votes in ([1, -1], [-1, 1])]
    assert [votes.values.tolist() for votes in both] == [[0], [0]]


def test_a_withdrawn_vote_is_unseen_and_its_person_stays(tmp_path: Path) -> None:
    text = "timestamp,comment-id,voter-id,vote\n1,a,x,1\n2,a,x,\n1,a,y,赞成\n1,b,y,反对\n"
    export, rejects = read(tmp_path / "votes.csv", text)
    assert not rejects
    assert cells(export) == {("y", "a"): 1, ("y", "b"): -1}
    assert export.votes.people.to_pylist() == ["x", "y"]
    assert export.votes.withdrawn == 1


def test_a_person_who_stands_twice_is_rejected_the_second_time(tmp_path: Path) -> None:
    text = "participant,xid,group-id,n-votes,0,1,10\n1,,0,2,1,-1,\n2,,1,0,,,\n1,,0,1,,,1\n3,,1,1,5,1.0,0\n"
    export, rejects = read(tmp_path / "participants-votes.csv", text)
    assert [(one.row, one.code) for one in rejects] == [(3, "duplicate_id"), (4, "unknown_vote")]
    assert cells(export) == {("1", "0"): 1, ("1", "1"): -1, ("3", "1"): 1, ("3", "10"): 0}
    assert export.votes.people.to_pylist() == ["1", "2", "3"]


def test_every_shape_of_one_conversation_gives_the_same_votes(tmp_path: Path) -> None:
    rows = [("1", "2", 1, 1_700_000_000_000), ("1", "10", -1, 1_700_000_000_001), ("2", "2", 0, 1_700_000_000_002)]
    names = (("pid", "tid", "vote", "modified"), ("participant_id", "statement_id", "vote", "modified"))
    found = []
    for number, keys in enumerate(names):
        objects = [dict(zip(keys, row, strict=True)) for row in rows]
        found.append(read(tmp_path / f"{number}.json", json.dumps(objects))[0])
    lines = "".join(f"{time},x,{statement},{person},{vote}\n" for person, statement, vote, time in rows)
    found.append(read(tmp_path / "votes.csv", "timestamp,datetime,comment-id,voter-id,vote\n" + lines)[0])
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    pq.write_table(pa.table(columns, ["participant", "statement", "vote", "time"]), tmp_path / "votes.parquet")
    found.append(read_export(tmp_path / "votes.parquet", reject=pytest.fail))
    assert all(cells(one) == cells(found[0]) for one in found)
    assert all(one.votes.times.tolist() == found[0].votes.times.tolist() for one in found)
    assert found[0].votes.statements.to_pylist() == ["2", "10"]


@pytest.mark.skipif(not REAL.exists(), reason="the development data ../shared/data/polis are not here")
def test_the_two_tables_of_a_real_export_say_the_same() -> None:
    for folder in sorted(path for path in REAL.iterdir() if (path / "votes.csv").exists()):
        long = read_export(folder, reject=pytest.fail)
        wide = read_export(folder / "participants-votes.csv", reject=pytest.fail)
        assert long.votes.people.equals(wide.votes.people), folder.name
        assert cells(long) == cells(wide), folder.name
