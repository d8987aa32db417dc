"""The outline of a ruled line in, the line without what is written on it out.

Strokes that run into a line, the arcs of a 0 that stands on it, swell its outline: there the line
is drawn on with the thickness and the course that it has elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import Mask

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]

SWOLLEN, SLACK_PX = 1.2, 0.8
"""Where an outline is so many times, and so many pixels, thicker than usual, it is not the line."""


def outlines_of(picture: Picture, offset: tuple[int, int] = (0, 0)) -> list[Contour]:
    """Outer outlines of what is not 0, each (n, 1, 2) int32 of (x, y), moved by ``offset``."""
    found = cv2.findContours(picture, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=offset)[0]
    return [np.asarray(outline, np.int32) for outline in found]


class Outlines(NamedTuple):
    """Outlines of ink and of the holes in it, corners only.

    ``holes`` (n,) are those of holes, ``bounds`` (n, 4) the left, top, right and bottom of each.
    """

    contours: list[Contour]
    holes: Mask
    bounds: npt.NDArray[np.int_]

    def outer(self) -> tuple[list[Contour], npt.NDArray[np.int_]]:
        """The outlines of ink, without those of holes, and their bounds."""
        return list(compress(self.contours, ~self.holes)), self.bounds[~self.holes]


def all_outlines_of(picture: Picture) -> Outlines:
    """Outlines of what is not 0, and of the holes in it."""
    found, tree = cv2.findContours(picture, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parents = np.reshape(np.asarray(tree), (-1, 4))[:, 3] if found else np.zeros(0, int)
    contours = [np.asarray(outline, np.int32) for outline in found]
    return Outlines(contours, np.asarray(parents >= 0, np.bool_), bounds_of(contours))


def bounds_of(contours: Sequence[Contour]) -> npt.NDArray[np.int_]:
    """Left, top, right and bottom of each outline, (n, 4)."""
    boxes = np.array([cv2.boundingRect(contour) for contour in contours], int).reshape(-1, 4)
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


def fill_outline(contour: Contour) -> Picture:
    """A picture of a line as large as its bounding box: (h, w) uint8, 255 inside its outline."""
    left, top, width, height = cv2.boundingRect(contour)
    picture = np.zeros((height, width), np.uint8)
    cv2.drawContours(picture, [contour], -1, 255, cv2.FILLED, offset=(-left, -top))
    return picture


def draw_evenly(picture: Picture, contour: Contour) -> None:
    """Draw a level line into ``picture`` (H, W) uint8 with 255.

    Parameters
    ----------
    picture : (H, W) uint8
        The lines so far; drawn into.
    contour : (n, 1, 2) int32
        Outline of the line.
    """
    left, top, width, height = cv2.boundingRect(contour)
    inside = fill_outline(contour)
    thickness = np.count_nonzero(inside, axis=0)
    usual = float(np.median(thickness))
    even = thickness <= SWOLLEN * usual + SLACK_PX
    if not even.all():
        inside[:, ~even] = _band(inside, even, usual)[:, ~even]
    part = picture[top : top + height, left : left + width]
    np.maximum(part, inside, out=part)


def _band(inside: Picture, even: npt.NDArray[np.bool_], thickness: float) -> Picture:
    """The line as the ``even`` columns tell its course, with one thickness: (h, w) uint8."""
    rows, columns = np.arange(len(inside)), np.arange(inside.shape[1])
    filled = np.maximum(np.count_nonzero(inside, axis=0), 1)
    middle = rows @ (inside > 0) / filled
    course = np.interp(columns, columns[even], middle[even])
    return np.where(np.abs(rows[:, None] - course) <= thickness / 2, 255, 0).astype(np.uint8)
