"""Escalate 100,000 overdue cases with four workers, some of which are killed, and count that each was escalated once:

    python benchmarks/bench_escalation.py [--cases N] [--kill-every SECONDS] [--database URL]

Without --database in an SQLite file of its own. With one (postgres://…) in that database, which must be empty. Every so many
seconds (1) one of the workers is killed outright, at random with seed 0, and another takes its place. Prints one JSON object;
the figures stand in benchmarks/results/escalation.json and docs/reference/benchmarks.md.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep

WORKERS = 4
WORK = "import django; django.setup(); from django.core.management import call_command; call_command('escalate_overdue_cases')"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--kill-every", type=float, default=1.0)
    parser.add_argument("--database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = asked.database or f"sqlite:///{folder}/bench.sqlite3"
        known = {
            "DJANGO_SETTINGS_MODULE": "massline.project.settings",
            "MASSLINE_DATABASE": database,
            "MASSLINE_HTTPS": "False",
        }
        os.environ.update(
            known | {"MASSLINE_SECRET_KEY": "only-for-this-benchmark-" * 3, "MASSLINE_LOG_ROOT": f"{folder}/log"}
        )
        _fill(asked.cases)
        seconds, kills = _race(asked.kill_every)
        print(
            json.dumps(
                _count() | {"seconds": round(seconds, 1), "kills": kills, "workers": WORKERS} | _machine(database)
            )
        )


def _fill(cases: int) -> None:
    """A county with thirty bodies and so many open cases whose day has passed."""
    import django

    django.setup()
    from datetime import date

    from django.core.management import call_command
    from django.utils import timezone

    from massline.bodies.models import Body
    from massline.respond.models import Case, Turn

    call_command("migrate", verbosity=0)
    county = Body.objects.add_root(instance=Body(code="county", name="county", level="county"))
    towns = [
        Body.objects.add_child(county, instance=Body(code=f"town{number}", name=f"town {number}", level="township"))
        for number in range(30)
    ]
    now, due = timezone.now(), date(2020, 1, 6)
    rows = [
        Case(title=f"case {number}", body=towns[number % 30], opened_at=now, promised_days=15, reply_due=due)
        for number in range(cases)
    ]
    made = Case.objects.bulk_create(rows, batch_size=2_000)
    turns = [Turn(case=case, body_id=case.body_id, kind="taken", began_at=now, reply_due=due) for case in made]
    Turn.objects.bulk_create(turns, batch_size=2_000)


def _race(kill_every: float) -> tuple[float, int]:
    """Seconds until every case is escalated, and how many workers were killed on the way."""
    chance, kills, began = random.Random(0), 0, perf_counter()  # noqa: S311 - no secret hangs on whom it hits
    workers = [_worker() for _ in range(WORKERS)]
    while any(worker.poll() is None for worker in workers):
        until = perf_counter() + kill_every
        while perf_counter() < until and any(worker.poll() is None for worker in workers):
            sleep(0.1)
        running = [number for number, worker in enumerate(workers) if worker.poll() is None]
        if running and _count()["escalated"] < _count()["cases"]:
            number = chance.choice(running)
            workers[number].kill()
            workers[number].wait()
            workers[number], kills = _worker(), kills + 1
    return perf_counter() - began, kills


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.DEVNULL)


def _count() -> dict[str, int]:
    """Cases, those escalated, turns that say so, entries of the log, and entries for different cases."""
    from massline.ledger.models import Entry
    from massline.respond.models import Case, Turn

    entries = Entry.objects.filter(kind="case.escalated")
    return {
        "cases": Case.objects.count(),
        "escalated": Case.objects.filter(escalated_at__isnull=False).count(),
        "turns": Turn.objects.filter(escalated_at__isnull=False).count(),
        "entries": entries.count(),
        "distinct": entries.values("data").distinct().count(),
    }


def _machine(database: str) -> dict[str, object]:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True).stdout.strip()
    kind = database.split(":", maxsplit=1)[0]
    return {"database": kind, "cores": os.cpu_count(), "python": platform.python_version(), "commit": commit}


if __name__ == "__main__":
    main()
