"""A page in, its ink out: flat, upright, in strokes of a known width.

The steps, in order: how the sheet lies (`flattening`), one warp to a working image whose pen
strokes are a few pixels wide, ink against paper (`binarisation`), and the printed lines in it
(`ruling`).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.binarisation import find_ink, flatten_background, is_bilevel
from digitscan.scan.flattening import Homography, estimate_homography
from digitscan.scan.ruling import find_ruling
from digitscan.scan.strokes import measure_stroke
from digitscan.values import CleanPage, GreyImage, Page

GOAL_STROKE_PX = 4.0
"""Pen width in the working image: enough for a clean glyph, few pixels to walk over."""
LEAST_SCALE, LARGEST_SCALE = 0.25, 2.0
LARGEST_WORK_PIXELS = 6_000_000
OVERVIEW_SIDE = 1000
"""Longer side of the small image on which the lie of the sheet is estimated."""
OVERVIEW_STROKE_PX = 2.0
PROBE_SIDE = 1200
"""Side of the part of the page, at full resolution, on which strokes are measured."""
STILL_SHIFT = 0.002
"""A homography that moves no corner by more than this share of the page is left out."""


def clean_page(page: Page) -> CleanPage:
    """Reduce a page to its ink.

    Parameters
    ----------
    page : Page
        ``image`` is (H, W) uint8, 0 black.

    Returns
    -------
    CleanPage
        ``ink`` (h, w) uint8, 0 paper, in a working image that is flat and upright.
    """
    image = _dark_on_light(page.image)
    to_work, size = _plan_warp(image)
    darkness = _warp(image, to_work, size)
    if is_bilevel(image):
        mask = darkness > 110
    else:
        darkness = flatten_background(cv2.bitwise_not(darkness).astype(np.uint8))
        mask = find_ink(darkness, GOAL_STROKE_PX)
    binary = mask.astype(np.uint8) * np.uint8(255)
    stroke_px = measure_stroke(mask)
    level, plumb = find_ruling(binary, stroke_px)
    ink = np.asarray(cv2.bitwise_and(darkness, binary), np.uint8)
    to_scan = np.asarray(np.linalg.inv(to_work), np.float64)
    return CleanPage(page.ref, ink, level > 0, plumb > 0, stroke_px, to_scan)


def _dark_on_light(image: GreyImage) -> GreyImage:
    """The page with dark ink on light paper, turned over where it was the other way round."""
    return image if np.median(image[::9, ::9]) >= 90 else np.asarray(cv2.bitwise_not(image))


def _plan_warp(image: GreyImage) -> tuple[Homography, tuple[int, int]]:
    """Homography from the page's (x, y, 1) to the working image, and that image's (w, h)."""
    flat = _flattening(image)
    scale = _work_scale(image)
    height, width = image.shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    placed = cv2.perspectiveTransform(corners, np.diag([scale, scale, 1.0]) @ flat)[0]
    lowest, highest = placed.min(axis=0), placed.max(axis=0)
    shift = np.array([[1, 0, -lowest[0]], [0, 1, -lowest[1]], [0, 0, 1]], np.float64)
    work_width, work_height = (int(v) for v in np.ceil(highest - lowest))
    return shift @ np.diag([scale, scale, 1.0]) @ flat, (max(1, work_width), max(1, work_height))


def _flattening(image: GreyImage) -> Homography:
    """Homography in page pixels that lays the sheet flat; the identity where it nearly does."""
    scale = 1 / max(1, round(max(image.shape) / OVERVIEW_SIDE))
    small = np.asarray(
        cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    ink = find_ink(flatten_background(small), OVERVIEW_STROKE_PX)
    flat = estimate_homography(ink)
    height, width = small.shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    moved = np.abs(cv2.perspectiveTransform(corners, flat) - corners).max()
    if moved < STILL_SHIFT * max(small.shape):
        return np.eye(3)
    shrink = np.diag([scale, scale, 1.0])
    return np.asarray(np.linalg.inv(shrink) @ flat @ shrink, np.float64)


def _work_scale(image: GreyImage) -> float:
    """Scale that brings the page's strokes to ``GOAL_STROKE_PX``."""
    height, width = image.shape
    top, left = max(0, (height - PROBE_SIDE) // 2), max(0, (width - PROBE_SIDE) // 2)
    probe = image[top : top + PROBE_SIDE, left : left + PROBE_SIDE]
    stroke_px = measure_stroke(find_ink(flatten_background(np.ascontiguousarray(probe)), 5.0))
    largest = min(LARGEST_SCALE, float(np.sqrt(LARGEST_WORK_PIXELS / image.size)))
    return float(np.clip(GOAL_STROKE_PX / stroke_px, min(LEAST_SCALE, largest), largest))


def _warp(image: GreyImage, to_work: Homography, size: tuple[int, int]) -> GreyImage:
    """Darkness of the page in the working image: (h, w) uint8, 0 white."""
    darkness = cv2.bitwise_not(image)
    if _is_pure_scale(to_work):
        how = cv2.INTER_AREA if to_work[0, 0] < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(darkness, size, interpolation=how), np.uint8)
    if to_work[0, 0] < 0.6:
        darkness = cv2.resize(darkness, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        to_work = to_work @ np.diag([2.0, 2.0, 1.0])
    moved = cv2.warpPerspective(darkness, to_work, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _is_pure_scale(homography: npt.NDArray[np.float64]) -> bool:
    return bool(np.allclose(homography, np.diag(np.diag(homography))))
