"""Statements in the messages' own words, each with all who say it: `trace`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import I32, I64, Bools
from massline.engine.earlier import Before
from massline.engine.mask import mask
from massline.engine.runners import Workers, map_blocks
from massline.engine.sayers import Asked, asked_of, who_says
from massline.engine.sentences import sentences_of, telling
from massline.engine.steps.blocks import blocks_with_rows
from massline.engine.support import clauses_of, form_of, message_of, says
from massline.engine.trace import Wanted, candidates, wanted_of
from massline.engine.workfolder import WorkFolder, write_facts

QUOTE: Final = 400
"""Signs of a quoted message that the report shows."""

INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def find_statements(work: WorkFolder, workers: Workers, part: Path, *, earlier: Before = None) -> None:
    """One statement for each finest theme, in its messages' own words, with all who say the same. earlier: a run whose messages
    need not be read again."""
    names = work.table("label/themes")
    quotes = _write_quotes(work, part)
    leaves = ~np.isin(np.arange(len(names)), names.column("parent").fill_null(-1).to_numpy())
    keywords = names.column("keywords").to_pylist()
    typical = _typical_messages(work, quotes)
    proposed = work.facts("label/sentences") if (work.path / "label" / "sentences.json").exists() else {}
    statements = [
        proposed.get(str(theme)) or _statement(typical[theme], keywords[theme]) if leaf else ""
        for theme, leaf in enumerate(leaves.tolist())
    ]
    rows = _who_says(work, workers, statements, earlier)
    np.save(part / "said.npy", rows)
    write_facts(part / "asked.json", {"statements": statements})
    _write_statements(work, statements, rows, part)


def _who_says(work: WorkFolder, workers: Workers, statements: Sequence[str], earlier: Before) -> I64:
    """The rows of all who say the statement of their theme, rising. Of an earlier run's messages only those are read again whose
    theme has another statement now."""
    themes, known = work.array("place/themes"), np.zeros(0, np.int64)
    if earlier and (earlier.steps.path / "trace").exists():
        asked_before = earlier.steps.facts("trace/asked")["statements"]
        same = np.array([one == other for one, other in zip(statements, asked_before, strict=True)] + [False])
        themes, said = themes.copy(), earlier.steps.array("trace/said")
        known = said[same[themes[said]]]
        themes[: earlier.rows][same[themes[: earlier.rows]]] = -1  # -1 itself is the last of `same`
    forms = pa.array([form_of(one) for one in statements], pa.large_string())
    held = map_blocks(partial(_hold_block, wanted=wanted_of(forms)), blocks_with_rows(work, themes), workers=workers)
    near = np.concatenate([np.zeros(0, np.bool_), *work.watched("trace", held)])
    clauses, asked = asked_of(forms)
    told = map_blocks(
        partial(_say_block, clauses=clauses, asked=asked), _near_blocks(work, near, themes), workers=workers
    )
    found = np.flatnonzero(near)[np.concatenate([np.zeros(0, np.bool_), *told])]
    return np.sort(np.concatenate([known, found]))


def _write_statements(work: WorkFolder, statements: Sequence[str], rows: I64, part: Path) -> None:
    """Each statement that somebody says, with the ids of all who say it. rows: who says that of their theme, rising."""
    theirs = work.array("place/themes")[rows]
    order = np.argsort(theirs, kind="stable")
    bounds = np.searchsorted(theirs[order], np.arange(len(statements) + 1))
    ids = work.stored("read/messages").take(rows, "id").column("id").combine_chunks().take(pa.array(order))
    with (part / "statements.jsonl").open("w", encoding="utf-8") as stream:
        for theme, (statement, (start, end)) in enumerate(zip(statements, pairwise(bounds.tolist()), strict=True)):
            if statement and end > start:
                found = ids[start:end].to_pylist()
                line = {"statement": statement, "theme": theme, "messages": found, "support": len(found)}
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write_quotes(work: WorkFolder, part: Path) -> dict[int, str]:
    """Row -> text, as it may be shown, of every message that is quoted; what of it the report shows is kept."""
    quoted = work.array("label/quoted")
    texts = shown_texts(work, quoted)
    ids = work.stored("read/messages").take(quoted, "id").column("id").to_pylist()
    write_facts(part / "quotes.json", {name: text[:QUOTE] for name, text in zip(ids, texts, strict=True)})
    return dict(zip(quoted.tolist(), texts, strict=True))


def _typical_messages(work: WorkFolder, quotes: Mapping[int, str]) -> list[list[str]]:
    """Texts of the typical messages of each theme."""
    with np.load(work.path / "label" / "typical.npz") as file:
        rows, ends = file["rows"].tolist(), file["offsets"].tolist()
    return [[quotes[row] for row in rows[start:end]] for start, end in pairwise(ends)]


def _statement(texts: Sequence[str], keywords: Sequence[str]) -> str:
    """The most telling sentence of some messages that one of them says, by the rule of `support`; "" when there is none."""
    messages = [message_of(None, text) for text in texts]
    ranked = telling([one for text in texts for one in sentences_of(text)], keywords)
    said = (
        one
        for one in ranked
        if (asked := clauses_of(form_of(one))) and any(says(asked, message) for message in messages)
    )
    return next(said, "")


def _hold_block(block: tuple[pa.Array, I32], *, wanted: Wanted) -> Bools:
    forms, themes = block
    return candidates(forms, themes, wanted)


def _near_blocks(work: WorkFolder, near: Bools, themes: I32) -> Iterator[tuple[pa.RecordBatch, I32]]:
    """Titles and texts, and themes, of the rows that may say the statement of their theme, batch by batch."""
    start = 0
    for said in work.stored("read/messages").blocks("title", "text"):
        here = near[start : start + len(said)]
        yield said.filter(pa.array(here)), themes[start : start + len(said)][here]
        start += len(said)


def _say_block(block: tuple[pa.RecordBatch, I32], *, clauses: list[list[str]], asked: Asked) -> Bools:
    messages, themes = block
    return who_says(messages, themes, clauses, asked)


def shown_texts(work: WorkFolder, rows: I64) -> list[str]:
    """Title and text of some messages as anybody may see them: personal data masked, blank space drawn together."""
    some = work.stored("read/messages").take(rows, "title", "text").to_pylist()
    return [shown_text(one["title"], one["text"]) for one in some]


def shown_text(title: str | None, text: str) -> str:
    """One message as anybody may see it; invisible signs, which could turn the page's writing round, are left out."""
    parts = (mask(part).text for part in (title, text) if part)
    return "\n".join(" ".join(INVISIBLE.sub("", part).split()) for part in parts)
