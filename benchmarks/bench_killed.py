"""Kill -9 of web server, worker and database at random moments under load: is what was acknowledged there, and there once?

    scripts/bench killed [--kills 100] [--seed 1] [--json]

Starts a PostgreSQL of its own (as a database should run: it waits for the disk), the web server and the worker. Eight writers say
something again and again until it is acknowledged; a witness watches the log. At the end every acknowledged message must be
there once, its receipt must prove it, and the log must hold just what the database has. Exit code 1 where not. Result in
results/killed.json; --json prints it and records nothing.
"""

import argparse
import json
import os
import platform
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

RESULT = Path(__file__).parent / "results" / "killed.json"
WRITERS = 8
KINDS = ("web", "worker", "database")  # in turn
PATIENCE = 120  # seconds until what was killed must answer again
_CALL = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from massline.bodies.actions import add_body
from massline.bodies.models import Body
from massline.gather.actions import open_call
from massline.gather.models import Call
from massline.rights import OPERATOR
body = add_body(Body(code="town", name="town", level="county"), under=None, by=OPERATOR)
now = timezone.now()
call = Call(ref="call", title="call", question="?", body=body, opens_at=now, closes_at=now + timedelta(days=9))
open_call(call, by=OPERATOR)
"""
_LOOK = """
import json, sys, django; django.setup()
from collections import Counter
from massline.gather.models import Message
from massline.gather.queries import message_of
from massline.gather.rules import read_receipt
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.ledger.queries import receipt_for, verify_log
sequence()
size, there = verify_log().size, Counter(Message.objects.values_list("text", flat=True))
acknowledged, proved = json.load(sys.stdin), 0
for words, code in acknowledged.items():
    message = message_of(read_receipt(code))
    if message is None or message.text != words:
        continue
    receipt_for(message.entry, message.salt).check_proof()
    proved += 1
received = Entry.objects.filter(kind="message.received").count()
print(json.dumps({
    "entries": size, "entries_written": Entry.objects.count(), "messages": sum(there.values()),
    "lost": len(acknowledged) - sum(there[words] > 0 for words in acknowledged), "proved": proved,
    "doubled": sum(number > 1 for number in there.values()), "without_an_entry": sum(there.values()) - received,
}))
"""


@dataclass
class Database:
    """A PostgreSQL cluster in a folder. Its chief is our child, so that one that was killed is seen to be dead."""

    folder: Path
    bin: Path = field(default_factory=lambda: max(Path("/usr/lib/postgresql").glob("*/bin")))
    chief: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgresql://massline@/massline?host={self.folder}"

    def command(self, program: str, *words: str) -> list[str]:
        # PostgreSQL refuses to run as root; setpriv, unlike runuser, becomes the program.
        owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        return [*owner, str(self.bin / program), *words]

    def run(self, program: str, *words: str) -> int:
        return subprocess.run(self.command(program, *words), cwd="/", capture_output=True).returncode

    def make(self) -> None:
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        there = ["-D", f"{self.folder}/data", "-U", "massline"]
        self.run("initdb", *there, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        self.run("createdb", "-h", str(self.folder), "-U", "massline", "massline")

    def start(self) -> None:
        """If it is dead. The children of a chief that was killed end by themselves, and only then a new one may begin."""
        until = time.monotonic() + PATIENCE
        while self.run("pg_isready", "-q", "-h", str(self.folder)):
            if time.monotonic() > until:
                raise RuntimeError((self.folder.parent / "database.log").read_text()[-2_000:])
            if self.chief is None or self.chief.poll() is not None:
                listen = ["-k", str(self.folder), "-c", "listen_addresses="]
                log = (self.folder.parent / "database.log").open("ab")
                command = self.command("postgres", "-D", f"{self.folder}/data", *listen)
                self.chief = subprocess.Popen(command, cwd="/", stdout=log, stderr=log)
            time.sleep(0.2)

    def stop(self) -> None:
        if self.chief:
            self.chief.send_signal(signal.SIGQUIT)
            self.chief.wait()


@dataclass
class House:
    """Web server and worker, started again whenever they are found dead."""

    folder: Path
    environment: dict[str, str]
    port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        granian = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--port", str(self.port)]
        commands = {
            "web": [
                *granian,
                "--workers",
                "2",
                "--blocking-threads",
                "4",
                "--respawn-failed-workers",
                "massline.project.wsgi:application",
            ],
            "worker": [sys.executable, "-m", "django", "work"],
        }
        for name, command in commands.items():
            if name not in self.running or self.running[name].poll() is not None:
                _end_group(self.running.get(name))
                log = (self.folder / f"{name}.log").open("ab")
                self.running[name] = subprocess.Popen(
                    command, env=self.environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
                )

    def program(self, text: str, given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-c", text],
            env=self.environment,
            cwd=self.folder,
            input=given,
            text=True,
            capture_output=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2_000:])
        return done.stdout

    def stop(self) -> None:
        for process in self.running.values():
            _end_group(process)


class Writer(threading.Thread):
    """Says one thing after another; each again until it is acknowledged."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self.address, self.number = f"http://127.0.0.1:{port}/api/calls/call/messages", number
        self.acknowledged: dict[str, str] = {}
        self.tries, self.stopping = 0, False

    def run(self) -> None:
        said = 0
        while not self.stopping:
            said += 1
            words, form = f"{self.number} {said} {secrets.token_hex(4)}", secrets.token_hex(16)
            while words not in self.acknowledged:
                self.tries += 1
                self._say(words, form)

    def _say(self, words: str, form: str) -> None:
        # Each from a network of its own: how fast one may speak is not what is measured.
        far = ".".join(str(secrets.randbelow(223) + 1) for _ in range(4))
        body = json.dumps({"text": words, "submission": form}).encode()
        request = Request(  # noqa: S310 - our own http address
            self.address, body, {"Content-Type": "application/json", "X-Forwarded-For": far}
        )
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310
                self.acknowledged[words] = json.load(answer)["code"]
        except (URLError, OSError, ValueError):
            time.sleep(0.05)


