"""What hands and scanners do to a digit's ink."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from digitscan.glyph.normalise import normalise_glyph, stroke_width
from digitscan.learn import augmentation
from digitscan.learn.augmentation import (
    MAX_WIDTH,
    add_margin,
    age_ink,
    change_width,
    crop_ink,
    scan_ink,
    stretch_ink,
    warp_ink,
)
from digitscan.learn.pen import Pen
from digitscan.learn.shapes import draw_digit
from digitscan.values import GreyImage

Effect = Callable[[GreyImage, Pen], GreyImage]


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def three() -> GreyImage:
    return crop_ink(draw_digit(3, generator(1)))


@pytest.fixture(scope="module")
def neighbours() -> GreyImage:
    return np.stack([normalise_glyph(draw_digit(n, generator(n))) for n in range(10)])


def similarity(a: GreyImage, b: GreyImage) -> float:
    """Cosine of two glyphs, 1 where they are the same."""
    x, y = a.astype(float).ravel(), b.astype(float).ravel()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def test_ageing_changes_a_digit_but_not_beyond_recognition(
    three: GreyImage, neighbours: GreyImage
) -> None:
    clean = normalise_glyph(three)
    aged = [normalise_glyph(age_ink(three, generator(n), neighbours)) for n in range(60)]
    likeness = np.array([similarity(clean, one) for one in aged])
    assert 0.6 < np.median(likeness) < 0.97
    assert len({one.tobytes() for one in aged}) > 55


def test_ageing_repeats_from_its_seed(three: GreyImage, neighbours: GreyImage) -> None:
    before = three.copy()
    first, again = (age_ink(three, generator(9), neighbours) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(three, before)


@pytest.mark.parametrize(
    "name",
    [
        *("_ripple", "_cut_flat", "_bite", "_add_rule", "_break_up", "_add_specks"),
        *("scan_ink", "warp_ink", "change_width"),
    ],
)
def test_every_effect_leaves_a_digit(name: str, three: GreyImage) -> None:
    effect: Effect = getattr(augmentation, name)
    before = three.copy()
    for seed in range(15):
        ink = effect(three, Pen(generator(seed)))
        assert ink.dtype == np.uint8 and ink.ndim == 2
        assert similarity(normalise_glyph(ink), normalise_glyph(three)) > 0.2
    np.testing.assert_array_equal(three, before)


@pytest.mark.parametrize("name", ["_bite", "_break_up"])
def test_what_rubs_out_adds_nothing(name: str, three: GreyImage) -> None:
    effect: Effect = getattr(augmentation, name)
    for seed in range(10):
        ink = effect(three, Pen(generator(seed)))
        assert (ink <= three).all() and ink.sum() < three.sum()


def test_a_flat_cut_takes_less_than_a_stroke(three: GreyImage) -> None:
    """A 7 whose whole bar is gone is a 1."""
    cut = [augmentation._cut_flat(three, Pen(generator(seed))) for seed in range(40)]
    upright = [one for one in cut if one.shape[1] == three.shape[1]]
    lost = np.array([three.shape[0] - one.shape[0] for one in upright])
    assert len(lost) > 15 and lost.min() > 0 and lost.max() < stroke_width(three)


def test_a_neighbours_edge_comes_from_any_side(three: GreyImage, neighbours: GreyImage) -> None:
    rows, columns = three.shape
    sizes = {
        augmentation._add_fragment(three, Pen(generator(seed)), neighbours).shape
        for seed in range(40)
    }
    assert any(size[0] > rows and size[1] == columns for size in sizes)
    assert any(size[0] == rows and size[1] > columns for size in sizes)


@pytest.mark.parametrize("name", ["_add_rule", "_add_specks"])
def test_what_adds_dirt_keeps_the_digit(name: str, three: GreyImage) -> None:
    effect: Effect = getattr(augmentation, name)
    inks = [effect(three, Pen(generator(seed))) for seed in range(10)]
    added = np.array([(ink > 0).sum() for ink in inks]) - (three > 0).sum()
    assert added.min() >= 0 and np.median(added) > 0


def test_an_upright_rule_is_thinner_than_a_stroke(three: GreyImage) -> None:
    """As wide as a stroke it would be a 1 beside the digit."""
    for seed in range(40):
        ink = augmentation._add_rule(three, Pen(generator(seed)))
        edge = np.minimum((ink > 0).argmax(axis=1).min(), (ink[:, ::-1] > 0).argmax(axis=1).min())
        border = ink[:, :4] if (ink[:, :4] > 0).any() else ink[:, -4:]
        columns = (border > 0).any(axis=0).sum()
        rows = (border > 0).any(axis=1).sum()
        if rows > 8 and edge == 0:
            assert columns <= 0.5 * stroke_width(three)


def test_thinner_and_thicker_both_happen_within_bounds(three: GreyImage) -> None:
    before = stroke_width(three)
    widths = np.array([stroke_width(change_width(three, Pen(generator(n)))) for n in range(30)])
    assert widths.min() < before < widths.max()
    assert widths.min() > 0.3 * before and widths.max() < 2 * before


def test_warping_keeps_all_the_ink(three: GreyImage) -> None:
    for seed in range(10):
        ink = warp_ink(three, Pen(generator(seed)))
        assert not ink[0].any() and not ink[-1].any()
        assert 0.5 < ink.sum() / three.sum() < 2


def test_warping_with_no_strength_only_moves(three: GreyImage) -> None:
    still = crop_ink(warp_ink(three, Pen(generator(0)), strength=0))
    assert abs(still.shape[0] - three.shape[0]) <= 1
    assert similarity(normalise_glyph(still), normalise_glyph(three)) > 0.99


def test_stretching_widens_mostly_and_keeps_the_height(three: GreyImage) -> None:
    narrow = three[:, ::2].copy()
    factors = np.array(
        [stretch_ink(narrow, Pen(generator(n))).shape[1] / narrow.shape[1] for n in range(50)]
    )
    assert 0.6 < factors.min() < 1 < np.median(factors) < factors.max() <= 1.8 + 0.02
    assert stretch_ink(narrow, Pen(generator(0))).shape[0] == narrow.shape[0]


def test_stretching_makes_nothing_far_wider_than_high(three: GreyImage) -> None:
    for seed in range(30):
        rows, columns = stretch_ink(three, Pen(generator(seed))).shape
        assert columns <= MAX_WIDTH * rows + 1


def test_a_scan_is_of_low_resolution_and_often_of_two_tones(three: GreyImage) -> None:
    scans = [scan_ink(three, Pen(generator(n))) for n in range(40)]
    assert max(max(one.shape) for one in scans) <= 64
    two_tone = [set(np.unique(one)) <= {0, 255} for one in scans]
    assert 0.2 < np.mean(two_tone) < 0.8


def test_cropping_and_margins_undo_each_other(three: GreyImage) -> None:
    np.testing.assert_array_equal(crop_ink(add_margin(three, 5)), three)
    assert add_margin(three, 5).shape == (three.shape[0] + 10, three.shape[1] + 10)
    empty = np.zeros((4, 4), np.uint8)
    np.testing.assert_array_equal(crop_ink(empty), empty)
