"""How long the desk takes with a million cases: queue, search, the page of a case and others; on SQLite or PostgreSQL.

    scripts/bench desk [--cases 1000000] [--database URL] [--keep]

A made-up city of ten counties with twenty townships each, one message a case (four in a hundred still open), a fiftieth of
the messages in no case yet, is written straight into the tables. Each page is asked for by Django's test client, in this process
and with the settings of a live house, as a handler of a township, a leader of a county, and a leader of the whole city: the first
answer apart (sums over all rows are counted then, and kept); of ROUNDS the median and the 95th percentile, by the clock and by
the processor (this process and, of PostgreSQL on this machine, the one that serves it), beside an empty page of the same run.
With --keep the database (empty at first) is kept and used again. Results in results/desk.json, one line for each database and
size. Fails where a page takes longer than MOST ms, or asks more than QUERIES.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

RESULT = Path(__file__).parent / "results" / "desk.json"
ROUNDS, QUERIES = 20, 20
MOST = {"sqlite": 300, "postgresql": 150}  # milliseconds
COUNTIES, TOWNS = 10, 20
FREE = 50  # one message in so many is in no case
POOL = 20_000  # texts that the messages repeat, each with a number of its own
REPLIES = (
    "已派维修人员到场，更换了两盏灯头，今晚起恢复照明。",
    "经核实，该路段由交通局负责，计划于下月完成修补。",
    "We repaired the street lamps on Monday; call the town office if it is dark again.",
    "已与物业公司约定，每周三清运一次，居委会监督。",
)


def write(cases: int) -> None:
    """A city whose desks hold this many cases."""
    from django.utils import timezone

    from massline.bodies.models import Body
    from massline.gather.models import Call
    from massline.people.models import User

    now = timezone.now()
    city = Body.objects.add_root(instance=Body(code="city", name="清溪市", level="city"))
    towns: list[Body] = []
    counties: list[Body] = []
    for c in range(COUNTIES):
        counties.append(Body.objects.add_child(city, instance=Body(code=f"c{c}", name=f"县{c}", level="county")))
        towns += [
            Body.objects.add_child(counties[c], instance=Body(code=f"c{c}t{t}", name=f"镇{c}-{t}", level="township"))
            for t in range(TOWNS)
        ]
    for name, role, body in (
        ("town", "handler", towns[0]),
        ("county", "leader", counties[0]),
        ("city", "leader", city),
    ):
        User.objects.create(username=name, role=role, body=body)
    times = {"opens_at": now - timedelta(900), "closes_at": now + timedelta(30)}
    call = Call.objects.create(ref="million", title="一百万件事", question="哪一件先办？", body=city, **times)
    _rows(call, towns, counties, cases)


def _rows(call: Any, towns: list[Any], counties: list[Any], cases: int) -> None:  # noqa: ANN401 - models load with Django
    from massline.gather.models import Message, MessageTerms
    from massline.respond.models import Case, CaseMessage, CaseTerms, Reply, ReplyTerms, Turn
    from massline.terms import terms

    chance, texts = Random(1), _texts()  # noqa: S311
    homes = [chance.randrange(len(texts)) for _ in range(cases + cases // FREE)]
    known = [terms(text) for text in texts]
    days = [call.opens_at + timedelta(day) for day in range(900)]
    today = days[-1].date()

    def when(key: int) -> datetime:
        return days[(key * 7919) % 900]

    def state(key: int) -> str:
        return "open" if key % 25 == 0 else "settled" if key % 25 == 1 else "answered"

    def due(key: int) -> object:
        return today + timedelta(key // 25 % 30 - 5) if state(key) == "open" else when(key).date() + timedelta(20)

    keys, everybody = range(1, cases + 1), range(1, len(homes) + 1)
    fill: list[tuple[Any, dict[str, object], Iterable[dict[str, object]]]] = [
        (Message, {"call": call, "channel": "web"}, (
            {"pk": key, "body_id": towns[key // 25 % len(towns)].pk, "text": f"{texts[homes[key - 1]]}{key}",
             "shown_text": f"{texts[homes[key - 1]]}{key}", "received_at": when(key), "published_at": when(key),
             "waits": key > cases}
            for key in everybody)),
        (MessageTerms, {}, ({"pk": key, "terms": [*known[homes[key - 1]], str(key)]} for key in everybody)),
        (Case, {"promised_days": 15}, (
            {"pk": key, "body_id": towns[key // 25 % len(towns)].pk, "title": texts[homes[key - 1]][:20], "state": state(key),
             "opened_at": when(key), "reply_due": due(key)} for key in keys)),
        (CaseTerms, {}, ({"pk": key, "terms": terms(texts[homes[key - 1]][:20])} for key in keys)),
        (CaseMessage, {}, ({"pk": key, "case_id": key, "message_id": key} for key in keys)),
        (Turn, {"kind": "taken"}, (
            {"pk": key, "case_id": key, "body_id": towns[key // 25 % len(towns)].pk, "began_at": when(key), "reply_due": due(key),
             "ended_at": None if state(key) == "open" else when(key)} for key in keys)),
        (Reply, {}, (
            {"pk": key, "case_id": key, "turn_id": key, "body_id": towns[key // 25 % len(towns)].pk, "text": REPLIES[key % 4],
             "published_at": when(key)} for key in keys if state(key) != "open")),
        (ReplyTerms, {}, ({"pk": key, "terms": terms(REPLIES[key % 4])} for key in keys if state(key) != "open")),
    ]  # fmt: skip
    for model, same, rows in fill:
        start = time.perf_counter()
        _copy(model, same, rows)
        print(f"{model.__name__}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)


def _texts() -> list[str]:
    from massline.project.demo.messages import generate

    return [message.text[:300] for message in generate(POOL, seed=0)]


def _copy(model: Any, same: dict[str, object], rows: Iterable[dict[str, object]]) -> None:  # noqa: ANN401
    """Rows into the table of a model; what they do not say is as `same` says it, or as the model has it."""
    from django.db import connection, transaction

    sound, table, quoted, width = _ready(model, same, rows)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            is_index = any(map(_is_terms, model._meta.concrete_fields))  # all at once is faster than row by row
            if is_index:
                cursor.execute(f'DROP INDEX "{table}_gin"')
            with cursor.copy(f'COPY "{table}" ({quoted}) FROM STDIN') as copy:
                for values in sound:
                    copy.write_row(values)
            if is_index:
                cursor.execute(f'CREATE INDEX "{table}_gin" ON "{table}" USING gin (terms) WITH (fastupdate = off)')
        else:
            marks = ", ".join("?" * width)
            insert = f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})'  # noqa: S608
            while part := list(islice(sound, 10_000)):
                cursor.cursor.executemany(insert, part) if hasattr(cursor, "cursor") else cursor.executemany(
                    insert, part
                )


def _ready(
    model: Any,  # noqa: ANN401
    same: dict[str, object],
    rows: Iterable[dict[str, object]],
) -> tuple[Iterator[list[object]], str, str, int]:
    """Values as the database takes them, the table, its columns quoted, and how many there are."""
    from django.db import connection

    fields = {field.attname: field for field in model._meta.concrete_fields}
    fields["pk"] = model._meta.pk
    names = [name for name in fields if name != model._meta.pk.attname]
    plain = model(**same)
    base = [None if name == "pk" else _value(fields[name], getattr(plain, name), connection) for name in names]
    place = {name: names.index(name) for name in names}

    def ready() -> Iterator[list[object]]:
        for row in rows:
            values = list(base)
            for name, value in row.items():
                values[place[name]] = _value(fields[name], value, connection)
            yield values

    quoted = ", ".join(f'"{fields[name].column}"' for name in names)
    return ready(), model._meta.db_table, quoted, len(names)


def _is_terms(field: Any) -> bool:  # noqa: ANN401
    return type(field).__name__ == "TermsField"


def _value(field: Any, value: object, connection: Any) -> object:  # noqa: ANN401
    if _is_terms(field):
        words = value if isinstance(value, list) else []
        return " ".join(words) if connection.vendor == "sqlite" else " ".join(f"'{word}'" for word in sorted(words))
    if isinstance(value, (str, int)) or value is None:
        return value
    return field.get_db_prep_save(value, connection)


def measure() -> list[dict[str, Any]]:
    """A line for each person and page: the 95th percentile, milliseconds, and how many queries. As behind the server's door."""
    from django.core.cache import caches
    from django.test import Client

    from massline.people.models import User
    from massline.respond.models import Case

    import_module("massline.project.wsgi")  # loads all pages and freezes them
    mine = Case.objects.filter(body__code="c0t0", state="open").order_by("pk")[0]
    pages = {
        "an empty page": "/offline/",
        "queue": "/desk/",
        "answered cases": "/desk/?show=answered",
        "very late cases": "/desk/?show=very_late",
        "two characters": "/desk/?words=路灯",
        "in one text of 250": "/desk/?words=条线&show=answered",
        "two words": "/desk/?words=路灯+住建局",
        "two frequent words": "/desk/?words=路灯+小区",
        "four frequent words": "/desk/?words=路灯+小区+社区+分钟",
        "five characters": "/desk/?words=恢复照明今",
        "English": "/desk/?words=lamps",
        "a number": "/desk/?words=76543",
        "a case": f"/desk/cases/{mine.pk}/",
        "hand-overs": "/scoreboard/hand-overs/",
        "hot matters": "/desk/hot-matters/",
        "front page": "/",
        "the call": "/calls/million/",
        "scoreboard": "/scoreboard/",
        "a body": "/bodies/c0t0/",
    }
    lines = []
    caches["sums"].clear()  # so that the first answers count, as after a large import
    for who in ("town", "county", "city"):
        client = Client()
        client.force_login(User.objects.get(username=who))
        for name, address in pages.items():
            lines.append({"desk": who, "page": name, **_timed(lambda: client.get(address))})  # noqa: B023 - called at once
            print(json.dumps(lines[-1], ensure_ascii=False), flush=True)
    return lines


