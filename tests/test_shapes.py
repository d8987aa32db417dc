"""Digits drawn as pen curves, and foreign strokes drawn onto real ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.pen import DRAWING_PX, Pen, arc, curve, draw_strokes
from digitscan.learn.rare import RARE, rare_strokes
from digitscan.learn.shapes import draw_digit
from digitscan.learn.squared import SQUARED, squared_strokes
from digitscan.learn.strokes import CHANGED, ENLARGED, add_foreign_stroke, enlarge
from digitscan.values import GreyImage


def count_holes(ink: GreyImage) -> int:
    """Count islands of paper inside the ink, specks left out."""
    mask = cv2.copyMakeBorder((ink > 127).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    paper = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)[2]
    return int((paper[1:, cv2.CC_STAT_AREA] > 12).sum()) - 1


def typical_holes(digit: int) -> float:
    return float(np.median([count_holes(draw_digit(digit, generator(n))) for n in range(31)]))


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def upright_bar() -> GreyImage:
    ink = np.zeros((80, 9), np.uint8)
    ink[:] = 255
    return normalise_glyph(ink)


def seven() -> GreyImage:
    ink = np.zeros((80, 50), np.uint8)
    cv2.polylines(ink, [np.array([(4, 4), (45, 4), (20, 75)])], False, 255, 9)
    return normalise_glyph(ink)


@pytest.mark.parametrize(
    ("digit", "holes"),
    [(0, 1), (1, 0), (2, 0), (3, 0), (5, 0), (6, 1), (7, 0), (8, 2)],
)
def test_a_drawn_digit_encloses_as_much_as_the_digit_does(digit: int, holes: int) -> None:
    assert typical_holes(digit) == holes


@pytest.mark.parametrize("digit", range(10))
def test_the_same_numbers_draw_the_same_digit_and_others_another(digit: int) -> None:
    first, again, other = (draw_digit(digit, generator(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_never_cut_off(digit: int) -> None:
    for seed in range(10):
        ink = draw_digit(digit, generator(seed))
        assert ink.dtype == np.uint8 and max(ink.shape) >= DRAWING_PX
        border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
        assert border.max() < 128


def test_most_ones_have_a_flag_and_some_have_none() -> None:
    wide = [
        np.ptp(np.flatnonzero(normalise_glyph(draw_digit(1, generator(n))).any(axis=0)))
        for n in range(60)
    ]
    assert 0.6 < np.mean(np.array(wide) > 5) < 1


@pytest.mark.parametrize("digit", RARE)
def test_rare_forms_are_drawn_only_when_asked_for(digit: int) -> None:
    usual, same, rare = (draw_digit(digit, generator(6), share) for share in (0.0, 0.0, 1.0))
    np.testing.assert_array_equal(usual, same)
    assert usual.shape != rare.shape or (usual != rare).any()


def test_a_rare_one_has_a_flag_that_falls_and_no_foot_that_makes_it_a_two() -> None:
    for seed in range(40):
        strokes = rare_strokes(1, Pen(generator(seed)))
        flag, end = strokes[0][0], strokes[0][-1]
        assert flag[1] > 0.2 and flag[0] < 0.45
        assert end[1] > 0.75 and end[0] < 0.9


def test_a_curve_goes_through_its_points() -> None:
    points = np.array([(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)])
    path = curve(points, steps=4)
    assert path.shape == (9, 2)
    np.testing.assert_allclose(path[::4], points, atol=1e-12)


def test_an_arc_without_drift_keeps_its_distance() -> None:
    path = arc((1, 2), (3, 3), (0, 180))
    np.testing.assert_allclose(np.hypot(*(path - [1, 2]).T), 3)


def test_skips_leave_ink_out() -> None:
    stroke = [arc((0.5, 0.5), (0.5, 0.5), (0, 350), points=40)]
    wholes = [draw_strokes(stroke, Pen(generator(seed)), skips=0) for seed in range(12)]
    parts = [draw_strokes(stroke, Pen(generator(seed)), skips=1) for seed in range(12)]
    lost = [1 - part.sum() / whole.sum() for part, whole in zip(parts, wholes, strict=True)]
    assert min(lost) > -0.01 and 0.02 < max(lost) < 0.2


def test_a_flag_widens_a_one_and_leaves_its_stem() -> None:
    bar = upright_bar()
    for seed in range(8):
        ink = add_foreign_stroke(bar, 1, generator(seed))
        plain = enlarge(bar, margin=60)
        assert np.ptp(np.flatnonzero(ink.any(axis=0))) > np.ptp(np.flatnonzero(plain.any(axis=0)))
        assert (ink >= plain).all()


def test_a_bar_crosses_a_seven_in_its_middle() -> None:
    glyph = seven()
    plain = enlarge(glyph, margin=60)
    for seed in range(8):
        added = add_foreign_stroke(glyph, 7, generator(seed)).astype(int) - plain
        rows = np.flatnonzero((added > 100).any(axis=1))
        inked = np.flatnonzero(plain.any(axis=1))
        place = (rows.mean() - inked[0]) / np.ptp(inked)
        assert 0.3 < place < 0.8
        assert (added >= 0).all()


def test_a_nine_is_curled_or_opened() -> None:
    glyph = normalise_glyph(draw_digit(9, generator(2)))
    plain = enlarge(glyph, margin=60).astype(int)
    changes = [add_foreign_stroke(glyph, 9, generator(seed)) - plain for seed in range(20)]
    grown = [(change > 50).any() for change in changes]
    assert any(grown) and not all(grown)
    assert all(
        (change < -50).any() for change, more in zip(changes, grown, strict=True) if not more
    )


def test_an_empty_glyph_stays_empty() -> None:
    for digit in CHANGED:
        assert not add_foreign_stroke(np.zeros((28, 28), np.uint8), digit, generator(0)).any()


def test_enlarging_keeps_the_place() -> None:
    glyph = upright_bar()
    large = enlarge(glyph, margin=8)
    assert large.shape == (28 * ENLARGED + 16, 28 * ENLARGED + 16)
    small = cv2.resize(large[8:-8, 8:-8], (28, 28), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - glyph).max() < 60


@pytest.mark.parametrize("digit", SQUARED)
def test_squared_forms_have_the_loops_of_their_digit(digit: int) -> None:
    drawn = [count_holes(draw_digit(digit, generator(n), squared=1.0)) for n in range(31)]
    assert np.median(drawn) == (1 if digit in (6, 9) else 0)


@pytest.mark.parametrize("digit", SQUARED)
def test_squared_strokes_run_along_the_bars_of_a_figure_eight(digit: int) -> None:
    steps = np.concatenate(
        [
            np.abs(np.diff(stroke, axis=0))
            for seed in range(20)
            for stroke in squared_strokes(digit, Pen(generator(seed)))
        ]
    )
    length = steps.sum()
    askew = np.minimum(steps[:, 0], steps[:, 1]).sum()
    assert askew < 0.2 * length


@pytest.mark.parametrize("digit", [0, 8])
def test_a_printed_box_is_never_drawn_as_a_digit(digit: int) -> None:
    assert digit not in SQUARED
    usual, asked = (draw_digit(digit, generator(6), squared=share) for share in (0.0, 1.0))
    assert (usual == asked).all()
