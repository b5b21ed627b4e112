"""The public log at size: proving one entry, reading all of them, and writing new ones.

    scripts/bench log [--entries 10000000] [--seconds 30] [--writers 2]

Reading: beside each figure stands how long SHA-256 alone takes for the same hashes, in the same run. Writing: so many processes
of eight threads each, as `massline serve` has them, do one act after another in each thread, with one entry and on disk before
the next begins, for so many seconds, while one more process numbers and publishes about once a second, as the worker does; before
and after that the same threads write plain rows instead, which is what the disk lets through at all. Then messages are taken in,
ten a second from each of two processes. The database is a PostgreSQL of the script's own, or the one that MASSLINE_DATABASE
names. `--entries 0` and `--seconds 0` leave a side out: its last result stays. Result in results/log.json.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty
from threading import Thread
from typing import Any

from bench_killed import Database

RESULT = Path(__file__).parent / "results" / "log.json"
THREADS = 8
Told = tuple[list[float], float]
"""How long each row of a writer took, and its processor time: seconds."""


def entry(number: int) -> bytes:
    """As long as a real one."""
    data = f'{{"digest":"{number:064x}","message":{number}}}'
    return f'{{"at":"2026-11-22T08:00:00.000+00:00","data":{data},"kind":"message.received"}}'.encode()


def timed(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def read_side(count: int, folder: Path) -> dict[str, Any]:
    """Publish `count` entries, prove a hundred of them, read all."""
    from massline.ledger.keys import make_key, read_signer
    from massline.ledger.tiles import publish
    from massline.tlog.folder import fetch_from
    from massline.tlog.merkle import inclusion_proof
    from massline.tlog.verify import Tiles, check_all, find_entry

    make_key(folder / "key")
    key, sign = read_signer(folder / "key", "bench.example/log")

    def lines(start: int, end: int) -> list[bytes]:
        return [entry(number) for number in range(start, end)]

    published = timed(lambda: publish(folder / "log", lines, size=count, key=key, sign=sign))

    def fetch(path: str) -> bytes:
        return fetch_from(folder / "log", path)

    chosen = [int(hashlib.sha256(bytes([one])).hexdigest(), 16) % count for one in range(100)]
    proofs = [timed(lambda index=index: inclusion_proof(index, count, Tiles(fetch, count))) for index in chosen]
    found = [timed(lambda index=index: find_entry(fetch, key, entry(index), index=index)) for index in chosen]
    checked = timed(lambda: max(check_all(fetch, key)))
    hashed = timed(lambda: [hashlib.sha256(entry(number)).digest() for number in range(min(count, 1_000_000))])
    return {
        "entries": count,
        "publish_seconds": published,
        "proof_milliseconds": 1000 * statistics.median(proofs),
        "proof_milliseconds_worst": 1000 * max(proofs),
        "find_and_verify_milliseconds": 1000 * statistics.median(found),
        "check_all_seconds": checked,
        "sha256_alone_seconds": 2 * hashed * count / min(count, 1_000_000),
    }


def _append(number: int) -> None:
    from massline.ledger.actions import append

    append("message.received", {"message": number, "digest": f"{number:064x}"})


def _plain(number: int) -> None:
    """What an act costs at least: one row in a table without anything."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_plain (data) VALUES (%s) RETURNING id", (f"{number:096x}",))
        cursor.fetchone()


def _write(kind: str, seconds: float, told: "Queue[Told]", ready: "Barrier") -> None:
    """Act after act in each of THREADS, each a transaction with one row. Tells how long each row took: what it adds to an act."""
    import django

    django.setup()
    took = list[float]()
    threads = [Thread(target=_begun, args=(ready, _act, kind, seconds, took, ready)) for _ in range(THREADS)]
    used = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put((took, time.process_time() - used))


