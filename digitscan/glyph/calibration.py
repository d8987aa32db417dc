"""What was learned about confidence from labelled pages: numbers in a file in, a calibration out.

There is a file for each kind of model, made by ``benchmarks/calibrate.py``: what a network is sure
of is right more often than what a linear model is as sure of. Nothing in a file is executed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("calibrations")


@dataclass(frozen=True, slots=True)
class Step:
    """Of the labelled values with this ``confidence`` or more: how many, and how many wrong."""

    confidence: float
    values: int
    wrong: int

    @property
    def error(self) -> float:
        """Share of wrong ones, 0…1, by Jeffreys' estimate: few values promise little."""
        return (self.wrong + 0.5) / (self.values + 1)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How evidence becomes a probability, and what values of a confidence came to.

    The log odds of a value being right are ``bias`` plus the sum of each measure of the evidence
    times its weight (``confidence.measures_of``), plus what ``pairs``, (10, 11), has for its
    weakest digit and that one's rival: some digits are mistaken for some others more often than a
    classifier that learned from other hands believes. ``steps`` go from the highest confidence to
    the lowest.
    """

    bias: float
    weights: tuple[float, ...]
    pairs: tuple[tuple[float, ...], ...]
    steps: tuple[Step, ...]

    def step_for(self, max_error: float) -> Step | None:
        """The lowest threshold above which at most this share, 0…1, was wrong.

        None where no threshold came to so few.
        """
        good = [step for step in self.steps if step.error <= max_error]
        return min(good, key=lambda step: step.confidence, default=None)

    @property
    def least_error(self) -> float:
        """The smallest share of wrong values that any threshold came to; 1 where none is known."""
        return min((step.error for step in self.steps), default=1.0)

    def step_at(self, confidence: float) -> Step:
        """What the values with this confidence or more came to."""
        above = [step for step in self.steps if step.confidence >= confidence]
        return above[-1] if above else Step(1.0, 0, 0)


def file_of(kind: str) -> Path:
    """The file of the calibration for models of a ``kind``."""
    return FOLDER / f"{kind}.json"


@cache
def load_calibration(kind: str) -> Calibration:
    """Read this version's calibration for models of a ``kind``, as their card names it."""
    content: dict[str, Any] = json.loads(file_of(kind).read_text(encoding="utf-8"))
    steps = tuple(Step(float(c), int(n), int(w)) for c, n, w in content["steps"])
    weights = tuple(float(weight) for weight in content["weights"])
    pairs = tuple(tuple(float(odds) for odds in row) for row in content["pairs"])
    return Calibration(float(content["bias"]), weights, pairs, steps)
