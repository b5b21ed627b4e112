"""How sure a share is."""

from math import sqrt
from typing import Final

Z95: Final = 1.959963984540054
"""Normal quantile of a two-sided interval of 95 %."""


def likely(part: float, whole: float) -> tuple[float, float]:
    """Low and high end of Wilson's 95 % interval of part / whole; 0 to 1 where there is no whole. Honest for few as well.

    Source: E. B. Wilson, Probable inference, J. Am. Stat. Assoc. 22 (1927) 209-212."""
    if whole <= 0:
        return 0.0, 1.0
    share, spread = part / whole, Z95 * Z95 / whole
    middle, half = share + spread / 2, Z95 * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return max(0.0, min(share, low)), min(1.0, max(share, high))  # of 0 and of all the last bit of a float is wrong
