"""The border of the engine: Arrow schemas of what goes from step to step and of what lies in the output folder.

Rows keep the order of the input through every step, so a message is known by its row number inside the engine and by
its id outside. No schema has a column for a person: `sender` is a keyed 64-bit hash made while reading, good for
counting distinct senders and nothing else.
"""

from typing import Final

import pyarrow as pa

from massline.engine.mask import MARKS

MESSAGES: Final = pa.schema(
    [
        pa.field("id", pa.large_string(), nullable=False),
        pa.field("title", pa.large_string()),
        pa.field("text", pa.large_string(), nullable=False),
        pa.field("time", pa.timestamp("s")),  # as written by the source; no zone is invented
        pa.field("channel", pa.large_string()),
        pa.field("area", pa.large_string()),
        pa.field("sender", pa.uint64()),
        pa.field("age", pa.large_string()),
        pa.field("sex", pa.large_string()),
        pa.field("residence", pa.large_string()),
    ]
)
"""What `read` gives: accepted rows, in the order of the files."""

CLEANED: Final = pa.schema(
    [
        pa.field("form", pa.large_string(), nullable=False),  # title and text in one matching form
        pa.field("kinds", pa.uint16(), nullable=False),  # bit i: KINDS[i] was found
    ]
)
"""What `clean` adds, row by row."""

KINDS: Final = tuple(MARKS)
"""Kinds of personal data that `clean` masks."""

FATES: Final = ("placed", "not_placed", "too_short", "copy", "removed")
"""Where a message ended. Every accepted message has exactly one fate."""
PLACED, NOT_PLACED, TOO_SHORT, COPY, REMOVED = range(len(FATES))

GROUPS: Final = ("age", "sex", "residence")
"""Coarse demographic columns: optional, and used as counts only."""

OUT_MESSAGES: Final = pa.schema(
    [
        pa.field("id", pa.large_string(), nullable=False),
        pa.field("fate", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("copy_of", pa.large_string()),
        pa.field("campaign", pa.int32()),
        pa.field("theme", pa.int32()),
        pa.field("theme_path", pa.list_(pa.int32())),
        pa.field("similarity", pa.float32()),
        pa.field("probability", pa.float32()),  # that the teacher would place it so; null without a teacher
        pa.field("masked", pa.list_(pa.string())),
    ]
)
"""messages.parquet. A copy carries its original's theme; its fate stays `copy`."""

THEMES: Final = pa.schema(
    [
        pa.field("theme", pa.int32(), nullable=False),
        pa.field("parent", pa.int32()),
        pa.field("grain", pa.int8(), nullable=False),  # 0 is the coarsest
        pa.field("label", pa.string(), nullable=False),
        pa.field("keywords", pa.list_(pa.string()), nullable=False),
        pa.field("messages", pa.int64(), nullable=False),  # copies counted
        pa.field("senders", pa.int64(), nullable=False),  # distinct; each message without a sender counts as one
        pa.field("share_raw", pa.float64(), nullable=False),
        pa.field("share_corrected", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("typical", pa.list_(pa.large_string()), nullable=False),
        pa.field("dissenting", pa.list_(pa.large_string()), nullable=False),
        pa.field("minority", pa.bool_(), nullable=False),
        pa.field("messages_for", pa.int64(), nullable=False),  # that say so in plain words; copies counted
        pa.field("messages_against", pa.int64(), nullable=False),
        pa.field("asks_for", pa.list_(pa.large_string()), nullable=False),
        pa.field("asks_against", pa.list_(pa.large_string()), nullable=False),
        pa.field("distinct_texts", pa.int64(), nullable=False),  # copies and near copies not counted
        pa.field("stability", pa.float32()),  # how surely it comes again in halves of the sample, 0 to 1
    ]
)
"""themes.parquet, coarse to fine."""

CAMPAIGNS: Final = pa.schema(
    [
        pa.field("campaign", pa.int32(), nullable=False),
        pa.field("messages", pa.int64(), nullable=False),
        pa.field("distinct_texts", pa.int64(), nullable=False),
        pa.field("senders", pa.int64(), nullable=False),
        pa.field("first", pa.timestamp("s")),
        pa.field("last", pa.timestamp("s")),
        pa.field("channels", pa.list_(pa.string()), nullable=False),
        pa.field("text", pa.large_string(), nullable=False),  # masked
    ]
)
"""campaigns.parquet, largest first."""

REJECT_COLUMNS: Final = ("file", "row", "column", "value", "reason")
"""rejects.csv."""
