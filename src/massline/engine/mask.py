"""Personal data in a text: found and replaced by a mark that says its kind. The reader keeps the sense, nobody keeps the number."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that may be shown, and the kinds that were masked in it (names of KINDS, in that order)."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Replace personal data by marks like 〔手机号〕 (or [mobile number] in a text without Chinese).

    All else stays as it came, so masking twice changes nothing more.
    """
    shown = re.sub(r"(?<!\d)1[3-9]\d{9}(?!\d)", "〔手机号〕", text)
    return Masked(shown, ("mobile",) if shown != text else ())
