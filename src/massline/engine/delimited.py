"""Delimited text (CSV, TSV and the like) to columns: a compiled scanner that knows each row's place, whatever stands
in its cells.

RFC 4180 with the liberties that spreadsheets take: any line end, a quotation mark counts at a cell's start only, text
after a closing quotation mark belongs to the cell. Blank lines are no rows. In `.txt` files cells are separated by
`_!_` or tabs and quotation marks are plain characters.
"""

import csv
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.buffers import Bytes, Offsets, column_of
from massline.engine.encoding import Utf8Stream, encoding_of
from massline.engine.headings import KNOWN, plain_heading
from massline.engine.rejects import Reject
from massline.engine.sources import Block

I64 = npt.NDArray[np.int64]

SCAN_ROWS: Final = 65_536
LONGEST_ROW: Final = 64 << 20
"""Bytes. Memory stays bounded when a quotation mark is not closed: a longer row is rejected, reading goes on at
its next line end."""
LONGEST_HEAD: Final = 1 << 20
"""Bytes in which the first row must end."""
SEPARATORS: Final = {".tsv": ("\t",), ".txt": ("_!_", "\t")}
ANY_SEPARATOR: Final = ("_!_", ",", "\t", ";", "|")
HEADLINE_CELLS: Final = 5
"""Lines `id_!_code_!_label_!_text_!_keywords` have no headings; their columns get these:"""
HEADLINE_HEADINGS: Final = ("id", "code", "label", "text", "keywords")

QUOTE, LINE_FEED, CARRIAGE_RETURN = 0x22, 0x0A, 0x0D
OPEN: Final = -1
"""Number of cells of a row that ends with the file, inside a quoted cell."""


@dataclass(frozen=True)
class Layout:
    """How lines are cut. separator: its bytes, none when a line is one cell. quoting: whether quotation marks count."""

    separator: bytes
    quoting: bool


@dataclass(frozen=True)
class Scan:
    """Rows found in a buffer; all places are byte places in it.

    cells (r, w, 2): start and end of each wanted cell. rows (r, 2): start and end. counts (r,): number of cells
    (extra ones only when one of them is filled), or OPEN. used: bytes of the buffer that are done with.
    """

    cells: I64
    rows: I64
    counts: I64
    used: int


class Delimited:
    """A delimited file. headings: its first row, or "1", "2", ... in a file without. Raises InputError."""

    def __init__(self, path: Path, *, by_number: bool) -> None:
        """by_number: the caller maps columns by number, so a first row without any known heading is a message."""
        self._path, self._encoding = path, encoding_of(path)
        head = _head_of(Utf8Stream(path, self._encoding))
        self._layout = _layout_of(head, path.suffix.lower())
        first = _first_cells(head, self._layout)
        named = any(plain_heading(cell) in KNOWN for cell in first)
        headlines = self._layout.separator == b"_!_" and len(first) == HEADLINE_CELLS
        self._headless = not named and (by_number or headlines)
        numbers = [str(number) for number in range(1, len(first) + 1)]
        self.headings = first if not self._headless else numbers if by_number else list(HEADLINE_HEADINGS)

    def blocks(self, wanted: Mapping[str, int]) -> Iterator[Block]:
        """See Source."""
        places = sorted(set(wanted.values()))
        slots = np.full(len(self.headings), -1)
        slots[places] = np.arange(len(places))
        names = {name: places.index(place) for name, place in wanted.items()}
        yield from _Rows(Utf8Stream(self._path, self._encoding), self._layout, slots).blocks(
            names, headed=not self._headless
        )


def _head_of(stream: Utf8Stream) -> bytes:
    """The beginning of the file, from its first line that is not blank."""
    head = b""
    for block in stream.blocks():
        head += block
        if len(head) >= LONGEST_HEAD:
            break
    return head[:LONGEST_HEAD].lstrip(b"\r\n")


def _layout_of(head: bytes, suffix: str) -> Layout:
    """The separator that stands most often in the first line, outside quotation marks; the earlier one of equals."""
    line = head.split(b"\n")[0].split(b"\r")[0].decode("utf-8", "replace")
    bare = "".join(line.split('"')[::2])
    candidates = SEPARATORS.get(suffix, ANY_SEPARATOR)
    most = max(candidates, key=bare.count)
    separator = most if bare.count(most) else ""
    return Layout(separator.encode(), quoting=suffix != ".txt" and separator != "_!_")


def _first_cells(head: bytes, layout: Layout) -> list[str]:
    """The cells of the first row of the file."""
    lines = head.decode("utf-8", "replace").splitlines(keepends=True)
    if layout.quoting:
        return [cell.strip() for cell in next(csv.reader(lines, delimiter=layout.separator.decode() or ","), [])]
    line = lines[0].rstrip("\r\n") if lines else ""
    return line.split(layout.separator.decode()) if layout.separator else [line]


