"""A row of cells in, the combs and single cells that it is made of out.

The lines of a scan are broken, and stems of letters look like lines. So a comb is not taken cell by
cell: a pitch is fitted to a stretch of neighbouring cells, and its cells are built anew.
"""

from __future__ import annotations

from collections.abc import Container
from itertools import groupby, pairwise

import numpy as np
import numpy.typing as npt

from digitscan.form.cells import shows_line
from digitscan.form.order import group_rows, is_level
from digitscan.values import Box, Mask

NARROWEST, WIDEST = 0.42, 1.35
"""Width of a comb's cell, as a share of its height: room for one digit."""
LARGEST_GAP = 0.5
"""Gap between neighbours, as a share of the cells' height, within one stretch."""
LARGEST_HOLE = 3.0
"""The same where the lines above and below run on: cells in between were not found."""
INSIDE = 0.1
"""Distance from both lines of its row, as a share of the row's height, of a loop in a stroke."""
LARGEST_LOOP = 0.62
"""Height of such a loop, as a share of the row's; higher is a box in a cell."""
ROOM = 0.35
"""Least gap, as a share of their height, in which a line stands between two boxes."""
SIDE, PASSING, FAR, PASSED = 0.06, 0.25, 1.0, 0.9
"""A line that parts two boxes is so far, as a share of their height, from the sides of both,
reaches so far beyond them above and below, or, in the first or last row of a table, so far on one
side, and shows in so much of its length.
"""
FEW = 0.5
"""In fewer than this share of a row's gaps, what touches a side and passes on is a line."""
SAME_HEIGHT = 0.3
UNEVENNESS = 0.2
"""Deviation of a cell's width from the pitch, as a share, that costs one unit."""
PUT_IN, DROPPED = 1.5, 1.0
"""Cost of a divider that no edge shows, and of an edge that is none (a stem, say)."""
LARGEST_COST = 0.75
"""Mean cost of a cell over which a stretch is no comb."""
LONGEST_STEP = 6
"""Most edges that one step of the search may pass over."""


def find_combs(
    row: list[Box], level: Mask, plumb: Mask, columns: Container[Box] = ()
) -> list[list[Box]]:
    """Groups of cells that hold one value each, from left to right.

    Parameters
    ----------
    row : list of Box
        Cells of one row, from left to right.
    level : (H, W) bool
        The page's level lines: where they run on, a cell that was not found is put in.
    plumb : (H, W) bool
        The page's plumb lines: one that passes between two boxes parts two values.
    columns : container of Box
        Cells that are no comb's for sure: those of a table's wide columns.
    """
    row = [cell for cell in row if not _is_inside_row(cell, row, level)]
    stretches = [s for cells in group_rows(row, is_level) for s in _stretches(cells, level, plumb)]
    stretches = [part for stretch in stretches for part in _without_columns(stretch, columns)]
    return [group for stretch in stretches for group in _combs_of_stretch(stretch)]


def _without_columns(stretch: list[Box], columns: Container[Box]) -> list[list[Box]]:
    """The stretch parted at the cells of wide columns, each of which is alone."""
    parts = groupby(stretch, lambda cell: cell if cell in columns else None)
    return [list(part) for _, part in parts]


