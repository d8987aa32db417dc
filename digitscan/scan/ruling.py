"""The ink of a page in, its ruled lines out.

Lines are long straight runs (a directional opening with a little slope allowed). A short run is
ruling only where it meets perpendicular ruling at both ends: so the side of a box counts and the
stem of a 1 does not.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]

SHORTEST_STROKES = 7.5
"""Runs shorter than this many stroke widths are never ruling."""
CERTAIN_STROKES = 22.0
"""Runs longer than this are ruling by themselves."""
THICKEST_STROKES = 3.0
PRUNING_ROUNDS = 6
GAP_STROKES = 2.5
"""Gaps in a line that are closed, along the line only."""
REACH_STROKES = 1.75
"""How far the end of a short run may be from the line that it meets."""


def find_ruling(ink: Picture, stroke_px: float) -> tuple[Picture, Picture]:
    """Level and plumb ruled lines of a page.

    Parameters
    ----------
    ink : (H, W) uint8
        0 paper, 255 ink.
    stroke_px : float
        Typical stroke width.

    Returns
    -------
    level, plumb : (H, W) uint8
        0 where there is no line, 255 on a line.
    """
    level = _candidate_lines(ink, stroke_px)
    plumb = _candidate_lines(_turned(ink), stroke_px)
    level_lines, plumb_lines = _find_lines(level, stroke_px), _find_lines(plumb, stroke_px)
    for _ in range(PRUNING_ROUNDS):
        before = len(level_lines) + len(plumb_lines)
        plumb_lines = _supported(plumb_lines, _turned(_draw(level_lines, level.shape)), stroke_px)
        level_lines = _supported(level_lines, _turned(_draw(plumb_lines, plumb.shape)), stroke_px)
        if len(level_lines) + len(plumb_lines) == before:
            break
    return _draw(level_lines, level.shape), _turned(_draw(plumb_lines, plumb.shape))


def _turned(picture: Picture) -> Picture:
    """Rows and columns exchanged: plumb lines become level ones."""
    return np.asarray(cv2.transpose(picture), np.uint8)


def _candidate_lines(ink: Picture, stroke_px: float) -> Picture:
    """Runs along the rows that are long enough to be ruling, gaps closed."""
    length = int(SHORTEST_STROKES * stroke_px)
    gap = int(GAP_STROKES * stroke_px) | 1
    sloped = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    runs = cv2.morphologyEx(sloped, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    runs = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    return np.asarray(runs, np.uint8)


def _find_lines(candidates: Picture, stroke_px: float) -> list[Contour]:
    """Outlines of the candidates that are thin and straight enough for a level line."""
    contours, _ = cv2.findContours(candidates, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outlines = [np.asarray(contour, np.int32) for contour in contours]
    return [outline for outline in outlines if _is_thin(outline, stroke_px)]


def _is_thin(contour: Contour, stroke_px: float) -> bool:
    _, _, width, height = cv2.boundingRect(contour)
    thickness = cv2.contourArea(contour) / width
    return thickness <= THICKEST_STROKES * stroke_px + 2 and height <= 0.12 * width + 3 * stroke_px


def _draw(lines: list[Contour], shape: tuple[int, ...]) -> Picture:
    picture = np.zeros(shape, np.uint8)
    cv2.drawContours(picture, lines, -1, 255, cv2.FILLED)
    return picture


def _supported(lines: list[Contour], crossing: Picture, stroke_px: float) -> list[Contour]:
    """The level lines that are long, or end in the lines of ``crossing`` on both sides."""
    certain = CERTAIN_STROKES * stroke_px
    reach = int(REACH_STROKES * stroke_px)
    return [
        line
        for line in lines
        if cv2.boundingRect(line)[2] >= certain or _meets_both_ways(line, crossing, reach)
    ]


def _meets_both_ways(line: Contour, crossing: Picture, reach: int) -> bool:
    left, top, width, height = cv2.boundingRect(line)
    rows = slice(max(0, top - reach), top + height + reach)
    at_left = crossing[rows, max(0, left - reach) : left + reach]
    at_right = crossing[rows, max(0, left + width - reach) : left + width + reach]
    return bool(at_left.any() and at_right.any())
