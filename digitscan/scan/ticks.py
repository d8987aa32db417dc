"""The ink of a page and its level lines in, the dividers of combs that are but short ticks out.

Some combs have no sides: a line to write on, with ticks that rise from it at one pitch. Drawn on to
the height of a cell, and closed by a line above, they are a comb like any other.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.runs import runs_of

Picture = npt.NDArray[np.uint8]

LOWEST_STROKES, HIGHEST_STROKES = 2.5, 16.0
"""Height of a tick, in stroke widths."""
WIDEST_STROKES = 2.5
SHORTEST_STROKES = 20.0
"""Lines shorter than this many stroke widths carry no ticks."""
FEWEST, MOST = 3, 40
"""Cells of a comb."""
NEAR = 0.07
"""How far a tick may be from its place, as a share of the pitch."""
LEAST_SEEN, LEAST_EXPLAINED = 0.8, 0.7
"""Share of the inner dividers that must show; share of the ticks that must be dividers."""
SAME_HEIGHT = 0.2
CELL_HEIGHT, HIGHEST_CELL = 1.25, 1.6
"""Height given to the cells, as a share of the pitch; how far up a line may be their top."""


def draw_dividers(ink: Picture, level: Picture, plumb: Picture, stroke_px: float) -> None:
    """Draw the cells of ticked combs into ``level`` and ``plumb``.

    Parameters
    ----------
    ink : (H, W) uint8
        0 paper, 255 ink.
    level, plumb : (H, W) uint8
        Lines found along the rows and along the columns; drawn into.
    stroke_px : float
        Typical stroke width.
    """
    contours, _ = cv2.findContours(level, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for left, top, width, height in (cv2.boundingRect(contour) for contour in contours):
        if width < SHORTEST_STROKES * stroke_px or height > 4 * stroke_px:
            continue
        heights = _heights_over(ink, left, top, width, height, stroke_px)
        ticks = _ticks(heights, stroke_px)
        dividers = _find_dividers(ticks, width, stroke_px)
        if dividers:
            end = top - min(tall for _, tall in ticks) + round(stroke_px)
            draw_comb(level, plumb, [left + x for x in dividers], top, top + height, end)


def _heights_over(
    ink: Picture, left: int, top: int, width: int, height: int, stroke_px: float
) -> npt.NDArray[np.int_]:
    """How many pixels of ink rise without a gap over each column of a line."""
    reach = round(HIGHEST_STROKES * stroke_px) + 2
    first = max(0, top - reach)
    over = ink[first : top + height, left : left + width][::-1] > 0
    start = np.argmax(over, axis=0)
    rows = np.arange(over.shape[0])[:, None]
    solid = np.logical_or(over, rows < start)
    rise = np.where(solid.all(axis=0), over.shape[0], np.argmin(solid, axis=0))
    return np.asarray(rise - height, int)


def _ticks(heights: npt.NDArray[np.int_], stroke_px: float) -> list[tuple[float, int]]:
    """Middle column and height of each narrow rise, those of one height."""
    found = [
        ((rise.start + rise.stop - 1) / 2, int(np.max(heights[rise])))
        for rise in runs_of(np.asarray(heights >= LOWEST_STROKES * stroke_px, np.bool_))
        if rise.stop - rise.start <= WIDEST_STROKES * stroke_px
    ]
    found = [tick for tick in found if tick[1] <= HIGHEST_STROKES * stroke_px]
    if not found:
        return []
    typical = float(np.median([tall for _, tall in found]))
    return [tick for tick in found if abs(tick[1] - typical) <= SAME_HEIGHT * typical + 1]


def _find_dividers(ticks: list[tuple[float, int]], width: int, stroke_px: float) -> list[int]:
    """Columns of all dividers, from the first end to the last, if the ticks stand at a pitch."""
    if len(ticks) < FEWEST:
        return []
    columns = np.array([column for column, _ in ticks])
    slack = 3 * stroke_px
    start = columns[0] if columns[0] <= slack else 0.0
    end = columns[-1] if columns[-1] >= width - slack else width - 1.0
    for count in range(FEWEST, MOST + 1):
        pitch = (end - start) / count
        place = (columns - start) / pitch
        on_grid = np.abs(place - np.round(place)) <= NEAR
        seen = set(np.round(place[on_grid]).astype(int).tolist()) & set(range(1, count))
        explained = np.unique(np.round(place[on_grid])).size / columns.size
        if len(seen) >= LEAST_SEEN * (count - 1) and explained >= LEAST_EXPLAINED:
            return [round(start + pitch * number) for number in range(count + 1)]
    return []


def draw_comb(
    level: Picture, plumb: Picture, columns: list[int], top: int, bottom: int, end: int
) -> None:
    """Draw a comb's dividers up to the next line above, or to a cell's height and a line there.

    Parameters
    ----------
    level, plumb : (H, W) uint8
        Lines along the rows and along the columns; drawn into.
    columns : list of int
        The dividers, from left to right.
    top, bottom : int
        Rows ``top:bottom`` are the line that they stand on.
    end : int
        Lines below this row are crossed by what shows of the dividers.
    """
    pitch = (columns[-1] - columns[0]) / (len(columns) - 1)
    ceiling = max(0, top - round(CELL_HEIGHT * pitch))
    highest = max(0, top - round(HIGHEST_CELL * pitch))
    band = level[highest : max(0, end)]
    crossed = (band[:, columns[0] : columns[-1]] > 0).mean(axis=1) > LEAST_SEEN
    if crossed.any():
        ceiling = highest + int(np.flatnonzero(crossed)[-1])
    else:
        cv2.line(level, (columns[0], ceiling), (columns[-1], ceiling), 255)
    for column in columns:
        cv2.line(plumb, (column, ceiling), (column, bottom - 1), 255, 2)
