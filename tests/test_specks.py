"""On a dirty page whatever is as small as the dirt goes; on a clean one every crumb stays."""

from __future__ import annotations

import cv2
import numpy as np
from sheets import draw_box, draw_digit, paper

from digitscan.reader import Reader
from digitscan.scan.evening import all_outlines_of
from digitscan.scan.specks import take_out_specks
from digitscan.values import Box, GreyImage

STROKE = 4.0
CRUMBS = ((100, 100), (108, 103), (116, 101))


def writing() -> GreyImage:
    """Ink of two strokes and crumbs between them."""
    ink = np.zeros((600, 800), np.uint8)
    for column in (90, 110):
        cv2.line(ink, (column, 80), (column, 130), 255, int(STROKE))
    for row, column in CRUMBS:
        ink[row : row + 2, column : column + 2] = 255
    return ink


def with_dirt(ink: GreyImage, side: int, count: int) -> GreyImage:
    """Ink with specks on a grid, far from the writing."""
    ink = ink.copy()
    for number in range(count):
        row, column = 200 + number // 10 * 40, 200 + number % 10 * 40
        ink[row : row + side, column : column + side] = 255
    return ink


def cleaned(ink: GreyImage) -> GreyImage:
    ink = ink.copy()
    take_out_specks(ink, all_outlines_of(ink), STROKE)
    return ink


def test_a_clean_page_keeps_its_crumbs() -> None:
    assert np.array_equal(cleaned(writing()), writing())


def test_a_little_dirt_changes_nothing() -> None:
    ink = with_dirt(writing(), 2, 30)
    assert np.array_equal(cleaned(ink), ink)


def test_a_dirty_page_loses_all_that_is_as_small_as_its_dirt() -> None:
    found = cleaned(with_dirt(writing(), 2, 60))
    assert not found[200:].any()
    assert not any(found[row, column] for row, column in CRUMBS)
    assert np.array_equal(found[80:130, [90, 110]], writing()[80:130, [90, 110]])


def test_what_is_larger_than_the_dirt_stays() -> None:
    ink = with_dirt(writing(), 1, 60)
    found = cleaned(ink)
    assert all(found[row, column] for row, column in CRUMBS)
    assert not found[200:].any()


def test_large_dots_are_no_dirt() -> None:
    ink = with_dirt(writing(), 8, 60)
    assert np.array_equal(cleaned(ink), ink)


def test_a_dirty_form_is_read_as_a_clean_one() -> None:
    form = paper(700, 900)
    for number, digits in enumerate(((4, 7, 1), (7, 0, 4), (1, 4, 7))):
        box = Box(100 + 180 * number, 200, 180 + 180 * number, 560)
        draw_box(form, box)
        for place, digit in enumerate(digits):
            left = box.left + 30 + 100 * place
            draw_digit(form, digit, Box(box.top + 16, left, box.bottom - 16, left + 36))
    dirt = np.random.default_rng(4).random(form.shape) < 0.004
    reader = Reader()
    clean, dirty = (
        [record.reading.value for record in reader.read_image(image).records]
        for image in (form, np.where(dirt, np.uint8(0), form))
    )
    assert clean == dirty
    assert len(clean) == 3
