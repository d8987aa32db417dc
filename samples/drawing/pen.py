"""Pen paths in, ink out: smooth curves, a nib of changing width, pressure that comes and goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Ink = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nib:
    """What touches the paper.

    ``width_mm`` is the mean width of a stroke, ``colour`` its red, green and blue on white paper
    (0 black, 1 white), ``grain`` how much of the paper shows through (pencil much, fountain pen
    none), ``unevenness`` how much pressure changes along a stroke.
    """

    width_mm: float
    colour: tuple[float, float, float]
    grain: float
    unevenness: float


def curve(points: Sequence[tuple[float, float]], steps: int = 12) -> Points:
    """Catmull-Rom curve through ``points``: (N, 2), first and last point included."""
    knots = np.asarray(points, np.float64)
    ends = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = [_segment(ends[i : i + 4], t) for i in range(len(knots) - 1)]
    return np.vstack([*parts, knots[-1:]])


def _segment(p: Points, t: Points) -> Points:
    """Between the middle two of four knots."""
    linear = (p[2] - p[0]) * t
    square = (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * t**2
    cube = (-p[0] + 3 * p[1] - 3 * p[2] + p[3]) * t**3
    return np.asarray(0.5 * (2 * p[1] + linear + square + cube))


def resample(path: Points, spacing: float) -> Points:
    """Points every ``spacing`` along ``path``, so that the nib leaves no gaps."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(2, int(along[-1] / spacing) + 1)
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, path[:, axis]) for axis in (0, 1)], axis=1)


def smooth_noise(rng: np.random.Generator, count: int, knots: int) -> npt.NDArray[np.float64]:
    """``count`` values that wander around 0 with deviation near 1, with ``knots`` bends."""
    at = np.linspace(0, knots - 1, count)
    return np.interp(at, np.arange(knots), rng.normal(0, 1, knots))


def stroke_ink(
    path: Points, width_px: float, nib: Nib, rng: np.random.Generator
) -> tuple[int, int, Ink]:
    """Ink of one stroke.

    Parameters
    ----------
    path : (N, 2) float64
        Pixels, (x, y), as on the page.
    width_px : float
        Mean width of the stroke.

    Returns
    -------
    top, left : int
        Where on the page the patch of ink belongs.
    ink : (h, w) float64
        0 is paper, 1 full ink.
    """
    dots = resample(path, max(0.25, width_px / 6))
    pressure = _pressure(len(dots), nib, rng)
    radii = width_px / 2 * (0.72 + 0.28 * pressure)
    margin = int(width_px) + 3
    left, top = (int(v) - margin for v in dots.min(axis=0))
    right, bottom = (int(v) + margin + 1 for v in dots.max(axis=0))
    rows, columns = np.mgrid[top:bottom, left:right] + 0.5
    ink = np.zeros(rows.shape)
    for (x, y), radius, dark in zip(
        dots, radii, np.clip(0.55 + 0.45 * pressure, 0, 1), strict=True
    ):
        reach = np.hypot(columns - x, rows - y)
        np.maximum(ink, np.clip(radius + 0.5 - reach, 0, min(1.0, 2 * radius)) * dark, out=ink)
    return top, left, ink


def _pressure(count: int, nib: Nib, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Between 0 and about 1 along a stroke: lighter where the pen lands and where it leaves."""
    t = np.linspace(0, 1, count)
    ends = np.minimum(1, 0.55 + 6 * t) * np.minimum(1, 0.35 + 5 * (1 - t))
    wander = 1 + nib.unevenness * smooth_noise(rng, count, 5)
    return np.clip(ends * wander, 0.05, 1.15)
