"""The digits of a reading in, whether one of them is a sign, or holds one, out.

The stroke between day and month is a 1 to any model, and a decimal point right beside a digit looks
like a crumb of it: 12/5 would be 1215, and 3.5 would be 35.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

import numpy as np

from digitscan.glyph.blobs import lay_together
from digitscan.glyph.candidates import Candidate
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
LARGEST, LEAST, FILLED = 0.3, 0.09, 0.6
"""A point is no larger than the first share of the digits' height, both ways no smaller than the
second, and fills that share of its box.
"""
FOOT, MOST = 0.35, 2
"""One of so many at most ends no further from the digit's foot than this."""
WHOLE = 0.9
"""Without it, the digit is still as likely."""


def holds_sign(
    arcs: Sequence[Arc],
    text: str,
    pieces: Sequence[Piece],
    candidates: Sequence[Candidate],
    probabilities: Probabilities,
) -> bool:
    """Whether a 1 inside a number may be a slash, or a point was taken for a part of a digit.

    ``arcs`` are those of the digits of ``text``. In combs each cell holds a digit.
    """
    if len(text) < 2 or pieces[0].cell is not None:
        return False
    runs = [pieces[arc.start : arc.end] for arc in arcs]
    if any(_is_slash(runs, text, place) for place in range(1, len(text) - 1)):
        return True
    said = {
        (candidate.first, candidate.last): row
        for candidate, row in zip(candidates, probabilities, strict=True)
    }
    height = digit_height(pieces)
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
    return _leans(*lay_together(*((piece.box, piece.ink) for piece in runs[place])))


def _leans(box: Box, ink: GreyImage) -> bool:
    """Whether ink is a straight stroke that leans to the right, as 1s with a flag are not."""
    rows, columns = np.nonzero(ink)
    slope, start = np.polyfit(rows, columns, 1)
    strays = float(np.std(columns - start - slope * rows))
    return bool(-slope >= LEANING and strays <= STRAIGHT * box.height)


def _are_points(dots: Sequence[Piece], digit: Sequence[Piece], height: float) -> bool:
    """Whether all of some pieces beside a digit are solid dots, one of them near its foot."""
    body = Box.around(piece.box for piece in digit)
    return all(_is_dot(dot, body, height) for dot in dots) and any(
        dot.box.bottom >= body.bottom - FOOT * height for dot in dots
    )


def _is_dot(piece: Piece, body: Box, height: float) -> bool:
    sides = piece.box.height, piece.box.width
    solid = piece.pixels >= FILLED * piece.box.height * piece.box.width
    beside = piece.box.left >= body.right or piece.box.right <= body.left
    return solid and beside and max(sides) <= LARGEST * height and min(sides) >= LEAST * height
