"""Ink of a field in, the same without a ring that is drawn around the number out.

Teachers circle a mark. The ring would be read as a 0, the number in it lost.
"""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import GreyImage, Mask

LEAST_STROKES, LONGEST = 13.0, 2.5
"""Height and width of a ring, at least, in stroke widths, and how many times one is the other."""
CORE, LEAST_INSIDE = 0.5, 0.25
"""The middle of a ring, as a share of its sides, is free of it; and in it stands ink that is, of
its height, at least so high.
"""
DIRECTIONS, CLOSED = 36, 0.85
"""In how many directions from its middle a ring is looked for, and in which share it must be."""


def without_ring(ink: GreyImage, stroke_px: float) -> GreyImage:
    """Take the largest piece out of ``ink`` (h, w) uint8, 0 paper, if it is a ring around more."""
    if min(cv2.boundingRect(ink)[2:]) < LEAST_STROKES * stroke_px:
        return ink
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    sizes = stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]
    if len(sizes) < 2:
        return ink
    ring = 1 + int(np.argmax(sizes))
    left, top, width, height, _ = stats[ring].tolist()
    short, long = sorted((width, height))
    if short < LEAST_STROKES * stroke_px or long > LONGEST * short:
        return ink
    within = labels[top : top + height, left : left + width]
    margins = round((1 - CORE) / 2 * height), round((1 - CORE) / 2 * width)
    core = within[margins[0] : height - margins[0], margins[1] : width - margins[1]]
    inside = [label for label in np.unique(core).tolist() if label not in (0, ring)]
    least = LEAST_INSIDE * height
    high = any(stats[label, cv2.CC_STAT_HEIGHT] >= least for label in inside)
    if not high or (core == ring).any() or not _is_closed(within == ring):
        return ink
    return np.where(labels == ring, 0, ink).astype(np.uint8)


def _is_closed(ring: Mask) -> bool:
    """Whether a shape (h, w) stands in nearly all directions from its middle."""
    rows, columns = np.nonzero(ring)
    height, width = ring.shape
    angles = np.arctan2((rows - height / 2) / height, (columns - width / 2) / width)
    seen = np.unique(np.floor((angles / (2 * np.pi) + 0.5) * DIRECTIONS).astype(int) % DIRECTIONS)
    return len(seen) >= CLOSED * DIRECTIONS
