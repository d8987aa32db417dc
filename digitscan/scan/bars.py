"""The ink of a page in, the cells between upright bars with dashes at their feet out.

Many questionnaires have ``|__|__|`` for a number. Its bars are strokes like a 1. They are told by
their one height, and by the dashes from foot to foot, which end where the bars do.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.ticks import draw_comb

Picture = npt.NDArray[np.uint8]
Bars = npt.NDArray[np.int_]

SHORTEST_STROKES, LONGEST_STROKES, THICKEST_STROKES = 4.5, 30.0, 2.0
"""Height and thickness of a bar, in stroke widths."""
MOST_BARS = 2000
"""A page with more upright strokes than this is full of print."""
AT_ONCE = 256
"""Bars compared with all others at once."""
SLACK_PX = 2
"""How far apart bars of a row may begin or end."""
NARROWEST_STROKES, WIDEST = 7.0, 3.2
"""Distance from bar to bar, at least in stroke widths, at most as a share of their height."""
LEAST_DASH, CLOSED, MOST_BEYOND = 0.65, 0.85, 0.3
"""Share of the way between bars that is ink at their feet; at their heads, if they are the sides of
a box; and beyond the last of them, where letters have more letters.
"""
BESIDE = 0.4
"""How far beyond them, as a share of the distance from bar to bar."""
OFF_PITCH = 0.15
"""How far a bar may be from its place, as a share of the pitch."""
FEWEST, MANY = 3, 4
"""Bars of a row, at least, to tell how high bars are, and of all such rows. Others may have two."""


def draw_cells(ink: Picture, level: Picture, plumb: Picture, stroke_px: float) -> None:
    """Draw the cells between bars into ``level`` and ``plumb``.

    Parameters
    ----------
    ink : (H, W) uint8
        0 paper, 255 ink.
    level, plumb : (H, W) uint8
        Lines found along the rows and along the columns; drawn into.
    stroke_px : float
        Typical stroke width.
    """
    bars = _upright(ink, stroke_px)
    if not FEWEST <= len(bars) <= MOST_BARS:
        return
    thick = round(stroke_px)
    rows = [(row, columns) for row in _rows(bars, ink, thick) if (columns := _dividers(row))]
    heights = [_height(row) for row, _ in rows if len(row) >= FEWEST for _ in row]
    for row, columns in rows:
        if sum(abs(_height(row) - high) <= SLACK_PX for high in heights) >= MANY:
            top, bottom = int(np.median(row[:, 1])), int(np.median(row[:, 3]))
            level[bottom - thick : bottom, columns[0] : columns[-1]] = 255
            for left, head, right, foot in row.tolist():
                plumb[head:foot, left:right] = 255
            draw_comb(level, plumb, columns, bottom - thick, bottom, top + thick)


def _upright(ink: Picture, stroke_px: float) -> Bars:
    """Left, top, right and bottom of upright strokes, (n, 4), from left to right."""
    long = np.ones((round(SHORTEST_STROKES * stroke_px), 1), np.uint8)
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, long)
    contours, _ = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = np.array([cv2.boundingRect(contour) for contour in contours], int).reshape(-1, 4)
    thin = boxes[:, 2] <= THICKEST_STROKES * stroke_px + 1
    boxes = boxes[thin & (boxes[:, 3] <= LONGEST_STROKES * stroke_px)]
    boxes[:, 2:] += boxes[:, :2]
    return boxes[np.argsort(boxes[:, 0], kind="stable")]


def _rows(bars: Bars, ink: Picture, thick: int) -> Iterator[Bars]:
    """Rows of bars with a dash from each to the next, and none beyond."""
    after = _next_bars(bars, ink, thick)
    for first in sorted(set(after) - set(after.values())):
        row = [first]
        while row[-1] in after:
            row.append(after[row[-1]])
        left, right = bars[row[0]], bars[row[-1]]
        reach = max(2, round(BESIDE * int(right[0] - left[2]) / (len(row) - 1)))
        high = slice(int(left[1]), int(left[3]) + SLACK_PX)
        before = slice(max(0, int(left[0]) - reach), int(left[0]) - 1)
        beyond = slice(int(right[2]) + 1, int(right[2]) + reach)
        if max(_inked(ink, high, before), _inked(ink, high, beyond)) <= MOST_BEYOND:
            yield bars[row]


def _next_bars(bars: Bars, ink: Picture, thick: int) -> dict[int, int]:
    """The bar that each is joined to by a dash, from left to right."""
    after = {}
    for number, other in _nearest(bars, NARROWEST_STROKES * thick):
        _, head, end, foot = bars[number].tolist()
        between = slice(end, int(bars[other, 0]))
        dash = ink[max(0, foot - thick - 1) : foot + SLACK_PX, between] > 0
        dashed = (dash[:-1] | dash[1:]).mean(axis=1).max() >= LEAST_DASH
        if dashed and _inked(ink, slice(head, head + thick), between) <= CLOSED:
            after[number] = other
    return after


def _nearest(bars: Bars, least: float) -> Iterator[tuple[int, int]]:
    """Each bar and the next one right of it of its height, where it has one at some distance."""
    left, top, right, bottom = bars.astype(np.int32).T
    for start in range(0, len(bars), AT_ONCE):
        one = slice(start, start + AT_ONCE)
        near = abs(top[one, None] - top) <= SLACK_PX
        near &= abs(bottom[one, None] - bottom) <= SLACK_PX
        apart = left - right[one, None]
        near &= (apart >= least) & (apart <= WIDEST * (bottom - top)[one, None])
        first = near.argmax(axis=1)
        for row in np.flatnonzero(near.any(axis=1)).tolist():
            yield start + row, int(first[row])


def _inked(ink: Picture, rows: slice, columns: slice) -> float:
    """Share of the columns of a strip that have ink in it."""
    strip = ink[rows, columns]
    return float(strip.any(axis=0).mean()) if strip.size else 0.0


def _height(row: Bars) -> float:
    return float(np.median(row[:, 3] - row[:, 1]))


def _dividers(row: Bars) -> list[int]:
    """Columns of all dividers, also of those that a digit hides; none if the bars have no pitch."""
    middles = (row[:, 0] + row[:, 2]) / 2
    steps = np.diff(middles)
    pitch = float(np.median(steps))
    counts = np.maximum(1, np.rint(steps / pitch))
    if (abs(steps - counts * pitch) > OFF_PITCH * counts * pitch).any():
        return []
    places = np.concatenate([[0], np.cumsum(counts)])
    columns = np.interp(np.arange(places[-1] + 1), places, middles)
    return [round(column) for column in columns.tolist()]
