"""The verbs of concentrating: ask for a run, run the engine, keep what it found; and what analysts do to themes by hand.

What a run found is written in batches, each in a transaction of its own, so that nobody waits for more than one batch. It shows
when the last of it is written: before that, no page and no query looks at it. Whoever is killed over it leaves rows that nobody
sees; the next worker that takes the run over removes them and begins again."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from massline.beat import LEASE, beating
from massline.concentrate.models import Act, Campaign, Claim, Edition, Frozen, Placement, Run, Statement, Theme
from massline.concentrate.queries import (
    arrivals,
    edition_facts,
    figures,
    later_act,
    latest_edition,
    merged_names,
    new_writers,
    newest_act,
    said_before,
    to_take_out,
)
from massline.concentrate.rules import (
    ENDED_OVER_IT,
    MOST_ATTEMPTS,
    ActKind,
    NameRefused,
    NotPublished,
    RunTakenOver,
    StaleTheme,
    UndoRefused,
    Was,
    changes,
    check_merge,
    checked_name,
    with_days,
)
from massline.engine.errors import EngineError
from massline.gather.models import Call, Message
from massline.ledger.actions import append
from massline.ledger.rules import canonical, digest
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
    _show(claim, result, (out / "themes.npz").read_bytes())


@transaction.atomic
def _show(claim: Claim, result: "RunResult", themes: bytes) -> None:
    """From here on the run's themes are those of its call."""
    _hold(claim)
    run = claim.run
    run.finished_at, run.method, run.counts = timezone.now(), result.method, asdict(result)
    Frozen.objects.filter(run__call=run.call).delete()
    Frozen.objects.create(run=run, themes=themes, seen_until=run.started_at or run.requested_at)
    run.save(update_fields=["finished_at", "method", "counts", "periods"])
    facts = {"run": run.pk, "call": run.call.ref, "messages": result.accepted, "themes": result.themes}
    append("run.recorded", {**facts, "method": result.method, "seed": result.seed})
    claim.delete()


def place_arrivals(run_id: int, *, by: Actor) -> int:
    """Put messages that were published after a run into its themes, up to BATCH; returns how many were looked at.

    Safe to call twice and by two workers at once: a message is placed once. Word for word the same as an earlier message of its
    theme is its copy. Raises NotAllowed."""
    from massline.concentrate import exchange

    require(by, "concentrate.place_arrivals", "")
    frozen = Frozen.objects.select_related("run__call").filter(run=run_id).first()
    new = arrivals(frozen, BATCH) if frozen else []
    if not frozen or not new:
        return 0
    placed, drift = exchange.place(new, bytes(frozen.themes), frozen.run.arrived)
    with transaction.atomic():
        if (
            Frozen.objects.filter(pk=frozen.pk, turn=frozen.turn).update(
                turn=F("turn") + 1, seen_until=new[-1].published_at
            )
            != 1
        ):
            return 0
        _record_arrivals(frozen.run, list(zip(new, placed, strict=True)), drift)
    return len(new)


def _record_arrivals(run: Run, came: list[tuple[Message, dict[str, Any]]], drift: dict[str, float]) -> None:
    """Keep where they went, and count them in their themes and in the run."""
    themes = {theme.number: theme for theme in Theme.objects.select_for_update().filter(run=run).order_by("pk")}
    fates: Counter[str] = Counter()
    similarity = 0.0
    groups: dict[Theme | None, list[tuple[Message, dict[str, Any]]]] = {}
    for message, row in came:
        groups.setdefault(themes.get(row["theme"]), []).append((message, row))
    for theme, group in groups.items():
        known = said_before(theme.pk, [message for message, _row in group]) if theme else {}
        for message, row in group:
            copy_of = known.get(message.shown_text) if theme else None
            fate = "copy" if copy_of else row["fate"]
            if fate == "placed":
                known[message.shown_text], similarity = message.pk, similarity + row["similarity"]
            fates[fate] += 1
            near = row["similarity"] if theme else None
            Placement.objects.create(
                run=run, message=message, fate=fate, theme=theme, copy_of_id=copy_of, similarity=near
            )
        if theme:
            _count_in(theme, [message for message, _row in group])
    run.arrived = dict(Counter(run.arrived) + fates) | {"similarity": run.arrived.get("similarity", 0.0) + similarity}
    run.drift = drift
    run.save(update_fields=["arrived", "drift"])
    Theme.objects.filter(run=run).update(share_raw=F("messages") * 1.0 / run.whole)
    append("messages.placed", {"run": run.pk, "call": run.call.ref, **fates})


