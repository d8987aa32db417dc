"""Lines thinner than a pixel, on a page askew, come in pieces: these are joined, others are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import page_of, paper

from digitscan.scan.cleaning import clean_page
from digitscan.scan.thin_lines import mend_thin_lines
from digitscan.values import GreyImage

STROKE = 3.0


def page() -> GreyImage:
    return paper(120, 300)


def steps(image: GreyImage, row: int, rise: int = 1, gap: int = 12) -> None:
    """Draw a line in four pieces, each a row off the one before it."""
    for number in range(4):
        left = 20 + 60 * number
        image[row + rise * number, left : left + 60 - gap] = 0


def mended(image: GreyImage) -> GreyImage:
    return mend_thin_lines(image, STROKE)


def is_whole(image: GreyImage) -> bool:
    """Whether all black hangs together."""
    return cv2.connectedComponents(cv2.bitwise_not(image))[0] == 2


@pytest.mark.parametrize("rise", [1, -1])
def test_a_line_in_pieces_becomes_whole(rise: int) -> None:
    level, plumb = page(), page().T.copy()
    steps(level, 60, rise)
    steps(plumb.T, 60, rise)
    assert not is_whole(level)
    assert is_whole(mended(level))
    assert is_whole(mended(plumb))


@pytest.mark.parametrize(("rise", "gap"), [(0, 12), (1, 40)], ids=["in one row", "wider than long"])
def test_other_gaps_are_as_they_are_printed(rise: int, gap: int) -> None:
    image = page()
    steps(image, 60, rise, gap)
    assert np.array_equal(mended(image), image)


def test_a_gap_from_box_to_box_stays() -> None:
    image = page()
    for row, left in ((40, 20), (41, 112)):
        cv2.rectangle(image, (left, row), (left + 80, row + 40), 0, 1)
    assert np.array_equal(mended(image), image)


def test_what_falls_is_not_joined_where_the_lines_rise() -> None:
    image = page()
    steps(image, 20)
    steps(image, 60)
    image[100, 20:60], image[99, 70:110] = 0, 0
    found = mended(image)
    assert (found[:90] != image[:90]).any()
    assert np.array_equal(found[90:], image[90:])


def test_strokes_as_thin_as_lines_are_left_alone() -> None:
    image = page()
    steps(image, 60)
    assert mend_thin_lines(image, 1.5) is image


def test_thick_lines_and_writing_are_left_alone() -> None:
    image = page()
    cv2.rectangle(image, (20, 20), (120, 90), 0, 3)
    cv2.ellipse(image, (200, 60), (20, 30), 0, 0, 360, 0, 3)
    assert np.array_equal(mended(image), image)


def test_on_a_page_to_be_made_smaller_they_become_thicker() -> None:
    image = page()
    image[60, 20:280] = 0
    found = mend_thin_lines(image, 8.0)
    assert ((found == 0).sum(axis=0)[20:280] == 2).all()


def test_a_picture_or_noise_is_given_up_fast() -> None:
    image = np.where(np.random.default_rng(1).random((2000, 2000)) < 0.5, 0, 255).astype(np.uint8)
    assert mended(image).shape == image.shape


def test_nothing_is_found_on_a_blank_page() -> None:
    assert np.array_equal(mended(page()), page())


def test_the_box_that_a_scan_left_in_pieces_is_ruling() -> None:
    image = paper(600, 900)
    for row in (200, 280):
        for number in range(8):
            left = 100 + 80 * number
            image[row + number, left : left + 66] = 0
    for column in (100, 740):
        image[200 + (column > 100) * 7 : 288, column] = 0
    for column in range(130, 700, 60):
        cv2.ellipse(image, (column, 244), (14, 22), 0, 0, 360, 0, 4)
    clean = clean_page(page_of(image))
    assert clean.level.any(axis=0).mean() > 0.98 * 640 / 900
