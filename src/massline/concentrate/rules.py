"""When a run is given up or taken over, among what hot matters are looked for (docs/rules/case.md, C30), and what may be done to
themes by hand (docs/rules/reading-room.md).

Pure; the clock is an argument of whoever asks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypedDict

MOST_ATTEMPTS = 3  # workers that may end over one run before it is given up
ENDED_OVER_IT = (
    "The worker ended {attempts} times while it worked on this run, most likely for want of memory. "
    "Look into the worker's log and the machine's, then ask for a run again."
)


class RunTakenOver(RuntimeError):
    """Another worker has the run in hand: this one gave no sign of life for too long."""

    def __init__(self, run: int) -> None:
        super().__init__(f"Run {run} was taken over by another worker; nothing more is written by this one.")
        self.run = run


LOOKED_BACK = timedelta(weeks=12)
"""Hot matters are looked for among what was said since so long: three times the four weeks in which something gets hot, so that
there is an earlier pace to compare with."""
HOT_FOR = timedelta(weeks=4)
"""A matter whose hottest days ended before that is told no more."""
MOST_LOOKED_AT = 20_000
"""Messages, the newest: 13 s of one core and 0.6 GB. Of 50,000 the engine takes a minute and more (docs/reference/engine.md)."""
MOST_TOLD = 100
"""Hot matters of a body, the hottest: more than anybody looks through in a day."""
LOOK_EVERY = timedelta(days=1)


class LookTakenOver(RuntimeError):
    """Another worker looks for the hot matters of this body: this one gave no sign of life for too long."""

    def __init__(self, body: str) -> None:
        super().__init__(f"The look for hot matters of {body} was taken over by another worker.")
        self.body = body


LONGEST_NAME = 200  # characters
DRIFT_NOT_PLACED = 0.1  # so much more of the new messages than of the old ones fit nowhere
DRIFT_DISTANCE = 0.06  # or they are so much less like their themes, by cosine
ENOUGH_TO_DRIFT = 50  # new messages before that is said
MOST_AT_ONCE = 2_000  # messages that one act takes out of a theme, copies counted


class ActKind(StrEnum):
    """What an analyst can do to themes."""

    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"
    UNDONE = "undone"


class Was(TypedDict, total=False):
    """What an act found, by keys of rows; those that are keys here are written in figures, as JSON has them.

    into: theme -> where it was merged into before (None: it stood); parents: theme -> the one above it; placements: theme ->
    the placements that were taken out of it."""

    into: dict[str, int | None]
    parents: dict[str, int]
    placements: dict[str, list[int]]


class Shared(TypedDict):
    """How a theme of an earlier run lies in one of a newer run.

    theme: key of the newer one that is most like it; shared: messages in both; of: messages of the earlier one that the newer run
    has; whole: messages of the newer one that the earlier run had."""

    theme: int
    shared: int
    of: int
    whole: int


def is_the_same(found: Shared) -> bool:
    """Whether two themes of two runs are one matter: each holds more than half of the other."""
    return 2 * found["shared"] > max(found["of"], found["whole"])


def nearest(found: Iterable[Shared]) -> Shared | None:
    """The one that shares most, both sides counted; of equals the one with the lower key."""
    return max(found, key=lambda one: (one["shared"] / max(1, one["of"] + one["whole"]), -one["theme"]), default=None)


class ThemeError(ValueError):
    """Base of what the reading room refuses. `reason` is the word by which a page finds its sentence."""

    reason = "refused"


class StaleTheme(ThemeError):
    """Somebody changed the theme after this page was opened; nothing was overwritten."""

    reason = "stale"

    def __init__(self, theme: int) -> None:
        super().__init__(f"Theme {theme} was changed by somebody else. Look at it again before you go on.")
        self.theme = theme


class NameRefused(ThemeError):
    """An empty name, one that is too long, or that another theme of the run has."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name!r} cannot be the name of a theme: it is {reason}.")
        self.name, self.reason = name, reason


class MergeRefused(ThemeError):
    """A theme cannot go into itself, into one of its own finer ones, or into one of another run."""

    def __init__(self, theme: int, into: int, reason: str) -> None:
        super().__init__(f"Theme {theme} cannot be merged into {into}: {reason}.")
        self.theme, self.into, self.reason = theme, into, reason


