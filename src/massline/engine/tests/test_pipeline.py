import csv
import json
import os
import shutil
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from massline.engine import workfolder
from massline.engine.cli import STEPS
from massline.engine.errors import InputError, OptionError, OutputError
from massline.engine.pipeline import Options, RunResult, run
from massline.engine.results import FILES
from massline.engine.steps import meaning
from massline.engine.steps.tracing import shown_text
from massline.engine.support import clauses_of, form_of, message_of, says
from massline.engine.tables import OUT_MESSAGES, THEMES
from massline.engine.tests.calls import messages, write_call

COUNTED = ("placed", "not_placed", "too_short", "copies", "removed")
TEXTS = [text for _, text in messages(400)]
ODD = [
    "",
    "好",
    "哈哈哈哈哈哈",
    "12345",
    "…！",
    TEXTS[0],
    TEXTS[0],
    "=cmd|' /C calc'!A0 电梯困人怎么办",
    "\u202e电梯困人\u200b又坏了",
    "<script>alert(1)</script>公交改线",
]
ALL = [*TEXTS, *ODD]


def folder(path: Path) -> dict[str, bytes]:
    """What lies in a folder, run.json without its timings."""
    files = {file.name: file.read_bytes() for file in path.iterdir()}
    facts = json.loads(files["run.json"])
    for name in ("seconds", "peak_rss_mb"):
        del facts["result"][name]
    del facts["timings"]
    return {**files, "run.json": json.dumps(facts).encode()}


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> tuple[RunResult, Path]:
    place = tmp_path_factory.mktemp("call")
    senders = [f"u{number % 300}" for number in range(len(ALL))]
    file = write_call(
        place / "call.csv", ALL, 用户=senders, 时间=["2026-03-01 08:00:00"] * len(ALL), 地区=["东河镇"] * len(ALL)
    )
    return run([file], place / "out", Options(workers=1)), place


def test_an_unusable_option_is_refused_with_what_is_allowed() -> None:
    for options in ({"grain": 0}, {"workers": 0}, {"seed": -1}, {"language": "fr"}):
        with pytest.raises(OptionError, match="Write "):
            Options(**options)


def test_no_file_and_a_missing_file_are_refused_by_name(tmp_path) -> None:
    with pytest.raises(InputError, match="No file"):
        run([], tmp_path / "out", Options())
    with pytest.raises(InputError, match="nowhere.csv"):
        run([tmp_path / "nowhere.csv"], tmp_path / "out", Options())


def test_a_refused_file_leaves_no_result_and_spoils_no_earlier_one(result, tmp_path) -> None:
    _, place = result
    before = folder(place / "out")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(InputError):
        run([tmp_path / "empty.csv"], place / "out", Options())
    shutil.rmtree(place / "out" / ".work", ignore_errors=True)
    assert folder(place / "out") == before


def test_a_folder_that_is_a_file_is_refused(tmp_path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="out"):
        run([write_call(tmp_path / "call.csv", TEXTS[:5])], tmp_path / "out", Options())
    assert (tmp_path / "out").read_text() == "mine"


def test_every_row_has_one_fate_and_the_sums_are_whole(result) -> None:
    counts, place = result
    assert counts.rows == len(ALL) == counts.accepted + counts.rejected
    assert counts.accepted == sum(getattr(counts, name) for name in COUNTED)
    assert (counts.rejected, counts.too_short, counts.removed) == (1, 1, 3)
    fates = pq.read_table(place / "out" / "messages.parquet").column("fate").to_pylist()
    assert fates.count("placed") == counts.placed
    assert fates.count("copy") == counts.copies >= 2


def test_the_folder_holds_the_contract_and_nothing_else(result) -> None:
    _, place = result
    assert {file.name for file in (place / "out").iterdir()} == set(FILES)
    assert pq.read_schema(place / "out" / "messages.parquet").equals(OUT_MESSAGES)
    assert pq.read_schema(place / "out" / "themes.parquet").equals(THEMES)


def test_a_copy_carries_the_theme_of_its_original(result) -> None:
    _, place = result
    by_id = {one["id"]: one for one in pq.read_table(place / "out" / "messages.parquet").to_pylist()}
    for one in by_id.values():
        assert (one["copy_of"] is None) == (one["fate"] != "copy")
        if one["copy_of"]:
            assert one["theme"] == by_id[one["copy_of"]]["theme"]


def test_themes_add_up_over_both_grains_and_count_their_messages(result) -> None:
    _, place = result
    told = pq.read_table(place / "out" / "messages.parquet").to_pylist()
    for theme in pq.read_table(place / "out" / "themes.parquet").to_pylist():
        inside = [one for one in told if theme["theme"] in (one["theme_path"] or ())]
        assert theme["messages"] == len(inside) > 0
        assert 0 < theme["senders"] <= theme["messages"]
        assert theme["share_raw"] == pytest.approx(len(inside) / len(told))
        assert {*theme["typical"], *theme["dissenting"]} <= {one["id"] for one in inside}
        assert theme["typical"]


