"""`massline log` as an outsider uses it: over an address and over a folder, against forks, forgeries and bad files."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from massline.project.cli import main
from massline.tlog.merkle import inclusion_proof
from massline.tlog.receipt import Proof, Receipt, digest, read_receipt, write_receipt
from massline.tlog.tests.trees import KEY, MemoryLog, numbered


def write(log: MemoryLog, folder: Path) -> Path:
    for name, held in log.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(held)
    return folder


def invoke(*words: object) -> Result:
    return CliRunner().invoke(main, ["log", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(MemoryLog(numbered(300)), tmp_path / "log")


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_whole_log_is_checked_by_its_address_and_in_a_folder(folder: Path, address: str) -> None:
    for where in (folder, address):
        done = invoke("check", "--log", where, "--key", KEY)
        assert (done.exit_code, done.stdout) == (0, "300 entries; each is what town.example/log has signed.\n")


def test_a_tile_altered_by_one_bit_or_missing_is_named(folder: Path) -> None:
    tile = folder / "tile/0/000"
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    done = invoke("check", "--log", folder, "--key", KEY)
    assert done.exit_code == 1
    assert "tile/0/000 does not hold the hashes of what lies beneath it" in done.stderr
    tile.unlink()
    done = invoke("check", "--log", folder, "--key", KEY)
    assert done.exit_code == 2
    assert "tile/0/000" in done.stderr


@pytest.mark.parametrize(
    ("where", "key", "said"),
    [
        ("nowhere", str(KEY), "neither a folder nor an address"),
        ("http://127.0.0.1:9/log", str(KEY), "does not answer"),
        ("ftp://town.example/log", str(KEY), "neither a folder nor an address"),
    ],
)
def test_a_log_that_is_not_there_is_said(where: str, key: str, said: str) -> None:
    done = invoke("check", "--log", where, "--key", key)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_key_that_was_mistyped_is_said(folder: Path) -> None:
    done = invoke("check", "--log", folder, "--key", str(KEY)[:-2])
    assert done.exit_code == 1
    assert "Copy it whole" in done.stderr


def test_a_witness_is_content_while_the_log_grows_and_shouts_on_a_fork_and_a_shrink(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    log = MemoryLog(numbered(300))
    first = invoke("watch", write(log, tmp_path / "log"), "--key", KEY, "--state", state)
    assert (first.exit_code, first.stdout.startswith("300 entries, 300 of them new")) == (0, True)
    log.grow(numbered(50, start=300))
    second = invoke("watch", write(log, tmp_path / "log"), "--state", state)
    assert (second.exit_code, second.stdout.startswith("350 entries, 50 of them new")) == (0, True)
    kept = state.read_bytes()
    for name, other, said in (
        ("fork", MemoryLog([b"rewritten", *numbered(399, start=1)]), "does not begin with the 350 entries"),
        ("twin", MemoryLog([b"rewritten", *numbered(349, start=1)]), "forked"),
        ("shrunk", MemoryLog(numbered(340)), "shrunk from 350 to 340"),
    ):
        done = invoke("watch", write(other, tmp_path / name), "--state", state)
        assert done.exit_code == 1
        assert said in done.stderr
        assert state.read_bytes() == kept
        both = (json.loads(kept)["note"].encode(), (tmp_path / "state.json.other").read_bytes())
        assert both == (log.files["checkpoint"], other.files["checkpoint"])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"key": 1, "origin": "x", "size": "y", "root": ""}'])
def test_a_spoilt_state_is_never_taken_for_a_first_time(tmp_path: Path, folder: Path, content: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(content)
    done = invoke("watch", folder, "--key", KEY, "--state", state)
    assert done.exit_code == 1
    assert "holds no state of a watch" in done.stderr


def test_the_first_watch_needs_a_key_and_a_later_one_no_other(tmp_path: Path, folder: Path) -> None:
    state = tmp_path / "state.json"
    assert "give the log's --key" in invoke("watch", folder, "--state", state).stderr
    assert invoke("watch", folder, "--key", KEY, "--state", state).exit_code == 0
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert "another one than that in" in invoke("watch", folder, "--key", other, "--state", state).stderr


def test_a_receipt_is_verified_with_and_without_its_text(tmp_path: Path) -> None:
    entry = json.dumps({"at": "t", "data": {"digest": digest("井没水了", "s")}, "kind": "message.received"}).encode()
    folder = write(MemoryLog([*numbered(20), entry]), tmp_path / "log")
    receipt, text = tmp_path / "receipt.json", tmp_path / "text.txt"
    receipt.write_text(write_receipt(Receipt(KEY, entry, "s")))
    text.write_text("井没水了")
    done = invoke("verify", receipt, "--log", folder, "--text", text)
    assert (done.exit_code, done.stdout.count("\n")) == (0, 2)
    assert "entry 20 of 21" in done.stdout
    text.write_text("井有水")
    assert invoke("verify", receipt, "--log", folder, "--text", text).exit_code == 1
    receipt.write_text(write_receipt(Receipt(KEY, entry.replace(b"received", b"refused"), "s")))
    assert "is this one" in invoke("verify", receipt, "--log", folder).stderr
    receipt.write_text("{}")
    assert "This is no receipt" in invoke("verify", receipt, "--log", folder).stderr


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    """Of entry 20 of a log of 21, with its proof."""
    entry = json.dumps({"at": "t", "data": {"digest": digest("井没水了", "s")}, "kind": "message.received"}).encode()
    log = MemoryLog([*numbered(20), entry])
    proof = Proof(20, log.files["checkpoint"].decode(), tuple(inclusion_proof(20, 21, log.node)))
    file = tmp_path / "receipt.json"
    file.write_text(write_receipt(Receipt(KEY, entry, "s", proof)))
    return file


def entry_of(receipt: Path) -> bytes:
    return read_receipt(receipt.read_bytes()).entry


def test_an_old_receipt_holds_in_the_log_that_grew_since(tmp_path: Path, receipt: Path) -> None:
    grown = MemoryLog([*numbered(20), entry_of(receipt), *numbered(600, start=21)])
    done = invoke("verify", receipt, "--log", write(grown, tmp_path / "log"))
    assert (done.exit_code, done.stdout.split(".")[0]) == (0, "In the log: entry 20 of 621")


def test_a_log_that_does_not_stand_by_what_it_signed_for_a_receipt_is_caught(tmp_path: Path, receipt: Path) -> None:
    entry = entry_of(receipt)
    for name, entries, said in (
        ("dropped", numbered(21), "forked"),
        (
            "rewritten before it",
            [b"another", *numbered(19, start=1), entry, b"more"],
            "does not begin with the 21 entries",
        ),
        ("moved", [*numbered(25), entry], "does not begin with the 21 entries"),
        ("cut", numbered(20), "shrunk from 21 to 20"),
    ):
        done = invoke("verify", receipt, "--log", write(MemoryLog(entries), tmp_path / name))
        assert done.exit_code == 1, name
        assert said in done.stderr
        assert "Keep it: it proves that." in done.stderr


@pytest.mark.parametrize(
    ("part", "changed", "said"),
    [
        ("proof", [], "The receipt was changed or is damaged"),
        ("index", 19, "The receipt was changed or is damaged"),
        ("entry", '{"at":"t","data":{},"kind":"k"}', "The receipt was changed or is damaged"),
        ("checkpoint", "town.example/log\n21\nAAAA\n", "no signed note"),
        ("key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "of the log PeterNeumann"),
    ],
)
def test_what_was_changed_in_a_receipt_is_refused_before_the_log_is_asked(
    tmp_path: Path, receipt: Path, part: str, changed: object, said: str
) -> None:
    folder = write(MemoryLog([*numbered(20), entry_of(receipt), b"more"]), tmp_path / "log")
    receipt.write_text(json.dumps(json.loads(receipt.read_text()) | {part: changed}))
    done = invoke("verify", receipt, "--log", folder)
    assert done.exit_code == 1
    assert said in done.stderr


@pytest.mark.parametrize("content", ["井没水了", "井没水了\n", "井没水了\r\n", "\ufeff井没水了\r\n"])
def test_words_hold_as_an_editor_saves_them(tmp_path: Path, receipt: Path, content: str) -> None:
    folder, text = write(MemoryLog([*numbered(20), entry_of(receipt)]), tmp_path / "log"), tmp_path / "text.txt"
    text.write_bytes(content.encode())
    assert invoke("verify", receipt, "--log", folder, "--text", text).exit_code == 0
    text.write_bytes(f"{content}\n ".encode())
    assert invoke("verify", receipt, "--log", folder, "--text", text).exit_code == 1


def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path, receipt: Path) -> None:
    folder, text = write(MemoryLog([*numbered(20), entry_of(receipt)]), tmp_path / "log"), tmp_path / "text.txt"
    assert "gone.json cannot be read" in invoke("verify", tmp_path / "gone.json", "--log", folder).stderr
    text.write_bytes("井没水了".encode("gbk"))
    done = invoke("verify", receipt, "--log", folder, "--text", text)
    assert (done.exit_code, "no text in UTF-8" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["check", "verify", "watch"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: massline log {command} " in " ".join(invoke(command, "--help").stdout.split())
