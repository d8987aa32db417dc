"""A page without boxes: its numbers are found as they stand on it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import clean_of, draw_digit, draw_path, overlap, paper

from digitscan.form.lines import find_lines
from digitscan.values import Box, GreyImage

HEIGHT, STEP = 40, 34


def draw_number(image: GreyImage, top: int, left: int, digits: int) -> Box:
    """Write digits side by side; gives the box around them."""
    for place in range(digits):
        start = left + STEP * place
        draw_digit(image, (2, 4, 5, 7)[place % 4], Box(top, start, top + HEIGHT, start + 24))
    return Box(top, left, top + HEIGHT, left + STEP * (digits - 1) + 24)


def lines_of(image: GreyImage) -> list[Box]:
    return find_lines(clean_of(np.asarray(255 - image, np.uint8)))


@given(st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None)
def test_each_number_is_a_field_in_reading_order(rows: list[list[int]]) -> None:
    image, drawn = paper(500, 800), []
    for number, counts in enumerate(rows):
        left = 40
        for count in counts:
            drawn.append(draw_number(image, 40 + 110 * number, left, count))
            left = drawn[-1].right + 2 * HEIGHT
    found = lines_of(image)
    assert len(found) == len(drawn)
    for one, other in zip(found, drawn, strict=True):
        assert overlap(one, other) > 0.7


def test_bare_paper_has_no_lines() -> None:
    assert lines_of(paper()) == []


def test_specks_and_dashes_are_no_lines() -> None:
    image = paper()
    image[100:104, 100:104] = 0
    image[300:302, 500:505] = 0
    assert lines_of(image) == []


def test_dust_beside_a_number_changes_nothing() -> None:
    image = paper()
    drawn = draw_number(image, 100, 100, 3)
    image[400:403, 300:303] = 0
    image[50:53, 700:703] = 0
    (found,) = lines_of(image)
    assert overlap(found, drawn) > 0.7


def test_numbers_that_lean_over_the_page_stay_apart_by_rows() -> None:
    image = paper()
    for row in range(4):
        for place in range(8):
            top = 60 + 90 * row + 2 * place
            draw_digit(image, 2, Box(top, 60 + STEP * place, top + HEIGHT, 84 + STEP * place))
    found = lines_of(image)
    assert len(found) == 4
    assert [box.top for box in found] == sorted(box.top for box in found)


def test_numbers_over_one_another_stay_two_where_rows_lean_into_one_another() -> None:
    """The last number of a row stands higher up than the first one of the row above."""
    image, drawn = paper(500, 1200), []
    for row in range(4):
        for column in range(5):
            top, left = 160 + 56 * row - 20 * column, 60 + 220 * column
            drawn.append(draw_number(image, top, left, 2 if row % 2 else 3))
    found = lines_of(image)
    assert len(found) == len(drawn)
    assert all(max(overlap(box, other) for other in found) > 0.7 for box in drawn)


def test_what_is_left_of_a_broken_digit_is_in_its_line() -> None:
    """A 0 in quarters, each lower than what counts as a digit."""
    image = paper()
    whole = draw_number(image, 100, 200, 3)
    cv2.ellipse(image, (166, 120), (16, 20), 0, 0, 360, 0, 5)
    image[117:123, 140:190] = 255
    image[95:145, 163:169] = 255
    (found,) = lines_of(image)
    assert found.left < 152
    assert overlap(found, Box(whole.top, 148, whole.bottom, whole.right)) > 0.8


def crumble(image: GreyImage, box: Box) -> None:
    """Leave but crumbs of what is drawn in a box, too far apart and too small to be one piece."""
    for row in range(box.top, box.bottom, 16):
        image[row : row + 11, box.left : box.right] = 255
    for column in range(box.left, box.right, 12):
        image[box.top : box.bottom, column : column + 5] = 255


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_digit_of_crumbs_is_in_its_line(place: int) -> None:
    image = paper()
    whole = draw_number(image, 100, 100, 4)
    crumble(image, Box(100, 98 + STEP * place, 140, 98 + STEP * place + 30))
    (found,) = lines_of(image)
    assert overlap(found, whole) > 0.8


def test_crumbs_as_wide_as_a_word_are_no_digit() -> None:
    image = paper()
    drawn = draw_number(image, 100, 100, 3)
    for column in range(220, 300, 8):
        image[104:138:17, column : column + 5] = 0
    (found,) = lines_of(image)
    assert found.right < drawn.right + 5


def test_digits_that_stand_near_below_others_are_not_taken_for_their_parts() -> None:
    image = paper()
    drawn = [draw_number(image, 100 + row * (HEIGHT + 7), 100, 3) for row in range(3)]
    found = lines_of(image)
    assert len(found) == len(drawn)


def test_high_digits_beside_low_print_are_whole_numbers() -> None:
    """Most ink of a receipt is print: the higher digits of its numbers went unseen."""
    image = paper(700, 1100)
    for row in range(4):
        for word in range(3):
            for place in range(5):
                left = 30 + 150 * word + 26 * place
                draw_digit(image, 2, Box(80 + 150 * row, left, 112 + 150 * row, left + 18))
        for place, height in enumerate((70, 96, 72)):
            top, left = 112 + 150 * row - height, 620 + 70 * place
            draw_digit(image, 0, Box(top, left, 112 + 150 * row, left + 50))
    numbers = [box for box in lines_of(image) if box.left > 550]
    assert [(box.width > 180, box.height >= 90) for box in numbers] == [(True, True)] * 4


def test_a_large_picture_is_no_number() -> None:
    image = paper()
    for row in range(3):
        draw_number(image, 60 + 80 * row, 60, 4)
    draw_path(image, [(300, 450), (590, 500), (310, 700), (580, 760)])
    found = lines_of(image)
    assert len(found) == 3
    assert all(box.right < 300 for box in found)


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (90, 1), (60, 60)])
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_lines_lie_on_the_page_whatever_the_ink(shape: tuple[int, int], share: float) -> None:
    ink = (np.random.default_rng(2).random(shape) < share).astype(np.uint8) * np.uint8(200)
    for box in find_lines(clean_of(ink, stroke_px=1.5)):
        assert 0 <= box.top < box.bottom <= shape[0]
        assert 0 <= box.left < box.right <= shape[1]
