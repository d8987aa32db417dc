"""What speaks for a reading in, the probability that it is right out.

The search weighs the readings of a field against one another; a classifier that is sure of itself
makes it sure of itself. What the weakest digit is worth by itself holds that in check.
"""

from __future__ import annotations

from dataclasses import dataclass

ODD = 0.5
"""A digit whose shape is this much rarer than an ordinary one begins to count against the value."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ingredients of a confidence, each in 0…1.

    Attributes
    ----------
    posterior : float
        Share of the mass of all readings, junk included, that stands behind the value.
    weakest : float
        Least probability, among the digits of the value, of its class.
    product : float
        Product of those probabilities: all digits right, were they independent.
    rival : float
        Share of the mass behind the next best value.
    shape : float
        How ordinary the sizes and gaps of the digits are: 1 where nothing is odd.
    """

    posterior: float
    weakest: float
    product: float
    rival: float
    shape: float


def confidence_of(evidence: Evidence) -> float:
    """Probability that the value is right: never more than its weakest digit is worth."""
    return min(evidence.posterior, evidence.weakest, evidence.shape / ODD)
