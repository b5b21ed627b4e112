"""Times as people and systems write them, to seconds since 1970. The wall clock stays as written: no zone is
invented or applied."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.buffers import Bytes, Offsets, strings_of

READ, EMPTY, UNREADABLE, IMPOSSIBLE = 0, 1, 2, 3
"""What became of a cell. IMPOSSIBLE: on no calendar, or outside FIRST_YEAR..LAST_YEAR."""
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock without a zone, on purpose


def read_times(column: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Seconds since 1970 (n,) and state (n,) of each cell of a large_string column.

    Compiled for 2019-02-28, 2019/2/28 11:25:05, 2019.2.28T11:25:05.123+08:00 and the like; other ways of writing take
    the slow path.
    """
    seconds, states = _read_plain(*strings_of(column))
    for row in np.flatnonzero(states == UNREADABLE):
        written = _written_otherwise(column[int(row)].as_py() or "")
        if written is not None:
            states[row] = READ if FIRST_YEAR <= written.year <= LAST_YEAR else IMPOSSIBLE
            seconds[row] = (written - EPOCH) // timedelta(seconds=1)
    return seconds, states


@nb.njit(nogil=True, cache=True)
def _read_plain(data: Bytes, offsets: Offsets) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    n = len(offsets) - 1
    seconds, states = np.zeros(n, np.int64), np.full(n, UNREADABLE, np.uint8)
    parts = np.zeros(6, np.int64)  # year, month, day, hour, minute, second
    for i in range(n):
        at, end = _trimmed(data, offsets[i], offsets[i + 1])
        if at == end:
            states[i] = EMPTY
        elif _split(data, at, end, parts):
            possible = _on_a_calendar(parts)
            states[i] = READ if possible else IMPOSSIBLE
            seconds[i] = _seconds(parts) if possible else 0
    return seconds, states


@nb.njit(inline="always")
def _trimmed(data: Bytes, at: int, end: int) -> tuple[int, int]:
    while at < end and data[at] <= 0x20:
        at += 1
    while end > at and data[end - 1] <= 0x20:
        end -= 1
    return at, end


@nb.njit(cache=True)
def _split(data: Bytes, at: int, end: int, parts: npt.NDArray[np.int64]) -> bool:
    """Year to second into parts; False when the bytes follow another pattern. Hour and minute come together, or not at all."""
    parts[:] = 0
    date_mark = np.uint8(0)
    for k in range(6):
        number, digits = 0, 0
        while at < end and 0x30 <= data[at] <= 0x39 and digits < 5:
            number, digits, at = number * 10 + (data[at] - 0x30), digits + 1, at + 1
        parts[k] = number
        if not (digits == 4 if k == 0 else 1 <= digits <= 2):
            return False
        if at == end:
            return k == 2 or k >= 4
        if k == 0:
            date_mark = data[at]
        if not _may_follow(data[at], k, date_mark):
            return k >= 4 and _only_fraction_and_zone(data, at, end)
        at += 1
        while k == 2 and at < end and data[at] == 0x20:
            at += 1
    return False


@nb.njit(cache=True)
def _may_follow(mark: np.uint8, k: int, date_mark: np.uint8) -> bool:
    """Whether the mark may part number k from the next one: the same of - / . in the date, space or T, then colons."""
    if k <= 1:
        return mark == date_mark and mark in (0x2D, 0x2F, 0x2E)
    return mark in (0x20, 0x54, 0x74) if k == 2 else mark == 0x3A and k < 5


@nb.njit(cache=True)
def _only_fraction_and_zone(data: Bytes, at: int, end: int) -> bool:
    """Whether the rest is nothing but a fraction of a second and a zone: .123, Z, +08:00, +0800, +08."""
    if at < end and (data[at] == 0x2E or data[at] == 0x2C):
        at += 1
        while at < end and 0x30 <= data[at] <= 0x39:
            at += 1
    while at < end and data[at] == 0x20:
        at += 1
    if at < end and (data[at] == 0x5A or data[at] == 0x7A):
        return at + 1 == end
    if at < end and (data[at] == 0x2B or data[at] == 0x2D):
        digits = 0
        for place in range(at + 1, end):
            digits += 0x30 <= data[place] <= 0x39
        return digits in (2, 4) and end - at <= 6
    return at == end


