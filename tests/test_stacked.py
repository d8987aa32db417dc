"""Rows of digits over one another in a cell are cut apart; digits in parts are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import PEN, clean_of, draw_digit

from digitscan.form.stacked import part_stacked
from digitscan.values import Box, GreyImage

CELL = Box(20, 20, 180, 150)


def written(*rows: tuple[int, ...], height: int = 40, pitch: int = 60) -> GreyImage:
    """Ink of rows of digits in ``CELL``."""
    ink = np.full((200, 200), 255, np.uint8)
    for number, digits in enumerate(rows):
        top = CELL.top + 10 + pitch * number
        for place, digit in enumerate(digits):
            left = CELL.left + 15 + 40 * place
            draw_digit(ink, digit, Box(top, left, top + height, left + 26))
    return np.asarray(255 - ink, np.uint8)


def parts(ink: GreyImage) -> list[Box]:
    return part_stacked(clean_of(ink), [CELL])


@pytest.mark.parametrize("rows", [((5, 0), (5, 0)), ((1, 2), (7, 4, 5))])
def test_two_rows_become_two_cells(rows: tuple[tuple[int, ...], ...]) -> None:
    above, below = parts(written(*rows))
    assert (above.top, below.bottom) == (CELL.top, CELL.bottom)
    assert above.bottom == below.top
    assert CELL.top + 50 <= above.bottom <= CELL.top + 70


def test_three_rows_become_three() -> None:
    assert len(parts(written((5, 0), (4, 2), (1, 7), height=32, pitch=48))) == 3


def test_crumbs_of_the_line_between_two_rows_do_not_matter() -> None:
    ink = written((5, 0), (5, 0))
    ink[CELL.top + 59 : CELL.top + 62, 60:66] = 90
    assert len(parts(ink)) == 2


def test_one_row_stays_whole() -> None:
    assert parts(written((5, 0))) == [CELL]


def test_one_digit_over_another_stays_in_one_cell() -> None:
    assert parts(written((5,), (0,))) == [CELL]


def test_a_small_number_over_a_large_one_stays_with_it() -> None:
    ink = written((1, 2))
    draw_digit(ink, 0, Box(CELL.top + 60, 40, CELL.top + 145, 90), tone=255)
    assert parts(ink) == [CELL]


def test_digits_of_which_the_middle_faded_stay_whole() -> None:
    ink = np.zeros((200, 200), np.uint8)
    for left in (50, 100):
        cv2.circle(ink, (left, 70), 16, 255, PEN)
        cv2.circle(ink, (left, 125), 30, 255, PEN)
    assert parts(ink) == [CELL]
