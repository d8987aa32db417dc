"""Combs whose dividers are ticks on a line."""

from __future__ import annotations

import numpy as np
import pytest

from digitscan.scan.ticks import draw_dividers

STROKE = 4.0
BASE, LEFT, PITCH = 200, 50, 50


def lines(cells: int, tick: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ink, level and plumb lines of a page with one line and ticks at one pitch."""
    ink = np.zeros((300, 900), np.uint8)
    right = LEFT + cells * PITCH
    ink[BASE : BASE + 4, LEFT : right + 4] = 255
    level = ink.copy()
    for x in range(LEFT, right + 1, PITCH):
        ink[BASE - tick : BASE, x : x + 4] = 255
    return ink, level, np.zeros_like(ink)


@pytest.mark.parametrize("cells", [3, 8, 15])
def test_ticks_at_one_pitch_become_dividers_of_a_cell_s_height(cells: int) -> None:
    ink, level, plumb = lines(cells, 20)
    draw_dividers(ink, level, plumb, STROKE)
    standing = np.flatnonzero(plumb[BASE - 30] > 0)
    runs = 1 + int((np.diff(standing) > 2).sum())
    assert runs == cells + 1
    assert (level[: BASE - 40].any(axis=0).sum()) >= cells * PITCH


def test_a_bare_line_stays_a_line() -> None:
    ink, level, plumb = lines(8, 0)
    before = level.copy()
    draw_dividers(ink, level, plumb, STROKE)
    assert not plumb.any()
    assert (level == before).all()


def test_strokes_at_no_pitch_are_no_dividers() -> None:
    ink, level, plumb = lines(8, 0)
    for x in (60, 95, 190, 215, 390):
        ink[BASE - 25 : BASE, x : x + 4] = 255
    draw_dividers(ink, level, plumb, STROKE)
    assert not plumb.any()


def test_dividers_between_two_lines_do_not_go_on_above_them() -> None:
    """The low cells of a table, whose sides were not found; a third line lies higher up."""
    ink, level, plumb = lines(8, 20)
    for top in (BASE - 24, BASE - 70):
        ink[top : top + 4, LEFT : LEFT + 8 * PITCH + 4] = 255
        level[top : top + 4, LEFT : LEFT + 8 * PITCH + 4] = 255
    draw_dividers(ink, level, plumb, STROKE)
    assert plumb[BASE - 10].any()
    assert not plumb[: BASE - 30].any()


def test_two_strokes_near_one_place_are_not_two_dividers() -> None:
    """Digits that stand on a line: two of four strokes are where a comb of three has its sides."""
    ink, level, plumb = lines(4, 0)
    for x in (LEFT + 64, LEFT + 71, LEFT + 131, LEFT + 166):
        ink[BASE - 20 : BASE, x : x + 4] = 255
    draw_dividers(ink, level, plumb, STROKE)
    assert not plumb.any()
