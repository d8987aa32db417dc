"""How a sheet lies: a small picture of its ink in, the homography that lays it flat out.

A coarse skew comes from the sharpness of the row profile (Postl, 1986); what is left (a little
rotation, shear and perspective) from the ruled lines, which must become level and upright.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.scan.segments import Segments, find_segments
from digitscan.values import GreyImage, Mask

Homography = npt.NDArray[np.float64]

WIDEST_SKEW_DEGREES = 15.0
MOST_POINTS = 6_000
LEAST_GAIN = 1.08
"""How much sharper than the straight profile a turned one must be to be believed."""
LEAST_SKEW_DEGREES = 0.1
ASKEW = 0.06
"""What is left after the skew is undone: with a larger term of perspective lines are looked for
once more."""
LEAST_SEGMENTS = 4
"""With fewer ruled lines than this the sheet is taken to be free of perspective."""
PRIOR = np.zeros((5, 5))
"""Costs of the terms: of shear and of perspective; little of a turn, and of print that is askew on
its sheet."""
PRIOR[:2, :2] = 0.003
PRIOR += np.diag([0.0005, 0.0005, 0.003, 0.003, 0.003])
ROUNDS = 6
STRAIGHT, LOOSEST = 0.003, 0.06
"""Slopes between which a line counts in part: what is left of a straight line, and what is put up
with in the first round, which is halved from round to round."""
LARGEST_TERM = 0.35


def estimate_skew(ink: Mask) -> float:
    """Angle in degrees by which the rows of ``ink`` (H, W) bool fall to the right, ±15.

    Zero where there is too little ink to tell.
    """
    rows, columns = np.nonzero(ink)
    if rows.size < 200:
        return 0.0
    step = max(1, rows.size // MOST_POINTS)
    y, x = rows[::step].astype(np.float32), columns[::step].astype(np.float32)
    # a coarse angle smears the profile over several rows: fewer, thicker rows see it all the same
    coarse = np.arange(-WIDEST_SKEW_DEGREES, WIDEST_SKEW_DEGREES + 1)
    best = _sharpest(y, x, coarse, 6)
    best = _sharpest(y, x, best + np.arange(-0.9, 1, 0.3), 2)
    best = _sharpest(y, x, best + np.arange(-0.3, 0.35, 0.1), 1)
    gain = _sharpness(y, x, best, 1) / max(_sharpness(y, x, 0.0, 1), 1.0)
    return best if gain >= LEAST_GAIN else 0.0


Points = npt.NDArray[np.float32]


def _sharpest(y: Points, x: Points, angles: npt.NDArray[np.float64], thickness: int) -> float:
    """Angle whose row profile has the strongest steps; of near equals the smallest."""
    scores = np.array([_sharpness(y, x, angle, thickness) for angle in angles])
    return float(angles[int(np.argmax(scores * (1 - 0.002 * np.abs(angles))))])


def _sharpness(y: Points, x: Points, angle: float, thickness: int) -> float:
    """Strength of the steps in the profile of rows that fall by ``angle`` degrees."""
    rows = (y - x * np.float32(np.tan(np.deg2rad(angle)))) / np.float32(thickness)
    profile = np.bincount((rows - rows.min()).astype(np.int32)).astype(np.float64)
    return float(np.square(np.diff(profile)).sum())


def rotation(angle_degrees: float, shape: tuple[int, int]) -> Homography:
    """Homography that turns an image of ``shape`` about its middle so that a skew is undone."""
    height, width = shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle_degrees, 1.0)
    return np.vstack([turn, [0, 0, 1]]).astype(np.float64)


def estimate_homography(ink: Mask, darkness: GreyImage, edges: Segments) -> Homography:
    """Homography of (x, y, 1) that makes ruled lines and edges of the sheet level and upright.

    Parameters
    ----------
    ink : (H, W) bool
        A small picture of the page's ink.
    darkness : (H, W) uint8
        How dark that picture is, 0 paper: it tells where a line lies to a fraction of a pixel.
    edges : (n, 4) float64
        Straight edges of the sheet in that picture: x0, y0, x1, y1.
    """
    skew = estimate_skew(ink)
    upright = rotation(skew, ink.shape) if abs(skew) >= LEAST_SKEW_DEGREES else np.eye(3)
    flat, tilt = _level_lines(ink, darkness, edges, upright)
    if tilt > ASKEW:
        # lines that ran too askew to be found show now
        flat, _ = _level_lines(ink, darkness, edges, flat)
    return flat


def _level_lines(
    ink: Mask, darkness: GreyImage, edges: Segments, start: Homography
) -> tuple[Homography, float]:
    """A better homography than ``start``, and the largest term in which it differs."""
    height, width = ink.shape
    picture = ink.astype(np.uint8) * np.uint8(255)
    if not np.array_equal(start, np.eye(3)):
        darkness, picture = (
            np.asarray(cv2.warpPerspective(each, start, (width, height)), np.uint8)
            for each in (darkness, picture)
        )
        picture = np.asarray(picture > 100) * np.uint8(255)
    edges = move_segments(edges, start)
    lying = np.abs(edges[:, 2] - edges[:, 0]) > np.abs(edges[:, 3] - edges[:, 1])
    level, plumb = find_segments(picture, darkness, pale=len(edges) > 0)
    lines = [level, edges[lying], plumb, edges[~lying]]
    if sum(map(len, lines)) < LEAST_SEGMENTS:
        return start, 0.0
    centred = _centring(width, height)
    levelled = _solve([move_segments(each, centred) for each in lines])
    tilt = float(np.abs(levelled - np.eye(3)).max())
    return np.linalg.inv(centred) @ levelled @ centred @ start, tilt


def _centring(width: int, height: int) -> Homography:
    """Homography from pixels to coordinates about ±1 around the middle."""
    half = max(width, height) / 2
    return np.array(
        [[1 / half, 0, -width / 2 / half], [0, 1 / half, -height / 2 / half], [0, 0, 1]]
    )


def move_segments(segments: Segments, homography: Homography) -> Segments:
    """Segments (n, 4) of x0, y0, x1, y1 after a homography of (x, y, 1)."""
    points = segments.reshape(-1, 1, 2)
    if points.size == 0:
        return np.zeros((0, 4))
    return np.asarray(cv2.perspectiveTransform(points, homography), np.float64).reshape(-1, 4)


def _solve(lines: Sequence[Segments]) -> Homography:
    """Turn of the levels, turn of the plumbs and two terms of perspective, by least squares.

    Robust by re-weighting; a weak prior keeps the sheet rectangular where the lines say little.

    Parameters
    ----------
    lines : sequence of (n, 4) float64
        Level lines, edges of the sheet that lie level, plumb lines, edges that stand plumb.
    """
    levels = len(lines[0]) + len(lines[1])
    total, terms = np.eye(3), np.zeros(5)
    for round_ in range(ROUNDS):
        rows, goal = _equations([move_segments(each, total) for each in lines])
        goal = goal - rows[:, 4] * terms[4]
        slope = np.abs(goal) / np.maximum(np.abs(rows[:, 5]), 1e-6)
        loosest = LOOSEST / 2**round_
        weight = np.concatenate(
            [_weights(slope[:levels], loosest), _weights(slope[levels:], loosest)]
        )
        rows = rows[:, :5]
        left = rows * weight[:, None]
        step = np.linalg.solve(left.T @ rows + PRIOR, left.T @ goal - PRIOR @ terms)
        if np.abs(step).max() > LARGEST_TERM:
            return np.eye(3)
        turn, shear, across, down, _ = step
        total = np.array([[1, shear, 0], [turn, 1, 0], [across, down, 1]]) @ total
        terms += step
    return total


def _weights(slopes: npt.NDArray[np.float64], loosest: float) -> npt.NDArray[np.float64]:
    """How much lines of one direction count: less, the further from straight among them."""
    typical = float(np.clip(np.median(slopes), STRAIGHT, loosest)) if slopes.size else STRAIGHT
    return np.asarray(1 / (1 + np.square(slopes / (2 * typical))))


def _equations(
    lines: Sequence[Segments],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Linearised conditions: equal y at both ends of a level line, equal x of a plumb one.

    Returns
    -------
    rows : (n, 6) float64
        Factors of the four terms and of the angle between print and sheet, and the line's length.
    goal : (n,) float64
    """
    flat, tall = np.vstack(lines[:2]), np.vstack(lines[2:])
    on_edge = np.repeat([0.0, 1.0, 0.0, 1.0], [len(each) for each in lines])
    x0, y0, x1, y1 = flat.T
    nil, run = np.zeros_like(x0), x0 - x1
    levels = np.stack([run, nil, -(x0 * y0 - x1 * y1), -(y0**2 - y1**2), run, run], axis=1)
    u0, v0, u1, v1 = tall.T
    nil, run = np.zeros_like(u0), v0 - v1
    plumbs = np.stack([nil, run, -(u0**2 - u1**2), -(u0 * v0 - u1 * v1), -run, run], axis=1)
    rows = np.vstack([levels, plumbs])
    rows[:, 4] *= on_edge
    return rows, -np.concatenate([y0 - y1, u0 - u1])
