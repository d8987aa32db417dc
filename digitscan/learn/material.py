"""A training set in; the deskewed glyphs of eleven classes that a classical model is fitted to out.

MNIST's digits, slightly changed copies of them, digits drawn as other countries write them, and
ink that is not one digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitscan.errors import UsageError
from digitscan.glyph.deskew import deskew_glyphs
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.datasets import Digits
from digitscan.learn.junk import make_junk
from digitscan.learn.shapes import draw_digit
from digitscan.learn.training import TrainingSet, join
from digitscan.learn.variants import vary_glyphs
from digitscan.values import NOT_A_DIGIT


@dataclass(frozen=True, slots=True)
class MaterialSettings:
    """How much is added to the digits: changed copies of each, and shares of their number."""

    copies: int = 1
    drawn_share: float = 0.08
    junk_share: float = 0.1


@dataclass(frozen=True, slots=True)
class Material:
    """What a classical model is fitted to, and what its settings are chosen with; all deskewed."""

    fit: Digits
    validation: Digits
    counts: dict[str, int]


def make_material(data: TrainingSet, settings: MaterialSettings) -> Material:
    """Make what to learn from; the same seed makes the same glyphs.

    Raises
    ------
    UsageError
        If a digit does not occur in the training set at all.
    """
    random = np.random.default_rng(data.seed)
    digits = join(data.fit, data.extra)
    if missing := sorted(set(range(10)) - set(digits.labels.tolist())):
        raise UsageError(f"no training digit shows a {missing[0]}; take more (--limit)")
    count = len(digits.images)
    parts = {
        "digits": digits,
        **{f"changed {number + 1}": _change(digits, random) for number in range(settings.copies)},
        "drawn": draw_digits(max(10, round(settings.drawn_share * count)), random),
        "not one digit": spoil_digits(digits, max(10, round(settings.junk_share * count)), random),
    }
    fit = join(*parts.values())
    return Material(
        Digits(deskew_glyphs(fit.images), fit.labels),
        Digits(deskew_glyphs(data.validation.images), data.validation.labels),
        {name: len(part.images) for name, part in parts.items()},
    )


def draw_digits(count: int, random: np.random.Generator) -> Digits:
    """Draw ``count`` digits with pens of other countries, each of the ten as often."""
    labels = np.arange(count, dtype=np.uint8) % 10
    glyphs = [normalise_glyph(draw_digit(int(label), random)) for label in labels]
    return Digits(np.stack(glyphs), labels)


def spoil_digits(digits: Digits, count: int, random: np.random.Generator) -> Digits:
    """Make ``count`` glyphs that are not one digit, of digits and of the pen."""
    glyphs = [normalise_glyph(make_junk(digits, random)) for _ in range(count)]
    return Digits(np.stack(glyphs), np.full(count, NOT_A_DIGIT, np.uint8))


def _change(digits: Digits, random: np.random.Generator) -> Digits:
    return Digits(vary_glyphs(digits.images, random), digits.labels)
