"""A page and its fields in, the page without the labels that are printed in their boxes out.

A form may ask in the box itself: a line of small print, and room for the number below it. Or a box
has its number in a corner, or a unit at its end. Print like that stands at one place in box after
box and is of one height, lower than what is written there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import numpy.typing as npt

from digitscan.form.erasing import erase_ruling
from digitscan.form.ink_boxes import boxes_of
from digitscan.values import Box, CleanPage, Field, FieldKind, Mask

Numbers = npt.NDArray[np.float64] | npt.NDArray[np.int_]

LEAST_STROKES = 1.2
"""Letters are so many stroke widths high, at least."""
APART, LIKE = 1.2, 1.9
"""How far letters of one line may be apart, in heights, and differ in height, as a factor."""
WORD_WIDTH, WORD_STROKES = 1.4, 3.2
"""One piece of ink is a word if so many times as wide as high, and not so low as a dash is."""
LOWER = 0.62
"""Height of a label's capitals, at most, as a share of that of what is written in its box."""
LOW_IN_BOX = 0.5
"""A label that stands alone in its box is no higher than this share of the box."""
FEWEST, WRITTEN, SHARE = 3, 2, 0.3
"""Boxes with a label at one place, at least; those of them that are written in; and their share of
the inked boxes of one height or column.
"""
FEWEST_SIGNS, SHARE_OF_SIGNS = 4, 0.4
"""The same of single signs, which may be crumbs of digits."""
EXACT = 0.5
"""Places of narrow ones differ by this share, at most, of what those of words may: a pen is not so
exact.
"""
LIKE_BOX = 0.1
"""Difference in size and place of such boxes, as a share."""
CORNER_HEIGHT, CORNER_WIDTH = 0.45, 0.35
"""How far a number in a corner reaches down, and how far from a side it stands, in box heights."""
MOST_LINES = 1000
"""A page with more lines of small ink in its boxes is full of dirt, or a text."""
AROUND = 0.5
"""Dots and accents of a label are this near to it, in heights of its capitals."""


@dataclass(frozen=True, slots=True)
class _Label:
    """A line of small ink.

    ``number`` is that of the box ``around`` it, ``capital`` how high its capitals are, ``word``
    tells that it is more than one sign, ``written`` that there is higher ink in the box.
    """

    number: int
    around: Box
    box: Box
    capital: float
    word: bool
    written: bool


def without_labels(clean: CleanPage, fields: Sequence[Field]) -> CleanPage:
    """Take the labels out of the ink of a page.

    Parameters
    ----------
    clean : CleanPage
        The page.
    fields : sequence of Field
        All fields of the page. Cells of combs hold labels in their corners only, and lines none.
    """
    boxed = [field for field in fields if field.kind is not FieldKind.LINE]
    boxes = [box for field in boxed for box in field.cells or (field.box,)]
    cells = {cell for field in boxed for cell in field.cells}
    inked = [(box, parts) for box in boxes if (parts := _parts(clean, box))]
    lines = [
        line
        for number, (box, parts) in enumerate(inked)
        for line in _lines(number, box, parts, clean.stroke_px)
        if box not in cells or _is_in_corner(line)
    ]
    if not FEWEST <= len(lines) <= MOST_LINES:
        return clean
    labels = _printed(lines, [box for box, _ in inked], clean.stroke_px)
    if not labels.any():
        return clean
    ink = clean.ink.copy()
    found = list(compress(lines, labels))
    for label in found:
        for part in inked[label.number][1]:
            if _is_of(part, label):
                ink[part.slices] = 0
    return replace(clean, ink=ink, printed=tuple(label.box for label in found))


def _parts(clean: CleanPage, box: Box) -> list[Box]:
    """Boxes of the pieces of ink in a field."""
    margin = round(clean.stroke_px)
    inner = Box(box.top + margin, box.left + margin, box.bottom - margin, box.right - margin)
    if min(inner.height, inner.width) <= 0 or not clean.ink[inner.slices].any():
        return []
    no_line = np.zeros((inner.height, inner.width), np.bool_)
    ink = erase_ruling(clean.ink[inner.slices], no_line, clean.plumb[inner.slices], clean.stroke_px)
    return boxes_of(ink, inner, 0)


def _lines(number: int, around: Box, parts: Sequence[Box], stroke_px: float) -> Iterator[_Label]:
    """The lines of letters in a box that are lower than other ink in it, or alone."""
    letters = [part for part in parts if part.height >= LEAST_STROKES * stroke_px]
    for group in _groups(letters):
        box = Box.around(group)
        capital = float(np.median([letter.bottom for letter in group])) - box.top
        others = [letter.height for letter in letters if letter not in group]
        written = bool(others) and capital <= LOWER * max(others)
        word = len(group) > 1 or (
            box.width >= WORD_WIDTH * capital and capital >= WORD_STROKES * stroke_px
        )
        yield _Label(number, around, box, capital, word, written)