@nb.njit(cache=True)
def _on_a_calendar(parts: npt.NDArray[np.int64]) -> bool:
    year, month, day = parts[0], parts[1], parts[2]
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and day >= 1):
        return False
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    longest = 30 if month in (4, 6, 9, 11) else 31
    if month == 2:
        longest = 29 if leap else 28
    return day <= longest and parts[3] <= 23 and parts[4] <= 59 and parts[5] <= 60


@nb.njit(cache=True)
def _seconds(parts: npt.NDArray[np.int64]) -> int:
    """Seconds since 1970-01-01. Days by Howard Hinnant's "chrono-compatible low-level date algorithms",
    days_from_civil."""
    year = parts[0] - (1 if parts[1] <= 2 else 0)
    shifted = (parts[1] + 9) % 12
    of_year = (153 * shifted + 2) // 5 + parts[2] - 1
    era_year = year % 400
    days = year // 400 * 146_097 + era_year * 365 + era_year // 4 - era_year // 100 + of_year - 719_468
    return days * 86_400 + parts[3] * 3_600 + parts[4] * 60 + parts[5]


_CHINESE = re.compile(
    r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?\s*(?:星期.|周.)?\s*(上午|早上|凌晨|中午|下午|晚上)?\s*"
    r"(?:(\d{1,2})[时点:](?:(\d{1,2})分?)?(?:[:]?(\d{1,2})秒?)?)?"
)
_HALF_DAYS = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\s*(上午|下午|AM|PM)?\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?\s*(AM|PM)?", re.I
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?")


def _written_otherwise(cell: str) -> datetime | None:
    """A time in one of the rarer ways of writing; None when it is none of them."""
    cell = cell.strip()
    for way in (_chinese, _half_days, _compact, _epoch, _mail):
        try:
            found = way(cell)
        except (ValueError, OverflowError):
            continue
        if found is not None:
            return found
    return None


def _chinese(cell: str) -> datetime | None:
    match = _CHINESE.fullmatch(cell)
    return _clock(match, half=match[4], parts=(1, 2, 3, 5, 6, 7)) if match else None


def _half_days(cell: str) -> datetime | None:
    match = _HALF_DAYS.fullmatch(cell)
    return _clock(match, half=match[4] or match[8], parts=(1, 2, 3, 5, 6, 7)) if match else None


def _compact(cell: str) -> datetime | None:
    match = _COMPACT.fullmatch(cell)
    return _clock(match, half=None, parts=(1, 2, 3, 4, 5, 6)) if match else None


def _clock(match: re.Match[str], *, half: str | None, parts: tuple[int, ...]) -> datetime:
    year, month, day, hour, minute, second = (int(match[p] or 0) for p in parts)
    if half and half.upper() in ("下午", "晚上", "PM", "中午") and 1 <= hour < 12:
        hour += 12
    elif half and half.upper() in ("上午", "AM", "凌晨") and hour == 12:
        hour = 0
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall clock


def _epoch(cell: str) -> datetime | None:
    """Seconds (10 digits) or milliseconds (13 digits) since 1970, in UTC as their definition says."""
    if not re.fullmatch(r"\d{10}|\d{13}", cell, re.ASCII):
        return None
    return EPOCH + timedelta(seconds=int(cell[:10]))


def _mail(cell: str) -> datetime | None:
    """A date as mail headers have it, or as `Tue May 05 2020 10:11:12 GMT+0000 (UTC)`."""
    script = re.fullmatch(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{4}) (\d{2}:\d{2}:\d{2})\b.*", cell)
    parts = parsedate(f"{script[2]} {script[1]} {script[3]} {script[4]}" if script else cell)
    return datetime(*parts[:6]) if parts else None  # noqa: DTZ001 - a wall clock
