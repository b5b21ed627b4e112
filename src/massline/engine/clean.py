"""One matching form of each message, and which kinds of personal data it holds. The text itself stays as it came."""

import unicodedata

import pyarrow as pa

from massline.engine.mask import mask
from massline.engine.tables import CLEANED, KINDS


def matching_form(text: str) -> str:
    """The form in which texts are compared: equal for texts that a reader takes for the same.

    NFKC, traditional to simplified (character by character), case, spaces, invisible and look-alike characters.
    Applying it twice changes nothing more.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def clean_message(title: str | None, text: str) -> tuple[str, int]:
    """Form and kinds (bit i: KINDS[i]) of one message. Personal data is left out of the form, so no later step can show it."""
    masked = mask(f"{title or ''}\n{text}")
    return matching_form(masked.text), sum(1 << KINDS.index(kind) for kind in masked.kinds)


def clean_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """MESSAGES (n rows) -> CLEANED (n rows): exactly `clean_message` of each row, compiled. A pure function."""
    rows = zip(batch.column("title").to_pylist(), batch.column("text").to_pylist(), strict=True)
    cleaned = [clean_message(title, text) for title, text in rows]
    columns = [[form for form, _ in cleaned], [kinds for _, kinds in cleaned]]
    return pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, CLEANED, strict=True)], schema=CLEANED)
