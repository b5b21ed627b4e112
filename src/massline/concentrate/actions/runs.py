"""Ask for a run, run the engine, keep what it found.

What a run found is written in batches, each in a transaction of its own, so that nobody waits for more than one batch. It shows
when the last of it is written: before that, no page and no query looks at it. Whoever is killed over it leaves rows that nobody
sees; the next worker that takes the run over removes them and begins again."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from massline.beat import LEASE, beating
from massline.concentrate.carrying import successors
from massline.concentrate.models import Campaign, Claim, Frozen, Placement, Run, Statement, Theme
from massline.concentrate.rules import ENDED_OVER_IT, MOST_ATTEMPTS, RunTakenOver
from massline.engine.errors import EngineError
from massline.gather.models import Call
from massline.ledger.actions import append
from massline.people.models import User
from massline.rights import Actor, require

if TYPE_CHECKING:
    from massline.engine.pipeline import RunResult

BATCH = 2_000  # rows that are written in one transaction


@transaction.atomic
def request_run(call: Call, *, by: Actor) -> Run:
    """Ask for a run over what the call has published by then. Where one waits or works already, that one is meant.

    Raises NotAllowed. The caller starts the task `run_engine`; a worker finds the row without it, only later."""
    require(by, "concentrate.request_run", call.body.path)
    run = Run.objects.under_way().filter(call=call).order_by("pk").first()
    if run is None:
        asked_by = by if isinstance(by, User) else None
        run = Run.objects.create(call=call, requested_by=asked_by, requested_at=timezone.now())
        append("run.requested", {"run": run.pk, "call": call.ref, "by": by.role})
    return run


def run_engine(run_id: int, *, by: Actor) -> bool:
    """Run the engine and keep what it found. False where another worker has this run in hand, or where it gave no result.

    Safe to call twice, and after a worker that was killed: the claim decides. The engine works outside any transaction, on masked
    texts in a folder of its own that is removed. What went wrong stands in `problem`. Raises NotAllowed."""
    require(by, "concentrate.record_run", "")
    claim = _claim(run_id)
    if claim is None:
        return False
    try:
        with beating(partial(_hold, claim)):
            _run(claim)
    except RunTakenOver:
        return False
    except EngineError as problem:
        _fail(claim, str(problem))
        return False
    except Exception as problem:
        _fail(claim, f"{type(problem).__name__}: {problem}")
        raise
    except BaseException:  # told to stop: the next worker need not wait for the lease to end
        Claim.objects.filter(pk=claim.pk, token=claim.token).update(beat_at=timezone.now() - 2 * LEASE, attempts=0)
        raise
    return True


@transaction.atomic
def _claim(run_id: int) -> Claim | None:
    """Take a run in hand, or None where somebody living has it or it has ended. The row decides who was first."""
    now, token = timezone.now(), secrets.token_hex(16)
    left_behind = Claim.objects.filter(run=run_id, beat_at__lt=now - LEASE)
    taken = left_behind.update(token=token, beat_at=now, attempts=F("attempts") + 1) == 1
    if not taken:
        try:
            with transaction.atomic():
                Claim.objects.create(run_id=run_id, token=token, beat_at=now)
        except IntegrityError:
            return None
    claim = Claim.objects.select_related("run__call").get(run=run_id)
    if Run.objects.under_way().filter(pk=run_id).update(started_at=now) != 1:  # it ended a moment ago
        claim.delete()
        return None
    return claim


def _hold(claim: Claim) -> None:
    """Give a sign of life. Raises RunTakenOver where the run is another's by now."""
    if Claim.objects.filter(pk=claim.pk, token=claim.token).update(beat_at=timezone.now()) != 1:
        raise RunTakenOver(claim.run_id)


def _run(claim: Claim) -> None:
    """Raises EngineError, RunTakenOver."""
    from massline.concentrate import exchange
    from massline.engine import pipeline  # numba and its compiled code: the worker needs them, the pages do not

    run = claim.run
    _clear(claim)
    if claim.attempts > MOST_ATTEMPTS:
        raise EngineError(ENDED_OVER_IT.format(attempts=claim.attempts - 1))
    with TemporaryDirectory(prefix="massline-run-") as folder:
        file, out = Path(folder) / f"{run.call.ref}.parquet", Path(folder) / "out"
        exchange.export(run.call, file)
        result = pipeline.run([file], out, pipeline.Options(seed=run.seed, teach=settings.TEACH))
        _record(claim, out, result)


