"""Digits in, what cutting them out of a written number gives out: digits, and what is none.

A number is laid out of digits most of which touch or nearly do, and cut by the very code that cuts
a page. Most of what that gives is no digit, but part of one, or several. A network that has only
seen halves and pairs made on purpose takes many of them for digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from digitscan.glyph.blobs import lay_together
from digitscan.glyph.candidates import Candidate, make_candidates
from digitscan.glyph.normalise import stroke_width
from digitscan.glyph.pieces import Piece, cut_pieces
from digitscan.learn.augmentation import crop_ink, fade_ink, warp_ink
from digitscan.learn.datasets import Digits
from digitscan.learn.pen import Pen, add_stroke
from digitscan.learn.scanner import LEAST_LEFT, ScannedInk, scan_sheets
from digitscan.learn.shapes import DIGIT_SHARES, draw_digit
from digitscan.learn.strokes import enlarge
from digitscan.scan.cleaning import GOAL_STROKE_PX
from digitscan.values import NOT_A_DIGIT, GreyImage, Mask

Kind = Literal["digit", "part", "several"]
HEIGHTS_PX = (24.0, 46.0)
"""How high digits are on a clean page."""
SCANNED_PX = (90.0, 110.0)
"""How high they are written to be scanned from a sheet."""
WIDE, SHEET = 4, 36
"""Digits that a number has room for there, and numbers written at a time."""
SPREAD_PX = 1.5
"""How far ink spreads when it is scanned, on a clean page."""
TOUCH_SHARE = 0.75
DRAWN_SHARE = 0.25
"""Share of a number's digits that are drawn as curves."""
DASH_SHARE = 0.15
"""Share of numbers with a dash before them."""
MARGIN = 1.5
"""Room for it, in digit heights."""
WHOLE, FOREIGN = 0.9, 0.08
"""A digit: at least this share of its ink, with no more of other ink than that."""
PART = 0.7
"""A part: at most this share of any digit's ink."""
SECOND, MUCH_FOREIGN = 0.4, 0.25
"""Several: this share of a second digit's ink, or that share of ink of others."""
BARE_STROKE = 2.2
"""A part this many times as high as wide may be a 1."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number's ink, that of each of its digits, (h, w) uint8 with 0 for paper, and its labels.

    Ink of none of the digits is a dash.
    """

    ink: GreyImage
    inks: tuple[GreyImage, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CutGlyph:
    """A (28, 28) uint8 glyph, what it is, and its label: 10 where it is no digit."""

    glyph: GreyImage
    kind: Kind
    label: int = NOT_A_DIGIT


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes the numbers: MNIST's ``digits``, and curves with so many ``rare`` and ``squared``.

    See ``shapes.draw_digit`` for the two shares.
    """

    digits: Digits
    rare: float
    squared: float


def cut_numbers(
    hand: Hand, count: int, random: np.random.Generator, scanned: float = 0.0
) -> Digits:
    """Write numbers and cut them until there are ``count`` glyphs.

    Half of them are digits, a quarter parts of one, and a quarter several. ``scanned`` is the share
    that is cut out of numbers scanned from sheets.

    Returns
    -------
    Digits
        ``images`` (count, 28, 28) uint8 with 0 for paper, ``labels`` (count,) uint8, 0…10.
    """
    of_sheets = 4 * round(scanned * count / 4)
    kept = _choose(_cuts_of_sheets(hand, random), of_sheets)
    kept += _choose(_cuts(hand, random), count - of_sheets)
    images = np.array([each.glyph for each in kept], np.uint8).reshape(-1, 28, 28)
    return Digits(images, np.array([each.label for each in kept], np.uint8))


def _choose(cuts: Iterator[CutGlyph], count: int) -> list[CutGlyph]:
    """The first ``count`` cuts, as many of each kind as wanted."""
    quarter = count // 4
    wanted: dict[Kind, int] = {"digit": count - 2 * quarter, "part": quarter, "several": quarter}
    kept: list[CutGlyph] = []
    while len(kept) < count:
        glyph = next(cuts)
        if wanted[glyph.kind]:
            wanted[glyph.kind] -= 1
            kept.append(glyph)
    return kept


def _cuts(hand: Hand, random: np.random.Generator) -> Iterator[CutGlyph]:
    while True:
        yield from cut_number(write_number(hand, random), random)


def _cuts_of_sheets(hand: Hand, random: np.random.Generator) -> Iterator[CutGlyph]:
    while True:
        numbers = (write_number(hand, random, SCANNED_PX) for _ in range(SHEET))
        written = [_tight(number) for number in numbers if number.ink.any()]
        scanned = scan_sheets([number.ink for number in written], random, WIDE)
        for number, found in zip(written, scanned, strict=True):
            if found and (left := _left_of(number, found)):
                yield from _cut(left, found.stroke_px)


def _tight(number: WrittenNumber) -> WrittenNumber:
    """A number without the empty margin around its ink."""
    left, top, width, height = cv2.boundingRect(number.ink)
    place = slice(top, top + height), slice(left, left + width)
    inks = tuple(np.ascontiguousarray(layer[place]) for layer in number.inks)
    return WrittenNumber(np.ascontiguousarray(number.ink[place]), inks, number.labels)


def _left_of(number: WrittenNumber, found: ScannedInk) -> WrittenNumber | None:
    """What a scan left of a number and of each of its digits; None if too little of one."""
    size = found.ink.shape[1::-1]
    moved = [cv2.warpPerspective(layer, found.to_page, size) for layer in number.inks]
    # Ink spreads in a scan: around a digit's own pixels is the digit's too.
    near = np.stack([cv2.GaussianBlur(layer, (0, 0), SPREAD_PX) for layer in moved])
    owner = np.where(near.any(axis=0), near.argmax(axis=0), -1)
    inks = tuple(np.where(owner == digit, found.ink, 0) for digit in range(len(moved)))
    for layer, ink in zip(moved, inks, strict=True):
        if np.count_nonzero(ink) < LEAST_LEFT * np.count_nonzero(layer):
            return None
    return WrittenNumber(found.ink, inks, number.labels)


def write_number(
    hand: Hand, random: np.random.Generator, heights_px: tuple[float, float] = HEIGHTS_PX
) -> WrittenNumber:
    """Write two to four digits one after another, as high as on a clean page."""
    pen = Pen(random)
    count, height = 2 + pen.below(3), pen.between(*heights_px)
    canvas = (round(1.8 * height), round((1.4 * count + 0.7 + MARGIN) * height))
    labels: list[int] = []
    inks: list[GreyImage] = []
    for _ in range(count):
        label, shape = _choose_digit(hand, pen)
        ink = _fit_height(shape, height * float(np.exp(pen.around(0.07))), pen)
        labels.append(label)
        inks.append(_lay_beside(inks, ink, height, canvas, pen))
    dash = [_draw_dash(inks[0], height, pen)] if pen.chance(DASH_SHARE) else []
    return WrittenNumber(np.max(inks + dash, axis=0), tuple(inks), tuple(labels))


def _choose_digit(hand: Hand, pen: Pen) -> tuple[int, GreyImage]:
    if pen.chance(DRAWN_SHARE):
        label = int(pen.random.choice(10, p=DIGIT_SHARES))
        return label, draw_digit(label, pen.random, hand.rare, hand.squared)
    index = pen.below(len(hand.digits.images))
    return int(hand.digits.labels[index]), enlarge(hand.digits.images[index])


def _fit_height(shape: GreyImage, height: float, pen: Pen) -> GreyImage:
    """Turn and slant a digit a little, and make it so high, or at most 1.3 times as wide."""
    ink = crop_ink(warp_ink(crop_ink(shape), pen, 0.5))
    scale = min(height / ink.shape[0], 1.3 * height / ink.shape[1])
    size = (max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale)))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    return np.where(small > 90, small, 0).astype(np.uint8)


def _lay_beside(
    before: Sequence[GreyImage], ink: GreyImage, height: float, canvas: tuple[int, int], pen: Pen
) -> GreyImage:
    """Lay a digit on a layer of its own, touching the one before it or a little beside it."""
    top = round((canvas[0] - ink.shape[0]) / 2 + pen.around(0.05) * height)
    top = int(np.clip(top, 0, canvas[0] - ink.shape[0]))
    if before and pen.chance(TOUCH_SHARE):
        left = _touching_column(before[-1], ink, top) + pen.between(-0.1, 0.06) * height
    else:
        end = _last_column(before[-1]) + 1 if before else MARGIN * height
        left = end + pen.between(0.03, 0.3) * height
    column = int(np.clip(round(left), 0, canvas[1] - ink.shape[1]))
    layer = np.zeros(canvas, np.uint8)
    layer[top : top + ink.shape[0], column : column + ink.shape[1]] = ink
    return layer


def _touching_column(before: GreyImage, ink: GreyImage, top: int) -> int:
    """The column at which ``ink``, laid at row ``top``, would just touch the layer before."""
    far = 10**6
    rows, inked = before[top : top + ink.shape[0]] > 0, ink > 0
    ends = np.where(rows.any(axis=1), rows.shape[1] - rows[:, ::-1].argmax(axis=1), -far)
    starts = np.where(inked.any(axis=1), inked.argmax(axis=1), far)
    nearest = int((ends - starts).max())
    return nearest if nearest > 0 else _last_column(before) + 1


def _last_column(layer: GreyImage) -> int:
    """The last column with ink, -1 where there is none: a user's digit may be all paper."""
    columns = np.flatnonzero(layer.any(axis=0))
    return int(columns[-1]) if columns.size else -1


def _draw_dash(first: GreyImage, height: float, pen: Pen) -> GreyImage:
    """Draw a dash that ends at the first digit, or just before it, on a layer of its own."""
    if not first.any():
        return first
    rows = np.flatnonzero(first.any(axis=1))
    row = round(rows[0] + (rows[-1] - rows[0]) * pen.between(0.3, 0.65))
    inked = np.flatnonzero(first[row])
    column = (inked if inked.size else np.flatnonzero(first.any(axis=0)))[0]
    end = np.array([column - pen.between(-0.06, 0.04) * height, row])
    start = end - np.array([pen.between(0.4, 1.1), pen.around(0.07)]) * height
    dash = np.zeros_like(first)
    width = stroke_width(crop_ink(first)) * pen.between(0.7, 1.1)
    add_stroke(dash, pen.line(start, end), max(width, 2.0))
    return dash


def cut_number(number: WrittenNumber, random: np.random.Generator) -> Iterator[CutGlyph]:
    """Cut a number as a field is cut; what is not clearly one of the kinds is left out."""
    faded = WrittenNumber(fade_ink(number.ink, random), number.inks, number.labels)
    yield from _cut(faded, GOAL_STROKE_PX)


def _cut(number: WrittenNumber, stroke_px: float) -> Iterator[CutGlyph]:
    pieces = cut_pieces(number.ink, (0, 0), stroke_px)
    for candidate in make_candidates(pieces, stroke_px):
        if cut := _name_candidate(number, candidate, pieces):
            yield cut


def _name_candidate(
    number: WrittenNumber, candidate: Candidate, pieces: Sequence[Piece]
) -> CutGlyph | None:
    run = pieces[candidate.first : candidate.last + 1]
    box, ink = lay_together(*((piece.box, piece.ink) for piece in run))
    covered = ink > 0
    shares, own = zip(*(_share(layer, covered, box.slices) for layer in number.inks), strict=True)
    most = int(np.argmax(shares))
    inked = max(np.count_nonzero(number.ink[box.slices][covered]), 1)
    foreign = 1 - own[most] / inked
    if shares[most] >= WHOLE and foreign <= FOREIGN:
        return CutGlyph(candidate.glyph, "digit", number.labels[most])
    if shares[most] <= PART:
        may_be_one = box.height > BARE_STROKE * box.width
        return None if may_be_one else CutGlyph(candidate.glyph, "part")
    several = sorted([0.0, *shares])[-2] >= SECOND or foreign >= MUCH_FOREIGN
    return CutGlyph(candidate.glyph, "several") if several else None


def _share(layer: GreyImage, covered: Mask, place: tuple[slice, slice]) -> tuple[float, int]:
    """Which share of a layer's ink is covered, and how many pixels that is."""
    pixels = int(np.count_nonzero(layer[place][covered]))
    return pixels / max(cv2.countNonZero(layer), 1), pixels
