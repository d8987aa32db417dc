from __future__ import annotations

import cv2
import numpy as np

from digitscan.glyph.candidates import bar_cost, make_candidates, shape_cost
from digitscan.glyph.normalise import normalise_glyph
from digitscan.glyph.pieces import cut_pieces
from digitscan.values import Box, GreyImage

STROKE = 5.0


def bars(*columns: int) -> GreyImage:
    ink = np.zeros((80, 400), np.uint8)
    for column in columns:
        ink[20:60, column : column + 5] = 255
    return ink


def runs(ink: GreyImage) -> list[tuple[int, int]]:
    pieces = cut_pieces(ink, (0, 0), STROKE)
    return [(c.first, c.last) for c in make_candidates(pieces, STROKE)]


def test_digits_far_apart_give_one_candidate_each() -> None:
    assert runs(bars(20, 60, 100, 140)) == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_close_strokes_may_be_one_digit() -> None:
    assert runs(bars(20, 28, 100)) == [(0, 0), (0, 1), (1, 1), (2, 2)]


def test_a_low_part_may_belong_to_its_neighbour() -> None:
    ink = bars(20, 100)
    ink[22:40, 32:37] = 255
    assert runs(ink) == [(0, 0), (0, 1), (1, 1), (2, 2)]


def test_a_dot_that_may_be_a_decimal_point_is_neither_a_digit_nor_part_of_one() -> None:
    ink = bars(20, 100)
    ink[52:61, 32:41] = 255
    assert runs(ink) == [(0, 0), (2, 2)]


def test_a_dash_is_no_candidate() -> None:
    ink = bars(100, 140)
    ink[38:43, 20:70] = 255
    assert runs(ink) == [(1, 1), (2, 2)]


def test_two_halves_of_a_0_whose_top_and_bottom_faded_may_be_one_digit() -> None:
    def arcs(first: tuple[int, int], second: tuple[int, int]) -> GreyImage:
        ink = np.zeros((80, 200), np.uint8)
        for turn, column in (first, second):
            cv2.ellipse(ink, (column, 40), (9, 20), turn, 125, 235, 255, 4)
        return ink

    embracing, turned_away = arcs((0, 60), (180, 60)), arcs((180, 40), (0, 69))
    assert runs(embracing) == [(0, 0), (0, 1), (1, 1)]
    assert runs(turned_away) == [(0, 0), (1, 1)]


def test_whatever_is_left_of_a_digit_in_a_cell_may_be_one() -> None:
    """Its foot stands as far off as a decimal point would; between cells nothing joins."""
    ink = bars(20, 170)
    ink[20:25, 34:44] = ink[38:43, 32:42] = ink[54:60, 36:44] = 255
    cells = (Box(0, 0, 80, 80), Box(0, 80, 80, 160), Box(0, 160, 80, 240))
    found, free = (
        make_candidates(cut_pieces(ink, (0, 0), STROKE, those), STROKE) for those in (cells, ())
    )
    whole = [one.box.sides for one in found if (one.box.left, one.box.right) == (20, 44)]
    assert (20, 20, 60, 44) in whole
    assert (20, 20, 60, 44) not in [one.box.sides for one in free]
    assert max(one.box.width for one in found) < 40


def test_the_bar_of_a_5_may_reach_far_at_no_cost() -> None:
    def cost(reach: int) -> float:
        ink = bars(100)
        cv2.ellipse(ink, (30, 48), (12, 12), 0, -90, 120, 255, 5)
        ink[22:26, 44 : 44 + reach] = 255
        candidates = make_candidates(cut_pieces(ink, (0, 0), STROKE), STROKE)
        return next(c.cost for c in candidates if (c.first, c.last) == (0, 1))

    assert cost(29) == cost(26)


def test_a_candidate_of_touching_digits_can_be_the_whole_blob() -> None:
    ink = np.zeros((80, 200), np.uint8)
    for column in (80, 105):
        cv2.ellipse(ink, (column, 40), (9, 20), 0, 0, 360, 255, 5)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)
    assert len(pieces) > 1
    whole = [c for c in candidates if (c.first, c.last) == (0, len(pieces) - 1)]
    assert len(whole) == 1
    assert np.array_equal(whole[0].glyph, normalise_glyph(ink))


def test_the_glyph_is_that_of_the_ink_alone() -> None:
    ink = bars(20)
    (candidate,) = make_candidates(cut_pieces(ink, (7, 9), STROKE), STROKE)
    assert np.array_equal(candidate.glyph, normalise_glyph(ink))
    assert (candidate.box.top, candidate.box.left) == (27, 29)


def test_ordinary_shapes_cost_nothing_and_odd_ones_do() -> None:
    assert shape_cost(1.0, 0.7, 0.0) == 0
    assert shape_cost(0.4, 0.3, 0.0) > 1
    assert 0 < shape_cost(1.0, 1.3, 0.0) < 1, "wide, as a 2 or a 4 may be"
    assert shape_cost(1.0, 1.5, 0.0) > 1
    assert 0 < shape_cost(1.0, 0.7, 0.2) < 1, "torn, as a faint stroke is"
    assert shape_cost(1.0, 0.7, 0.6) > 1


def test_a_long_bare_bar_is_odd() -> None:
    assert bar_cost(10, 1.5) == 0
    assert bar_cost(30, 1.5) > 2
    assert bar_cost(30, 8) == 0


def test_crumbs_of_a_broken_stroke_are_put_together_however_many_they_are() -> None:
    ink = np.zeros((80, 400), np.uint8)
    cv2.ellipse(ink, (60, 40), (18, 25), 0, 0, 360, 255, 5)
    ink[20:60, 200:205] = 255
    for column in range(40, 84, 9):
        ink[:, column : column + 2] = 0
    whole = [last - first for first, last in runs(ink)]
    assert max(whole) > 3


def test_crumbs_further_off_are_not() -> None:
    ink = bars(20, 100)
    ink[40:46, 45:51] = 255
    assert (0, 1) not in runs(ink)
