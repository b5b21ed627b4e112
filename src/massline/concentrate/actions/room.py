"""What analysts do to themes by hand, with history and undo; and editions, which stay as they are."""

from collections.abc import Collection
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from massline.concentrate.actions.runs import BATCH
from massline.concentrate.models import Act, Edition, Placement, Run, Theme
from massline.concentrate.queries import (
    edition_facts,
    figures,
    later_act,
    latest_edition,
    merged_names,
    newest_act,
    to_take_out,
)
from massline.concentrate.rules import (
    ActKind,
    NameRefused,
    NotPublished,
    StaleTheme,
    UndoRefused,
    Was,
    changes,
    check_merge,
    checked_name,
)
from massline.ledger.actions import append
from massline.ledger.rules import canonical, digest
from massline.people.models import User
from massline.rights import require

if TYPE_CHECKING:
    pass


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
