"""The ink of a field and its pieces in, whether a digit seems to have faded between them out.

Of a digit in pencil a black-and-white scan may leave crumbs so small that they pass for dirt. Dirt
lies anywhere; crumbs that are spread over the height of a digit, where none was found, do not.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import cv2
import numpy as np

from digitscan.glyph.pieces import Piece, digit_height
from digitscan.values import GreyImage

APART = 0.25
"""Crumbs further from one another, sideways in digit heights, are not of one digit."""
LEAST_CRUMBS, LEAST_SPREAD = 3, 0.35
"""How many crumbs are left of a digit, at least, and over which share of the digits' height."""
LEAST_INK = 0.025
"""Their ink, at least, as a share of a digit's."""
TALL = 0.5
"""Pieces lower than this share of the digit height are not counted as digits for that."""


def lacks_faded_digit(ink: GreyImage, origin: tuple[int, int], pieces: Sequence[Piece]) -> bool:
    """Whether ``ink`` (h, w) uint8, 0 paper, at ``origin``, holds crumbs of a digit in a gap.

    ``pieces`` are what was cut from it, its dirt left out.
    """
    if not pieces:
        return False
    height = digit_height(pieces)
    first, last = (
        min(piece.box.top for piece in pieces) - origin[0],
        max(piece.box.bottom for piece in pieces) - origin[0],
    )
    crumbs = _without(ink, origin, pieces)[max(first, 0) : last]
    digits = [piece.pixels for piece in pieces if piece.box.height >= TALL * height]
    least = LEAST_INK * statistics.median(digits or [piece.pixels for piece in pieces])
    columns = np.flatnonzero(crumbs.any(axis=0))
    heaps = np.split(columns, np.flatnonzero(np.diff(columns) > APART * height) + 1)
    return any(
        _is_digit(crumbs[:, heap[0] : heap[-1] + 1], least, LEAST_SPREAD * height)
        and _stands_in_gap(heap[0] + origin[1], heap[-1] + origin[1], pieces)
        for heap in heaps
        if heap.size
    )


def _without(ink: GreyImage, origin: tuple[int, int], pieces: Sequence[Piece]) -> GreyImage:
    rest = np.array(ink > 0, np.uint8)
    for piece in pieces:
        top, left = piece.box.top - origin[0], piece.box.left - origin[1]
        rest[top : top + piece.box.height, left : left + piece.box.width][piece.ink > 0] = 0
    return rest


def _is_digit(crumbs: GreyImage, least: float, spread: float) -> bool:
    """Whether a heap of crumbs may be left of a digit."""
    if cv2.countNonZero(crumbs) < least:
        return False
    rows = np.flatnonzero(crumbs.any(axis=1))
    if rows[-1] - rows[0] + 1 < spread:
        return False
    return cv2.connectedComponents(crumbs)[0] > LEAST_CRUMBS


def _stands_in_gap(left: int, right: int, pieces: Sequence[Piece]) -> bool:
    return all(piece.box.right <= left + 1 or right <= piece.box.left for piece in pieces)
