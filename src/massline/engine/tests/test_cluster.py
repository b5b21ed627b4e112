"""A real cluster, a head and two workers on this machine, each a Ray node of its own; and what needs none."""

import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from operator import neg
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from massline.engine import read as reading
from massline.engine.clean import clean_batch
from massline.engine.cli import commands
from massline.engine.errors import ClusterError, OptionError
from massline.engine.pipeline import Options, run
from massline.engine.runners import cluster as runner
from massline.engine.runners.cluster import Cluster, joined
from massline.engine.runners.foreman import difference, facts_of_machine, portable
from massline.engine.steps import intake
from massline.engine.tests.calls import messages, write_call
from massline.engine.tests.test_pipeline import folder

Ask = Callable[[str], str]


@pytest.fixture
def ask(tmp_path) -> Iterator[Ask]:
    """Ask the keeper of a fresh cluster; the empty question gives its address."""
    log = (tmp_path / "keeper.log").open("w")
    keeper = subprocess.Popen(
        [sys.executable, "-m", "massline.engine.tests.ray_cluster"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )

    def ask(question: str) -> str:
        if question:
            keeper.stdin.write(f"{question}\n")
            keeper.stdin.flush()
        for line in keeper.stdout:
            if line.startswith("= "):
                return line[2:].strip()
        raise AssertionError(f"The cluster could not be kept: {(tmp_path / 'keeper.log').read_text()}")

    yield ask
    keeper.stdin.close()
    keeper.wait()
    keeper.stdout.close()
    log.close()


def held(batch: pa.RecordBatch, *, marker: Path, doomed: int) -> pa.RecordBatch:
    """What `clean` does; but the doomed worker holds its block for ever, and others wait until it has one."""
    if os.getppid() == doomed:
        marker.touch()
        signal.pause()
    while not marker.exists():
        time.sleep(0.01)
    return clean_batch(batch)


def kill_when(marker: Path, kill: Callable[[], object]) -> None:
    while not marker.exists():
        time.sleep(0.01)
    kill()


def test_a_cluster_gives_the_bytes_of_one_machine_whoever_dies_and_says_when_its_head_does(
    ask, tmp_path, monkeypatch
) -> None:
    """One long test, for a cluster takes seconds to start: without a worker, with one of two dying, with its head
    dying."""
    monkeypatch.setattr(reading, "BLOCK_ROWS", 128)
    call = write_call(tmp_path / "call.csv", [text for _, text in messages(1_200)])
    address = ask("")
    run([call], tmp_path / "here", Options(workers=1))

    with pytest.raises(ClusterError, match="has no worker"), joined(address):
        pass

    doomed, _ = int(ask("worker")), ask("worker")
    marker = tmp_path / "the doomed worker holds a block"
    killer = threading.Thread(target=kill_when, args=(marker, lambda: ask(f"kill {doomed}")))
    killer.start()
    monkeypatch.setattr(intake, "clean_batch", partial(held, marker=marker, doomed=doomed))
    run([call], tmp_path / "there", Options(ray=address))
    killer.join()
    assert folder(tmp_path / "there") == folder(tmp_path / "here")

    def kill_the_head(step: str, done: int) -> None:
        if step == "place" and done:
            ask("kill head")

    with pytest.raises(ClusterError, match="the same command goes on"):
        run([call], tmp_path / "lost", Options(ray=address), progress=kill_the_head)
    assert [entry.name for entry in (tmp_path / "lost").iterdir()] == [".work"]
    run([call], tmp_path / "lost", Options(workers=1))
    assert folder(tmp_path / "lost") == folder(tmp_path / "here")


def test_what_is_no_address_is_refused_with_how_to_write_one() -> None:
    for address in ("", "head", "ray://head:10001", "head:", ":6379", "head:port", "http://head:6379"):
        with pytest.raises(OptionError, match="Write HOST:PORT"), joined(address):
            pass


def test_an_address_where_nobody_listens_is_refused_and_nothing_is_left(tmp_path) -> None:
    with pytest.raises(ClusterError, match="Nothing answers at 127.0.0.1:1"):
        run([write_call(tmp_path / "call.csv", ["电梯困人"])], tmp_path / "out", Options(ray="127.0.0.1:1"))
    assert not (tmp_path / "out").exists()


def test_without_ray_the_error_names_the_extra(monkeypatch) -> None:
    monkeypatch.setattr(runner, "find_spec", lambda name: None)
    with pytest.raises(ClusterError, match=r"massline\[scale\]"), joined("head:6379"):
        pass


def test_a_worker_of_another_version_is_named_with_both_versions() -> None:
    here = facts_of_machine()
    assert difference(here, here) == ""
    assert difference(here, here | {"numpy": "1.0"}) == f"numpy is 1.0 there and {here['numpy']} here."
    assert "None there" in difference(here, {"Python": here["Python"]})


def test_the_command_refuses_a_bad_address_with_one_sentence_and_exit_code_2(tmp_path) -> None:
    call = write_call(tmp_path / "call.csv", ["电梯困人"])
    said = CliRunner().invoke(commands, ["concentrate", str(call), "--out", str(tmp_path / "out"), "--ray", "nowhere"])
    assert said.exit_code == 2
    assert "--ray is 'nowhere'" in said.stderr


@pytest.fixture
def line() -> Iterator[tuple[Cluster, multiprocessing.connection.Connection]]:
    """A cluster of three processors, and the foreman's end of its line."""
    near, far = multiprocessing.Pipe()
    with near, far:
        yield Cluster(near, "head:6379", 3), far


def test_a_few_blocks_are_under_way_for_each_processor_however_many_there_are(line) -> None:
    cluster, far = line
    far.send(("result", pickle.dumps("first")))
    results = cluster.map_blocks(neg, range(100))
    assert next(results) == "first"
    said = [far.recv()[0] for _ in range(8)]
    assert said == ["map", *["block"] * 6, "next"]
    results.close()
    assert far.recv()[0] == "forget"
    assert not far.poll()


@pytest.mark.parametrize("blocks", [1, 50])
def test_a_foreman_that_is_gone_is_said_with_the_address_and_how_to_go_on(line, blocks) -> None:
    cluster, far = line
    far.close()
    with pytest.raises(ClusterError, match=r"head:6379 was lost.*the same command goes on"):
        list(cluster.map_blocks(neg, range(blocks)))


def test_an_error_of_the_kernel_is_raised_where_its_block_stands_and_its_map_is_let_go(line) -> None:
    cluster, far = line
    far.send(("result", pickle.dumps(0)))
    far.send(("raised", ValueError("three")))
    results = cluster.map_blocks(neg, range(2))
    assert next(results) == 0
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert [far.recv()[0] for _ in range(6)] == ["map", "block", "block", "next", "next", "forget"]


class Unportable(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")


def test_an_error_that_cannot_travel_is_told_in_words() -> None:
    assert isinstance(portable(ValueError("three")), ValueError)
    assert str(portable(Unportable(1, 2))) == "Unportable on a worker: 1 and 2"


def test_what_the_foreman_says_of_a_lost_block_is_said_with_how_to_go_on(line) -> None:
    cluster, far = line
    far.send(("lost", "No worker is left in the cluster at head:6379."))
    with pytest.raises(ClusterError, match=r"No worker is left.*Nothing half-written"):
        list(cluster.map_blocks(neg, range(1)))
