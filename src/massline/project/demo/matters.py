"""What the county's residents speak of: matters, their weights and their phrases, read from the .toml files beside.

A phrase is written with alternatives in square brackets and slots in braces: "{place}的路灯[坏了|不亮了]".
`compile_phrase` turns it into a row of choices, so that making a text is a handful of look-ups.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

_MOST_OPTIONS: Final = 32

Choices = tuple[tuple[str, ...], ...]
"""One text: from each inner tuple one option, joined."""

_PART: Final = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}|([^\[\]{}|]+)")
_SLOT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter. department: key in county.DEPARTMENTS. where: "rural", "urban" or "" for both.

    surge: first day, number of days, by how much it is spoken of more then.
    """

    key: str
    department: str
    zh: str
    en: str
    weight: int
    where: str
    surge: tuple[int, int, int] | None
    say: tuple[str, ...]
    more: tuple[str, ...]
    ask: tuple[str, ...]
    but: tuple[str, ...]
    en_say: tuple[str, ...]
    en_ask: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One campaign: the text that many people send, from the first to the last day, by these channels."""

    key: str
    matter: str
    days: tuple[int, int]
    weight: int
    channels: tuple[str, ...]
    text: str
    language: str


@cache
def matters() -> tuple[Matter, ...]:
    """All matters, by department and in the order of the files."""
    found = []
    for path in sorted(files(__package__).joinpath("matters").iterdir(), key=lambda entry: entry.name):
        department = path.name.removesuffix(".toml")
        for row in tomllib.loads(path.read_text("utf-8"))["matter"]:
            found.append(_matter(row, department))
    return tuple(found)


def _matter(row: Mapping[str, Any], department: str) -> Matter:
    surge = row.get("surge")
    return Matter(
        row["key"],
        department,
        row["zh"],
        row["en"],
        row["weight"],
        row.get("where", ""),
        (surge[0], surge[1], surge[2]) if surge else None,
        *(tuple(row.get(name, ())) for name in ("say", "more", "ask", "but", "en_say", "en_ask")),
    )


@cache
def campaigns() -> tuple[Template, ...]:
    """All campaigns."""
    rows = tomllib.loads(files(__package__).joinpath("campaigns.toml").read_text("utf-8"))["campaign"]
    return tuple(
        Template(
            row["key"],
            row["matter"],
            (row["days"][0], row["days"][1]),
            row["weight"],
            tuple(row["channels"]),
            row["text"],
            row.get("language", "zh"),
        )
        for row in rows
    )


@cache
def speech(language: str) -> Mapping[str, tuple[str, ...]]:
    """Openings, closings and words for the slots. language: "zh" or "en"."""
    rows = tomllib.loads(files(__package__).joinpath("speech.toml").read_text("utf-8"))[language]
    return {name: tuple(phrases) for name, phrases in rows.items()}


def compile_phrase(phrase: str, words: Mapping[str, tuple[str, ...]]) -> Choices:
    """Turn a phrase into choices. words: slot -> its options.

    Raises ValueError for a stray bracket, KeyError for an unknown slot.
    """
    parts: list[tuple[str, ...]] = []
    end = 0
    for match in _PART.finditer(phrase):
        if match.start() != end:
            break
        end = match.end()
        alternatives, slot, literal = match.groups()
        if slot:
            parts.append(words[slot])
        else:
            parts.append((literal,) if literal else _alternatives(alternatives, words))
    if end != len(phrase):
        raise ValueError(f"phrase {phrase!r}: stray bracket at or after character {end}; write [a|b] and {{slot}}")
    return _merged(parts)


def _merged(parts: list[tuple[str, ...]]) -> Choices:
    """The same texts in the same proportions from fewer choices: neighbours are multiplied out up to 32 options."""
    merged: list[tuple[str, ...]] = []
    for options in parts:
        if merged and len(merged[-1]) * len(options) <= _MOST_OPTIONS:
            merged[-1] = tuple(first + second for first in merged[-1] for second in options)
        else:
            merged.append(options)
    return tuple(merged)


def _alternatives(text: str, words: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Options of "a|b {slot}", each alternative as often as the others, whatever its slot offers."""
    expanded = [_fill(option, words) for option in text.split("|")]
    most = max(map(len, expanded))
    return tuple(options[i % len(options)] for options in expanded for i in range(most))


def _fill(option: str, words: Mapping[str, tuple[str, ...]]) -> list[str]:
    slot = _SLOT.search(option)
    if slot is None:
        return [option]
    return [filled for word in words[slot[1]] for filled in _fill(option.replace(slot[0], word, 1), words)]
