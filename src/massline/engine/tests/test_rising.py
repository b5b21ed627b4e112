import datetime as dt
import json
import signal

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from massline.engine import rising_command
from massline.engine.cli import commands
from massline.engine.embed import weigh_sample
from massline.engine.rising import _by_place, _closest, _groups, matters_of, place_of, rising
from massline.engine.tables import MESSAGES
from massline.engine.tests.calls import messages, write_call

START = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - as messages write time
WISH = (
    "物业不修",
    "老人下不了楼",
    "请质监查一查",
    "维修基金去哪里了",
    "大家很着急",
    "盼尽快更换",
    "反映没有结果",
    "孩子爬十楼",
)
DAY = dt.timedelta(days=1)


def lift(count: int, place: str = "东河镇金水苑") -> list[str]:
    """So many wordings (56 at most) of one matter at one place, no two near copies."""
    return [f"{place}电梯困人，{WISH[i % 8]}，{WISH[(i + 1 + i // 8) % 8]}" for i in range(count)]


def stream(tmp_path, texts: list[str], days: list[float], senders: list[str], **more: list[str]):
    """A stream with 200 messages of other matters over 200 days beside these."""
    others = [text for _, text in messages(200, seed=5)]
    times = [
        (START + DAY * day).isoformat(" ", "seconds") if day >= 0 else "" for day in [*days, *map(float, range(200))]
    ]
    told = {name: [*values, *["" for _ in others]] for name, values in more.items()}
    return write_call(
        tmp_path / "stream.csv",
        [*texts, *others],
        时间=times,
        用户=[*senders, *(f"other{i}" for i in range(200))],
        **told,
    )


def run(file, *options: str):
    result = CliRunner().invoke(commands, ["rising", str(file), *options])
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def of_lift(lines):
    """The matter of most of the first ten messages, which tell of one lift."""
    lift_ids = {f"m{i}" for i in range(1, 11)}
    found = [line for line in lines if len(lift_ids & set(line["messages"])) >= 3]
    return found[0] if found else None


# What cannot be used


def test_a_stream_without_any_time_ends_with_2_and_says_what_to_do(tmp_path) -> None:
    result, _ = run(write_call(tmp_path / "call.csv", lift(5)), "--out", str(tmp_path / "hot.jsonl"))
    assert result.exit_code == 2
    assert "--map time=" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["call.csv"]


def test_messages_without_a_time_are_said_and_make_nothing_hot(tmp_path) -> None:
    result, lines = run(stream(tmp_path, lift(10), [-1.0] * 10, [f"u{i}" for i in range(10)]))
    assert result.exit_code == 1
    assert "10 messages have no time" in result.stderr
    assert of_lift(lines) is None


def test_a_time_far_ahead_lifts_nothing_by_itself(tmp_path) -> None:
    days = [100.0 + i for i in range(9)] + [20_000.0]
    _, lines = run(stream(tmp_path, lift(10), days, [f"u{i}" for i in range(10)]))
    assert of_lift(lines)["heat"] == pytest.approx(9, abs=1.01)


