"""A clean page in, the bounding boxes of its pieces of ink, without the ruling, out."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.form.erasing import erase_ruling
from digitscan.values import Box, CleanPage


def find_ink_boxes(
    clean: CleanPage, smallest: float, within: Box | None = None, *, gap: int = 0
) -> list[Box]:
    """Boxes of the connected pieces of ink that are ``smallest`` pixels high or wide, or more.

    Strokes that cross the ruling are whole. ``within`` is the part of the page to look at. Pieces
    up to about ``gap`` pixels apart count as one.
    """
    part = within or Box(0, 0, *clean.ink.shape)
    ink = clean.ink[part.slices]
    ink = erase_ruling(ink, clean.level[part.slices], clean.plumb[part.slices], clean.stroke_px)
    if gap:
        square = np.ones((gap + 1, gap + 1), np.uint8)
        ink = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, square), np.uint8)
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rectangles = [cv2.boundingRect(contour) for contour in contours]
    top, left = part.top, part.left
    boxes = [Box(top + y, left + x, top + y + h, left + x + w) for x, y, w, h in rectangles]
    return [box for box in boxes if max(box.height, box.width) >= smallest]
