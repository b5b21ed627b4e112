"""Every shape of a conversation's export to votes and statements; rows that cannot be read become rejects.

Known shapes: one vote a row (Polis' votes.csv, the JSON of its API, the product's own votes), one person a row (Polis'
participants-votes.csv), and the statements (comments.csv, comments.json, the product's statements.parquet). Agree is 1
in all of them.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.errors import InputError
from massline.engine.files import source_of, start_of
from massline.engine.headings import listed, plain_heading
from massline.engine.opinion.votes import AGREE, DISAGREE, I8, I64, PASS, WITHDRAWN, Bools, Votes, collect
from massline.engine.rejects import Reject
from massline.engine.sources import Block, Source
from massline.engine.times import READ, read_times

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "participant": (
        "voterid",
        "participant",
        "participantid",
        "pid",
        "voter",
        "person",
        "参与者",
        "投票人",
        "参与者编号",
    ),
    "statement": ("commentid", "statement", "statementid", "tid", "陈述", "陈述编号", "观点", "观点编号"),
    "vote": ("vote", "投票", "态度", "表态"),
    "time": ("timestamp", "modified", "time", "created", "时间", "投票时间"),
    "text": ("commentbody", "text", "txt", "陈述内容", "观点内容", "内容"),
    "moderated": ("moderated", "mod", "审核"),
    "meta": ("ismeta", "meta"),
}
"""House name -> headings that mean it, as `plain_heading` writes them."""

ABOUT_A_PERSON: Final = {"xid", "groupid", "ncomments", "nvotes", "nagree", "ndisagree", "npass"}
"""Columns of participants-votes.csv that are no statements."""

OTHER_EXPORTS: Final = {
    "commentbody": "the statements (comments.csv)",
    "nvisitors": "the numbers over time (stats-history.csv)",
    "topic": "the summary (summary.csv)",
    "totalvotes": "the statements by group (comment-groups.csv)",
}
"""A heading that only this other file of the export has."""

WRITTEN: Final[dict[str, int]] = {
    **dict.fromkeys(("1", "agree", "yes", "赞成", "同意", "支持"), AGREE),
    **dict.fromkeys(("-1", "disagree", "no", "反对", "不同意", "不赞成"), DISAGREE),
    **dict.fromkeys(("0", "pass", "unsure", "略过", "跳过", "不确定", "弃权"), PASS),
    **dict.fromkeys(("", "withdrawn", "撤回"), WITHDRAWN),
}
"""Votes as people and systems write them, in small letters."""
UNKNOWN: Final = 3

EXPECTED: Final = "Send the whole export: one vote a row under a row of headings."

SECONDS_BELOW: Final = 100_000_000_000
"""A plain number below this is seconds since 1970, above it milliseconds."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What people vote on. moderated: 1 in, 0 undecided, -1 out. meta: it asks about the person, not for an opinion."""

    text: str
    moderated: int = 1
    meta: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """One conversation as it was read. rows = accepted + rejected; a row is a vote or, in participants-votes.csv, a person.
    files: those that were read."""

    votes: Votes
    statements: Mapping[str, Statement]
    rows: int
    rejected: int
    topic: str = ""
    files: tuple[Path, ...] = ()

    @property
    def accepted(self) -> int:
        """Rows that could be read."""
        return self.rows - self.rejected


@dataclass(slots=True)
class _Parts:
    """Votes of the blocks read so far, and how many rows they came from."""

    people: list[pa.Array] = field(default_factory=list)
    statements: list[pa.Array] = field(default_factory=list)
    values: list[I8] = field(default_factory=list)
    times: list[I64] = field(default_factory=list)
    rows: int = 0
    rejected: int = 0
    seen: set[str] = field(default_factory=set)


