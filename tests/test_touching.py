"""Rows of free writing that touch are cut apart; nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sheets import clean_of, draw_box, draw_digit, draw_path, overlap, paper

from digitscan.form.cells import find_cells
from digitscan.form.lines import find_lines
from digitscan.form.touching import part_rows
from digitscan.values import Box, CleanPage, GreyImage

HEIGHT, STEP, LEFT, TOP, PITCH = 40, 36, 300, 100, 58


def column(rows: int = 4) -> tuple[GreyImage, list[Box]]:
    """Draw numbers of three digits under one another; gives their boxes too."""
    image = paper()
    for row in range(rows):
        for place, digit in enumerate((0, 4, 7)):
            top, left = TOP + PITCH * row, LEFT + STEP * place
            draw_digit(image, digit, Box(top, left, top + HEIGHT, left + 24))
    tops = [TOP + PITCH * row for row in range(rows)]
    return image, [Box(top, LEFT, top + HEIGHT, LEFT + 2 * STEP + 24) for top in tops]


def clean(image: GreyImage) -> CleanPage:
    return clean_of(np.asarray(255 - image, np.uint8))


def parted(page: CleanPage) -> CleanPage:
    return part_rows(page, find_cells(page.level, page.plumb, page.stroke_px))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_rows_joined_by_a_tail_are_two_numbers(place: int) -> None:
    image, drawn = column()
    across = LEFT + STEP * place + 12
    draw_path(image, [(TOP + PITCH + HEIGHT - 4, across), (TOP + 2 * PITCH + 4, across)])
    assert len(find_lines(clean(image))) < len(drawn)
    found = find_lines(parted(clean(image)))
    assert len(found) == len(drawn)
    for one, other in zip(found, drawn, strict=True):
        assert overlap(one, other) > 0.7


def test_only_a_thin_cut_is_lost() -> None:
    image, _ = column()
    draw_path(image, [(TOP + HEIGHT - 4, LEFT + 12), (TOP + PITCH + 4, LEFT + 12)])
    before = clean(image)
    lost = np.argwhere(before.ink != parted(before).ink)
    assert 0 < len(lost) <= 2 * 7
    assert TOP + HEIGHT <= lost[:, 0].min() <= lost[:, 0].max() <= TOP + PITCH


def test_rows_that_do_not_touch_stay_as_they_are() -> None:
    before = clean(column()[0])
    assert parted(before) is before


def test_a_long_stroke_beside_one_row_stays_whole() -> None:
    image, _ = column(1)
    draw_path(image, [(TOP - 20, LEFT + 3 * STEP), (TOP + HEIGHT + 20, LEFT + 3 * STEP)])
    before = clean(image)
    assert parted(before) is before


def test_ink_in_cells_is_left_to_the_ruling() -> None:
    image, _ = column()
    draw_path(image, [(TOP + HEIGHT - 4, LEFT + 12), (TOP + PITCH + 4, LEFT + 12)])
    box = Box(TOP + 300, LEFT, TOP + 380, LEFT + 200)
    draw_box(image, box)
    level, plumb = np.zeros(image.shape, bool), np.zeros(image.shape, bool)
    level[box.top - 3 : box.top, box.left : box.right] = True
    level[box.bottom : box.bottom + 3, box.left : box.right] = True
    plumb[box.top : box.bottom, box.left - 3 : box.left] = True
    plumb[box.top : box.bottom, box.right : box.right + 3] = True
    before = replace(clean(image), level=level, plumb=plumb)
    assert parted(before) is before
    none = np.zeros(image.shape, bool)
    assert parted(replace(before, level=none, plumb=none)) is not before
