"""A blob of ink in, the seams along which it may come apart into digits out.

A seam runs from top to bottom, follows the lean of the writing, and bends to cross as little ink
as it can: the shortest path through a small upright picture of the blob. Seams follow touching
digits where a straight cut would slice them (compare the drop-fall cuts of Congedo et al., 1995,
and the seams of Avidan and Shamir, 2007).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.glyph.blobs import Blob, Scale
from digitscan.values import GreyImage

Costs = npt.NDArray[np.float32]
Columns = npt.NDArray[np.intp]
Starts = list[tuple[int, bool]]

ROWS = 24
"""Height at which seams are searched: a pen stroke is 2 or 3 rows."""
_ROW_NUMBERS = np.arange(ROWS)
NARROW = 0.62
"""A blob narrower than this share of the digit height is never cut."""
SIDESTEP = 0.25
"""Cost of a step aside, in pixels of ink crossed: keeps seams upright where ink does not care."""
SHALLOW = 3.2
"""Most ink, in stroke widths, that a seam may cross in a blob that may well be one digit."""
DEEP = 4.0
"""The same in a blob too wide for one digit."""
TOO_WIDE = 1.05
"""A blob wider than this share of the digit height is too wide for one digit."""
LEAST_INK = 0.4
"""Ink on each side of a seam, at least, as a share of a 1 of the digit height."""
LEAST_HEIGHT = 0.55
"""Height of the ink on each side, at least, as a share of the digit height; dashes may be lower."""
THIN = 1.9
"""Columns whose ink is no higher than this many strokes belong to a dash or a joining line."""
LONG_RUN = 0.3
"""A run of thin columns this share of the digit height long is cut at both of its ends."""
MOST_SEAMS = 12
WALL = 1e3
"""Cost of the columns between two blobs: no seam leaves its blob."""
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


@dataclass(frozen=True, slots=True)
class _Upright:
    """A blob's ink (ROWS, w) in 0…1, its lean undone, and where it lies in the strip of all.

    Pen width and digit height are in pixels of the small picture.
    """

    blob: Blob
    ink: Costs
    zoom: float
    pen: float
    digit: float
    left: int
    too_wide: bool


def find_seams(blobs: Sequence[Blob], scale: Scale) -> list[list[Seam]]:
    """Seams of each blob, left to right: more than needed, at most ``MOST_SEAMS``."""
    seams: list[list[Seam]] = [[] for _ in blobs]
    wide = [i for i, blob in enumerate(blobs) if blob.width >= NARROW * scale.digit_px]
    if not wide:
        return seams
    left, uprights = 1, []
    for i in wide:
        uprights.append(_upright(blobs[i], scale, left))
        left += uprights[-1].ink.shape[1] + 1
    strip = np.full((ROWS, left), WALL, np.float32)
    for upright in uprights:
        strip[:, upright.left : upright.left + upright.ink.shape[1]] = upright.ink
    reached = _reach(strip)
    for i, upright in zip(wide, uprights, strict=True):
        paths = _apart(upright, reached[:, :, upright.left - 1 :], _starts(upright, reached))
        seams[i] = [_seam(path, crossed, upright, scale) for path, crossed in paths]
    return seams


def _upright(blob: Blob, scale: Scale, left: int) -> _Upright:
    """Draw a blob small and upright."""
    zoom = ROWS / blob.box.height
    mask = cv2.threshold(blob.ink, 0, 255, cv2.THRESH_BINARY)[1]
    small_width = max(1, round(blob.box.width * zoom))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    small = cv2.resize(mask, (small_width, ROWS), interpolation=how)
    shift = scale.lean * (scale.middle - blob.box.top) + blob.box.left - blob.start
    upright = np.array([[1, -scale.lean, shift * zoom], [0, 1, 0]], np.float32)
    size = (math.ceil(blob.width * zoom) + 1, ROWS)
    ink = cv2.warpAffine(small, upright, size).astype(np.float32) / np.float32(255)
    too_wide = blob.width > TOO_WIDE * max(scale.digit_px, blob.box.height)
    pen, digit = scale.stroke_px * zoom, scale.digit_px * zoom
    return _Upright(blob, ink, zoom, pen, digit, left, too_wide)


def _reach(strip: Costs) -> Costs:
    """Least cost of coming to each pixel from the top (0) or bottom (1): (ROWS // 2, 2, w).

    Row 0 is the outermost, the last one meets the other half in the middle.
    """
    half = ROWS // 2
    both = np.stack([strip[:half], strip[: half - 1 : -1]], axis=1)
    side = np.full((2, strip.shape[1] + 2), np.inf, np.float32)
    aside = np.empty_like(both[0])
    for row in range(1, half):
        side[:, 1:-1] = both[row - 1]
        np.minimum(side[:, :-2], side[:, 2:], out=aside)
        aside += np.float32(SIDESTEP)
        np.minimum(aside, both[row - 1], out=aside)
        both[row] += aside
    return both


def _starts(upright: _Upright, reached: Costs) -> Starts:
    """Middle columns that a seam may pass, best first, and whether a dash ends there."""
    columns = slice(upright.left, upright.left + upright.ink.shape[1])
    valley = reached[-1, 0, columns] + reached[-1, 1, columns]
    costs = valley.tolist()
    last = len(costs) - 1
    most = (DEEP if upright.too_wide else SHALLOW) * upright.pen + MOST_BEND
    lows = [
        x
        for x in range(1, last)
        if costs[x] <= most
        and costs[x] <= costs[x - 1]
        and costs[x] <= costs[x + 1]
        and costs[x] < max(costs[x - 1], costs[x + 1])
    ]
    runs = _thin_runs(upright)
    lows = [x for x in lows if all(not first <= x <= end for first, end in runs)]
    lows.sort(key=costs.__getitem__)
    ends = [(x, True) for run in runs for x in run if 0 < x < last]
    return ends + [(x, False) for x in lows]


def _thin_runs(upright: _Upright) -> list[tuple[int, int]]:
    """First and last column of each long run of columns whose ink is a single thin stroke."""
    if upright.ink.shape[1] < DASHED * upright.digit:
        return []
    there = upright.ink > 0.5
    top = there.argmax(axis=0)
    bottom = ROWS - there[::-1].argmax(axis=0)
    thin = there.any(axis=0) & (bottom - top <= max(THIN * upright.pen, 2))
    edges = np.flatnonzero(np.diff(thin, prepend=False, append=False)).tolist()
    least = LONG_RUN * upright.digit
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= least]


def _apart(upright: _Upright, reached: Costs, starts: Starts) -> list[tuple[Columns, float]]:
    """Follow the seams through ``starts``; keep those with a digit's ink between any two."""
    if not starts:
        return []
    most_crossed = DEEP if upright.too_wide else SHALLOW
    least_ink = LEAST_INK * upright.pen * upright.digit
    left_of = np.zeros((ROWS, upright.ink.shape[1] + 1), np.float32)
    np.cumsum(upright.ink, axis=1, out=left_of[:, 1:])
    taken = [left_of[:, 0], left_of[:, -1]]
    found: list[tuple[Columns, float]] = []
    for start, of_dash in starts:
        path = _follow(reached, start)
        along = upright.ink[_ROW_NUMBERS, path]
        crossed = float(along.sum()) / upright.pen
        if crossed > most_crossed or (not upright.too_wide and _strokes(along) > 1):
            continue
        ink_left = left_of[_ROW_NUMBERS, path]
        place = sum(float((ink_left - other).sum()) > 0 for other in taken)
        if not 0 < place < len(taken):
            continue
        slabs = (ink_left - taken[place - 1], taken[place] - ink_left)
        least_high = 0.0 if of_dash else LEAST_HEIGHT * upright.digit
        if all(_is_enough(slab, least_ink, least_high) for slab in slabs):
            taken.insert(place, ink_left)
            found.insert(place - 1, (path, crossed))
            if len(found) == MOST_SEAMS:
                break
    return found


def _strokes(along: Costs) -> int:
    """How many strokes a seam crosses, given the ink along it (ROWS,)."""
    inked = along > FAINT
    return int(np.count_nonzero(inked[1:] > inked[:-1])) + int(inked[0])


def _is_enough(slab: Costs, least_ink: float, least_high: float) -> bool:
    """Whether the ink of each row between two seams (ROWS,) may be that of a digit."""
    if float(slab.sum()) < least_ink:
        return False
    there = np.flatnonzero(slab > 0.5)
    return len(there) > 0 and int(there[-1] - there[0]) + 1 >= least_high


def _follow(reached: Costs, start: int) -> Columns:
    """Columns (ROWS,) of the cheapest seam through ``start`` in the middle, top row first.

    ``reached`` begins with a wall, one column before the blob.
    """
    first = max(start + 1 - ROWS // 2, 0)
    near = reached[:, :, first : start + 2 + ROWS // 2]
    up = _descend(near[:, 0].tolist(), start + 1 - first)
    down = _descend(near[:, 1].tolist(), start + 1 - first)
    return np.array(up[::-1] + down) + (first - 1)


def _descend(reached: list[list[float]], column: int) -> list[int]:
    """Walk back from the last row reached to the first along the cheapest steps."""
    path = [column]
    for costs in reached[-2::-1]:
        best, here = costs[column], column
        for aside in (here - 1, here + 1):
            if 0 <= aside < len(costs) and costs[aside] + SIDESTEP < best:
                best, column = costs[aside] + SIDESTEP, aside
        path.append(column)
    return path


def _seam(path: Columns, crossed: float, upright: _Upright, scale: Scale) -> Seam:
    """Lay a seam of the small upright picture back over the blob."""
    blob, zoom = upright.blob, upright.zoom
    rows = np.arange(blob.box.height)
    small = np.minimum((rows * zoom).astype(np.intp), ROWS - 1)
    columns = (path[small] + 0.5) / zoom + blob.start - blob.box.left
    columns += scale.lean * (rows + blob.box.top - scale.middle)
    return Seam(np.rint(columns).astype(np.intp), crossed)


def split(ink: GreyImage, seams: list[Seam]) -> list[GreyImage]:
    """Ink (h, w) left of the first seam, between each two, and right of the last."""
    columns = np.arange(ink.shape[1])
    side = sum((columns >= seam.columns[:, None]).view(np.uint8) for seam in seams)
    return [np.where(side == i, ink, 0).astype(np.uint8) for i in range(len(seams) + 1)]
