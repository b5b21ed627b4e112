"""Bring a file of messages into a call, all or none. Rows that cannot be read go to FILE.rejects.csv, with their reasons.

    massline import messages letters.csv --call roads --map text=留言详情,time=留言时间

Exit codes: 0 done, 1 done with rejects or warnings, 2 nothing done. Running it twice imports nothing twice."""

import hashlib
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.engine.errors import EngineError
from massline.engine.read import read
from massline.engine.rejects import Reject, RejectFile
from massline.engine.terminal import mapped_columns
from massline.gather.actions import Words, import_messages
from massline.gather.models import CHANNELS, Call
from massline.gather.rules import Channel, ImportUnderWay, ImportUnfinished, MessageRefused, check_length, sender_seed
from massline.rights import OPERATOR

BATCH = 1_000  # rows that are checked and written together
LONGEST_ID = 120  # characters of a row's own id; a longer one is known by its digest


class Command(BaseCommand):
    help = "Bring a file of messages (CSV, TSV, JSON lines, Parquet, XLSX) into a call: all of it or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--call", required=True, help="reference of the call")
        parser.add_argument("--map", default="", help="headings by hand: text=留言详情,time=留言时间")
        parser.add_argument("--json", action="store_true", help="print one JSON object at the end")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's own signature)
        path: Path = options["file"]
        call = Call.objects.select_related("body").filter(ref=options["call"]).first()
        if call is None:
            known = ", ".join(Call.objects.order_by("-opens_at").values_list("ref", flat=True)[:10]) or "none yet"
            raise CommandError(f"No call has the reference {options['call']!r}. Calls: {known}.", returncode=2)
        try:
            done = _import(path, call, mapped_columns(options["map"]))
        except (EngineError, OSError, ImportUnderWay) as problem:
            raise CommandError(f"{problem} Nothing was imported.", returncode=2) from problem
        except ImportUnfinished as problem:
            raise CommandError(str(problem), returncode=1) from problem
        self.stdout.write(json.dumps(done.facts(), ensure_ascii=False) if options["json"] else done.summary())
        for warning in done.warnings():
            self.stderr.write(warning)
        if done.rejected or done.warnings():
            sys.exit(1)


@dataclass(slots=True)
class Done:
    """What one import did. `rows = accepted + rejected` and `accepted = added + already`."""

    file: str
    call: str
    sha256: str  # of the file
    rejects_file: str
    rejected: int = 0
    added: int = 0
    already: int = 0
    changed: list[str] = field(default_factory=list)
    unknown_areas: dict[str, int] = field(default_factory=dict)  # as written -> rows

    def facts(self) -> dict[str, Any]:
        accepted = self.added + self.already
        return {"rows": accepted + self.rejected, "accepted": accepted, **asdict(self)}

    def summary(self) -> str:
        rows = self.added + self.already + self.rejected
        return (
            f"{self.file}: {rows:,} rows = {self.added:,} added + {self.already:,} there already "
            f"+ {self.rejected:,} rejected. Call: {self.call}."
        )

    def warnings(self) -> list[str]:
        """What somebody should look at, and how to go on."""
        found = []
        if self.rejected:
            found.append(f"Rejected rows: {self.rejected:,}. Each stands with its reason in {self.rejects_file}.")
        if self.changed:
            ids = ", ".join(self.changed[:5])
            found.append(
                f"{len(self.changed):,} ids are in the call with another text; it was left alone. First: {ids}."
            )
        if self.unknown_areas:
            names = ", ".join(list(self.unknown_areas)[:5])
            rows = sum(self.unknown_areas.values())
            found.append(
                f"{rows:,} rows name an area that is no body under the call's; they went to the call's body. First: {names}."
            )
        return found


def _import(path: Path, call: Call, columns: Mapping[str, str]) -> Done:
    """Read, check and write in one go. Raises EngineError, OSError: then nothing was imported and no file is left."""
    done = Done(path.name, call.ref, _digest(path), f"{path.name}.rejects.csv")
    beside, final = path.with_name(f"{path.name}.rejects.part"), path.with_name(done.rejects_file)
    try:
        with RejectFile(beside, language=_language()) as rejects, _progress() as advance:
            rows = _Rows(path, call, columns=columns, rejects=_Turned(rejects), done=done)
            imported = import_messages(call, rows.batches(advance), source=done.sha256, by=OPERATOR)
            done.rejected = rejects.count
        if done.rejected:
            beside.replace(final)
    finally:
        beside.unlink(missing_ok=True)
    done.added, done.already, done.changed = imported.added, imported.already, imported.changed
    return done


