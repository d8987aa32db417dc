"""How much a confidence is worth: confidences and what came true in, calibration figures out.

Everything here takes two arrays of equal length: ``confidence`` (N,) in 0…1, what was promised, and
``right`` (N,) bool, what came true. No figure depends on the order of the N.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BIN_COUNT = 15
"""Equal-width bins of confidence, as in Guo et al. (2017), "On calibration of modern networks"."""
REJECTED_SHARES = (0.0, 0.01, 0.02, 0.05, 0.10)

Numbers = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The ``count`` answers whose confidence lies in ``low`` < c ≤ ``high``."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class RejectedPoint:
    """What is left when the least confident share ``rejected`` is given to a person."""

    rejected: float
    kept: int
    errors: int

    @property
    def error(self) -> float:
        """Share of the kept answers that are wrong; 0 where none is kept."""
        return self.errors / self.kept if self.kept else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """Errors among the k most confident answers, k = 1…N.

    ``confidence`` (N,) falls, ``errors`` (N,) int64 never falls: ``errors[k - 1]`` of the k most
    confident answers are wrong.
    """

    confidence: Numbers
    errors: Counts

    @property
    def coverage(self) -> Numbers:
        """Share of the answers that are kept, (N,) rising to 1."""
        return np.arange(1, self.errors.size + 1) / max(self.errors.size, 1)

    @property
    def risk(self) -> Numbers:
        """Share of the kept answers that are wrong, (N,)."""
        return np.asarray(self.errors / np.arange(1, self.errors.size + 1))


def reliability_bins(
    confidence: Numbers, right: Flags, bin_count: int = BIN_COUNT
) -> tuple[ReliabilityBin, ...]:
    """Sort the answers into equal-width bins of confidence; empty bins are left out.

    Examples
    --------
    >>> (only,) = reliability_bins(np.array([0.9, 0.9]), np.array([True, False]), 4)
    >>> only.low, only.high, only.confidence, only.accuracy
    (0.75, 1.0, 0.9, 0.5)
    """
    confidence = _checked(confidence, right)
    inner_edges = np.arange(1, bin_count) / bin_count
    places = np.searchsorted(inner_edges, confidence, side="left")
    return tuple(
        ReliabilityBin(
            low=place / bin_count,
            high=(place + 1) / bin_count,
            count=int(inside.sum()),
            confidence=float(confidence[inside].mean()),
            accuracy=float(right[inside].mean()),
        )
        for place, inside in ((int(p), places == p) for p in np.unique(places))
    )


def expected_calibration_error(
    confidence: Numbers, right: Flags, bin_count: int = BIN_COUNT
) -> float:
    """Mean distance, weighted by count, between a bin's accuracy and its mean confidence.

    Equal-width bins (Naeini et al., 2015). 0 is perfect, and is also given for no answers at all.

    Examples
    --------
    >>> expected_calibration_error(np.array([1.0, 1.0]), np.array([True, False]))
    0.5
    """
    bins = reliability_bins(confidence, right, bin_count)
    gaps = sum(b.count * abs(b.accuracy - b.confidence) for b in bins)
    return gaps / max(len(confidence), 1)


def risk_coverage(confidence: Numbers, right: Flags) -> RiskCoverage:
    """Count the errors among the most confident answers, for every number of answers kept.

    Equal confidences are ordered against the model, wrong answers kept first, so that the figure
    hangs neither on chance nor on the order of the data.
    """
    confidence = _checked(confidence, right)
    order = np.lexsort((right, -confidence))
    errors = np.cumsum(~right[order], dtype=np.int64)
    return RiskCoverage(confidence[order], errors)


def errors_after_rejecting(
    curve: RiskCoverage, shares: Sequence[float] = REJECTED_SHARES
) -> tuple[RejectedPoint, ...]:
    """Errors left once the least confident share, rounded down to whole answers, is rejected."""
    n = curve.errors.size
    points = []
    for share in shares:
        kept = n - int(share * n + 1e-9)
        errors = int(curve.errors[kept - 1]) if kept else 0
        points.append(RejectedPoint(share, kept, errors))
    return tuple(points)


def _checked(confidence: Numbers, right: Flags) -> Numbers:
    if confidence.shape != right.shape or confidence.ndim != 1:
        raise ValueError(f"confidences {confidence.shape} do not pair with truths {right.shape}")
    if confidence.size and not (confidence.min() >= 0 and confidence.max() <= 1 + 1e-5):
        raise ValueError("a confidence lies outside 0…1 or is not a number")
    return np.minimum(confidence.astype(np.float64), 1.0)