def _is_inside_row(cell: Box, row: list[Box], level: Mask) -> bool:
    """Whether ``cell`` is but a part of one: the lines of a higher neighbour pass it by."""
    reach = max(2, cell.height // 6)
    for other in row:
        if cell.height > LARGEST_LOOP * other.height:
            continue
        margin = INSIDE * other.height
        if cell.top < other.top + margin or cell.bottom > other.bottom - margin:
            continue
        if max(other.left - cell.right, cell.left - other.right) > LARGEST_HOLE * other.height:
            continue
        rows = other.top, other.bottom
        if all(shows_line(level, line, cell.left, cell.right, reach) for line in rows):
            return True
    return False


def _stretches(row: list[Box], level: Mask, plumb: Mask) -> list[list[Box]]:
    """Runs of neighbouring cells of about one height.

    Sides of boxes that run into those of other rows do so all along a row: a line that touches a
    side in few of its gaps is a line.
    """
    pairs = list(pairwise(row))
    touched = [is_parted(*pair, plumb, touching=True) for pair in pairs]
    few = sum(touched) < FEW * len(pairs)
    stretches = [row[:1]]
    for pair, touches in zip(pairs, touched, strict=True):
        parted = touches and (few or is_parted(*pair, plumb))
        if parted or not _neighbours(*pair, level):
            stretches.append([])
        stretches[-1].append(pair[1])
    return stretches


def _neighbours(left: Box, right: Box, level: Mask) -> bool:
    height = max(left.height, right.height)
    if abs(left.height - right.height) > SAME_HEIGHT * height:
        return False
    if abs(left.top - right.top) > SAME_HEIGHT * height:
        return False
    gap = right.left - left.right
    return gap <= LARGEST_GAP * height or (
        gap <= LARGEST_HOLE * height and _lines_run_on(left, right, level)
    )


def is_for_one_digit(cell: Box) -> bool:
    """Whether a cell has room for one digit only."""
    return cell.width <= WIDEST * cell.height


def is_parted(left: Box, right: Box, plumb: Mask, *, touching: bool = False) -> bool:
    """Whether a line that is no side of either box passes between two boxes.

    One that touches a side may be a thick side of boxes, run into those above and below; it counts
    only where ``touching`` says so.
    """
    if right.left - left.right < ROOM * left.height:
        return False
    margin = round(SIDE * left.height)
    between = Box(
        min(left.top, right.top),
        left.right + margin,
        max(left.bottom, right.bottom),
        right.left - margin,
    )
    passing = passing_columns(between, left.height, plumb)
    clear = np.flatnonzero(~passing)
    if touching or not clear.size:
        return bool(passing.any())
    return bool(passing[clear[0] : clear[-1]].any())


def passing_columns(place: Box, height: int, plumb: Mask) -> Mask:
    """Which columns of a place, (w,), hold lines that pass through it and on.

    ``height`` is that of the boxes beside it: the sides of boxes don't reach so far beyond them.
    """
    columns = slice(place.left, max(place.left, place.right))
    passing = np.zeros(columns.stop - columns.start, np.bool_)
    for above, below in ((PASSING, PASSING), (FAR, 0.0), (0.0, FAR)):
        top, bottom = place.top - round(above * height), place.bottom + round(below * height)
        passing |= plumb[max(0, top) : bottom, columns].mean(axis=0) >= PASSED
    return passing


def _lines_run_on(left: Box, right: Box, level: Mask) -> bool:
    """Whether top and bottom lines lead from one cell to the next."""
    reach = max(2, left.height // 6)
    rows = (left.top + right.top) // 2, (left.bottom + right.bottom) // 2
    return all(shows_line(level, row, left.right, right.left, reach) for row in rows)


def _combs_of_stretch(stretch: list[Box]) -> list[list[Box]]:
    """One comb where a pitch fits the whole stretch; else runs of equal cells."""
    comb = _fit_comb(stretch) if len(stretch) > 1 else None
    return [comb] if comb else _equal_runs(stretch)


def _fit_comb(stretch: list[Box]) -> list[Box] | None:
    """The stretch cut at the pitch that its edges support best, if one supports it well."""
    height = float(np.median([c.height for c in stretch]))
    edges = _edges(stretch)
    widths = np.diff(edges)
    pitches = np.unique(np.concatenate([widths, widths[1:] + widths[:-1]]))
    pitches = pitches[(pitches >= NARROWEST * height) & (pitches <= WIDEST * height)]
    fits = [_fit_pitch(edges, float(pitch)) for pitch in pitches]
    if not fits:
        return None
    cost, dividers = min(fits, key=lambda fit: fit[0] / (len(fit[1]) - 1))
    cells = len(dividers) - 1
    if cells < 2 or cost > LARGEST_COST * cells:
        return None
    return _cut(stretch, dividers)


def _edges(stretch: list[Box]) -> npt.NDArray[np.float64]:
    """Columns of the dividers: the ends of the stretch and the middles between its cells.

    Where cells are missing in between, both ends of the hole.
    """
    half = _typical_gap(stretch) / 2
    edges = [stretch[0].left - half]
    for left, right in pairwise(stretch):
        if right.left - left.right <= LARGEST_GAP * left.height:
            edges.append((left.right + right.left) / 2)
        else:
            edges += [left.right + half, right.left - half]
    return np.array([*edges, stretch[-1].right + half])


def _typical_gap(stretch: list[Box]) -> float:
    return float(np.median([right.left - left.right for left, right in pairwise(stretch)]))


def _fit_pitch(edges: npt.NDArray[np.float64], pitch: float) -> tuple[float, list[float]]:
    """Cheapest choice of dividers: cells near ``pitch``, few edges dropped, few put in.

    A shortest path over the edges; a step from edge i to edge j makes one cell or, where it is
    a multiple of the pitch, several.
    """
    count = len(edges)
    cost = np.full(count, np.inf)
    cost[0] = 0.0
    came_from = np.zeros(count, int)
    for end in range(1, count):
        start = np.arange(max(0, end - LONGEST_STEP), end)
        width = edges[end] - edges[start]
        cells = np.maximum(1, np.round(width / pitch))
        uneven = cells * np.square((width / (cells * pitch) - 1) / UNEVENNESS)
        step = uneven + PUT_IN * (cells - 1) + DROPPED * (end - start - 1)
        best = int(np.argmin(cost[start] + step))
        cost[end], came_from[end] = (cost[start] + step)[best], start[best]
    return float(cost[-1]), _walk_back(edges, came_from, pitch)


def _walk_back(
    edges: npt.NDArray[np.float64], came_from: npt.NDArray[np.int_], pitch: float
) -> list[float]:
    """The dividers on the cheapest path, from left to right, those put in among them."""
    dividers = [float(edges[-1])]
    end = len(edges) - 1
    while end:
        start = int(came_from[end])
        width = float(edges[end] - edges[start])
        cells = max(1, round(width / pitch))
        dividers += [float(edges[end]) - width * n / cells for n in range(1, cells + 1)]
        end = start
    return dividers[::-1]


def _cut(stretch: list[Box], dividers: list[float]) -> list[Box]:
    """Cells between the dividers, as high as the stretch; a wide gap, of a comma, is in none."""
    top = int(np.median([c.top for c in stretch]))
    bottom = int(np.median([c.bottom for c in stretch]))
    half = _typical_gap(stretch) / 2
    ends, starts = ([divider + aside for divider in dividers] for aside in (-half, half))
    for left, right in pairwise(stretch):
        middle = (left.right + right.left) / 2
        if right.left - left.right > 2 * half and middle in dividers:
            place = dividers.index(middle)
            ends[place], starts[place] = left.right, right.left
    return [
        Box(top, round(left), bottom, round(right))
        for left, right in zip(starts[:-1], ends[1:], strict=True)
    ]


def _equal_runs(stretch: list[Box]) -> list[list[Box]]:
    """Neighbours of one width that is narrow enough for a digit together, others alone."""
    runs: list[list[Box]] = []
    for cell in stretch:
        if runs and _same_narrow_width(runs[-1][-1], cell):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    return runs


def _same_narrow_width(left: Box, right: Box) -> bool:
    width, height = max(left.width, right.width), max(left.height, right.height)
    return width <= WIDEST * height and abs(left.width - right.width) <= SAME_HEIGHT * width
