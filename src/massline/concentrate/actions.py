"""The verbs of concentrating: ask for a run, run the engine, keep what it found."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from massline.concentrate.models import Campaign, Placement, Run, Statement, Theme
from massline.engine.errors import EngineError
from massline.gather.models import Call
from massline.ledger.actions import append
from massline.people.models import User
from massline.rights import Actor, require

if TYPE_CHECKING:
    from massline.engine.pipeline import RunResult


@transaction.atomic
def request_run(call: Call, *, by: Actor) -> Run:
    """Ask for a run over what the call has published by then. Where one waits or works already, that one is meant.

    Raises NotAllowed. The caller starts the task `run_engine`."""
    require(by, "concentrate.request_run", call.body.path)
    now = timezone.now()
    run = Run.objects.under_way(now).filter(call=call).order_by("pk").first()
    if run is None:
        run = Run.objects.create(call=call, requested_by=by if isinstance(by, User) else None, requested_at=now)
        append("run.requested", {"run": run.pk, "call": call.ref, "by": by.role})
    return run


def run_engine(run_id: int, *, by: Actor) -> bool:
    """Run the engine and keep what it found. False where somebody else has begun this run, or where it gave no result.

    Safe to call twice: the row decides who was first. The engine works outside any transaction, on masked texts in a folder of
    its own that is removed. What went wrong stands in `problem`. Raises NotAllowed."""
    from massline.concentrate import exchange
    from massline.engine import pipeline  # numba and its compiled code: the worker needs them, the pages do not

    require(by, "concentrate.record_run", "")
    if Run.objects.filter(pk=run_id, started_at=None).update(started_at=timezone.now()) != 1:
        return False
    run = Run.objects.select_related("call").get(pk=run_id)
    try:
        with TemporaryDirectory(prefix="massline-run-") as folder:
            file, out = Path(folder) / f"{run.call.ref}.parquet", Path(folder) / "out"
            exchange.export(run.call, file)
            result = pipeline.run([file], out, pipeline.Options(seed=run.seed))
            _record(run, out, result)
    except EngineError as problem:
        _fail(run, str(problem))
        return False
    except Exception as problem:
        _fail(run, f"{type(problem).__name__}: {problem}")
        raise
    return True


def _fail(run: Run, problem: str) -> None:
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now(), problem=problem)


@transaction.atomic
def _record(run: Run, out: Path, result: "RunResult") -> None:
    """Keep all of it or nothing."""
    from massline.concentrate import exchange

    themes = _record_themes(run, exchange.themes(out))
    for batch in exchange.placements(out):
        Placement.objects.bulk_create(_placement(run, row, themes) for row in batch)
    Campaign.objects.bulk_create([_campaign(run, row) for row in exchange.campaigns(out)])
    _record_statements(list(exchange.statements(out)), themes)
    run.finished_at, run.method, run.counts = timezone.now(), result.method, asdict(result)
    run.save(update_fields=["finished_at", "method", "counts"])
    facts = {"run": run.pk, "call": run.call.ref, "messages": result.accepted, "themes": result.themes}
    append("run.recorded", {**facts, "method": result.method, "seed": result.seed})


def _record_themes(run: Run, rows: list[dict[str, Any]]) -> dict[int, Theme]:
    """Engine's number -> theme. Coarse ones first, so that finer ones can name their parent."""
    themes: dict[int, Theme] = {}
    for grain in sorted({row["grain"] for row in rows}):
        level = [_theme(run, row, themes) for row in rows if row["grain"] == grain]
        themes |= {theme.number: theme for theme in Theme.objects.bulk_create(level)}
    for name in ("typical", "dissenting"):
        through = getattr(Theme, name).through
        links = [(themes[row["theme"]].pk, int(message)) for row in rows for message in row[name]]
        through.objects.bulk_create([through(theme_id=theme, message_id=message) for theme, message in links])
    return themes


def _theme(run: Run, row: dict[str, Any], parents: dict[int, Theme]) -> Theme:
    return Theme(
        run=run,
        number=row["theme"],
        parent=parents.get(row["parent"]),
        grain=row["grain"],
        label=row["label"][:200],
        keywords=row["keywords"],
        messages=row["messages"],
        senders=row["senders"],
        share_raw=row["share_raw"],
        minority=row["minority"],
        x=row["x"],
        y=row["y"],
    )


def _placement(run: Run, row: dict[str, Any], themes: dict[int, Theme]) -> Placement:
    return Placement(
        run=run,
        message_id=int(row["id"]),
        fate=row["fate"],
        theme=themes.get(row["theme"]),
        copy_of_id=int(row["copy_of"]) if row["copy_of"] else None,
        similarity=row["similarity"],
    )


def _campaign(run: Run, row: dict[str, Any]) -> Campaign:
    first, last = (timezone.make_aware(row[end]) if row[end] else None for end in ("first", "last"))
    counts = {name: row[name] for name in ("messages", "distinct_texts", "senders")}
    return Campaign(run=run, text=row["text"], first=first, last=last, **counts)


def _record_statements(lines: list[dict[str, Any]], themes: dict[int, Theme]) -> None:
    statements = [Statement(theme=themes[line["theme"]], text=line["statement"]) for line in lines]
    Statement.objects.bulk_create(statements)
    through = Statement.trace.through
    links = [
        (said.pk, int(message)) for said, line in zip(statements, lines, strict=True) for message in line["messages"]
    ]
    through.objects.bulk_create(
        [through(statement_id=statement, message_id=message) for statement, message in links], batch_size=5_000
    )
