"""A blob of ink in, the seams along which it may come apart into digits out.

A seam runs from top to bottom, follows the lean of the writing, and bends to cross as little ink
as it can: the shortest path through a small upright picture of the blob. Seams follow touching
digits where a straight cut would slice them (compare the drop-fall cuts of Congedo et al., 1995,
and the seams of Avidan and Shamir, 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.glyph.blobs import Blob, Scale
from digitscan.glyph.uprights import ROWS, WALL, Costs, Upright, draw_strip
from digitscan.runs import runs_of
from digitscan.values import GreyImage

Columns = npt.NDArray[np.intp]


class Place(Enum):
    """Where a seam passes.

    A thin place, one found by a way around the loops, the end of a dash, or between two loops side
    by side, which no single digit has.
    """

    THIN = "thin"
    BESIDE_LOOP = "beside a loop"
    DASH = "dash"
    LOOPS = "loops"


Starts = list[tuple[int, int, Place]]
"""Row and column that a seam passes, and what place that is."""
Loops = list[tuple[int, int, int, int]]
"""Left, top, width and height of each loop of a blob."""

MIDDLE = ROWS // 2
LEVELS = (4, 8, MIDDLE, 16, 20)
"""Rows at which a seam begins, up and down from there: from each the cheapest through a column is
another, as digits may touch at the head, at the waist or at the foot. In a blob that may well be
one digit seams begin in the middle only.
"""
NARROW = 0.65
"""A blob narrower than this share of the digit height is never cut."""
SIDESTEP = 0.25
"""Cost of a step aside, in pixels of ink crossed: keeps seams upright where ink does not care."""
SHALLOW = 3.2
"""Most ink, in stroke widths, that a seam may cross in a blob that may well be one digit."""
DEEP = 5.0
"""The same in a blob too wide for one digit."""
LEAST_INK = 0.4
"""Ink on each side of a seam, at least, as a share of a 1 of the digit height."""
LEAST_HEIGHT = 0.55
"""Height of the ink on each side, at least, as a share of the digit height; dashes may be lower."""
LOOP, BESIDE = 0.25, 0.5
"""Height of a loop of a digit, at least, in digit heights, and the share of the lower of two that
lies beside the other where they are loops of two digits.
"""
THIN = 1.9
"""Columns whose ink is no higher than this many strokes belong to a dash or a joining line."""
LONG_RUN = 0.3
"""A run of thin columns this share of the digit height long is cut at both of its ends."""
LEAST_BETWEEN, LEAST_DASH = 0.5, 0.2
"""Ink between two seams, at least, as a share of a 1 of the digit height; between the ends of a
dash or of a joining line less is enough.
"""
MOST_SEAMS = 12
LEAST_WIDTH = 0.38
"""Room on each side of a seam through two strokes, at least, in digit heights."""
MOST_SWAY = 0.5
"""How far a seam may wander sideways, in digit heights: one that lies down parts no digits."""
MOST_BEND = 3.0
"""What the steps aside of a useful seam cost, at most."""
DASHED = 0.95
"""Narrower blobs, in digit heights, have no room for a dash beside a digit."""
FAINT = 0.35
"""Less ink than this in a pixel of the small picture is the blurred edge of a stroke."""


@dataclass(frozen=True, slots=True)
class Seam:
    """Where a blob may come apart.

    ``columns`` (h,) holds, for each row of the blob's box, the first column on the right side;
    ``crossed`` is the ink it crosses, in stroke widths.
    """

    columns: Columns
    crossed: float
    place: Place


@dataclass(frozen=True, slots=True)
class _Path:
    """A seam in the strip: its column in each row, ink crossed, and ink left of it, row by row."""

    columns: Columns
    crossed: float
    strokes: int
    ink_left: Costs
    place: Place


def find_seams(blobs: Sequence[Blob], scale: Scale) -> list[list[Seam]]:
    """Seams of each blob, left to right: more than needed, at most ``MOST_SEAMS``."""
    seams: list[list[Seam]] = [[] for _ in blobs]
    wide = [i for i, blob in enumerate(blobs) if blob.width >= NARROW * scale.digit_px]
    if not wide:
        return seams
    strip, uprights = draw_strip([blobs[i] for i in wide], scale)
    loops, filled = _loops(strip, uprights)
    summed = np.cumsum(np.where(strip < WALL, strip, np.float32(0)), axis=1)
    paths = _paths_of(uprights, strip, strip, summed, loops)
    if any(loops):
        around = _paths_of(uprights, strip, filled, summed, loops, Place.BESIDE_LOOP)
        paths = [first + then for first, then in zip(around, paths, strict=True)]
    for i, upright, own in zip(wide, uprights, paths, strict=True):
        seams[i] = [_seam(path, upright, scale) for path in _apart(upright, summed, own)]
    return seams


def _paths_of(
    uprights: Sequence[Upright],
    strip: Costs,
    costs: Costs,
    summed: Costs,
    loops: Sequence[Loops],
    ordinary: Place = Place.THIN,
) -> list[list[_Path]]:
    """Seams of each blob through the strip, the best first, as cheap as ``costs`` allow.

    What is neither the end of a dash nor between loops is an ``ordinary`` place.
    """
    reached = _reach(costs)
    rows = np.array(LEVELS)
    valleys = reached[rows - 1, 0] + reached[ROWS - 1 - rows, 1]
    starts = [_starts(*own, strip, valleys, ordinary) for own in zip(uprights, loops, strict=True)]
    paths = iter(_paths(strip, summed, reached, [start for own in starts for start in own]))
    return [[next(paths) for _ in own] for own in starts]


def _reach(strip: Costs) -> Costs:
    """Least cost of coming to each pixel from the top (0) or bottom (1): (ROWS, 2, w).

    Row 0 is the outermost.
    """
    both = np.stack([strip, strip[::-1]], axis=1)
    side = np.full((2, strip.shape[1] + 2), np.inf, np.float32)
    aside = np.empty_like(both[0])
    for row in range(1, ROWS):
        side[:, 1:-1] = both[row - 1]
        np.minimum(side[:, :-2], side[:, 2:], out=aside)
        aside += np.float32(SIDESTEP)
        np.minimum(aside, both[row - 1], out=aside)
        both[row] += aside
    return both


def _starts(
    upright: Upright, loops: Loops, strip: Costs, valleys: Costs, ordinary: Place
) -> Starts:
    """Where a seam may pass, the best first; ``valleys`` as in ``_lows``."""
    first, last = upright.left, upright.right - 1
    runs = _thin_runs(upright, strip)
    ends = [(MIDDLE, x, Place.DASH) for run in runs for x in run if first < x < last]
    walls = [(MIDDLE, (a + b) // 2, Place.LOOPS) for a, b in _walls(loops)]
    lows = [
        (row, x, ordinary)
        for row, x in _lows(upright, valleys)
        if not any(a <= x <= b for a, b in runs)
    ]
    return ends + walls + lows


def _lows(upright: Upright, valleys: Costs) -> list[tuple[int, int]]:
    """Rows and columns where a seam costs less than beside them, the cheapest first.

    ``valleys`` (len(LEVELS), w) is what the cheapest seam through each column of the strip costs.
    """
    costs = valleys[:, upright.left : upright.right]
    here, before, after = costs[:, 1:-1], costs[:, :-2], costs[:, 2:]
    low = (here <= before) & (here <= after) & (here < np.maximum(before, after))
    low &= here <= _most_ink(upright) + MOST_BEND
    if not upright.too_wide:
        low[np.array(LEVELS) != MIDDLE] = False
    levels, columns = low.nonzero()
    order = np.argsort(here[levels, columns], kind="stable").tolist()
    return [(LEVELS[levels[i]], upright.left + 1 + int(columns[i])) for i in order]


def _most_ink(upright: Upright) -> float:
    """Most ink, in pixels of the strip, that a seam may cross."""
    return (DEEP if upright.too_wide else SHALLOW) * upright.pen


def _loops(strip: Costs, uprights: Sequence[Upright]) -> tuple[list[Loops], Costs]:
    """The loops of each blob, left to right, and the strip with all of them filled up.

    A seam around a loop parts digits that touch along it, as in 06; one through it may cross less.
    """
    paper = np.pad(strip <= FAINT, ((1, 1), (0, 0)), constant_values=True).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    outside = labels[0, 0]
    found = [label for label in range(1, len(stats)) if label != outside]
    filled, loops = strip.copy(), []
    for upright in uprights:
        own: Loops = []
        for label in found:
            left, top, width, height, _ = stats[label].tolist()
            if upright.left <= left < upright.right and height >= LOOP * upright.digit:
                own.append((left, top, width, height))
                filled[labels[1:-1] == label] = WALL
        loops.append(sorted(own))
    return loops, filled


def _walls(loops: Loops) -> list[tuple[int, int]]:
    """First and last column of what parts two loops that lie side by side, as in 00 or 68."""
    walls = []
    for (left, top, width, height), (after, low, _, deep) in pairwise(loops):
        shared = min(top + height, low + deep) - max(top, low)
        if left + width < after and shared >= BESIDE * min(height, deep):
            walls.append((left + width, after - 1))
    return walls


def _thin_runs(upright: Upright, strip: Costs) -> list[tuple[int, int]]:
    """First and last column of each long run of columns whose ink is a single thin stroke."""
    if upright.right - upright.left < DASHED * upright.digit:
        return []
    there = strip[:, upright.left : upright.right] > 0.5
    top = there.argmax(axis=0)
    bottom = ROWS - there[::-1].argmax(axis=0)
    thin = there.any(axis=0) & (bottom - top <= max(THIN * upright.pen, 2))
    least = LONG_RUN * upright.digit
    return [
        (upright.left + run.start, upright.left + run.stop)
        for run in runs_of(np.asarray(thin, np.bool_))
        if run.stop - run.start >= least
    ]


def _paths(strip: Costs, summed: Costs, reached: Costs, starts: Starts) -> list[_Path]:
    """Follow the cheapest seam through each start, all of them in step."""
    if not starts:
        return []
    row = np.array([row for row, _, _ in starts])
    column = np.array([[x for _, x, _ in starts]] * 2)
    outer = np.stack([row - 1, ROWS - 1 - row])
    halves = np.empty((ROWS, *column.shape), np.intp)
    side = np.array([[0], [1]])
    halves[outer.max() :] = column
    steps = _steps(reached)
    for depth in range(int(outer.max()) - 1, -1, -1):
        column = column + steps[depth][side, column] * (depth < outer)
        halves[depth] = column
    rows = np.arange(ROWS)[:, None]
    columns = np.where(rows < row, halves[:, 0], halves[::-1, 1])
    along = strip[rows, columns]
    inked = along > FAINT
    strokes = (inked[1:] > inked[:-1]).sum(axis=0) + inked[0]
    ink_left = summed[rows, columns - 1]
    crossed = along.sum(axis=0).tolist()
    return [
        _Path(columns[:, i], crossed[i], int(strokes[i]), ink_left[:, i], starts[i][2])
        for i in range(len(starts))
    ]


def _steps(reached: Costs) -> npt.NDArray[np.int8]:
    """The column to come from, -1, 0 or 1 beside each pixel of the row further in: (ROWS, 2, w)."""
    here, aside = reached[..., 1:-1], reached + np.float32(SIDESTEP)
    before, after = aside[..., :-2], aside[..., 2:]
    steps = np.zeros(reached.shape, np.int8)
    steps[..., 1:-1] = np.where(after < np.minimum(here, before), 1, -(before < here).view(np.int8))
    return steps


def _apart(upright: Upright, summed: Costs, paths: Sequence[_Path]) -> list[_Path]:
    """Keep the paths, best first, that leave a digit's ink on both sides; left to right.

    Two that lie near one another are two ways to cut: the ink between them goes to either side.
    """
    kept: list[_Path] = []
    first, last = _edge(summed, upright.left), _edge(summed, upright.right)
    known: set[bytes] = set()
    for path in paths:
        way = path.columns.tobytes()
        if way in known or not _is_likely(path, upright):
            continue
        known.add(way)
        if not all(_may_be_digit(*side, path, upright) for side in ((first, path), (path, last))):
            continue
        if all(_is_another(path, other, upright) for other in kept):
            kept.append(path)
            if len(kept) == MOST_SEAMS:
                break
    return sorted(kept, key=lambda path: float(path.ink_left.sum()))


def _is_another(path: _Path, other: _Path, upright: Upright) -> bool:
    """Whether there is some ink between two seams, all of it on the same side of either."""
    left, right = sorted((path, other), key=lambda each: float(each.ink_left.sum()))
    slab = right.ink_left - left.ink_left
    dash = path.place is other.place is Place.DASH
    least = (LEAST_DASH if dash else LEAST_BETWEEN) * upright.pen * upright.digit
    return bool((right.columns >= left.columns).all()) and float(slab.sum()) >= least


def _edge(summed: Costs, column: int) -> _Path:
    """The left or right end of a blob, as if it were a seam."""
    return _Path(np.full(ROWS, column), 0.0, 0, summed[:, column - 1], Place.THIN)


def _is_likely(path: _Path, upright: Upright) -> bool:
    """Whether a seam by itself may part two digits."""
    if path.crossed > _most_ink(upright):
        return False
    if np.ptp(path.columns) > MOST_SWAY * upright.digit:
        return False
    return upright.too_wide or path.strokes <= 1


def _may_be_digit(left: _Path, right: _Path, seam: _Path, upright: Upright) -> bool:
    """Whether the ink between two seams may be a digit, or the dash that ``seam`` cuts off.

    A seam through two strokes is more often the middle of a 0 than two digits that touch twice:
    it must leave room on both sides for more than half a 0.
    """
    slab = right.ink_left - left.ink_left
    if float(slab.sum()) < LEAST_INK * upright.pen * upright.digit:
        return False
    if seam.strokes > 1:
        width = float((right.columns - left.columns).mean())
        if width < LEAST_WIDTH * upright.digit:
            return False
    there = (slab > 0.5).nonzero()[0]
    least = 0.0 if seam.place is Place.DASH else LEAST_HEIGHT * upright.digit
    return len(there) > 0 and int(there[-1] - there[0]) + 1 >= least


def _seam(path: _Path, upright: Upright, scale: Scale) -> Seam:
    """Lay a seam of the strip back over its blob."""
    blob, zoom = upright.blob, upright.zoom
    rows = np.arange(blob.box.height)
    small = np.minimum((rows * zoom).astype(np.intp), ROWS - 1)
    columns = (path.columns[small] - upright.left + 0.5) / zoom + blob.start - blob.box.left
    columns += scale.lean * (rows + blob.box.top - scale.middle)
    return Seam(np.rint(columns).astype(np.intp), path.crossed / upright.pen, path.place)


def split(ink: GreyImage, seams: list[Seam]) -> list[GreyImage]:
    """Ink (h, w) left of the first seam, between each two, and right of the last."""
    columns = np.arange(ink.shape[1])
    side = sum((columns >= seam.columns[:, None]).view(np.uint8) for seam in seams)
    return [np.where(side == i, ink, 0).astype(np.uint8) for i in range(len(seams) + 1)]
