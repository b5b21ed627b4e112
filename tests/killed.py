"""Programs of their own process, to be killed outright in the middle of their work."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from django.core.management import call_command
from django.db import connection

DATABASE = "test.sqlite3"
_TABLES = "MASSLINE_TEST_TABLES"


def program(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the text as a program in a folder, with a database of its own there."""
    known = {**os.environ, "MASSLINE_DATABASE": f"sqlite:///{DATABASE}", "PYTHONPATH": os.pathsep.join(sys.path)}
    known[_TABLES] = str(Path(_folder().name) / DATABASE)
    return subprocess.run([sys.executable, "-c", text], env=known, cwd=folder, capture_output=True, text=True)


@cache
def _folder() -> "TemporaryDirectory[str]":
    """Of these tests' process; it goes with it."""
    return TemporaryDirectory(prefix="massline-tables-")


def make_tables() -> None:
    """For such a program: the tables of its database. They are made once; every later program gets a copy of the empty file."""
    kept = Path(os.environ[_TABLES])
    if kept.exists():
        shutil.copyfile(kept, DATABASE)
        return
    call_command("migrate", verbosity=0)
    connection.close()  # with the last connection all is in one file
    shutil.copyfile(DATABASE, kept.with_suffix(".new"))
    kept.with_suffix(".new").rename(kept)


def die_at(last: int, module: ModuleType, name: str) -> None:
    """Let this process be killed at the `last`-th call of a function of the module. Calls from other threads do not count:
    how many signs of life one gives depends on how slow the machine is."""
    real, calls = getattr(module, name), []

    def counted(*given: object) -> object:
        if threading.current_thread() is threading.main_thread():
            calls.append(given)
            if len(calls) == last:
                os.kill(os.getpid(), signal.SIGKILL)
        return real(*given)

    setattr(module, name, counted)