def read_export(
    path: Path,
    *,
    statements: Path | None = None,
    answers: Sequence[str] = (),
    reject: Callable[[Reject], None],
) -> Export:
    """A conversation from its file of votes, or from the folder of a whole export (votes.csv or participants-votes.csv,
    comments.csv, summary.csv). statements: the file of statements. answers: headings of columns that tell of the person
    and are no statements. reject: gets every row that is not accepted, in order.

    Raises InputError when nothing can be read: it says what was seen and what to send.
    """
    topic = ""
    if path.is_dir():
        path, beside, topic = _in_folder(path)
        statements = statements or beside
    parts = _Parts()
    first: list[Reject] = []

    def told(one: Reject) -> None:
        if not first:
            first.append(one)
        reject(one)

    source = opened(path)
    shape = _shape(path.name, source.headings, answers)
    take = _take_votes if "vote" in shape else _take_people
    for block in source.blocks(shape):
        for one in block.rejects:
            parts.rejected += 1
            told(one)
        parts.rows += len(block.rows) + len(block.rejects)
        take(block, parts, shape=_Shape(path.name, source.headings, shape), reject=told)
    if parts.rows == 0:
        raise InputError(f"{path.name}: headings, but no vote under them. Send the whole export.")
    if not any((values != WITHDRAWN).any() for values in parts.values):
        raise InputError(
            f"{path.name}: none of its {parts.rows} rows holds a vote. "
            + "".join(f"Row {one.row}, {one.column}: {one.value!r}. {one.reason} " for one in first)
            + "Votes are 1, -1, 0 or agree, disagree, pass."
        )
    texts = read_statements(statements, reject=reject) if statements else {}
    files = tuple(file for file in (path, statements) if file)
    return Export(_collected(parts), texts, parts.rows, parts.rejected, topic, files)


def _collected(parts: _Parts) -> Votes:
    people, statements = pa.chunked_array(parts.people), pa.chunked_array(parts.statements)
    timed = any(times.any() for times in parts.times)
    return collect(
        people.unify_dictionaries().combine_chunks(),
        statements.unify_dictionaries().combine_chunks(),
        np.concatenate(parts.values),
        times=np.concatenate(parts.times) if timed else None,
    )


def _in_folder(folder: Path) -> tuple[Path, Path | None, str]:
    """The votes, the statements and the topic of an export folder."""
    names = ("votes.csv", "votes.parquet", "votes.json", "participants-votes.csv")
    votes = next((folder / name for name in names if (folder / name).exists()), None)
    if votes is None:
        seen = sorted(entry.name for entry in folder.iterdir())
        raise InputError(f"{folder} holds no votes. Looked for {', '.join(names)}; it holds {listed(seen)}.")
    beside = ("comments.csv", "statements.parquet", "comments.json")
    statements = next((folder / name for name in beside if (folder / name).exists()), None)
    summary = folder / "summary.csv"
    lines = summary.read_text(encoding="utf-8", errors="replace").splitlines() if summary.exists() else []
    topic = next((line.partition(",")[2].strip('" ') for line in lines if line.startswith("topic,")), "")
    return votes, statements, topic


def read_statements(path: Path, *, reject: Callable[[Reject], None]) -> dict[str, Statement]:
    """Statements by id. A file without texts or moderation serves as well; ids must stand once. Raises InputError."""
    source = opened(path)
    wanted = {
        name: place
        for name in ("statement", "text", "moderated", "meta")
        if (place := place_of(name, source.headings)) is not None
    }
    if "statement" not in wanted:
        raise InputError(
            f"{path.name} has no column of statement ids such as comment-id. Headings seen: {listed(source.headings)}."
        )
    found: dict[str, Statement] = {}
    for block in source.blocks(wanted):
        for one in block.rejects:
            reject(one)
        columns = {name: column.to_pylist() for name, column in block.columns.items()}
        for at, row in enumerate(block.rows):
            cells = {name: (column[at] or "").strip() for name, column in columns.items()}
            if cells["statement"] == "" or cells["statement"] in found:
                code = "duplicate_id" if cells["statement"] else "no_id"
                reject(Reject.of(path.name, int(row), value=cells["statement"], code=code, column="statement"))
                continue
            moderated = {"-1": -1, "0": 0}.get(cells.get("moderated", "1"), 1)
            meta = cells.get("meta", "").casefold() in ("true", "1")
            found[cells["statement"]] = Statement(cells.get("text", ""), moderated, meta)
    return found


@dataclass(frozen=True, slots=True)
class _Shape:
    """A file's name, its headings, and house name -> place of the columns that are read."""

    file: str
    headings: Sequence[str]
    wanted: Mapping[str, int]

    def statements(self) -> list[str]:
        """Names of the columns that are statements."""
        return [name for name in self.wanted if name.startswith(":")]

    def reject(self, row: int, *, name: str, value: str, code: str) -> Reject:
        """A reject in one of the columns."""
        return Reject.of(self.file, row, value=value, code=code, column=self.headings[self.wanted[name]])