def _is_in_corner(label: _Label) -> bool:
    """Whether a line is in an upper corner; elsewhere in the cells of combs stand digits."""
    line, around = label.box, label.around
    aside = min(line.left - around.left, around.right - line.right)
    down = line.bottom - around.top
    return down <= CORNER_HEIGHT * around.height and aside <= CORNER_WIDTH * around.height


def _groups(letters: Sequence[Box]) -> list[list[Box]]:
    """Letters beside one another, of about one height, together."""
    groups: list[list[Box]] = []
    for letter in sorted(letters, key=lambda box: box.left):
        near = [group for group in groups if any(_is_beside(one, letter) for one in group)]
        groups = [group for group in groups if group not in near]
        groups.append([one for group in near for one in group] + [letter])
    return groups


def _is_beside(one: Box, other: Box) -> bool:
    low, high = sorted((one.height, other.height))
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    apart = max(one.left, other.left) - min(one.right, other.right)
    return high <= LIKE * low and 2 * shared >= low and apart <= APART * high


def _printed(lines: Sequence[_Label], inked: Sequence[Box], slack: float) -> Mask:
    """Which lines, (n,), are in enough of the ``inked`` boxes at one place, but for ``slack``.

    Under a label there may be another, as in a second language, that few of the boxes show well.
    """
    box = np.array([line.number for line in lines])
    written = np.array([line.written for line in lines])
    word = np.array([line.word for line in lines])
    sign = ~word & np.array([line.box.width < WORD_WIDTH * line.capital for line in lines])
    same = _agree(lines, np.where(sign[:, None] & sign, EXACT * slack, slack))
    is_in = box[:, None] == np.arange(len(inked))
    have, have_written = (same @ is_in) > 0, ((same & written) @ is_in) > 0
    least = np.where(word, FEWEST, FEWEST_SIGNS), np.where(word, SHARE, SHARE_OF_SIGNS)
    often = _are_often(have, have_written, _are_as_high(inked)[box], *least)
    often |= _are_often(have, have_written, _are_in_column(inked)[box], *least)
    low = np.array([line.capital <= LOW_IN_BOX * line.around.height for line in lines])
    labels = often & (written | low)
    shown = (have.sum(axis=1) >= FEWEST) & (have_written.sum(axis=1) >= WRITTEN)
    return np.asarray(labels | (shown & word & np.isin(box, box[labels])), np.bool_)


def _are_often(have: Mask, have_written: Mask, kin: Mask, fewest: Numbers, share: Numbers) -> Mask:
    """Which lines, (n,), enough of the boxes ``have``, (n, m), that are ``kin`` of their own.

    ``have_written`` tells which of those are written in, too.
    """
    often = (have & kin).sum(axis=1) >= np.maximum(fewest, share * kin.sum(axis=1))
    return np.asarray(often & ((have_written & kin).sum(axis=1) >= WRITTEN), np.bool_)


def _are_as_high(boxes: Sequence[Box]) -> Mask:
    """Which boxes are of one height, (n, n)."""
    high = np.array([box.height for box in boxes])
    return np.asarray(abs(high[:, None] - high) <= LIKE_BOX * high, np.bool_)


def _are_in_column(boxes: Sequence[Box]) -> Mask:
    """Which boxes stand over one another, side over side, (n, n)."""
    sides = np.array([(box.left, box.right) for box in boxes])
    apart = abs(sides[:, None] - sides).max(axis=2)
    return np.asarray(apart <= LIKE_BOX * (sides[:, 1] - sides[:, 0]), np.bool_)


def _agree(lines: Sequence[_Label], slack: Numbers) -> Mask:
    """Which lines are of one height and at one place in their boxes, but for ``slack``, (n, n).

    They begin there, end there, or have their middle there.
    """
    sides = np.array([line.box.sides for line in lines])
    around = np.array([line.around.sides for line in lines])
    top, left, _, right = np.abs(sides - around).T
    capital = np.array([line.capital for line in lines])
    places = top, capital, left, right, (left - right) / 2
    high, alike, *aside = (abs(place[:, None] - place) <= slack for place in places)
    return np.asarray(high & alike & np.any(aside, axis=0), np.bool_)


def _is_of(part: Box, label: _Label) -> bool:
    """Whether a piece of ink is a letter, a dot or an accent of a label."""
    around, box = round(AROUND * label.capital), label.box
    inside = box.top - around <= part.top and part.bottom <= box.bottom
    beside = box.left - around <= part.left and part.right <= box.right + around
    return inside and beside
