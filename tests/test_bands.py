"""Dark heads, rows and columns of tables end where they are filled: there their cells do, too."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import (
    PEN,
    blurred,
    draw_digit,
    draw_path,
    fields_on,
    moved,
    noisy,
    on_scan,
    page_of,
    paper,
    shadowed,
    turning,
    warped,
)

from digitscan.scan.bands import take_out_bands
from digitscan.scan.cleaning import clean_page
from digitscan.values import Box, GreyImage

PAPER, LINE_TONE = 245, 90
LEFT, RIGHT, HEAD, TOP, STEP = 60, 660, 80, 140, 70
DIGITS = (2, 4, 7, 5)


def head(tone: int, words: int = 255) -> GreyImage:
    """A table of four columns whose head is filled and has a word in it."""
    page = paper(600, 720, PAPER)
    page[HEAD:TOP, LEFT:RIGHT] = tone
    cv2.putText(page, "Marks", (90, 122), cv2.FONT_HERSHEY_SIMPLEX, 0.9, words, 3)
    return page


def table(tone: int, band: int | None = None) -> tuple[GreyImage, list[Box]]:
    """Four rows with a digit in each cell below such a head; a row among them may be filled too."""
    page, cells = head(tone), []
    rows = [TOP + STEP * row for row in range(5)]
    for left in range(LEFT, RIGHT + 1, 150):
        draw_path(page, [(TOP, left), (rows[-1], left)], 2, LINE_TONE)
    for top in rows[1:]:
        draw_path(page, [(top, LEFT), (top, RIGHT)], 2, LINE_TONE)
    for row, top in enumerate(rows[:-1]):
        if row == band:
            page[top : top + STEP, LEFT:RIGHT] = tone
            continue
        for column, left in enumerate(range(LEFT, RIGHT, 150)):
            digit = DIGITS[(row + column) % 4]
            draw_digit(page, digit, Box(top + 14, left + 50, top + 56, left + 78))
            cells.append(Box(top, left, top + STEP, left + 150))
    return page, cells


def without_bands(page: GreyImage) -> GreyImage:
    bands = take_out_bands(np.asarray(255 - page, np.uint8), PEN)
    return np.asarray(255 - bands.darkness, np.uint8)


@pytest.mark.parametrize("tone", [0, 40, 110])
def test_a_band_becomes_paper_with_lines_along_its_long_sides(tone: int) -> None:
    page = without_bands(head(tone))
    assert page[HEAD + 10 : TOP - 10, LEFT - 6 : RIGHT + 6].min() > PAPER - 15
    for row in (HEAD, TOP):
        assert page[row - 6 : row + 6, 100:600].min(axis=0).max() < 150


def test_a_band_that_is_no_black_and_has_ink_in_it_is_kept() -> None:
    page = head(110, words=0)
    assert np.array_equal(without_bands(page), page)


def test_a_page_without_bands_is_left_as_it_is() -> None:
    page, _ = table(PAPER)
    assert np.array_equal(without_bands(page), page)


def test_a_band_is_no_cell() -> None:
    """So that what is written below a head without other lines is found."""
    page = head(40)
    for top in (200, 300, 400):
        for left in (100, 140):
            draw_digit(page, 4, Box(top, left, top + 44, left + 28))
    assert len(fields_on_page(page)) == 3


@pytest.mark.parametrize("place", ["border", "low", "round"])
def test_other_dark_things_are_none(place: str) -> None:
    """The desk beside the sheet, a thick line, a picture."""
    page = paper(600, 720, PAPER)
    if place == "border":
        page[:60] = 40
    elif place == "low":
        page[100:112, 60:660] = 40
    else:
        cv2.circle(page, (350, 300), 120, 40, -1)
    assert np.array_equal(without_bands(page), page)


def test_cells_that_a_band_leaves_white_are_kept() -> None:
    page = paper(600, 720, PAPER)
    page[80:300, 60:660] = 40
    box = Box(150, 200, 230, 500)
    page[box.slices] = PAPER
    draw_digit(page, 5, Box(165, 300, 215, 335))
    left = without_bands(page)
    assert np.array_equal(left[160:220, 290:340], page[160:220, 290:340])
    assert left[90:140, 70:650].min() > PAPER - 15


def test_a_small_cell_that_a_thick_digit_fills_is_kept() -> None:
    page = paper(600, 720, PAPER)
    page[80:200, 60:660] = 40
    box = Box(110, 200, 160, 236)
    page[box.slices] = PAPER
    draw_digit(page, 5, Box(118, 207, 152, 229), pen=9)
    left = without_bands(page)
    assert np.array_equal(left[118:152, 207:229], page[118:152, 207:229])


@pytest.mark.parametrize("tone", [30, 110])
@pytest.mark.parametrize("band", [None, 2])
@pytest.mark.parametrize("how", ["sharp", "blurred", "turned", "in shadow", "on a desk"])
def test_the_cells_beside_a_band_are_fields(tone: int, band: int | None, how: str) -> None:
    page, cells = table(tone, band)
    to_scan = turning(2.0, page.shape) if how == "turned" else np.eye(3)
    seen = shadowed(page) if how == "in shadow" else warped(page, to_scan)
    if how == "blurred":
        seen = noisy(blurred(seen, 1.5), 3)
    if how == "on a desk":
        seen[:40] = seen[:, :40] = seen[-40:] = seen[:, -40:] = 60
    found = fields_on_page(seen)
    for row, column in moved([middle_of(cell) for cell in cells], to_scan).tolist():
        around = [b for b in found if b.top < row < b.bottom and b.left < column < b.right]
        assert len(around) == 1
        assert around[0].height < 1.3 * STEP


def fields_on_page(page: GreyImage) -> list[Box]:
    clean = clean_page(page_of(page))
    return [on_scan(clean, field.box) for field in fields_on(clean)]


def middle_of(box: Box) -> tuple[float, float]:
    return (box.top + box.bottom) / 2, (box.left + box.right) / 2
