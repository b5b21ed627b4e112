"""Tell 50,000 followers of one case, by workers some of which are killed, and count that each letter came once:

    python benchmarks/bench_notices.py [--followers N] [--kill-every SECONDS] [--database URL]

One case of N messages, each with a follower by e-mail. Measured: how long the public page takes (the median of 9), how long the
reply with its N queued letters (by the clock, and of this process), and how long three workers take to send them to a mail server
of this script, while every so many seconds (10) one is killed outright, at random with seed 0, and another takes its place. What
a dead one had in hand is taken over once its time is up (here 5 s; in life `beat.LEASE`). Without --database in an SQLite file
of its own. Prints one JSON object; the figures stand in benchmarks/results/notices.json and docs/reference/benchmarks.md.
"""

import argparse
import json
import os
import platform
import random
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massline.gather.models import Call
    from massline.people.models import User
    from massline.respond.models import Case

WORKERS = 3
WORK = """
import django; django.setup()
from datetime import timedelta
from time import sleep
from massline.respond.actions import send_notices, telling
from massline.respond.models import Notice
from massline.rights import SYSTEM
telling.LEASE = timedelta(seconds=5)
while Notice.objects.filter(sent_at=None).exists():
    send_notices(by=SYSTEM, most=500) or sleep(0.5)
"""


class Postbox(socketserver.StreamRequestHandler):
    """A mail server that keeps nothing of a letter but how often its Message-ID came."""

    came: Counter[str] = Counter()
    lock = threading.Lock()

    def handle(self) -> None:
        self._say("220 bench")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self._letter()
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _letter(self) -> None:
        """A letter counts once its last line is there: of one whose sender died on the way nothing is kept."""
        number, whole = "", False
        for line in iter(self.rfile.readline, b""):
            if line.lower().startswith(b"message-id:"):
                number = line.split(b":", 1)[1].strip().decode()
            if whole := line == b".\r\n":
                break
        if whole:
            with Postbox.lock:
                Postbox.came[number] += 1
            self._say("250 kept")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--followers", type=int, default=50_000)
    parser.add_argument("--kill-every", type=float, default=10.0)
    parser.add_argument("--database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postbox) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        database = asked.database or f"sqlite:///{folder}/bench.sqlite3"
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "massline.project.settings",
                "MASSLINE_DATABASE": database,
                "MASSLINE_HTTPS": "False",
                "MASSLINE_SECRET_KEY": "only-for-this-benchmark-" * 3,
                "MASSLINE_LOG_ROOT": f"{folder}/log",
                "MASSLINE_STATIC_ROOT": f"{folder}/static",
                "MASSLINE_MAIL": f"smtp+plain://127.0.0.1:{server.server_address[1]}",
            }
        )
        found = {"followers": asked.followers, **_fill(asked.followers), **_race(asked.kill_every)}
        server.shutdown()
        print(json.dumps(found | _machine(database)))


def _fill(followers: int) -> dict[str, object]:
    """One case of so many messages and followers; its page, and the reply that queues their letters."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    from tests.builders import a_body, a_call, a_case, a_county, a_handler, a_message

    county = a_county()
    town = a_body(under=county)
    handler, call = a_handler(town), a_call(county)
    case = a_case(a_message(call, area=town), by=handler)
    _follow(case, call, followers)
    return {"page_ms": round(_page_seconds(case) * 1000), **_queue(case, handler, followers)}


def _follow(case: "Case", call: "Call", followers: int) -> None:
    """So many messages in the case, its first one too, each followed by e-mail; one in ten from somebody who wrote before."""
    from django.utils import timezone

    from massline.gather.models import Message
    from massline.respond.models import CaseMessage, Following
    from massline.respond.sealing import seal

    now = timezone.now()
    one = {"call": call, "body": case.body, "channel": "file", "text": "路灯不亮", "shown_text": "路灯不亮"}
    rows = [
        Message(**one, received_at=now, published_at=now, sender=f"{number % (followers * 9 // 10):016x}")
        for number in range(followers - 1)
    ]
    made = Message.objects.bulk_create(rows, batch_size=2_000)
    CaseMessage.objects.bulk_create([CaseMessage(case=case, message=message) for message in made], batch_size=2_000)
    wishes = [
        Following(message_id=key, sealed=seal(f"{key}@example.com"), mark=str(key), language="zh-hans")
        for key in Message.objects.values_list("pk", flat=True)
    ]
    for wish in wishes:
        wish.asked_at = wish.confirmed_at = now
    Following.objects.bulk_create(wishes, batch_size=2_000)


def _page_seconds(case: "Case") -> float:
    """The public page of the case, the median of 9."""
    from django.test import Client

    client, took = Client(SERVER_NAME="localhost"), []
    for _ in range(9):
        began = perf_counter()
        assert client.get(case.get_absolute_url()).status_code == 200  # noqa: S101
        took.append(perf_counter() - began)
    return median(took)


def _queue(case: "Case", handler: "User", followers: int) -> dict[str, object]:
    """The reply and its letters, by the clock and of this process."""
    from massline.respond.actions import publish_reply
    from massline.respond.models import Notice

    began, worked = perf_counter(), process_time()
    publish_reply(case, text="修好了", by=handler, version=case.version)
    queued, worked = perf_counter() - began, process_time() - worked
    assert Notice.objects.count() == followers  # noqa: S101
    return {"queue_seconds": round(queued, 2), "queue_cpu": round(worked, 2)}


def _race(kill_every: float) -> dict[str, object]:
    """Workers until nothing waits; what came, and how often."""
    from massline.respond.models import Notice

    chance, kills, began = random.Random(0), 0, perf_counter()  # noqa: S311 - no secret hangs on whom it hits
    workers = [_worker() for _ in range(WORKERS)]
    while any(worker.poll() is None for worker in workers):
        sleep(kill_every)
        running = [number for number, worker in enumerate(workers) if worker.poll() is None]
        if running and Notice.objects.filter(sent_at=None).count() > 1_000:
            number = chance.choice(running)
            workers[number].kill()
            workers[number].wait()
            workers[number], kills = _worker(), kills + 1
    return {
        "send_seconds": round(perf_counter() - began, 1),
        "kills": kills,
        "workers": WORKERS,
        "letters": len(Postbox.came),
        "came_twice": sum(number > 1 for number in Postbox.came.values()),
        "waiting": Notice.objects.filter(sent_at=None).count(),
    }


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.DEVNULL)


def _machine(database: str) -> dict[str, object]:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True).stdout.strip()
    kind = database.split(":", maxsplit=1)[0]
    return {"database": kind, "cores": os.cpu_count(), "python": platform.python_version(), "commit": commit}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
