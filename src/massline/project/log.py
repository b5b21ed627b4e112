"""`massline log`: check a public log from outside, by its address or in a folder. No server, no Django.

Exit codes: 0 the log is as it should be, 1 it is not, 2 nothing could be checked."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import click

from massline.tlog.checkpoint import BadCheckpoint, Checkpoint, VerifierKey, read_key
from massline.tlog.folder import fetch_from
from massline.tlog.merkle import empty_root
from massline.tlog.receipt import BadReceipt, read_receipt
from massline.tlog.verify import REFUSALS, Fetch, MissingFile, NotInLog, check_all, check_growth, find_entry, newest

BROKEN, NOTHING_CHECKED = 1, 2
PATIENCE = 30  # seconds for one file
LARGEST = 32 * 1024 * 1024  # bytes; a bundle of 256 of the longest entries has half of it


class Unreachable(Exception):
    """The log did not answer."""


def fetch_of(log: str) -> Fetch:
    """How files are had from this log: http(s) address or folder. Raises Unreachable."""
    if urlsplit(log).scheme not in ("http", "https"):
        folder = Path(log)
        if not folder.is_dir():
            raise Unreachable(f"{log} is neither a folder nor an address that begins with http:// or https://.")
        return partial(fetch_from, folder)
    return lambda path: _from_address(log.rstrip("/"), path)


def _from_address(address: str, path: str) -> bytes:
    try:
        with urlopen(f"{address}/{path}", timeout=PATIENCE) as answer:  # noqa: S310 - only http and https come here
            content: bytes = answer.read(LARGEST)
            return content
    except HTTPError as error:
        raise MissingFile(f"{address}/{path}: the server answers {error.code}.") from error
    except (URLError, OSError) as error:
        raise Unreachable(f"{address} does not answer: {error}. Check the address and try again.") from error


def refusals(act: Callable[[], None]) -> None:
    """Do it; what is refused ends in a sentence and an exit code."""
    try:
        act()
    except (Unreachable, MissingFile, OSError) as problem:
        _end(str(problem), NOTHING_CHECKED)
    except (*REFUSALS, BadReceipt, NotInLog) as refusal:
        _end(str(refusal), BROKEN)


def _end(sentence: str, exit_code: int) -> None:
    click.echo(f"massline: {sentence}", err=True)
    sys.exit(exit_code)


@click.group()
def log() -> None:
    """Check a public log from outside: whole, only growing, with your entry in it."""


where = click.option(
    "--log", "address", required=True, metavar="URL|DIR", help="The log: its address, or a folder with its files."
)
whose = click.option("--key", required=True, help="The log's public key, as its page shows it.")


@log.command(
    epilog="Example: massline log check --log https://town.example/log --key town.example/log+c74f20a3+ARpc2Qc…"
)
@where
@whose
def check(address: str, key: str) -> None:
    """Read every entry and check that it is what the log signs."""

    def act() -> None:
        fetch, verifier = fetch_of(address), read_key(key)
        total = newest(fetch, verifier).size
        with click.progressbar(length=total, label="Checking", file=sys.stderr) as bar:
            for done in check_all(fetch, verifier):
                bar.update(done - bar.pos)
        click.echo(f"{total:,} entries; each is what {verifier.name} has signed.")

    refusals(act)


@log.command(epilog="Example: massline log verify receipt.json --log https://town.example/log")
@click.argument("receipt", type=click.Path(path_type=Path, dir_okay=False))
@where
@click.option(
    "--text",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with what you wrote, to check that it is what was logged.",
)
def verify(receipt: Path, address: str, text: Path | None) -> None:
    """Check that what a receipt promises is in the log.

    RECEIPT is the file that the receipt's page gives.
    """

    def act() -> None:
        promise = read_receipt(receipt.read_bytes())
        found = find_entry(fetch_of(address), promise.key, promise.entry)
        click.echo(
            f"In the log: entry {found.index:,} of {found.checkpoint.size:,}. The proof has {len(found.proof)} hashes and holds."
        )
        if text is not None:
            promise.check_text(text.read_text(encoding="utf-8"))
            click.echo("The text is the one that was logged.")

    refusals(act)


@log.command(
    epilog="Example: massline log watch https://town.example/log --key town.example/log+c74f20a3+ARpc2Qc… --state town.json"
)
@click.argument("address", metavar="URL|DIR")
@click.option(
    "--key", help="The log's public key, as its page shows it. Needed the first time; then kept in the state."
)
@click.option(
    "--state", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File with what was seen last."
)
def watch(address: str, key: str | None, state: Path) -> None:
    """Be a witness: check that the log has only grown since last time, and remember it. Run it from cron."""

    def act() -> None:
        kept = read_state(state, key)
        fetch = fetch_of(address)
        now = check_growth(fetch, kept.key, kept.checkpoint) if kept.checkpoint else whole(fetch, kept.key)
        write_state(state, kept.key, now)
        since = kept.checkpoint.size if kept.checkpoint else 0
        click.echo(
            f"{now.size:,} entries, {now.size - since:,} of them new; nothing that was there before has changed."
        )

    refusals(act)


def whole(fetch: Fetch, key: VerifierKey) -> Checkpoint:
    """The newest checkpoint, once its tiles give its root."""
    return check_growth(fetch, key, Checkpoint(key.name, 0, empty_root()))


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Whose log it is, and what it showed last time."""

    key: VerifierKey
    checkpoint: Checkpoint | None


def read_state(state: Path, key: str | None) -> Witnessed:
    """What was seen last. Raises BadCheckpoint: no key, another key than last time, or a spoilt file."""
    if not state.exists():
        if key is None:
            raise BadCheckpoint(f"{state} is not there yet: give the log's --key this first time.")
        return Witnessed(read_key(key), None)
    try:
        kept = json.loads(state.read_text(encoding="utf-8"))
        known = Witnessed(
            read_key(str(kept["key"])), Checkpoint(str(kept["origin"]), int(kept["size"]), bytes.fromhex(kept["root"]))
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadCheckpoint(
            f"{state} holds no state of a watch. Put it back from a backup; without it a fork goes unseen."
        ) from error
    if key is not None and read_key(key) != known.key:
        raise BadCheckpoint(
            f"The key is another one than that in {state}. Has the log a new key? Ask its keepers, in public."
        )
    return known


def write_state(state: Path, key: VerifierKey, seen: Checkpoint) -> None:
    """Beside its place, then moved there, so that a watch that is stopped forgets nothing."""
    beside = state.with_name(f"{state.name}.part")
    facts = {"key": str(key), "origin": seen.origin, "size": seen.size, "root": seen.root.hex()}
    beside.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    os.replace(beside, state)
