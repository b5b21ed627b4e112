"""Calls that nobody would wish for: each ends with whole sums and a small report, or with a clear error and no half result."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from massline.engine.pipeline import Options, RunResult, run
from massline.engine.results import FILES
from massline.engine.tests.calls import messages, write_call

CONCENTRATE = "from massline.engine.cli import commands; commands()"
TEXTS = [text for _, text in messages(300)]


def concentrated(file: Path) -> tuple[RunResult, dict]:
    """Counts and report.json of a run that goes by words."""
    counts = run([file], file.parent / "out", Options(workers=1))
    assert counts.rows == counts.accepted + counts.rejected
    ends = (counts.placed, counts.not_placed, counts.too_short, counts.copies, counts.removed)
    assert counts.accepted == sum(ends)
    assert (file.parent / "out" / "report.html").stat().st_size < 2_000_000
    return counts, json.loads((file.parent / "out" / "report.json").read_text("utf-8"))


def test_columns_of_nothing_but_junk_are_counted_and_summed_up(tmp_path) -> None:
    junk = [np.random.default_rng(i).bytes(9).hex() for i in range(len(TEXTS))]
    junk[7:10] = ["网上"] * 3
    counts, report = concentrated(write_call(tmp_path / "call.csv", TEXTS, 渠道=junk, 地区=junk[::-1]))
    channels = report["took_part"]["channel"]
    assert next(iter(sorted(channels, key=lambda name: -channels[name] * (name != "…")))) == "网上"
    assert channels["网上"] == 3
    assert len(channels) <= 50
    assert sum(channels.values()) == counts.accepted


def test_texts_that_are_all_junk_end_without_a_fault(tmp_path) -> None:
    chance = np.random.default_rng(0)
    counts, _ = concentrated(write_call(tmp_path / "call.csv", [chance.bytes(24).hex() for _ in range(2_000)]))
    assert counts.accepted == 2_000
    assert counts.copies == 0


def test_one_matter_of_ninety_nine_in_a_hundred_keeps_the_hundredth_apart(tmp_path) -> None:
    most = [text for _, text in messages(1_980, matters=("lift",))]
    few = [text for _, text in messages(20, matters=("school",))]
    counts, report = concentrated(write_call(tmp_path / "call.csv", most + few))
    about_school = [theme for theme in report["themes"] if any("学" in word for word in theme["keywords"])]
    assert counts.placed + counts.copies + counts.not_placed == 2_000
    assert any(theme["messages"] <= 40 for theme in about_school)


def test_ten_thousand_columns_are_read_as_the_one_that_holds_the_text(tmp_path) -> None:
    lines = [",".join([*(f"c{i}" for i in range(9_999)), "内容"])]
    lines += [",".join([*("x" * 9_999), text]) for text in TEXTS[:20]]
    (tmp_path / "wide.csv").write_text("\n".join(lines), "utf-8")
    counts, _ = concentrated(tmp_path / "wide.csv")
    assert counts.accepted == 20


def test_a_full_disk_is_said_and_the_earlier_result_stays(tmp_path) -> None:
    out = tmp_path / "out"
    first = write_call(tmp_path / "first.csv", TEXTS[:50])
    run([first], out, Options(workers=1))
    before = {name: (out / name).read_bytes() for name in FILES}
    second = write_call(tmp_path / "second.csv", TEXTS)
    said = subprocess.run(
        [sys.executable, "-c", CONCENTRATE, "concentrate", str(second), "--out", str(out), "--teach", "0"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),  # no file may grow beyond
    )
    assert said.returncode == 2
    assert "cannot be written" in said.stderr
    assert "Traceback" not in said.stderr
    assert {name: (out / name).read_bytes() for name in FILES} == before
    assert {file.name for file in out.iterdir()} <= {*FILES, ".work"}


@pytest.mark.parametrize("text", ["小区电梯困人没有人修", "\u200b", "。"])
def test_a_call_of_one_message_of_any_kind_is_accounted_for(tmp_path, text) -> None:
    counts, _ = concentrated(write_call(tmp_path / "call.csv", [text]))
    assert counts.rows == 1
