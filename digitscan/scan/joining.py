"""Ruled lines in pieces in, the stretches that join them out.

A pale line under the strokes of a pen comes in pieces. Two pieces that lie on one straight line are
joined where the paper between them is a little darker than beside, all the way.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]
Ends = npt.NDArray[np.float64]

LONGEST_GAP = 24.0
"""Longest gap that is joined, in stroke widths, and at most as long as both pieces together."""
OFFSET = 0.75
"""How far two pieces may be off one straight line, in stroke widths."""
LEAST_TRACE = 0.65
"""Share of the gap's columns in which the line shows."""
FAINTEST = 5
"""How much darker a trace of a line is, of 255, than the paper beside it."""
END_SHARE = 0.25
"""Part of a piece, from its end, that tells where its end is."""


def join_lines(lines: list[Contour], darkness: Picture, picture: Picture, stroke_px: float) -> None:
    """Draw into ``picture`` the stretches that join pieces of level lines.

    Parameters
    ----------
    lines : list of (n, 1, 2) int32
        Outlines of the pieces.
    darkness : (H, W) uint8
        0 paper, 255 black.
    picture : (H, W) uint8
        The lines so far; drawn into with 255.
    stroke_px : float
        Typical stroke width.
    """
    if len(lines) < 2:
        return
    left, right = _ends(lines)
    for first, second in _neighbours(left, right, stroke_px):
        start, end = right[first], left[second]
        if _shows_trace(darkness, start, end, stroke_px):
            points = [tuple(np.rint(point).astype(int).tolist()) for point in (start, end)]
            cv2.line(picture, points[0], points[1], 255, 2)


def _ends(lines: list[Contour]) -> tuple[Ends, Ends]:
    """Left and right end of each line: two (n, 2) arrays of x, y."""
    left, right = np.zeros((len(lines), 2)), np.zeros((len(lines), 2))
    for number, line in enumerate(lines):
        points = line[:, 0].astype(np.float64)
        first, last = points[:, 0].min(), points[:, 0].max()
        part = max(2.0, END_SHARE * (last - first))
        left[number] = first, points[points[:, 0] <= first + part, 1].mean()
        right[number] = last, points[points[:, 0] >= last - part, 1].mean()
    return left, right


def _neighbours(left: Ends, right: Ends, stroke_px: float) -> list[tuple[int, int]]:
    """Pairs of lines that go on in one another."""
    gap = left[None, :, 0] - right[:, None, 0]
    length = right[:, 0] - left[:, 0]
    rise = np.abs(left[None, :, 1] - right[:, None, 1])
    near = (gap > 0) & (gap <= LONGEST_GAP * stroke_px) & (gap <= length[:, None] + length[None])
    near &= rise <= OFFSET * stroke_px + 0.02 * gap
    pairs = np.argwhere(near).tolist()
    return [(first, second) for first, second in pairs]


def _shows_trace(
    darkness: Picture,
    start: npt.NDArray[np.float64],
    end: npt.NDArray[np.float64],
    stroke_px: float,
) -> bool:
    """Whether a line shows between two points in most columns."""
    columns = np.arange(int(start[0]) + 1, int(end[0]))
    if columns.size == 0:
        return True
    rows = np.interp(columns, [start[0], end[0]], [start[1], end[1]]).round().astype(int)
    aside = round(2 * stroke_px)
    height = len(darkness)
    on = darkness[np.clip(rows + np.array([[-1], [0], [1]]), 0, height - 1), columns].max(axis=0)
    off = darkness[np.clip(rows + np.array([[-aside], [aside]]), 0, height - 1), columns]
    return bool((on.astype(int) - off.min(axis=0) >= FAINTEST).mean() >= LEAST_TRACE)
