"""Digits of MNIST and a pen in, ink that is not exactly one digit out: the eleventh class.

What equals a digit is never made: a bare stroke near the upright is a 1, a ring is a 0, the upper
half of an 8 is a 0.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np

from digitscan.glyph.normalise import stroke_width
from digitscan.learn.augmentation import add_margin, change_width, crop_ink, warp_ink
from digitscan.learn.datasets import Digits
from digitscan.learn.letters import print_letter, print_word, write_letter
from digitscan.learn.pen import Path, Pen, add_stroke, curve, draw_strokes, lean
from digitscan.learn.shapes import digit_strokes
from digitscan.learn.strokes import INK_LEVEL, enlarge
from digitscan.values import GreyImage

UPRIGHT = 2.2
"""Ink this many times as high as wide may be a 1."""
SLANTED = {"half": 1.7, "fragment": 0.85, "word": 0.85}
"""The same for kinds that may be a single slanted stroke, or a single letter."""
MAX_TRIES = 20
BOTH_SHOW = 1.25
"""Two digits over one another have this many times the ink of the larger: neither is hidden."""


class _Source(NamedTuple):
    """Where junk comes from: a pen, and digits to spoil."""

    pen: Pen
    digits: Digits

    def pick(self) -> tuple[GreyImage, int]:
        """Take any digit: its enlarged ink, cut tight, and its label."""
        return self._take(self.pen.below(len(self.digits.images)))

    def pick_from(self, allowed: frozenset[int]) -> tuple[GreyImage, int]:
        """Take any digit with one of these labels."""
        for _ in range(MAX_TRIES * 10):
            index = self.pen.below(len(self.digits.images))
            if int(self.digits.labels[index]) in allowed:
                return self._take(index)
        return self.pick()

    def _take(self, index: int) -> tuple[GreyImage, int]:
        return crop_ink(enlarge(self.digits.images[index])), int(self.digits.labels[index])


def make_junk(digits: Digits, random: np.random.Generator, kind: str | None = None) -> GreyImage:
    """Make ink that is not exactly one digit.

    Parameters
    ----------
    digits : Digits
        Real digits, of which pairs, halves and the like are made.
    kind : str, optional
        One of ``KINDS``; any of them if left out, each as often as its weight says.

    Returns
    -------
    (h, w) uint8
        Ink, 0 is paper, of any size: not yet a glyph.
    """
    source = _Source(Pen(random), digits)
    names = list(KINDS)
    if kind is None:
        kind = names[int(np.searchsorted(_SHARES, random.random(), side="right"))]
    maker = KINDS[kind][0]
    for _ in range(MAX_TRIES):
        ink = crop_ink(maker(source))
        limit = np.inf if kind in _MAY_BE_TALL else SLANTED.get(kind, UPRIGHT)
        if min(ink.shape) > 1 and ink.shape[0] < limit * ink.shape[1]:
            return ink
    return crop_ink(_cross(source))


def _pair(source: _Source) -> GreyImage:
    """Two digits side by side, touching, overlapping or just apart."""
    return _side_by_side(source, 2, gap=(-0.15, 0.2))


def _triple(source: _Source) -> GreyImage:
    return _side_by_side(source, 3 + source.pen.below(2), gap=(-0.1, 0.25))


def _side_by_side(source: _Source, count: int, gap: tuple[float, float]) -> GreyImage:
    canvas = np.zeros((180, 130 * count), np.uint8)
    x = 4
    for _ in range(count):
        ink, _ = source.pick()
        ink = _rescale(ink, source.pen.between(0.75, 1.15))
        y = int(source.pen.between(20, 60))
        x = _paste(canvas, ink, y, x) + int(source.pen.between(*gap) * 60)
    return canvas


def _stacked(source: _Source) -> GreyImage:
    """Two digits above one another, where they don't add up to one."""
    pen = source.pen
    upper, label = source.pick()
    lower, _ = source.pick_from(BELOW[label])
    canvas = np.zeros((260, 180), np.uint8)
    _paste(canvas, upper, 10, 90 - upper.shape[1] // 2 + int(pen.between(-14, 14)))
    row = 10 + upper.shape[0] + int(pen.between(-14, 14))
    _paste(canvas, lower, row, 90 - lower.shape[1] // 2 + int(pen.between(-14, 14)))
    return canvas


def _overwritten(source: _Source) -> GreyImage:
    """A digit corrected by writing another one over it, sometimes with a firmer hand."""
    pen = source.pen
    labels = _OVERWRITTEN[pen.below(len(_OVERWRITTEN))]
    for _ in range(MAX_TRIES):
        inks = [source.pick_from(frozenset({label}))[0] for label in labels]
        over = _rescale(inks[1], pen.between(0.85, 1.2))
        inks[1] = change_width(over, pen) if pen.chance(0.3) else over
        canvas = np.zeros((160, 160), np.uint8)
        for ink in inks:
            top, left = ((160 - side) // 2 + int(pen.between(-5, 5)) for side in ink.shape)
            _paste(canvas, ink, top, left)
        areas = [np.count_nonzero(ink > INK_LEVEL) for ink in (canvas, *inks)]
        if areas[0] > BOTH_SHOW * max(areas[1:]):
            break
    return canvas


def _half(source: _Source) -> GreyImage:
    """Half a digit, where half of it is no other digit."""
    ink, label = source.pick_from(frozenset(_HALVES))
    sides = _HALVES[label]
    side, share = sides[source.pen.below(len(sides))], source.pen.between(0.36, 0.58)
    rows, columns = ink.shape
    row, column = int(rows * share), int(columns * share)
    return {
        "top": ink[:row],
        "bottom": ink[rows - row :],
        "left": ink[:, :column],
        "right": ink[:, columns - column :],
    }[side]


def _fragment(source: _Source) -> GreyImage:
    """Draw a short part of a drawn digit, or of a real one cut by a slanted line."""
    pen = source.pen
    stroke = digit_strokes(pen.below(10), pen)[0]
    first = int(pen.between(0, 0.6) * len(stroke))
    length = max(4, int(pen.between(0.12, 0.35) * len(stroke)))
    part = stroke[first : first + length]
    return draw_strokes(lean([part if len(part) > 1 else stroke[-2:]], pen), pen, skips=0)


def _intruder(source: _Source) -> GreyImage:
    """A digit with a large piece of another one at its side."""
    pen = source.pen
    first, _ = source.pick()
    other, _ = source.pick_from(frozenset({0, 2, 3, 4, 5, 6, 7, 8, 9}))
    share = int(other.shape[1] * pen.between(0.42, 0.8))
    canvas = np.zeros((180, 260), np.uint8)
    if pen.chance(0.5):
        x = _paste(canvas, first, 30, 4) + int(pen.between(-6, 8))
        _paste(canvas, other[:, :share], int(pen.between(15, 45)), x)
    else:
        x = _paste(canvas, other[:, -share:], int(pen.between(15, 45)), 4)
        _paste(canvas, first, 30, x + int(pen.between(-6, 8)))
    return canvas


def _ringed(source: _Source) -> GreyImage:
    """A digit with a ring around it that most often touches it, as a circled mark does.

    A 1 in a ring is a 0 with a stroke through it, and two rings may be a 0 written twice.
    """
    pen = source.pen
    ink, _ = source.pick_from(frozenset(range(2, 10)))
    rows, columns = ink.shape
    room = max(rows, columns)
    ink = add_margin(ink, room // 2)
    middle = np.array(ink.shape[::-1]) / 2 + pen.random.normal(0, 0.12 * room, 2)
    radii = np.array([max(columns, 0.7 * rows), rows]) * pen.between(0.5, 0.75)
    turns = np.linspace(0, pen.between(0.9, 1.15), 9) * 2 * np.pi + pen.between(0, 6.3)
    around = np.column_stack([np.cos(turns), np.sin(turns)])
    around *= pen.random.normal(1, 0.06, (len(turns), 1))
    add_stroke(ink, curve(middle + around * radii), stroke_width(ink) * pen.between(0.6, 1.2))
    return ink


def _lines(source: _Source) -> GreyImage:
    """Draw dashes, level and slanted lines, box corners and frames: what is left of a form."""
    pen = source.pen
    forms: tuple[Callable[[], list[Path]], ...] = (
        lambda: [pen.line((0, 0.5), (1, 0.5 + pen.between(-0.6, 0.6)), 0.04)],
        lambda: [pen.line((0, 0.5), (1, 0.5 + pen.around(0.06)), 0.02)],
        lambda: [np.concatenate([pen.line((0, 0), (0, 1), 0.01), pen.line((0, 1), (1, 1), 0.01)])],
        lambda: [np.concatenate([pen.line((1, 0), (1, 1), 0.01), pen.line((1, 1), (0, 1), 0.01)])],
        lambda: [np.concatenate([pen.line((0, 1), (0, 0), 0.01), pen.line((0, 0), (1, 0), 0.01)])],
        lambda: [pen.line((0, 0), (1, pen.around(0.04)), 0.01), pen.line((0, 0.4), (1, 0.4), 0.02)],
        lambda: [pen.line((0, 0), (0, 1), 0.01), pen.line((pen.between(0.4, 0.8), 0), (0.6, 1))],
        lambda: [
            pen.line((0, 0), (0, 1), 0.01),
            pen.line((0, 1), (1, 1), 0.01),
            pen.line((1, 1), (1, 0), 0.01),
        ],
        lambda: [_frame(pen)],
        lambda: [pen.line((0, 0), (0.35, 0), 0.02), pen.line((0.65, 0), (1, 0), 0.02)],
    )
    return draw_strokes(forms[pen.below(len(forms))](), pen, skips=0.05)


def _frame(pen: Pen) -> Path:
    """Draw a box wider than high: a square one may be a 0."""
    width = pen.between(1.3, 2.5)
    corners = [(0, 0), (0, 1), (width, 1), (width, 0), (0, 0)]
    return np.concatenate([pen.line(a, b, 0.01) for a, b in pairwise(corners)])


def _cross(source: _Source) -> GreyImage:
    """Draw an X, a plus, a star or a tick."""
    pen = source.pen
    falling, rising = ((0, 0), (1, 1)), ((1, 0), (0, 1))
    level, upright = ((0, 0.5), (1, 0.5)), ((0.5, 0), (0.5, 1))
    forms = ((falling, rising), (falling, rising), (level, upright), (falling, rising, level))
    choice = pen.below(5)
    if choice == 4:
        deep = pen.between(0.15, 0.4)
        corner = pen.tremble([deep, 1.0])
        tick = [pen.line((0, pen.between(0.45, 0.75)), corner), pen.line(corner, (1, 0))]
        return draw_strokes(lean([np.concatenate(tick)], pen), pen)
    strokes = []
    for ends in forms[choice]:
        start, end = pen.tremble(ends, 0.06)
        strokes.append(pen.line(start, end, 0.05))
    return draw_strokes(lean(strokes, pen), pen)


def _struck(source: _Source) -> GreyImage:
    """A digit crossed out by long lines or by a zigzag.

    One line alone is drawn only where it can't be a crossed 7, a slashed 0 or a 4.
    """
    pen = source.pen
    ink, label = source.pick()
    width = stroke_width(ink) * pen.between(0.6, 1.2)
    ink = add_margin(ink, 30)
    rows, columns = ink.shape
    if pen.chance(0.3):
        corners = np.linspace(0.12, 0.88, 4 + pen.below(6))
        xs = np.where(np.arange(len(corners)) % 2, 0.9, 0.1) * columns
        zigzag = np.column_stack([xs, corners * rows]) + pen.random.normal(0, 5, (len(corners), 2))
        add_stroke(ink, curve(zigzag, 5), width)
        return ink
    few = 1 if label in (2, 3, 5, 6, 8, 9) else 2
    for _ in range(few + pen.below(3)):
        left = (pen.between(0, 14), rows * pen.between(0.2, 0.8))
        right = (columns - pen.between(0, 14), rows * pen.between(0.2, 0.8))
        add_stroke(ink, pen.line(left, right, 0.05), width)
    return ink


def _scribble(source: _Source) -> GreyImage:
    """Draw an aimless line, or a signature-like row of loops."""
    pen = source.pen
    count = 6 + pen.below(9)
    points = pen.random.random((count, 2)) * [pen.between(0.6, 1.6), 1]
    if pen.chance(0.4):
        points[:, 0] = np.sort(points[:, 0])
    return draw_strokes([curve(points)], pen)


def _blob(source: _Source) -> GreyImage:
    """A spot of ink, or a speck of dirt."""
    pen = source.pen
    noise = cv2.GaussianBlur(
        pen.random.random((60, 60), dtype=np.float32), (0, 0), pen.between(4, 10)
    )
    noise = (noise - noise.mean()) / max(float(noise.std()), 1e-6)
    y, x = np.mgrid[-1:1:60j, -1:1:60j]
    noise = noise - 1.5 * np.hypot(x * pen.between(0.6, 1.3), y * pen.between(0.6, 1.3))
    level = np.quantile(noise, pen.between(0.6, 0.9))
    mask = (noise > level).astype(np.uint8)
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(mask)
    largest = 1 + int(statistics[1:count, cv2.CC_STAT_AREA].argmax())
    return np.where(labels == largest, 255, 0).astype(np.uint8)


def _letter(source: _Source) -> GreyImage:
    if source.pen.chance(0.55):
        return draw_strokes(lean(write_letter(source.pen), source.pen), source.pen)
    return warp_ink(crop_ink(print_letter(source.pen)), source.pen, 0.7)


def _word(source: _Source) -> GreyImage:
    """A printed word or a piece of one."""
    ink = crop_ink(print_word(source.pen))
    width = ink.shape[1]
    first = int(source.pen.between(0, 0.2) * width)
    return ink[:, first : max(first + 40, int(width * source.pen.between(0.6, 1.0)))]


def _tally(source: _Source) -> GreyImage:
    """A bundle of two to five upright strokes, often with a bar across."""
    pen = source.pen
    count = 2 + pen.below(4)
    pitch = pen.between(0.14, 0.4)
    strokes = [
        pen.line(
            (number * pitch + pen.around(0.02), pen.around(0.04)),
            (number * pitch + pen.around(0.03), 1 + pen.around(0.04)),
        )
        for number in range(count)
    ]
    if count > 2 and pen.chance(0.6):
        end = count * pitch
        strokes.append(pen.line((-pitch, pen.between(0.3, 1.0)), (end, pen.between(0, 0.7))))
    return draw_strokes(strokes, pen)


def _rescale(ink: GreyImage, scale: float) -> GreyImage:
    height, width = (max(2, round(side * scale)) for side in ink.shape)
    return np.asarray(cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _paste(canvas: GreyImage, ink: GreyImage, top: int, left: int) -> int:
    """Lay ``ink`` onto ``canvas``, in place, as far as it fits; returns where it ends at right."""
    left = max(left, 0)
    spot = canvas[top : top + ink.shape[0], left : left + ink.shape[1]]
    np.maximum(spot, ink[: spot.shape[0], : spot.shape[1]], out=spot)
    return left + int(ink.shape[1])


_HALVES = {
    0: ("top", "bottom", "left", "right"),
    2: ("top", "bottom", "left", "right"),
    3: ("top", "bottom", "left", "right"),
    5: ("top", "bottom", "left", "right"),
    6: ("left", "right", "top"),
    8: ("left", "right"),
    9: ("left", "right"),
}
"""Digits and which of their halves are no digit: the lower half of a 6 is a 0."""

BELOW = {
    upper: frozenset(
        set(range(10)) - ({0, 1, 6} if upper == 1 else set() if upper in (2, 3, 5, 6) else {1})
    )
    for upper in range(10)
}
"""What may stand below each digit: a 1 above a 0 is a 6, a 0 above a 1 a 9, a 7 above a 1 a 7."""

_OVERWRITTEN = (
    *((0, 4), (2, 4), (2, 5), (2, 6), (2, 9), (3, 4), (3, 6), (4, 2), (4, 3), (4, 5), (4, 6)),
    *((4, 8), (5, 2), (5, 4), (5, 7), (6, 2), (6, 4), (6, 7), (7, 5), (7, 6), (7, 8), (8, 4)),
)
"""Digits, the lower one first, that are no third digit together: a 3 over a 5 may be an 8."""

KINDS: dict[str, tuple[Callable[[_Source], GreyImage], float]] = {
    "pair": (_pair, 0.13),
    "triple": (_triple, 0.05),
    "stacked": (_stacked, 0.11),
    "half": (_half, 0.12),
    "fragment": (_fragment, 0.05),
    "intruder": (_intruder, 0.06),
    "lines": (_lines, 0.05),
    "cross": (_cross, 0.05),
    "struck": (_struck, 0.07),
    "overwritten": (_overwritten, 0.1),
    "ringed": (_ringed, 0.05),
    "scribble": (_scribble, 0.03),
    "blob": (_blob, 0.02),
    "letter": (_letter, 0.06),
    "word": (_word, 0.02),
    "tally": (_tally, 0.03),
}
"""Kinds of junk: what makes them, and their shares, which sum to 1."""

_SHARES = np.cumsum([share for _, share in KINDS.values()]) / sum(
    share for _, share in KINDS.values()
)
_MAY_BE_TALL = frozenset({"stacked", "struck", "overwritten", "cross", "letter", "ringed"})
"""Kinds that are no 1 however narrow they are."""
