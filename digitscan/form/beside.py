"""A field and its neighbours in; whether a number seems to go on beyond the field's ends, out.

A comb of which a cell was not found, a line of which a digit was left out: what was read is right
as far as it goes, and wrong as a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.form.combs import is_for_one_digit, is_parted, passing_columns
from digitscan.form.order import SHARED_SIDE, is_level
from digitscan.form.ownership import OtherInk
from digitscan.values import Box, CleanPage, Field, FieldKind, GreyImage, Mask

REACH = 1.3
"""How far beside a line of digits the next one may stand, as a share of their height."""
CELLS_REACH = 1.5
"""How far beside a comb the next digit may stand, as a share of its cells' width."""
FULL, OUTGROWN = 0.5, 0.9
"""A number that ends so near the right side of its box may have outgrown it: then its last digit
stands no further beyond it than this, both in digit heights.
"""
MERGED = 17
"""Pieces this near, in pixels, are of one digit where the line that it outgrew was taken out; and
beside a line of writing, where it may be broken.
"""
TALL_ON_LINE, TALL = 0.5, 0.75
"""Height of what may be a digit, as a share of the field's digits: print beside it is lower."""
LEAST_STROKES = 4.0
"""Ink that counts is longer than this many stroke widths, drawn by the pen."""
TOUCH_STROKES, TOUCHING, TRIM = 2.0, 0.15, 0.1
"""Ink nearer than this many stroke widths to a side touches it, along so much of its height, the
cell's top and bottom left out.
"""
CELLS_APART, WRITTEN = 1.4, 0.25
"""Two digits with a line between them are of two numbers where they stand so many times as far
apart as their neighbours in the same cell; pieces lower than that share of a cell are no digits.
"""
ROOM = 0.7
"""Room for one more digit, as a share of a cell's height."""
TAKEN = 0.2
"""A place of which a field shares more is that field's."""
SHARED = 0.15
"""Fields that share more of the smaller one's area are doubtful, both."""
PALE, DARK = 0.5, 1.45
"""Ink paler or darker than this share of the field's is not of its pen."""
WORD = 2.2
"""Ink lower than digits that is so many times as wide as high, or goes on so far, is a word."""
LETTERS = 2
"""More pieces of ink in the place of one digit are letters, and so is one with a lower one."""
SIGN_STROKES, SIGN_MARGIN = 2.5, 0.2
"""How far a sign between two boxes is from their sides, in stroke widths, and from their top and
bottom, as a share of the height.
"""
MOST_CELLS = 2.5
"""A box up to so many times as wide as a cell beside it may be cells whose sides were not found."""
NEAR = 0.6
"""A box of one digit nearer than this share of its height, in a row with others, is a piece of one
comb; two combs are, if they share a side: day and month have a comb each.
"""


@dataclass(frozen=True, slots=True)
class Pen:
    """What a digit beside a field must be like: as high, about as dark, and no cross."""

    lowest_px: float
    digit_px: float
    palest: float
    darkest: float
    is_other: OtherInk


def goes_on(
    clean: CleanPage,
    field: Field,
    fields: Sequence[Field],
    digit_px: float,
    tone: float,
    end: int,
    is_other: OtherInk = lambda ink: False,
) -> bool:
    """Whether the next digit seems to stand beside the field, in no field or in one of its own.

    Parameters
    ----------
    clean : CleanPage
        The page.
    field : Field
        The field in question.
    fields : sequence of Field
        All fields of the page.
    digit_px : float
        Height of the digits in the field.
    tone : float
        How dark their ink is, of 255; what is much paler beside the field is a printed pattern.
    end : int
        Column of the clean page where the number ends.
    is_other : callable
        Whether a piece of ink (h, w) uint8 is no digit for sure: a cross in an unused box.
    """
    others = [other for other in fields if other is not field and _in_row(field, other)]
    if any(_overlap(field, other) for other in others):
        return True
    if any(_continues(field, other, clean) or _crowds(field, other, clean) for other in others):
        return True
    windows, tall = _places(field, digit_px, end, clean.plumb)
    narrow, on_line = _is_narrow(field), field.kind is FieldKind.LINE
    # what a line beside boxes for a digit each holds may be the end of their number
    whole = on_line or not narrow
    box = field.box
    taken = [other.box for other in others if whole or other.kind is not FieldKind.LINE]
    free = [window for window in windows if not any(_takes(box, window) for box in taken)]
    pen = Pen(tall * digit_px, digit_px, PALE * tone, DARK * tone, is_other)
    parts = 1 if narrow and not on_line else MERGED
    beyond, page = round(WORD * digit_px), clean.ink.shape[1]
    return any(
        _holds_digit(clean, window, _going_on(window, box, beyond, page), pen, parts)
        for window in free
    )


def _going_on(window: Box, box: Box, columns: int, page: int) -> Box:
    """A place beside a box with more columns on its other side."""
    if window.left < box.left:
        return replace(window, left=max(0, window.left - columns))
    return replace(window, right=min(page, window.right + columns))


