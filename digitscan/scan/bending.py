"""A small flat picture of a page in, how its lines still bend out: curled paper, a book's gutter.

No homography lays such paper flat. The picture is parted into upright strips; what lies level on
the page (rules, lines of print) is in two neighbouring strips at about one height, and the shift
at which their profiles are most alike tells by how much it rises. The shifts add up to a smooth
surface, by least squares. (Text lines and rules straighten a page in much the same way elsewhere:
Ulges, Lampert and Breuel, 2005; here strips stand for the lines, so that none has to be traced.)
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.segments import Segments
from digitscan.values import Bend, GreyImage

Grid = npt.NDArray[np.float64]

STRIPS, PLACES = 24, 7
"""Columns and rows of the grid on which the bend is known."""
REACH_PX, ROUNDS, STILL_PX = 8, 8, 0.3
"""Farthest shift from strip to strip that is looked for, and how many times at most: each time what
is left is looked for in the straightened picture, until the surface moves no more than this."""
NARROWEST_PX = 4 * STRIPS
"""On a narrower or lower picture strips show too little."""
GROUND_PX = 15
"""What is so high and higher is no line."""
LEAST_ALIKE = 0.35
"""Profiles that correlate less show nothing that goes on from strip to strip."""
CLEAR, FAINT = 2.5, 0.5
"""A shift counts fully where no other correlates nearly as well: by this share of the scale less.
Strips with less than the second share of the strongest strip's lines count less."""
ACROSS, DOWN, NONE = 0.25, 0.2, 0.01
"""What is laid on a bend that changes from strip to strip, on one that differs from place to place
down the page, and on any."""
STRAY_PX, REWEIGHTED = 1.0, 4
"""Shifts that stray so far from the surface count half, anew so many times."""
LEAST_BEND, LEAST_GAIN = 0.0014, 1.2
"""A page is bent if what is left of it beyond a tilt is this share of its longer side, and if its
strips agree so many times better when it is straightened: flat ones do not."""
BACKWARDS = 3
"""How often a place of flat paper is corrected, of which is known where it is seen."""
BLOCK_ROWS = 256
"""Rows that are straightened at a time: what tells their places takes twelve times their memory."""


def find_bend(picture: GreyImage) -> Bend | None:
    """The bend of a page, None where it is flat.

    Parameters
    ----------
    picture : (H, W) uint8
        Ink of a page that a homography laid as flat as one can, 0 paper.
    """
    if min(picture.shape) < NARROWEST_PX:
        return None
    down = np.zeros((PLACES, STRIPS))
    straight = picture
    for _ in range(ROUNDS):
        more = _surface(*_shifts(straight))
        down = down + more
        if _beyond_tilt(down) < LEAST_BEND * max(picture.shape):
            return None
        bend = Bend(down, picture.shape)
        straight = straighten(picture, bend)
        if np.abs(more).max() <= STILL_PX:
            break
    return bend if _agreement(straight) >= LEAST_GAIN * _agreement(picture) else None