def _act(kind: str, seconds: float, took: list[float], ready: "Barrier") -> None:
    from django.db import connection, transaction

    row = {"entry": _append, "plain": _plain}[kind]
    with transaction.atomic():
        row(0)
    ready.wait()
    number, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        number += 1
        with transaction.atomic():
            took.append(timed(lambda number=number: row(number)))
    connection.close()


def _submit(kind: str, seconds: float, told: "Queue[Told]", ready: "Barrier") -> None:
    """Messages, as the site takes them in, ten a second. Tells how long the log kept each: entries, and the message's link."""
    import django

    django.setup()
    from massline.gather import actions
    from massline.gather.models import Call
    from massline.rights import RESIDENT

    took, logged, call = list[float](), actions._log_received, Call.objects.select_related("body").get(ref="bench")
    actions._log_received = lambda message: took.append(timed(lambda: logged(message)))  # type: ignore[assignment]
    ready.wait()
    until, used = time.perf_counter() + seconds, time.process_time()
    while time.perf_counter() < until:
        begun = time.perf_counter()
        actions.receive_message(call, actions.Words(text=f"The old well has run dry, house {len(took)}."), by=RESIDENT)
        time.sleep(max(0.0, begun + 0.1 - time.perf_counter()))
    told.put((took, time.process_time() - used))


@dataclass
class Crowd:
    """What writers did side by side while a sequencer ran. rounds: when (seconds from the start), how large the log was then, and
    how long the sequencer took."""

    acts: int
    seconds: float
    took: list[float]
    processor: float
    rounds: list[tuple[float, int, float]]

    @property
    def rate(self) -> float:
        return self.acts / self.seconds

    def milliseconds(self, share: float) -> float:
        return 1000 * sorted(self.took)[int(share * (len(self.took) - 1))]


def _begun(ready: "Barrier", act: Callable[..., None], *given: Any) -> None:  # noqa: ANN401 - what the act is given
    """One that cannot begin keeps nobody waiting."""
    try:
        act(*given)
    except BaseException:
        ready.abort()
        raise


def crowd(act: Callable[..., None], kind: str, seconds: float, writers: int) -> Crowd:
    """Let so many processes write for so long, and number and publish about once a second, as the worker does."""
    from massline.ledger.actions import sequence

    process = multiprocessing.get_context("spawn")
    told, ready = process.Queue(), process.Barrier(writers * (THREADS if act is _write else 1) + 1)
    for _ in range(writers):
        process.Process(target=_begun, args=(ready, act, kind, seconds, told, ready), daemon=True).start()
    ready.wait()
    begun, heard, rounds = time.perf_counter(), list[Told](), list[tuple[float, int, float]]()
    while len(heard) < writers:
        at = time.perf_counter()
        size = sequence().size
        rounds.append((at - begun, size, time.perf_counter() - at))
        with suppress(Empty):
            heard.append(told.get(timeout=max(0.01, at + 1 - time.perf_counter())))
        if ready.broken:
            raise SystemExit("A writer failed; see above.")
    took = [one for each, _ in heard for one in each]
    return Crowd(len(took), seconds, took, sum(used for _, used in heard), rounds)


