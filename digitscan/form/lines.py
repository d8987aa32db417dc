"""A page without cells in, the boxes of its lines of handwriting out."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.form.order import group_rows
from digitscan.values import Box, CleanPage

SPECK_STROKES = 2.5
"""Ink smaller than this many stroke widths, both ways, starts no line."""
WORD_GAP = 1.1
"""Gap that parts two numbers on a line, as a share of the line's height."""
TALLEST = 3.0
"""Ink taller than this many times the page's typical digit is no digit."""


def find_lines(clean: CleanPage) -> list[Box]:
    """Boxes around groups of ink that stand side by side, in reading order."""
    boxes = _ink_boxes(clean)
    if not boxes:
        return []
    typical = float(np.median([box.height for box in boxes]))
    boxes = [box for box in boxes if box.height <= TALLEST * typical]
    return [group for row in group_rows(boxes) for group in _split_at_gaps(row)]


def _ink_boxes(clean: CleanPage) -> list[Box]:
    """Bounding boxes of the connected pieces of ink, specks left out."""
    smallest = SPECK_STROKES * clean.stroke_px
    contours, _ = cv2.findContours(clean.ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = [_box(np.asarray(contour, np.int32)) for contour in contours]
    return [box for box in boxes if max(box.height, box.width) >= smallest]


def _box(contour: npt.NDArray[np.int32]) -> Box:
    left, top, width, height = cv2.boundingRect(contour)
    return Box(top, left, top + height, left + width)


def _split_at_gaps(row: list[Box]) -> list[Box]:
    """The row's groups, parted where the gap is wide for the height of the ink."""
    height = float(np.median([box.height for box in row]))
    groups: list[list[Box]] = []
    reach = 0
    for box in row:
        if groups and box.left - reach <= WORD_GAP * height:
            groups[-1].append(box)
        else:
            groups.append([box])
        reach = max(reach, box.right) if len(groups[-1]) > 1 else box.right
    return [_around(group) for group in groups]


def _around(boxes: list[Box]) -> Box:
    return Box(
        min(b.top for b in boxes),
        min(b.left for b in boxes),
        max(b.bottom for b in boxes),
        max(b.right for b in boxes),
    )
