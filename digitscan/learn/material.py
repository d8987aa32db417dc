"""A training set in; the deskewed glyphs of eleven classes that a classical model is fitted to out.

MNIST's digits, slightly changed copies of them, digits drawn as other countries write them, and
ink that is not one digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digitscan.errors import UsageError
from digitscan.glyph.deskew import deskew_glyphs
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.datasets import Digits
from digitscan.learn.junk import make_junk
from digitscan.learn.shapes import draw_digit
from digitscan.learn.training import TrainingSet, join
from digitscan.learn.variants import vary_glyphs
from digitscan.values import NOT_A_DIGIT

JUNK_PRIOR = 0.02
"""Share of junk among the glyphs that confidence is tuned on; training shows far more of it."""


@dataclass(frozen=True, slots=True)
class MaterialSettings:
    """How much is added to the digits: changed copies of each, and shares of their number.

    ``rare_share`` of the drawn 1s, 4s, 7s and 9s have a rare form.
    """

    copies: int = 2
    drawn_share: float = 0.08
    rare_share: float = 0.0
    junk_share: float = 0.1


@dataclass(frozen=True, slots=True)
class Material:
    """Deskewed glyphs that a classical model is fitted to, and that its settings are chosen with.

    ``base`` holds digits as they are, drawn digits and junk; ``changed`` changed copies of the
    digits. ``validation`` holds digits no part of which is in the others, then junk made of them.
    """

    base: Digits
    changed: Digits
    validation: Digits
    counts: dict[str, int]

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """How much each validation glyph counts, (N,): junk as little as it is on real pages."""
        junk = self.validation.labels == NOT_A_DIGIT
        per_junk = JUNK_PRIOR / (1 - JUNK_PRIOR) * (~junk).sum() / max(1, int(junk.sum()))
        return np.where(junk, per_junk, 1.0)

    @property
    def validation_digits(self) -> Digits:
        """The validation digits without the junk."""
        digit = self.validation.labels != NOT_A_DIGIT
        return Digits(self.validation.images[digit], self.validation.labels[digit])


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
        "drawn": draw_digits(
            max(10, round(settings.drawn_share * count)), random, settings.rare_share
        ),
        "not one digit": spoil_digits(digits, max(10, round(settings.junk_share * count)), random),
    }
    none_changed = Digits(digits.images[:0], digits.labels[:0])
    changed = join(none_changed, *[_change(digits, random) for _ in range(settings.copies)])
    other_junk = spoil_digits(data.validation, len(data.validation.images) // 10 + 1, random)
    return Material(
        _deskew(join(*parts.values())),
        _deskew(changed),
        _deskew(join(data.validation, other_junk)),
        {name: len(part.images) for name, part in parts.items()}
        | {"changed digits": len(changed.images)},
    )


def draw_digits(count: int, random: np.random.Generator, rare: float = 0.0) -> Digits:
    """Draw ``count`` digits with pens of other countries, each of the ten as often."""
    labels = np.arange(count, dtype=np.uint8) % 10
    glyphs = [normalise_glyph(draw_digit(int(label), random, rare)) for label in labels]
    return Digits(np.stack(glyphs), labels)


def spoil_digits(digits: Digits, count: int, random: np.random.Generator) -> Digits:
    """Make ``count`` glyphs that are not one digit, of digits and of the pen."""
    glyphs = [normalise_glyph(make_junk(digits, random)) for _ in range(count)]
    return Digits(np.stack(glyphs), np.full(count, NOT_A_DIGIT, np.uint8))


def _change(digits: Digits, random: np.random.Generator) -> Digits:
    return Digits(vary_glyphs(digits.images, random), digits.labels)


def _deskew(digits: Digits) -> Digits:
    return Digits(deskew_glyphs(digits.images), digits.labels)
