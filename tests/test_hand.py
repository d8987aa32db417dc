"""What a page's digits say of one another."""

from __future__ import annotations

import numpy as np
import pytest

from digitscan.glyph.hand import Place, edge_vectors, weigh_by_hand
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.shapes import draw_digit
from digitscan.values import GreyImage, Probabilities


def glyph_of(digit: int) -> GreyImage:
    return normalise_glyph(draw_digit(digit, np.random.default_rng(3)))


def said(*rows: dict[int, float]) -> Probabilities:
    table = np.zeros((len(rows), 11), np.float32)
    for row, shares in zip(table, rows, strict=True):
        for label, share in shares.items():
            row[label] = share
    return table


FIELDS = [Place(field, 0, 0) for field in range(4)]
SURE_FOUR, SURE_NINE = {4: 0.99, 9: 0.01}, {9: 0.99, 4: 0.01}
DOUBTFUL = {9: 0.5, 4: 0.4, 10: 0.1}
TRUST = np.array([0.99, 0.99, 0.99, 0.5])


def test_a_doubtful_digit_is_taken_for_what_its_like_was_read_as() -> None:
    glyphs = [glyph_of(4), glyph_of(4), glyph_of(9), glyph_of(4)]
    weighed = weigh_by_hand(
        glyphs, said(SURE_FOUR, SURE_FOUR, SURE_NINE, DOUBTFUL), FIELDS, TRUST
    ).probabilities
    assert weighed[3].argmax() == 4
    assert weighed[3, 4] > 0.8


def test_how_likely_it_is_no_digit_stays() -> None:
    glyphs = [glyph_of(4)] * 4
    before = said(SURE_FOUR, SURE_FOUR, SURE_FOUR, DOUBTFUL)
    weighed = weigh_by_hand(glyphs, before, FIELDS, TRUST).probabilities
    assert weighed[:, 10] == pytest.approx(before[:, 10])
    assert weighed.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_digits_of_other_shapes_change_little() -> None:
    glyphs = [glyph_of(1), glyph_of(0), glyph_of(1), glyph_of(9)]
    before = said({1: 1.0}, {0: 1.0}, {1: 1.0}, DOUBTFUL)
    weighed = weigh_by_hand(glyphs, before, FIELDS, TRUST).probabilities
    assert weighed[3] == pytest.approx(before[3], abs=0.02)


def test_readings_that_nobody_trusts_say_nothing() -> None:
    glyphs = [glyph_of(4)] * 4
    before = said(SURE_FOUR, SURE_FOUR, SURE_FOUR, DOUBTFUL)
    trust = np.array([0.0, 0.0, 0.0, 1.0])
    assert weigh_by_hand(glyphs, before, FIELDS, trust).probabilities == pytest.approx(before)


def test_the_same_ink_is_no_witness_for_itself() -> None:
    glyphs = [glyph_of(4), glyph_of(4), glyph_of(1)]
    before = said(SURE_FOUR, DOUBTFUL, {1: 1.0})
    places = [Place(0, 0, 1), Place(0, 1, 1), Place(1, 0, 0)]
    weighed = weigh_by_hand(glyphs, before, places, np.array([0.9, 0.0, 0.9])).probabilities
    assert weighed[1].argmax() == 9
    apart = [Place(0, 0, 0), Place(0, 1, 1), Place(1, 0, 0)]
    assert (
        weigh_by_hand(glyphs, before, apart, np.array([0.9, 0.0, 0.9])).probabilities[1].argmax()
        == 4
    )


def test_a_page_without_digits_is_left_alone() -> None:
    empty = np.zeros((0, 11), np.float32)
    assert weigh_by_hand([], empty, [], np.zeros(0)).probabilities.shape == (0, 11)


def test_that_a_page_lacks_a_class_says_little_against_it() -> None:
    four = glyph_of(4)
    glyphs = [four, four, glyph_of(1), np.roll(four, 2, axis=1)]
    before = said(SURE_FOUR, SURE_FOUR, {1: 1.0}, {9: 0.95, 4: 0.05})
    assert weigh_by_hand(glyphs, before, FIELDS, TRUST).probabilities[3].argmax() == 9


def test_support_tells_whether_a_digit_looks_like_its_class_on_this_page() -> None:
    glyphs = [glyph_of(4), glyph_of(4), glyph_of(9), glyph_of(4)]
    before = said(SURE_FOUR, SURE_FOUR, SURE_NINE, SURE_FOUR)
    support = weigh_by_hand(glyphs, before, FIELDS, TRUST).support
    assert support[3, 4] > 0 > support[3, 9]
    assert (support[3] <= support[3, 4]).all()


def test_few_digits_say_less_of_a_value_than_many() -> None:
    def support(count: int) -> float:
        glyphs = [glyph_of(4), glyph_of(9)] * count
        rows = said(*[SURE_FOUR, SURE_NINE] * count)
        places = [Place(field, 0, 0) for field in range(2 * count)]
        return float(weigh_by_hand(glyphs, rows, places, np.ones(2 * count)).support[0, 4])

    assert 0 < 2 * support(2) < support(30)


def test_a_page_of_two_unread_digits_supports_nothing() -> None:
    weighed = weigh_by_hand([glyph_of(4)] * 2, said(SURE_FOUR, SURE_FOUR), FIELDS[:2], np.zeros(2))
    assert not weighed.support.any()


def test_glyphs_in_one_row_do_not_touch_one_another() -> None:
    dark = np.zeros((28, 28), np.uint8)
    dark[4:24, 4:24] = 255
    alone = edge_vectors(glyph_of(4)[None])
    between = edge_vectors(np.stack([dark, glyph_of(4), dark]))
    assert between[1] == pytest.approx(alone[0], abs=0.02)
    assert np.linalg.norm(between, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_more_glyphs_than_fit_into_a_row_are_all_there() -> None:
    glyphs = np.stack([glyph_of(digit % 10) for digit in range(150)])
    vectors = edge_vectors(glyphs)
    assert len(vectors) == 150
    assert vectors[140] == pytest.approx(vectors[0], abs=0.02)


def test_a_stroke_a_little_elsewhere_is_alike_and_another_digit_is_not() -> None:
    four = glyph_of(4)
    vectors = edge_vectors(np.stack([four, np.roll(four, 1, axis=1), glyph_of(0)]))
    assert vectors[0] @ vectors[1] > 0.9 > vectors[0] @ vectors[2]


def test_edges_are_the_same_to_the_last_bit_wherever_they_lie_in_memory() -> None:
    glyphs = np.stack([glyph_of(4), np.roll(glyph_of(9), 3, axis=1), glyph_of(0)])
    first = edge_vectors(glyphs)
    kept = []
    for size in range(1, 4000, 13):
        kept.append(np.empty(size, np.uint8))
        assert np.array_equal(edge_vectors(glyphs), first)