def place_of(name: str, headings: Sequence[str]) -> int | None:
    """Where a column stands that HEADINGS knows, None when it is missing."""
    plain = [plain_heading(heading) for heading in headings]
    return next((plain.index(known) for known in HEADINGS[name] if known in plain), None)


def _shape(file: str, headings: Sequence[str], answers: Sequence[str]) -> dict[str, int]:
    """Which column is which: participant, statement, vote, time; or participant and statements named `:ID`. Raises InputError."""
    about_a_person = ABOUT_A_PERSON.union(map(plain_heading, answers))
    found = {
        name: place
        for name in ("participant", "statement", "vote", "time")
        if (place := place_of(name, headings)) is not None
    }
    if {"participant", "statement", "vote"} <= found.keys():
        return found
    if "participant" in found and "vote" not in found:
        columns = [
            place
            for place, heading in enumerate(headings)
            if place != found["participant"] and plain_heading(heading) not in about_a_person and heading.strip()
        ]
        if columns and "statement" not in found:
            return {"participant": found["participant"]} | {f":{headings[place].strip()}": place for place in columns}
    plain = {plain_heading(heading) for heading in headings}
    other = next((text for heading, text in OTHER_EXPORTS.items() if heading in plain), "")
    said = f"It looks like {other}. " if other else ""
    raise InputError(
        f"{file} holds no votes. {said}Headings seen: {listed(headings)}. Send votes.csv (voter-id, comment-id, vote) "
        "or participants-votes.csv (participant, then one column a statement)."
    )


def _take_votes(block: Block, parts: _Parts, *, shape: _Shape, reject: Callable[[Reject], None]) -> None:
    """One vote a row."""
    people, statements = (pc.utf8_trim_whitespace(block.columns[name]) for name in ("participant", "statement"))
    votes = pc.utf8_trim_whitespace(block.columns["vote"])
    values = vote_values(votes)
    times, timely = _times(block.columns.get("time"), len(values))
    faults = (
        ("participant", "no_id", _empty(people), people),
        ("statement", "no_id", _empty(statements), statements),
        ("vote", "unknown_vote", values == UNKNOWN, votes),
        ("time", "unreadable_time", ~timely, block.columns.get("time", votes)),
    )
    good = np.ones(len(values), np.bool_)
    for name, code, bad, column in faults:
        for at in np.flatnonzero(bad & good):
            value = column[int(at)].as_py() or ""
            reject(shape.reject(int(block.rows[at]), name=name, value=value, code=code))
            parts.rejected += 1
        good &= ~bad
    mask = pa.array(good)
    parts.people.append(people.filter(mask).dictionary_encode())
    parts.statements.append(statements.filter(mask).dictionary_encode())
    parts.values.append(values[good])
    parts.times.append(times[good])


def _take_people(block: Block, parts: _Parts, *, shape: _Shape, reject: Callable[[Reject], None]) -> None:
    """One person a row: each filled cell is a vote. A person that stands twice is rejected the second time."""
    people = pc.utf8_trim_whitespace(block.columns["participant"])
    good = np.ones(len(people), np.bool_)
    for place, person in enumerate(people.to_pylist()):
        if not person or person in parts.seen:
            good[place] = False
            code = "duplicate_id" if person else "no_id"
            reject(shape.reject(int(block.rows[place]), name="participant", value=person or "", code=code))
            parts.rejected += 1
        parts.seen.add(person)
    silent = good.copy()
    for name in shape.statements():
        cells = pc.utf8_trim_whitespace(block.columns[name])
        values = vote_values(cells)
        values[np.asarray(pc.equal(pc.utf8_lower(cells), "nan").fill_null(True))] = WITHDRAWN
        for at in np.flatnonzero((values == UNKNOWN) & good):  # the cell is left out, the person's other votes count
            reject(shape.reject(int(block.rows[at]), name=name, value=cells[int(at)].as_py(), code="unknown_vote"))
        here = good & (values != WITHDRAWN) & (values != UNKNOWN)
        if here.any():
            voters = people.filter(pa.array(here))
            parts.people.append(voters.dictionary_encode())
            parts.statements.append(pa.array([name[1:]] * len(voters), pa.large_string()).dictionary_encode())
            parts.values.append(values[here])
            silent &= ~here
    if silent.any():  # people without a vote are counted too: as a vote that was taken back
        first = shape.statements()[0][1:]
        parts.people.append(people.filter(pa.array(silent)).dictionary_encode())
        parts.statements.append(pa.array([first] * int(silent.sum()), pa.large_string()).dictionary_encode())
        parts.values.append(np.full(int(silent.sum()), WITHDRAWN, np.int8))


