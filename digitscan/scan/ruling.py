"""The ink of a page in, its ruled lines out.

Lines are long straight runs (a directional opening with a little slope allowed). A short run is
ruling only where it meets perpendicular ruling at both ends: so the side of a box counts and the
stem of a 1 does not.
"""

from __future__ import annotations

from itertools import compress, product

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.ticks import draw_dividers
from digitscan.values import Mask

Picture = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]

SHORTEST_STROKES = 9.0
"""Runs shorter than this many stroke widths are never ruling."""
CERTAIN_STROKES = 22.0
"""Runs longer than this are ruling by themselves."""
THICKEST_STROKES = 3.0
STEEPEST = 0.06
"""Slope that a line may have left on a page that was laid flat; a steeper run is a stroke."""
PRUNING_ROUNDS = 6
GAP_STROKES = 2.5
"""Gaps in a line that are closed, along the line only."""
OVERSHOOT = 0.15
"""How far a line may run on past the line that it meets, as a share of its length."""
REACH_STROKES = 1.2
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
    level = _find_lines(_candidate_lines(ink, stroke_px), stroke_px)
    plumb = _find_lines(_candidate_lines(_turned(ink), stroke_px), stroke_px)
    level, plumb = _prune(level, plumb, stroke_px)
    height, width = ink.shape
    lying, standing = _draw(level, (height, width)), _turned(_draw(plumb, (width, height)))
    draw_dividers(ink, lying, standing, stroke_px)
    return lying, standing


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
    thin = thickness <= THICKEST_STROKES * stroke_px + 2
    return thin and height <= STEEPEST * width + 2.2 * stroke_px


def _draw(lines: list[Contour], shape: tuple[int, int]) -> Picture:
    picture = np.zeros(shape, np.uint8)
    cv2.drawContours(picture, lines, -1, 255, cv2.FILLED)
    return picture


def _prune(
    level: list[Contour], plumb: list[Contour], stroke_px: float
) -> tuple[list[Contour], list[Contour]]:
    """The lines that are long, or end in kept lines of the other direction on both sides."""
    level_box, plumb_box = _bounds(level), _bounds(plumb)
    reach, certain = REACH_STROKES * stroke_px, CERTAIN_STROKES * stroke_px
    level_ends = _meetings(level_box, plumb_box[:, [1, 0, 3, 2]], reach)
    plumb_ends = _meetings(plumb_box, level_box[:, [1, 0, 3, 2]], reach)
    long_level = level_box[:, 2] - level_box[:, 0] >= certain
    long_plumb = plumb_box[:, 2] - plumb_box[:, 0] >= certain
    long_level |= _is_open_side(level_box, level_ends, plumb_ends, 2 * reach)
    long_plumb |= _is_open_side(plumb_box, plumb_ends, level_ends, 2 * reach)
    keep_level, keep_plumb = np.ones(len(level), bool), np.ones(len(plumb), bool)
    for _ in range(PRUNING_ROUNDS):
        before = int(keep_level.sum() + keep_plumb.sum())
        keep_plumb &= long_plumb | _held(plumb_ends, keep_level, len(plumb))
        keep_level &= long_level | _held(level_ends, keep_plumb, len(level))
        if int(keep_level.sum() + keep_plumb.sum()) == before:
            break
    return list(compress(level, keep_level)), list(compress(plumb, keep_plumb))


Meetings = tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]


def _meetings(
    lines: npt.NDArray[np.int_], across: npt.NDArray[np.int_], reach: float
) -> tuple[Meetings, Meetings]:
    """Pairs (line, line across) that meet at the line's left end, and at its right end."""
    left, top, right, bottom = (side[:, None] for side in lines.T)
    along = (across[:, 1] <= bottom + reach) & (across[:, 3] >= top - reach)
    inward = np.maximum(reach, OVERSHOOT * (right - left))
    at_left = along & (across[:, 0] <= left + inward) & (across[:, 2] >= left - reach)
    at_right = along & (across[:, 0] <= right + reach) & (across[:, 2] >= right - inward)
    first, second = np.nonzero(at_left), np.nonzero(at_right)
    return (first[0], first[1]), (second[0], second[1])


def _held(ends: tuple[Meetings, Meetings], alive: Mask, count: int) -> Mask:
    """Which of ``count`` lines meet a line that is still ``alive`` at both ends."""
    held = np.ones(count, bool)
    for line, across in ends:
        held &= np.bincount(line[alive[across]], minlength=count) > 0
    return held


def _is_open_side(
    lines: npt.NDArray[np.int_],
    ends: tuple[Meetings, Meetings],
    across_ends: tuple[Meetings, Meetings],
    slack: float,
) -> Mask:
    """Which lines are one of two sides of a box of which the fourth side does not show.

    The two begin and end at the same place, and meet the two ends of one line across.
    """
    at_first, at_second = ({*zip(*meetings, strict=True)} for meetings in across_ends)
    side = np.zeros(len(lines), bool)
    for line, across in ends:
        corner: dict[int, list[int]] = {}
        for one, base in zip(line.tolist(), across.tolist(), strict=True):
            corner.setdefault(base, []).append(one)
        for base, sides in corner.items():
            lefts = [one for one in sides if (base, one) in at_first]
            rights = [one for one in sides if (base, one) in at_second]
            for left, right in product(lefts, rights):
                if np.abs(lines[left, [0, 2]] - lines[right, [0, 2]]).max() <= slack:
                    side[[left, right]] = left != right
    return side


def _bounds(lines: list[Contour]) -> npt.NDArray[np.int_]:
    """Left, top, right and bottom of each line, (n, 4)."""
    boxes = np.array([cv2.boundingRect(line) for line in lines], int).reshape(-1, 4)
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
