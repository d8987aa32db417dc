"""What the ink of a field, seen as a whole, allows to say: a number, something else, a strike."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

from digitscan.glyph.bars import is_bar
from digitscan.glyph.candidates import Candidate
from digitscan.glyph.crosses import is_cross
from digitscan.glyph.leftovers import Leftover, is_crumb, is_silent, is_thin_crumb, kind_of
from digitscan.glyph.paths import Arc
from digitscan.glyph.pieces import Piece, digit_height
from digitscan.values import NOT_A_DIGIT, Box, Digit, Probabilities, Status

PLAUSIBLE = 0.3
"""Ink is a digit at all only where some candidate is one with at least this probability."""
DOUBTFUL, DIGIT_FOR_SURE = 0.5, 0.05
"""A digit whose class is less likely than the first may as well be something else, unless that it
is none is less likely than the second."""
MOSTLY = 0.5
"""A field is unreadable when more than this share of its ink is no digit."""
APART = 0.3
"""A dot this far before or after the number, in digit heights, is no part of it."""
WIDE, WIDER, ORDINARY = 0.8, 0.4, 0.7
"""A gap between digits is odd if so wide, and so much wider than the next widest, in digit heights;
that one is taken for ordinary where there are but two digits.
"""
NARROWEST = 0.5
"""Width of a digit, at least, in digit heights, when gaps are compared."""
REST_OF_DIGIT = 0.12
"""Dots before or after a number that have this share of a digit's ink may be a faint digit."""
TALLY = 3
"""This many strokes in a row and nothing else are no number: tallies, bars of a code, hatching."""


def is_hopeless(
    pieces: Sequence[Piece], candidates: Sequence[Candidate], probabilities: Probabilities
) -> bool:
    """Whether most ink can't belong to any digit, so that no search is needed to tell.

    Dashes, dots, crosses and what is struck out are left to the search.
    """
    if any(piece.struck or piece.cross for piece in pieces):
        return False
    best = [0.0] * len(pieces)
    for candidate, junk in zip(candidates, probabilities[:, NOT_A_DIGIT].tolist(), strict=True):
        for index in range(candidate.first, candidate.last + 1):
            best[index] = max(best[index], 1.0 - junk)
    height = digit_height(pieces)
    ink = read = 0
    for piece, chance in zip(pieces, best, strict=True):
        if kind_of([piece], height) is Leftover.INK:
            ink += piece.pixels
            read += piece.pixels * (chance >= PLAUSIBLE)
    if read >= (1 - MOSTLY) * ink:
        return False
    return not any(
        is_cross(candidate.glyph)
        for candidate, row in zip(candidates, probabilities, strict=True)
        if row[NOT_A_DIGIT] > 1 - PLAUSIBLE
    )


def status_of_ink(
    arcs: Sequence[Arc],
    digits: Sequence[Digit],
    pieces: Sequence[Piece],
    text: str,
    printed: Sequence[Box] = (),
) -> Status:
    """What a path through the ink is worth: ``ok`` only where nothing that matters is dropped.

    ``printed`` are signs that were taken out of the field.
    """
    ink = dict.fromkeys(Leftover, 0)
    read = doubtful = 0
    glyphs = iter(zip(digits, text, strict=True))
    for arc in arcs:
        pixels = sum(piece.pixels for piece in pieces[arc.start : arc.end])
        if arc.leftover is not None:
            ink[arc.leftover] += pixels
            continue
        digit, character = next(glyphs)
        if _is_doubtful(digit.probabilities, int(character)):
            doubtful += pixels
        else:
            read += pixels
    crossed_out = ink[Leftover.STRUCK] + ink[Leftover.CROSS] + ink[Leftover.DASH]
    junk = ink[Leftover.INK] + doubtful
    if not read and crossed_out > junk:
        return Status.STRUCK
    if junk >= read:
        return Status.UNREADABLE
    passed = [(arc.leftover, pieces[arc.start]) for arc in arcs if arc.leftover is not None]
    silent = _all_silent(arcs, passed, pieces, text) and not _is_tally(text)
    silent = silent and not lacks_digit(digits, passed, pieces, printed)
    return Status.OK if silent else Status.REVIEW


