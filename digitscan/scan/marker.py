"""A page in colour in, its grey without what a marker pen went over out.

A page's grey is the darkest of its colours, so that coloured pens are dark on it. Yellow or pink of
a marker would be as dark as they. But in one colour it is as bright as paper, and what is written
under it is not.
"""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.scan.sheet import find_sheet
from digitscan.values import ColourImage, GreyImage, Mask

SMALL_SIDE = 900
"""Longer side of the small copy in which marked areas are looked for."""
CHROMA, BRIGHT = 60, 0.85
"""A marker's brightest colour is so many tones, of 255, further above its darkest than paper's, and
bright as paper but for this share; paper is as bright as most of the page.
"""
INK_PX, NARROWEST_PX, REACH_PX = 5, 11, 4
"""Ink under a marker is up to the first wide in the small copy, its own strokes are wider than the
second, a felt pen's not, and their edges are as soft as the third."""
FULL_PX, FULL = 15, 0.65
"""Somewhere, of so wide a square, a marker's stroke covers this share, as few pens do."""
LEAST_SHARE, MOST_SHARE = 0.006, 0.4
"""Less of a page is thick strokes of a pen, more of it is the colour of its paper."""


def without_marker(darkest: GreyImage, colour: ColourImage) -> GreyImage:
    """The grey of a page without its marked areas.

    Parameters
    ----------
    darkest : (H, W) uint8
        The darkest colour of each pixel, 0 black.
    colour : (H, W, 3) uint8
        The page itself.
    """
    step = max(1, max(darkest.shape) // SMALL_SIDE)
    few = np.s_[::step, ::step]
    small = np.ascontiguousarray(darkest[few])
    marked = _marked(small, _brightest(np.ascontiguousarray(colour[few])))
    if not _is_markers(marked):
        return darkest
    # a table of bright wood, a coloured cloth
    sheet = find_sheet(small)
    if sheet is not None and not _is_markers(marked := marked & sheet):
        return darkest
    height, width = darkest.shape
    where = cv2.resize(marked.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.where(where > 0, _brightest(colour), darkest)


def _is_markers(marked: Mask) -> bool:
    """Whether as much of a page is marked as by a marker."""
    return bool(LEAST_SHARE <= marked.mean() <= MOST_SHARE)


def _brightest(colour: ColourImage) -> GreyImage:
    """The brightest colour of each pixel, (H, W)."""
    blue, green, red = cv2.split(colour)
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.uint8)


def _marked(darkest: GreyImage, brightest: GreyImage) -> Mask:
    """Where a marker went over a small copy (h, w) of a page, and just beside: (h, w)."""
    chroma, bright = brightest - darkest, brightest >= BRIGHT * float(np.median(brightest))
    vivid = bright & (chroma >= CHROMA + float(np.median(chroma[bright])))
    # the ink under the marker parts it
    whole = cv2.morphologyEx(vivid.astype(np.uint8), cv2.MORPH_CLOSE, _square(INK_PX))
    wide = cv2.morphologyEx(whole, cv2.MORPH_OPEN, _square(NARROWEST_PX))
    _, parts = cv2.connectedComponents(wide)
    full = cv2.blur(vivid.astype(np.float32), (FULL_PX, FULL_PX)) >= FULL
    strokes = np.isin(parts, parts[full & (wide > 0)]) & (wide > 0)
    reached = cv2.dilate(strokes.astype(np.uint8), _square(2 * REACH_PX + 1))
    return np.asarray(reached > 0, np.bool_)


def _square(side: int) -> GreyImage:
    return np.ones((side, side), np.uint8)