def vote_values(cells: pa.Array) -> I8:
    """Written votes to AGREE, DISAGREE, PASS, WITHDRAWN or UNKNOWN (n,)."""
    encoded = cells.fill_null("").dictionary_encode()
    known = [WRITTEN.get(text.casefold().removesuffix(".0"), UNKNOWN) for text in encoded.dictionary.to_pylist()]
    return np.array(known or [UNKNOWN], np.int8)[encoded.indices.to_numpy()]


def _empty(cells: pa.Array) -> Bools:
    return np.asarray(pc.equal(pc.fill_null(cells, ""), ""))


def _times(cells: pa.Array | None, rows: int) -> tuple[I64, Bools]:
    """Milliseconds since 1970 (n,), 0 for an empty cell, and whether each could be read. Seconds, milliseconds or a
    written time."""
    if cells is None:
        return np.zeros(rows, np.int64), np.ones(rows, np.bool_)
    cells = pc.fill_null(pc.utf8_trim_whitespace(cells), "")
    plain = np.asarray(pc.match_substring_regex(cells, r"^[0-9]{1,15}(\.0*)?$"))
    empty = _empty(cells)
    numbers = pc.if_else(pa.array(plain), cells, "0").cast(pa.float64()).to_numpy()
    times = np.where(numbers < SECONDS_BELOW, numbers * 1000, numbers).astype(np.int64)
    readable = plain | empty
    if not readable.all():
        written, states = read_times(cells)
        readable |= states == READ
        times[~plain] = np.where(states == READ, written * 1000, 0)[~plain]
    return times, readable


def opened(path: Path) -> Source:
    """The file by its content. Raises InputError."""
    if start_of(path, expected=EXPECTED).startswith(b"["):
        return _JsonArray(path)
    return source_of(path, expected=EXPECTED)


class _JsonArray:
    """A JSON array of objects, as Polis' API gives votes and statements. Headings: the keys of all objects. Of an array that
    is cut off the whole objects are read."""

    def __init__(self, path: Path) -> None:
        text, self._rejects = path.read_bytes().decode("utf-8-sig", errors="replace"), []
        try:
            found = json.loads(text)
        except ValueError as error:
            found = _whole_objects(text)
            if not found:
                raise InputError(
                    f"{path.name} is no whole JSON ({error}). It may be cut off; send it again."
                ) from error
            self._rejects = [Reject.of(path.name, len(found) + 1, value="", code="cut")]
        self._path, self._objects = path, [_object(one) for one in found]
        self.headings: Sequence[str] = list(dict.fromkeys(key for one in self._objects for key in one))
        if not self.headings:
            raise InputError(f"{path.name} is a JSON list without any object. Send a list of votes.")

    def blocks(self, wanted: Mapping[str, int]) -> Iterator[Block]:
        """See Source."""
        columns = {
            name: pa.array([_as_text(one.get(self.headings[place])) for one in self._objects], pa.large_string())
            for name, place in wanted.items()
        }
        yield Block(np.arange(1, len(self._objects) + 1), columns, self._rejects)


def _whole_objects(text: str) -> list[Any]:
    """What an array holds before it breaks off."""
    found: list[Any] = []
    decoder, at = json.JSONDecoder(), text.find("[") + 1
    while True:
        while text[at : at + 1] in (",", " ", "\n", "\r", "\t"):
            at += 1
        try:
            one, at = decoder.raw_decode(text, at)
        except ValueError:
            return found
        found.append(one)


def _object(found: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever stood in the file
    return found if isinstance(found, dict) else {}


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
