"""A small picture of a page in, where the sheet of paper lies in it out.

A scan is all paper; a photo also shows the table under it, which must not be read. The sheet is the
large, bright, solid region, and what lies in a shadow on it: light falls off slowly, at the edge of
paper it breaks. Its straight outer edges help to lay it flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import GreyImage, Mask

Edges = npt.NDArray[np.float64]
Contour = npt.NDArray[np.int32]

CALM_SIDE = 330
"""Longer side of the copy on which paper and surround are told apart."""
STEEPEST, LEAST_STEP = 0.035, 2.0
"""Two neighbours in that copy are of one region where they differ by no more than this share of the
brighter one, or by so many tones of 255.
"""
SPREAD_PX = 5
"""Edges keep regions half as far from the edge itself."""
IN_SHADOW = 0.05
"""What lies in a shadow on the sheet is at least this share of what is bright."""
SMALLEST_SHARE, LARGEST_SHARE = 0.2, 0.97
"""Share of the picture that the sheet covers; above it there is no surround to speak of."""
LEAST_CONTRAST = 22
"""Least difference in brightness, of 255, between the sheet's edge and what is beside it."""
LIGHTEST_GROUND = 0.88
"""What lies around a sheet is mostly darker than this share of it, or is paper beyond a crease."""
STEP_PX = 9
"""Twice the width, in the small copy, of the strips that are compared."""
NARROW_PX, WIDE_PX, SHARP = 3, 17, 0.31
"""With narrow strips the difference is this share of that with wide ones; shadows have soft edges.
"""
LEAST_SOLIDITY = 0.85
"""Share of its convex hull that a sheet fills."""
FACING, GUTTER, LEVEL = 0.5, 0.08, 0.7
"""The other page of an open book is this share as large as the one, at least, no further from it
than the second share of the picture's width, and beside this share of its height.
"""
COARSE = 8
"""The gutter is looked for in every eighth pixel."""
CLOSED_PX = 9
"""What is narrower in the small copy and dark is drawn."""
WIDEST_LINE_PX = 7
"""Narrower dark lines, in the small picture, are drawn on the sheet or the table."""
DARKER, DARKER_SHARE = 6, 0.08
"""How much darker they are than what lies around them, in tones and as a share of its tone."""
ACROSS_PX, MOST_ACROSS = 18, 8
"""How far they show on both sides of an edge that they cross; with more of them it is none."""
EDGE_SHARE = 0.15
"""Least length of a straight edge, as a share of the picture's longer side."""
BORDER_PX = 3
EDGE_PROBES = 64
"""Places along an edge where it is looked for in the picture."""
EDGE_END = 0.06
"""Share of an edge at either end that is left out: corners are bent and torn."""
EDGE_REACH = 8
"""How far from the outline, in pixels, the edge is looked for."""
EDGE_BLUR = 2
"""Pixels on either side of the steepest one over which the brightening is spread."""
EDGE_ROUNDS = 4
MARGIN_SHARE = 0.008
"""What is cut off the sheet along its edges, as a share of the longer side: shadow and blur."""


def find_sheet(picture: GreyImage) -> Mask | None:
    """Where paper is, (H, W) bool, or None where the whole picture is paper.

    Parameters
    ----------
    picture : (H, W) uint8
        A small grey copy of the page, 0 black.
    """
    step = max(1, max(picture.shape) // CALM_SIDE)
    calm = np.asarray(cv2.medianBlur(np.ascontiguousarray(picture[::step, ::step]), 5), np.uint8)
    _, split = cv2.threshold(calm, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = np.asarray(split, np.uint8)
    sheet = _largest_solid(bright, calm)
    if sheet is None:
        return None
    whole = _reachable(calm, bright)
    if np.count_nonzero(whole[sheet == 0]) > IN_SHADOW * np.count_nonzero(sheet):
        sheet = _largest_solid(whole, calm)
    if sheet is None:
        return None
    height, width = picture.shape
    found = np.asarray(cv2.resize(sheet, (width, height)) > 127, np.bool_)
    return None if _lines_across(picture, found) > MOST_ACROSS else found


def _lines_across(picture: GreyImage, sheet: Mask) -> int:
    """How many lines go on across the sheet's edge: then it is one of a shadow, not of paper."""
    side, around_px = WIDEST_LINE_PX, 2 * WIDEST_LINE_PX + 1
    darker = cv2.morphologyEx(picture, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8))
    around = cv2.blur(picture, (around_px, around_px))
    dark = darker > np.maximum(DARKER, DARKER_SHARE * around)
    inside, outside = (
        cv2.distanceTransform(np.pad(side, 1, mode="edge"), cv2.DIST_L2, 3)[1:-1, 1:-1]
        for side in (sheet.astype(np.uint8), (~sheet).astype(np.uint8))
    )
    near = dark & (np.maximum(inside, outside) <= ACROSS_PX)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near.astype(np.uint8))
    across = np.ones(count, np.bool_)
    for depth in (inside, outside):
        across &= np.bincount(labels[near & (depth > ACROSS_PX - 2)], minlength=count) > 0
    thin = stats[:, cv2.CC_STAT_AREA] <= WIDEST_LINE_PX * ACROSS_PX
    return int(np.count_nonzero(across[1:] & thin[1:]))