def _fail(claim: Claim, problem: str) -> None:
    """End a run without a result. A run that is another's by now is left alone."""
    with suppress(RunTakenOver):
        _clear(claim)
        with transaction.atomic():
            _hold(claim)
            Run.objects.filter(pk=claim.run_id).update(finished_at=timezone.now(), problem=problem)
            claim.delete()


def _record(claim: Claim, out: Path, result: "RunResult") -> None:
    """Keep all of it, batch by batch; then show it. Raises RunTakenOver."""
    from massline.concentrate import exchange

    run = claim.run
    run.periods = exchange.periods(out)
    themes = _record_themes(claim, exchange.themes(out))
    for batch in exchange.placements(out):
        _keep(claim, Placement, (_placement(run, row, themes) for row in batch))
    _keep(claim, Campaign, (_campaign(run, row) for row in exchange.campaigns(out)))
    _record_statements(claim, exchange.statements(out), themes)
    run.successors = successors(run)
    _show(claim, result, (out / "themes.npz").read_bytes())


@transaction.atomic
def _show(claim: Claim, result: "RunResult", themes: bytes) -> None:
    """From here on the run's themes are those of its call."""
    _hold(claim)
    run = claim.run
    run.finished_at, run.method, run.counts = timezone.now(), result.method, asdict(result)
    Frozen.objects.filter(run__call=run.call).delete()
    Frozen.objects.create(run=run, themes=themes, seen_until=run.started_at or run.requested_at)
    run.save(update_fields=["finished_at", "method", "counts", "periods", "successors"])
    facts = {"run": run.pk, "call": run.call.ref, "messages": result.accepted, "themes": result.themes}
    folded = {"copies": result.copies, "campaigns": result.campaigns}
    append("run.recorded", {**facts, **folded, "method": result.method, "seed": result.seed})
    claim.delete()


def _keep(claim: Claim, kind: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write rows of one kind, BATCH in a transaction. Raises RunTakenOver."""
    rest = iter(rows)
    while part := list(islice(rest, BATCH)):
        with transaction.atomic():
            _hold(claim)
            kind._base_manager.bulk_create(part)


def _clear(claim: Claim) -> None:
    """Remove what an attempt before this one, or this one, has written of the run. Raises RunTakenOver."""
    run = claim.run_id
    for written in (
        Placement.objects.filter(run=run),
        Statement.trace.through.objects.filter(statement__theme__run=run),
        Theme.typical.through.objects.filter(theme__run=run),
        Theme.dissenting.through.objects.filter(theme__run=run),
        Statement.objects.filter(theme__run=run),
        Campaign.objects.filter(run=run),
        Theme.objects.filter(run=run).order_by("-grain"),
    ):
        while keys := list(written.values_list("pk", flat=True)[:BATCH]):
            with transaction.atomic():
                _hold(claim)
                written.model._base_manager.filter(pk__in=keys).delete()


def _record_themes(claim: Claim, rows: list[dict[str, Any]]) -> dict[int, Theme]:
    """Engine's number -> theme. Coarse ones first, so that finer ones can name their parent."""
    themes: dict[int, Theme] = {}
    for grain in sorted({row["grain"] for row in rows}):
        level = [_theme(claim.run, row, themes) for row in rows if row["grain"] == grain]
        _keep(claim, Theme, level)
        themes |= {theme.number: theme for theme in level}
    for name in ("typical", "dissenting"):
        through = getattr(Theme, name).through
        links = ((themes[row["theme"]].pk, int(message)) for row in rows for message in row[name])
        _keep(claim, through, (through(theme_id=theme, message_id=message) for theme, message in links))
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
        share_corrected=row["share_corrected"],
        low=row["low"],
        high=row["high"],
        over_time=row["over_time"],
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


def _record_statements(claim: Claim, lines: Iterator[dict[str, Any]], themes: dict[int, Theme]) -> None:
    through = Statement.trace.through
    while part := list(islice(lines, 200)):  # each names up to all messages of its theme
        statements = [
            Statement(theme=themes[line["theme"]], text=line["statement"], messages=len(line["messages"]))
            for line in part
        ]
        _keep(claim, Statement, statements)
        pairs = zip(statements, part, strict=True)
        links = ((said.pk, int(message)) for said, line in pairs for message in line["messages"])
        _keep(claim, through, (through(statement_id=said, message_id=message) for said, message in links))