class _Rows:
    """The rows of one file, on their way from bytes to blocks. Counts rows and remembers where in the file the
    buffer begins."""

    def __init__(self, stream: Utf8Stream, layout: Layout, slots: I64) -> None:
        """slots (headings,): which wanted cell a column is, -1 for none."""
        self._stream, self._layout, self._slots = stream, layout, slots
        self._row, self._place, self._skipping = 0, 0, False

    def blocks(self, names: Mapping[str, int], *, headed: bool) -> Iterator[Block]:
        """names: house name -> wanted cell. headed: the first row is headings and no message."""
        rest = b""
        for part in itertools.chain(self._stream.blocks(), [None]):
            rest += self._after_skipping(part or b"")
            buffer, scanned = np.frombuffer(rest, np.uint8), SCAN_ROWS
            used = 0
            while scanned == SCAN_ROWS:
                scan = self._scan(buffer, used, final=part is None)
                scanned = len(scan.counts)
                if headed and scanned:
                    scan, headed = Scan(scan.cells[1:], scan.rows[1:], scan.counts[1:], scan.used), False
                yield self._block(buffer, scan, names, last=part is None and scan.used == len(buffer))
                used = scan.used
            self._place += used
            rest = rest[used:]
            if len(rest) > LONGEST_ROW:
                yield self._too_long(rest, names)
                rest = b""

    def _after_skipping(self, part: bytes) -> bytes:
        """What is left of a part when a row that is too long is being passed over."""
        if not self._skipping:
            return part
        line_end = part.find(b"\n")
        self._skipping = line_end < 0
        skipped = len(part) if line_end < 0 else line_end
        self._place += skipped
        return part[skipped:]

    def _too_long(self, row: bytes, names: Mapping[str, int]) -> Block:
        self._skipping = True
        self._place += len(row)
        self._row += 1
        value = row[:1000].decode("utf-8", "replace")
        none = pa.array([], pa.large_string())
        rejects = [Reject.of(self._stream.path.name, self._row, value=value, code="long_row")]
        return Block(np.empty(0, np.int64), dict.fromkeys(names, none), rejects)

    def _scan(self, buffer: Bytes, start: int, *, final: bool) -> Scan:
        separator = np.frombuffer(self._layout.separator, np.uint8)
        stops = np.isin(np.arange(256), [LINE_FEED, CARRIAGE_RETURN, *separator[:1]])
        wanted = int(self._slots.max()) + 1
        cells, rows = np.zeros((SCAN_ROWS, wanted, 2), np.int64), np.empty((SCAN_ROWS, 2), np.int64)
        counts = np.empty(SCAN_ROWS, np.int64)
        found, used = _scan_rows(
            (buffer, start, final), (separator, stops, self._layout.quoting), self._slots, (cells, rows, counts)
        )
        return Scan(cells[:found], rows[:found], counts[:found], used)

    def _block(self, buffer: Bytes, scan: Scan, names: Mapping[str, int], *, last: bool) -> Block:
        """The rows that could be cut into cells; the others become rejects. last: the file ends with these rows."""
        good = scan.counts == len(self._slots)
        rejects = [self._miscounted(buffer, scan, int(i), last=last) for i in np.flatnonzero(~good)]
        if not _is_utf8(buffer[scan.rows[0, 0] : scan.used] if len(good) else buffer[:0]):
            broken = [reject for i in np.flatnonzero(good) if (reject := self._undecodable(buffer, scan, int(i)))]
            good[[reject.row - self._row - 1 for reject in broken]] = False
            rejects = sorted(rejects + broken, key=lambda reject: reject.row)
        data, offsets = _gather(buffer, scan.cells[good], self._layout.quoting)
        columns = [column_of(data, of_slot) for of_slot in offsets]
        numbers = self._row + 1 + np.flatnonzero(good)
        self._row += len(good)
        return Block(numbers, {name: columns[slot] for name, slot in names.items()}, rejects)

    def _miscounted(self, buffer: Bytes, scan: Scan, i: int, *, last: bool) -> Reject:
        """A row with too many or too few cells, or one in which the file ends."""
        start, end = scan.rows[i]
        ends_open = last and i == len(scan.counts) - 1 and end == len(buffer) and scan.counts[i] < len(self._slots)
        value = buffer[start:end][:1000].tobytes().decode("utf-8", "replace")
        if scan.counts[i] == OPEN or ends_open:
            return Reject.of(self._stream.path.name, self._row + 1 + i, value=value, code="cut")
        return Reject.of(self._stream.path.name, self._row + 1 + i, value=value, code="cells", fact=str(scan.counts[i]))

    def _undecodable(self, buffer: Bytes, scan: Scan, i: int) -> Reject | None:
        """The reject of a row that holds bytes which are no text, with the place of the first; None for a sound row."""
        start, end = scan.rows[i]
        row = buffer[start:end].tobytes()
        try:
            row.decode()
        except UnicodeDecodeError as error:
            place = self._stream.place_in_file(self._place + int(start) + error.start)
            value = row.decode("utf-8", "replace")
            return Reject.of(self._stream.path.name, self._row + 1 + i, value=value, code="encoding", fact=str(place))
        return None