def _timed(ask: Callable[[], Any]) -> dict[str, float]:
    """Milliseconds by the clock, and of work, which does not grow with what else the machine does; first_ms: the first time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun = time.perf_counter()
    if ask().status_code != 200:
        raise SystemExit("A page did not answer.")
    first = 1000 * (time.perf_counter() - begun)
    with CaptureQueriesContext(connection) as asked:
        ask()
        queries = len(asked)
    served = _server()
    wall, cpu = [], []
    for _ in range(ROUNDS):
        start, worked = time.perf_counter(), time.process_time() + _worked(served)
        ask()
        wall.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.process_time() + _worked(served) - worked))
    found = {
        "p95_ms": quantiles(wall, n=20)[-1],
        "median_ms": median(wall),
        "median_work_ms": median(cpu),
        "first_ms": first,
    }
    return {name: round(value) for name, value in found.items()} | {"queries": queries}


def _server() -> Path | None:
    """Where Linux says how long the process of PostgreSQL has worked that serves this one; None for SQLite, and elsewhere."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        told = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return told if told.exists() else None


def _worked(served: Path | None) -> float:
    """Seconds of a processor."""
    return int(served.read_text().split()[0]) / 1e9 if served else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = chosen.database or f"sqlite:///{folder}/desk.sqlite3"
        os.environ |= {"DJANGO_SETTINGS_MODULE": "massline.project.settings", "MASSLINE_DATABASE": database}
        os.environ |= {"MASSLINE_SECRET_KEY": "a key for a benchmark, it protects nothing", "MASSLINE_HTTPS": "False"}
        os.environ |= {"MASSLINE_HOSTS": "testserver", "MASSLINE_DEBUG": "False", "MASSLINE_LOG_ROOT": f"{folder}/log"}
        os.environ |= {"MASSLINE_STATIC_ROOT": f"{folder}/static"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        from massline.respond.models import Case

        known = Case.objects.count() if chosen.keep else 0
        if not known:
            write(chosen.cases)
        lines, kind = measure(), connection.vendor
    result = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    load = [round(value) for value in os.getloadavg()]
    result[f"{kind}, {known or chosen.cases:,} cases"] = {"pages": lines, "load": load, **machine}
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    slow = [line for line in lines if line["p95_ms"] > MOST[kind] or line["queries"] > QUERIES]
    print(f"{len(slow)} of {len(lines)} pages take more than {MOST[kind]} ms or {QUERIES} queries.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
