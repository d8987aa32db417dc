"""Which way up a page may lie: print tells, numbers and noise keep quiet."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import draw_digit, draw_table, moved, noisy, odd_images, page_of, paper, turning, warped

from digitscan.scan.cleaning import clean_page
from digitscan.scan.orientation import find_words, quarter_turn, vote_of_word
from digitscan.values import Box, GreyImage

LABELS = ("Household", "children", "Date of birth", "Ballots", "total", "Place of birth", "Street")
ODD = dict(odd_images())


def write(image: GreyImage, text: str, row: int, column: int, size: float = 0.8) -> None:
    """Print ``text`` with its baseline at ``row``."""
    cv2.putText(image, text, (column, row), cv2.FONT_HERSHEY_DUPLEX, size, 0, 1, cv2.LINE_AA)


def form(labels: tuple[str, ...] = LABELS) -> GreyImage:
    """Two columns of labels, each beside a box with a number."""
    image = paper(1100, 820)
    for number, label in enumerate(labels * 3):
        row, column = 60 + 95 * (number // 2), 40 + 400 * (number % 2)
        write(image, label, row, column)
        for place in range(3):
            left = column + 230 + 40 * place
            draw_digit(image, (2, 4, 5, 7)[place], Box(row - 30, left, row + 10, left + 24))
    return image


def turns_of(image: GreyImage) -> tuple[int, ...]:
    return clean_page(page_of(image)).turns


def turned(image: GreyImage, quarters: int) -> GreyImage:
    """The page as scanned when it has to be turned by ``quarters`` to stand upright."""
    return np.ascontiguousarray(np.rot90(image, -quarters))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_form_scanned_the_wrong_way_is_told_by_its_print(quarters: int) -> None:
    turns = turns_of(turned(form(), quarters))
    assert quarters in turns
    assert quarters == 2 or turns[0] == quarters


@given(st.integers(0, 3), st.floats(-8, 8))
@settings(max_examples=8, deadline=None)
def test_the_print_is_read_through_a_skew(quarters: int, degrees: float) -> None:
    skewed = warped(turned(form(), quarters), turning(degrees, turned(form(), quarters).shape))
    turns = turns_of(skewed)
    assert turns == {0: (0,), 1: (1, 3, 0), 2: (0, 2), 3: (3, 1, 0)}[quarters]


def test_an_upright_form_is_left_alone() -> None:
    assert turns_of(form()) == (0,)
    assert turns_of(noisy(form(), 12)) == (0,)


@pytest.mark.parametrize("quarters", [0, 2])
@pytest.mark.parametrize("labels", [("TOTAL", "FAMILY NAME", "SIZE"), ("20417", "4471", "1 220")])
def test_capitals_and_numbers_do_not_tell_up_from_down(
    labels: tuple[str, ...], quarters: int
) -> None:
    assert turns_of(turned(form(labels), quarters)) == (0,)


def test_a_page_with_twice_the_words_across_lies_on_its_side() -> None:
    """As where torn digits and rules look like words along its rows, too."""
    lying = np.rot90(form())
    page = np.full((1100 + 2 * 820, 1100), 255, np.uint8)
    page[:1100, :820] = form()
    page[1100 : 1100 + 820] = page[1100 + 820 :] = lying
    assert turns_of(page) in ((1, 3, 0), (3, 1, 0))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_of_a_few_digits_is_kept_as_it_is(quarters: int) -> None:
    image = paper(600, 420)
    for number in range(12):
        top, left = 60 + 90 * (number // 3), 120 + 60 * (number % 3)
        draw_digit(image, (2, 4, 5, 7)[number % 4], Box(top, left, top + 60, left + 40))
    assert turns_of(turned(image, quarters)) == (0,)


@pytest.mark.parametrize("quarters", [0, 1])
def test_an_empty_table_is_kept_as_it_is(quarters: int) -> None:
    image = paper(640, 840)
    draw_table(image, Box(80, 90, 560, 750), 12, 4)
    assert turns_of(turned(image, quarters)) == (0,)


@pytest.mark.parametrize("name", ODD)
def test_any_image_is_borne(name: str) -> None:
    assert turns_of(ODD[name])[0] == 0


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_turned_clean_page_says_where_it_was_on_the_scan(quarters: int) -> None:
    image, mark = paper(500, 700), np.zeros((500, 700), bool)
    draw_table(image, Box(60, 80, 430, 600), 5, 4)
    mark[460:473, 150:163] = True
    image[mark] = 0
    clean = clean_page(page_of(turned(image, quarters)), quarters)
    assert clean.turns == (quarters,)
    assert clean.ink.shape[0] < clean.ink.shape[1]
    middles = cv2.connectedComponentsWithStats((clean.ink > 0).astype(np.uint8))[3]
    found = moved([(row, column) for column, row in middles], clean.to_scan)
    there = np.argwhere(np.rot90(mark, -quarters)).mean(axis=0)
    assert np.hypot(*(found - there).T).min() < 1.5


@given(st.integers(0, 3), st.integers(0, 29), st.integers(0, 19))
@settings(max_examples=20, deadline=None)
def test_a_quarter_turn_moves_pixels_as_numpy_does(quarters: int, row: int, column: int) -> None:
    picture = np.zeros((30, 20), np.uint8)
    picture[row, column] = 1
    ((there_row, there_column),) = np.argwhere(np.rot90(picture, quarters))
    middle = moved([(row + 0.5, column + 0.5)], quarter_turn(quarters, picture.shape))
    assert middle[0] == pytest.approx([there_row + 0.5, there_column + 0.5])


def word(text: str) -> GreyImage:
    image = paper(60, 340)
    write(image, text, 40, 10, 1.0)
    return image


@pytest.mark.parametrize("text", ["Household", "children", "Ballots"])
def test_a_word_votes_for_the_way_up_that_it_is(text: str) -> None:
    assert vote_of_word(word(text)) > 0.5
    assert vote_of_word(np.ascontiguousarray(np.rot90(word(text), 2))) < -0.5


@pytest.mark.parametrize("text", ["20417", "TIME", "no", "-----", ""])
def test_a_word_that_cannot_tell_does_not_vote(text: str) -> None:
    assert abs(vote_of_word(word(text))) < 0.35


def test_words_are_found_along_the_rows_only() -> None:
    text = (form() < 128).astype(np.uint8)
    level, plumb = find_words(text), find_words(np.ascontiguousarray(np.rot90(text)))
    assert len(level) >= 20
    assert len(plumb) <= 2
    assert (level[:, 2] >= 2 * level[:, 3]).all()
    assert (np.diff(level[:, 4]) <= 0).all()