class _Turned:
    """Passes rejects on to their file and remembers which rows they were."""

    def __init__(self, write: Callable[[Reject], None]) -> None:
        self._write, self.rows = write, set[int]()

    def __call__(self, reject: Reject) -> None:
        self.rows.add(reject.row)
        self._write(reject)


class _Rows:
    """The rows of a file, as the verb takes them."""

    def __init__(self, path: Path, call: Call, *, columns: Mapping[str, str], rejects: _Turned, done: Done) -> None:
        self._path, self._call, self._columns, self._rejects, self._done = path, call, columns, rejects, done
        self._areas = areas_by_name(call)
        self._row = 0  # number of the row that was accepted last

    def batches(self, advance: Callable[[int], None]) -> Iterator[list[Words]]:
        """Up to BATCH rows each. Raises InputError, OptionError."""
        seed = sender_seed(self._call.ref, settings.SECRET_KEY)
        for batch in read([self._path], columns=self._columns, reject=self._rejects, seed=seed):
            for start in range(0, len(batch), BATCH):
                rows = batch.slice(start, BATCH)
                yield [words for words in map(self._words, rows.to_pylist()) if words]
                advance(len(rows))

    def _words(self, row: Mapping[str, Any]) -> Words | None:
        """One row, or None where the product takes no such message."""
        self._row += 1
        while self._row in self._rejects.rows:  # accepted rows are those between the rejected ones
            self._row += 1
        try:
            check_length(row["text"])
        except MessageRefused as refused:
            code = "long_message" if refused.length else "nothing_shown"
            facts = {"column": "text", "value": row["text"], "code": code, "fact": f"{refused.length:,}"}
            self._rejects(Reject.of(self._path.name, self._row, **facts))
            return None
        sender, time = row["sender"], row["time"]
        return Words(
            text=row["text"],
            title=row["title"] or "",
            channel=_CHANNELS.get((row["channel"] or "").casefold(), Channel.FILE),
            area=self._area(row["area"] or ""),
            said_at=timezone.make_aware(time) if time else None,
            sender="" if sender is None else f"{sender:016x}",
            source_id=self._own_id(row["id"]),
        )

    def _own_id(self, given: str) -> str:
        """The row's id. One that the reader made from FILE:ROW is tied to the file's content instead of its name.

        So another file of the same name brings its own rows, and the same file under another name brings nothing twice."""
        name, _colon, number = given.rpartition(":")
        if name == self._path.name and number.isdecimal():
            return f"{self._done.sha256[:16]}:{number}"
        return given if len(given) <= LONGEST_ID else f"sha256:{hashlib.sha256(given.encode()).hexdigest()}"

    def _area(self, written: str) -> Body | None:
        body = self._areas.get(written.removeprefix(self._call.body.name))
        if written and body is None:
            self._done.unknown_areas[written] = self._done.unknown_areas.get(written, 0) + 1
        return body


_CHANNELS = {str(code): Channel(code) for code, _label in CHANNELS} | {
    "网页": Channel.WEB,
    "网站": Channel.WEB,
    "热线": Channel.HOTLINE,
    "电话": Channel.HOTLINE,
    "12345": Channel.HOTLINE,
    "走访": Channel.VISIT,
    "入户": Channel.VISIT,
    "会议": Channel.MEETING,
    "信件": Channel.PAPER,
    "来信": Channel.PAPER,
    "邮件": Channel.EMAIL,
}
"""What files call a channel -> ours. Everything else came by file."""


def areas_by_name(call: Call) -> dict[str, Body]:
    """Name, English name, code, and the name behind its parent's (东河镇和平村) -> the body. A name of two bodies is left out."""
    under = Body.objects.within(call.body.path).exclude(pk=call.body_id).exclude(level=Level.DEPARTMENT)
    bodies = [call.body, *under]  # abolished ones too: their messages come to who answers in their place
    by_path = {body.path: body for body in bodies}
    named: dict[str, list[Body]] = {}
    for body in bodies:
        parent = by_path.get(body.path[: -body.steplen])
        for name in {body.code, body.name, body.name_en, f"{parent.name if parent else ''}{body.name}"} - {""}:
            named.setdefault(name, []).append(body)
    return {name: found[0] for name, found in named.items() if len(found) == 1}


def _language() -> str:
    """Of the reasons: the operator's, as her terminal has it; the installation's where that one says nothing."""
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    known = said if said.startswith(("zh", "en")) else settings.LANGUAGE_CODE
    return known[:2]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _progress:
    """A counter of rows on a terminal; silence in a pipe."""

    def __enter__(self) -> Callable[[int], None]:
        columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} rows"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
        self._bar.start()
        task = self._bar.add_task("rows", total=None)
        return lambda rows: self._bar.advance(task, rows)

    def __exit__(self, *problem: object) -> None:
        self._bar.stop()