def test_every_statement_stands_on_messages_of_its_theme(result) -> None:
    _, place = result
    texts = {f"m{number}": text for number, text in enumerate(ALL, 1)}
    lines = [json.loads(line) for line in (place / "out" / "statements.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines
    for line in lines:
        assert line["support"] == len(line["messages"]) >= 1
        assert any(line["statement"].strip("。！") in texts[name] for name in line["messages"])


def test_a_statement_leads_to_just_those_messages_of_its_theme_that_support_it(result) -> None:
    """The rule of `massline trace check`, for every message of the theme, copies too."""
    _, place = result
    texts = {f"m{number}": text for number, text in enumerate(ALL, 1)}
    told = pq.read_table(place / "out" / "messages.parquet", columns=["id", "theme"]).to_pylist()
    for line in map(json.loads, (place / "out" / "statements.jsonl").read_text(encoding="utf-8").splitlines()):
        inside = {one["id"]: message_of(None, texts[one["id"]]) for one in told if one["theme"] == line["theme"]}
        asked = clauses_of(form_of(line["statement"]))
        assert line["messages"] == [name for name, message in inside.items() if says(asked, message)]


def test_a_rejected_row_says_where_and_why(result) -> None:
    _, place = result
    with (place / "out" / "rejects.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["file"], row["row"], row["column"]) for row in rows] == [("call.csv", "401", "内容")]
    assert rows[0]["reason"]


def test_a_run_that_was_stopped_goes_on_and_gives_the_same(result, tmp_path, monkeypatch) -> None:
    _, place = result
    done = []
    monkeypatch.setattr(meaning, "find_themes", stop)
    with pytest.raises(KeyboardInterrupt):
        run([place / "call.csv"], tmp_path / "out", Options(workers=1))
    assert {file.name for file in (tmp_path / "out").iterdir()} == {".work"}
    monkeypatch.undo()
    run([place / "call.csv"], tmp_path / "out", Options(workers=1), progress=lambda step, count: done.append(step))
    assert done[0] == "group"  # read, clean, fold and embed were kept
    assert folder(tmp_path / "out") == folder(place / "out")


def test_a_run_that_is_stopped_in_each_step_in_turn_gives_the_same(result, tmp_path, monkeypatch) -> None:
    _, place = result
    replace, begun = os.replace, []

    def stop_before(last: str, source: Path, target: Path) -> None:
        stop() if target.name == last else replace(source, target)

    for step in STEPS:
        monkeypatch.setattr(workfolder.os, "replace", partial(stop_before, step))  # all of it made, and not yet whole
        with pytest.raises(KeyboardInterrupt):
            run([place / "call.csv"], tmp_path / "out", Options(workers=1), progress=lambda step, _: begun.append(step))
        assert {file.name for file in (tmp_path / "out").iterdir()} == {".work"}
        assert (tmp_path / "out" / ".work" / f"{step}.part").exists()
        assert set(begun[-1:]) == {step}
    monkeypatch.undo()
    run([place / "call.csv"], tmp_path / "out", Options(workers=1))
    assert folder(tmp_path / "out") == folder(place / "out")


def stop(*args, **kwargs):
    raise KeyboardInterrupt


def test_other_options_are_not_served_from_an_earlier_run(result, tmp_path, monkeypatch) -> None:
    _, place = result
    monkeypatch.setattr(meaning, "find_themes", stop)
    with pytest.raises(KeyboardInterrupt):
        run([place / "call.csv"], tmp_path / "out", Options(workers=1))
    monkeypatch.undo()
    done = []
    run(
        [place / "call.csv"],
        tmp_path / "out",
        Options(workers=1, seed=1),
        progress=lambda step, count: done.append(step),
    )
    assert done[0] == "read"


def test_a_call_of_one_message_is_concentrated(tmp_path) -> None:
    counts = run([write_call(tmp_path / "one.csv", ["小区电梯困人没有人修"])], tmp_path / "out", Options(workers=1))
    assert (counts.placed, counts.themes) == (1, 1)


def test_equal_messages_are_one_theme_and_its_copies(tmp_path) -> None:
    counts = run(
        [write_call(tmp_path / "one.csv", ["小区电梯困人没有人修"] * 50)], tmp_path / "out", Options(workers=1)
    )
    assert (counts.placed, counts.copies, counts.themes) == (1, 49, 1)


def test_a_call_in_which_nobody_says_anything_is_still_accounted_for(tmp_path) -> None:
    counts = run(
        [write_call(tmp_path / "call.csv", ["好", "…", "111", "啊啊啊啊啊"])], tmp_path / "out", Options(workers=1)
    )
    assert (counts.accepted, counts.too_short, counts.removed, counts.themes) == (4, 1, 3, 0)


def test_signs_that_turn_the_writing_round_are_not_shown() -> None:
    assert shown_text("标\u202e题", "正\u200b文\x00 \n\n 第二行") == "标题\n正文 第二行"
