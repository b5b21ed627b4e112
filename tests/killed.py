"""Programs of their own process, to be killed outright in the middle of their work."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType


def program(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the text as a program in a folder, with a database of its own there."""
    known = {**os.environ, "MASSLINE_DATABASE": "sqlite:///test.sqlite3", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", text], env=known, cwd=folder, capture_output=True, text=True)


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
