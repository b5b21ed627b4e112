import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from massline.engine.cli import commands
from massline.engine.tests.calls import heed_ctrl_c, messages, write_call

TEXTS = [text for _, text in messages(200)]
NAMES = ["rows", "accepted", "rejected", "placed", "not_placed", "too_short", "copies", "removed"]
NAMES += ["themes", "campaigns", "seconds", "peak_rss_mb", "method", "seed"]


@pytest.fixture
def call(tmp_path) -> Path:
    return write_call(tmp_path / "call.csv", TEXTS)


def invoke(*arguments: object):
    return CliRunner().invoke(commands, [str(one) for one in arguments])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--grain", "some"], "Write auto, or a number"),
        (["--grain", "0"], "Write auto, or a number"),
        (["--map", "text"], "text=留言详情"),
        (["--map", "text=没有"], "没有"),
        (["--map", "colour=内容"], "colour"),
        (["--workers", "0"], "Write a number from 1"),
        (["--seed", "-1"], "Write a number from 0"),
        (["--teach", "half an hour"], "60s"),
        (["--teach", "0s"], "1s to 5000s"),
        (["--teacher", "ftp://host/v1"], "https://host/v1"),
        (["--teacher", "nowhere", "--teach", "100"], "model.onnx cannot be read"),
        (["--namer", "https://host/v1"], "No model is named"),
    ],
)
def test_an_option_that_cannot_be_used_ends_with_2_and_says_what_is_allowed(call, tmp_path, options, said) -> None:
    result = invoke("concentrate", call, "--out", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("out/*.parquet"))


def test_what_naming_costs_at_most_is_said_before_anybody_is_asked(call, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MASSLINE_LLM_MODEL", "large")
    told: list[str] = []
    monkeypatch.setattr("massline.engine.cli.click.echo", lambda text, err=False: told.append(text))
    monkeypatch.setattr("massline.engine.cli.run", lambda *_, **__: told.append("run"))
    invoke("concentrate", call, "--out", tmp_path / "out", "--namer", "https://host/v1")
    assert "large at https://host/v1 is asked" in told[0]
    assert told[1] == "run"


@pytest.mark.parametrize("content", [b"", b"id,colour\n1,red\n", b"\xff\xff\xff\xff", "编号,内容\n".encode()])
def test_a_file_without_messages_ends_with_2_and_names_it(tmp_path, content) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    result = invoke("concentrate", tmp_path / "bad.csv", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "bad.csv" in result.stderr


def test_a_file_of_headings_alone_beside_a_good_one_is_named_and_ends_with_1(call, tmp_path) -> None:
    (tmp_path / "bare.csv").write_text("编号,内容\n", encoding="utf-8")
    result = invoke("concentrate", call, tmp_path / "bare.csv", "--out", tmp_path / "out", "--json")
    assert result.exit_code == 1
    assert "bare.csv: headings, but no row under them" in result.stderr
    assert "call.csv" not in result.stderr
    assert json.loads(result.stdout)["accepted"] == len(TEXTS)


def test_a_missing_file_ends_with_2(tmp_path) -> None:
    assert invoke("concentrate", tmp_path / "none.csv", "--out", tmp_path / "out").exit_code == 2


def test_the_object_at_the_end_has_the_names_of_the_contract_and_its_sums(call, tmp_path) -> None:
    result = invoke("concentrate", call, "--out", tmp_path / "out", "--json")
    counts = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(counts) == NAMES
    assert counts["rows"] == counts["accepted"] + counts["rejected"] == 200
    assert counts["accepted"] == sum(
        counts[name] for name in ("placed", "not_placed", "too_short", "copies", "removed")
    )


def test_rejects_end_with_1_and_are_said_on_the_error_stream(tmp_path) -> None:
    result = invoke("concentrate", write_call(tmp_path / "call.csv", [*TEXTS, ""]), "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "1 of 201 rows" in result.stderr
    assert "rejects.csv" in result.stderr


def test_in_a_pipe_nothing_is_said_but_the_result(call, tmp_path) -> None:
    result = invoke("concentrate", call, "--out", tmp_path / "out")
    assert result.stderr == ""
    assert "200 rows = 200 accepted + 0 rejected" in result.stdout


def test_masking_writes_one_object_a_line(tmp_path) -> None:
    file = write_call(tmp_path / "call.csv", ["请联系13912345678", "没有电话"])
    lines = [json.loads(line) for line in invoke("mask", file).stdout.splitlines()]
    assert [line["id"] for line in lines] == ["m1", "m2"]
    assert "13912345678" not in lines[0]["masked_text"]
    assert lines[0]["kinds"] == ["mobile"]
    assert lines[1] == {"id": "m2", "masked_text": "没有电话", "kinds": []}


def test_masking_into_a_file_says_nothing_and_leaves_no_part(tmp_path) -> None:
    file = write_call(tmp_path / "call.csv", ["请联系13912345678", ""])
    result = invoke("mask", file, "--out", tmp_path / "masked.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "row 2" in result.stderr
    assert len((tmp_path / "masked.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert not list(tmp_path.glob("*.part"))


def test_a_failed_mask_leaves_an_earlier_file_alone(tmp_path) -> None:
    (tmp_path / "masked.jsonl").write_text("earlier")
    (tmp_path / "bad.csv").write_bytes(b"")
    assert invoke("mask", tmp_path / "bad.csv", "--out", tmp_path / "masked.jsonl").exit_code == 2
    assert (tmp_path / "masked.jsonl").read_text() == "earlier"


@pytest.mark.parametrize("command", ["concentrate", "mask"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: massline {command} " in " ".join(invoke(command, "--help").stdout.split())


def test_ctrl_c_leaves_nothing_half_written_and_the_same_command_goes_on(tmp_path) -> None:
    """The key is pressed as the second step begins: the first one's result is there by then."""
    call = write_call(tmp_path / "call.csv", TEXTS)
    program = (
        "import signal; from massline.engine.workfolder import WorkFolder\n"
        "WorkFolder.say = lambda work, step, done: signal.raise_signal(signal.SIGINT) if step == 'clean' else None\n"
        "from massline.engine.cli import commands; commands()"
    )
    child = subprocess.run(
        [sys.executable, "-c", program, "concentrate", str(call), "--out", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=heed_ctrl_c,
    )
    assert child.returncode == 130
    assert b"nothing half-written" in child.stderr
    assert (tmp_path / "out" / ".work" / "read").exists()
    assert [file.name for file in (tmp_path / "out").iterdir()] == [".work"]
    assert invoke("concentrate", call, "--out", tmp_path / "out").exit_code == 0
