"""Reads for acts of earlier runs: where their themes lie in the run that shows, and what doing them again would mean
(docs/rules/reading-room.md, T9)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max, QuerySet

from massline.concentrate.models import Act, Placement, Run, Theme
from massline.concentrate.rules import (
    MOST_AT_ONCE,
    ActKind,
    MergeRefused,
    Shared,
    check_merge,
    is_the_same,
    nearest,
)

AT_ONCE = 2_000  # keys in one question to the database


@dataclass(frozen=True, slots=True)
class Plan:
    """What doing an act again would do. reason: why it cannot or need not be done, a key of forms.NOT_CARRIED; "" where it can.

    theme: that would be changed; other: merged into or moved to; messages: that would be taken out."""

    act: Act
    reason: str = ""
    theme: Theme | None = None
    other: Theme | None = None
    messages: list[int] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether the newer run has it so already."""
        return self.reason == "already so"


def successors(run: Run) -> dict[str, Shared | None]:
    """Where the themes that acts of earlier runs have changed lie in a run; None: nowhere. A look at each of their messages."""
    themes = {theme.pk: theme for act in Act.objects.to_carry(run) for theme in (act.theme, act.other) if theme}
    return {str(key): shared_with(theme, run) for key, theme in themes.items()}


def shared_with(theme: Theme, run: Run) -> Shared | None:
    """The theme of a newer run that is most like one of an earlier run; both as the runs found them."""
    fine = _lies(theme, run)
    above = _parents(run)
    coarse = Counter[int]()
    for key, number in fine.items():
        if key is not None:
            coarse[above.get(key) or key] += number
    of = fine.total()
    fine.pop(None, None)
    likely = {key: number for one in (fine, coarse) for key, number in one.most_common(1) if key is not None}
    return nearest(
        Shared(theme=key, shared=number, of=of, whole=_known(run, key, above, theme.run_id))
        for key, number in likely.items()
    )


def _lies(theme: Theme, run: Run) -> Counter[int | None]:
    """Theme of a newer run, None for no theme -> how many messages of a theme of an earlier run it holds. What was taken out of
    that one by hand is counted in, and what was put into it is not."""
    own = _own(theme)
    found = Counter[int | None](_count(run, Placement.objects.filter(theme__in=own)))
    came_from = {} if theme.by_hand else _came_from(theme.run)
    out = [key for key, home in came_from.items() if home in own]
    put_in = [key for key, home in came_from.items() if home not in own]
    for start in range(0, len(out), AT_ONCE):
        left = Placement.objects.filter(pk__in=out[start : start + AT_ONCE]).exclude(theme__in=own)
        found.update(_count(run, left))
    for start in range(0, len(put_in), AT_ONCE):
        came = Placement.objects.filter(pk__in=put_in[start : start + AT_ONCE], theme__in=own)
        found.subtract(_count(run, came))
    return found


def _count(run: Run, earlier: QuerySet[Placement]) -> dict[int | None, int]:
    """Theme of a run -> how many messages of these placements it has put there."""
    now = Placement.objects.filter(run=run, message__in=earlier.values("message")).order_by()
    return dict(now.values_list("theme").annotate(number=Count("pk")))


def _came_from(run: Run) -> dict[int, int]:
    """Placement that was moved by hand -> the theme in which the run had it."""
    found: dict[int, int] = {}
    acts = Act.objects.standing().filter(run=run, kind__in=(ActKind.SPLIT, ActKind.MOVED)).order_by("-pk")
    for was in acts.values_list("was", flat=True):  # the earliest last
        found |= {key: int(theme) for theme, keys in was.get("placements", {}).items() for key in keys}
    return found


def _known(run: Run, key: int, above: dict[int, int | None], earlier: int) -> int:
    """Messages of a theme that an earlier run had too."""
    own = [key, *(finer for finer, parent in above.items() if parent == key)]
    return Placement.objects.filter(run=run, theme__in=own, message__placements__run=earlier).count()


def _own(theme: Theme) -> list[int]:
    """A theme of a run with the finer ones that the run put under it, whatever was merged since."""
    return [theme.pk, *(key for key, parent in _parents(theme.run).items() if parent == theme.pk)]


def _parents(run: Run) -> dict[int, int | None]:
    """Each theme of a run -> the one above it when the run ended: acts that merged coarse themes have moved finer ones since."""
    found = dict(Theme.objects.filter(run=run).values_list("pk", "parent"))
    merged = Act.objects.standing().filter(run=run, kind=ActKind.MERGED).order_by("-pk")
    for was in merged.values_list("was", flat=True):  # the earliest last: it knows what the run found
        found |= {int(key): parent for key, parent in was.get("parents", {}).items()}
    return found


def plan(act: Act, run: Run) -> Plan:
    """What doing an act of an earlier run again would do to a run as it is now."""
    return plans([act], run)[0]


def plans(acts: Sequence[Act], run: Run) -> list[Plan]:
    """What doing each act again would do to a run as it is now. Five queries, whatever the number of acts, as long as their
    messages are fewer than AT_ONCE; a look at the messages that splits and moves took out."""
    newest = Newest(run, acts)
    ways = {ActKind.RENAMED: _renaming, ActKind.MERGED: _merging}
    return [ways.get(ActKind(act.kind), _taking_out)(act, newest) for act in acts]