@pytest.mark.parametrize("content", [b"", "编号,内容\n".encode()])
def test_a_file_without_messages_ends_with_2(tmp_path, content: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    assert run(tmp_path / "bad.csv")[0].exit_code == 2


# What is hot


def test_many_people_in_a_short_time_are_one_hot_matter_with_its_place(tmp_path) -> None:
    result, lines = run(stream(tmp_path, lift(10), [100.0 + i for i in range(10)], [f"u{i}" for i in range(10)]))
    assert result.exit_code == 0
    assert list(lines[0]) == ["rank", "label", "place", "heat", "first", "last", "messages"]
    first = lines[0]
    assert (first["rank"], first["place"]) == (1, "金水苑")
    assert set(first["messages"]) >= {f"m{i}" for i in range(1, 11)}
    assert (first["first"], "电梯" in first["label"]) == ("2026-04-11 00:00:00", True)


def test_a_storm_by_two_senders_lifts_nothing_and_adds_two_voices_at_most(tmp_path) -> None:
    few = [f"u{i % 2}" for i in range(40)]
    assert of_lift(run(stream(tmp_path, lift(40), [100.0 + i / 2 for i in range(40)], few))[1]) is None
    people = [f"p{i}" for i in range(10)]
    days = [100.0 + i for i in range(10)]
    alone = of_lift(run(stream(tmp_path, lift(10), days, people))[1])["heat"]
    stormed = of_lift(run(stream(tmp_path, lift(50), [*days, *([105.0] * 40)], [*people, *few]))[1])["heat"]
    assert alone <= stormed <= alone + 2


def test_copies_without_a_sender_are_one_voice(tmp_path) -> None:
    texts = [lift(1)[0]] * 10
    assert of_lift(run(stream(tmp_path, texts, [100.0 + i for i in range(10)], [""] * 10))[1]) is None


def test_copies_count_as_people_only_when_ten_have_sent_them(tmp_path) -> None:
    texts, days = [lift(1)[0]] * 12, [100.0 + i for i in range(12)]
    assert of_lift(run(stream(tmp_path, texts[:9], days[:9], [f"u{i}" for i in range(9)]))[1]) is None
    assert of_lift(run(stream(tmp_path, texts, days, [f"u{i}" for i in range(12)]))[1])["heat"] > 6


def test_likes_lift_nothing(tmp_path) -> None:
    days, senders = [100.0 + i for i in range(10)], [f"u{i}" for i in range(10)]
    plain = run(stream(tmp_path, lift(10), days, senders, 点赞数=["0"] * 10))[0].stdout
    assert run(stream(tmp_path, lift(10), days, senders, 点赞数=["9999"] * 10))[0].stdout == plain


def test_what_has_always_been_said_is_less_hot_than_what_is_new(tmp_path) -> None:
    people = [f"u{i}" for i in range(10)]
    steady = of_lift(run(stream(tmp_path, lift(10), [30.0 * i for i in range(10)], people))[1])
    sudden = of_lift(run(stream(tmp_path, lift(10), [300.0 + i for i in range(10)], people))[1])
    assert sudden["heat"] > 5 * (steady["heat"] if steady else 1)


def test_the_same_trouble_at_two_places_is_two_matters(tmp_path) -> None:
    texts = [*lift(6), *lift(6, "西岭镇柳林苑")]
    _, lines = run(stream(tmp_path, texts, [100.0 + i for i in range(12)], [f"u{i}" for i in range(12)]))
    assert {line["place"][-3:] for line in lines[:2]} == {"金水苑", "柳林苑"}
    assert {frozenset(line["messages"]) for line in lines[:2]} == {
        frozenset(f"m{i}" for i in range(1, 7)),
        frozenset(f"m{i}" for i in range(7, 13)),
    }


def table(rows: list[tuple[str, str, str]]) -> pa.Table:
    """MESSAGES of texts, areas and days after START, each from a sender of its own."""
    told = [
        {"id": f"m{i}", "text": text, "area": area, "time": START + DAY * float(day), "sender": i}
        for i, (text, area, day) in enumerate(rows)
    ]
    return pa.Table.from_pylist(told, MESSAGES)


def test_copies_that_their_place_parts_from_what_they_copy_are_told_too() -> None:
    said = "电梯困人，物业不修，老人下不了楼，盼尽快更换"
    others = [(text, "南湖镇", str(day)) for day, (_, text) in enumerate(messages(40, seed=5))]
    here = [(said, "东河镇", "50")] + [(f"{said}，{wish}", "东河镇", "51") for wish in WISH[2:8]]
    there = [(said, "西岭镇", f"{52 + i / 10}") for i in range(12)]
    found = rising(table([*others, *here, *there]), seed=0, workers=1)
    copies = set(range(len(others) + len(here), len(others) + len(here) + len(there)))
    alone = [one for one in found if set(one.rows) == copies]
    assert [(one.place, one.voices, one.days) for one in alone] == [("西岭镇", 12, 2)]
    assert alone[0].middle in copies


def test_voices_and_days_are_those_of_the_hottest_days() -> None:
    slow = [(text, "", str(100.0 * i)) for i, text in enumerate(lift(3))]
    fast = [(text, "", f"{400 + i}") for i, text in enumerate(lift(10)[3:])]
    hottest = rising(
        table([*slow, *fast, *((text, "", str(i)) for i, (_, text) in enumerate(messages(40, seed=5)))]),
        seed=0,
        workers=1,
    )[0]
    assert (hottest.voices, hottest.days) == (7, 7)
    assert hottest.first < hottest.until == hottest.last
    assert hottest.middle in hottest.rows
    assert hottest.label in lift(10)


def test_coded_and_plain_names_make_a_place_together() -> None:
    assert place_of(["A3区八方小区违建", "投诉A3区八方小区违法搭建", "八方小区又违建了"]) == "A3区八方小区"
    assert place_of(["路灯坏了", "路太黑"]) == ""


def test_a_flood_of_one_matter_is_cut_and_loses_nobody(monkeypatch) -> None:
    """More alike messages than are compared each with each, and more links of one than are kept."""
    monkeypatch.setattr("massline.engine.rising.MOST_TOGETHER", 12)
    monkeypatch.setattr("massline.engine.rising.MOST_LINKS", 6)
    sample = weigh_sample(np.arange(48), pa.array(lift(48), pa.large_string()), common=1.0)
    assert sorted(row for rows in _groups(matters_of(sample)) for row in rows.tolist()) == list(range(48))


def test_what_no_closer_link_cuts_is_one_matter(monkeypatch) -> None:
    monkeypatch.setattr("massline.engine.rising.MOST_TOGETHER", 4)
    texts = ["金水苑电梯困人"] * 9 + [text for _, text in messages(20, seed=5)]
    found = matters_of(weigh_sample(np.arange(29), pa.array(texts, pa.large_string()), common=1.0))
    assert len(set(found[:9].tolist())) == 1
    assert found[0] not in found[9:]


def test_of_too_many_links_the_closest_stay() -> None:
    near = scipy.sparse.csr_matrix([[0.3, 0.9, 0.2, 0.5], [0.0, 0.4, 0.0, 0.0]])
    kept = _closest(near, most=2).toarray()
    assert kept.tolist() == [[0.0, 0.9, 0.0, 0.5], [0.0, 0.4, 0.0, 0.0]]


# Laws


@given(st.lists(st.sets(st.text("东西河镇", min_size=1, max_size=3), max_size=3), max_size=9))
def test_parts_by_place_are_those_of_looking_at_every_pair(named: list[set[str]]) -> None:
    def share(one: set[str], other: set[str]) -> bool:
        return any(place in name or name in place for place in one for name in other)

    pairs = np.array([[share(one, other) for other in named] for one in named], bool).reshape(len(named), len(named))
    alone = connected_components(scipy.sparse.csr_matrix(pairs), directed=False)[1] if named else np.zeros(0)
    parts = _by_place(named)
    assert len(parts) == len(named)
    for one in range(len(named)):
        for other in range(len(named)):
            assert (parts[one] == parts[other]) == (alone[one] == alone[other])


def test_workers_change_no_line(tmp_path) -> None:
    file = stream(tmp_path, lift(10), [100.0 + i for i in range(10)], [f"u{i}" for i in range(10)])
    assert run(file, "--workers", "1")[0].stdout == run(file, "--workers", "3")[0].stdout


def test_ctrl_c_leaves_nothing_half_written(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rising_command, "rising", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    file = stream(tmp_path, lift(3), [1.0, 2.0, 3.0], ["a", "b", "c"])
    assert run(file, "--out", str(tmp_path / "hot.jsonl"))[0].exit_code == 130
    assert [one.name for one in tmp_path.iterdir()] == ["stream.csv"]


def test_help_of_rising_shows_an_example() -> None:
    told = CliRunner().invoke(commands, ["rising", "--help"]).stdout
    assert "Example: massline rising " in " ".join(told.split())
