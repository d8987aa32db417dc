"""Random numbers in, pen strokes out, and strokes in, ink out: what all drawn shapes are made of.

A stroke is a path, (n, 2) float64 of (x, y), y downwards, in a unit square that a digit about
fills. It is turned into pixels only by ``draw_strokes``.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.values import GreyImage

Path = npt.NDArray[np.float64]
Point = tuple[float, float]

DRAWING_PX = 90
"""Longer side of a drawing: a little over what the normaliser measures strokes at."""
SUBPIXEL_BITS = 3
STROKE_SHARE = 0.118
"""MNIST's median stroke width, as a share of the digit's longer side."""


class Pen:
    """A hand that trembles: random numbers in the few forms that drawing needs."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random

    def between(self, low: float, high: float) -> float:
        """Any number of an interval, all equally likely."""
        return low + (high - low) * float(self.random.random())

    def around(self, spread: float, middle: float = 0.0) -> float:
        """A normal number."""
        return middle + spread * float(self.random.standard_normal())

    def chance(self, share: float) -> bool:
        """True in ``share`` of all cases."""
        return float(self.random.random()) < share

    def below(self, count: int) -> int:
        """A whole number 0…count - 1."""
        return int(self.random.integers(count))

    def tremble(self, points: npt.ArrayLike, spread: float = 0.022) -> Path:
        """Move every point a little."""
        exact = np.asarray(points, np.float64)
        return exact + spread * self.random.standard_normal(exact.shape)

    def line(self, start: npt.ArrayLike, end: npt.ArrayLike, bow: float = 0.03) -> Path:
        """Draw a nearly straight stroke, bowed sideways by about ``bow`` of its length."""
        first, last = np.asarray(start, np.float64), np.asarray(end, np.float64)
        along = last - first
        sideways = np.array([-along[1], along[0]])
        return curve([first, first + along / 2 + sideways * self.around(bow), last], 6)

    def free(self, *points: Point) -> Path:
        """Draw a smooth stroke through about these points."""
        return curve(self.tremble(points))


def curve(points: npt.ArrayLike, steps: int = 8) -> Path:
    """Catmull-Rom spline through ``points`` (n, 2), ``steps`` points from one to the next."""
    through = np.asarray(points, np.float64)
    ends = 2 * through[[0, -1]] - through[[1, -2]]
    a, b, c, d = (
        np.concatenate([ends[:1], through, ends[1:]])[i : i + len(through) - 1, None]
        for i in range(4)
    )
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    inner = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2)
    inner += 0.5 * (3 * b - a - 3 * c + d) * t**3
    return np.concatenate([inner.reshape(-1, 2), through[-1:]])


def arc(
    centre: Point, radii: Point, degrees: tuple[float, float], drift: float = 0.0, points: int = 26
) -> Path:
    """Draw part of an ellipse from one angle to another, its size drifting by the way."""
    angles = np.deg2rad(np.linspace(*degrees, points))
    growth = 1 + drift * np.linspace(-0.5, 0.5, points)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(np.asarray(centre) + circle * np.asarray(radii) * growth[:, None])


def lean(strokes: Sequence[Path], pen: Pen) -> list[Path]:
    """Turn, slant and widen strokes as different hands do."""
    turn = np.deg2rad(np.clip(pen.around(6), -14, 14))
    slant = float(np.clip(pen.around(0.17, middle=0.12), -0.3, 0.55))
    width = np.exp(pen.around(0.22))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = rotation @ np.array([[width, -slant], [0.0, 1.0]])
    return [(stroke - 0.5) @ shape.T for stroke in strokes]


def draw_strokes(strokes: Sequence[Path], pen: Pen, *, skips: float = 0.08) -> GreyImage:
    """Draw strokes with one pen.

    ``skips`` is the share of strokes in which the pen fails for a moment.

    Returns
    -------
    (h, w) uint8
        0 is paper; the longer side is about ``DRAWING_PX``.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = DRAWING_PX / max(float((high - low).max()), 1e-6)
    share = float(np.clip(STROKE_SHARE * np.exp(pen.around(0.28)), 0.05, 0.24))
    width = max(2, round(share * DRAWING_PX))
    columns, rows = (np.ceil((high - low) * scale).astype(int) + 2 * width).tolist()
    ink = np.zeros((rows, columns), np.uint8)
    for stroke in strokes:
        for part in _skip(stroke, pen) if pen.chance(skips) else [stroke]:
            add_stroke(ink, (part - low) * scale + width, width)
    return ink


def add_stroke(ink: GreyImage, stroke: Path, width_px: float) -> None:
    """Draw one stroke, in pixels, onto ``ink`` (h, w) uint8, in place."""
    exact = np.round(stroke * 2**SUBPIXEL_BITS).astype(np.int32)
    width = max(1, round(width_px))
    cv2.polylines(ink, [exact], False, 255, width, cv2.LINE_AA, SUBPIXEL_BITS)


def _skip(stroke: Path, pen: Pen) -> list[Path]:
    """Leave out a few points of a stroke that has enough of them."""
    if len(stroke) < 15:
        return [stroke]
    first = int(pen.between(0.1, 0.85) * len(stroke))
    last = first + max(1, int(pen.between(0.03, 0.09) * len(stroke)))
    return [part for part in (stroke[:first], stroke[last:]) if len(part) > 1]