def straighten(picture: GreyImage, bend: Bend) -> GreyImage:
    """The picture (H, W) uint8 with its bend undone, some rows at a time."""
    height, width = picture.shape
    straight = np.empty_like(picture)
    for top in range(0, height, BLOCK_ROWS):
        columns, rows = np.meshgrid(
            np.arange(width, dtype=np.float32),
            np.arange(top, min(top + BLOCK_ROWS, height), dtype=np.float32),
        )
        seen = rows + bend.at(columns, rows)
        straight[top : top + len(rows)] = cv2.remap(
            picture, columns, seen, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
    return straight


def straightened(segments: Segments, bend: Bend | None) -> Segments:
    """Segments (n, 4) of x0, y0, x1, y1 with the bend undone."""
    if bend is None or not len(segments):
        return segments
    columns, seen = segments[:, ::2], segments[:, 1::2]
    rows = seen
    for _ in range(BACKWARDS):
        rows = seen - bend.at(columns, rows)
    return np.stack([columns, rows], axis=2).reshape(-1, 4)


def spread(bend: Bend, to_small: Grid, shape: tuple[int, ...]) -> Bend:
    """The bend of a small picture of a page as that of another picture, of ``shape``.

    ``to_small`` is the homography from the other's (x, y, 1) to the small one's: a scale, a shift.
    """
    scale, (right, down) = to_small[0, 0], to_small[:2, 2]
    high, wide = bend.down.shape
    columns, rows = np.meshgrid(_middles(wide, shape[1]), _middles(high, shape[0]))
    return Bend(bend.at(columns * scale + right, rows * scale + down) / scale, shape)


def _middles(parts: int, pixels: int) -> Grid:
    """Where the middles of so many equal parts of a side lie, in its pixels."""
    return (np.arange(parts) + 0.5) * pixels / parts - 0.5


def _profiles(picture: GreyImage) -> npt.NDArray[np.float32]:
    """How dark each row of each strip is, (H, STRIPS), against what lies above and below it."""
    size = STRIPS, picture.shape[0]
    profiles = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(profiles - cv2.blur(profiles, (1, GROUND_PX)))


def _shifts(picture: GreyImage) -> tuple[Grid, Grid]:
    """How much lower each place shows what the strip to its left shows, and how surely.

    Both (PLACES, STRIPS - 1).
    """
    profiles = _profiles(picture)
    height = len(profiles)
    middles = _middles(PLACES, height)
    distance = np.abs(np.arange(height) - middles[:, None]) * PLACES / height
    windows = np.maximum(1 - distance, 0).astype(np.float32)
    shifts = np.arange(-REACH_PX, REACH_PX + 1)
    left = profiles[:, :-1]
    rights = [np.roll(profiles[:, 1:], -shift, axis=0) for shift in shifts]
    power = windows @ np.square(left)
    alike = np.stack(
        [
            windows @ (left * right) / np.sqrt(power * (windows @ np.square(right)) + 1e-3)
            for right in rights
        ]
    )
    best = alike.argmax(axis=0)
    inner = np.clip(best, 1, len(shifts) - 2)
    before, most, after = (
        np.take_along_axis(alike, (inner + step)[None], axis=0)[0] for step in (-1, 0, 1)
    )
    curvature = np.minimum(before - 2 * most + after, -1e-6)
    finer = np.clip((before - after) / 2 / curvature, -0.5, 0.5)
    far = np.abs(np.arange(len(shifts))[:, None, None] - inner) > 1
    rival = np.where(far, alike, 0.0).max(axis=0)
    sure = CLEAR * np.maximum(most - LEAST_ALIKE, 0) * np.maximum(most - rival, 0)
    sure *= np.minimum(np.sqrt(power / max(float(power.max()), 1e-6)) / FAINT, 1)
    return shifts[inner] + finer, np.where(best == inner, sure, 0.0)


def _surface(shifts: Grid, sure: Grid) -> Grid:
    """The smooth surface, (PLACES, STRIPS), with such differences from strip to strip."""
    differences, smooth = _equations()
    goal, trust = shifts.ravel(), sure.ravel()
    weight = trust
    for _ in range(REWEIGHTED):
        rows = differences * np.square(weight)[:, None]
        found = np.linalg.solve(differences.T @ rows + smooth, rows.T @ goal)
        weight = trust / (1 + np.square((goal - differences @ found) / STRAY_PX))
    surface = found.reshape(PLACES, STRIPS)
    return np.asarray(surface - surface.mean(axis=1, keepdims=True))


@cache
def _equations() -> tuple[Grid, Grid]:
    """Differences from strip to strip, (n, PLACES · STRIPS), and what a rough surface costs."""
    each = np.eye(PLACES * STRIPS).reshape(PLACES, STRIPS, -1)
    differences = np.diff(each, axis=1)
    costs = (
        ACROSS * np.diff(differences, axis=1),
        DOWN * np.diff(each, axis=0),
        NONE * each,
    )
    rough = np.vstack([cost.reshape(-1, PLACES * STRIPS) for cost in costs])
    return differences.reshape(-1, PLACES * STRIPS), rough.T @ rough


def _beyond_tilt(down: Grid) -> float:
    """The most that a surface differs from a plane with a twist, as perspective leaves it."""
    row, column = (axis.ravel() for axis in np.indices(down.shape) / max(down.shape))
    plane = np.stack([np.ones_like(row), row, column, row * column], axis=1)
    terms = np.linalg.lstsq(plane, down.ravel(), rcond=None)[0]
    return float(np.abs(down.ravel() - plane @ terms).max())


def _agreement(picture: GreyImage) -> float:
    """Share of what the strips' profiles show that they show at one height, 0 … 1."""
    profiles = _profiles(picture)
    power = float(np.square(profiles).mean(axis=1).sum())
    return float(np.square(profiles.mean(axis=1)).sum()) / max(power, 1e-6)
