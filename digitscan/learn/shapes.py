"""A digit's name in, its ink as some hand of the world would draw it out.

MNIST's writers are American. These shapes add what others write: a 1 with a flag and a foot, a
crossed 7, an open or lightning-like 4, a 9 with an open loop or a curled tail. They are pen
strokes, not anybody's pixels. How often a form occurs was chosen on European digits that no model
was trained on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitscan.learn.pen import Path, Pen, arc, curve, draw_strokes, lean
from digitscan.learn.rare import RARE, rare_strokes
from digitscan.learn.squared import SQUARED, squared_strokes
from digitscan.values import GreyImage

_WEIGHTS = np.array([0.8, 1.4, 0.8, 0.8, 1.5, 0.9, 0.8, 1.2, 1.1, 1.5])
DIGIT_SHARES = _WEIGHTS / _WEIGHTS.sum()
"""How often each digit is drawn: more where MNIST lacks a form (flagged 1, open 4 and 9)."""
SMOOTH_TIP = 0.2
"""Share of flagged 1s whose tip is rounded: flag and stem are one smooth stroke."""


def draw_digit(
    digit: int, random: np.random.Generator, rare: float = 0.0, squared: float = 0.0
) -> GreyImage:
    """Draw one digit; (h, w) uint8, 0 is paper, about 100 pixels high.

    ``rare`` is the share of digits drawn in a rare form, where they have one, ``squared`` the
    share of those drawn along the bars of a figure eight.
    """
    pen = Pen(random)
    if squared and digit in SQUARED and pen.chance(squared):
        return draw_strokes(lean(squared_strokes(digit, pen), pen), pen)
    if rare and digit in RARE and pen.chance(rare):
        return draw_strokes(lean(rare_strokes(digit, pen), pen), pen)
    return draw_strokes(lean(digit_strokes(digit, pen), pen), pen)


def digit_strokes(digit: int, pen: Pen) -> list[Path]:
    """Give the upright strokes of one digit in the unit square."""
    return _DIGITS[digit](pen)


def _zero(pen: Pen) -> list[Path]:
    direction = 1 if pen.chance(0.75) else -1
    start = pen.between(-150, -30)
    radius = pen.between(0.22, 0.45)
    turn = direction * pen.between(325, 400)
    ring = arc((0.5, 0.5), (radius, 0.5), (start, start + turn), pen.between(-0.2, 0.2))
    if pen.chance(0.12):
        end = ring[-1]
        bend = end + np.array([pen.between(-0.15, 0.2), pen.between(-0.15, 0.02)])
        tail = end + np.array([pen.between(-0.1, 0.45), pen.between(-0.3, 0.05)])
        return [np.concatenate([ring, curve([end, bend, tail], 6)])]
    if pen.chance(0.05):
        right = (0.5 + pen.between(0.15, 0.4), pen.between(0, 0.2))
        return [ring, pen.line(right, (0.5 - pen.between(0.15, 0.4), pen.between(0.8, 1)))]
    return [ring]


def _one(pen: Pen) -> list[Path]:
    tilt = pen.between(-0.25, 0.3) if pen.chance(0.8) else pen.between(-0.5, 0.42)
    top, bottom = np.array([0.5 + tilt / 2, 0.0]), np.array([0.5 - tilt / 2, 1.0])
    if pen.chance(0.12):
        return [pen.line(top, bottom)]
    strokes = _flagged_stem(pen, top, bottom)
    if pen.chance(0.22):
        foot = pen.between(0.15, 0.42)
        left = (bottom[0] - foot * pen.between(0.7, 1.2), 1 + pen.around(0.03))
        right = (bottom[0] + foot * pen.between(0.5, 1.1), 1 + pen.around(0.03))
        strokes.append(pen.line(left, right))
    return strokes


def _flagged_stem(pen: Pen, top: Path, bottom: Path) -> list[Path]:
    stem = (bottom - top) / np.linalg.norm(bottom - top)
    flag = flag_stroke(pen, top, stem)
    if pen.chance(SMOOTH_TIP):
        return [curve([*flag, top + stem * 0.12, top + stem * 0.5, bottom], 7)]
    if pen.chance(0.15):
        lifted = top + stem * pen.between(-0.06, 0.08)
        return [curve([*flag, top + pen.between(-0.03, 0.03)], 6), pen.line(lifted, bottom)]
    return [np.concatenate([curve([*flag, top], 6), pen.line(top, bottom)])]


def flag_stroke(pen: Pen, top: Path, stem: Path, height: float = 1.0) -> list[Path]:
    """Give two points of a flag left of a stem, its far end first; the third is ``top``.

    ``stem`` is the stem's direction, downwards, of length 1; ``height`` the stem's length.
    """
    degrees = pen.between(18, 62) if pen.chance(0.85) else pen.between(12, 75)
    length = pen.between(0.18, 0.7) if pen.chance(0.85) else pen.between(0.6, 0.95)
    if degrees > 58:
        length = min(length, 0.55)
    angle = np.deg2rad(degrees)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ stem
    reach = height * length
    bow = np.array([-turned[1], turned[0]]) * pen.around(0.07) * reach
    return [top + turned * reach, top + turned * reach / 2 + bow]


def _two(pen: Pen) -> list[Path]:
    wide = pen.between(0.25, 0.42)
    left, right = 0.5 - wide, 0.5 + wide
    head = [(left, pen.between(0.12, 0.32)), (0.4, pen.between(0, 0.04))]
    head += [(0.5 + wide * 0.8, pen.between(0.1, 0.22)), (0.5 + wide * 0.6, 0.42), (0.45, 0.75)]
    end = (0.5 + wide * pen.between(0.8, 1.4), 1 + pen.around(0.03))
    foot = pen.between(0, 1)
    if foot < 0.35:
        corner = (left, 1.0)
        return [np.concatenate([pen.free(*head, corner), pen.line(corner, end)])]
    if foot < 0.7:
        return [
            pen.free(*head, (0.5 - wide * 0.9, 0.98), (0.5 - wide * 0.8, 0.9), (0.5, 0.93), end)
        ]
    loop = [(0.5 - wide * 0.9, 1.0), (0.5 - wide * 1.1, 0.88), (0.5 - wide * 0.4, 0.85)]
    return [pen.free(*head, *loop, (0.5, 0.95), (right, end[1]))]


def _three(pen: Pen) -> list[Path]:
    wide, middle = pen.between(0.25, 0.4), pen.between(0.38, 0.5)
    waist = (0.5 - pen.between(0, 0.15), middle)
    belly = [(0.5 + wide * 0.7, middle + 0.12), (0.5 + wide * 0.9, 0.78), (0.5, 1.0)]
    lower = pen.free(waist, *belly, (0.5 - wide, pen.between(0.8, 0.98)))
    if pen.chance(0.35):
        left = (0.5 - wide, pen.around(0.04))
        right = (0.5 + wide * pen.between(0.7, 1.1), pen.around(0.04))
        return [np.concatenate([pen.line(left, right), pen.line(right, waist), lower])]
    start = (0.5 - wide, pen.between(0.05, 0.2))
    head = [(0.45, 0.0), (0.5 + wide * 0.8, 0.15), (0.5 + wide * 0.4, middle - 0.1)]
    return [np.concatenate([pen.free(start, *head, waist), lower])]


def _four(pen: Pen) -> list[Path]:
    form = pen.between(0, 1)
    if form < 0.15:
        return _pointed_four(pen)
    if form < 0.5:
        return _open_four(pen)
    return _lightning_four(pen) if form < 0.8 else _low_four(pen)


def _pointed_four(pen: Pen) -> list[Path]:
    bar, x = pen.between(0.5, 0.72), 0.5 + pen.between(0.05, 0.25)
    slope = pen.line((x, 0), (0.5 - pen.between(0.3, 0.45), bar))
    across = pen.line((0.1, bar), (0.5 + pen.between(0.3, 0.5), bar + pen.around(0.03)))
    stem = pen.line((x + pen.around(0.03), pen.between(0, 0.3)), (x - pen.between(-0.05, 0.2), 1))
    return [np.concatenate([slope, across]), stem]


def _open_four(pen: Pen) -> list[Path]:
    bar, x = pen.between(0.5, 0.72), 0.5 + pen.between(0.05, 0.3)
    top = (0.5 - pen.between(-0.1, 0.3), pen.between(0, 0.15))
    end = (0.5 + pen.between(0.2, 0.5), bar + pen.around(0.05))
    corner = _corner(pen, top, (0.5 - pen.between(0.25, 0.42), bar), end, sharp=0.6)
    upper = (x + pen.between(-0.02, 0.12), pen.between(-0.05, 0.5))
    return [corner, pen.line(upper, (x - pen.between(-0.05, 0.15), pen.between(0.85, 1.1)), 0.04)]


def _lightning_four(pen: Pen) -> list[Path]:
    """Down, a corner, to the right, and up into a stem that falls: in one stroke or in two."""
    bar, x = pen.between(0.5, 0.72), 0.5 + pen.between(0.1, 0.3)
    top = (x - pen.between(0.02, 0.3), pen.between(-0.05, 0.15))
    end = (x + pen.between(-0.03, 0.2), bar + pen.between(-0.08, 0.08))
    corner = _corner(
        pen, top, (0.5 - pen.between(0.2, 0.42), bar - pen.between(0, 0.1)), end, sharp=0.7
    )
    upper = (x + pen.between(-0.02, 0.1), pen.between(-0.08, 0.25))
    stem = pen.line(upper, (x - pen.between(-0.05, 0.3), 1.0), 0.06)
    if pen.chance(0.25):
        return [np.concatenate([corner, curve([end, (x + 0.1, bar - 0.15), upper], 5), stem])]
    return [corner, stem]


def _low_four(pen: Pen) -> list[Path]:
    """Draw a long diagonal whose short stem only crosses the bar."""
    bar, x = pen.between(0.5, 0.72), 0.5 + pen.between(0, 0.25)
    top = (0.5 + pen.between(-0.05, 0.3), 0.0)
    end = (0.5 + pen.between(0.25, 0.5), bar + pen.around(0.04))
    corner = _corner(pen, top, (0.5 - pen.between(0.2, 0.42), bar), end, sharp=0.6)
    upper = (x + pen.between(0, 0.1), bar - pen.between(0.12, 0.35))
    return [corner, pen.line(upper, (x - pen.between(-0.02, 0.12), 1.0), 0.04)]


def _corner(
    pen: Pen,
    top: tuple[float, float],
    corner: tuple[float, float],
    end: tuple[float, float],
    sharp: float,
) -> Path:
    """Draw the left side and the bar of a 4; ``sharp`` is the share with a sharp corner."""
    if pen.chance(sharp):
        return np.concatenate([pen.line(top, corner, 0.06), pen.line(corner, end, 0.05)])
    before = ((top[0] + corner[0]) / 2 - 0.02, top[1] + (corner[1] - top[1]) * 0.55)
    return pen.free(top, before, corner, (corner[0] + 0.1, corner[1] + 0.05), end)


def _five(pen: Pen) -> list[Path]:
    wide, middle = pen.between(0.25, 0.4), pen.between(0.38, 0.5)
    left = 0.5 - wide * pen.between(0.6, 1.0)
    if pen.chance(0.2):
        start = (0.5 + wide * pen.between(0.7, 1.2), pen.between(0, 0.06))
        upper = [(0.5 - wide * 0.2, 0.02), (left, 0.2), (0.45, 0.42), (0.5 + wide, 0.65)]
        end = (0.5 - wide * 1.1, pen.between(0.88, 1.0))
        return [pen.free(start, *upper, (0.5 + wide * 0.3, 0.95), end)]
    shoulder = [(left - pen.between(-0.02, 0.08), middle), (0.5, middle - 0.06)]
    belly = [(0.5 + wide, 0.62), (0.5 + wide * 0.6, 0.92), (0.4, 1.0)]
    body = pen.free(*shoulder, *belly, (0.5 - wide * 1.1, pen.between(0.85, 0.97)))
    loose = pen.chance(0.5)
    began = pen.between(0, 0.14 if pen.chance(0.7) else 0.3) if loose else 0.02
    down = pen.line((left + pen.between(0, 0.06), began), body[0])
    gap, lift = (pen.between(0, 0.14), pen.between(0, 0.08)) if loose else (0.0, 0.0)
    end = (left + gap + pen.between(0.3, 0.9), pen.around(0.05) - pen.between(0, 0.08))
    return [np.concatenate([down, body]), pen.line((left + gap, -lift), end)]


def _six(pen: Pen) -> list[Path]:
    wide, middle = pen.between(0.2, 0.38), pen.between(0.62, 0.76)
    left, right = 0.5 - wide, 0.5 + wide
    start = (0.5 + pen.between(-0.1, 0.35), 0.0)
    bottom = [(0.5 - wide * 0.5, 1.0), (0.5 + wide * 0.6, 0.97)]
    back = [(right, middle + pen.between(-0.03, 0.08))]
    back += [(0.5 + wide * 0.3, middle - (1 - middle) * pen.between(0.6, 0.85))]
    back += [(left + pen.between(0, 0.1), middle + pen.between(-0.05, 0.1))]
    return [pen.free(start, (0.5 - wide * 0.6, 0.35), (left, middle), *bottom, *back)]


def _seven(pen: Pen) -> list[Path]:
    wide, slope = pen.between(0.28, 0.45), pen.between(-0.08, 0.12)
    tip, bottom = (0.5 + wide, slope * 0.3), (0.5 - pen.between(-0.12, 0.32), 1.0)
    if pen.chance(0.7):
        top = pen.line((0.5 - wide, slope), tip, 0.06)
    else:
        wave = [(0.5 - wide, pen.between(0.05, 0.15)), (0.5 - wide * 0.3, 0.0)]
        top = pen.free(*wave, (0.5 + wide * 0.3, 0.05), tip)
    if pen.chance(0.25):
        top = np.concatenate([pen.line((0.5 - wide, pen.between(0.1, 0.25)), top[0]), top])
    straight = pen.chance(0.7)
    bends = [(0.5 + wide * 0.3, 0.4), (0.5 - wide * 0.1, 0.7)]
    stem = pen.line(tip, bottom, 0.06) if straight else pen.free(tip, *bends, bottom)
    strokes = [np.concatenate([top, stem])]
    if pen.chance(0.1):
        strokes = [curve(np.concatenate([top[::3], stem[2::3]]), 4)]
    if pen.chance(0.72):
        crossing = stem[int(pen.between(0.36, 0.62) * (len(stem) - 1))]
        strokes.append(cross_bar(pen, crossing))
    return strokes


def cross_bar(pen: Pen, middle: Path, height: float = 1.0) -> Path:
    """Draw the bar of a crossed 7 of this ``height`` through a point of its stem."""
    longest = 0.38 if pen.chance(0.85) else 0.55
    length, angle = height * pen.between(0.14, longest), np.deg2rad(pen.between(-28, 22))
    along = np.array([np.cos(angle), np.sin(angle)]) * length
    left = middle - along * pen.between(0.6, 1.2)
    return pen.line(left, middle + along * pen.between(0.6, 1.2))


def _eight(pen: Pen) -> list[Path]:
    wide, waist = pen.between(0.22, 0.38), pen.between(0.4, 0.52)
    form = pen.between(0, 1)
    if form < 0.25:
        return _two_rings(pen, wide, waist)
    gap = pen.between(-0.05, 0.3) if form < 0.72 else pen.between(0.2, 0.55)
    points = [(0.5 + wide * pen.between(0.5, 1.0), pen.between(0.03, 0.15)), (0.5, 0.0)]
    points += [(0.5 - wide * 0.9, 0.18), (0.5 - wide * 0.2, waist - 0.03)]
    points += [(0.5 + wide * 0.9, waist + 0.22), (0.5 + wide * 0.2, 1.0)]
    points += [(0.5 - wide * 0.95, waist + 0.28), (0.5 - wide * 0.1, waist + 0.03)]
    points += [(0.5 + wide * (0.75 - gap * 0.6), waist * 0.55 + gap * 0.3)]
    if gap < 0.12:
        points.append((0.5 + wide * 0.7, pen.between(0.02, 0.15)))
    path = pen.free(*points)
    return [path * [-1, 1] + [1, 0]] if pen.chance(0.25) else [path]


def _two_rings(pen: Pen, wide: float, waist: float) -> list[Path]:
    start, below = pen.between(-180, 180), -90 + pen.between(-40, 40)
    upper = (wide * pen.between(0.75, 1), waist / 2)
    lower = (wide * pen.between(0.9, 1.1), (1 - waist) / 2)
    turn, drift = pen.between(330, 390), pen.between(-0.15, 0.15)
    return [
        arc((0.5, waist / 2), upper, (start, start + turn), drift),
        arc((0.5, (1 + waist) / 2), lower, (below, 270 + pen.between(-60, 40)), drift),
    ]


def _nine(pen: Pen) -> list[Path]:
    wide, radius = pen.between(0.2, 0.36), pen.between(0.22, 0.33)
    right = 0.5 + wide
    loop = _nine_loop(pen, wide, radius)
    height = pen.between(-0.12, radius * 0.8) if pen.chance(0.7) else radius * 0.5
    top = np.array([right + pen.around(0.02), height])
    tail = _nine_tail(pen, top, right)
    if pen.chance(0.5) and float(np.hypot(*(loop[-1] - top))) < 0.35:
        turn = curve([loop[-1], (loop[-1] + top) / 2 + [0.02, 0], top], 4)
        return [np.concatenate([loop, turn, tail])]
    return [loop, tail]


def _nine_loop(pen: Pen, wide: float, radius: float) -> Path:
    right = 0.5 + wide
    gap = 0.0 if pen.chance(0.35) else pen.between(0.02, 0.3)
    start = (right - gap * pen.between(0.3, 1.0), pen.between(0, 0.06) + radius * 0.12)
    ring = [(0.5, 0.0), (0.5 - wide, radius), (0.5 - wide * 0.3, 2 * radius)]
    end = (right - pen.between(-0.02, 0.06), radius * pen.between(0.7, 1.2))
    return pen.free(start, *ring, (0.5 + wide * 0.5, 2 * radius - 0.06), end)


def _nine_tail(pen: Pen, top: Path, right: float) -> Path:
    form = pen.between(0, 1)
    start = (float(top[0]), float(top[1]))
    if form < 0.3:
        return pen.line(top, (right - pen.between(-0.03, 0.35), 1), 0.06)
    if form < 0.45:
        bends = [(right + 0.02, 0.5), (right - 0.1, 0.8)]
        return pen.free(start, *bends, (right - pen.between(0.2, 0.5), 1.0))
    curl = pen.between(0.05, 0.55)
    bends = [(right + pen.between(0, 0.05), 0.55), (right - pen.between(0, 0.08), 0.88)]
    bends.append((right - curl * 0.6 - 0.08, 1.0))
    return pen.free(start, *bends, (right - curl - 0.15, pen.between(0.82, 1.0)))


_DIGITS: tuple[Callable[[Pen], list[Path]], ...] = (
    _zero,
    _one,
    _two,
    _three,
    _four,
    _five,
    _six,
    _seven,
    _eight,
    _nine,
)
