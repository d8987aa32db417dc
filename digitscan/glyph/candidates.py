"""Pieces of one field in, the glyphs that the classifier is to judge out.

A candidate is a run of neighbouring pieces that may be one digit. Each costs a look by the
classifier, so a piece of ordinary size that stands alone gives one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitscan.glyph.bars import is_bar
from digitscan.glyph.blobs import has_ink_near, is_long, lay_together
from digitscan.glyph.normalise import normalise_glyph
from digitscan.glyph.pieces import Piece, digit_height
from digitscan.values import Box, GreyImage

MOST_PIECES = 4
"""Pieces in one candidate, at most; dots don't count, nor does it hold in a cell of a comb."""
WIDEST = 1.75
"""Width of a candidate, at most, in digit heights; of several blobs together, ``WIDEST_JOIN``."""
WIDEST_JOIN = 1.6
CLOSE = 0.12
"""Two blobs, both as high as digits, may be one digit if no further apart, in digit heights."""
NEAR = 0.3
"""The same where one of the two is lower than a digit."""
IN_CELL, MOST_IN_CELL = 0.8, 10
"""In a cell of a comb stands one digit, whatever is left of it: so far apart blobs of any size may
be one there, and a candidate may have so many pieces."""
DOT, TOUCHING = 0.3, 0.15
"""A blob smaller than the first may be a decimal point unless it is no further than the second."""
BROKEN = 2.0
"""Nor any further apart than so many stroke widths, where one is lower: a broken stroke."""
TORN = 2.0
"""What a gap in a digit costs for each digit height: in black and white, pencil breaks."""
BOWED = 0.05
"""Two arcs are brackets if their middles stand so far out, as a share of their heights."""
LOW = 0.55
"""Lower than this share of the digit height is too low for a digit beside the others."""
LOWEST = 0.3
"""Never a digit by itself, beside others of the digit height."""
BAR_WIDTH, BAR_HEIGHT = 2.0, 15.0
"""Narrower than the one and higher than the other, in strokes: seldom a 1, often a printed line."""
LEAST_STROKES = 2.5
"""A digit is at least this many strokes high."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Pieces ``first`` to ``last``, both included, taken for one digit.

    ``box`` is in pixels of the clean page, ``glyph`` is (28, 28) uint8 with 0 for paper. ``cost``
    says how odd its size and its gaps are for one digit of this field: 0 is ordinary, else the
    negative logarithm of how much rarer it is.
    """

    first: int
    last: int
    box: Box
    glyph: GreyImage
    cost: float


def make_candidates(pieces: Sequence[Piece], stroke_px: float) -> tuple[Candidate, ...]:
    """Make a glyph of each run of pieces that may be one digit.

    Parameters
    ----------
    pieces : sequence of Piece
        Left to right.
    stroke_px : float
        Typical pen width in pixels.
    """
    height = digit_height(pieces)
    candidates = []
    for first in range(len(pieces)):
        for last in range(first, min(first + MOST_IN_CELL, len(pieces))):
            run = pieces[first : last + 1]
            if last > first and not _may_join(run, height, stroke_px):
                break
            if run[0].cell is None and sum(not _is_dot(p, height) for p in run) > MOST_PIECES:
                break
            candidate = _candidate(first, run, height, stroke_px)
            if candidate is not None:
                candidates.append(candidate)
    return tuple(candidates)


def _is_dot(piece: Piece, height: float) -> bool:
    return _size(piece) < DOT * height


def _may_join(run: Sequence[Piece], height: float, stroke_px: float) -> bool:
    """Whether the last piece of a run may be of one digit with those before it."""
    last, gap = run[-1], _gap(run)
    if _width(run) > WIDEST * height:
        return False
    if last.cut is not None or is_bar(last, run[:-1], height):
        return True
    in_cell = last.cell is not None and last.cell == run[-2].cell
    if in_cell and gap <= IN_CELL * height:
        return True
    if _is_broken(run, height, round(BROKEN * stroke_px)):
        return True
    if min(_size(last), max(map(_size, run[:-1]))) < DOT * height:
        return gap <= TOUCHING * height
    if gap <= CLOSE * height or gap > NEAR * height:
        return gap <= CLOSE * height
    low = min(last.box.height, max(p.box.height for p in run[:-1])) < LOW * height
    return low or _embrace(run[:-1], last)


