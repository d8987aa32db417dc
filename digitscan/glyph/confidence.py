"""What speaks for a value in, the probability that it is right out.

The search weighs the readings of a field against one another; a classifier that is sure of itself
makes it sure of itself. What that was worth on labelled pages of people that no model was trained
on is in the calibration.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from digitscan.glyph.calibration import Calibration
from digitscan.values import Evidence

TORN = 0.5
"""What is left of the confidence where a side of the field cuts through ink."""
ODDEST = 1.4
"""A value with an odder digit than this is doubted, whatever else speaks for it."""
LIKELIEST, EVEN_ODDS = 1.4, 0.5
"""A value is no likelier to be right than so many times its share of all mass, or even odds."""
EVEN = 1.3
"""The highest digit of a number is up to so many times as high as the lowest."""
NEAREST = 1e-6
"""Probabilities are not believed to be nearer to 0 or 1 than this."""


def confidence_of(evidence: Evidence, calibration: Calibration) -> float:
    """Probability that the value is right, calibrated on labelled pages."""
    measures = zip(calibration.weights, measures_of(evidence), strict=True)
    odds = calibration.bias + sum(weight * measure for weight, measure in measures)
    digit, rival = evidence.pair
    odds += calibration.pairs[digit][rival]
    most = math.exp(min(ODDEST - evidence.oddity, 0.0))
    most = min(most, max(LIKELIEST * evidence.posterior, EVEN_ODDS))
    return min(1 / (1 + math.exp(-odds)), most) * (TORN if evidence.torn else 1.0)


def measures_of(evidence: Evidence) -> tuple[float, float, float, float, float]:
    """What the calibration weighs, in the order of its weights."""
    posterior, weakest = log_odds(evidence.posterior), log_odds(evidence.weakest)
    return posterior, weakest, evidence.oddity, evidence.unevenness, evidence.support


def unevenness(heights: Sequence[int]) -> float:
    """How uneven heights of the digits of one number are: see ``Evidence``.

    >>> unevenness([20, 25, 22])
    0.0
    """
    return max(0.0, math.log(max(heights) / min(heights) / EVEN))


def log_odds(probability: float) -> float:
    """Logarithm of the odds, finite for 0 and 1 too.

    >>> log_odds(0.5)
    0.0
    """
    inside = min(max(probability, NEAREST), 1 - NEAREST)
    return math.log(inside / (1 - inside))
