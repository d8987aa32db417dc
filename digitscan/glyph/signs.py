"""The digits of a reading in, whether a sign stands among them, out.

The stroke between day and month is a 1 to any model, and a decimal point right beside a digit looks
like a crumb of it: 12/5 would be 1215, and 3.5 would be 35. A minus looks like the dash that fills
the room before a sum, and -3 would be 3.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

import numpy as np

from digitscan.glyph.blobs import lay_together
from digitscan.glyph.candidates import Candidate
from digitscan.glyph.leftovers import Leftover, is_thin_crumb, kind_of
from digitscan.glyph.paths import Arc
from digitscan.glyph.pieces import Piece, digit_height
from digitscan.values import Box, GreyImage, Probabilities

STROKE = "1"
HIGHER, BEYOND = 1.12, 0.08
"""A slash is so many times as high as the digits beside it, and reaches so far above or below them,
in their height.
"""
LEANING, STRAIGHT = 0.2, 0.05
"""It leans to the right by this share of its height, and strays from a line by no more than that.
"""
MUCH_HIGHER, HARDLY_LEANING = 1.25, 0.08
"""One that is so many times as high may lean as little as this."""
THIN, ALIGNED = 0.12, 0.05
"""Printed bars are so narrow, and agree so well in where they end, in heights of the digits."""
LARGEST, FILLED = 0.3, 0.6
"""A point is no larger than the first share of the digits' height, and fills the second of its box.
"""
FOOT, MOST = 0.35, 2
"""One of so many at most ends no further from the digit's foot than this."""
LONGEST, TAIL, SHARE = 0.45, 0.08, 0.45
"""A comma is no higher than the first share of the digits' height, ends the second below their
foot, and fills the third of its box.
"""
WHOLE = 0.9
"""Without it, the digit is still as likely."""
SHORTEST, WIDEST, NEAR = 0.15, 0.75, 0.6
"""A minus is so wide, and as near to the first digit, in digit heights."""
MIDDLE = 0.25, 0.8
"""Between these shares of the digits' height, from their top, its middle lies."""


def holds_sign(
    arcs: Sequence[Arc],
    text: str,
    pieces: Sequence[Piece],
    candidates: Sequence[Candidate],
    probabilities: Probabilities,
) -> bool:
    """Whether a 1 inside a number may be a slash, or a point was taken for a part of a digit.

    Or whether a colon stands in it, or a minus before it. ``arcs`` are those of the digits of
    ``text``. In combs each cell holds a digit.
    """
    if pieces[0].cell is not None:
        return False
    height = digit_height(pieces)
    if _has_minus(arcs, pieces, height):
        return True
    if len(text) < 2:
        return False
    if _has_colon(pieces[arcs[0].start : arcs[-1].end], height):
        return True
    runs = [pieces[arc.start : arc.end] for arc in arcs]
    if any(_is_slash(runs, text, place) for place in range(1, len(text) - 1)):
        return True
    if _are_dividers(runs, text, height):
        return True
    said = {
        (candidate.first, candidate.last): row
        for candidate, row in zip(candidates, probabilities, strict=True)
    }
    return any(
        (start, end - 1) in said
        and said[start, end - 1][int(label)] >= WHOLE
        and _are_points(
            [*pieces[run.start : start], *pieces[end : run.end]], pieces[start:end], height
        )
        for place, (run, label) in enumerate(zip(arcs, text, strict=True))
        for start, end in _shorter(run, first=place == 0, last=place == len(arcs) - 1)
    )


def _shorter(run: Arc, *, first: bool, last: bool) -> Iterator[tuple[int, int]]:
    """A run without its last pieces, or its first ones: those towards the number's other digits."""
    for less in range(1, min(MOST, run.end - run.start - 1) + 1):
        if not last:
            yield run.start, run.end - less
        if not first:
            yield run.start + less, run.end


