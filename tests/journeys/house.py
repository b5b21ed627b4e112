"""A running massline for the journeys: the product as scripts/demo starts it, with a smaller county, on a port of its own."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

_KEY, _RECEIPT = "secret-key", "receipt"
MESSAGES = 1_500  # enough for something to be overdue
_LOAD = f"import django; django.setup(); from massline.project.demo.load import load; print(load({MESSAGES}).receipt)"


@dataclass(frozen=True)
class House:
    """Where it answers, and the receipt of a message whose case has been answered."""

    url: str
    receipt: str


def furnished(folder: Path) -> Path:
    """A folder with all that a house needs, which nobody lives in: copy it. Made once (some 20 s of one core, a minute where
    nothing is compiled yet), however many processes ask for it at the same time."""
    folder.mkdir(exist_ok=True)
    whole, half = folder / "house", folder / "half a house"
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)  # until the file is closed
        if not whole.exists():
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            _furnish(half)
            half.rename(whole)
    return whole


def _furnish(folder: Path) -> None:
    """Tables, style sheets, the county up to today, its log; the key and the receipt of a message in files of their own."""
    (folder / _KEY).write_text(secrets.token_urlsafe(48))

    def once(*command: str) -> str:
        return subprocess.run(
            [sys.executable, *command], env=_environment(folder), check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    once("-m", "django", "migrate", "-v", "0")
    once("-m", "django", "collectstatic", "--noinput", "-v", "0")
    (folder / _RECEIPT).write_text(once("-c", _LOAD).strip())
    once("-m", "django", "sequence_log")


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "MASSLINE_DEMO": "True",
        "MASSLINE_DEBUG": "False",
        "MASSLINE_SECRET_KEY": (folder / _KEY).read_text(),
        "MASSLINE_DATABASE": f"sqlite:///{folder}/massline.sqlite3",
        "MASSLINE_STATIC_ROOT": str(folder / "static"),
        "MASSLINE_LOG_ROOT": str(folder / "log"),
        "MASSLINE_LOG_KEY": str(folder / "log-key"),
        "MASSLINE_ATTACHMENTS": str(folder / "attachments"),
        "DJANGO_SETTINGS_MODULE": "massline.project.settings",
    }


@contextmanager
def running(folder: Path) -> Iterator[House]:
    """Start web server and worker in a folder that `furnished` gave, or a copy of it; stop both at the end."""
    environment, port = _environment(folder), _free_port()
    granian = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--port", str(port)]
    server = [*granian, "--blocking-threads", "4", "--log-level", "error", "massline.project.wsgi:application"]
    worker = [sys.executable, "-m", "django", "work"]
    with (folder / "output").open("w") as log:
        started = [subprocess.Popen(command, env=environment, stdout=log, stderr=log) for command in (server, worker)]
        try:
            _wait_for(port, started[0])
            yield House(f"http://127.0.0.1:{port}", (folder / _RECEIPT).read_text())
        finally:
            for process in started:
                process.terminate()
            for process in started:
                _wait_for_end(process)


def _free_port() -> int:
    """Below those that the system gives away by itself: between this look and the server's start nobody else gets it."""
    for port in range(20_000 + os.getpid() % 12_000, 32_768):
        with socket.socket() as free:
            if free.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("No port between 20000 and 32767 is free.")


def _wait_for_end(process: subprocess.Popen[bytes]) -> None:
    """How fast a server ends on a busy machine is no matter of the journeys."""
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not start.")
