"""A page in colour in, its grey without what a marker pen went over out.

A page's grey is the darkest of its colours, so that coloured pens are dark on it. Yellow or pink of
a marker would be as dark as they. But in one colour it is as bright as paper, and what is written
under it is not.
"""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import ColourImage, GreyImage, Mask

SMALL_SIDE = 900
"""Longer side of the small copy in which marked areas are looked for."""
CHROMA, BRIGHT = 60, 0.85
"""A marker's brightest colour is so many tones, of 255, further above its darkest than paper's, and
bright as paper but for this share; paper is as bright as most of the page.
"""
NARROWEST_PX, REACH_PX = 7, 4
"""Strokes of a marker are wider than the first in the small copy, and their edges as soft as the
second."""
LEAST_SHARE, MOST_SHARE = 0.001, 0.4
"""Less of a page is a speck, more of it is the colour of its paper."""


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
    marked = _marked(np.ascontiguousarray(colour[::step, ::step]))
    if not LEAST_SHARE <= marked.mean() <= MOST_SHARE:
        return darkest
    height, width = darkest.shape
    where = cv2.resize(marked.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    blue, green, red = cv2.split(colour)
    brightest = cv2.max(cv2.max(blue, green), red)
    return np.where(where > 0, brightest, darkest)


def _marked(colour: ColourImage) -> Mask:
    """Where a marker went over a small copy (h, w, 3) of a page, and just beside: (h, w)."""
    darkest, brightest = colour.min(axis=2), colour.max(axis=2)
    chroma, bright = brightest - darkest, brightest >= BRIGHT * float(np.median(brightest))
    vivid = bright & (chroma >= CHROMA + float(np.median(chroma[bright])))
    # the ink under the marker parts it
    whole = cv2.morphologyEx(vivid.astype(np.uint8), cv2.MORPH_CLOSE, _square(NARROWEST_PX))
    wide = cv2.morphologyEx(whole, cv2.MORPH_OPEN, _square(NARROWEST_PX))
    return np.asarray(cv2.dilate(wide, _square(2 * REACH_PX + 1)) > 0, np.bool_)


def _square(side: int) -> GreyImage:
    return np.ones((side, side), np.uint8)