def write_side(seconds: float, writers: int) -> dict[str, Any]:
    """Acts with one entry each, between two stretches of acts with a plain row each: what the disk lets through at all."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from massline.ledger.actions import sequence
    from massline.ledger.models import Entry
    from massline.ledger.queries import verify_log

    call_command("migrate", verbosity=0)
    _open_call()
    with connection.cursor() as cursor:
        key = "bigserial PRIMARY KEY" if connection.vendor == "postgresql" else "integer PRIMARY KEY"
        cursor.execute(f"CREATE TABLE bench_plain (id {key}, data text NOT NULL)")
    plain = [crowd(_write, "plain", seconds / 3, writers)]
    entries = crowd(_write, "entry", seconds, writers)
    plain.append(crowd(_write, "plain", seconds / 3, writers))
    submitted = crowd(_submit, "", seconds / 3, 2)
    hundreds = timed(lambda: [_hundred(start) for start in range(0, 20_000, 100)])
    waiting = Entry.objects.waiting().count()
    sequenced = timed(sequence)
    if not Entry.objects.count() == sequence().size == verify_log().size:
        raise SystemExit("The published log does not hold what was written.")
    return {
        "database": connection.vendor,
        "writers": writers * THREADS,
        "seconds": seconds,
        **_beside_the_limit(entries, plain),
        "log_grew_by": _growth(entries),
        "longest_round_seconds": max(took for _, _, took in entries.rounds),
        "submissions": submitted.acts,
        "added_to_a_submission_milliseconds": submitted.milliseconds(0.5),
        "added_to_a_submission_milliseconds_95": submitted.milliseconds(0.95),
        "entries_per_second_a_hundred_an_act": 20_000 / hundreds,
        "numbered_and_published_per_second": waiting / sequenced,
    }


def _beside_the_limit(entries: Crowd, plain: list[Crowd]) -> dict[str, Any]:
    """Acts with an entry beside those with a plain row, which came before and after them."""
    rates = [one.rate for one in plain]
    return {
        "acts_per_second": entries.rate,
        "plain_rows_per_second": rates,
        "of_the_limit": entries.rate / (sum(rates) / len(rates)),
        "append_milliseconds": entries.milliseconds(0.5),
        "append_milliseconds_95": entries.milliseconds(0.95),
        "plain_row_milliseconds": plain[0].milliseconds(0.5),
        "plain_row_milliseconds_95": plain[0].milliseconds(0.95),
        "processor_microseconds_an_act": 1e6 * entries.processor / entries.acts,
        "processor_microseconds_a_plain_act": 1e6 * plain[0].processor / plain[0].acts,
    }


def _growth(crowd: Crowd) -> list[int]:
    """By how many entries the published log grew in each fifth of the time: equal ones say that the sequencer kept pace."""
    ends = [crowd.seconds * part / 5 for part in range(6)]
    sizes = [max((size for at, size, _ in crowd.rounds if at <= end), default=0) for end in ends]
    return [after - before for before, after in pairwise(sizes)]


def _open_call() -> None:
    from datetime import timedelta

    from django.utils import timezone

    from massline.bodies.actions import add_body
    from massline.bodies.models import Body
    from massline.gather.actions import open_call
    from massline.gather.models import Call
    from massline.rights import OPERATOR

    body = add_body(Body(code="town", name="town", level="county"), under=None, by=OPERATOR)
    now = timezone.now()
    call = Call(ref="bench", title="bench", question="?", body=body, opens_at=now, closes_at=now + timedelta(days=9))
    open_call(call, by=OPERATOR)


def _hundred(start: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        for number in range(start, start + 100):
            _append(number)


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The one that MASSLINE_DATABASE names, or a PostgreSQL of our own that waits for the disk, as one should run."""
    if named := os.environ.get("MASSLINE_DATABASE"):
        yield named
        return
    folder.chmod(0o755)  # PostgreSQL's own user must come through
    own = Database(folder / "database")
    own.folder.mkdir()
    own.make()
    try:
        yield own.address
    finally:
        own.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--writers", type=int, default=2)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    os.environ |= {
        "MASSLINE_SECRET_KEY": "only for a benchmark, it protects nothing",
        "MASSLINE_LOG_ROOT": str(folder / "acts"),
        "MASSLINE_LOG_KEY": str(folder / "acts-key"),
    }
    os.environ |= {"DJANGO_SETTINGS_MODULE": "massline.project.settings", "MASSLINE_HTTPS": "False"}
    found = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    try:
        if options.entries:
            found["read"] = {**read_side(options.entries, folder), "machine": machine}
        if options.seconds:
            with database(folder) as address:
                os.environ["MASSLINE_DATABASE"] = address
                write = write_side(options.seconds, options.writers)
            found[f"write_{write['database']}"] = {**write, "machine": machine}
    finally:
        shutil.rmtree(folder)
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
