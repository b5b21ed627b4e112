"""Files to messages, and rejects with their reasons: accepted + rejected = rows in the files, always."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import strings_of
from massline.engine.errors import InputError
from massline.engine.files import source_of
from massline.engine.headings import check_mapping, columns_of, listed
from massline.engine.rejects import Reject
from massline.engine.runners import Workers, local
from massline.engine.siphash import Key, hash_strings
from massline.engine.sources import BLOCK_ROWS, Block, Source
from massline.engine.tables import MESSAGES
from massline.engine.times import IMPOSSIBLE, READ, UNREADABLE, read_times

Bools = npt.NDArray[np.bool_]

LONGEST_TEXT: Final = 1_000_000
"""Characters of a cell. A longer one is no message."""
BLOCK_BYTES: Final = 64 << 20
"""A batch is also closed when its texts reach this size, so that 65,536 very long messages do not have to be held
at once."""
PIECE_ROWS: Final = 4_096
EXPECTED: Final = "Send a file with a row of headings and one message a row."
TIME_CODES: Final = {UNREADABLE: "unreadable_time", IMPOSSIBLE: "impossible_time"}


def read(  # noqa: PLR0913 - what, how, and who is told
    paths: Sequence[Path],
    *,
    columns: Mapping[str, str],
    reject: Callable[[Reject], None],
    seed: int,
    rows: Counter[str] | None = None,
    workers: Workers = 1,
) -> Iterator[pa.RecordBatch]:
    """Read the files of one call, in the given order, as batches of MESSAGES with at most BLOCK_ROWS rows.

    CSV and TSV (UTF-8, GB18030 or UTF-16 with a mark), JSON lines, Parquet and XLSX, known by content first, then by
    suffix; `.txt` with cells separated by `_!_` or tabs. columns: house name -> heading where a heading is not
    recognised by itself, or -> number of the column (from 1), which also serves text files without headings. reject:
    gets every row that is not accepted, in the order of the rows. seed: keys the hashes of senders. rows: counts the
    rows of each file, accepted and rejected, as they are read. workers: with more than one, rows are cut, judged and given at
    once, by a thread each.

    Blank space around a cell is cut off; all else of a text stays as it came. A row without an id gets FILE:ROW. An
    id that was seen before is a reject, also across files. All files are opened and their headings checked before
    this returns. Raises InputError, OptionError. Memory: one batch, and 16 to 32 bytes per message for the ids seen.
    """
    sources = _opened(paths, columns)
    counted = Counter() if rows is None else rows
    judged = _judged(sources, columns, reject=reject, seed=seed, rows=counted, workers=workers)
    return _batches(local.ahead(judged, workers=workers))


def _opened(paths: Sequence[Path], columns: Mapping[str, str]) -> dict[str, Source]:
    """Label of each file (its name; made distinct where names repeat) -> the file, opened and found to have a text
    column."""
    names = [path.name for path in paths]
    labels = [name if names.count(name) == 1 else f"{name}#{number}" for number, name in enumerate(names, 1)]
    sources = {
        label: source_of(path, expected=EXPECTED, by_number=by_number(columns))
        for label, path in zip(labels, paths, strict=True)
    }
    check_mapping(columns, {label: source.headings for label, source in sources.items()})
    for label, source in sources.items():
        if "text" not in columns_of(source.headings, columns):
            raise InputError(
                f"{label} has no column that is known to hold the text. Headings seen: {listed(source.headings)}. "
                f"Say which one it is, for example --map text={source.headings[-1][:40] or '1'}; "
                "in a text file without headings give the column's number, for example --map text=1."
            )
    return sources


def by_number(columns: Mapping[str, str]) -> bool:
    """Whether columns are mapped by their numbers alone."""
    return bool(columns) and all(heading.isdecimal() for heading in columns.values())


def _judged(  # noqa: PLR0913 - the same
    sources: Mapping[str, Source],
    columns: Mapping[str, str],
    *,
    reject: Callable[[Reject], None],
    seed: int,
    rows: Counter[str],
    workers: Workers,
) -> Iterator[pa.RecordBatch]:
    """The accepted rows of all files, block by block as they come from the files."""
    keys = np.random.default_rng(seed).integers(1 << 63, size=2, dtype=np.int64)
    key, seen = (int(keys[0]), int(keys[1])), _Seen()
    for label, source in sources.items():
        wanted = columns_of(source.headings, columns)
        judge = _Judge(label, {name: source.headings[place] for name, place in wanted.items()}, key, seen)
        for block in local.ahead(source.blocks(wanted), workers=workers):
            batch, rejects = judge.judge(block)
            for one in rejects:
                reject(one)
            rows[label] += len(batch) + len(rejects)
            yield batch
    if not rows.total():
        raise InputError(f"{', '.join(sources)}: headings, but no row under them. Send a file with one message a row.")


def _batches(blocks: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of BLOCK_ROWS (fewer when texts are very long; the last is what is left)."""
    waiting: list[pa.RecordBatch] = []
    rows, size = 0, 0
    for block in blocks:
        start = 0
        while start < len(block):
            piece = block.slice(start, min(PIECE_ROWS, BLOCK_ROWS - rows))
            waiting, rows, size, start = [*waiting, piece], rows + len(piece), size + piece.nbytes, start + len(piece)
            if rows == BLOCK_ROWS or size > BLOCK_BYTES:
                yield pa.concat_batches(waiting)
                waiting, rows, size = [], 0, 0
    if rows:
        yield pa.concat_batches(waiting)


