"""A digit's name in, its strokes as few hands draw it out.

Forms that models trained on the usual ones took for other digits: a 1 whose flag is as long as
its stem or whose foot turns up, a 4 with a high bar or hardly a stem, a 9 whose loop stays open
like an S or is hardly more than a hook or whose tail curls up wide, a 7 with a serif or a flourish
and a long bar.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitscan.learn.pen import Path, Pen, curve


def rare_strokes(digit: int, pen: Pen) -> list[Path]:
    """Give the upright strokes of a rare form of one of ``RARE`` in the unit square."""
    forms = _FORMS[digit]
    return forms[pen.below(len(forms))](pen)


def _roof_one(pen: Pen) -> list[Path]:
    """Draw a 1 with a long flag, like a roof; the flag falls clearly: otherwise it is a 7."""
    top, bottom = np.array([0.5, 0.0]), np.array([0.5 + pen.between(-0.15, 0.3), 1.0])
    out = pen.between(0.25, 0.7)
    end = np.array([0.5 - out, max(pen.between(0.3, 0.85), 0.75 * out)])
    if pen.chance(0.4):
        return [pen.free((end[0], end[1]), (0.48, 0.06), (0.53, 0.05), (bottom[0], 1.0))]
    return [np.concatenate([pen.line(end, top, 0.05), pen.line(top, bottom, 0.04)])]


def _swash_one(pen: Pen) -> list[Path]:
    """Draw a 1 whose stem turns up to the right at its foot; not far: otherwise it is a 2."""
    foot = 0.42 + pen.between(-0.08, 0.12)
    end = (foot + pen.between(0.1, 0.2), 1 - pen.between(0.06, 0.16))
    stem = [(0.52, 0.0), (0.5 * (0.52 + foot), 0.5), (foot, 0.92), (foot + 0.06, 1.0), end]
    flag = (0.5 - pen.between(0.15, 0.4), pen.between(0.3, 0.6))
    return [np.concatenate([pen.line(flag, stem[0], 0.06), pen.free(*stem)])]


def _high_four(pen: Pen) -> list[Path]:
    """Draw a 4 with its bar near the middle and a stem that begins low."""
    bar, x = pen.between(0.36, 0.58), 0.5 + pen.between(0.05, 0.3)
    top = (x + pen.between(-0.35, 0.12), pen.between(-0.02, 0.08))
    corner = (0.5 - pen.between(0.15, 0.42), bar + pen.between(-0.04, 0.04))
    end = (x + pen.between(0.0, 0.28), bar + pen.around(0.04))
    if pen.chance(0.5):
        arm = np.concatenate([pen.line(top, corner, 0.1), pen.line(corner, end, 0.05)])
    else:
        before = ((top[0] + corner[0]) / 2 - 0.05, bar * 0.55)
        arm = pen.free(top, before, corner, (corner[0] + 0.1, bar + 0.04), end)
    upper = (x + pen.between(-0.02, 0.1), bar - pen.between(0.02, 0.22))
    return [arm, pen.line(upper, (x - pen.between(-0.05, 0.25), 1.0), 0.05)]


def _short_four(pen: Pen) -> list[Path]:
    """Draw a 4 of a long left arm, a short rising bar and a short stem."""
    bar, x = pen.between(0.6, 0.8), 0.5 + pen.between(0.08, 0.3)
    top = (x - pen.between(0.0, 0.35), pen.between(-0.02, 0.06))
    corner = (0.5 - pen.between(0.2, 0.4), bar + pen.around(0.03))
    end = (x + pen.between(-0.04, 0.1), bar - pen.between(-0.04, 0.15))
    arm = np.concatenate([pen.line(top, corner, 0.06), pen.line(corner, end, 0.05)])
    upper = (x + pen.between(-0.03, 0.08), end[1] - pen.between(0.04, 0.25))
    return [arm, pen.line(upper, (x - pen.between(-0.05, 0.2), pen.between(0.98, 1.15)), 0.05)]


def _flourished_seven(pen: Pen) -> list[Path]:
    """Draw a 7 whose top is a wave, in one curve with its stem, and whose bar is long."""
    wide = pen.between(0.22, 0.42)
    wave = [(0.5 - wide, pen.between(0.1, 0.28)), (0.5 - wide * 0.6, pen.between(0, 0.08))]
    wave += [(0.5, pen.between(0.04, 0.14)), (0.5 + wide, pen.between(-0.04, 0.06))]
    bottom = (0.5 - pen.between(-0.1, 0.3), 1.0)
    bend = ((0.5 + wide * 0.4 + bottom[0]) / 2, 0.5)
    path = pen.free(*wave, (0.5 + wide * 0.4, 0.28), bend, bottom)
    middle = np.array([bend[0], bend[1] + pen.between(-0.05, 0.12)])
    reach = np.array([pen.between(0.22, 0.5), pen.around(0.05)])
    return [path, pen.line(middle - reach * pen.between(0.7, 1), middle + reach)]


def _serif_seven(pen: Pen) -> list[Path]:
    """Draw a 7 with a tick at the left of a wavy top, and a bar."""
    wide, dip = pen.between(0.3, 0.5), pen.between(0.02, 0.12)
    start = (0.5 - wide, pen.between(0.12, 0.28))
    top = [(0.5 - wide + 0.03, 0.03), (0.5 - wide * 0.3, dip), (0.5 + wide * 0.5, dip * 0.7)]
    tip, bottom = (0.5 + wide, 0.0), (0.5 - pen.between(-0.1, 0.25), 1.0)
    stem = pen.line(tip, bottom, 0.07)
    middle = stem[int(pen.between(0.35, 0.6) * len(stem))]
    reach = np.array([pen.between(0.15, 0.35), pen.around(0.04)])
    return [
        np.concatenate([pen.free(start, *top, tip), stem]),
        pen.line(middle - reach, middle + reach),
    ]


def _open_nine(pen: Pen) -> list[Path]:
    """Draw a 9 in one stroke like an S: the loop never closes at its right."""
    wide, low = pen.between(0.2, 0.36), pen.between(0.36, 0.5)
    left, right = 0.5 - wide, 0.5 + wide
    loop = [(right - pen.between(0, 0.1), pen.between(0.06, 0.18)), (0.5, 0.0)]
    loop += [(left, low * 0.5), (0.48, low), (right - 0.02, low * pen.between(0.35, 0.65))]
    tail = [(right + 0.03, 0.62), (right - pen.between(0.05, 0.2), 0.95)]
    end = (left + pen.between(-0.1, 0.2), pen.between(0.85, 1.0))
    return [pen.free(*loop, *tail, end)]


def _hook_nine(pen: Pen) -> list[Path]:
    """Draw a 9 whose loop is flat and small, and whose tail is long."""
    wide, low = pen.between(0.18, 0.32), pen.between(0.2, 0.32)
    left, right = 0.5 - wide, 0.5 + wide
    loop = [(right, pen.between(0.03, 0.08)), (0.5, 0.0), (left, low * 0.55), (0.46, low)]
    loop += [(right - 0.05, low * 0.75), (right, 0.06)]
    end = (0.5 + pen.between(-0.2, 0.25), 1.0)
    return [np.concatenate([pen.free(*loop), curve([(right, 0.06), (right - 0.03, 0.5), end])])]


def _curled_nine(pen: Pen) -> list[Path]:
    """Draw a 9 whose tail sweeps far to the left and turns up, like a g's but never closed."""
    wide, low = pen.between(0.18, 0.3), pen.between(0.32, 0.46)
    left, right = 0.5 - wide, 0.5 + wide
    loop = [(right - pen.between(0, 0.05), pen.between(0.05, 0.12)), (0.5, 0.0)]
    loop += [(left, low * 0.5), (0.48, low), (right - pen.between(0, 0.06), low * 0.6)]
    tail = [(right + pen.between(-0.04, 0.05), 0.7), (right - 0.15, pen.between(0.92, 1.0))]
    far = left - pen.between(-0.1, 0.25)
    end = (far, pen.between(0.78, 0.98))
    return [pen.free(*loop, *tail, ((far + right) / 2 - 0.1, 1.0), end)]


_FORMS: dict[int, tuple[Callable[[Pen], list[Path]], ...]] = {
    1: (_roof_one, _roof_one, _swash_one),
    4: (_high_four, _short_four),
    7: (_serif_seven, _flourished_seven),
    9: (_open_nine, _hook_nine, _curled_nine),
}
RARE = tuple(_FORMS)
"""The digits that have rare forms."""
