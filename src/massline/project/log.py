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
from massline.tlog.layout import CHECKPOINT
from massline.tlog.merkle import BadProof, empty_root
from massline.tlog.receipt import BadReceipt, Receipt, read_receipt
from massline.tlog.verify import REFUSALS, Fetch, MissingFile, NotInLog, check_all, check_growth, find_entry, newest

BROKEN, NOTHING_CHECKED = 1, 2
PATIENCE = 30  # seconds for one file
LARGEST = 32 * 1024 * 1024  # bytes; a bundle of 256 of the longest entries has half of it


class Unreachable(Exception):
    """The log did not answer, or a file cannot be read."""


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


def one_checkpoint(fetch: Fetch) -> Fetch:
    """The checkpoint is had once: a log that grows meanwhile is checked as it was then."""
    note: list[bytes] = []

    def once(path: str) -> bytes:
        if path != CHECKPOINT:
            return fetch(path)
        if not note:
            note.append(fetch(path))
        return note[0]

    return once


def refusals(act: Callable[[], None]) -> None:
    """Do it; what is refused ends in a sentence and an exit code."""
    try:
        act()
    except MissingFile as missing:
        _end(
            f"{missing} Without it nothing is proved: try again, and if it stays away, ask its keepers.",
            NOTHING_CHECKED,
        )
    except Unreachable as problem:
        _end(str(problem), NOTHING_CHECKED)
    except OSError as problem:
        _end(f"{problem.filename} cannot be read or written: {problem.strerror}.", NOTHING_CHECKED)
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
        fetch = one_checkpoint(fetch_of(address))
        check_whose(promise, fetch, address)
        found = find_entry(fetch, promise.key, promise.entry, index=promised_index(promise, fetch))
        click.echo(
            f"In the log: entry {found.index:,} of {found.checkpoint.size:,}. The proof has {len(found.proof)} hashes and holds."
        )
        if text is not None:
            check_words(promise, text)
            click.echo("The text is the one that was logged.")

    refusals(act)


def check_whose(promise: Receipt, fetch: Fetch, address: str) -> None:
    """Raises BadReceipt where the log at this address is not the one of the receipt."""
    name = fetch(CHECKPOINT).split(b"\n", 1)[0].decode("utf-8", "replace")
    if name != promise.key.name:
        raise BadReceipt(f"The receipt is of the log {promise.key.name}; {address} holds {name!r}. Give its own log.")


def promised_index(promise: Receipt, fetch: Fetch) -> int | None:
    """Where the entry stands, once the receipt proves it and the log still begins with all that it signed then; None where the
    receipt is only a promise. Raises BadReceipt, or one of REFUSALS."""
    if promise.proof is None:
        return None
    try:
        then = promise.check_proof()
    except BadProof as refusal:
        raise BadReceipt(f"{refusal} The receipt was changed or is damaged: fetch it again from its page.") from refusal
    try:
        check_growth(fetch, promise.key, then)
    except BadProof as refusal:
        raise BadProof(
            f"{refusal} The log signed your receipt and does not stand by it. Keep it: it proves that."
        ) from refusal
    return promise.proof.index


def check_words(promise: Receipt, file: Path) -> None:
    """An editor ends a file with a line break that nobody wrote: without it will do as well. Raises BadReceipt, Unreachable."""
    try:
        words = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreachable(f"{file} is no text in UTF-8. Save it as UTF-8 in your editor, then try again.") from error
    try:
        promise.check_text(words)
    except BadReceipt:
        promise.check_text(words.removesuffix("\n"))


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
        fetch = one_checkpoint(fetch_of(address))
        now = grown(fetch, kept, state)
        write_state(state, kept.key, now, note=fetch(CHECKPOINT))
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


def grown(fetch: Fetch, kept: Witnessed, state: Path) -> Checkpoint:
    """The newest checkpoint, once it is proved that the log has only grown. Raises one of REFUSALS.

    Two signed checkpoints that do not fit each other convict a log before anybody, so the later one is kept as well."""
    if kept.checkpoint is None:
        return whole(fetch, kept.key)
    try:
        return check_growth(fetch, kept.key, kept.checkpoint)
    except BadProof as refusal:
        other = state.with_name(f"{state.name}.other")
        other.write_bytes(fetch(CHECKPOINT))
        raise BadProof(
            f"{refusal} What the log shows now is kept in {other}; keep it with {state}, and tell others."
        ) from refusal


def write_state(state: Path, key: VerifierKey, seen: Checkpoint, *, note: bytes) -> None:
    """Beside its place, then moved there, so that a watch that is stopped forgets nothing. note: what the log signed."""
    beside = state.with_name(f"{state.name}.part")
    facts = {"key": str(key), "origin": seen.origin, "size": seen.size, "root": seen.root.hex()}
    facts["note"] = note.decode("utf-8", "replace")
    beside.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    os.replace(beside, state)