class Newest:
    """The themes of the run that shows, as they are now, and where messages that were taken out of themes lie in it."""

    def __init__(self, run: Run, acts: Sequence[Act]) -> None:
        self.run = run
        self.themes = {theme.pk: theme for theme in Theme.objects.filter(run=run).defer("keywords", "over_time")}
        self.names = {theme.label for theme in self.themes.values() if theme.merged_into_id is None}
        again = Act.objects.standing().filter(run=run, kind=ActKind.SPLIT).exclude(carries=None)
        self.splits = dict(again.values_list("carries__other", "other"))
        touched = [act.theme_id for act in acts if act.kind == ActKind.RENAMED]
        renamed = Act.objects.standing().filter(theme__in=touched, kind=ActKind.RENAMED)
        self.last_names = dict(renamed.order_by("theme").values_list("theme").annotate(last=Max("pk")))
        self.lie = _lie(run, acts)
        beside = {self._top(theme) for _message, theme in self.lie.values()}
        near = [key for key in self.themes if self._top(key) in beside]
        placed = Placement.objects.filter(run=run, fate="placed", theme__in=near).order_by().values_list("theme")
        self.placed = dict(placed.annotate(number=Count("pk"))) if near else {}

    def home(self, key: int) -> Theme:
        """The theme in which what a theme holds shows now."""
        theme = self.themes[key]
        theme = self.themes[theme.merged_into_id or key]
        theme.run = self.run
        return theme

    def _top(self, key: int) -> int:
        return self.above(self.home(key)).pk

    def whole(self, theme: Theme) -> int:
        """Messages that show in a theme which something was taken out of, copies left out."""
        homes = {key: self.home(key) for key in self.placed}
        return sum(self.placed[key] for key, home in homes.items() if theme in (home, self.above(home)))

    def above(self, theme: Theme) -> Theme:
        """The coarse theme over a theme, or itself."""
        return self.home(theme.parent_id) if theme.parent_id else theme

    def same_as(self, theme: Theme | None) -> Theme | None:
        """The theme that is one matter with a theme of an earlier run: split off by hand there and here, or found again."""
        if theme is None:
            return None
        if self.splits.get(theme.pk):
            return self.home(self.splits[theme.pk])
        known, key = self.run.successors, str(theme.pk)
        shared = known[key] if key in known else shared_with(theme, self.run)
        return self.home(shared["theme"]) if shared and is_the_same(shared) else None


def _lie(run: Run, acts: Sequence[Act]) -> dict[int, tuple[int, int]]:
    """Placement that an act took out -> its message, and the theme where the run that shows has it. Copies are left out."""
    keys = [key for act in acts for part in act.was.get("placements", {}).values() for key in part]
    found: dict[int, tuple[int, int]] = {}
    for start in range(0, len(keys), AT_ONCE):
        now = Placement.objects.filter(run=run, fate="placed", message__placements__in=keys[start : start + AT_ONCE])
        for key, message, theme in now.values_list("message__placements", "message", "theme"):
            found[key] = (message, theme)
    return {key: found[key] for key in keys if key in found}


def _renaming(act: Act, newest: Newest) -> Plan:
    theme = newest.same_as(act.theme)
    if theme is None:
        return Plan(act, "not found")
    if newest.last_names[act.theme_id] != act.pk:
        return Plan(act, "renamed later", theme)
    if theme.label == act.after:
        return Plan(act, "already so", theme)
    return Plan(act, "taken" if act.after in newest.names else "", theme)


def _merging(act: Act, newest: Newest) -> Plan:
    theme, into = newest.same_as(act.theme), newest.same_as(act.other)
    if theme is None or into is None:
        return Plan(act, "not found", theme, into)
    if into.pk in (theme.pk, theme.parent_id):
        return Plan(act, "already so", theme, into)
    try:
        check_merge(theme.pk, theme.run_id, into=(into.pk, into.run_id, into.parent_id))
    except MergeRefused as refused:
        return Plan(act, refused.reason, theme, into)
    return Plan(act, "", theme, into)


def _taking_out(act: Act, newest: Newest) -> Plan:
    """A split or a move: of the same messages, out of the theme where most of them lie now."""
    to = newest.same_as(act.other)
    if act.kind == ActKind.SPLIT and to:
        return Plan(act, "already so", to, to)
    if act.kind == ActKind.MOVED and to is None:
        return Plan(act, "not found")
    lie = [newest.lie[key] for part in act.was["placements"].values() for key in part if key in newest.lie]
    homes = {message: newest.home(theme) for message, theme in lie}
    if not homes:
        return Plan(act, "gone", None, to)
    left = {key: home for key, home in homes.items() if to is None or to not in (home, newest.above(home))}
    if not left:
        return Plan(act, "already so", to, to)
    if act.theme.parent_id is None:
        left = {key: newest.above(home) for key, home in left.items()}
    number = Counter(home.pk for home in left.values())
    source = newest.home(min(number, key=lambda key: (-number[key], key)))
    messages = sorted(key for key, home in left.items() if home == source)[:MOST_AT_ONCE]
    reason = "taken" if act.kind == ActKind.SPLIT and act.after in newest.names else ""
    return Plan(act, "all" if newest.whole(source) == len(messages) else reason, source, to, messages)
