"""A clean page in, the bounding boxes of its pieces of ink, without the ruling, out."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.form.erasing import erase_ruling
from digitscan.values import Box, CleanPage, GreyImage


def find_ink_boxes(clean: CleanPage, smallest: float, within: Box | None = None) -> list[Box]:
    """Boxes of the connected pieces of ink that are ``smallest`` pixels high or wide, or more.

    Strokes that cross the ruling are whole. ``within`` is the part of the page to look at.
    """
    part = within or Box(0, 0, *clean.ink.shape)
    return boxes_of(ink_without_ruling(clean, part), part, smallest)


def ink_without_ruling(clean: CleanPage, part: Box) -> GreyImage:
    """The ink (h, w) uint8 of a part of the page, strokes that cross the ruling whole."""
    level, plumb = clean.level[part.slices], clean.plumb[part.slices]
    return erase_ruling(clean.ink[part.slices], level, plumb, clean.stroke_px)


def boxes_of(ink: GreyImage, part: Box, smallest: float, *, gap: int = 0) -> list[Box]:
    """Boxes, on the page, of the connected pieces of the ``ink`` (h, w) uint8 of a part of it.

    Lower and narrower ones than ``smallest`` pixels are left out, those up to about ``gap`` pixels
    apart count as one.
    """
    if gap:
        square = np.ones((gap + 1, gap + 1), np.uint8)
        ink = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, square), np.uint8)
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rectangles = [cv2.boundingRect(contour) for contour in contours]
    top, left = part.top, part.left
    boxes = [Box(top + y, left + x, top + y + h, left + x + w) for x, y, w, h in rectangles]
    return [box for box in boxes if max(box.height, box.width) >= smallest]