class TakeOutRefused(ThemeError):
    """Messages cannot be taken out of a theme: none is named, one is not in it, they are all it has, or they are too many."""

    def __init__(self, theme: int, reason: str) -> None:
        super().__init__(f"Messages cannot be taken out of theme {theme}: {reason}.")
        self.theme, self.reason = theme, reason


class UndoRefused(ThemeError):
    """The act was taken back before, or a later one rests on it."""

    def __init__(self, act: int, reason: str, later: int | None = None) -> None:
        super().__init__(f"Act {act} cannot be taken back: {reason}.")
        self.act, self.reason, self.later = act, reason, later


class CarryRefused(ThemeError):
    """An act of an earlier run cannot be done again, or need not be."""

    def __init__(self, act: int, reason: str) -> None:
        super().__init__(f"Act {act} is not carried over: {reason}.")
        self.act, self.reason = act, reason


class NotPublished(ThemeError):
    """Nothing is new since the last edition, a correction does not say why, or somebody acted since the page was opened."""

    def __init__(self, call: str, reason: str) -> None:
        super().__init__(f"No edition of {call} was published: {reason}.")
        self.call, self.reason = call, reason


class Change(TypedDict):
    """What a new edition says otherwise than the one before of one theme: `renamed`, `counted` anew, `new`, `gone` (into another
    one, whose name is `after`). Of messages: (before, after)."""

    kind: str
    before: str
    after: str
    messages: tuple[int, int]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], into: Mapping[int, str]) -> list[Change]:
    """What two editions of one run say otherwise, theme by theme in the order of the newer. into: merged theme -> name of the
    one that took it in. Themes of two runs have nothing in common: all are gone, all are new."""
    old, new = ({theme["id"]: theme for theme in edition["themes"]} for edition in (before, after))
    found = [_change(old.get(key), theme) for key, theme in new.items()]
    gone = [
        Change(kind="gone", before=theme["name"], after=into.get(key, ""), messages=(theme["messages"], 0))
        for key, theme in old.items()
        if key not in new
    ]
    return [change for change in found if change] + gone


def _change(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Change | None:
    if old is None:
        return Change(kind="new", before="", after=new["name"], messages=(0, new["messages"]))
    messages = (old["messages"], new["messages"])
    if old["name"] != new["name"]:
        return Change(kind="renamed", before=old["name"], after=new["name"], messages=messages)
    if any(old[fact] != new[fact] for fact in ("messages", "senders", "holds")):
        return Change(kind="counted", before=old["name"], after=new["name"], messages=messages)
    return None


def check_merge(theme: int, run: int, *, into: tuple[int, int, int | None]) -> None:
    """Raises MergeRefused. into: key, run and parent of the theme that takes the other in."""
    key, its_run, parent = into
    if key == theme:
        raise MergeRefused(theme, key, "itself")
    if its_run != run:
        raise MergeRefused(theme, key, "another run")
    if parent == theme:
        raise MergeRefused(theme, key, "its own part")


def checked_name(name: str) -> str:
    """A name in one line, or NameRefused."""
    name = " ".join(name.split())
    if not name:
        raise NameRefused(name, "empty")
    if len(name) > LONGEST_NAME:
        raise NameRefused(name, "too long")
    return name


def has_drifted(arrived: Mapping[str, float], drift: Mapping[str, float]) -> bool:
    """Whether messages that came after a run speak of so much else that an analyst should run it again.

    arrived: fate -> number; drift: `not_placed` and `distance`, as the engine tells them. A few messages say nothing."""
    read = arrived.get("placed", 0) + arrived.get("not_placed", 0)
    far = drift.get("not_placed", 0.0) > DRIFT_NOT_PLACED or drift.get("distance", 0.0) > DRIFT_DISTANCE
    return read >= ENOUGH_TO_DRIFT and far


def period_of(day: date, like: str) -> str:
    """The step of time that a day lies in, written as `like` is: 2026-03-01, 2026-W09, 2026-03, 2026 or 2020s."""
    if like.endswith("s"):
        return f"{day.year // 10 * 10}s"
    if "W" in like:
        return day.strftime("%G-W%V")
    return day.isoformat()[: len(like)]


def with_days(counts: Sequence[int], periods: Sequence[str], days: Iterable[date]) -> list[int]:
    """Messages in each period, those of these days counted in; days outside all periods are not drawn."""
    came = Counter(period_of(day, periods[0]) for day in days) if periods else Counter[str]()
    return [count + came[period] for count, period in zip(counts, periods, strict=False)]