class _Seen:
    """Ids seen so far, as 64-bit hashes in an open table that is kept at most half full.

    Two different ids are taken for one with probability n * n / 2**65: about 2 in a million at 8.5 million messages.
    """

    def __init__(self) -> None:
        self._table, self._count = np.zeros(1 << 17, np.uint64), 0

    def first_times(self, hashes: npt.NDArray[np.uint64]) -> Bools:
        """Whether each of the hashes (n,) is new, and remember them."""
        while (self._count + len(hashes)) * 2 > len(self._table):
            old = self._table[self._table != 0]
            self._table = np.zeros(len(self._table) * 2, np.uint64)
            _enter(self._table, old)
        new = _enter(self._table, np.where(hashes == 0, 1, hashes).astype(np.uint64))
        self._count += int(np.count_nonzero(new))
        return new


@nb.njit(nogil=True, cache=True)
def _enter(table: npt.NDArray[np.uint64], hashes: npt.NDArray[np.uint64]) -> Bools:
    """Put hashes (n,) into an open table (a power of two long, 0 is free). Returns whether each was new."""
    new, last = np.zeros(len(hashes), np.bool_), np.uint64(len(table) - 1)
    for i in range(len(hashes)):
        at = hashes[i] & last
        while table[at] != 0 and table[at] != hashes[i]:
            at = (at + np.uint64(1)) & last
        new[i] = table[at] == 0
        table[at] = hashes[i]
    return new


