"""Past cases, read from files: what was said, and which topic and body a person gave it."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.clean import clean_batch
from massline.engine.errors import InputError, OptionError
from massline.engine.files import source_of
from massline.engine.headings import columns_of, listed, plain_heading
from massline.engine.read import LONGEST_TEXT
from massline.engine.rejects import Reject
from massline.engine.runners import Workers, map_blocks
from massline.engine.sources import Block

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "topic": (
        *("topic", "一级标签", "一级分类", "主题分类", "留言分类", "诉求分类", "问题类别", "诉求类型", "分类", "类别"),
        *("标签", "领域", "label", "category"),
    ),
    "body": (
        *("承办单位", "办理单位", "责任单位", "主办单位", "答复单位", "承办部门", "单位", "部门", "body", "department"),
        "agency",
    ),
}
"""House name -> headings that mean it, the clearest first, as `plain_heading` writes them."""

NAMES: Final = ("id", "title", "text", *HEADINGS)
SEND: Final = "Send a row of headings and one past case a row, with its text and its topic."
FORM_ROWS: Final = 8_192


@dataclass(frozen=True, slots=True)
class Past:
    """Cases in the order of the files. forms (n,): matching forms; answers: "topic" and perhaps "body" -> what a person
    gave each, "" where nothing is said. corrected: rows that a later row of the same id took the place of."""

    forms: pa.Array
    answers: dict[str, list[str]]
    corrected: int


@dataclass(slots=True)
class _Row:
    title: str
    text: str
    answers: dict[str, str]


def plain_name(name: str) -> str:
    """The name of a topic or body without what does not matter: width, and blank space round it or doubled in it."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def read_topics(path: Path) -> frozenset[str]:
    """Every name in a body's list of topics: a tree of any depth, one path a row. Raises InputError."""
    source = source_of(path, expected="Send a row of headings and one topic a row.")
    names: set[str] = set()
    for block in source.blocks({str(place): place for place in range(len(source.headings))}):
        names.update(plain_name(cell) for column in block.columns.values() for cell in column.to_pylist())
    names.discard("")
    if not names:
        raise InputError(f"{path.name}: headings, but no topic under them. Send one topic a row.")
    return frozenset(names)


def read_past(
    paths: Sequence[Path],
    columns: Mapping[str, str],
    *,
    topics: frozenset[str] | None,
    reject: Callable[[Reject], None],
    workers: Workers,
) -> Past:
    """The cases of all files. columns: as --map gives them. topics: the names that are allowed, None for any.

    A row with the id of an earlier one corrects it. Rows without text or topic go to `reject`. Raises InputError, OptionError.
    """
    if unknown := set(columns) - set(NAMES):
        raise OptionError(f"Cannot map {min(unknown)!r}. Map one of {', '.join(NAMES)}.")
    rows: dict[str, _Row] = {}
    told, corrected = {"topic"}, 0
    for path in paths:
        source = source_of(path, expected=SEND)
        places = _places(source.headings, columns, path.name)
        told.update({"body"} & places.keys())
        for block in source.blocks(places):
            for one in block.rejects:
                reject(one)
            for name, row in _rows(block, path.name, topics, reject):
                corrected += name in rows
                rows[name] = row
    if not rows:
        raise InputError(f"{', '.join(path.name for path in paths)}: no past case could be used. {SEND}")
    cases = list(rows.values())
    answers = {name: [row.answers.get(name, "") for row in cases] for name in sorted(told, reverse=True)}
    return Past(_forms(cases, workers), answers, corrected)


def _places(headings: Sequence[str], columns: Mapping[str, str], file: str) -> dict[str, int]:
    """House name -> place of its column. Raises InputError when text or topic is missing, OptionError for an unknown
    heading."""
    found = columns_of(headings, columns)
    plain = [plain_heading(heading) for heading in headings]
    for name, known in HEADINGS.items():
        taken = {found[other] for other in (*columns, "text", "title", "id") if other in found}
        free = [plain.index(one) for one in known if one in plain and plain.index(one) not in taken]
        if name not in columns and free:
            found[name] = free[0]
    for name, heading in columns.items():
        if name not in found:
            raise OptionError(f"Cannot map {name}={heading}: {file} has no such heading. It has {listed(headings)}.")
    for name in ("text", "topic"):
        if name not in found:
            raise InputError(
                f"{file} has no column that is known to hold the {name}. Headings seen: {listed(headings)}. "
                f"Say which one it is, for example --map {name}={headings[-1][:40]}."
            )
    return {name: place for name, place in found.items() if name in NAMES}


def _rows(
    block: Block, file: str, topics: frozenset[str] | None, reject: Callable[[Reject], None]
) -> Iterator[tuple[str, _Row]]:
    """Id and row of each case of a block that can be used."""
    cells = {name: pc.utf8_trim_whitespace(column.fill_null("")).to_pylist() for name, column in block.columns.items()}
    for at, row in enumerate(block.rows.tolist()):
        said = {name: column[at] for name, column in cells.items()}
        answers = {name: plain_name(said[name]) for name in HEADINGS if name in said}
        trouble = _trouble(said["text"], answers["topic"], topics)
        if trouble:
            name, code = trouble
            shown = said[name].replace("\0", "\N{SYMBOL FOR NULL}")
            reject(Reject.of(file, row, column=name, value=shown, code=code, fact=f"{len(said[name]):,}"))
        else:
            yield said.get("id") or f"{file}:{row}", _Row(said.get("title", ""), said["text"], answers)


def _trouble(text: str, topic: str, topics: frozenset[str] | None) -> tuple[str, str] | None:
    """Column and code of what is wrong with a case, None where nothing is."""
    if not text:
        return "text", "empty_text"
    if "\0" in text:
        return "text", "nul"
    if len(text) > LONGEST_TEXT:
        return "text", "long_text"
    if not topic:
        return "topic", "empty_topic"
    if topics is not None and topic not in topics:
        return "topic", "unknown_topic"
    return None


def _forms(cases: Sequence[_Row], workers: Workers) -> pa.Array:
    batches = (
        pa.record_batch(
            {
                "title": pa.array([case.title for case in part], pa.large_string()),
                "text": pa.array([case.text for case in part], pa.large_string()),
            }
        )
        for part in (cases[start : start + FORM_ROWS] for start in range(0, len(cases), FORM_ROWS))
    )
    cleaned = map_blocks(clean_batch, batches, workers=workers)
    return pa.concat_arrays([batch.column("form") for batch in cleaned])
