"""What speaks for a reading in, the probability that it is right out.

The search weighs the readings of a field against one another; a classifier that is sure of itself
makes it sure of itself. What the weakest digit is worth by itself holds that in check.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ingredients of a confidence, each a probability.

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
    """

    posterior: float
    weakest: float
    product: float
    rival: float


def confidence_of(evidence: Evidence) -> float:
    """Probability that the value is right: never more than its weakest digit is worth."""
    return min(evidence.posterior, evidence.weakest)