def _count_in(theme: Theme, came: list[Message]) -> None:
    """Add messages that a theme holds by now to its figures and to those above it, in the place where they show."""
    home = theme.merged_into or theme
    days = [timezone.localdate(message.said_at or message.received_at) for message in came]
    for one in filter(None, (home, home.parent)):
        one.refresh_from_db()
        one.messages += len(came)
        one.senders += new_writers(one, [message.pk for message in came])
        one.over_time = with_days(one.over_time, one.run.periods, days)
        one.save(update_fields=["messages", "senders", "over_time"])


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


# --- the reading room


@transaction.atomic
def rename_theme(theme: Theme, *, name: str, by: User, version: int) -> Act:
    """Give a theme another name. Raises NotAllowed, NameRefused, StaleTheme."""
    require(by, "concentrate.rename_theme", theme.run.call.body.path)
    name = _free_name(theme.run, name)
    _hold_theme(theme, version)
    act = Act(kind=ActKind.RENAMED, theme=theme, before=theme.label, after=name)
    Theme.objects.filter(pk=theme.pk).update(label=name)
    return _record_act(act, by, {theme.pk}, name=digest(name, act.salt))


@transaction.atomic
def merge_themes(theme: Theme, *, into: Theme, by: User, version: int) -> Act:
    """Two themes become one. Into a coarse theme the finer ones go as they are; into a fine one all goes as one.

    Every message, copy and statement goes along; writers are counted anew, each once. Raises NotAllowed, MergeRefused,
    StaleTheme."""
    require(by, "concentrate.merge_themes", theme.run.call.body.path)
    check_merge(theme.pk, theme.run_id, into=(into.pk, into.run_id, into.parent_id))
    _hold_both(theme, into, version)
    finer = Theme.objects.standing().filter(parent=theme)
    kept = list(finer) if into.parent_id is None else []
    inside = Theme.objects.of_family(theme)
    gone = list(inside if into.parent_id else inside.filter(models.Q(pk=theme.pk) | models.Q(merged_into=theme)))
    was: Was = {
        "into": {str(one.pk): one.merged_into_id for one in gone},
        "parents": {str(one.pk): theme.pk for one in kept},
    }
    Theme.objects.filter(pk__in=[one.pk for one in gone]).update(merged_into=into)
    Theme.objects.filter(pk__in=[one.pk for one in kept]).update(parent=into)
    act = Act(kind=ActKind.MERGED, theme=theme, other=into, before=theme.label, after=into.label, was=was)
    act.messages = theme.messages
    return _record_act(act, by, {into.pk, *(one.pk for one in (*gone, *kept))}, into=into.pk)


@transaction.atomic
def split_theme(theme: Theme, *, messages: Collection[int], name: str, by: User, version: int) -> Act:
    """Take messages (their keys), with their copies, out of a theme into a new one beside it.

    Raises NotAllowed, NameRefused, TakeOutRefused, StaleTheme."""
    require(by, "concentrate.split_theme", theme.run.call.body.path)
    name = _free_name(theme.run, name)
    _hold_theme(theme, version)
    placements = to_take_out(theme, messages)
    last = Theme.objects.filter(run=theme.run).aggregate(last=models.Max("number"))["last"]
    place = {"parent": theme.parent, "grain": theme.grain, "x": theme.x, "y": theme.y}
    counts = {"messages": 0, "senders": 0, "share_raw": 0.0}
    new = Theme.objects.create(run=theme.run, number=last + 1, label=name, by_hand=True, **place, **counts)
    act = Act(kind=ActKind.SPLIT, theme=theme, other=new, before=theme.label, after=name)
    return _take_out(act, placements, by, name=digest(name, act.salt))