def _takes(box: Box, window: Box) -> bool:
    return window.shared_area(box) > TAKEN * window.height * window.width


def _cell(field: Field) -> Box:
    return field.cells[0] if field.cells else field.box


def _in_row(field: Field, other: Field) -> bool:
    """Whether two fields share rows of pixels: others say nothing about one another."""
    return other.box.top < field.box.bottom and field.box.top < other.box.bottom


def _is_narrow(field: Field) -> bool:
    return is_for_one_digit(_cell(field))


def _continues(field: Field, other: Field, clean: CleanPage) -> bool:
    """Whether ``other`` follows in the same row: the next box of a comb, or part of a line."""
    if not _may_continue(field, other):
        return False
    one, two = sorted((field.box, other.box), key=lambda box: box.left)
    combs = field.kind is other.kind is FieldKind.COMB
    alike = field.kind is FieldKind.LINE or (_is_narrow(field) and _is_narrow(other))
    reach = NEAR if alike and not combs else SHARED_SIDE
    near = is_level(one, two) and two.left - one.right <= reach * one.height
    if not near or is_parted(one, two, clean.plumb):
        return False
    return field.kind is FieldKind.LINE or not _holds_sign(one, two, clean)


def _holds_sign(left: Box, right: Box, clean: CleanPage) -> bool:
    """Whether a sign is printed between two boxes, as the + of a sum: each has its own number."""
    aside = round(SIGN_STROKES * clean.stroke_px)
    top, bottom = max(left.top, right.top), min(left.bottom, right.bottom)
    margin = round(SIGN_MARGIN * (bottom - top))
    gap = np.s_[top + margin : bottom - margin, left.right + aside : right.left - aside]
    return bool(np.count_nonzero(clean.ink[gap]) >= LEAST_STROKES * clean.stroke_px**2)


def _may_continue(field: Field, other: Field) -> bool:
    """Whether fields of their kinds may be parts of one.

    A line goes on in a line or in boxes for a digit each, such boxes in any, one as wide as few
    cells in a comb; what is written beside boxes in a line is looked at as ink.
    """
    if FieldKind.CELL in (field.kind, other.kind):
        return False
    if field.kind is FieldKind.LINE:
        return other.kind is FieldKind.LINE or _is_narrow(other)
    narrow = _is_narrow(field)
    if narrow and (field.kind is not FieldKind.COMB or _is_narrow(other)):
        return other.kind is not FieldKind.LINE
    comb, wide = (field, other) if narrow else (other, field)
    in_comb = comb.kind is FieldKind.COMB and _is_narrow(comb)
    return in_comb and wide.box.width <= MOST_CELLS * _cell(comb).width


def _crowds(field: Field, other: Field, clean: CleanPage) -> bool:
    """Whether writing touches, from the right, the side that two wide cells share.

    A number that outgrew its cell looks like that: its last digit stands in the next one.
    """
    if FieldKind.LINE in (field.kind, other.kind) or _is_narrow(field) or _is_narrow(other):
        return False
    one, two = sorted((field.box, other.box), key=lambda box: box.left)
    if not is_level(one, two) or not 0 <= two.left - one.right <= SHARED_SIDE * one.height:
        return False
    if _has_room(one, clean):
        return False
    trim, reach = round(TRIM * two.height), round(TOUCH_STROKES * clean.stroke_px)
    strip = np.s_[two.top + trim : two.bottom - trim, two.left : two.left + reach]
    side = cv2.dilate(clean.plumb[strip].astype(np.uint8), np.ones((3, 3), np.uint8))
    inked = ((clean.ink[strip] > 0) & (side == 0)).any(axis=1)
    touched = bool(inked.mean() >= TOUCHING) if inked.size else False
    return touched and not _are_apart(one, two, clean)


def _are_apart(one: Box, two: Box, clean: CleanPage) -> bool:
    """Whether the digits on both sides of a line are much further apart than their neighbours."""
    before, after = (_middles(cell, clean) for cell in (one, two))
    own = [*np.diff(before[-2:]), *np.diff(after[:2])]
    if not (before.size and after.size and own):
        return False
    return bool(after[0] - before[-1] >= CELLS_APART * max(own))


def _middles(cell: Box, clean: CleanPage) -> npt.NDArray[np.float64]:
    """Columns of the middles of what is written in a cell, from left to right."""
    free = (clean.ink[cell.slices] > 0) & _off_lines(clean, cell, 3)
    _, _, stats, _ = cv2.connectedComponentsWithStats(free.astype(np.uint8))
    left, width, height = (stats[1:, column] for column in (0, 2, 3))
    middles = (left + width / 2)[height >= WRITTEN * cell.height]
    return np.sort(middles) + cell.left


def _has_room(cell: Box, clean: CleanPage) -> bool:
    """Whether what is written in a cell leaves room for one more digit at its right side."""
    trim, side = round(TRIM * cell.height), round(TOUCH_STROKES * clean.stroke_px)
    rows, columns = slice(cell.top + trim, cell.bottom - trim), slice(cell.left + side, cell.right)
    ink = clean.ink[rows, columns][:, :-side]
    inked = np.flatnonzero((ink > 0).any(axis=0))
    return bool(inked.size and cell.width - side - inked[-1] > ROOM * cell.height)


