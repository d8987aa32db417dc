"""Writers: how each forms the digits, slants them, and how steady the hand is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from drawing.pen import Nib, Points, curve
from drawing.shapes import DIGITS, LETTERS, Shape, Stroke

BALLPOINT_BLUE = Nib(0.42, (0.16, 0.24, 0.62), grain=0.22, unevenness=0.16)
BALLPOINT_BLACK = Nib(0.45, (0.12, 0.12, 0.14), grain=0.20, unevenness=0.15)
FELT_TIP = Nib(0.75, (0.08, 0.08, 0.10), grain=0.03, unevenness=0.06)
GEL_BLUE = Nib(0.55, (0.10, 0.17, 0.45), grain=0.06, unevenness=0.10)
RED_PEN = Nib(0.45, (0.74, 0.13, 0.20), grain=0.12, unevenness=0.14)
PENCIL = Nib(0.50, (0.36, 0.36, 0.38), grain=0.55, unevenness=0.25)
FAINT_PENCIL = Nib(0.45, (0.56, 0.56, 0.57), grain=0.55, unevenness=0.22)


@dataclass(frozen=True, slots=True)
class Hand:
    """One writer.

    ``slant_degrees`` leans to the right; ``breadth`` stretches shapes sideways; ``gap`` is the
    space between digits in heights; ``tremor`` the deviation of control points in heights;
    ``ways`` names the way of writing each digit, the first known way where it is silent.
    """

    nib: Nib
    slant_degrees: float = 8.0
    breadth: float = 1.0
    gap: float = 0.20
    tremor: float = 0.018
    ways: Mapping[str, str] = field(default_factory=dict)

    def shape(self, character: str) -> Shape:
        """Return the shape this writer gives ``character``."""
        if character in LETTERS:
            return LETTERS[character]
        known = DIGITS[character]
        return known[self.ways.get(character, next(iter(known)))]

    def strokes(self, character: str, rng: np.random.Generator) -> list[Points]:
        """Draw ``character``: pen paths in heights, left edge at 0, never twice the same."""
        lean = math.tan(math.radians(self.slant_degrees + rng.normal(0, 2.0)))
        turn = math.radians(rng.normal(0, 2.0))
        breadth = self.breadth * math.exp(rng.normal(0, 0.06))
        tall = math.exp(rng.normal(0, 0.05))
        bend = np.array([[breadth, -lean], [math.sin(turn), tall]])
        paths = [self._path(stroke, rng) @ bend.T for stroke in self.shape(character)]
        left = min(float(path[:, 0].min()) for path in paths)
        base = 1 - tall
        return [path + np.array([-left, base]) for path in paths]

    def _path(self, stroke: Stroke, rng: np.random.Generator) -> Points:
        """One stroke: the legs share the corner they meet in."""
        parts: list[Points] = []
        for leg in stroke:
            knots = np.asarray(leg) + rng.normal(0, self.tremor, (len(leg), 2))
            if parts:
                knots[0] = parts[-1][-1]
            parts.append(curve([(float(x), float(y)) for x, y in knots]))
        return np.vstack(parts)


ANNA = Hand(
    BALLPOINT_BLUE,
    slant_degrees=6,
    gap=0.24,
    ways={"1": "flag", "4": "open", "7": "crossed", "9": "curled", "2": "angular"},
)
BRUNO = Hand(
    BALLPOINT_BLACK,
    slant_degrees=14,
    breadth=0.86,
    gap=0.20,
    ways={"0": "tailed", "1": "bare", "2": "looped", "3": "flat", "4": "closed", "5": "snake"},
)
CARLA = Hand(
    GEL_BLUE,
    slant_degrees=-3,
    breadth=1.10,
    gap=0.22,
    tremor=0.022,
    ways={"1": "foot", "2": "swan", "4": "curved", "6": "straight", "7": "wavy", "8": "snowman"},
)
DARIO = Hand(
    FELT_TIP,
    slant_degrees=10,
    gap=0.24,
    tremor=0.016,
    ways={"0": "open", "1": "flag", "3": "flat", "4": "open", "7": "plain", "9": "straight"},
)
ELENA = Hand(
    PENCIL,
    slant_degrees=18,
    breadth=0.92,
    gap=0.22,
    tremor=0.020,
    ways={"1": "long flag", "2": "swan", "4": "open", "6": "straight", "7": "crossed"},
)
FINN = Hand(
    FAINT_PENCIL,
    slant_degrees=4,
    breadth=1.02,
    gap=0.25,
    ways={"0": "round", "1": "foot", "4": "closed", "5": "snake", "7": "crossed", "9": "straight"},
)
GRETA = Hand(
    RED_PEN,
    slant_degrees=9,
    breadth=0.95,
    gap=0.22,
    ways={"0": "round", "1": "flag", "2": "looped", "4": "closed", "7": "crossed", "8": "eight"},
)
