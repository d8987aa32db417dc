"""Labelled digits and what a model said of them in, honest figures out.

Every figure is over all digits given. A digit that the model calls *not one digit* is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from digitscan.measure.calibration import (
    RejectedPoint,
    ReliabilityBin,
    RiskCoverage,
    errors_after_rejecting,
    expected_calibration_error,
    reliability_bins,
    risk_coverage,
)
from digitscan.measure.intervals import Interval, wilson_interval
from digitscan.values import CLASS_COUNT, NOT_A_DIGIT, GreyImage, Probabilities

Labels = npt.NDArray[np.integer]
SMALLEST = 1e-12
"""Probabilities below this count as this in the log-likelihood, so that one 0 is not infinite."""
MNIST_PARTS = {"first 5,000": slice(0, 5000), "last 5,000": slice(5000, 10_000)}
"""MNIST's test set: the first half was written by other people, and more cleanly, than the last."""


class GlyphClassifier(Protocol):
    """Anything that gives class probabilities for glyphs."""

    def classify(self, glyphs: GreyImage) -> Probabilities:
        """(N, 28, 28) uint8 → (N, 11) float32."""
        ...


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One digit's precision (None where it was never said) and recall (None where it never was)."""

    digit: int
    count: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class PartFigures:
    """Errors in one part of the data."""

    name: str
    n: int
    errors: int
    accuracy: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class DigitFigures:
    """What a model is worth on ``n`` labelled digits.

    ``interval`` holds the accuracy with 95 % confidence (Wilson). ``confusion`` has a row for each
    true digit and a column for each class; the last column counts digits refused as *not one
    digit*, ``refused`` in all, which are among the ``errors``. ``ece`` and ``reliability`` use 15
    equal-width bins of the top class's probability. ``rejected`` gives the errors left when the
    digits with the lowest probability of being any one digit are handed to a person. ``nll`` is the
    mean of -ln p(true class), ``brier`` the mean squared distance, summed over the 11 classes.
    """

    name: str
    n: int
    errors: int
    refused: int
    accuracy: float
    interval: Interval
    ece: float
    nll: float
    brier: float
    rejected: tuple[RejectedPoint, ...]
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[ReliabilityBin, ...]
    parts: tuple[PartFigures, ...]


def measure_digits(
    classifier: GlyphClassifier,
    glyphs: GreyImage,
    labels: Labels,
    *,
    name: str,
    parts: Mapping[str, slice] | None = None,
) -> DigitFigures:
    """Classify labelled digits and measure what came out.

    Parameters
    ----------
    classifier : GlyphClassifier
    glyphs : (N, 28, 28) uint8
        0 is paper.
    labels : (N,) integers
        The true digits, 0…9.
    name : str
        What the data is called in tables.
    parts : mapping of str to slice, optional
        Parts of the data whose accuracy is wanted apart.
    """
    return digit_figures(classifier.classify(glyphs), labels, name=name, parts=parts)


def digit_figures(
    probabilities: Probabilities,
    labels: Labels,
    *,
    name: str,
    parts: Mapping[str, slice] | None = None,
) -> DigitFigures:
    """Measure (N, 11) class probabilities against the true digits (N,), N ≥ 1."""
    _check(probabilities, labels)
    said = probabilities.argmax(axis=1)
    right = said == labels
    top = probabilities.max(axis=1)
    confusion = count_confusion(labels, said)
    return DigitFigures(
        name=name,
        n=len(labels),
        errors=int((~right).sum()),
        refused=int(confusion[:, NOT_A_DIGIT].sum()),
        accuracy=float(right.mean()),
        interval=wilson_interval(int(right.sum()), len(labels)),
        ece=expected_calibration_error(top, right),
        nll=negative_log_likelihood(probabilities, labels),
        brier=brier_score(probabilities, labels),
        rejected=errors_after_rejecting(digit_risk_coverage(probabilities, labels)),
        classes=_class_figures(confusion),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        reliability=reliability_bins(top, right),
        parts=tuple(_part(part, right[where]) for part, where in (parts or {}).items()),
    )


def digit_risk_coverage(probabilities: Probabilities, labels: Labels) -> RiskCoverage:
    """Errors among the most confident digits.

    The confidence that ranks is that of the likeliest *digit*: a glyph taken for no digit at all is
    handed to a person first, not kept because the model was sure of refusing it.
    """
    right = probabilities.argmax(axis=1) == labels
    return risk_coverage(probabilities[:, :NOT_A_DIGIT].max(axis=1), right)


def count_confusion(labels: Labels, said: Labels) -> npt.NDArray[np.int64]:
    """(10, 11) counts: row the true digit, column the class said."""
    counts = np.zeros((NOT_A_DIGIT, CLASS_COUNT), np.int64)
    np.add.at(counts, (labels, said), 1)
    return counts


def negative_log_likelihood(probabilities: Probabilities, labels: Labels) -> float:
    """Mean of -ln p(true class) in nats."""
    of_truth = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(of_truth, SMALLEST)).mean())


def brier_score(probabilities: Probabilities, labels: Labels) -> float:
    """Mean over the digits of the squared distance to the truth, summed over classes: 0…2."""
    truth = np.eye(CLASS_COUNT)[labels]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())


def _class_figures(confusion: npt.NDArray[np.int64]) -> tuple[ClassFigures, ...]:
    written, said = confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassFigures(
            digit=digit,
            count=int(written[digit]),
            precision=_share(confusion[digit, digit], said[digit]),
            recall=_share(confusion[digit, digit], written[digit]),
        )
        for digit in range(NOT_A_DIGIT)
    )


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def _part(name: str, right: npt.NDArray[np.bool_]) -> PartFigures:
    good, n = int(right.sum()), len(right)
    return PartFigures(name, n, n - good, good / max(n, 1), wilson_interval(good, n))


def _check(probabilities: Probabilities, labels: Labels) -> None:
    if len(labels) == 0:
        raise ValueError("no digits to measure")
    if probabilities.shape != (len(labels), CLASS_COUNT):
        raise ValueError(f"{probabilities.shape} probabilities for {len(labels)} digits")
    if labels.min() < 0 or labels.max() >= NOT_A_DIGIT:
        raise ValueError("labels must be digits, 0…9")
