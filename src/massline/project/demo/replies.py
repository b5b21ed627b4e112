"""What bodies of the county answer in the demo: good replies for many matters, and a few empty ones, read from replies.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class MadeUpReply:
    """One reply. matter: key of the Matter that it answers, "" when it would fit any (and so answers none).

    good: it says what was found, what will be done and by when.
    """

    matter: str
    text: str
    good: bool


REPLIES: Final[tuple[MadeUpReply, ...]] = tuple(
    MadeUpReply(row["matter"], row["text"], row.get("good", True))
    for row in tomllib.loads(files(__package__).joinpath("replies.toml").read_text("utf-8"))["reply"]
)
"""All replies, in the order of the file; the empty ones last."""
