"""A slip for each worker that sends letters: the last one that it handed over, on this machine, readable after its death.

Between the mark in the database and the call that hands a letter over, PostgreSQL has to wake the worker; on a busy machine one
killed in five died just there, and its letter was lost. A slip is written without waiting for anybody. The lock on it falls
with the process, so that nobody has to guess who is dead. What another machine left behind, or this one before it started
anew, is not asked. Why so: docs/decisions/0031-letters-only-to-who-says-yes.md."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.db import connection

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_WIDTH = 20  # digits of a key


@dataclass(frozen=True, slots=True)
class Slip:
    """The slip of one worker, while it is open."""

    number: int  # of the open file

    def note(self, key: int) -> None:
        """This letter is handed over now. Some microseconds, nothing waits."""
        os.pwrite(self.number, b"%0*d" % (_WIDTH, key), 0)


@contextmanager
def slip(token: str) -> Iterator[Slip]:
    """The slip of the worker that has letters in hand under this token. It goes when the block ends, not when the worker dies."""
    path = _folder() / f"{_installation()}-{token}"
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        written = Slip(number)
        written.note(0)
        yield written
        path.unlink(missing_ok=True)
    finally:
        os.close(number)


def left_behind() -> Iterator[tuple[str, int]]:
    """The token of each dead worker of this machine, and the key of the last letter that it handed over (0: none). Each is gone
    once the next is asked for."""
    for path in sorted(_folder().glob(f"{_installation()}-*")):
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as paper:
            fcntl.flock(paper, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises while its worker lives
            if said := paper.read():  # nothing: it is just being made
                yield path.name.rpartition("-")[2], int(said)
                path.unlink(missing_ok=True)


def _folder() -> Path:
    """Where slips lie: in the machine's place for what need not outlive it, and nobody else's. Raises PermissionError."""
    folder = Path(tempfile.gettempdir()) / f"massline-letters-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} belongs to somebody else, or others may write there. Remove it.")
    return folder


def _installation() -> str:
    """Tells installations on one machine apart, and the time since it was started from every earlier one."""
    database = connection.settings_dict
    boot = _BOOT.read_text() if _BOOT.exists() else ""
    return sha256(f"{database['HOST']} {database['NAME']} {boot}".encode()).hexdigest()[:16]