def _largest_solid(region: GreyImage, picture: GreyImage) -> GreyImage | None:
    """The largest part of ``region`` and what it encloses, 255, if that may be a sheet.

    Both pages of an open book, where the gutter parts them.
    """
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = sorted(map(_contour, contours), key=cv2.contourArea, reverse=True)
    pages = _facing(largest[:2], picture.shape[1])
    if not pages:
        return None
    hulls = [cv2.convexHull(page) for page in pages]
    filled, area = (sum(map(cv2.contourArea, shapes)) for shapes in (pages, hulls))
    if not SMALLEST_SHARE <= area / picture.size <= LARGEST_SHARE:
        return None
    if filled < LEAST_SOLIDITY * area:
        return None
    sheet = np.zeros_like(picture)
    cv2.drawContours(sheet, hulls, -1, 255, cv2.FILLED)
    around = picture[sheet == 0]
    if not around.size or np.median(around) > LIGHTEST_GROUND * np.median(picture[sheet > 0]):
        return None
    # a line of a table, seen from near, is no edge of the sheet
    square = np.ones((CLOSED_PX, CLOSED_PX), np.uint8)
    closed = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, square)
    if _step_at_edge(np.asarray(closed, np.uint8), sheet, STEP_PX) < LEAST_CONTRAST:
        return None
    if _is_soft(picture, sheet):
        return None
    return sheet


def _contour(outline: npt.NDArray[Any]) -> Contour:
    return np.asarray(outline, np.int32)


def _facing(largest: Sequence[Contour], width: int) -> Sequence[Contour]:
    """Of the two largest outlines both where they are pages of an open book, else the first."""
    if len(largest) < 2 or cv2.contourArea(largest[1]) < FACING * cv2.contourArea(largest[0]):
        return largest[:1]
    (x0, y0, w0, h0), (x1, y1, w1, h1) = map(cv2.boundingRect, largest)
    gap = max(x0 - x1 - w1, x1 - x0 - w0)
    beside = min(y0 + h0, y1 + h1) - max(y0, y1)
    book = gap <= GUTTER * width and beside >= LEVEL * max(h0, h1)
    return largest if book else largest[:1]


