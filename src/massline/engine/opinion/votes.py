"""The sparse vote matrix: who said what to which statement, by person. Memory grows with the votes, not with people x
statements."""

from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

AGREE: Final = 1
DISAGREE: Final = -1
PASS: Final = 0
WITHDRAWN: Final = 2
"""A vote taken back: the statement counts as unseen by this person."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes of n people on m statements, the last vote of each person on each statement.

    people (n,), statements (m,): ids in natural order (9 before 10). starts (n+1,): row i is starts[i]:starts[i+1] of the arrays
    below, by statement. columns (v,): statement. values (v,): AGREE, DISAGREE or PASS. times (v,): milliseconds since
    1970, or None when the source has no times. changed, withdrawn: votes that were replaced or taken back later.
    """

    people: pa.Array
    statements: pa.Array
    starts: I64
    columns: I32
    values: I8
    times: I64 | None
    changed: int = 0
    withdrawn: int = 0

    @property
    def per_person(self) -> I64:
        """Votes of each person (n,)."""
        return np.diff(self.starts)

    def of_people(self, wanted: Bools) -> "Votes":
        """The votes of some people (n,) only; statements stay as they are."""
        keep = np.repeat(wanted, self.per_person)
        starts = np.concatenate([[0], np.cumsum(self.per_person[wanted])])
        times = None if self.times is None else self.times[keep]
        return Votes(
            self.people.filter(pa.array(wanted)), self.statements, starts, self.columns[keep], self.values[keep], times
        )

    def on_statements(self, wanted: Bools) -> "Votes":
        """The votes on some statements (m,) only, renumbered; people stay, also those without votes left."""
        keep = wanted[self.columns]
        number = (np.cumsum(wanted) - 1).astype(np.int32)
        kept = np.concatenate([[0], np.cumsum(keep)])
        times = None if self.times is None else self.times[keep]
        columns = number[self.columns[keep]]
        return Votes(
            self.people, self.statements.filter(pa.array(wanted)), kept[self.starts], columns, self.values[keep], times
        )


def collect(people: pa.Array, statements: pa.Array, values: I8, *, times: I64 | None) -> Votes:
    """Votes as they came, one a row (v,), to the matrix. people, statements: ids as strings. values: also WITHDRAWN.

    The latest vote of a person on a statement counts. Two different votes at the same time count as a pass, so that the
    order of the rows changes nothing; without times the order of the rows is the order of the votes. Cost: sorting
    inside each person's votes.
    """
    person, person_ids = _numbered(people)
    statement, statement_ids = _numbered(statements)
    moments = np.arange(len(values)) if times is None else times
    order, starts = _by_person(person, len(person_ids))
    columns, kept_values, kept_times = statement[order], values[order], moments[order]
    lengths, changed, withdrawn = _last_votes(starts, columns, kept_values, kept_times)
    keep = _kept(starts, lengths, len(columns))
    return Votes(
        person_ids,
        statement_ids,
        np.concatenate([[0], np.cumsum(lengths)]),
        columns[keep],
        kept_values[keep],
        None if times is None else kept_times[keep],
        int(changed),
        int(withdrawn),
    )


def _numbered(ids: pa.Array) -> tuple[I32, pa.Array]:
    """Number of each id (v,) and the ids in natural order."""
    encoded = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
    names = encoded.dictionary
    order = natural_order(names)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[encoded.indices.to_numpy()], names.take(pa.array(order)).cast(pa.string())


def natural_order(ids: pa.Array) -> I64:
    """The order of ids as people sort them: numbers by value, then all else by letter."""
    texts = ids.to_pylist()
    if all(text.isdecimal() and len(text) < 18 for text in texts):
        return np.lexsort([np.array(texts, dtype=object).astype(str), np.array(texts, dtype=object).astype(np.int64)])
    keys = [(0, int(text), text) if text.isdecimal() else (1, 0, text) for text in texts]
    return np.array(sorted(range(len(texts)), key=keys.__getitem__), np.int64)


def by_time(times: I64) -> I64:
    """Places of the votes in the order of their times (v,), those of one time as they stand.

    Time and place in one number are sorted many times as fast as places by time; where both do not fit into 63 bits, places are.
    """
    places = np.arange(len(times))
    if len(times) == 0:
        return places
    first, bits = int(times.min()), len(times).bit_length()
    if (int(times.max()) - first) >> (63 - bits):
        return np.argsort(times, kind="stable")
    return np.sort((times - first) << bits | places) & ((1 << bits) - 1)


@nb.njit(nogil=True, cache=True)
def _by_person(person: I32, people: int) -> tuple[I64, I64]:
    """Places of the votes in the order of their people (v,), stable, and where each person's votes begin (n+1,)."""
    starts = np.zeros(people + 1, np.int64)
    for one in person:
        starts[one + 1] += 1
    for one in range(people):
        starts[one + 1] += starts[one]
    at, order = starts[:-1].copy(), np.empty(len(person), np.int64)
    for place in range(len(person)):
        order[at[person[place]]] = place
        at[person[place]] += 1
    return order, starts


@nb.njit(nogil=True, cache=True)
def _last_votes(starts: I64, columns: I32, values: I8, times: I64) -> tuple[I64, int, int]:
    """Sort each person's votes by statement and time, in place, and move the last on each statement to the front of the row.

    Returns how many stay in each row (n,), how many were replaced and how many taken back.
    """
    lengths, changed, withdrawn = np.empty(len(starts) - 1, np.int64), 0, 0
    for row in range(len(starts) - 1):
        start, end = starts[row], starts[row + 1]
        _sort_row(columns[start:end], values[start:end], times[start:end])
        put = start
        for at in range(start, end):
            if at + 1 < end and columns[at + 1] == columns[at]:
                changed += 1
                if times[at + 1] == times[at] and values[at + 1] != values[at]:
                    values[at + 1] = PASS
            elif values[at] == WITHDRAWN:
                withdrawn += 1
            else:
                columns[put], values[put], times[put] = columns[at], values[at], times[at]
                put += 1
        lengths[row] = put - start
    return lengths, changed, withdrawn


@nb.njit(nogil=True, cache=True)
def _sort_row(columns: I32, values: I8, times: I64) -> None:
    """One person's votes by statement, then by time, in place."""
    if len(columns) > 256:
        by_time = np.argsort(times, kind="mergesort")
        order = by_time[np.argsort(columns[by_time], kind="mergesort")]
        columns[:], values[:], times[:] = columns[order], values[order], times[order]
        return
    for at in range(1, len(columns)):
        column, value, time = columns[at], values[at], times[at]
        to = at
        while to > 0 and (columns[to - 1] > column or (columns[to - 1] == column and times[to - 1] > time)):
            columns[to], values[to], times[to] = columns[to - 1], values[to - 1], times[to - 1]
            to -= 1
        columns[to], values[to], times[to] = column, value, time


@nb.njit(nogil=True, cache=True)
def _kept(starts: I64, lengths: I64, votes: int) -> Bools:
    """Which votes (v,) stand at the front of their rows."""
    keep = np.zeros(votes, np.bool_)
    for row in range(len(lengths)):
        keep[starts[row] : starts[row] + lengths[row]] = True
    return keep
