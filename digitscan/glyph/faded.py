"""The pieces of a field in, whether a digit seems to have faded between them out.

Of a digit in pencil a black-and-white scan may leave nothing but crumbs. Dirt lies anywhere; crumbs
that are spread over the height of a digit, where none was found, do not.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

from digitscan.glyph.leftovers import is_crumb
from digitscan.glyph.pieces import Piece, digit_height

APART = 0.25
"""Crumbs further from one another, sideways in digit heights, are not of one digit."""
LEAST_CRUMBS, LEAST_SPREAD = 3, 0.35
"""How many crumbs are left of a digit, at least, and over which share of the digits' height."""
LEAST_INK = 0.025
"""Their ink, at least, as a share of a digit's."""


def lacks_faded_digit(pieces: Sequence[Piece]) -> bool:
    """Whether there are crumbs of a digit in a gap between ``pieces``, before or after them."""
    height = digit_height(pieces)
    digits = [piece for piece in pieces if not is_crumb(piece, height)]
    if not digits:
        return False
    first, last = min(each.box.top for each in digits), max(each.box.bottom for each in digits)
    crumbs = sorted(
        (piece for piece in pieces if is_crumb(piece, height) and first <= piece.box.top < last),
        key=lambda piece: piece.box.left,
    )
    least = LEAST_INK * statistics.median(digit.pixels for digit in digits)
    return any(
        _is_digit(heap, least, LEAST_SPREAD * height) and _stands_in_gap(heap, digits)
        for heap in _heaps(crumbs, APART * height)
    )


def _heaps(crumbs: Sequence[Piece], apart: float) -> list[list[Piece]]:
    """Crumbs, from left to right, that are no further apart from one to the next."""
    heaps = [list(crumbs[:1])]
    for one, two in pairwise(crumbs):
        if two.box.left - one.box.right > apart:
            heaps.append([])
        heaps[-1].append(two)
    return heaps


def _is_digit(heap: Sequence[Piece], least: float, spread: float) -> bool:
    """Whether a heap of crumbs may be left of a digit."""
    if len(heap) < LEAST_CRUMBS or sum(crumb.pixels for crumb in heap) < least:
        return False
    return max(c.box.bottom for c in heap) - min(c.box.top for c in heap) >= spread


def _stands_in_gap(heap: Sequence[Piece], digits: Sequence[Piece]) -> bool:
    left, right = heap[0].box.left, max(crumb.box.right for crumb in heap)
    return all(digit.box.right <= left or right <= digit.box.left for digit in digits)
