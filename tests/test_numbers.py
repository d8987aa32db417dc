"""Glyphs that cutting written numbers gives: digits, parts of one, several at once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn import numbers
from digitscan.learn.datasets import Digits
from digitscan.learn.material import draw_digits
from digitscan.learn.numbers import (
    HEIGHTS_PX,
    SCANNED_PX,
    CutGlyph,
    Hand,
    WrittenNumber,
    cut_number,
    cut_numbers,
    write_number,
)
from digitscan.learn.scanner import ScannedInk, scan_sheets
from digitscan.values import NOT_A_DIGIT, GreyImage


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def hand() -> Hand:
    return Hand(draw_digits(60, generator(0)), 0.3, 0.1)


def bars(*columns: int, shift: int = 0) -> WrittenNumber:
    """A number of 5s drawn as squares 20 pixels wide, each on a layer of its own."""
    layers = []
    for column in columns:
        layer = np.zeros((40, 120), np.uint8)
        layer[6 + shift : 34, column : column + 20] = 255
        layer[10 + shift : 30, column + 4 : column + 16] = 0
        layers.append(layer)
    return WrittenNumber(np.max(layers, axis=0), tuple(layers), (5,) * len(layers))


def clean_cuts(number: WrittenNumber) -> list[CutGlyph]:
    """Cut with the first generator that leaves the ink as it is."""
    found = [list(cut_number(number, generator(seed))) for seed in range(12)]
    return max(found, key=lambda cuts: sum(cut.kind == "digit" for cut in cuts))


def test_a_number_is_the_ink_of_its_digits(hand: Hand) -> None:
    for seed in range(20):
        number = write_number(hand, generator(seed))
        assert 2 <= len(number.inks) == len(number.labels) <= 4
        assert np.array_equal(number.ink, np.maximum(number.ink, np.max(number.inks, axis=0)))
        assert all(layer.any() for layer in number.inks)


def test_a_dash_stands_before_a_number_and_is_no_digits_ink(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for share, fewest, most in ((0.0, 0, 0), (1.0, 27, 30)):
        monkeypatch.setattr(numbers, "DASH_SHARE", share)
        found = 0
        for seed in range(30):
            number = write_number(hand, generator(seed))
            left = [np.flatnonzero(ink.any(axis=0))[0] for ink in (number.ink, number.inks[0])]
            found += bool(left[0] < left[1])
        assert fewest <= found <= most


def test_a_digit_with_a_dash_is_no_digit() -> None:
    number = bars(56, 90)
    ink = number.ink.copy()
    ink[16:24, 36:56] = 255
    cuts = clean_cuts(WrittenNumber(ink, number.inks, number.labels))
    assert [cut.label for cut in cuts if cut.kind == "digit"] == [5, 5]
    assert [cut.label for cut in cuts if cut.kind == "several"] == [NOT_A_DIGIT]


def test_digits_stand_in_order_and_are_as_high_as_on_a_clean_page(hand: Hand) -> None:
    for seed in range(20):
        inked = [layer.any(axis=0) for layer in write_number(hand, generator(seed)).inks]
        middles = [float(np.flatnonzero(columns).mean()) for columns in inked]
        assert middles == sorted(middles)
    heights = [
        np.count_nonzero(layer.any(axis=1))
        for seed in range(20)
        for layer in write_number(hand, generator(seed)).inks
    ]
    assert HEIGHTS_PX[0] < np.median(heights) < HEIGHTS_PX[1]


def test_most_digits_touch_the_one_before_or_nearly_do(hand: Hand) -> None:
    near = 0
    for seed in range(60):
        first, second = write_number(hand, generator(seed)).inks[:2]
        around = cv2.dilate(first, np.ones((7, 7), np.uint8))
        near += bool(((around > 0) & (second > 0)).any())
    assert 40 < near < 60


def test_digits_are_digits_and_both_together_are_several() -> None:
    cuts = clean_cuts(bars(10, 32))
    assert [cut.label for cut in cuts if cut.kind == "digit"] == [5, 5]
    assert [cut.label for cut in cuts if cut.kind == "several"] == [NOT_A_DIGIT]


def test_what_is_cut_off_a_digit_is_a_part() -> None:
    ink = bars(10, 30).ink
    cuts = clean_cuts(WrittenNumber(ink, (ink,), (8,)))
    parts = [cut.label for cut in cuts if cut.kind == "part"]
    assert parts and set(parts) == {NOT_A_DIGIT}


def test_a_narrow_part_may_be_a_one_and_is_left_out() -> None:
    layer = bars(10).ink
    stroke: GreyImage = np.zeros_like(layer)
    stroke[6:34, 60:64] = 255
    both = np.maximum(layer, stroke)
    number = WrittenNumber(both, (layer, both), (5, 8))
    narrow = normalise_glyph(stroke[6:34, 60:64])
    for cut in clean_cuts(number):
        assert not np.array_equal(cut.glyph, narrow)


def test_half_are_digits_and_the_same_seed_gives_the_same(hand: Hand) -> None:
    glyphs = cut_numbers(hand, 83, generator(4))
    assert glyphs.images.shape == (83, 28, 28) and glyphs.images.dtype == np.uint8
    assert np.count_nonzero(glyphs.labels == NOT_A_DIGIT) == 2 * (83 // 4)
    again = cut_numbers(hand, 83, generator(4))
    np.testing.assert_array_equal(glyphs.images, again.images)
    np.testing.assert_array_equal(glyphs.labels, again.labels)


def test_cuts_of_scanned_numbers_are_digits_too(hand: Hand) -> None:
    """What is called a digit looks like that digit, on sheets as on clean ink."""
    likeness = []
    for scanned in (0.0, 1.0):
        glyphs = cut_numbers(hand, 400, generator(7), scanned)
        assert np.count_nonzero(glyphs.labels == NOT_A_DIGIT) == 200
        means = [glyphs.images[glyphs.labels == label].mean(axis=0).ravel() for label in range(10)]
        likeness.append(np.stack(means))
    alike = np.corrcoef(likeness[0], likeness[1])[:10, 10:]
    np.testing.assert_array_equal(alike.argmax(axis=1), np.arange(10))


def test_each_scanned_digit_keeps_its_own_ink(hand: Hand) -> None:
    written = [
        numbers._tight(write_number(hand, generator(seed), SCANNED_PX)) for seed in range(36)
    ]
    scanned = scan_sheets([number.ink for number in written], generator(3), numbers.WIDE)
    kept = 0
    for number, found in zip(written, scanned, strict=True):
        left = found and numbers._left_of(number, found)
        if not left:
            continue
        kept += 1
        assert left.labels == number.labels
        assert np.array_equal(np.sum(left.inks, axis=0) > 0, np.max(left.inks, axis=0) > 0)
        middles = [float(np.flatnonzero(ink.any(axis=0)).mean()) for ink in left.inks]
        assert middles == sorted(middles)
    assert kept > 20


def test_a_number_of_which_a_digit_is_gone_is_left_out() -> None:
    number = bars(10, 60)
    whole = ScannedInk(number.ink, np.eye(3), 4.0)
    assert numbers._left_of(number, whole)
    gone = number.ink.copy()
    gone[:, 55:] = 0
    assert numbers._left_of(number, ScannedInk(gone, np.eye(3), 4.0)) is None


def test_none_asked_for_gives_none(hand: Hand) -> None:
    assert cut_numbers(hand, 0, generator(0)).images.shape == (0, 28, 28)


def test_digits_that_are_all_paper_or_hardly_inked_do_no_harm(hand: Hand) -> None:
    images = hand.digits.images.copy()
    images[::3] = 0
    images[1::3] //= 4
    faint = Hand(Digits(images, hand.digits.labels), 0.3, 0.1)
    assert len(cut_numbers(faint, 60, generator(2)).labels) == 60
    blank = Hand(Digits(np.zeros_like(images), hand.digits.labels), 0.3, 0.1)
    assert len(cut_numbers(blank, 60, generator(2), scanned=1.0).labels) == 60
