"""Cells of one size that repeat over a page in, the same with those that were missed out.

In a photo some boxes of a grid are too pale to be found by their lines. Where the others say that a
box must stand, weak sides are evidence enough.
"""

from __future__ import annotations

from itertools import compress

import numpy as np
import numpy.typing as npt

from digitscan.values import Box, GreyImage, Mask

ALIKE = 0.12
"""Difference in width or height, as a share, within one kind of box."""
LEAST_KIND = 4
"""A kind of box has at least this many members."""
LARGEST_KIND = 250
"""Larger kinds are a fine mesh (tally marks, squared paper), not boxes to write in."""
FARTHEST = 2.2
"""Neighbours of one kind are at most this many of their sizes apart."""
APART_STROKES = 3.5
"""Least gap; boxes that share their sides are a comb or a table, no concern here."""
SAME_PLACE = 0.7
"""Overlap from which two neighbours expect the same box."""
SEARCH = 0.16
"""How far a side may be from where it is expected, as a share of the box."""
AGREED_SIDES, LONE_SIDES = (0.3, 0.5), (0.55, 0.75)
"""Least share of a side that shows as ink, of each side and on average; a line of print shows
about as much as a pale box, so that a single neighbour's word needs more.
"""
ROUNDS = 3
MOST_OVERLAP, PART = 0.2, 0.6
"""Shared area, of the smaller box: more than chance; one box being a part of the other."""


def complete_grid(cells: list[Box], ink: GreyImage, stroke_px: float) -> list[Box]:
    """Add the boxes that a regular arrangement of equal boxes lacks.

    Parameters
    ----------
    cells : list of Box
        Cells found by their lines.
    ink : (H, W) uint8
        All ink of the page, ruling included; 0 is paper.
    stroke_px : float
        Typical stroke width.
    """
    for kind in _kinds(cells):
        found = list(kind)
        for _ in range(ROUNDS):
            expected = _expected(found, APART_STROKES * stroke_px)
            looked = (_look(box, ink, agreed) for box, agreed in expected)
            added = _without_overlaps([box for box in looked if box is not None], found)
            if not added:
                break
            found += added
        cells = _merge(cells, found[len(kind) :])
    return cells


def _kinds(cells: list[Box]) -> list[list[Box]]:
    """Groups of cells of nearly one size, narrow enough for one digit."""
    kinds: list[list[Box]] = []
    for cell in cells:
        if not 0.5 <= cell.width / cell.height <= 1.5:
            continue
        kind = next((k for k in kinds if _alike(k[0], cell)), None)
        if kind is None:
            kinds.append([cell])
        else:
            kind.append(cell)
    return [kind for kind in kinds if len(kind) >= LEAST_KIND]


def _alike(first: Box, second: Box) -> bool:
    return abs(first.width - second.width) <= ALIKE * max(first.width, second.width) and abs(
        first.height - second.height
    ) <= ALIKE * max(first.height, second.height)


def _expected(kind: list[Box], least_gap: float) -> list[tuple[Box, bool]]:
    """Where neighbours of the found boxes should stand, and whether two of them say so."""
    if len(kind) > LARGEST_KIND:
        return []
    sides = _sides(kind)
    down, across = _pitch(sides, 0), _pitch(sides, 1)
    high, wide = (np.median(sides[:, 2:] - sides[:, :2], axis=0) + least_gap).tolist()
    if 0 < down < high or 0 < across < wide:
        return []
    steps = [(0, across), (0, -across)] if across else []
    steps += [(down, 0), (-down, 0)] if down else []
    expected = [_moved(box, *step) for box in kind for step in steps]
    agreed = np.sum(_overlaps(expected, expected) > SAME_PLACE, axis=1) > 1
    by_box = dict(zip(expected, agreed.tolist(), strict=True))
    return [(box, by_box[box]) for box in _without_overlaps(expected, kind)]


def _sides(boxes: list[Box]) -> npt.NDArray[np.int_]:
    """Top, left, bottom and right of each box, (n, 4)."""
    return np.array([[b.top, b.left, b.bottom, b.right] for b in boxes], int).reshape(-1, 4)


