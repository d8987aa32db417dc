"""Ink that is passed over in a reading: what kind it is, what that costs, who must be told."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import cv2
import numpy as np

from digitscan.glyph.blobs import is_long
from digitscan.glyph.pieces import Piece
from digitscan.values import Box


class Leftover(Enum):
    """Kinds of ink that is no digit, and what passing over one costs, as a negative logarithm."""

    DOT = 1.5
    DASH = 0.8
    CROSS = 1.0
    STRUCK = 0.2
    INK = 3.5


DOT = 0.4
"""A dot or comma is lower and narrower than this share of the digit height."""
CRUMB = 0.15
"""A crumb of a broken stroke, or dirt, is lower and narrower than this share of that height."""
SOLID = 0.5
"""A dash fills this share of its box; with nothing to compare it with, that tells it."""
STRAIGHT = 0.38
"""A low dash may fill less, if it lies aslant; an arc, a part of a digit, fills less still. What
was cut off from a digit as a thin stroke may fill any share."""
THIN, FULL, LEAN = 6.0, 0.4, 0.6
"""A straight thin stroke is so many times as long as wide in the tightest box around it, turned as
it lies, and fills that share of it. It is a dash up to that rise, as a share of the digit height.
"""
EDGE = 0.15
"""A dash this near, in digit heights, to the upper or lower end of the digits is left of a rule."""
LOW_PRINT, PALE_PRINT = 0.6, 0.6
"""What stands beside digits and is lower and paler than these shares of theirs is print."""
POINT, LEAST_POINT = 0.3, 0.09
"""A dot whose lower edge lies this share of the digit height above the digits is no point, nor is
one that is lower or narrower than the second share.
"""


def kind_of(pieces: Sequence[Piece], height: float) -> Leftover:
    """What kind of leftover ``pieces`` are in a field whose digits are ``height`` pixels high."""
    if all(piece.struck for piece in pieces):
        return Leftover.STRUCK
    if len(pieces) > 1:
        return Leftover.INK
    box = pieces[0].box
    if max(box.height, box.width) < DOT * height:
        return Leftover.DOT
    fill = pieces[0].pixels / (box.width * box.height)
    low = box.height < DOT * height and (fill > STRAIGHT or pieces[0].thin)
    if is_long(box) and (fill > SOLID or low or _is_thin_line(pieces[0], LEAN * height)):
        return Leftover.DASH
    return Leftover.DASH if _is_double_dash(pieces[0], height) else Leftover.INK


def _is_double_dash(piece: Piece, height: float) -> bool:
    """Whether a piece is several dashes, one above another: as drawn, or one beside a rule."""
    if piece.box.height > LEAN * height:
        return False
    count, _, stats, _ = cv2.connectedComponentsWithStats((piece.ink > 0).astype(np.uint8))
    strokes = [
        (Box(top, left, top + rows, left + columns), pixels)
        for left, top, columns, rows, pixels in stats[1:].tolist()
    ]
    return count > 2 and all(
        is_long(box) and pixels > SOLID * box.width * box.height for box, pixels in strokes
    )


def _is_thin_line(piece: Piece, highest: float) -> bool:
    """Whether a piece no higher than ``highest`` is a straight thin stroke, level or aslant."""
    if piece.box.height > highest or not piece.pixels:
        return False
    sides = cv2.minAreaRect(cv2.findNonZero(piece.ink))[1]
    short, long = sorted(side + 1 for side in sides)
    return long >= THIN * short and piece.pixels >= FULL * long * short


def is_crumb(piece: Piece, height: float) -> bool:
    """Whether ink beside digits of this height is too small to be one of them, or a point."""
    return max(piece.box.height, piece.box.width) < CRUMB * height


def is_thin_crumb(piece: Piece, height: float) -> bool:
    """Whether a dot beside digits of this height is too thin for a pen: the rest of a rule."""
    return min(piece.box.height, piece.box.width) < LEAST_POINT * height


def _is_pale_print(piece: Piece, digits: Sequence[Piece], height: float) -> bool:
    """Whether ink is far paler and lower than the digits it stands beside."""
    tones = [float(np.median(each.ink[each.ink > 0])) for each in (piece, *digits)]
    return piece.box.height < LOW_PRINT * height and tones[0] < PALE_PRINT * min(tones[1:])


def is_silent(kind: Leftover, piece: Piece, digits: Sequence[Piece], height: float) -> bool:
    """Whether ink may be passed over without a review.

    Dashes that fill the space before or after a number may, crosses in unused cells, pale print,
    rests of a ruled line over or under it, and dirt that can't be a decimal point. ``digits`` are
    the pieces of the digits read.
    """
    if piece.end <= digits[0].end or piece.start >= digits[-1].start:
        unused = kind is Leftover.CROSS and piece.cell is not None
        filling = unused or kind in (Leftover.DOT, Leftover.DASH)
        return filling or _is_pale_print(piece, digits, height)
    top = min(digit.box.top for digit in digits)
    bottom = max(digit.box.bottom for digit in digits)
    if kind is Leftover.DOT:
        return is_thin_crumb(piece, height) or piece.box.bottom < bottom - POINT * height
    middle = (piece.box.top + piece.box.bottom) / 2
    at_the_edge = middle < top + EDGE * height or middle > bottom - EDGE * height
    return kind is Leftover.DASH and at_the_edge