def _is_doubtful(probabilities: Probabilities, digit: int) -> bool:
    """Whether a glyph with these class probabilities, (11,), may as well be no ``digit``."""
    unsure = probabilities[digit] < DOUBTFUL
    return bool(unsure and probabilities[NOT_A_DIGIT] >= DIGIT_FOR_SURE)


def _all_silent(
    arcs: Sequence[Arc],
    passed: Sequence[tuple[Leftover, Piece]],
    pieces: Sequence[Piece],
    text: str,
) -> bool:
    """Whether all that is passed over may be without a review; ``passed`` as in lacks_digit."""
    height = digit_height(pieces)
    taken = [p for arc in arcs if arc.leftover is None for p in pieces[arc.start : arc.end]]
    digits = [piece for piece in taken if not is_crumb(piece, height)] or taken
    heavy = _heavy_sides(_lone_dots(passed, height), digits)
    read: list[Piece] = []
    characters = iter(text)
    last = ""
    for arc in arcs:
        own = pieces[arc.start : arc.end]
        if arc.leftover is None:
            read, last = list(own), next(characters)
            continue
        if arc.leftover is Leftover.DOT and _side(own[0], digits) in heavy:
            return False
        if not all(
            is_silent(arc.leftover, piece, digits, height)
            or (last == "5" and arc.leftover is Leftover.DASH and is_bar(piece, read, height))
            for piece in own
        ):
            return False
    return True


def lacks_digit(
    digits: Sequence[Digit],
    passed: Sequence[tuple[Leftover, Piece]],
    pieces: Sequence[Piece],
    printed: Sequence[Box] = (),
) -> bool:
    """Whether a digit of a number may have faded: one gap is odd, or a dot stands apart from it.

    In a comb gaps say nothing, and a ``printed`` sign explains its own. ``passed`` are the first
    pieces of what is passed over.
    """
    if any(piece.cell is not None for piece in pieces):
        return False
    height = digit_height(pieces)
    boxes = sorted((digit.box for digit in digits), key=lambda box: box.left)
    gaps = sorted(
        _gap(left, right, NARROWEST * height)
        for left, right in pairwise(boxes)
        if not any(left.left < sign.left and sign.right < right.right for sign in printed)
    )
    ordinary = gaps[-2] if len(gaps) > 1 else ORDINARY * height
    if gaps and gaps[-1] >= max(WIDE * height, ordinary + WIDER * height):
        return True
    start, end = boxes[0].left - APART * height, boxes[-1].right + APART * height
    dots = [dot for dot in _lone_dots(passed, height) if not is_thin_crumb(dot, height)]
    return any(dot.box.right < start or dot.box.left > end for dot in dots)


def _lone_dots(passed: Sequence[tuple[Leftover, Piece]], height: float) -> list[Piece]:
    """The dots among what is passed over, without crumbs and what lies along a dash: a rule."""
    dots = [piece for kind, piece in passed if kind is Leftover.DOT and not is_crumb(piece, height)]
    dashes = [piece.box for kind, piece in passed if kind is Leftover.DASH]
    return [
        dot
        for dot in dots
        if not any(dash.left <= dot.box.left and dot.box.right <= dash.right for dash in dashes)
    ]


def _gap(left: Box, right: Box, narrowest: float) -> float:
    """Paper between two digits, were each at least so wide: beside a 1 there is more of it."""
    apart = (right.left + right.right - left.left - left.right) / 2
    return apart - (max(left.width, narrowest) + max(right.width, narrowest)) / 2


def _side(piece: Piece, digits: Sequence[Piece]) -> int:
    """-1 for a piece before the number, 1 for one after it, 0 for one inside it."""
    return int(piece.start >= digits[-1].start) - int(piece.end <= digits[0].end)


def _heavy_sides(dots: Sequence[Piece], digits: Sequence[Piece]) -> set[int]:
    """On which sides of a number several dots together may be what is left of a faint digit."""
    least = REST_OF_DIGIT * statistics.median(digit.pixels for digit in digits)
    sides: dict[int, list[int]] = {}
    for dot in dots:
        sides.setdefault(_side(dot, digits), []).append(dot.pixels)
    return {side for side, sizes in sides.items() if len(sizes) > 1 and sum(sizes) >= least}


def _is_tally(text: str) -> bool:
    return len(text) >= TALLY and set(text) == {"1"}
