"""The public log at size: proving one entry, reading all of them, and writing new ones.

    scripts/bench log [--entries 10000000] [--acts 20000]

Beside each figure stands how long SHA-256 alone takes for the same hashes, in the same run. Entries are written to the
database that MASSLINE_DATABASE names (a new SQLite file when it names none), by two processes while a third numbers
and publishes. `--entries 0` and `--acts 0` leave a side out: its last result stays. Result in results/log.json.
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
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty
from typing import Any

RESULT = Path(__file__).parent / "results" / "log.json"
WRITERS = 2


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


def _write(count: int, told: "Queue[list[float]]", ready: "Barrier") -> None:
    """Acts with one entry each. Tells how long each append took, in seconds: what it adds to an act."""
    import django

    django.setup()
    from django.db import transaction

    took = []
    with transaction.atomic():
        _append(0)
    ready.wait()
    for number in range(count):
        with transaction.atomic():
            took.append(timed(lambda number=number: _append(number)))
    told.put(took)


def _append(number: int) -> None:
    from massline.ledger.actions import append

    append("message.received", {"message": number, "digest": f"{number:064x}"})


def write_side(count: int) -> dict[str, Any]:
    """Entries a hundred to an act, then the sequencer's round over them, then acts with one entry each beside a sequencer."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from massline.ledger.actions import sequence
    from massline.ledger.queries import verify_log

    call_command("migrate", verbosity=0)
    appended = timed(lambda: [_hundred(start) for start in range(0, count, 100)])
    sequenced = timed(sequence)
    appends, acted, behind = _acts(count)
    if sequence().size != verify_log().size:
        raise SystemExit("The published log does not hold what was written.")
    return {
        "database": connection.vendor,
        "entries_per_second": count / appended,
        "numbered_and_published_per_second": count / sequenced,
        "acts_per_second": len(appends) / acted,
        "behind_seconds": behind,
        "append_milliseconds": 1000 * statistics.median(appends),
        "append_milliseconds_95": 1000 * statistics.quantiles(appends, n=20)[-1],
    }


def _hundred(start: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        for number in range(start, start + 100):
            _append(number)


def _acts(count: int) -> tuple[list[float], float, float]:
    """How long each append of the writers took, all of their acts, and the last round of the sequencer after them: seconds."""
    from massline.ledger.actions import sequence

    process = multiprocessing.get_context("spawn")
    told, ready = process.Queue(), process.Barrier(WRITERS + 1)
    writers = [process.Process(target=_write, args=(count // WRITERS, told, ready)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    ready.wait()
    begun, appends = time.perf_counter(), list[float]()
    while len(appends) < count // WRITERS * WRITERS:
        sequence()
        with suppress(Empty):
            appends += told.get(timeout=0.5)
    return appends, time.perf_counter() - begun, timed(sequence)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--acts", type=int, default=20_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=Path.cwd()))
    os.environ |= {
        "MASSLINE_SECRET_KEY": "only for a benchmark, it protects nothing",
        "MASSLINE_LOG_ROOT": str(folder / "acts"),
        "MASSLINE_LOG_KEY": str(folder / "acts-key"),
    }
    os.environ |= {"DJANGO_SETTINGS_MODULE": "massline.project.settings", "MASSLINE_HTTPS": "False"}
    os.environ.setdefault("MASSLINE_DATABASE", f"sqlite:///{folder}/bench.sqlite3")
    found = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    try:
        if options.entries:
            found["read"] = {**read_side(options.entries, folder), "machine": machine}
        if options.acts:
            write = write_side(options.acts)
            found[f"write_{write['database']}"] = {**write, "machine": machine}
    finally:
        shutil.rmtree(folder)
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