def find_gutter(shown: Mask) -> int | None:
    """The column, half-way down, between the pages of an open book; None on a single page.

    ``shown`` (h, w) is where a page shows paper.
    """
    few = np.ascontiguousarray(shown[::COARSE, ::COARSE]).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(few)
    areas = stats[1:, cv2.CC_STAT_AREA]
    pages = np.flatnonzero(areas >= FACING * areas.max(initial=1)) + 1
    middle = [np.flatnonzero(labels[len(few) // 2] == page) for page in pages]
    if len(pages) != 2 or not all(columns.size for columns in middle):
        return None
    left, right = sorted(middle, key=lambda columns: int(columns[0]))
    return COARSE * int(left[-1] + right[0] + 1) // 2 if left[-1] < right[0] else None


def _reachable(picture: GreyImage, bright: GreyImage) -> GreyImage:
    """What can be reached without a step from most of what is ``bright``: 255 there, else 0."""
    smooth = cv2.blur(picture.astype(np.float32), (3, 3))
    across, down = np.ones((1, 2), np.uint8), np.ones((2, 1), np.uint8)
    brighter = cv2.max(cv2.dilate(smooth, across), cv2.dilate(smooth, down))
    darker = cv2.min(cv2.erode(smooth, across), cv2.erode(smooth, down))
    even = brighter - darker <= np.maximum(STEEPEST * brighter, LEAST_STEP)
    count, regions = cv2.connectedComponents(even.astype(np.uint8), connectivity=4)
    most = np.bincount(regions[even & (bright > 0)], minlength=count).argmax()
    region = (even & (regions == most)).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.dilate(region, np.ones((SPREAD_PX, SPREAD_PX), np.uint8)), np.uint8)


def _is_soft(picture: GreyImage, sheet: GreyImage) -> bool:
    """Whether the picture darkens slowly beyond the edge, as where a shadow falls on the paper."""
    square = np.ones((3, 3), np.uint8)
    outlines = (cv2.erode(sheet, square, borderValue=255), sheet, cv2.dilate(sheet, square))
    narrow = max(_step_at_edge(picture, np.asarray(one), NARROW_PX) for one in outlines)
    return narrow < SHARP * _step_at_edge(picture, sheet, WIDE_PX)


def _step_at_edge(picture: GreyImage, sheet: GreyImage, width: int) -> float:
    """How much brighter the sheet is just inside its edge than just outside.

    ``width`` is twice that of the strips on either side.
    """
    band = np.ones((width, width), np.uint8)
    inside = (sheet > 0) & (cv2.erode(sheet, band, borderValue=255) == 0)
    outside = (sheet == 0) & (cv2.dilate(sheet, band) > 0)
    if not inside.any() or not outside.any():
        return 0.0
    return float(np.median(picture[inside])) - float(np.median(picture[outside]))


def sheet_edges(sheet: Mask, picture: GreyImage) -> Edges:
    """Straight edges of the sheet inside the picture: (n, 4) of x0, y0, x1, y1.

    Parameters
    ----------
    sheet : (H, W) bool
        Where paper is, as found by `find_sheet`, to a few pixels.
    picture : (H, W) uint8
        The picture itself, in which the edges are found to a fraction of a pixel.
    """
    contours, _ = cv2.findContours(
        sheet.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    return np.concatenate([_edges_of(_contour(each), picture) for each in contours])


def _edges_of(contour: Contour, picture: GreyImage) -> Edges:
    """Straight edges of one page."""
    height, width = picture.shape
    outline = cv2.approxPolyDP(contour, 0.01 * max(picture.shape), True).reshape(-1, 2)
    edges = np.hstack([outline, np.roll(outline, -1, axis=0)]).astype(np.float64)
    length = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    inside = np.ones(len(edges), bool)
    for column, last in ((0, width - 1), (1, height - 1)):
        pair = edges[:, [column, column + 2]]
        inside &= ~(pair <= BORDER_PX).all(axis=1) & ~(pair >= last - BORDER_PX).all(axis=1)
    kept = edges[inside & (length >= EDGE_SHARE * max(picture.shape))]
    middle = outline.mean(axis=0)
    sharp = [_sharpen(edge, middle, picture) for edge in kept]
    return np.array([edge for edge in sharp if edge is not None]).reshape(-1, 4)


def _sharpen(edge: Edges, middle: Edges, picture: GreyImage) -> Edges | None:
    """The edge (x0, y0, x1, y1) moved to where the picture brightens towards ``middle`` (x, y).

    None where it does not: then this is no edge of paper on a darker ground.
    """
    start, end = edge[:2], edge[2:]
    along = (end - start) / np.hypot(*(end - start))
    inward = np.array([-along[1], along[0]])
    inward *= np.sign(inward @ (middle - start))
    places = start + np.linspace(EDGE_END, 1 - EDGE_END, EDGE_PROBES)[:, None] * (end - start)
    depth = np.arange(-EDGE_REACH, EDGE_REACH + 1)
    x, y = np.moveaxis(places[:, None] + depth[:, None] * inward, 2, 0).astype(np.float32)
    seen = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rise = np.maximum(np.diff(cv2.blur(seen, (1, 3)).astype(np.float64), axis=1), 0)
    near = np.abs(np.arange(rise.shape[1]) - rise.argmax(axis=1)[:, None]) <= EDGE_BLUR
    rise *= near
    offset = (rise * (depth[:-1] + 0.5)).sum(axis=1) / np.maximum(rise.sum(axis=1), 1e-6)
    clear = rise.sum(axis=1) >= LEAST_CONTRAST
    distance = (places - start) @ along
    for _ in range(EDGE_ROUNDS):
        if clear.sum() < EDGE_PROBES // 3:
            return None
        slope, level = np.polyfit(distance[clear], offset[clear], 1)
        stray = np.abs(offset - level - slope * distance)
        clear &= stray <= max(2.5 * float(np.median(stray[clear])), 0.3)
    last = level + slope * np.hypot(*(end - start))
    return np.concatenate([start + level * inward, end + last * inward])


def trim_sheet(sheet: Mask) -> Mask:
    """The sheet without its outermost millimetres, where shadow and blur look like ink."""
    margin = 2 * round(MARGIN_SHARE * max(sheet.shape)) + 1
    kernel = np.ones((margin, margin), np.uint8)
    trimmed = cv2.erode(sheet.astype(np.uint8), kernel, borderValue=1)
    return np.asarray(trimmed, np.bool_)
