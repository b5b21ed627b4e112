"""Files of every kind as blocks of columns of strings: what `read` judges row by row. One class for each kind of
file."""

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from massline.engine.encoding import Utf8Stream, encoding_of
from massline.engine.errors import InputError
from massline.engine.rejects import Reject

T = TypeVar("T")
BLOCK_ROWS: Final = 65_536
FIRST_OBJECTS: Final = 1_000
"""JSON lines whose keys make the headings of the file."""


@dataclass(frozen=True)
class Block:
    """Some rows of a file. rows (n,): their numbers, from 1. columns: house name -> large_string column (n,).
    rejects: rows between them that could not even be cut into cells."""

    rows: npt.NDArray[np.int64]
    columns: Mapping[str, pa.Array]
    rejects: Sequence[Reject] = ()


class Source(Protocol):
    """A file that has been opened as far as its headings."""

    @property
    def headings(self) -> Sequence[str]:
        """The names of the columns."""

    def blocks(self, wanted: Mapping[str, int]) -> Iterator[Block]:
        """All rows, in order. wanted: house name -> place of its column. Raises InputError when the file breaks off."""


class JsonLines:
    """One JSON object a line. Headings: the keys of the first thousand objects."""

    def __init__(self, path: Path) -> None:
        self._path, self._encoding = path, encoding_of(path)
        keys: dict[str, None] = {}
        for line in itertools.islice(self._lines(), FIRST_OBJECTS):
            found = _json_object(line)
            keys.update(dict.fromkeys(found if isinstance(found, dict) else ()))
        self.headings = list(keys)
        if not keys:
            raise InputError(f'{path.name}: no line is a JSON object. Write one object a line, like {{"text": "..."}}.')

    def blocks(self, wanted: Mapping[str, int]) -> Iterator[Block]:
        """See Source. A blank line is no row."""
        keys = {name: self.headings[place] for name, place in wanted.items()}
        for numbered in _parts(enumerate(self._lines(), 1)):
            rows, cells, rejects = [], [], []
            for row, line in numbered:
                found = _json_object(line)
                if isinstance(found, dict):
                    rows.append(row)
                    cells.append([_as_text(found.get(key)) for key in keys.values()])
                else:
                    rejects.append(
                        Reject.of(self._path.name, row, value=line.decode("utf-8", "replace"), code="json", fact=found)
                    )
            yield _block(rows, cells, list(keys), rejects)

    def _lines(self) -> Iterator[bytes]:
        rest = b""
        for block in Utf8Stream(self._path, self._encoding).blocks():
            *lines, rest = (rest + block).split(b"\n")
            yield from filter(bytes.strip, lines)
        if rest.strip():
            yield rest


def _json_object(line: bytes) -> dict[str, Any] | str:
    """The object of a line, or what is wrong with it in a word."""
    try:
        found = json.loads(line)
        if b"\\ud" in line.lower():
            json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        return f"no text from its character {error.start + 1} on"
    except (ValueError, RecursionError) as error:
        return getattr(error, "msg", type(error).__name__)
    return found if isinstance(found, dict) else type(found).__name__


class ParquetFile:
    """A Parquet file; columns of any plain type are read as text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(
                f"{path.name} cannot be read as Parquet ({error}). It may be cut off; send it again whole."
            ) from error
        self.headings = list(self._file.schema_arrow.names)

    def blocks(self, wanted: Mapping[str, int]) -> Iterator[Block]:
        """See Source."""
        first, names = 1, {name: self.headings[place] for name, place in wanted.items()}
        try:
            for batch in self._batches(sorted(set(names.values()))):
                texts = {name: batch.column(heading).cast(pa.large_string()) for name, heading in names.items()}
                yield Block(np.arange(first, first + len(batch)), texts)
                first += len(batch)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise InputError(
                f"{self._path.name}, after row {first - 1}: {error}. Make its columns plain text and send it again."
            ) from error

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """One row group after another: whoever asks for all at once keeps what was read of each until the end."""
        for group in range(self._file.num_row_groups):
            yield from self._file.iter_batches(BLOCK_ROWS, row_groups=[group], columns=columns)


class Spreadsheet:
    """XLSX, XLS or ODS: the first sheet that is not empty. It is held in memory whole (a sheet has at most
    1,048,576 rows)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            book = CalamineWorkbook.from_path(path)
            sheets = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
            self._rows: Sequence[Sequence[object]] = next((rows for rows in sheets if rows), [[]])
        except (CalamineError, OSError) as error:
            raise InputError(
                f"{path.name} cannot be read as a spreadsheet ({error}). Save it again as XLSX or CSV."
            ) from error
        self.headings = [_as_text(cell) for cell in self._rows[0]]

    def blocks(self, wanted: Mapping[str, int]) -> Iterator[Block]:
        """See Source. Rows without any filled cell are no messages but are counted, as the sheet counts them."""
        is_time = [name == "time" for name in wanted]
        filled = ((number, row) for number, row in enumerate(self._rows[1:], 1) if any(cell != "" for cell in row))
        for part in _parts(filled):
            cells = [[_cell(row[p], t) for p, t in zip(wanted.values(), is_time, strict=True)] for _, row in part]
            yield _block([number for number, _ in part], cells, list(wanted), [])


SHEET_DAY_0: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count days from here, without a zone


def _cell(value: object, is_time: bool) -> str:
    if is_time and isinstance(value, float) and 0 < value < 100_000:
        return (SHEET_DAY_0 + dt.timedelta(days=value)).isoformat(" ", "seconds")
    return _as_text(value)


def _as_text(value: object) -> str:
    """A cell's value as a person would write it: no decimal point on whole numbers, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _parts(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(itertools.islice(rest, BLOCK_ROWS)):
        yield part


def _block(rows: list[int], cells: list[list[str]], names: list[str], rejects: list[Reject]) -> Block:
    columns = {name: [row[place] for row in cells] for place, name in enumerate(names)}
    return Block(
        np.array(rows, np.int64), {name: pa.array(texts, pa.large_string()) for name, texts in columns.items()}, rejects
    )
