"""What bodies of the county answer in the demo: good replies for many matters, and a few empty ones, read from replies.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
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

_WRITTEN: Final = date(2026, 3, 20)  # the day on which the file's replies were given: their dates count from it


def dated(text: str, day: date) -> str:
    """A reply of the file as it would read on another day: every date in it keeps its distance to the day of the reply."""

    def days(match: re.Match[str]) -> str:
        said = _WRITTEN.replace(month=int(match[1] or _WRITTEN.month), day=int(match[2]))
        moved = day + (said - _WRITTEN)
        return f"{moved.month}月{moved.day}日"

    def months(match: re.Match[str]) -> str:
        return f"{(int(match[1]) + day.month - _WRITTEN.month - 1) % 12 + 1}月"

    parts = re.split(
        r"((?:\d{1,2}月)?\d{1,2}日)", text
    )  # odd ones are days; months without a day stand in the even ones
    parts[1::2] = [re.sub(r"(?:(\d+)月)?(\d+)日", days, part) for part in parts[1::2]]
    parts[::2] = [re.sub(r"(\d{1,2})月", months, part) for part in parts[::2]]
    return "".join(parts)
