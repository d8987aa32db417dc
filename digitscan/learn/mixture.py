"""MNIST in, the glyphs of one epoch out: what the network is shown, and what it is judged on.

Every draw comes from its own generator, seeded by the training's seed and the draw's number: a
training that was interrupted goes on with the very glyphs that it would have seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.augmentation import add_margin, age_ink, crop_ink, warp_ink
from digitscan.learn.datasets import Digits, Images
from digitscan.learn.junk import make_junk
from digitscan.learn.numbers import Hand, cut_numbers
from digitscan.learn.pen import Pen
from digitscan.learn.scanner import scan_inks
from digitscan.learn.shapes import DIGIT_SHARES, draw_digit
from digitscan.learn.strokes import CHANGED, add_foreign_stroke, enlarge
from digitscan.values import NOT_A_DIGIT, GreyImage

JUDGED = 2**20
"""Number of the draw that validation is made from, beyond any epoch's."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """How one epoch is made up. Numbers are shares of the count of real digits, except ``plain``.

    ``plain`` is the share of real digits shown as they are, ``turned`` of those only turned and
    slanted a little; the rest is aged like a scan. ``drawn`` are digits drawn as pen curves,
    ``foreign`` digits with a foreign stroke, ``junk`` the eleventh class, and ``cut`` what cutting
    written numbers gives, half of it of the eleventh class too. ``aged`` is the share of what is
    drawn, foreign or junk that is aged too. ``stretched`` of what is aged is given other
    proportions, ``rare`` of the drawn 1s, 4s, 7s and 9s have a rare form, and ``squared`` of all
    that are drawn follow the bars of a figure eight. ``scanned`` of all but plain digits come from
    sheets, and are not aged. Trials on other hands gave about a seventh of curves, half as many
    foreign strokes, and a ninth each of junk and of cuts, of all glyphs.
    """

    plain: float = 0.35
    turned: float = 0.2
    drawn: float = 0.26
    foreign: float = 0.1
    junk: float = 0.21
    cut: float = 0.2
    aged: float = 0.5
    stretched: float = 0.25
    rare: float = 0.35
    squared: float = 0.1
    scanned: float = 0.35

    def total(self, count: int) -> int:
        """How many glyphs a draw from ``count`` real digits has."""
        made = (self.drawn, self.foreign, self.junk, self.cut)
        return count + sum(round(share * count) for share in made)


def draw_epoch(digits: Digits, mixture: Mixture, seed: int, number: int) -> Digits:
    """Make the glyphs of one draw, shuffled.

    Returns
    -------
    Digits
        ``images`` (M, 28, 28) uint8 with 0 for paper, ``labels`` (M,) uint8, 0…10.
    """
    random = np.random.default_rng([seed, number])
    parts = [
        _vary_real(digits, mixture, random),
        _draw_curves(digits, mixture, random),
        _add_foreign(digits, mixture, random),
        draw_junk(digits, mixture, random),
        _cut_numbers(digits, mixture, random),
    ]
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    order = random.permutation(len(labels))
    return Digits(images[order], labels[order])


def draw_junk(digits: Digits, mixture: Mixture, random: np.random.Generator) -> Digits:
    """Make the eleventh class's part of a draw."""
    count = round(mixture.junk * len(digits.images))
    inks = (make_junk(digits, random) for _ in range(count))
    images = _finish(inks, count, digits.images, mixture, random)
    return Digits(images, np.full(count, NOT_A_DIGIT, np.uint8))


def _cut_numbers(digits: Digits, mixture: Mixture, random: np.random.Generator) -> Digits:
    hand = Hand(digits, mixture.rare, mixture.squared)
    count = round(mixture.cut * len(digits.images))
    return cut_numbers(hand, count, random, mixture.scanned)


def _vary_real(digits: Digits, mixture: Mixture, random: np.random.Generator) -> Digits:
    pen = Pen(random)
    images = digits.images.copy()
    sheets = _Sheets(mixture.scanned, pen)
    for index, glyph in enumerate(digits.images):
        fate = pen.between(0, 1)
        if fate < mixture.plain:
            continue
        ink = enlarge(glyph)
        if fate < mixture.plain + mixture.turned:
            ink = warp_ink(crop_ink(ink), pen, 0.6)
        elif sheets.take(ink, index):
            continue
        else:
            ink = age_ink(ink, random, digits.images, mixture.stretched)
        images[index] = _keep_if_empty(normalise_glyph(ink), glyph)
    sheets.scan_into(images)
    return Digits(images, digits.labels)


class _Sheets:
    """Inks that wait to be scanned from sheets, a ``share`` of those that are offered."""

    def __init__(self, share: float, pen: Pen) -> None:
        self.share, self.pen = share, pen
        self.inks: list[GreyImage] = []
        self.indices: list[int] = []

    def take(self, ink: GreyImage, index: int) -> bool:
        """Take the ink of glyph ``index``, or leave it."""
        if not self.pen.chance(self.share) or not ink.any():
            return False
        self.inks.append(crop_ink(warp_ink(crop_ink(ink), self.pen)))
        self.indices.append(index)
        return True

    def scan_into(self, images: Images) -> None:
        """Put the glyphs of all inks taken into ``images`` (N, 28, 28) uint8, in place."""
        glyphs = scan_inks(self.inks, self.pen.random)
        for index, glyph in zip(self.indices, glyphs, strict=True):
            if glyph is not None:
                images[index] = _keep_if_empty(glyph, images[index])


def _keep_if_empty(glyph: GreyImage, original: GreyImage) -> GreyImage:
    """Keep the original where ageing left next to nothing of it."""
    return glyph if np.count_nonzero(glyph > 100) > 12 else original


def _draw_curves(digits: Digits, mixture: Mixture, random: np.random.Generator) -> Digits:
    count = round(mixture.drawn * len(digits.images))
    labels = random.choice(10, count, p=DIGIT_SHARES).astype(np.uint8)
    inks = (draw_digit(int(label), random, mixture.rare, mixture.squared) for label in labels)
    return Digits(_finish(inks, count, digits.images, mixture, random), labels)


def _add_foreign(digits: Digits, mixture: Mixture, random: np.random.Generator) -> Digits:
    able = np.flatnonzero(np.isin(digits.labels, CHANGED))
    count = round(mixture.foreign * len(digits.images)) if len(able) else 0
    chosen = random.choice(able, count) if count else able[:0]
    inks = (
        add_foreign_stroke(digits.images[index], int(digits.labels[index]), random)
        for index in chosen
    )
    images = _finish(inks, count, digits.images, mixture, random)
    return Digits(images, digits.labels[chosen])


def _finish(
    inks: Iterable[GreyImage],
    count: int,
    neighbours: Images,
    mixture: Mixture,
    random: np.random.Generator,
) -> Images:
    """Scan a share of the inks from sheets, age a share of the others, and make glyphs of all."""
    images = np.zeros((count, 28, 28), np.uint8)
    sheets = _Sheets(mixture.scanned, Pen(random))
    for index, ink in enumerate(inks):
        images[index] = normalise_glyph(ink)
        if not sheets.take(ink, index) and random.random() < mixture.aged:
            ink = age_ink(add_margin(ink, 2), random, neighbours, mixture.stretched)
            images[index] = _keep_if_empty(normalise_glyph(ink), images[index])
    sheets.scan_into(images)
    return images