def _is_utf8(data: Bytes) -> bool:
    try:
        column_of(data, np.array([0, len(data)])).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


@nb.njit(nogil=True, cache=True)
def _scan_rows(source, layout, slots, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Fill `out` (cells, rows, counts) with the rows of the buffer from a place on. Returns how many there are and
    where they end.

    source: (buffer, start, whether nothing follows the buffer). layout: (separator, stops, quoting). A row that the
    buffer does not end is left, unless nothing follows.
    """
    data, at, final = source
    cells, rows, counts = out
    found = 0
    while found < len(counts):
        while at < len(data) and (data[at] == LINE_FEED or data[at] == CARRIAGE_RETURN):
            at += 1
        if at == len(data):
            break
        count, end, after = _scan_row(data, at, layout, slots, cells[found])
        if after < 0:  # the buffer ends before the row does
            if not final:
                break
            after = len(data)
        rows[found, 0], rows[found, 1], counts[found] = at, end, count
        found, at = found + 1, after
    return found, at


@nb.njit(nogil=True, cache=True)
def _scan_row(data, at, layout, slots, cells):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """One row from `at` on: number of cells, where it ends, where the next begins (-1: not before the buffer's end).

    Extra cells beyond the headings count only up to the last filled one.
    """
    separator, stops, quoting = layout
    cell, filled = 0, 0
    while True:
        start = at
        if quoting and at < len(data) and data[at] == QUOTE:
            at = _closing_quote(data, at + 1)
            if at < 0:
                return OPEN, len(data), -1
        at = _next_stop(data, at, separator, stops)
        if cell < len(slots) and slots[cell] >= 0:
            cells[slots[cell], 0], cells[slots[cell], 1] = start, at
        cell += 1
        if at > start or cell <= len(slots):
            filled = cell
        if at == len(data):
            return filled, at, -1
        if data[at] == LINE_FEED or data[at] == CARRIAGE_RETURN:
            return filled, at, at + 1
        at += len(separator)


@nb.njit(inline="always")
def _closing_quote(data: Bytes, at: int) -> int:
    """The place behind the quotation mark that closes a cell; -1 when there is none. Two in a row stand for one in
    the text."""
    while at < len(data):
        if data[at] == QUOTE:
            if at + 1 >= len(data) or data[at + 1] != QUOTE:
                return at + 1
            at += 1
        at += 1
    return -1


@nb.njit(nogil=True, cache=True)
def _next_stop(data: Bytes, at: int, separator: Bytes, stops: npt.NDArray[np.bool_]) -> int:
    """The next line end or whole separator. stops (256,): the bytes with which one of them begins."""
    while True:
        while at < len(data) and not stops[data[at]]:
            at += 1
        if at == len(data) or len(separator) < 2 or data[at] != separator[0]:
            return at
        matching = 1
        while matching < len(separator) and at + matching < len(data) and data[at + matching] == separator[matching]:
            matching += 1
        if matching == len(separator):
            return at
        at += 1


@nb.njit(nogil=True, cache=True)
def _gather(data: Bytes, cells: I64, quoting: bool) -> tuple[Bytes, Offsets]:
    """The bytes of cells (n, w, 2), without their quotation marks, one column after another; and offsets (w, n+1).

    Row by row, so that each part of the buffer is read once, however many columns are wanted.
    """
    n, wanted = cells.shape[:2]
    offsets, room = np.zeros((wanted, n + 1), np.int64), 0
    for slot in range(wanted):
        offsets[slot, 0] = room
        for i in range(n):
            room += cells[i, slot, 1] - cells[i, slot, 0]
    out = np.empty(room, np.uint8)
    for i in range(n):
        for slot in range(wanted):
            at, end = cells[i, slot]
            offsets[slot, i + 1] = _append_cell(data, at, end, quoting, out, offsets[slot, i])
    return out, offsets


@nb.njit(nogil=True, cache=True)
def _append_cell(  # noqa: PLR0913 - a kernel: numbers, not objects
    data: Bytes, at: int, end: int, quoting: bool, out: Bytes, put: int
) -> int:
    """Write one cell; returns where the next goes."""
    inside = quoting and at < end and data[at] == QUOTE
    at += inside
    while at < end:
        if inside and data[at] == QUOTE:  # the second of two stands for one in the text; after a single one, plain text
            at += 1
            inside = at < end and data[at] == QUOTE
            if not inside:
                continue
        out[put] = data[at]
        put, at = put + 1, at + 1
    return put
