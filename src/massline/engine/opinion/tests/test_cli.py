"""`massline opinion` to the person in front of it: a bar or silence, and what is left when it is stopped."""

import hashlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from massline.engine.errors import OutputError
from massline.engine.opinion.cli import FILES, STEPS, run
from massline.engine.tests.calls import heed_ctrl_c

COMMAND = [sys.executable, "-c", "from massline.engine.cli import commands; commands()", "opinion"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def written(path: Path, *, people: int) -> Path:
    """votes.csv of two groups that agree with opposite halves of forty statements."""
    generator = np.random.default_rng(people)
    lines = ["comment-id,voter-id,vote"]
    for person in range(people):
        for statement in generator.permutation(40)[:20]:
            likes = (person % 2 == 0) == (statement < 20)
            lines.append(f"{statement},{person},{1 if likes == (generator.random() < 0.9) else -1}")
    path.write_text("\n".join(lines) + "\n")
    return path


def stopped_at(votes: Path, out: Path, step: str) -> None:
    def press(now: str, done: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    run(votes, out, statements=None, method="stable", seed=1, language="en", progress=press)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    return written(tmp_path / "votes.csv", people=60)


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_is_stopped_at_any_step_leaves_no_folder(votes: Path, tmp_path: Path, step: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        stopped_at(votes, tmp_path / "out", step)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_is_stopped_at_any_step_leaves_an_earlier_result_alone(
    votes: Path, tmp_path: Path, step: str
) -> None:
    out = tmp_path / "out"
    run(votes, out, statements=None, method="stable", seed=0, language="zh")
    before = contents(out)
    with pytest.raises(KeyboardInterrupt):
        stopped_at(votes, out, step)
    assert contents(out) == before
    assert sorted(before) == sorted(FILES)


def test_a_result_names_the_files_of_the_folder_it_was_made_from(votes: Path, tmp_path: Path) -> None:
    (tmp_path / "comments.csv").write_text("comment-id,comment-body\n1,a statement\n")
    run(tmp_path, tmp_path / "out", statements=None, method="stable", seed=0, language="zh")
    inputs = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["inputs"]
    assert [one["name"] for one in inputs] == ["votes.csv", "comments.csv"]
    assert inputs[0]["sha256"] == hashlib.sha256(votes.read_bytes()).hexdigest()


def test_a_folder_that_cannot_be_written_is_said_before_the_work(votes: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    steps: list[str] = []
    with pytest.raises(OutputError, match="choose another --out"):
        run(
            votes,
            tmp_path / "out" / "result",
            statements=None,
            method="stable",
            seed=0,
            language="zh",
            progress=lambda step, done: steps.append(step),
        )
    assert steps == []
    assert (tmp_path / "out").read_text() == "a file"


def test_ctrl_c_ends_with_130_and_says_that_nothing_is_left(tmp_path: Path) -> None:
    """The key is pressed when the votes are read and the groups would be found."""
    votes, out = written(tmp_path / "votes.csv", people=60), tmp_path / "out"
    program = (
        "import signal; from massline.engine.opinion import cli\n"
        "cli.find_opinion = lambda *args, **options: signal.raise_signal(signal.SIGINT)\n"
        "from massline.engine.cli import commands; commands()"
    )
    command = [sys.executable, "-c", program, "opinion", str(votes), "--out", str(out)]
    child = subprocess.run(command, stderr=subprocess.PIPE, env=ENVIRONMENT, preexec_fn=heed_ctrl_c)
    assert child.returncode == 130
    assert child.stderr.endswith(b"massline: stopped; nothing half-written is left.\n")
    assert not out.exists()


def test_a_pipe_gets_the_result_and_no_bar(votes: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, str(votes), "--out", str(tmp_path / "out")], capture_output=True, env=ENVIRONMENT, check=True
    )
    assert done.stderr == b""
    assert done.stdout.startswith(b"1,200 rows = 1,200 accepted + 0 rejected\n60 people = ")


def test_a_terminal_shows_how_far_the_run_is(votes: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, str(votes), "--out", str(tmp_path / "out")]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, env={**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "100"}
    )
    os.close(theirs)
    shown = everything(ours)
    said, _ = child.communicate()
    assert child.returncode == 0
    assert any(step.encode() in shown for step in STEPS)
    assert said.startswith(b"1,200 rows = ")


def everything(terminal: int) -> bytes:
    """All that is written to a terminal until the other side goes."""
    shown = b""
    while True:
        try:
            more = os.read(terminal, 4096)
        except OSError:  # so Linux says that nobody has it open any more
            more = b""
        if not more:
            os.close(terminal)
            return shown
        shown += more
