"""Letters that a form prints in its boxes to be written over, and pens that look like them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import PEN, draw_digit

from digitscan.form.underprint import without_underprint
from digitscan.values import Box, GreyImage

SIDE, PALE, DARK = 80, 60, 190
CELLS = [slice(SIDE * place, SIDE * (place + 1)) for place in range(6)]


def comb(printed: str = "DDMMYY", written: str = "1407", dark: int = DARK) -> GreyImage:
    """Ink (h, w) of a comb: pale letters in its cells, and darker digits over the first ones."""
    ink = np.zeros((100, SIDE * len(CELLS)), np.uint8)
    for place, letter in enumerate(printed):
        where = (SIDE * place + 22, 74)
        cv2.putText(ink, letter, where, cv2.FONT_HERSHEY_SIMPLEX, 1.6, PALE, 4)
    for place, digit in enumerate(written):
        left = SIDE * place + 18
        draw_digit(ink, int(digit), Box(18, left, 78, left + 40), tone=dark)
    return ink


def without(ink: GreyImage) -> GreyImage:
    return without_underprint(ink, CELLS, PEN)


@pytest.mark.parametrize("printed", ["DDMMYY", "000000", "XXXXXX"])
def test_pale_letters_are_left_out_and_the_pen_is_kept(printed: str) -> None:
    ink = comb(printed)
    found = without(ink)
    assert (found[ink == DARK] == DARK).all()
    assert np.count_nonzero(found) < 1.2 * np.count_nonzero(ink == DARK)
    assert not found[:, CELLS[4].start :].any()


def test_letters_nearly_as_dark_as_the_pen_stay() -> None:
    ink = comb(dark=80)
    assert np.array_equal(without(ink), ink)


def test_digits_of_a_pen_and_of_another_are_no_letters_below() -> None:
    """In most cells there is either one or the other."""
    ink = comb(printed="", written="140700")
    pale = comb(printed="", written="140700", dark=PALE)
    ink[:, CELLS[3].start :] = pale[:, CELLS[3].start :]
    assert np.array_equal(without(ink), ink)


def test_rests_of_dividers_between_pale_digits_are_no_pen() -> None:
    ink = comb(printed="", written="140724", dark=PALE)
    for cell in CELLS[1:4]:
        ink[20:40, cell.start - 2 : cell.start + 3] = DARK
    assert np.array_equal(without(ink), ink)


def test_a_bare_cell_has_no_letter_so_none_has() -> None:
    ink = comb("DDMMY", "1407")
    assert np.array_equal(without(ink), ink)


def test_a_pencil_of_all_tones_is_one_pen() -> None:
    ink = comb(printed="", written="140724")
    fading = np.tile(np.linspace(0.3, 1, 100)[:, None], (1, ink.shape[1]))
    ink = (ink * fading).astype(np.uint8)
    assert np.array_equal(without(ink), ink)
