"""What speaks for a reading in, the probability that it is right out.

The search weighs the readings of a field against one another; a classifier that is sure of itself
makes it sure of itself. What that was worth on labelled pages of people that no model was trained
on is in the calibration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from digitscan.glyph.calibration import Calibration

ODD = 0.5
"""A digit whose shape is this much rarer than an ordinary one begins to count against the value."""
NEAREST = 1e-6
"""Probabilities are not believed to be nearer to 0 or 1 than this."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ingredients of a confidence, each in 0…1.

    Attributes
    ----------
    posterior : float
        Share of the mass of all readings, junk included, that stands behind the value.
    weakest : float
        Least probability, among the digits of the value, of its class.
    shape : float
        How ordinary the sizes and gaps of the digits are: 1 where nothing is odd.
    """

    posterior: float
    weakest: float
    shape: float


def confidence_of(evidence: Evidence, calibration: Calibration) -> float:
    """Probability that the value is right, calibrated on labelled pages."""
    odds = calibration.bias
    odds += calibration.posterior * log_odds(evidence.posterior)
    odds += calibration.weakest * log_odds(evidence.weakest)
    return min(1 / (1 + math.exp(-odds)), evidence.shape / ODD)


def log_odds(probability: float) -> float:
    """Logarithm of the odds, finite for 0 and 1 too.

    >>> log_odds(0.5)
    0.0
    """
    inside = min(max(probability, NEAREST), 1 - NEAREST)
    return math.log(inside / (1 - inside))
