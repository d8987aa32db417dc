"""What a black-and-white scan leaves of strokes on which the pen hardly pressed."""

from __future__ import annotations

import cv2
import numpy as np

from digitscan.learn.augmentation import add_margin
from digitscan.learn.pen import Pen
from digitscan.learn.pressure import press_lightly
from digitscan.learn.shapes import draw_digit
from digitscan.values import GreyImage


def pen(seed: int) -> Pen:
    return Pen(np.random.default_rng(seed))


def pressed(ink: GreyImage, count: int = 40) -> list[GreyImage]:
    return [press_lightly(ink, pen(seed)) for seed in range(count)]


def test_a_third_to_all_of_the_ink_is_left_where_it_was() -> None:
    ink = add_margin(draw_digit(5, np.random.default_rng(1)), 4)
    shares = []
    for left in pressed(ink):
        assert left.shape == ink.shape
        assert set(np.unique(left)) == {0, 255}
        near = cv2.dilate(ink, np.ones((9, 9), np.uint8))
        assert not left[near == 0].any()
        shares.append(np.count_nonzero(left[ink > 127]) / np.count_nonzero(ink > 127))
    assert 0.3 < min(shares) < 0.5
    assert 0.85 < max(shares) < 1


def test_strokes_break_or_grow_thin() -> None:
    ink = add_margin(draw_digit(0, np.random.default_rng(2)), 4)
    whole = cv2.connectedComponents(ink)[0]
    broken = [cv2.connectedComponents(left)[0] > whole for left in pressed(ink)]
    assert 0.3 < np.mean(broken) < 1


def test_a_pen_presses_less_in_some_directions_than_in_others() -> None:
    ink = np.zeros((100, 100), np.uint8)
    ink[45:55, 5:40] = ink[5:95, 70:80] = 255
    kept = np.array(
        [
            [np.count_nonzero(left[:, part]) for part in (np.s_[:50], np.s_[60:])]
            for left in pressed(ink)
        ]
    )
    level, plumb = (kept / [350, 900]).T
    assert np.abs(level - plumb).max() > 0.4
    assert abs(float(np.mean(level - plumb))) < 0.2


def test_the_same_chance_leaves_the_same_ink_and_paper_stays_empty() -> None:
    ink = draw_digit(8, np.random.default_rng(3))
    assert (press_lightly(ink, pen(4)) == press_lightly(ink, pen(4))).all()
    assert not press_lightly(np.zeros((30, 20), np.uint8), pen(1)).any()
