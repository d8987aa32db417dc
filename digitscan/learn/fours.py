"""The strokes of a 4: of all digits the one with the most forms.

It is drawn in two strokes or in one, open or closed, with corners or round, and where its loop is
round it is a 9 but for its bar, which goes on beyond the stem.
"""

from __future__ import annotations

import numpy as np

from digitscan.learn.pen import Path, Pen, curve


def four_strokes(pen: Pen) -> list[Path]:
    """Give the upright strokes of a 4 in the unit square."""
    form = pen.between(0, 1)
    if form < 0.14:
        return _pointed_four(pen)
    if form < 0.41:
        return _open_four(pen)
    if form < 0.62:
        return _lightning_four(pen)
    if form < 0.74:
        return _low_four(pen)
    return _looped_four(pen) if form < 0.88 else _curled_four(pen)


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


def _looped_four(pen: Pen) -> list[Path]:
    """Draw a round loop whose end goes on as a bar beyond the stem, which starts at its top."""
    bar, x = pen.between(0.45, 0.72), 0.5 + pen.between(-0.02, 0.2)
    left, beyond = x - pen.between(0.25, 0.6), x + pen.between(0.14, 0.45)
    rise = pen.between(-0.04, 0.12)
    top = (x + pen.between(-0.04, 0.06), 0.0)
    shoulder = (x - (x - left) * pen.between(0.45, 0.92), bar * pen.between(0.04, 0.32))
    bottom = (left + (x - left) * pen.between(0.2, 0.5), bar + pen.between(0.0, 0.05))
    loop = pen.free(
        top, shoulder, (left, bar * pen.between(0.62, 0.85)), bottom, (x, bar - rise / 2)
    )
    across = pen.line(loop[-1], (beyond, bar - rise), 0.06)
    upper = (top[0], top[1] + pen.between(-0.04, 0.04))
    stem = pen.line(upper, (x - pen.between(-0.06, 0.25), pen.between(0.92, 1.1)), 0.07)
    return [np.concatenate([loop, across]), stem]


def _curled_four(pen: Pen) -> list[Path]:
    """Draw a c, open or with a hook, and a short stem through its end."""
    bar, x = pen.between(0.46, 0.74), 0.5 + pen.between(0.05, 0.28)
    left = x - pen.between(0.35, 0.65)
    middle = (x + left) / 2
    hook = (x - pen.between(0.04, 0.26), pen.between(0.02, 0.16))
    back = [(middle + 0.02, pen.between(-0.02, 0.05)), (left, bar * pen.between(0.4, 0.7))]
    end = (x + pen.between(-0.04, 0.18), bar - pen.between(-0.03, 0.12))
    arm = pen.free(hook, *back, (middle - 0.05, bar + 0.02), end)
    upper = (x + pen.between(-0.03, 0.07), min(end[1], bar) - pen.between(-0.02, 0.12))
    return [arm, pen.line(upper, (x - pen.between(-0.05, 0.25), pen.between(0.95, 1.12)), 0.07)]


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
