"""The pieces of ink in a page's fields in, the same without what is printed in boxes out.

A box may have its number in a corner, or a unit at its end. Print is lower than digits are written
and stands at one place in box after box: either the same sign again, or, in a corner, signs of one
height.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise

import numpy as np
import numpy.typing as npt

from digitscan.glyph.blobs import lay_together
from digitscan.glyph.pieces import Piece, digit_height
from digitscan.masks import share_in_common
from digitscan.values import Box, Field, FieldKind, GreyImage, Mask

LOWER = 0.75
"""Height of print in a box, at most, as a share of that of the page's digits."""
SLACK_PX = 2
"""How far signs at one place may be apart, and differ in size."""
FEWEST, MOST = 3, 4
"""Boxes with print at one place, at least; signs in one box, at most, or it is a label."""
COMPARED = 24
"""Signs that each is compared with, at most: a table may have one in all of its cells."""
MOST_SIGNS = 1000
"""A page with more low pieces than this is full of dirt, and of no use to compare."""
LEAST_ALIKE = 0.75
"""Share that one sign, printed twice, has in common with itself."""
CORNER_HEIGHT, CORNER_WIDTH = 0.45, 0.35
"""How far a number in a corner reaches down, and how far from a side it stands, in box heights."""
NUMBERED, SAME_HEIGHT = 0.4, 0.1
"""Share of the boxes of about one height that have such a number, at least."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """Ink by itself: of which field, the numbers of its pieces there, and the box around it."""

    field: int
    pieces: range
    cell: int | None
    around: Box
    box: Box
    ink: GreyImage


def without_print(
    fields: Sequence[Field], pieces: Sequence[tuple[Piece, ...]]
) -> list[tuple[Piece, ...]]:
    """Leave out of the pieces of each of a page's fields those that are printed in its box.

    Parameters
    ----------
    fields : sequence of Field
        All fields of a page.
    pieces : sequence of tuple of Piece
        The pieces of each.
    """
    heights = [digit_height(own) for own in pieces if own]
    highest = LOWER * float(np.median(heights)) if heights else 0.0
    cuts = enumerate(zip(fields, pieces, strict=True))
    signs = [sign for number, cut in cuts for sign in _signs(number, *cut, highest)]
    if not FEWEST <= len(signs) <= MOST_SIGNS:
        return list(pieces)
    level = _are_level(signs)
    is_print = _is_again(signs, level)
    is_print |= _is_in_corner(signs, level, _heights_of_boxes(fields, pieces))
    printed: list[list[_Sign]] = [[] for _ in fields]
    for sign in compress(signs, is_print):
        printed[sign.field].append(sign)
    return [_without(*cut, highest) for cut in zip(pieces, printed, strict=True)]


def _signs(number: int, field: Field, pieces: tuple[Piece, ...], highest: float) -> Iterator[_Sign]:
    """The low pieces of a field, those together that were cut from one another."""
    if field.kind is FieldKind.LINE:
        return
    starts = [place for place, piece in enumerate(pieces) if piece.cut is None]
    for start, end in pairwise([*starts, len(pieces)]):
        own = pieces[start:end]
        box = Box.around(piece.box for piece in own)
        if box.height <= highest and not own[0].cross:
            _, ink = lay_together(*((piece.box, piece.ink) for piece in own))
            yield _Sign(number, range(start, end), own[0].cell, _around(field, own[0]), box, ink)


def _around(field: Field, piece: Piece) -> Box:
    """The box, or cell of a comb, that a piece stands in."""
    return field.box if piece.cell is None else field.cells[piece.cell]


def _is_again(signs: Sequence[_Sign], level: Mask) -> Mask:
    """Which signs stand in enough boxes at one place, the same each time, (n,).

    In combs every digit has one place, and some of one hand are the same.
    """
    whole = np.array([sign.cell is None for sign in signs])
    like = whole & whole[:, None] & level & _are_plumb(signs)
    same = np.eye(len(signs), dtype=np.bool_)
    for one, row in enumerate(like):
        shape = signs[one].ink > 0
        for other in np.flatnonzero(row & ~same[one])[:COMPARED].tolist():
            same[one, other] = share_in_common(shape, signs[other].ink > 0) >= LEAST_ALIKE
    return np.asarray(whole & (_boxes_with(same, signs) >= FEWEST), np.bool_)


def _is_in_corner(signs: Sequence[_Sign], level: Mask, heights: npt.NDArray[np.int_]) -> Mask:
    """Which signs are in an upper corner, where enough boxes have signs of one height, (n,)."""
    (top, left, _, right), high = _places(signs).T, np.array([sign.around.height for sign in signs])
    size = np.array([sign.box.height for sign in signs])
    corner = (top + size <= CORNER_HEIGHT * high) & (np.minimum(left, right) <= CORNER_WIDTH * high)
    numbered = _boxes_with(level & corner & corner[:, None], signs)
    equal = np.count_nonzero(abs(heights - high[:, None]) <= SAME_HEIGHT * high[:, None], axis=1)
    return np.asarray((numbered >= FEWEST) & (numbered >= NUMBERED * equal), np.bool_)


def _heights_of_boxes(
    fields: Sequence[Field], pieces: Sequence[tuple[Piece, ...]]
) -> npt.NDArray[np.int_]:
    """How high the boxes, and cells of combs, with ink in them are."""
    inked = {
        (number, piece.cell): _around(field, piece).height
        for number, (field, own) in enumerate(zip(fields, pieces, strict=True))
        for piece in own
        if field.kind is not FieldKind.LINE
    }
    return np.array(list(inked.values()), int)


def _are_level(signs: Sequence[_Sign]) -> Mask:
    """Which signs are of one height and as far from the top, or the bottom, of the box, (n, n)."""
    return _agree(_places(signs)[:, [0, 2]], np.array([sign.box.height for sign in signs]))


def _are_plumb(signs: Sequence[_Sign]) -> Mask:
    """Which signs are of one width and as far from a side of the box, (n, n)."""
    return _agree(_places(signs)[:, [1, 3]], np.array([sign.box.width for sign in signs]))


def _agree(places: npt.NDArray[np.int_], sizes: npt.NDArray[np.int_]) -> Mask:
    """Which agree in one of two places, (n, 2), and in size, (n,)."""
    near = abs(places[:, None] - places[None, :]).min(axis=2) <= SLACK_PX
    return np.asarray(near & (abs(sizes[:, None] - sizes[None, :]) <= SLACK_PX), np.bool_)


def _places(signs: Sequence[_Sign]) -> npt.NDArray[np.int_]:
    """How far signs are from the top, left, bottom and right of the box, (n, 4)."""
    own = np.array([sign.box.sides for sign in signs])
    return np.asarray(abs(own - np.array([sign.around.sides for sign in signs])), int)


def _boxes_with(same: Mask, signs: Sequence[_Sign]) -> npt.NDArray[np.int_]:
    """In how many boxes there are signs the ``same``, (n, n), as each, (n,)."""
    boxes = [(sign.field, -1 if sign.cell is None else sign.cell) for sign in signs]
    box = np.unique(boxes, axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(box, kind="stable")
    starts = np.flatnonzero(np.diff(box[order], prepend=-1))
    return np.asarray(np.logical_or.reduceat(same[:, order], starts, axis=1).sum(axis=1), int)


def _without(
    pieces: tuple[Piece, ...], printed: Sequence[_Sign], highest: float
) -> tuple[Piece, ...]:
    """A field's pieces without the ``printed`` signs, unless all of it may be print."""
    left_out = {number for sign in printed for number in sign.pieces}
    rest = tuple(piece for number, piece in enumerate(pieces) if number not in left_out)
    few = all(count <= MOST for count in Counter(sign.cell for sign in printed).values())
    written = not rest or any(piece.box.height > highest for piece in rest)
    whole = not any(_is_of_word(sign.box, piece.box) for sign in printed for piece in rest)
    return rest if few and written and whole else pieces


def _is_of_word(sign: Box, other: Box) -> bool:
    """Whether ink is about as high as a sign, in one line with it, and as near as in a word."""
    level = min(sign.bottom, other.bottom) - max(sign.top, other.top) > sign.height / 2
    apart = max(sign.left - other.right, other.left - sign.right)
    return level and apart <= sign.height and LOWER * other.height < sign.height
