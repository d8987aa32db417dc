"""Ruled lines that bound no cell in, the boxes of what is written on them out.

"Amount: ______" is a field too: the handwriting that stands on a single line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.form.ink_boxes import boxes_of, find_ink_boxes, ink_without_ruling
from digitscan.values import Box, CleanPage

SHORTEST_STROKES = 16.0
"""Shorter lines are dashes or parts of letters."""
LEAST_COVER = 0.9
"""Share of a line's columns that show ink; a row of letters that looks like a line has gaps."""
REACH_STROKES = 26.0
"""Height over a line, in stroke widths, in which digits may stand on it."""
BELOW = 0.45
"""Share of a digit's height that may hang below the line."""
FLAT = 5.0
"""What is this many times as wide as high is a dash that fills the line up."""
FLOATING = 0.75
"""Largest distance between a digit's foot and the line, as a share of its height."""
HIGHER, BESIDE, LIKE = 0.5, 1.0, 1.6
"""What stands on no line belongs to a number beside it that does, if it is mostly no more than the
first above it, no further away than the second, and no higher than the third, in digit heights."""
LEAST_HEIGHT_STROKES = 5.2
"""Lower writing, in the middle, is print."""
HIGH_STROKES, LONGEST_UNDER_LOW = 6.5, 16.0
"""Lower than the first it may be print, and is where the line is longer than so many heights."""
LETTER_LOW, LETTER_HIGH = 2.0, 9.0
"""Height of letters of a label before a line, in stroke widths."""
MOST_ON_LINE = 16
"""More pieces of ink on a line are words."""
LOWEST_STROKES = 4.5
"""Lower ink is a dot or a dash."""
CRUMB_STROKES, BROKEN_STROKES = 3.0, 2.0
"""Where all that stands on a line is lower than the first, pieces of ink as near to one another as
the second are looked at as one: writing that is broken, as print is not.
"""


def find_baselines(clean: CleanPage, cells: list[Box]) -> list[Box]:
    """Boxes over the level lines that are no side of a cell.

    Parameters
    ----------
    clean : CleanPage
        The page.
    cells : list of Box
        Cells found by their lines, whose sides are left out, and what is written in them.
    """
    fields = [_field_over(line, clean, cells) for line in _single_lines(clean, cells)]
    return _without_repeats([field for field in fields if field is not None])


