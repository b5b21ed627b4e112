"""What the rates mean. Source: docs/rules/rates.md."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

from massline.engine.shares import likely


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with the number of answers behind it. `value` and `interval` are None where nobody answered: that is not zero."""

    yes: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.yes <= self.n:
            raise ValueError(f"{self.yes} of {self.n} is no share.")

    @property
    def value(self) -> float | None:
        return self.yes / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval: honest for few answers too."""
        return likely(self.yes, self.n) if self.n else None

    @property
    def low_percent(self) -> int | None:
        """The interval's lower end in whole percent, rounded outwards: what is shown promises no more than is known."""
        return floor(100 * self.interval[0]) if self.interval else None

    @property
    def high_percent(self) -> int | None:
        """The interval's upper end in whole percent, rounded outwards."""
        return ceil(100 * self.interval[1]) if self.interval else None


@dataclass(frozen=True, slots=True)
class BodyRates:
    """The three rates of one body."""

    response: Rate  # turns answered by their day, of turns that are answered or whose day has passed
    resolution: Rate  # "solved", of the ratings that its replies got
    satisfaction: Rate  # "satisfied", of the ratings that said


@dataclass(frozen=True, slots=True)
class HandOvers:
    """How cases went from and to one body: forth for a reason, back for lack of means. Source: docs/rules/rates.md, T8."""

    passed: Rate  # of the cases that left its hands, by a reply or to another body, those that went to another body
    out: int  # it handed over
    got: int  # it was handed
    sent_back: int  # of those that it was handed, back to who had sent them: the means were missing
    came_back: int  # of those that it handed over, for the same reason
    often: int  # cases it has, or had, that were handed over more than once
    longest: int  # the most hand-overs that one of its cases went through


class RatedBefore(ValueError):
    """This writer has rated this reply already."""


ALIKE = ("0DQ8", "1T7", "2Z7", "5S6", "6GB8", "8B3", "4AH", "9GQP", "VYW", "CG", "EF", "MNH", "KXR", "JT", "PR")
"""Characters of a receipt code that people mistake for each other, in print, in handwriting and on the telephone."""


def suspects(code: str, fits: Callable[[str], bool]) -> list[int]:
    """Places of a mistyped code where a character that looks or sounds alike would mend it, or where two changed places.

    code: all characters allowed, the check character does not fit. fits: whether a code's check character fits.
    Empty where no such slip explains it. It tells nothing about which codes were given out: any code can be mended."""
    found = {place for place, letter in enumerate(code) for other in _alike(letter) if fits(_with(code, place, other))}
    for place in range(len(code) - 1):
        if fits(_with(_with(code, place, code[place + 1]), place + 1, code[place])):
            found |= {place, place + 1}
    return sorted(found)


def _alike(letter: str) -> set[str]:
    return {other for group in ALIKE if letter in group for other in group} - {letter}


def _with(code: str, place: int, letter: str) -> str:
    return code[:place] + letter + code[place + 1 :]