def _children(chief: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(chief)], capture_output=True, text=True)
    return [int(number) for number in found.stdout.split()]


def _free_port() -> int:
    """Below those that the system gives away by itself; the search begins elsewhere in every process."""
    for port in range(20_000 + os.getpid() % 12_000, 32_768):
        with socket.socket() as free:
            if free.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("No port between 20000 and 32767 is free.")


def _end_group(process: subprocess.Popen[bytes] | None) -> None:
    if process:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _until(holds: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            raise RuntimeError(f"{what} did not come within {PATIENCE} seconds.")
        time.sleep(0.1)


class Witness:
    """Looks at the log after every kill: it may only have grown. chance: what decides who is killed, and when."""

    def __init__(self, folder: Path, key: str, chance: random.Random) -> None:
        from massline.project.log import fetch_of, whole
        from massline.tlog.checkpoint import read_key

        self.chance = chance
        self.fetch, self.key = fetch_of(str(folder)), read_key(key)
        self.kept = whole(self.fetch, self.key)

    def look(self) -> None:
        """Raises one of massline.tlog.verify.REFUSALS."""
        from massline.tlog.verify import check_growth

        self.kept = check_growth(self.fetch, self.key, self.kept)


@contextmanager
def _running(folder: Path) -> Iterator[tuple[House, Database]]:
    database = Database(folder / "database")
    database.folder.mkdir()
    database.make()
    environment = {
        **os.environ,
        **{"MASSLINE_SECRET_KEY": secrets.token_urlsafe(48), "MASSLINE_DATABASE": database.address},
        **{"MASSLINE_LOG_ROOT": f"{folder}/log", "MASSLINE_LOG_KEY": f"{folder}/log-key", "MASSLINE_PROXIES": "1"},
        **{"DJANGO_SETTINGS_MODULE": "massline.project.settings", "MASSLINE_HTTPS": "False"},
        **{"MASSLINE_STATIC_ROOT": f"{folder}/static", "PYTHONPATH": os.pathsep.join(sys.path)},
    }
    house = House(folder, environment, _free_port())
    try:
        house.program(
            "import django; django.setup(); from django.core.management import call_command; call_command('migrate', verbosity=0)"
        )
        house.program(_CALL)
        house.program("import django; django.setup(); from massline.ledger.actions import sequence; sequence()")
        yield house, database
    finally:
        house.stop()
        database.stop()


def _kill_one(house: House, database: Database, kind: str, chance: random.Random) -> str:
    """Kill some process of this kind, wait a little, and start again what is dead. Says which it was."""
    process = database.chief if kind == "database" else house.running[kind]
    chief = process.pid if process else 0
    victim = chance.choice([chief, *_children(chief)])
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    time.sleep(chance.random())
    database.start()
    house.start()
    return f"{kind}, {'its chief' if victim == chief else 'a child'}"


def _acknowledged(writers: list[Writer]) -> dict[str, str]:
    return {words: code for writer in writers for words, code in list(writer.acknowledged.items())}


def _under_load(house: House, database: Database, kills: int, witness: Witness) -> tuple[list[Writer], Counter[str]]:
    """Kill so often while the writers write, each time after some were acknowledged; the witness looks each time."""
    writers, killed = [Writer(house.port, number) for number in range(WRITERS)], Counter[str]()
    for writer in writers:
        writer.start()
    for number in range(kills):
        wanted = len(_acknowledged(writers)) + witness.chance.randrange(1, 60)
        _until(lambda wanted=wanted: len(_acknowledged(writers)) >= wanted, f"New messages after {number} kills")
        killed[_kill_one(house, database, KINDS[number % len(KINDS)], witness.chance)] += 1
        witness.look()
    for writer in writers:
        writer.stopping = True
    for writer in writers:
        writer.join(PATIENCE)
    return writers, killed


def kill_and_look(kills: int, seed: int, folder: Path) -> dict[str, Any]:
    """Everything above; what was found."""
    with _running(folder) as (house, database):
        key = house.program(
            "import django; django.setup(); from massline.ledger.queries import log_key; print(log_key())"
        )
        witness = Witness(folder / "log", key.strip(), random.Random(seed))  # noqa: S311 - chance, no secret
        house.start()
        begun = time.monotonic()
        writers, killed = _under_load(house, database, kills, witness)
        seconds = time.monotonic() - begun
        house.stop()
        acknowledged = _acknowledged(writers)
        found: dict[str, Any] = json.loads(house.program(_LOOK, json.dumps(acknowledged)))
        witness.look()
    told = {"kills": dict(sorted(killed.items())), "acknowledged": len(acknowledged), "seconds": round(seconds, 1)}
    return {**told, "tries": sum(writer.tries for writer in writers), **found, "witnessed": witness.kept.size}


def is_whole(found: dict[str, Any]) -> bool:
    """Nothing lost, nothing doubled, every receipt proved, the log as the database, the witness content to its end."""
    same = found["entries"] == found["entries_written"] == found["witnessed"]
    none = not (found["lost"] or found["doubled"] or found["without_an_entry"])
    return same and none and found["proved"] == found["acknowledged"] > 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        found = kill_and_look(options.kills, options.seed, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found["machine"] = {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    if not options.json:
        RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    return 0 if is_whole(found) else 1


if __name__ == "__main__":
    sys.exit(main())