def _places(field: Field, digit_px: float, end: int, plumb: Mask) -> tuple[list[Box], float]:
    """Where the next digit may stand, and how high it is at least, in digit heights.

    A wide box is only left where it is full, and to the right.
    """
    box, page = field.box, plumb.shape[1]
    if field.kind is FieldKind.LINE:
        return _windows(box, round(REACH * box.height), page), TALL_ON_LINE
    if _is_narrow(field) and field.kind is not FieldKind.CELL:
        windows = _windows(box, round(CELLS_REACH * _cell(field).width), page)
        return [_this_side(window, box, plumb) for window in windows], TALL
    if box.right - end <= FULL * digit_px:
        places = _windows(box, round(OUTGROWN * digit_px), page)
        return [place for place in places if place.left == box.right], TALL
    return [], TALL


def _windows(box: Box, width: int, page: int) -> list[Box]:
    """Places of this width, left and right of a box, as far as they are on the page."""
    left = Box(box.top, max(0, box.left - width), box.bottom, box.left)
    after = Box(box.top, box.right, box.bottom, min(page, box.right + width))
    return [window for window in (left, after) if window.width > 2]


def _this_side(window: Box, box: Box, plumb: Mask) -> Box:
    """The part of a window beside a box that no line parts from it; its own side parts nothing."""
    parting = np.flatnonzero(passing_columns(window, box.height, plumb)) + window.left
    own = SHARED_SIDE * box.height
    if window.left < box.left:
        last = max(parting[parting < box.left - own], default=window.left - 1)
        return replace(window, left=int(last) + 1)
    first = min(parting[parting >= box.right + own], default=window.right)
    return replace(window, right=int(first))


def _overlap(field: Field, other: Field) -> bool:
    """Whether a field shares much of the smaller one with another: at least one is no field.

    Where one is a comb and the other a line of writing, that is the line.
    """
    if field.kind is FieldKind.COMB and other.kind is FieldKind.LINE:
        return False
    a, b = field.box, other.box
    return a.shared_area(b) > SHARED * min(a.height * a.width, b.height * b.width)


def _holds_digit(clean: CleanPage, window: Box, around: Box, pen: Pen, near: int) -> bool:
    """Whether ink as high as a digit stands in the place, ruled lines, print and crosses apart.

    Ink that is not ``near`` pixels apart is of one digit: a line may have cut it. Low ink that is
    part of a word, in the place or going on ``around`` it, is none.
    """
    ink, labels, stats = _pieces(clean, window, pen, near)
    much = stats[:, cv2.CC_STAT_AREA] >= LEAST_STROKES * clean.stroke_px**2
    much[0] = False
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= pen.lowest_px
    broad = much & (stats[:, cv2.CC_STAT_WIDTH] > 2 * clean.stroke_px)
    if broad.sum() > LETTERS or (broad & ~tall).any():
        return False
    area = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    tone = np.bincount(labels.ravel(), ink.ravel(), len(stats)) / area
    high = np.flatnonzero(much & tall & (tone <= pen.darkest))
    found = [np.where(labels == label, ink, 0).astype(np.uint8) for label in high]
    if near > 1 and found:
        words = _words(clean, around, pen, near)[:, window.left - around.left :][:, : window.width]
        found = [ink for ink in found if not words[ink > 0].any()]
    return any(not pen.is_other(ink) for ink in found)


def _words(clean: CleanPage, place: Box, pen: Pen, near: int) -> Mask:
    """Where words of low ink stand in a place, (h, w)."""
    _, labels, stats = _pieces(clean, place, pen, near)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    word = (height < TALL * pen.digit_px) & (width > WORD * height)
    word[0] = False
    return np.asarray(word[labels], np.bool_)


def _pieces(
    clean: CleanPage, place: Box, pen: Pen, near: int
) -> tuple[GreyImage, npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Ink of a place without lines, (h, w), numbers of its pieces, (h, w), and their figures."""
    shown = clean.ink[place.slices]
    free = _off_lines(clean, place, 5) & (shown >= pen.palest)
    ink = np.where(free, shown, 0).astype(np.uint8)
    wide = cv2.copyMakeBorder(ink, near, near, near, near, cv2.BORDER_CONSTANT, value=0)
    wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((near, near), np.uint8))
    joined = np.ascontiguousarray(wide[near:-near, near:-near])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    return ink, np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def _off_lines(clean: CleanPage, place: Box, width: int) -> Mask:
    """Where a place is clear of ruled lines, each with ``width`` // 2 pixels around it; (h, w)."""
    lines = (clean.level[place.slices] | clean.plumb[place.slices]).astype(np.uint8)
    return np.asarray(cv2.dilate(lines, np.ones((width, width), np.uint8)) == 0, np.bool_)
