"""How likely two texts say the same: for similar matters, earlier replies, and for anyone who wants to measure the step alone."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32
from massline.engine.clean import matching_form
from massline.engine.errors import InputError
from massline.engine.teacher import Teacher

EVEN: Final = 0.965
STEEP: Final = 80.0
"""At a cosine of EVEN two texts say the same as likely as not; STEEP is how fast that changes. Fitted to the development
pairs of LCQMC (docs/reference/quality.md); the cosines of the model sit in a narrow band, from 0.8 to 1."""

HEADINGS: Final = frozenset(
    ("a", "b", "text_a", "text_b", "text1", "text2", "sentence1", "sentence2", "left", "right", "q1", "q2")
)


def similarities(left: Sequence[str], right: Sequence[str], teacher: Teacher) -> F32:
    """How likely left[i] and right[i] say the same, 0 to 1. (n,) float32; 200 pairs of short texts a second."""
    count = len(left)
    said = teacher.vectors(pa.array([matching_form(text) for text in (*left, *right)], pa.large_string()))
    cosine = (said[:count] * said[count:]).sum(axis=1)
    likely: F32 = 1 / (1 + np.exp(-STEEP * (cosine - EVEN)))
    return likely.astype(np.float32)


def read_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """The first two texts of each row of a file: tab-separated, CSV, or JSON lines; UTF-8. A first row that only names its
    columns is left out. Raises InputError naming the row."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}. Give a UTF-8 file with two texts a row.") from error
    for number, cells in enumerate(_cells(text, path), 1):
        if len(cells) < 2:
            raise InputError(f"{path}, row {number}: one text only. Write two texts a row, with a tab between them.")
        if number > 1 or not {cells[0].lower(), cells[1].lower()} <= HEADINGS:
            yield cells[0], cells[1]


def _cells(text: str, path: Path) -> Iterator[list[str]]:
    if text.lstrip().startswith("{"):
        for number, line in enumerate(text.splitlines(), 1):
            try:
                yield [value for value in json.loads(line).values() if isinstance(value, str)]
            except (ValueError, AttributeError) as error:
                raise InputError(f"{path}, row {number}: no JSON object. Write one a line.") from error
        return
    lines = (line for line in text.splitlines() if line.strip())
    if "\t" in text:
        yield from (line.split("\t") for line in lines)
    else:
        yield from csv.reader(lines)