def _is_broken(run: Sequence[Piece], height: float, reach: int) -> bool:
    """Whether the last piece lies by the ink before it, and one of them is lower than a digit."""
    last, before = run[-1], max(run[:-1], key=lambda piece: piece.box.height)
    lower, higher = sorted((last, before), key=lambda piece: piece.box.height)
    if lower.box.height > LOW * height or _may_be_point(lower, higher, height):
        return False
    return any(has_ink_near(piece.ink, piece.box, last.box, reach) for piece in run[:-1])


def _may_be_point(dot: Piece, digit: Piece, height: float) -> bool:
    """Whether a dot stands at the foot of a digit, where a decimal point does."""
    return _is_dot(dot, height) and dot.box.top > digit.box.bottom - DOT * height


def _embrace(before: Sequence[Piece], last: Piece) -> bool:
    """Whether the two are bowed like brackets: a 0 that faded at its top and its bottom."""
    return _bow(max(before, key=_size)) >= BOWED and _bow(last) <= -BOWED


def _bow(piece: Piece) -> float:
    """How far its middle stands to the left of its ends, as a share of its height."""
    columns = np.arange(piece.ink.shape[1])
    thirds = [third > 0 for third in np.array_split(piece.ink, 3)]
    if not all(third.any() for third in thirds):
        return 0.0
    top, middle, bottom = (float((third * columns).sum() / third.sum()) for third in thirds)
    return ((top + bottom) / 2 - middle) / piece.box.height


def _size(piece: Piece) -> int:
    """The longer side of a piece."""
    return max(piece.box.height, piece.box.width)


def _width(run: Sequence[Piece]) -> float:
    """Columns that a run covers."""
    return max(piece.end for piece in run) - min(piece.start for piece in run)


def _gap(run: Sequence[Piece]) -> float:
    """Columns of paper before the last piece of a run."""
    return run[-1].start - max(piece.end for piece in run[:-1])


def _candidate(
    first: int, run: Sequence[Piece], height: float, stroke_px: float
) -> Candidate | None:
    """Lay a run of pieces into a glyph, unless it is too low or too wide for a digit."""
    width = _width(run)
    if len(run) == 1:
        box, ink = run[0].box, run[0].ink
    else:
        box, ink = lay_together(*((piece.box, piece.ink) for piece in run))
    whole = sum(piece.cut is None for piece in run[1:]) > 0
    if width > (WIDEST_JOIN if whole else WIDEST) * height and not _alone(run, box):
        return None
    if box.height < max(LOWEST * height, LEAST_STROKES * stroke_px) or is_long(box):
        return None
    wide = _width_without_bar(run, height)
    cost = shape_cost(box.height / height, wide / height, _widest_gap(run, height) / height)
    cost += bar_cost(box.height / stroke_px, width / stroke_px)
    return Candidate(first, first + len(run) - 1, box, normalise_glyph(ink), cost)


def _alone(run: Sequence[Piece], box: Box) -> bool:
    """Whether a single blob is not wider than a digit can be, however high the others are."""
    return len(run) == 1 and box.width <= WIDEST * box.height


def _width_without_bar(run: Sequence[Piece], height: float) -> float:
    """Columns that a run covers without the bar of a 5, which reaches as far as it likes."""
    body = run[:-1] if len(run) > 1 and is_bar(run[-1], run[:-1], height) else run
    return _width(body)


def _widest_gap(run: Sequence[Piece], height: float) -> float:
    """Widest gap of paper between blobs of a run, 0 where there is none but that before a bar."""
    gaps = [
        _gap(run[: i + 1])
        for i in range(1, len(run))
        if run[i].cut is None and not is_bar(run[i], run[:i], height)
    ]
    return max([0.0, *gaps])


def shape_cost(height: float, width: float, gap: float) -> float:
    """How odd it is for one digit to be so high, so wide and so torn, in digit heights.

    >>> shape_cost(1.0, 0.6, 0.0)
    0.0
    """
    odd_height = max(0.0, abs(math.log(height)) - 0.25) / 0.25
    odd_width = max(0.0, width - 1.1) / 0.2
    return min(odd_height**2 / 2, 6.0) + min(odd_width**2 / 2, 4.0) + TORN * max(0.0, gap)


def bar_cost(height: float, width: float) -> float:
    """How odd a 1 so high and so narrow would be, in stroke widths: rests of lines look like that.

    >>> bar_cost(10.0, 1.5)
    0.0
    """
    return 0.0 if width > BAR_WIDTH else min(max(0.0, height - BAR_HEIGHT) / 4.0, 4.0)