@transaction.atomic
def move_messages(theme: Theme, *, messages: Collection[int], to: Theme, by: User, version: int) -> Act:
    """Take messages (their keys), with their copies, out of a theme into another one of the run.

    Raises NotAllowed, MergeRefused, TakeOutRefused, StaleTheme."""
    require(by, "concentrate.move_messages", theme.run.call.body.path)
    check_merge(theme.pk, theme.run_id, into=(to.pk, to.run_id, None))
    _hold_both(theme, to, version)
    placements = to_take_out(theme, messages)
    act = Act(kind=ActKind.MOVED, theme=theme, other=to, before=theme.label, after=to.label)
    return _take_out(act, placements, by)


@transaction.atomic
def undo_act(act: Act, *, by: User) -> Act:
    """Take an act back, unless a later one rests on it. Raises NotAllowed, UndoRefused, StaleTheme."""
    require(by, "concentrate.undo_act", act.run.call.body.path)
    _check_current(act.run, act.theme_id)
    if Act.objects.standing().filter(pk=act.pk).update(undone_at=timezone.now()) != 1:
        raise UndoRefused(act.pk, "undone")
    touched = list(act.touched.values_list("pk", flat=True))
    list(Theme.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
    if later := later_act(act, touched):
        raise UndoRefused(act.pk, "later", later.pk)
    Theme.objects.filter(pk__in=touched).update(version=F("version") + 1)
    if act.kind == ActKind.RENAMED:
        Theme.objects.filter(pk=act.theme_id).update(label=act.before)
    else:
        _put_back(act)
    done = Act(kind=ActKind.UNDONE, theme=act.theme, other=act.other, before=act.after, after=act.before, undoes=act)
    return _record_act(done, by, set(touched), undoes=act.pk)


@transaction.atomic
def publish_edition(run: Run, *, note: str, seen: int, by: User) -> Edition:
    """Freeze the themes of a run as the body's next edition, with the digest of all it says, and what it says otherwise than the
    last one. note: why, needed for a correction. seen: key of the newest act on the page that was read, 0 for none.

    Raises NotAllowed, NotPublished. Cost: a look at every placement of the run."""
    require(by, "concentrate.publish_edition", run.call.body.path)
    list(Theme.objects.select_for_update().filter(run=run).order_by("pk").values_list("pk"))  # no act meanwhile
    run.refresh_from_db()  # messages may have come since it was read
    newest, before = newest_act(run), latest_edition(run.call)
    if Run.objects.current(run.call) != run or seen != (newest.pk if newest else 0):
        raise NotPublished(run.call.ref, "stale")
    if before and not note.strip():
        raise NotPublished(run.call.ref, "no reason")
    number = before.number + 1 if before else 1
    facts = edition_facts(run)
    if before and before.facts["themes"] == facts["themes"]:
        raise NotPublished(run.call.ref, "nothing new")
    content = canonical({**facts, "edition": number, "note": note})
    edition = Edition(call=run.call, run=run, number=number, content=content, note=note, last_act=newest)
    edition.digest = sha256(content.encode()).hexdigest()
    edition.changes = changes(before.facts, facts, merged_names(run)) if before else []
    edition.published_at, edition.published_by = timezone.now(), by
    try:
        with transaction.atomic():
            edition.save(force_insert=True)
    except IntegrityError:
        raise NotPublished(run.call.ref, "stale") from None
    named = {"call": run.call.ref, "run": run.pk, "edition": number, "digest": edition.digest}
    append("edition.published", {**named, "by": by.role})
    return edition


def _hold_theme(theme: Theme, version: int | None = None) -> None:
    """Take a theme in hand: of the call's newest run, not merged, and unchanged since `version` was read (None: as it stands).

    Raises StaleTheme."""
    _check_current(theme.run, theme.pk)
    held = Theme.objects.standing().filter(pk=theme.pk)
    held = held if version is None else held.filter(version=version)
    if held.update(version=F("version") + 1) != 1:
        raise StaleTheme(theme.pk)
    theme.refresh_from_db()


def _hold_both(theme: Theme, other: Theme, version: int) -> None:
    """In one order for everybody, so that no two wait for each other."""
    for held, seen in sorted(((theme, version), (other, None)), key=lambda pair: pair[0].pk):
        _hold_theme(held, seen)


def _check_current(run: Run, theme: int) -> None:
    if Run.objects.current(run.call) != run:
        raise StaleTheme(theme)


def _free_name(run: Run, name: str) -> str:
    name = checked_name(name)
    if Theme.objects.standing().filter(run=run, label=name).exists():
        raise NameRefused(name, "taken")
    return name


def _record_act(act: Act, by: User, touched: set[int], **facts: object) -> Act:
    """Count anew what the act changed, keep it with the themes that it touched, and log it."""
    what = act.undoes or act
    if what.kind == ActKind.MERGED:  # its finer themes hold what they held
        _count_anew({theme.pk for theme in (act.theme, act.other, act.theme.parent) if theme})
    elif what.kind != ActKind.RENAMED:
        _count_anew(touched)
    run = act.theme.run
    act.run, act.by, act.at = run, by, timezone.now()
    act.save(force_insert=True)
    act.touched.set(touched)
    named = {"act": act.pk, "run": run.pk, "call": run.call.ref, "theme": act.theme_id}
    append(f"theme.{act.kind}", {**named, **facts, "by": by.role})
    return act


def _take_out(act: Act, placements: dict[int, list[int]], by: User, **facts: object) -> Act:
    """Carry out a split or a move. placements: theme -> those that leave it."""
    assert act.other  # noqa: S101
    _place(act.other.pk, [pk for part in placements.values() for pk in part])
    act.messages = sum(map(len, placements.values()))
    act.was = {"placements": {str(theme): part for theme, part in placements.items()}}
    touched = {act.theme_id, act.other.pk, *placements}
    return _record_act(act, by, touched, to=act.other.pk, messages=act.messages, **facts)


def _put_back(act: Act) -> None:
    """Undo what a merge, a split or a move did."""
    was: Was = act.was
    for theme, into in was.get("into", {}).items():
        Theme.objects.filter(pk=int(theme)).update(merged_into=into)
    for theme, parent in was.get("parents", {}).items():
        Theme.objects.filter(pk=int(theme)).update(parent=parent)
    for theme, placements in was.get("placements", {}).items():
        _place(int(theme), placements)
    if act.kind == ActKind.SPLIT and act.other:  # what came into it since stays with those that it was split from
        Theme.objects.filter(pk=act.other.pk).update(merged_into=act.theme)


def _place(theme: int, placements: list[int]) -> None:
    rest = iter(placements)
    while part := list(islice(rest, BATCH)):  # no database names any number of keys in one statement
        Placement.objects.filter(pk__in=part).update(theme=theme)


def _count_anew(themes: set[int]) -> None:
    """Bring the figures of themes, and of those above them, up to date. Cost: a look at each of their messages."""
    above = Theme.objects.filter(pk__in=themes).exclude(parent=None).values_list("parent", flat=True)
    counted = Theme.objects.standing().filter(pk__in=themes | set(above))
    for theme in counted.select_for_update(of=("self",)).select_related("run").order_by("pk"):
        Theme.objects.filter(pk=theme.pk).update(**figures(theme))
