"""Campaigns: many people who send one text, or nearly the same. What `fold` has put together is counted here."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import I32, I64, Bools, strings_of
from massline.engine.character_tables import token_kinds
from massline.engine.likeness import distinct_pairs
from massline.engine.mask import mask
from massline.engine.sketch import tokens_of
from massline.engine.stored import Rows
from massline.engine.tables import CAMPAIGNS

CAMPAIGN_MESSAGES: Final = 10
"""A group with fewer messages is no campaign."""
CAMPAIGN_SENDERS: Final = 5
"""Nor is one with fewer senders: one person who writes often is one person. A message without a sender counts as
one."""
CAMPAIGN_PAIRS: Final = 20
"""Nor is a text as short as 支持 or "well done": many write it without having copied it."""


def campaigns_of(messages: Rows, cleaned: Rows, first: I32, group: I32) -> tuple[I32, pa.Table]:
    """Number of the campaign of each row (n,), -1 for none; and CAMPAIGNS, largest first.

    messages: MESSAGES, cleaned: CLEANED. first (n,): the first row with the same form. group (n,): the first row of the group
    of copies, -1 for an empty form. Memory: who, when and where of all messages in large groups.
    """
    of, number = _large_groups(group)
    rows = np.flatnonzero(of >= 0)
    rows = rows[np.argsort(of[rows], kind="stable")]
    texts, distinct = _commonest(first[rows], of[rows], number)
    facts = _facts(messages.take(rows, "sender", "time", "channel"), of[rows])
    held = (facts.column("senders").to_numpy() >= CAMPAIGN_SENDERS) & _says_enough(cleaned, texts)
    campaign = np.full(len(group), -1, np.int32)
    campaign[rows] = np.where(held, np.cumsum(held) - 1, -1)[of[rows]]
    said = messages.take(texts[held], "text").column("text").to_pylist()
    columns = {
        **{name: facts.column(name).filter(pa.array(held)) for name in facts.column_names},
        "campaign": np.arange(len(said), dtype=np.int32),
        "distinct_texts": distinct[held],
        "text": pa.array([mask(text).text for text in said], pa.large_string()),
    }
    return campaign, pa.table([columns[name] for name in CAMPAIGNS.names], schema=CAMPAIGNS)


def _large_groups(group: I32) -> tuple[npt.NDArray[np.int64], int]:
    """Of each row (n,) the number of its group among those with many messages, largest first, -1 for none; how many there
    are."""
    sizes = np.bincount(group[group >= 0], minlength=1)
    heads = np.flatnonzero(sizes >= CAMPAIGN_MESSAGES)
    heads = heads[np.argsort(-sizes[heads], kind="stable")]
    rank = np.full(len(sizes) + 1, -1, np.int64)  # the last is that of an empty form
    rank[heads] = np.arange(len(heads))
    return rank[group], len(heads)


def _commonest(texts: I32, of: I64, number: int) -> tuple[I64, I64]:
    """Of each group the text that stands most often in it, the first of equals, and how many different ones: (number,) each.
    texts, of (r,): rows of texts and their groups."""
    order = np.lexsort((texts, of))
    texts, of = texts[order], of[order]
    starts = np.flatnonzero(np.append(True, (texts[1:] != texts[:-1]) | (of[1:] != of[:-1]))[: len(texts)])
    counts = np.diff(np.append(starts, len(texts)))
    best = np.lexsort((texts[starts], -counts, of[starts]))
    distinct = np.bincount(of[starts], minlength=number)
    return texts[starts[best[np.cumsum(distinct) - distinct]]].astype(np.int64), distinct


def _facts(theirs: pa.Table, of: I64) -> pa.Table:
    """How many messages and senders, the first and the last time and the channels of each group. theirs: sender, time and
    channel of rows in the order of their groups; of (r,): the groups."""
    counted = (
        theirs.append_column("of", pa.array(of))
        .group_by("of", use_threads=False)  # threads would mix the groups
        .aggregate(
            [
                ("of", "count"),
                ("sender", "count_distinct", pc.CountOptions("only_valid")),
                ("sender", "count", pc.CountOptions("only_null")),
                ("time", "min"),
                ("time", "max"),
                ("channel", "distinct"),
            ]
        )
    )
    channels = [sorted(filter(None, some)) for some in counted.column("channel_distinct").to_pylist()]
    return pa.table(
        {
            "messages": counted.column("of_count"),
            "senders": pc.add(counted.column("sender_count_distinct"), counted.column("sender_count")),
            "first": counted.column("time_min"),
            "last": counted.column("time_max"),
            "channels": pa.array(channels, CAMPAIGNS.field("channels").type),
        }
    )


def _says_enough(cleaned: Rows, texts: I64) -> Bools:
    """Whether each of these texts (g,) has as many pairs of tokens as a campaign."""
    forms = cleaned.take(texts, "form").column("form").combine_chunks()
    tokens, starts = tokens_of(*strings_of(forms), token_kinds())
    pairs = [distinct_pairs(tokens[starts[i] : starts[i + 1]]) for i in range(len(texts))]
    return np.array(pairs, np.int64) >= CAMPAIGN_PAIRS
