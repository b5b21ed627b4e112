"""The border: Arrow schemas of what `massline opinion` writes."""

from typing import Final

import pyarrow as pa

VOTES: Final = pa.schema(
    [
        pa.field("participant", pa.string(), nullable=False),
        pa.field("statement", pa.string(), nullable=False),
        pa.field("vote", pa.int8(), nullable=False),  # 1 agree, -1 disagree, 0 pass
        pa.field("time", pa.int64()),  # milliseconds since 1970, null when the source has none
    ]
)
"""votes.parquet: the last vote of each person on each statement. Read again, it gives the same result."""

FATES: Final = ("placed", "unsure", "too_few", "no_groups")
"""Where a person ended: in a group; in the likeliest group, which is not likely enough; without enough votes; no groups
were found."""

PARTICIPANTS: Final = pa.schema(
    [
        pa.field("participant", pa.string(), nullable=False),
        pa.field("group", pa.int32()),
        pa.field("x", pa.float64(), nullable=False),
        pa.field("y", pa.float64(), nullable=False),
        pa.field("votes", pa.int64(), nullable=False),
        pa.field("fate", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("chance", pa.float64()),  # of the group; null where the method gives none
        pa.field("flood", pa.int32()),  # number of the flood in which this person voted, null for none
        pa.field("weight", pa.float64()),  # how much this person counts in the corrected figures; null without margins
    ]
)
"""participants.parquet, in the natural order of the ids."""

MARGINS: Final = pa.schema(
    [
        pa.field("variable", pa.string(), nullable=False),
        pa.field("category", pa.string(), nullable=False),
        pa.field("share", pa.float64(), nullable=False),  # of the people at large
        pa.field("raw", pa.float64()),  # of the voters who are in a group that is counted
        pa.field("corrected", pa.float64()),  # the same with their weights
        pa.field("fate", pa.string(), nullable=False),  # counted, too_few (fewer than ten voters), nobody
    ]
)
"""margins.parquet, in the order of the margins' file; no rows when no margins were given."""


def _corrected(*names: str) -> list[pa.Field]:
    """Corrected shares with their 95 % intervals; null without margins, and where fewer than ten people stand behind one."""
    return [pa.field(f"{name}_corrected{end}", pa.float64()) for name in names for end in ("", "_low", "_high")]


MARKS: Final = pa.struct(
    [
        pa.field("statement", pa.string(), nullable=False),
        pa.field("side", pa.string(), nullable=False),  # agree or disagree
        pa.field("votes", pa.int64(), nullable=False),  # of the group on this side
        pa.field("of", pa.int64(), nullable=False),  # all votes of the group on it
        pa.field("rate", pa.float64(), nullable=False),  # votes / of
        pa.field("low", pa.float64(), nullable=False),
        pa.field("high", pa.float64(), nullable=False),
        pa.field("contrast", pa.float64(), nullable=False),  # smoothed rate over the smoothed rate of all other groups
        pa.field("rate_test", pa.float64(), nullable=False),
        pa.field("contrast_test", pa.float64(), nullable=False),
        pa.field("best_agree", pa.bool_(), nullable=False),
        pa.field("stays", pa.float64()),  # share of resamplings in which it still marks the group
    ]
)

GROUPS: Final = pa.schema(
    [
        pa.field("group", pa.int32(), nullable=False),
        pa.field("participants", pa.int64(), nullable=False),
        pa.field("unsure", pa.int64(), nullable=False),  # of them
        pa.field("share", pa.float64(), nullable=False),  # of all people with a group
        *_corrected("share"),
        pa.field("x", pa.float64(), nullable=False),
        pa.field("y", pa.float64(), nullable=False),
        pa.field(
            "stays", pa.float64()
        ),  # share of its people who stay when the groups are found again in resampled people
        pa.field("marks", pa.list_(MARKS), nullable=False),
    ]
)
"""groups.parquet, by number; no rows when no groups were found."""

BY_GROUP: Final = pa.struct(
    [
        pa.field("group", pa.int32(), nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in ("agree", "disagree", "pass")),
        *(
            pa.field(f"{side}_{figure}", pa.float64())
            for side in ("agree", "disagree")
            for figure in ("rate", "low", "high")
        ),
        *_corrected("agree", "disagree"),
    ]
)
"""Rates are shares of all votes of the group on the statement, passes too; low and high are Wilson's 95 % interval;
null without votes."""

STATEMENTS: Final = pa.schema(
    [
        pa.field("statement", pa.string(), nullable=False),
        pa.field("text", pa.string()),
        pa.field("moderated", pa.int8(), nullable=False),  # 1 in, 0 undecided, -1 out
        pa.field("meta", pa.bool_(), nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in ("agree", "disagree", "pass")),
        pa.field("groups", pa.list_(BY_GROUP), nullable=False),
        pa.field("consensus", pa.float64()),  # lowest rate among the groups, on the side where it is highest
        pa.field("consensus_low", pa.float64()),
        pa.field("consensus_high", pa.float64()),
        pa.field("consensus_side", pa.string()),
        pa.field("bridging", pa.float64()),
        pa.field("bridging_rank", pa.int32()),  # 1 bridges most; null for statements that are out
        pa.field("representative_for", pa.list_(pa.int32()), nullable=False),
        pa.field(
            "majority", pa.string()
        ),  # agree or disagree: among the statements that most people share (Polis' consensus)
        pa.field("group_informed_consensus", pa.float64()),
        pa.field("extremity", pa.float64(), nullable=False),  # how far the statement lies out on the map
        pa.field("priority", pa.float64(), nullable=False),  # Polis' weight for being shown next
        *(pa.field(f"{name}_without_floods", pa.int64(), nullable=False) for name in ("agree", "disagree", "pass")),
        pa.field("consensus_without_floods", pa.float64()),
        *_corrected("agree", "disagree", "consensus"),
        pa.field("consensus_corrected_side", pa.string()),
    ]
)
"""statements.parquet, in the natural order of the ids; statements that nobody saw stand with zeros."""