class _Judge:
    """Says of each row of one file whether it is a message, and if not, why."""

    def __init__(self, file: str, headings: Mapping[str, str], key: Key, seen: _Seen) -> None:
        self._file, self._headings, self._key, self._seen = file, headings, key, seen

    def judge(self, block: Block) -> tuple[pa.RecordBatch, list[Reject]]:
        """Accepted rows in MESSAGES, and the rejects in the order of their rows. Each row ends as one of both."""
        cells = {name: pc.utf8_trim_whitespace(column.fill_null("")) for name, column in block.columns.items()}
        rejects = [replace(one, file=self._file) for one in block.rejects]
        good = np.ones(len(block.rows), bool)
        for name, column in cells.items():
            rejects += self._turned_down(block, name, _too_long(column) & good, code="long_text", good=good)
            rejects += self._turned_down(block, name, _with_nul(column) & good, code="nul", good=good)
        rejects += self._turned_down(block, "text", _empty(cells["text"]) & good, code="empty_text", good=good)
        seconds = np.zeros(len(good), np.int64)
        states = np.full(len(good), UNREADABLE + IMPOSSIBLE, np.uint8)
        if "time" in cells:
            seconds, states = read_times(cells["time"])
            for state, code in TIME_CODES.items():
                rejects += self._turned_down(block, "time", (states == state) & good, code=code, good=good)
        ids = self._ids(block, cells.get("id"))
        kept = np.flatnonzero(good)
        new = np.ones(len(good), bool)
        new[kept] = self._seen.first_times(hash_strings(ids.take(pa.array(kept)), self._key))
        rejects += self._turned_down(block, "id", ~new & good, code="duplicate_id", good=good)
        times = pa.array(seconds, pa.int64(), mask=states != READ).cast(pa.timestamp("s"))
        batch = self._messages(cells, ids, times, good)
        return batch, sorted(rejects, key=lambda one: one.row)

    def _turned_down(self, block: Block, name: str, bad: Bools, *, code: str, good: Bools) -> list[Reject]:
        """Rejects of the bad rows, which are no longer good."""
        good &= ~bad
        heading, rejects = self._headings.get(name, name), []
        for i in np.flatnonzero(bad):
            value = (
                block.columns[name][int(i)].as_py() or "" if name in block.columns else f"{self._file}:{block.rows[i]}"
            )
            fact = f"{len(value):,}" if code == "long_text" else ""
            shown = value[:1000].replace("\0", "\N{SYMBOL FOR NULL}")
            rejects.append(Reject.of(self._file, int(block.rows[i]), column=heading, value=shown, code=code, fact=fact))
        return rejects

    def _ids(self, block: Block, given: pa.Array | None) -> pa.Array:
        """The ids given, and FILE:ROW where none is."""
        if given is not None and not _empty(given).any():
            return given
        made = pa.array([f"{self._file}:{row}" for row in block.rows], pa.large_string())
        return made if given is None else pc.if_else(pa.array(_empty(given)), made, given)

    def _messages(self, cells: Mapping[str, pa.Array], ids: pa.Array, times: pa.Array, good: Bools) -> pa.RecordBatch:
        made = {"id": ids, "text": cells["text"], "time": times}
        if "sender" in cells:
            hashes = hash_strings(cells["sender"], self._key)
            made["sender"] = pa.array(hashes, mask=_empty(cells["sender"]))
        columns = []
        for column in MESSAGES:
            if column.name in made:
                columns.append(made[column.name])
            elif column.name in cells:
                empty = pa.array(_empty(cells[column.name]))
                columns.append(pc.if_else(empty, pa.scalar(None, column.type), cells[column.name]))
            else:
                columns.append(pa.nulls(len(good), column.type))
        batch = pa.record_batch(columns, schema=MESSAGES)
        return batch if good.all() else batch.filter(pa.array(good))


def _empty(column: pa.Array) -> Bools:
    return np.diff(strings_of(column)[1]) == 0


def _too_long(column: pa.Array) -> Bools:
    """Whether each cell has more than LONGEST_TEXT characters."""
    sizes = np.diff(strings_of(column)[1])
    if not len(sizes) or sizes.max() <= LONGEST_TEXT:
        return np.zeros(len(sizes), bool)
    return np.asarray(pc.utf8_length(column)) > LONGEST_TEXT


def _with_nul(column: pa.Array) -> Bools:
    """Whether each cell has a NUL in it."""
    data, offsets = strings_of(column)
    data = data[offsets[0] : offsets[-1]]
    if data.all():
        return np.zeros(len(column), bool)
    places = np.flatnonzero(data == 0) + offsets[0]
    return np.bincount(np.searchsorted(offsets, places, "right") - 1, minlength=len(column)) > 0
