"""A digit's name in, its strokes out as they are drawn along the bars of a figure eight.

Many tally sheets and bank forms print a pale eight of straight bars in each box. People trace it,
and write like a pocket calculator.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from digitscan.learn.pen import Path, Pen, curve

CORNERS = {
    1: ("bdf",),
    2: ("abdcef",),
    3: ("abdfe", "cd"),
    4: ("acd", "bdf"),
    5: ("bacdfe",),
    6: ("baefdc",),
    7: ("abdf",),
    9: ("dcabdf", "fe"),
}
"""The strokes of each digit from corner to corner: a, b the upper ones, left and right, c, d the
middle ones, e, f the lower ones. A squared 0 or 8 is left out: it can't be told from a printed box
or from the figure that is printed to be traced.
"""
SQUARED = tuple(CORNERS)
"""The digits that have such a form."""
TREMBLE = 0.03
"""How far a corner is from where it should be, on the mean."""
ROUNDED = 0.4
"""Share of strokes that turn in a bend."""


def squared_strokes(digit: int, pen: Pen) -> list[Path]:
    """Give the upright strokes of one digit in the unit square."""
    wide, middle = pen.between(0.22, 0.4), pen.between(0.42, 0.56)
    left, right = 0.5 - wide, 0.5 + wide
    places = {"a": (left, 0.0), "b": (right, 0.0), "c": (left, middle)}
    places |= {"d": (right, middle), "e": (left, 1.0), "f": (right, 1.0)}
    strokes = CORNERS[digit]
    if digit == 9 and pen.chance(0.5):
        strokes = strokes[:1]
    return [_along([places[name] for name in stroke], pen) for stroke in strokes]


def _along(corners: list[tuple[float, float]], pen: Pen) -> Path:
    """Draw a stroke through corners, sharp or rounded."""
    points = pen.tremble(corners, TREMBLE)
    if len(points) > 2 and pen.chance(ROUNDED):
        return _rounded(points, pen.between(0.08, 0.3))
    return np.concatenate([pen.line(a, b, 0.03) for a, b in pairwise(points)])


def _rounded(points: Path, share: float) -> Path:
    """Draw a stroke that leaves each line at this ``share`` of it before its end."""
    through = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        through += [corner + share * (before - corner), corner + share * (after - corner)]
    return curve([*through, points[-1]], 6)
