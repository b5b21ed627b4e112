"""Who asks for a thing and who asks against it, where the text itself says so. Vectors do not tell: both speak of one matter.

Only plain words of one's own stand count (坚决反对…, 我们支持…, "I oppose"); the support that an office is asked for is no side.
Nobody's mood is judged, and whoever says both, or neither, is on no side.
"""

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import F32, I32, I64

Sides = npt.NDArray[np.int8]

FOR, AGAINST, NEITHER = 1, -1, 0

START: Final = r"(?:^|[,.。!?;:、\s])"
STRESS: Final = r"(?:我|我们|本人|坚决|非常|完全|十分|强烈|表示|一致|全力|极力|双手|都)"
NEW: Final = r"(?:在|把|将|对|修建|建设|新建|设立|取消|拆除|保留|继续|实行|推行|禁止|限制|这|该|此)"
PRO: Final = r"(?:支持|赞成|赞同|同意|拥护)"
CONTRA: Final = r"(?:反对|抵制|不同意|不赞成|不赞同|不支持)"

SAYS_FOR: Final = (
    f"{STRESS}{PRO}|{START}{PRO}{NEW}|"
    r"\b(?:i|we|strongly|fully|also) (?:support|favou?r|agree with)\b|\bin favou?r of\b|\bi am for\b"
)
SAYS_AGAINST: Final = (
    f"{STRESS}{CONTRA}|{START}{CONTRA}|{CONTRA}{NEW}|"
    r"\b(?:i|we|strongly|also) (?:oppose|object to|disagree with)\b|\b(?:am|are|is) (?:strongly )?against\b|"
    r"\b(?:do not|don't|cannot|can't) support\b"
)

QUOTED: Final = 5


def sides_of(forms: pa.Array) -> Sides:
    """The side of each message, (n,): FOR, AGAINST or NEITHER. 1,000,000 forms of 40 signs: 2 s."""
    pro, contra = (
        pc.match_substring_regex(forms, pattern).fill_null(False).to_numpy(zero_copy_only=False)
        for pattern in (SAYS_FOR, SAYS_AGAINST)
    )
    return np.where(pro & ~contra, FOR, np.where(contra & ~pro, AGAINST, NEITHER)).astype(np.int8)


def count_sides(sides: Sides, themes: I32, stands_for: I64, parents: I32) -> I64:
    """How many messages of each theme ask for and against, (t, 2), copies counted. sides, themes (n,): -1 for none;
    stands_for (n,): messages a row stands for."""
    counts = np.zeros((len(parents), 2), np.int64)
    for column, side in enumerate((FOR, AGAINST)):
        rows = np.flatnonzero((sides == side) & (themes >= 0))
        np.add.at(counts[:, column], themes[rows], stands_for[rows])
    for fine in np.flatnonzero(parents >= 0):
        counts[parents[fine]] += counts[fine]
    return counts


def quote_side(side: int, sides: Sides, themes: I32, similarity: F32, parents: I32) -> list[I64]:
    """Rows of up to QUOTED messages of one side of each theme, those in its middle first."""
    rows = np.flatnonzero((sides == side) & (themes >= 0))
    rows = rows[np.lexsort((rows, -similarity[rows]))]
    homes = np.where(parents < 0, np.arange(len(parents)), parents)
    fine, coarse = (_first_of_each(rows, where, len(parents)) for where in (themes[rows], homes[themes[rows]]))
    return [coarse[theme] if parents[theme] < 0 else fine[theme] for theme in range(len(parents))]


def _first_of_each(rows: I64, themes: npt.NDArray[np.integer], number: int) -> list[I64]:
    """Up to QUOTED rows of each of so many themes, in the order in which they stand. rows, themes (n,)."""
    order = np.argsort(themes, kind="stable")
    starts = np.searchsorted(themes[order], np.arange(number + 1))
    return [rows[order[start : min(end, start + QUOTED)]] for start, end in pairwise(starts.tolist())]
