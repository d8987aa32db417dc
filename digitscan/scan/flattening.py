"""How a sheet lies: a small picture of its ink in, the homography that lays it flat out.

A coarse skew comes from the sharpness of the row profile (Postl, 1986); what is left (a little
rotation, shear and perspective) from the ruled lines, which must become level and upright.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import Mask

Homography = npt.NDArray[np.float64]
Segments = npt.NDArray[np.float64]

WIDEST_SKEW_DEGREES = 15.0
MOST_POINTS = 6_000
LEAST_GAIN = 1.08
"""How much sharper than the straight profile a turned one must be to be believed."""
LEAST_SEGMENTS = 4
"""With fewer ruled lines than this the sheet is taken to be free of perspective."""
MOST_SEGMENTS = 120
"""The longest lines in either direction that are looked at."""
PRIOR = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]) * 0.01 + np.eye(4) * 1e-5
"""Costs of the four terms: a turn is nearly free, shear and perspective are not."""
SEGMENT_SHARE = 0.045
"""Length of a line that counts, as a share of the longer side."""
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


def estimate_homography(ink: Mask, edges: Segments) -> Homography:
    """Homography of (x, y, 1) that makes ruled lines and edges of the sheet level and upright.

    Parameters
    ----------
    ink : (H, W) bool
        A small picture of the page's ink.
    edges : (n, 4) float64
        Straight edges of the sheet in that picture: x0, y0, x1, y1.
    """
    height, width = ink.shape
    skew = estimate_skew(ink)
    upright = rotation(skew, ink.shape) if abs(skew) >= 0.1 else np.eye(3)
    picture = ink.astype(np.uint8) * 255
    if abs(skew) >= 0.1:
        picture = np.asarray(cv2.warpPerspective(picture, upright, (width, height)), np.uint8)
    level, plumb = find_segments(picture), find_segments(np.ascontiguousarray(picture.T))
    edges = _move(edges, upright)
    lying = np.abs(edges[:, 2] - edges[:, 0]) > np.abs(edges[:, 3] - edges[:, 1])
    level = np.vstack([level, edges[lying]])
    plumb = np.vstack([plumb, edges[~lying][:, [1, 0, 3, 2]]])
    if len(level) + len(plumb) < LEAST_SEGMENTS:
        return upright
    centred = _centring(width, height)
    levelled = _solve(_move(level, centred), _move(plumb[:, [1, 0, 3, 2]], centred))
    return np.linalg.inv(centred) @ levelled @ centred @ upright


def find_segments(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Nearly level lines of ``ink`` (H, W) uint8: an (n, 4) array of x0, y0, x1, y1."""
    length = max(25, int(SEGMENT_SHARE * max(ink.shape)))
    thick = cv2.dilate(ink, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    contours, _ = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    bounds = sorted((cv2.boundingRect(c) for c in contours), key=lambda b: b[2], reverse=True)
    ink = np.asarray(cv2.bitwise_and(ink, runs), np.uint8)
    segments = [_segment(ink, box) for box in bounds[:MOST_SEGMENTS]]
    return np.array([s for s in segments if s is not None], np.float64).reshape(-1, 4)


def _segment(
    ink: npt.NDArray[np.uint8], bounds: Sequence[int]
) -> tuple[float, float, float, float] | None:
    """End points of the line in ``bounds`` (x, y, width, height); None where there is none.

    The slope comes from the ink of its two thirds, without the ends, where other lines join.
    """
    left, top, width, height = bounds
    if height > 0.15 * width + 6:
        return None
    above = max(0, top - 1)
    rows, columns = np.nonzero(ink[above : top + height + 1, left : left + width])
    place = columns / width
    first, second = (place > 0.08) & (place < 0.36), (place > 0.64) & (place < 0.92)
    if not first.any() or not second.any():
        return None
    slope = (rows[second].mean() - rows[first].mean()) / (
        columns[second].mean() - columns[first].mean()
    )
    start = float(above + rows[first].mean() - slope * columns[first].mean())
    return left, start, left + width, float(start + slope * width)


def _centring(width: int, height: int) -> Homography:
    """Homography from pixels to coordinates about ±1 around the middle."""
    half = max(width, height) / 2
    return np.array(
        [[1 / half, 0, -width / 2 / half], [0, 1 / half, -height / 2 / half], [0, 0, 1]]
    )


def _move(segments: Segments, homography: Homography) -> Segments:
    points = segments.reshape(-1, 1, 2)
    if points.size == 0:
        return np.zeros((0, 4))
    return np.asarray(cv2.perspectiveTransform(points, homography), np.float64).reshape(-1, 4)


def _solve(level: npt.NDArray[np.float64], plumb: npt.NDArray[np.float64]) -> Homography:
    """Four terms (turn of the levels, turn of the plumbs, two of perspective), least squares.

    Robust by re-weighting; a weak prior keeps the sheet rectangular where the lines say little.
    """
    total, terms = np.eye(3), np.zeros(4)
    for _ in range(6):
        rows, goal, weight = _equations(_move(level, total), _move(plumb, total))
        left = rows * weight[:, None]
        system = left.T @ rows + PRIOR
        step = np.linalg.solve(system, left.T @ goal - PRIOR @ terms)
        if np.abs(step).max() > LARGEST_TERM:
            return np.eye(3)
        turn, shear, across, down = step
        total = np.array([[1, shear, 0], [turn, 1, 0], [across, down, 1]]) @ total
        terms += step
    return total


def _equations(
    level: npt.NDArray[np.float64], plumb: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Linearised conditions: equal y at both ends of a level line, equal x of a plumb one."""
    x0, y0, x1, y1 = level.T
    nil = np.zeros_like(x0)
    levels = np.stack([x0 - x1, nil, -(x0 * y0 - x1 * y1), -(y0**2 - y1**2)], axis=1)
    u0, v0, u1, v1 = plumb.T
    nil = np.zeros_like(u0)
    plumbs = np.stack([nil, v0 - v1, -(u0**2 - u1**2), -(u0 * v0 - u1 * v1)], axis=1)
    rows = np.vstack([levels, plumbs])
    goal = -np.concatenate([y0 - y1, u0 - u1])
    length = np.concatenate([np.abs(x1 - x0), np.abs(v1 - v0)])
    slope = np.abs(goal) / np.maximum(length, 1e-6)
    typical = max(float(np.median(slope)) if slope.size else 0.0, 0.003)
    return rows, goal, 1 / (1 + np.square(slope / (2 * typical)))
