"""`massline`: which words it knows, and what it says when something is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.own_database
PROGRAM = [sys.executable, "-c", "from massline.project.cli import main; main()"]


def massline(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    database = f"sqlite:///{folder}/test.sqlite3"
    known = {**os.environ, "MASSLINE_DATABASE": database, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run([*PROGRAM, *words], env=known, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("words", [["import", "messages"], ["serve"], ["mask"]])
def test_every_command_explains_itself(words, tmp_path) -> None:
    done = massline(*words, "--help", folder=tmp_path)
    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert "Example" in done.stdout


def test_the_engine_and_the_house_stand_under_one_name(tmp_path) -> None:
    said = massline("--help", folder=tmp_path).stdout
    for command in ("concentrate", "mask", "import", "manage", "serve", "worker"):
        assert command in said


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_database_that_is_not_ready_is_named_with_the_next_step(command, tmp_path) -> None:
    done = massline(command, folder=tmp_path)
    assert done.returncode == 2
    assert "massline manage migrate" in done.stderr


def test_managing_is_djangos_own(tmp_path) -> None:
    assert massline("manage", "migrate", "-v", "0", folder=tmp_path).returncode == 0
    letters = tmp_path / "letters.csv"
    letters.write_text("内容\n路灯坏了\n", encoding="utf-8")
    done = massline("import", "messages", str(letters), "--call", "nowhere", folder=tmp_path)
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_without_a_key_it_says_how_to_make_one(tmp_path) -> None:
    done = massline("manage", "check", folder=tmp_path, MASSLINE_SECRET_KEY="")
    assert done.returncode != 0
    assert "MASSLINE_SECRET_KEY" in done.stderr + done.stdout


def test_a_server_that_is_told_to_stop_takes_its_worker_with_it(tmp_path) -> None:
    """Its children would sleep for ever; it is told to stop at the moment at which it waits for them."""
    script = (
        "import os, signal, subprocess, sys; from massline.project import cli;"
        "children = [subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']) for _ in range(2)];"
        "print(*[child.pid for child in children], flush=True);"
        "cli.time.sleep = lambda seconds: os.kill(os.getpid(), signal.SIGTERM);"
        "sys.exit(cli._until_one_ends(children))"
    )
    parent = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert parent.returncode == 0
    for pid in map(int, parent.stdout.split()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_the_server_has_loaded_is_never_searched_for_garbage_again(tmp_path) -> None:
    """A full search would stop a page for a tenth of a second, now and then."""
    said = "import gc, massline.project.wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"
    known = {**os.environ, "MASSLINE_DATABASE": "sqlite:///:memory:", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", said], env=known, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    frozen, searched = map(int, done.stdout.split())
    assert frozen > 20 * searched