def _single_lines(clean: CleanPage, cells: list[Box]) -> list[Box]:
    """Level lines, from top to bottom, that are long enough and touch no cell."""
    picture = clean.level.astype(np.uint8)
    reach = round(3 * clean.stroke_px)
    for cell in cells:
        top, left = max(0, cell.top - reach), max(0, cell.left - reach)
        picture[top : cell.bottom + reach, left : cell.right + reach] = 0
    contours, _ = cv2.findContours(picture, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [_box(np.asarray(contour, np.int32)) for contour in contours]
    shortest = SHORTEST_STROKES * clean.stroke_px
    lines = [box for box in boxes if box.width >= shortest and _is_unbroken(clean, box)]
    return sorted(lines, key=lambda line: (line.top, line.left))


def _is_unbroken(clean: CleanPage, line: Box) -> bool:
    inked = (clean.ink[line.slices] > 0) & clean.level[line.slices]
    return bool(inked.any(axis=0).mean() >= LEAST_COVER)


def _box(contour: npt.NDArray[np.int32]) -> Box:
    left, top, width, height = cv2.boundingRect(contour)
    return Box(top, left, top + height, left + width)


def _around(clean: CleanPage, line: Box) -> Box:
    """The part of the page near a line that what stands on it, and its neighbours, may reach."""
    reach = round((REACH_STROKES + LOWEST_STROKES) * clean.stroke_px)
    return Box(
        max(0, line.top - 2 * reach),
        max(0, line.left - reach),
        min(clean.ink.shape[0], line.bottom + reach),
        min(clean.ink.shape[1], line.right + reach),
    )


def _end_of_label(clean: CleanPage, line: Box) -> int:
    """The column where a word ends that a line runs into, as dots often do; 0 for none."""
    reach = round(LETTER_HIGH * clean.stroke_px)
    start = Box(
        max(0, line.top - reach),
        max(0, line.left - reach),
        min(clean.ink.shape[0], line.bottom + reach // 2),
        line.left + reach,
    )
    end = 0
    for letter in _letters(clean, start, line.top - reach // 4):
        if letter.left < line.left or letter.left <= end + reach // 4:
            end = max(end, letter.right)
    return end if end > line.left else 0


def _letters(clean: CleanPage, place: Box, lowest: int) -> list[Box]:
    """Ink in a place, and not beyond its top or right, that reaches down to ``lowest``."""
    found = find_ink_boxes(clean, LETTER_LOW * clean.stroke_px, place)
    whole = [ink for ink in found if place.top < ink.top and ink.right < place.right]
    return sorted((ink for ink in whole if ink.bottom > lowest), key=lambda ink: ink.left)


def _field_over(line: Box, clean: CleanPage, cells: Sequence[Box]) -> Box | None:
    """The box of the ink that stands on ``line`` and in no cell, as wide as the line at least."""
    start, stroke_px = _end_of_label(clean, line), clean.stroke_px
    around, after = _around(clean, line), replace(line, left=max(line.left, start))
    ink = ink_without_ruling(clean, around)
    near = [cell for cell in cells if cell.shared_area(around)]
    for gap in (0, round(BROKEN_STROKES * stroke_px)):
        pieces = boxes_of(ink, around, LOWEST_STROKES * stroke_px, gap=gap)
        free = [piece for piece in pieces if not any(cell.holds_middle(piece) for cell in near)]
        digits = [piece for piece in free if piece.right > start]
        standing = [piece for piece in digits if _stands_on(piece, after, stroke_px)]
        if any(piece.height >= CRUMB_STROKES * stroke_px for piece in standing):
            break
    return _field_of(standing, digits, after, stroke_px)


def _field_of(standing: list[Box], digits: list[Box], line: Box, stroke_px: float) -> Box | None:
    """The box of what is ``standing`` on a line, with the ``digits`` beside it; None for print."""
    heights = [ink.height for ink in standing if ink.width < FLAT * ink.height]
    if not heights:
        return None
    height = float(np.median(heights))
    if height < LEAST_HEIGHT_STROKES * stroke_px or len(standing) > MOST_ON_LINE:
        return None
    if height < HIGH_STROKES * stroke_px and line.width > LONGEST_UNDER_LOW * height:
        return None
    standing = [ink for ink in standing if ink.bottom >= line.top - FLOATING * height]
    if not standing:
        return None
    group = _with_neighbours(Box.around(standing), digits, line, height)
    left, right = min(group.left, line.left), max(group.right, line.right)
    return Box(group.top, left, max(group.bottom, line.bottom), right)


def _with_neighbours(group: Box, digits: list[Box], line: Box, height: float) -> Box:
    """The box with what was written beside it on the same line, only higher up."""
    rows = Box(group.top - int(HIGHER * height), line.left, group.bottom, line.right)
    near = sorted(digits, key=lambda ink: max(ink.left - group.right, group.left - ink.right))
    for ink in near:
        beside = max(ink.left - group.right, group.left - ink.right) <= BESIDE * height
        like = ink.height <= LIKE * height
        if beside and like and rows.shared_area(ink) > ink.height * ink.width / 2:
            group = Box.around([group, ink])
    return group


def _stands_on(ink: Box, line: Box, stroke_px: float) -> bool:
    """Whether a piece of ink is above the line, or crosses it with its foot."""
    middle = (ink.left + ink.right) / 2
    slack = 0.5 * ink.height
    if ink.bottom < line.top - FLOATING * max(ink.height, ink.width):
        return False
    if not line.left - slack <= middle <= line.right + slack:
        return False
    if ink.top < line.top - REACH_STROKES * stroke_px or ink.top >= line.top:
        return False
    return ink.bottom - line.bottom <= BELOW * ink.height


def _without_repeats(fields: list[Box]) -> list[Box]:
    """Of boxes over one another, as double lines give, the first."""
    kept: list[Box] = []
    for box in fields:
        if not any(_same_place(box, other) for other in kept):
            kept.append(box)
    return kept


def _same_place(first: Box, second: Box) -> bool:
    rows = min(first.bottom, second.bottom) - max(first.top, second.top)
    columns = min(first.right, second.right) - max(first.left, second.left)
    lower, narrower = min(first.height, second.height), min(first.width, second.width)
    return rows > 0.5 * lower and columns > 0.5 * narrower
