"""The darkness of a page that lies flat in, the same with its dark bands taken for paper out.

Tables have heads, and rows and columns between, that are filled with a dark colour. Such a band has
no line where it ends, and the cells beside it would be open there: here it becomes paper, with a
line along its sides. What is printed in it, in white, goes with it; a band with darker ink in it is
left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress, pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.evening import all_outlines_of, fill_outline, outlines_of
from digitscan.scan.panels import paper_brightness
from digitscan.values import Box, GreyImage, Mask

Contour = npt.NDArray[np.int32]
Side = tuple[tuple[int, int], tuple[int, int]]
"""Two points, as (x, y)."""

SMALL_SIDE = 400
"""Longer side of the small copy in which it is looked whether there may be bands."""
DARKEST = 0.6
"""A band is less bright than this share of paper."""
SOLID_STROKES = 2.0
"""What is thinner, in stroke widths, is writing or a line."""
LOWEST_STROKES, SHORTEST_STROKES = 6.5, 22.0
"""Height and length of a band, at least, in stroke widths."""
SIDE_STROKES, STRAIGHT, STEEPEST = 9.0, 0.7, 0.06
"""Its sides are at least so long, are so much of its outline, and slope no more than that."""
PALE, MOSTLY_PALE = 0.8, 0.75
"""What is as bright as the first share of paper is white, as the second share of a cell is; where
only what is near its sides is, it may be a cell with a thick digit in it, and the band is left.
"""
RECTANGULAR, ELONGATED, ELONGATED_FILLED = 0.85, 4.0, 0.7
"""Share of the smallest rectangle around it that a band fills, if it is that rectangle; and the
share that will do where it is so many times as long as wide.
"""
LONG_SIDE_STROKES = 40.0
"""Only sides so long get a line: the short ones of a head would bend the lines that they meet."""
BLACK = 0.35
"""What is printed in a band that is less bright than this share of paper is white, and no ink."""
MUCH_DARKER, GRAIN, MOST_INK = 0.7, 12, 0.005
"""Less bright than the first share of a band, but for the paper's grain, is ink; the third share of
a band may look so.
"""
MARGIN_PX = 3
"""How far beyond its outline the blur of a band reaches."""
LINE_TONE = 0.5
"""Brightness of the lines along its sides, as a share of paper's."""


class Bands(NamedTuple):
    """A page without its bands.

    ``darkness`` is (H, W) uint8, 0 white, ``filled`` (H, W) bool: where the bands were, or None
    where there are none.
    """

    darkness: GreyImage
    filled: Mask | None = None


def take_out_bands(darkness: GreyImage, stroke_px: float, shown: Mask | None = None) -> Bands:
    """Take dark bands for paper, and draw lines along their long sides.

    Parameters
    ----------
    darkness : (H, W) uint8
        0 white, of a page that lies flat.
    stroke_px : float
        Typical stroke width.
    shown : (H, W) bool, optional
        Where there is paper, and not what it lies on.
    """
    times = max(1, round(max(darkness.shape) / SMALL_SIDE))
    small = np.asarray(cv2.bitwise_not(np.ascontiguousarray(darkness[::times, ::times])), np.uint8)
    if not _may_hold(small, np.full_like(small, 255), stroke_px / times):
        return Bands(darkness)
    paper = paper_brightness(small, np.ones(small.shape, np.bool_))
    if not _may_hold(small, paper, stroke_px / times):
        return Bands(darkness)
    bright = np.asarray(cv2.bitwise_not(darkness), np.uint8)
    paper = np.asarray(cv2.resize(paper, darkness.shape[::-1]), np.uint8)
    solid = _solid(_dark(bright, paper), SOLID_STROKES * stroke_px)
    if shown is not None:
        solid[~shown] = 255
    filled = np.zeros(darkness.shape, np.bool_)
    lines = np.zeros_like(bright)
    for window, band in _bands(solid, bright, paper, stroke_px):
        blurred = np.asarray(
            cv2.dilate(band, np.ones((2 * MARGIN_PX + 1,) * 2, np.uint8)), np.uint8
        )
        filled[window.slices] |= blurred > 0
        for start, end in _long_sides(blurred, window, stroke_px):
            cv2.line(lines, start, end, 1, max(1, round(stroke_px / 2)))
    if not filled.any():
        return Bands(darkness)
    bright[filled] = paper[filled]
    np.copyto(bright, cv2.convertScaleAbs(paper, alpha=LINE_TONE), where=lines > 0)
    return Bands(np.asarray(cv2.bitwise_not(bright), np.uint8), filled)


def _may_hold(small: GreyImage, paper: GreyImage, stroke_px: float) -> bool:
    """Whether something as large as a band is so dark in the small copy of a page."""
    solid = _solid(_dark(small, paper), LOWEST_STROKES * stroke_px)
    sides = [cv2.boundingRect(outline)[2:] for outline in outlines_of(solid)]
    return any(max(both) >= int(SHORTEST_STROKES * stroke_px) for both in sides)


def _dark(bright: GreyImage, paper: GreyImage) -> GreyImage:
    """Where a page is as dark as a band may be: 255."""
    return np.asarray(
        cv2.compare(bright, cv2.convertScaleAbs(paper, alpha=DARKEST), cv2.CMP_LT), np.uint8
    )


def _solid(dark: GreyImage, thin_px: float) -> GreyImage:
    """``dark`` without what is thinner."""
    square = np.ones((max(2, int(thin_px)),) * 2, np.uint8)
    return np.asarray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, square), np.uint8)