def _pitch(sides: npt.NDArray[np.int_], along: int) -> int:
    """Typical distance between next neighbours, in a column (``along`` 0) or a row (1).

    Zero where boxes have no such neighbours.
    """
    size = float(np.median(sides[:, along + 2] - sides[:, along]))
    ahead = sides[None, :, along] - sides[:, None, along]
    aside = sides[None, :, 1 - along] - sides[:, None, 1 - along]
    near = (np.abs(aside) < 0.25 * size) & (ahead > 0.9 * size) & (ahead < FARTHEST * size)
    nearest = np.where(near, ahead, np.inf).min(axis=1)
    nearest = nearest[np.isfinite(nearest)]
    return round(float(np.median(nearest))) if nearest.size >= 2 else 0


def _moved(box: Box, rows: int, columns: int) -> Box:
    return Box(box.top + rows, box.left + columns, box.bottom + rows, box.right + columns)


def _look(box: Box, ink: GreyImage, agreed: bool) -> Box | None:
    """The box moved onto the sides that show in ``ink``; None where they do not.

    Sides that two neighbours agree on may be weaker.
    """
    reach = max(2, round(SEARCH * box.height))
    if min(box.top, box.left) < reach or box.bottom + reach >= ink.shape[0]:
        return None
    if box.right + reach >= ink.shape[1]:
        return None
    shown = ink[box.top - reach : box.bottom + reach, box.left - reach : box.right + reach] > 0
    rows = shown[:, reach : reach + box.width]
    columns = shown[reach : reach + box.height].T
    sides = [
        _strongest(rows[: 2 * reach]),
        _strongest(rows[-2 * reach :]),
        _strongest(columns[: 2 * reach]),
        _strongest(columns[-2 * reach :]),
    ]
    shares = [share for share, _ in sides]
    weakest, mean = AGREED_SIDES if agreed else LONE_SIDES
    if min(shares) < weakest or sum(shares) < 4 * mean:
        return None
    top, bottom, left, right = (offset - reach for _, offset in sides)
    return Box(box.top + top, box.left + left, box.bottom + bottom, box.right + right)


def _strongest(lines: Mask) -> tuple[float, int]:
    """Share of ink on the fullest line of a band, three pixels thick, and its number."""
    thick = lines.copy()
    thick[1:] |= lines[:-1]
    thick[:-1] |= lines[1:]
    shares = thick.mean(axis=1)
    best = int(np.argmax(shares))
    return float(shares[best]), best


def _without_overlaps(boxes: list[Box], others: list[Box]) -> list[Box]:
    """The boxes that overlap none of ``others`` nor an earlier one of their own by much."""
    free = ~np.any(_overlaps(boxes, others) > MOST_OVERLAP, axis=1)
    boxes = list(compress(boxes, free))
    clash = np.triu(_overlaps(boxes, boxes) > MOST_OVERLAP, k=1)
    taken = np.zeros(len(boxes), bool)
    for number in range(len(boxes)):
        if not taken[number]:
            taken |= clash[number]
    return list(compress(boxes, ~taken))


def _overlaps(boxes: list[Box], others: list[Box]) -> npt.NDArray[np.float64]:
    """Shared area of each pair as a share of the smaller box, (n, m)."""
    one, two = _sides(boxes)[:, None], _sides(others)[None]
    shared = np.minimum(one[..., 2:], two[..., 2:]) - np.maximum(one[..., :2], two[..., :2])
    areas = [np.prod(sides[..., 2:] - sides[..., :2], axis=-1) for sides in (one, two)]
    share = np.prod(np.maximum(shared, 0), axis=-1) / np.maximum(np.minimum(*areas), 1)
    return np.asarray(share, np.float64)


def _merge(cells: list[Box], added: list[Box]) -> list[Box]:
    """Both, without the cells that are parts of an added one or hold one."""
    if not added:
        return cells
    part = np.any(_overlaps(cells, added) > PART, axis=1)
    return [*compress(cells, ~part), *added]
