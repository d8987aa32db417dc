"""A small picture of a page in, the straight lines printed on it out.

Long lines are runs of ink. Sides of boxes and dividers of combs are too short to be told from the
strokes of digits by their length, and seen askew they are no runs; but they go from one level line
to the next, as strokes seldom do.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import GreyImage

Segments = npt.NDArray[np.float64]

MOST_SEGMENTS = 120
"""The longest lines in either direction that are looked at."""
SEGMENT_SHARE = 0.045
"""Length of a long line, as a share of the longer side."""
STEEP = 0.15
"""Slope of a long line, at most."""
SHORTEST_SIDE_PX, LEANING, THICK_PX = 10, 0.3, 3
"""Least length of a side, its most slope, and the most that its thickness adds to its width."""
FEWEST_SIDES, LEAST_LEAN = 8, 0.05
"""Fewer sides, or such as lean less on the mean, say less than long lines, which are exact. Of what
leans more only the most upright parts make long runs."""
JOIN_PX = 3
"""How near to a level line a side ends."""
FEW_LEVEL = 8
"""With fewer level lines in the ink, pale ones are looked for, too."""
ALONG_PX, ASIDE_PX = 31, 3
"""The mean of so many pixels shows a pale line against what lies so far above and below it,"""
LEAST_PALE, CLEARLY = 4.0, 5.0
"""where it is so many tones darker, and so many times the spread of what paper shows."""
SPREAD = 1.4826
"""Standard deviations in a median deviation from the median."""


def find_segments(
    ink: GreyImage, darkness: GreyImage, *, pale: bool = False
) -> tuple[Segments, Segments]:
    """Lines nearly level and nearly plumb, each (n, 4) of x0, y0, x1, y1.

    Parameters
    ----------
    ink : (H, W) uint8
        0 paper, 255 ink.
    darkness : (H, W) uint8
        How dark the picture is, 0 paper: it tells where a line lies to a fraction of a pixel.
    pale : bool
        Whether to look for lines too pale to be ink where few are: rules of a notebook on a photo.
        They are less exact, and so are lines of print, which look like them.
    """
    runs = _long_runs(ink)
    level = _long_segments(runs, darkness)
    if pale and len(level) < FEW_LEVEL:
        runs = _long_runs(np.asarray(cv2.max(ink, _pale_lines(darkness)), np.uint8))
        level = _long_segments(runs, darkness)
    lying = np.ascontiguousarray(darkness.T)
    standing = _sides(ink, runs, lying)
    if not _lean(standing):
        standing = _long_segments(_long_runs(np.ascontiguousarray(ink.T)), lying)
    return level, standing[:, [1, 0, 3, 2]]


def _long_runs(ink: GreyImage) -> GreyImage:
    """Nearly level runs of ink, a pixel higher on both sides."""
    length = max(25, int(SEGMENT_SHARE * max(ink.shape)))
    upright = np.ones((3, 1), np.uint8)
    level = np.ones((1, length), np.uint8)
    return np.asarray(cv2.morphologyEx(cv2.dilate(ink, upright), cv2.MORPH_OPEN, level), np.uint8)


def _pale_lines(darkness: GreyImage) -> GreyImage:
    """Lines nearly level that are too pale to be ink, 255 where they are."""
    along = cv2.blur(darkness.astype(np.float32), (ALONG_PX, 1))
    beside = np.maximum(np.roll(along, ASIDE_PX, axis=0), np.roll(along, -ASIDE_PX, axis=0))
    darker = along - beside
    spread = SPREAD * float(np.median(np.abs(darker - np.median(darker))))
    return (darker >= max(LEAST_PALE, CLEARLY * spread)).astype(np.uint8) * np.uint8(255)


def _long_segments(runs: GreyImage, darkness: GreyImage) -> Segments:
    contours, _ = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    bounds = sorted((cv2.boundingRect(c) for c in contours), key=lambda b: b[2], reverse=True)
    shade = np.asarray(cv2.bitwise_and(darkness, runs), np.uint8)
    flat = [b for b in bounds[:MOST_SEGMENTS] if b[3] <= STEEP * b[2] + 6]
    return _segments([(_cut(shade, box), box) for box in flat])


def _sides(ink: GreyImage, runs: GreyImage, lying: GreyImage) -> Segments:
    """Strokes from one of the level ``runs`` to the next: (n, 4) of y0, x0, y1, x1.

    ``lying`` is the transposed darkness.
    """
    free = np.ascontiguousarray(cv2.bitwise_and(ink, cv2.bitwise_not(runs)).T)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(free, connectivity=8)
    length, width = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    slim = (length >= SHORTEST_SIDE_PX) & (width <= LEANING * length + THICK_PX)
    sides = []
    for index in np.flatnonzero(slim[1:]) + 1:
        box = tuple(int(value) for value in stats[index, :4])
        if _ends_on_lines(runs, box):
            own = _cut(labels, box) == index
            sides.append((_cut(lying, box) * own, box))
    sides.sort(key=lambda side: side[1][2], reverse=True)
    return _segments(sides[:MOST_SEGMENTS])


def _lean(sides: Segments) -> bool:
    """Whether the sides are so far from plumb that they tell more than the longer lines do."""
    slopes = (sides[:, 3] - sides[:, 1]) / (sides[:, 2] - sides[:, 0])
    return bool(len(slopes) >= FEWEST_SIDES and abs(np.median(slopes)) >= LEAST_LEAN)


def _ends_on_lines(runs: GreyImage, bounds: Sequence[int]) -> bool:
    """Whether there are level lines just above and just below; ``bounds`` are transposed."""
    top, left, height, width = bounds
    columns = slice(left, left + width)
    above, below = max(0, top - JOIN_PX), top + height
    return bool(runs[above:top, columns].any() and runs[below : below + JOIN_PX, columns].any())


def _cut(picture: npt.NDArray[np.generic], bounds: Sequence[int]) -> npt.NDArray[np.generic]:
    left, top, width, height = bounds
    return picture[top : top + height, left : left + width]


def _segments(lines: Sequence[tuple[npt.NDArray[np.generic], Sequence[int]]]) -> Segments:
    """Segments in pictures of single lines and where these lie: x, y, width, height."""
    found = [_segment(np.asarray(shade, np.float64), bounds) for shade, bounds in lines]
    return np.array([each for each in found if each is not None], np.float64).reshape(-1, 4)


def _segment(
    line: npt.NDArray[np.float64], bounds: Sequence[int]
) -> tuple[float, float, float, float] | None:
    """End points of the ``line`` in ``bounds`` (x, y, width, height); None where there is none.

    The slope comes from the darkness of its two thirds, without the ends, where other lines join.
    """
    left, top, width, height = bounds
    places = []
    for start, end in ((0.08, 0.36), (0.64, 0.92)):
        columns = np.arange(round(start * width), round(end * width))
        weight = line[:, columns]
        total = weight.sum()
        if total == 0:
            return None
        row = np.arange(height) @ weight.sum(axis=1) / total
        places.append((row, columns @ weight.sum(axis=0) / total))
    (row, column), (last_row, last_column) = places
    slope = (last_row - row) / (last_column - column)
    beginning = float(top + row - slope * column)
    return left, beginning, left + width, float(beginning + slope * width)
