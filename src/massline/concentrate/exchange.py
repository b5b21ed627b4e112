"""What goes to the engine and what comes back: files of the engine's own, read and written in batches, so that memory stays the
same however many messages a call has. (Arrow is loaded with this file: the worker needs it, the pages do not.)"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from massline.engine.tables import MESSAGES
from massline.gather.models import Call, Message
from massline.gather.rules import Channel

BATCH = 5_000  # rows that are read or written together


def export(call: Call, file: Path) -> None:
    """The call's published messages as the engine reads them: masked, and with nothing of the writer but the sender's hash.

    What was hidden or erased is left out."""
    rows = Message.objects.readable().filter(call=call).select_related("body").order_by("pk")
    last = 0
    with pq.ParquetWriter(file, MESSAGES) as writer:
        while batch := list(rows.filter(pk__gt=last)[:BATCH]):  # no long read that would hold back the database's log
            writer.write_batch(pa.RecordBatch.from_pylist([_row(message) for message in batch], schema=MESSAGES))
            last = batch[-1].pk


def stream(keys: Sequence[int]) -> pa.Table:
    """These messages as the engine reads them, in the order of the keys. What came in a file that does not say when it was said
    has no time here: the day on which a file is brought in makes nothing hot."""
    batches = []
    for start in range(0, len(keys), BATCH):
        found = Message.objects.select_related("body").in_bulk(keys[start : start + BATCH])
        rows = [_row(found[key]) | _time(found[key]) for key in keys[start : start + BATCH]]
        batches.append(pa.RecordBatch.from_pylist(rows, schema=MESSAGES))
    return pa.Table.from_batches(batches, MESSAGES)


def _time(message: Message) -> dict[str, None]:
    return {"time": None} if message.said_at is None and message.channel == Channel.FILE else {}


def moment(seconds: int) -> datetime:
    """The moment of a time that the engine gives back: seconds since 1970 on the clock of the house."""
    return timezone.make_aware(datetime(1970, 1, 1) + timedelta(seconds=seconds))  # noqa: DTZ001 - as `_row` wrote it


def _row(message: Message) -> dict[str, Any]:
    said = message.said_at or message.received_at
    return {
        "id": str(message.pk),
        "title": message.shown_title or None,
        "text": message.shown_text,
        "time": timezone.make_naive(said).replace(microsecond=0),
        "channel": message.channel,
        "area": message.body.name,
        "sender": int(message.sender, 16) if message.sender else None,
    }


def themes(out: Path) -> list[dict[str, Any]]:
    """Rows of themes.parquet, each with `x`, `y`: where the report draws it (0, 0 for what it does not draw), and `over_time`."""
    report = _report(out)
    places = {int(theme): place for theme, place in report.get("positions", {}).items()}
    counts = {int(theme): steps for theme, steps in (report.get("periods") or {}).get("counts", {}).items()}
    rows: list[dict[str, Any]] = pq.read_table(out / "themes.parquet").to_pylist()
    for row in rows:
        row["x"], row["y"] = places.get(row["theme"], (0.0, 0.0))
        row["over_time"] = counts.get(row["theme"], [])
    return rows


def periods(out: Path) -> list[str]:
    """The steps of time over which the report counts; none where no message has a time."""
    return list((_report(out).get("periods") or {}).get("labels", []))


def _report(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return found


def placements(out: Path) -> Iterator[list[dict[str, Any]]]:
    """Rows of messages.parquet, BATCH at a time."""
    for batch in pq.ParquetFile(out / "messages.parquet").iter_batches(BATCH):
        yield batch.to_pylist()


def campaigns(out: Path) -> list[dict[str, Any]]:
    """Rows of campaigns.parquet."""
    rows: list[dict[str, Any]] = pq.read_table(out / "campaigns.parquet").to_pylist()
    return rows


def statements(out: Path) -> Iterator[dict[str, Any]]:
    """Lines of statements.jsonl."""
    with (out / "statements.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def place(
    rows: list[Message], themes: bytes, before: Mapping[str, float]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Messages into frozen themes: a row of the engine's ARRIVED for each, and how far all that came has drifted.

    themes: a themes.npz; before: what came earlier, as `Run.arrived` has it. Raises InputError."""
    from massline.engine.place import drift_of_sums, load_themes, place_arrivals

    with NamedTemporaryFile(suffix=".npz") as file:
        file.write(themes)
        file.flush()
        frozen = load_themes(Path(file.name))
    batch = pa.RecordBatch.from_pylist([_row(message) for message in rows], schema=MESSAGES)
    placed = place_arrivals(batch, frozen).to_pylist()
    sums = Counter({name: before.get(name, 0) for name in ("placed", "not_placed", "similarity")})
    sums.update(row["fate"] for row in placed)
    similarity = sums["similarity"] + sum(row["similarity"] for row in placed if row["fate"] == "placed")
    drift = drift_of_sums(int(sums["placed"]), int(sums["not_placed"]), similarity, frozen)
    return placed, asdict(drift)