def _bands(
    solid: GreyImage, bright: GreyImage, paper: GreyImage, stroke_px: float
) -> Iterator[tuple[Box, GreyImage]]:
    """Solid areas with straight sides: the place of each, and what it fills there, 255.

    The cells in a band are left out; where white letters can't be told from cells, the band is.
    """
    high = _solid(solid, LOWEST_STROKES * stroke_px)
    for contour in all_outlines_of(solid).outer()[0]:
        outer = _straightened(contour)
        window = _window(outer)
        if not _is_long(window, solid.shape, stroke_px) or not _is_straight(outer, stroke_px):
            continue
        place = window.slices
        band = np.zeros((window.height, window.width), np.uint8)
        cv2.drawContours(band, [outer], -1, 255, cv2.FILLED, offset=(-window.left, -window.top))
        pale = np.asarray(bright[place] > PALE * paper[place], np.bool_)
        gaps = [gap for gap in _gaps(band, solid[place]) if _is_large(gap, stroke_px)]
        are_pale = [_is_pale(gap, pale) for gap in gaps]
        if any(
            not white and _may_be_cell(gap, pale) for gap, white in zip(gaps, are_pale, strict=True)
        ):
            continue
        cv2.drawContours(band, list(compress(gaps, are_pale)), -1, 0, cv2.FILLED)
        inside = band > 0
        if high[place][inside].any() and not _holds_ink(bright[place], paper[place], inside):
            yield window, band


def _straightened(outer: Contour) -> Contour:
    """The rectangle around an outline that fills most of it: white letters may reach its sides."""
    rectangle = cv2.minAreaRect(outer)
    short, long = sorted(rectangle[1])
    filled = RECTANGULAR if long < ELONGATED * short else ELONGATED_FILLED
    if cv2.contourArea(outer) < filled * short * long:
        return outer
    return np.rint(cv2.boxPoints(rectangle)).astype(np.int32).reshape(-1, 1, 2)


def _gaps(band: GreyImage, solid: GreyImage) -> list[Contour]:
    """Outlines of what is not solid in a band: the cells in it, and white letters."""
    return outlines_of(np.asarray(cv2.subtract(band, solid), np.uint8))


def _window(outer: Contour) -> Box:
    """The place of an outline, with room for the blur around it."""
    left, top, width, height = cv2.boundingRect(outer)
    margin = MARGIN_PX + 1
    return Box(top - margin, left - margin, top + height + margin, left + width + margin)


def _is_long(window: Box, page: tuple[int, ...], stroke_px: float) -> bool:
    """Whether a place is as large as that of a band, and does not meet the page's border."""
    inside = min(window.top, window.left, page[0] - window.bottom, page[1] - window.right) >= 0
    return inside and max(window.height, window.width) >= SHORTEST_STROKES * stroke_px


def _is_large(gap: Contour, stroke_px: float) -> bool:
    """Whether there is room for a digit in a gap."""
    return min(cv2.boundingRect(gap)[2:]) >= LOWEST_STROKES * stroke_px


def _is_pale(gap: Contour, pale: Mask) -> bool:
    """Whether a gap in a band is paper, and not what is printed there in white."""
    left, top, width, height = cv2.boundingRect(gap)
    inside = fill_outline(gap) > 0
    return bool(pale[top : top + height, left : left + width][inside].mean() >= MOSTLY_PALE)


def _may_be_cell(gap: Contour, pale: Mask) -> bool:
    """Whether a gap that is full of ink or of letters is paper at its sides, as a cell is."""
    left, top, width, height = cv2.boundingRect(gap)
    inside = cv2.copyMakeBorder(fill_outline(gap), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
    ring = (depth > MARGIN_PX) & (depth <= 2 * MARGIN_PX)
    sides = pale[top : top + height, left : left + width][ring]
    return bool(sides.any() and sides.mean() >= MOSTLY_PALE)


def _holds_ink(bright: GreyImage, paper: GreyImage, inside: Mask) -> bool:
    """Whether some of a band is darker than it, so that it is to be kept."""
    own, around = bright[inside], paper[inside]
    tone = float(np.median(own / around))
    ink = own < MUCH_DARKER * tone * around - GRAIN
    return tone >= BLACK and bool(ink.mean() > MOST_INK)


def _is_straight(outer: Contour, stroke_px: float) -> bool:
    """Whether most of an outline is level and plumb sides."""
    corners = cv2.approxPolyDP(outer, stroke_px / 2, True)
    sides = _sides(outer, stroke_px, SIDE_STROKES * stroke_px)
    length = sum(float(np.hypot(*np.subtract(*side))) for side in sides)
    return length >= STRAIGHT * cv2.arcLength(corners, True)


def _long_sides(band: GreyImage, window: Box, stroke_px: float) -> list[Side]:
    """The long sides of a band, and of the cells in it, in pixels of the page."""
    shortest = LONG_SIDE_STROKES * stroke_px
    corner, outlines = np.array([window.left, window.top]), all_outlines_of(band).contours
    return [side for each in outlines for side in _sides(each + corner, stroke_px, shortest)]


def _sides(outline: Contour, stroke_px: float, shortest: float) -> list[Side]:
    """The level and plumb sides of an outline that are so long: two points, as (x, y), each."""
    corners = cv2.approxPolyDP(outline, stroke_px / 2, True)[:, 0].tolist()
    sides = [(tuple(one), tuple(two)) for one, two in pairwise([*corners, corners[0]])]
    return [side for side in sides if _is_side(*side, shortest)]


def _is_side(start: tuple[int, int], end: tuple[int, int], least: float) -> bool:
    low, long = sorted(abs(a - b) for a, b in zip(start, end, strict=True))
    return long >= least and low <= STEEPEST * long