def _is_slash(runs: Sequence[Sequence[Piece]], text: str, place: int) -> bool:
    if text[place] != STROKE:
        return False
    boxes = [Box.around(piece.box for piece in run) for run in runs]
    others = [box for box, label in zip(boxes, text, strict=True) if label != STROKE] or [
        box for number, box in enumerate(boxes) if number != place
    ]
    top, bottom, height = (
        statistics.median(getattr(box, side) for box in others)
        for side in ("top", "bottom", "height")
    )
    own = boxes[place]
    beyond = max(top - own.top, own.bottom - bottom)
    if own.height < HIGHER * height or beyond < BEYOND * height:
        return False
    lean = HARDLY_LEANING if own.height >= MUCH_HIGHER * height else LEANING
    return _leans(*lay_together(*((piece.box, piece.ink) for piece in runs[place])), lean)


def _are_dividers(runs: Sequence[Sequence[Piece]], text: str, height: float) -> bool:
    """Whether upright thin 1s with digits between them begin, or end, at one height.

    As the dashes do that part the cells of a comb.
    """
    bars = [
        (place, box)
        for place, (run, label) in enumerate(zip(runs, text, strict=True))
        if 0 < place < len(text) - 1 and label == STROKE
        if (box := Box.around(piece.box for piece in run)).width <= THIN * height
    ]
    slack = ALIGNED * height
    return any(
        right - left > 1 and min(abs(one.top - two.top), abs(one.bottom - two.bottom)) <= slack
        for (left, one), (right, two) in combinations(bars, 2)
    )


def _leans(box: Box, ink: GreyImage, least: float) -> bool:
    """Whether ink is a straight stroke that leans to the right, as 1s with a flag are not."""
    rows, columns = np.nonzero(ink)
    slope, start = np.polyfit(rows, columns, 1)
    strays = float(np.std(columns - start - slope * rows))
    return bool(-slope >= least and strays <= STRAIGHT * box.height)


def _are_points(dots: Sequence[Piece], digit: Sequence[Piece], height: float) -> bool:
    """Whether all of some pieces beside a digit are points or commas, one of them near its foot."""
    body = Box.around(piece.box for piece in digit)
    return all(_is_point(dot, body, height) for dot in dots) and any(
        dot.box.bottom >= body.bottom - FOOT * height for dot in dots
    )


def _is_point(piece: Piece, body: Box, height: float) -> bool:
    beside = piece.box.left >= body.right or piece.box.right <= body.left
    return (beside and _is_dot(piece, height)) or _is_comma(piece, body, height)


def _is_dot(piece: Piece, height: float) -> bool:
    sides = piece.box.height, piece.box.width
    solid = piece.pixels >= FILLED * piece.box.height * piece.box.width
    return solid and max(sides) <= LARGEST * height and not is_thin_crumb(piece, height)


def _is_comma(piece: Piece, body: Box, height: float) -> bool:
    """Whether a piece is a stroke that begins at a digit's foot and goes down."""
    box = piece.box
    low = box.top >= body.bottom - FOOT * height and box.bottom >= body.bottom + TAIL * height
    small = max(box.height, box.width) <= LONGEST * height
    thick = not is_thin_crumb(piece, height)
    return low and small and thick and piece.pixels >= SHARE * box.height * box.width


def _has_colon(pieces: Sequence[Piece], height: float) -> bool:
    """Whether two dots stand one over the other, paper between them."""
    dots = [piece.box for piece in pieces if _is_dot(piece, height)]
    return any(
        upper.bottom < lower.top and min(upper.right, lower.right) > max(upper.left, lower.left)
        for upper, lower in permutations(dots, 2)
    )


def _has_minus(arcs: Sequence[Arc], pieces: Sequence[Piece], height: float) -> bool:
    """Whether a short dash, and nothing else, stands right before the first digit."""
    first = arcs[0]
    if first.start != 1 or kind_of(pieces[:1], height) is not Leftover.DASH:
        return False
    dash = pieces[0].box
    digit = Box.around(piece.box for piece in pieces[first.start : first.end])
    down = ((dash.top + dash.bottom) / 2 - digit.top) / digit.height
    short = SHORTEST * height <= dash.width <= WIDEST * height
    return short and digit.left - dash.right <= NEAR * height and MIDDLE[0] <= down <= MIDDLE[1]
