"""Ink and the ruled lines through it in, the ink without the lines out; strokes stay whole."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.values import GreyImage, Mask

DARKER, DARKER_STEP = 1.5, 20
"""The pen shows on a line where it is so much darker, in times and in steps of 255."""
TONE_STROKES = 30.0
"""Length of a line, in stroke widths, that tells how dark it is."""
BRIDGE_STROKES = 2.2
"""Width of a line, in stroke widths, over which a crossing stroke is mended."""


def erase_ruling(ink: GreyImage, level: Mask, plumb: Mask, stroke_px: float) -> GreyImage:
    """Take ruled lines out of ``ink``, leaving the strokes that cross them whole.

    A pixel of a line stays where the pen shows on both sides of the line.

    Parameters
    ----------
    ink : (h, w) uint8
        0 paper.
    level, plumb : (h, w) bool
        True on the lines along the rows, along the columns.
    stroke_px : float
        Typical stroke width.
    """
    lying, standing = (lines.astype(np.uint8) * np.uint8(255) for lines in (level, plumb))
    lines = cv2.max(lying, standing)
    rest = np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(lines)), np.uint8)
    length = int(TONE_STROKES * stroke_px) | 1
    pen = cv2.max(_pen_on(ink, lying, length), _pen_on(ink.T, standing.T, length).T)
    pen = cv2.bitwise_and(pen, cv2.bitwise_not(cv2.min(lying, standing)))
    rest = np.asarray(cv2.max(rest, pen), np.uint8)
    reach = int(BRIDGE_STROKES * stroke_px + 3) | 1
    across = cv2.bitwise_and(_between(rest, reach), lying)
    along = cv2.bitwise_and(np.ascontiguousarray(_between(rest.T, reach).T), standing)
    bridges = cv2.threshold(cv2.max(across, along), 0, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.max(rest, cv2.bitwise_and(ink, bridges)), np.uint8)


def _pen_on(ink: GreyImage, lines: GreyImage, length: int) -> GreyImage:
    """Ink on level ``lines`` (0 or 255) that is so much darker than a ``length`` of them.

    There the pen runs over or along the line: the foot of a 2, the bar of a 7.
    """
    pen = np.zeros(ink.shape, np.uint8)
    rows = lines.any(axis=1)
    if rows.any():
        on_line = cv2.bitwise_and(ink[rows], lines[rows]).astype(np.float32)
        share = cv2.blur((on_line > 0).astype(np.float32), (length, 1))
        tone = cv2.blur(on_line, (length, 1)) / np.maximum(share, 1e-3)
        pen[rows] = np.where(on_line > DARKER * tone + DARKER_STEP, on_line, 0)
    return pen


def _between(ink: GreyImage, reach: int) -> GreyImage:
    """Where there is ink both above and below within ``reach`` rows, a little aslant too."""
    aslant = (reach // 4) * 2 + 1
    fan = np.ones((reach, aslant), np.uint8)
    ink = np.ascontiguousarray(ink)
    above = cv2.dilate(ink, fan, anchor=(aslant // 2, reach - 1))
    below = cv2.dilate(ink, fan, anchor=(aslant // 2, 0))
    return np.asarray(cv2.min(above, below), np.uint8)
