"""Which texts may hold personal data at all: a compiled look over the bytes that is wrong to one side only.

Whatever `mask.find` finds, this suspects (a law test says so); what it does not suspect need not be searched with
patterns.
"""

from functools import cache
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt

from massline.engine.buffers import Bools, Bytes, Offsets, code_point
from massline.engine.character_tables import shadow_points
from massline.engine.characters import TABLE_SIZE
from massline.engine.mask import PROVINCES, SPOKEN_MAP
from massline.engine.names import ALL_CUES, COMPOUND_SURNAMES, SURNAMES

DIGIT, GAP, AT, PROVINCE, SURNAME, LATIN, FILLER, CUE_END = 1, 2, 4, 8, 16, 32, 64, 128
SHORTEST_NUMBER: Final = 7
LONGEST_FILLER: Final = 12
"""Characters between a cue and its name that do not end the wait for it."""
_NAME: Final = int.from_bytes(b"name", "big")
_TACT: Final = int.from_bytes(b"tact", "big")


def suspects(data: Bytes, offsets: Offsets) -> Bools:
    """(n,): whether each text data[offsets[i]:offsets[i+1]] may hold personal data."""
    return _suspects(data, offsets, *_tables())


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8], npt.NDArray[np.uint64]]:
    """Shadow of each code point, what it may be part of, and the last two characters of every cue (sorted)."""
    points, classes = shadow_points(), np.zeros(TABLE_SIZE, np.uint8)
    families = {
        DIGIT: "0123456789" + "".join(map(chr, SPOKEN_MAP)),
        GAP: " -.()+",
        AT: "@",
        PROVINCE: PROVINCES,
        SURNAME: "".join(SURNAMES) + "".join(surname[0] for surname in COMPOUND_SURNAMES),
        LATIN: "".join(map(chr, (*range(0x41, 0x5B), *range(0x61, 0x7B)))),
        CUE_END: "".join(cue[-1] for cue in ALL_CUES),
        FILLER: ' \t\n\r\v\f:;,、!。.…("“是为叫姓名字',
    }
    for family, letters in families.items():
        classes[[ord(letter) for letter in letters]] |= family
    cues = sorted({ord(cue[-2]) << 32 | ord(cue[-1]) for cue in ALL_CUES})
    return points, classes, np.array(cues, np.uint64)


@nb.njit(nogil=True, cache=True)
def _suspects(
    data: Bytes,
    offsets: Offsets,
    points: npt.NDArray[np.uint32],
    classes: npt.NDArray[np.uint8],
    cues: npt.NDArray[np.uint64],
) -> Bools:
    found = np.zeros(len(offsets) - 1, np.bool_)
    for i in range(len(found)):
        found[i] = _is_suspect(data, offsets[i : i + 2], points, classes, cues)
    return found


@nb.njit(nogil=True, cache=True)
def _is_suspect(
    data: Bytes,
    bounds: Offsets,
    points: npt.NDArray[np.uint32],
    classes: npt.NDArray[np.uint8],
    cues: npt.NDArray[np.uint64],
) -> bool:
    """digits: in the present number. before: the character before. wait: characters for which a cue still waits
    for its name."""
    at, digits, before, wait, word = bounds[0], 0, np.uint64(0), 0, np.uint64(0)
    while at < bounds[1]:
        point, at = code_point(data, at)
        shadow = np.uint64(points[point] if point < TABLE_SIZE else 0)
        if shadow == 0:
            continue
        kind = classes[shadow]
        digits = digits + 1 if kind & DIGIT else digits * (kind & GAP != 0)
        word = (word << np.uint64(8) | shadow) & np.uint64(0xFFFFFFFF)
        if kind & AT or digits >= SHORTEST_NUMBER or (kind & SURNAME and wait) or word in (_NAME, _TACT):
            return True
        if kind & LATIN and classes[before] & PROVINCE:
            return True
        wait = max(0, wait - 1) if kind & FILLER else 0
        if kind & CUE_END and _holds(cues, before << np.uint64(32) | shadow):
            wait = LONGEST_FILLER
        before = shadow
    return False


@nb.njit(inline="always")
def _holds(ordered: npt.NDArray[np.uint64], value: np.uint64) -> bool:
    where = np.searchsorted(ordered, value)
    return bool(where < len(ordered) and ordered[where] == value)
