"""A count of successes in, the range its true share lies in out."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z_95 = 1.959963984540054
"""Standard normal quantile at 97.5 %: two-sided 95 %."""


class Interval(NamedTuple):
    """A closed range of shares, 0…1."""

    low: float
    high: float


def wilson_interval(successes: int, n: int, z: float = Z_95) -> Interval:
    """Score interval for a share (Wilson, 1927): sound near 0 and 1, where models live.

    Parameters
    ----------
    successes, n : int
        How many of how many trials went well; without trials everything is possible, (0, 1).
    z : float
        Standard normal quantile; the default gives 95 %.

    Examples
    --------
    >>> low, high = wilson_interval(9965, 10_000)
    >>> f"{low:.4f} {high:.4f}"
    '0.9951 0.9975'
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} trials: no such count")
    if n == 0:
        return Interval(0.0, 1.0)
    share = successes / n
    middle = share + z * z / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Interval(max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))
