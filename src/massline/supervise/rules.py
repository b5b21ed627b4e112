"""What the rates mean. Source: docs/rules/rates.md."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # 95 %


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
        """Wilson's 95 % interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927): honest for few answers too."""
        if not self.n:
            return None
        share, spread = self.yes / self.n, Z * Z / self.n
        middle, half = share + spread / 2, Z * sqrt(share * (1 - share) / self.n + spread / (4 * self.n))
        return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


@dataclass(frozen=True, slots=True)
class BodyRates:
    """The three rates of one body."""

    response: Rate  # turns answered by their day, of turns that are answered or whose day has passed
    resolution: Rate  # "solved", of the ratings that its replies got
    satisfaction: Rate  # "satisfied", of the ratings that said


class RatedBefore(ValueError):
    """This writer has rated this reply already."""
