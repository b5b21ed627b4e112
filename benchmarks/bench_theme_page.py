"""How long the pages of themes take in a call of a million messages, on SQLite.

    scripts/bench theme_page [--messages 1000000] [--database /tmp/a-million.sqlite3]

A made-up call is written straight into the tables, as a run of the engine leaves it: 24 coarse themes of unequal size with
10 finer ones each, two statements in each finer one, each with a third of its messages behind it; 85 % of the messages placed,
5 % copies. Each page is asked for by Django's test client, in this process, as a visitor or an analyst; the first answer is not
counted, the figure is the median of ROUNDS. Acts are done once. With --database the file is kept, and used again where it is
there. Result in results/theme_page.json. Fails where the page of a theme, or one trace on it, takes more than MOST ms.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

RESULT = Path(__file__).parent / "results" / "theme_page.json"
ROUNDS, MOST = 7, 200  # MOST: milliseconds
AT_ONCE = ("theme", "theme, page 2", "theme, one trace", "finer theme", "finer theme, one trace")
COARSE, FINER = 24, 10
COPIES, NOT_PLACED = 0.05, 0.10
WORDS = [
    "路灯",
    "公交",
    "停车",
    "自来水",
    "垃圾",
    "电梯",
    "噪音",
    "学校",
    "医院",
    "养老",
    "物业",
    "道路",
    "希望",
    "尽快",
    "三个月",
    "小区",
]


def write(number: int) -> None:
    """A county, a call and its run, with this many messages."""
    from django.utils import timezone

    from massline.bodies.models import Body
    from massline.gather.models import Call
    from massline.people.models import User

    now = timezone.now()
    county = Body.objects.add_root(instance=Body(code="county", name="清溪县", level="county"))
    User.objects.create(username="analyst", role="analyst", body=county)
    times = {"opens_at": now - timedelta(30), "closes_at": now + timedelta(30)}
    call = Call.objects.create(ref="million", title="一百万条留言", question="哪一件先办？", body=county, **times)
    run = _run(call, now, number)
    leaves = _themes(run)
    weights = [1 / (1 + place // FINER) for place in range(len(leaves))]
    chance = Random(1)  # noqa: S311
    homes = chance.choices(range(len(leaves)), weights, k=number)
    _messages(call, run, leaves, homes, chance)
    _statements(leaves)
    _counts(run)


def _run(call: Any, now: Any, number: int) -> Any:  # noqa: ANN401 - models are loaded with Django
    from massline.concentrate.models import Run

    copies, left = int(number * COPIES), int(number * NOT_PLACED)
    counts = {"accepted": number, "placed": number - copies - left, "copies": copies, "not_placed": left}
    asked = {"requested_at": now, "started_at": now, "finished_at": now}
    days = [(now - timedelta(29 - day)).date().isoformat() for day in range(30)]
    return Run.objects.create(call=call, method="made up", counts=counts, periods=days, **asked)


def _themes(run: Any) -> list[Any]:  # noqa: ANN401
    """The finer themes."""
    from massline.concentrate.models import Theme

    zero = {"messages": 0, "senders": 0, "share_raw": 0.0}
    coarse = [
        Theme(run=run, number=n, grain=0, label=f"主题{n}", keywords=WORDS[:5], x=n % 5, y=n // 5, **zero)
        for n in range(COARSE)
    ]
    Theme.objects.bulk_create(coarse)
    pairs = [(above, COARSE + place * FINER + n) for place, above in enumerate(coarse) for n in range(FINER)]
    finer = [
        Theme(run=run, number=n, grain=1, parent=above, label=f"细{n}", keywords=WORDS[:5], **zero)
        for above, n in pairs
    ]
    return list(Theme.objects.bulk_create(finer))


def _messages(call: Any, run: Any, leaves: list[Any], homes: list[int], chance: Random) -> None:  # noqa: ANN401
    """All messages with where they went; keys are counted from 1."""
    from massline.concentrate.models import Placement
    from massline.gather.models import Message, MessageTerms
    from massline.terms import keep

    opened, number = call.opens_at, len(homes)

    def messages() -> Iterator[Any]:
        for key in range(1, number + 1):
            said = opened + timedelta(seconds=key * 2_500_000 // number)
            words, sender = f"{''.join(chance.choices(WORDS, k=16))}{key}", f"{chance.randrange(number):016x}"
            when = {"received_at": said, "published_at": said, "said_at": said}
            yield Message(
                pk=key, call=call, body=call.body, channel="web", text=words, shown_text=words, sender=sender, **when
            )

    def placements() -> Iterator[Any]:
        for key, home in enumerate(homes, 1):
            fate = "copy" if key % 20 == 7 else "not_placed" if key % 10 == 3 else "placed"
            theme = None if fate == "not_placed" else leaves[home]
            original = (key - 1 or None) if fate == "copy" else None
            yield Placement(
                run=run, message_id=key, fate=fate, theme=theme, similarity=chance.random(), copy_of_id=original
            )

    for rows, kind in ((messages(), Message), (placements(), Placement)):
        while part := list(islice(rows, 20_000)):
            kind.objects.bulk_create(part)
            if kind is Message:
                keep(MessageTerms, part, new=True)


def _statements(leaves: list[Any]) -> None:
    from massline.concentrate.models import Placement, Statement

    through = Statement.trace.through
    for theme in leaves:
        inside = list(Placement.objects.filter(theme=theme, fate="placed").values_list("message", flat=True))
        for part in range(2):
            behind = inside[part::3]
            text = f"{theme.label}，请尽快解决 {part}"
            said = Statement.objects.create(theme=theme, text=text, messages=len(behind))
            links = [through(statement=said, message_id=key) for key in behind]
            through.objects.bulk_create(links, batch_size=20_000)


def _counts(run: Any) -> None:  # noqa: ANN401
    from massline.concentrate.models import Theme
    from massline.concentrate.queries import figures

    for theme in Theme.objects.filter(run=run).select_related("run"):
        Theme.objects.filter(pk=theme.pk).update(**figures(theme))


def measure_pages() -> list[dict[str, Any]]:
    """A line for each page: medians. messages: in the theme, or behind the statement."""
    from django.test import Client

    from massline.concentrate.models import Statement, Theme
    from massline.people.models import User

    largest = Theme.objects.coarsest().first()
    finer = largest.children.standing().order_by("-messages").first()
    statement = Statement.objects.filter(theme=finer).order_by("pk").first()
    page, room = largest.get_absolute_url(), f"/desk/calls/million/themes/{largest.pk}/"
    pages = {
        "theme": page,
        "theme, page 2": f"{page}?page=2",
        "theme, the last page": f"{page}?page=1000000",
        "theme, one trace": f"{page}?statement={statement.pk}",
        "finer theme": finer.get_absolute_url(),
        "finer theme, one trace": f"{finer.get_absolute_url()}?statement={statement.pk}",
        "themes of the call": "/calls/million/themes/",
        "reading room": "/desk/calls/million/themes/",
        "reading room, theme": room,
        "reading room, words in a theme": f"{room}?q=路灯公交停车",
        "reading room, a frequent word in a theme": f"{room}?q=路灯",
        "message": statement.trace.order_by("pk").first().get_absolute_url(),
    }
    visitor, analyst = Client(), Client()
    analyst.force_login(User.objects.get(username="analyst"))
    sizes = {"theme": largest.messages, "finer theme": finer.messages, "theme, one trace": statement.trace.count()}
    lines = []
    for name, address in pages.items():
        client = analyst if address.startswith("/desk/") else visitor
        status = client.get(address).status_code
        if status != 200:
            raise SystemExit(f"{address} answered {status}.")
        spent = [_timed(lambda: client.get(address)) for _ in range(ROUNDS)]  # noqa: B023 - called at once
        wall, cpu = (round(median(part), 1) for part in zip(*spent, strict=True))
        lines.append({"page": name, "ms": wall, "cpu_ms": cpu, "messages": sizes.get(name)})
    return lines


def measure_acts() -> list[dict[str, Any]]:
    """A line for each act, done once, the largest themes first."""
    from massline.concentrate import actions
    from massline.concentrate.models import Edition, Run, Theme
    from massline.concentrate.queries import newest_act, theme_messages
    from massline.people.models import User

    run, by = Run.objects.select_related("call__body").get(), User.objects.get(username="analyst")
    one, other = Theme.objects.coarsest().select_related("run__call__body")[:2]
    Edition.objects.all().delete()

    def fresh() -> Any:  # noqa: ANN401
        return Theme.objects.select_related("run__call__body").get(pk=one.pk)

    chosen = [message.pk for message in theme_messages(one)[:100]]
    acts: dict[str, Callable[[], object]] = {
        "rename": lambda: actions.rename_theme(fresh(), name=f"新名{time.time()}", by=by, version=fresh().version),
        "split off 100": lambda: actions.split_theme(
            fresh(), messages=chosen, name=f"拆{time.time()}", by=by, version=fresh().version
        ),
        "take back the split": lambda: actions.undo_act(newest_act(run), by=by),
        "merge the two largest": lambda: actions.merge_themes(fresh(), into=other, by=by, version=fresh().version),
        "take back the merge": lambda: actions.undo_act(newest_act(run), by=by),
        "publish": lambda: actions.publish_edition(run, note="", seen=newest_act(run).pk, by=by),
    }
    spent = {name: _timed(act) for name, act in acts.items()}
    return [{"act": name, "ms": round(wall), "cpu_ms": round(cpu)} for name, (wall, cpu) in spent.items()]


def _timed(do: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor's: those do not grow with what else the machine does."""
    start, worked = time.perf_counter(), time.process_time()
    do()
    return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - worked)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = chosen.database or Path(folder) / "themes.sqlite3"
        known = file.exists()
        os.environ |= {"DJANGO_SETTINGS_MODULE": "massline.project.settings", "MASSLINE_DATABASE": f"sqlite:///{file}"}
        os.environ |= {"MASSLINE_SECRET_KEY": "a key for a benchmark, it protects nothing", "MASSLINE_HTTPS": "False"}
        os.environ |= {"MASSLINE_HOSTS": "testserver", "MASSLINE_DEBUG": "True"}  # static files under their own names
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        if not known:
            write(chosen.messages)
        pages, acts = measure_pages(), measure_acts()
    for line in (*pages, *acts):
        print(json.dumps(line, ensure_ascii=False))
    if chosen.messages == 1_000_000:
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        RESULT.write_text(json.dumps({"pages": pages, "acts": acts, **machine}, indent=1, ensure_ascii=False) + "\n")
    slow = [line for line in pages if line["page"] in AT_ONCE and line["ms"] > MOST]
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
