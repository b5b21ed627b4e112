"""Statements in the messages' own words, each with all who say it: `trace`."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.buffers import I32, I64
from massline.engine.clean import matching_form
from massline.engine.mask import mask
from massline.engine.runners import Workers, map_blocks
from massline.engine.steps.blocks import blocks_with_rows
from massline.engine.trace import most_telling, numbers_in, sentences_of, supporters
from massline.engine.workfolder import WorkFolder, write_facts

QUOTE: Final = 400
"""Signs of a quoted message that the report shows."""

INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def find_statements(work: WorkFolder, workers: Workers, part: Path) -> None:
    """One statement for each finest theme, in its messages' own words, with all who say the same."""
    names = work.table("label/themes")
    with np.load(work.path / "label" / "typical.npz") as file:
        typical, offsets = file["rows"], file["offsets"]
    quoted = work.array("label/quoted")
    texts = shown_texts(work, quoted)
    quotes = dict(zip(quoted.tolist(), texts, strict=True))
    ids = work.stored("read/messages").take(quoted, "id").column("id").to_pylist()
    write_facts(part / "quotes.json", {name: text[:QUOTE] for name, text in zip(ids, texts, strict=True)})
    leaves = ~np.isin(np.arange(len(names)), names.column("parent").fill_null(-1).to_numpy())
    statements = [
        most_telling(
            [one for row in typical[offsets[t] : offsets[t + 1]] for one in sentences_of(quotes[row])], keywords
        )
        if leaf
        else ""
        for t, (leaf, keywords) in enumerate(zip(leaves, names.column("keywords").to_pylist(), strict=True))
    ]
    themes = work.array("place/themes")
    forms = pa.array([matching_form(one) for one in statements], pa.large_string())
    blocks = blocks_with_rows(work, themes)
    held = map_blocks(partial(_hold_block, statements=forms), blocks, workers=workers)
    near = np.flatnonzero(np.concatenate([np.zeros(0, np.bool_), *work.watched("trace", held)]))
    with (part / "statements.jsonl").open("w", encoding="utf-8") as stream:
        for line in _statement_lines(work, statements, near, themes[near]):
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def _hold_block(block: tuple[pa.Array, I32], *, statements: pa.Array) -> npt.NDArray[np.bool_]:
    forms, themes = block
    return supporters(forms, themes, statements)


def _statement_lines(work: WorkFolder, statements: Sequence[str], near: I64, themes: I32) -> Iterator[dict[str, Any]]:
    """statements.jsonl: those who nearly say the statement and give its numbers. A statement that nobody gives is left
    out."""
    messages, cleaned = work.stored("read/messages"), work.stored("clean/cleaned")
    for theme, statement in enumerate(statements):
        rows = near[themes == theme]
        numbers = numbers_in(statement)
        if numbers:
            said = cleaned.take(rows, "form").column("form").to_pylist()
            rows = rows[np.array([numbers <= numbers_in(form) for form in said], np.bool_)]
        if statement and len(rows):
            found = messages.take(rows, "id").column("id").to_pylist()
            yield {"statement": statement, "theme": theme, "messages": found, "support": len(found)}


def shown_texts(work: WorkFolder, rows: I64) -> list[str]:
    """Title and text of some messages as anybody may see them: personal data masked, blank space drawn together."""
    some = work.stored("read/messages").take(rows, "title", "text").to_pylist()
    return [shown_text(one["title"], one["text"]) for one in some]


def shown_text(title: str | None, text: str) -> str:
    """One message as anybody may see it; invisible signs, which could turn the page's writing round, are left out."""
    parts = (mask(part).text for part in (title, text) if part)
    return "\n".join(" ".join(INVISIBLE.sub("", part).split()) for part in parts)
