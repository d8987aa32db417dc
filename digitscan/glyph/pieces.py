"""Ink of one field in, pieces of ink out, left to right: each at most one digit.

Pieces are cut finer than digits: touching digits come apart, and now and then a single digit
does too. Which pieces belong together is decided later, by what they look like together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from digitscan.glyph.blobs import Blob, Scale, find_blobs, lean_span, middle_height
from digitscan.glyph.crosses import is_cross
from digitscan.glyph.rings import without_ring
from digitscan.glyph.seams import Place, Seam, find_seams, split
from digitscan.glyph.strikes import is_struck
from digitscan.values import Box, GreyImage

LOWEST_BESIDE_CROSS = 0.4
"""Digits beside crosses are at least this high, in heights of the crosses."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut through touching ink.

    ``crossed`` is the ink it crosses, in stroke widths. ``crowded`` is how far the whole blob is
    from the width of two digits: 0 where it has room for them, towards 1 where it has none.
    """

    crossed: float
    crowded: float = 0.0
    place: Place = Place.THIN


@dataclass(frozen=True, slots=True)
class Piece:
    """Ink that is not divided further.

    Attributes
    ----------
    box : Box
        In pixels of the clean page.
    ink : (box.height, box.width) uint8
        This piece's ink only; 0 is paper.
    start, end : float
        Columns it covers when the lean of the writing is undone.
    pixels : int
        How many pixels of ``ink`` are not paper.
    cut : Cut or None
        The cut that parts it from the piece before it. None where the two do not touch.
    cell : int or None
        The cell of the comb that it stands in. None where the field is no comb.
    struck : bool
        Whether a line crosses out the ink that it is part of.
    cross : bool
        Whether it is an X by itself, as one puts through an unused cell.
    thin : bool
        Whether it was cut off at the end of a long thin stroke: it may be that stroke.
    """

    box: Box
    ink: GreyImage
    start: float
    end: float
    pixels: int
    cut: Cut | None = None
    cell: int | None = None
    struck: bool = False
    cross: bool = False
    thin: bool = False


def cut_pieces(
    ink: GreyImage, origin: tuple[int, int], stroke_px: float, cells: tuple[Box, ...] = ()
) -> tuple[Piece, ...]:
    """Cut the ink of a field into pieces.

    Parameters
    ----------
    ink : (h, w) uint8
        The field's ink; 0 is paper. Printed lines are taken out already.
    origin : (row, column)
        Where the ink's top left corner lies in the clean page.
    stroke_px : float
        Typical pen width in pixels.
    cells : tuple of Box
        The comb's cells, left to right, in the clean page. Empty where the field is no comb.

    Returns
    -------
    tuple of Piece
        Left to right; empty where the field holds nothing but dirt.
    """
    blobs, scale = find_blobs(ink if cells else without_ring(ink, stroke_px), stroke_px)
    seams = [
        [] if own and is_cross(blob.ink) else own
        for blob, own in zip(blobs, find_seams(blobs, scale), strict=True)
    ]
    return tuple(
        piece
        for blob, own in zip(blobs, seams, strict=True)
        for piece in _cut(blob, own, scale, origin, cells)
    )


def digit_height(pieces: Sequence[Piece]) -> float:
    """Height, in pixels, at which half of the ink stands in lower blobs; 0 for none.

    Crosses, which fill their cells, don't count where anything else is as high as a digit may be.
    """
    height = _middle_height(pieces)
    others = [piece for piece in pieces if not piece.cross]
    if len(others) in (0, len(pieces)):
        return height
    of_others = _middle_height(others)
    return of_others if of_others >= LOWEST_BESIDE_CROSS * height else height


def _middle_height(pieces: Sequence[Piece]) -> float:
    """The same of all; pieces cut from one blob count as that blob."""
    blobs: list[tuple[Box, int]] = []
    for piece in pieces:
        if piece.cut is None:
            blobs.append((piece.box, piece.pixels))
        else:
            box, pixels = blobs[-1]
            blobs[-1] = (Box.around([box, piece.box]), pixels + piece.pixels)
    return middle_height(blobs)


def _cut(
    blob: Blob, seams: list[Seam], scale: Scale, origin: tuple[int, int], cells: Sequence[Box]
) -> list[Piece]:
    """Cut one blob along its seams."""
    struck = is_struck(blob, scale)
    if not seams:
        box = blob.box.moved(*origin)
        start, end = blob.start + origin[1], blob.end + origin[1]
        cell, cross = _cell(box, cells), is_cross(blob.ink)
        return [Piece(box, blob.ink, start, end, blob.pixels, None, cell, struck, cross)]
    crowded = max(0.0, 1.0 - blob.width / scale.digit_px)
    cuts = [Cut(seam.crossed, crowded, seam.place) for seam in seams]
    pieces = []
    for ink, before, after in zip(
        split(blob.ink, seams), [None, *cuts], [*cuts, None], strict=True
    ):
        left, top, width, height = cv2.boundingRect(ink)
        inside = Box(top, left, top + height, left + width)
        start, end = lean_span(ink, blob.box, scale)
        box = inside.moved(blob.box.top + origin[0], blob.box.left + origin[1])
        pieces.append(
            Piece(
                box=box,
                ink=ink[inside.slices],
                start=start + origin[1],
                end=end + origin[1],
                pixels=cv2.countNonZero(ink),
                cut=before,
                cell=_cell(box, cells),
                struck=struck,
                thin=any(cut.place is Place.DASH for cut in (before, after) if cut),
            )
        )
    return pieces


def _cell(box: Box, cells: Sequence[Box]) -> int | None:
    """The cell that shares most columns with ``box``; the nearest where none does."""
    if not cells:
        return None
    shared = [min(box.right, cell.right) - max(box.left, cell.left) for cell in cells]
    return shared.index(max(shared))
