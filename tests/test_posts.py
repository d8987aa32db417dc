"""Posts that numbers are written between: [ ], ( ) and | |."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from sheets import PEN, draw_digit, paper

from digitscan.reader import Reader
from digitscan.scan.evening import all_outlines_of
from digitscan.scan.posts import take_out_posts
from digitscan.values import Box, GreyImage

Picture = npt.NDArray[np.uint8]

TOPS = range(40, 440, 100)
HIGH = 72


def post(image: GreyImage, left: int, top: int, foot: int) -> None:
    """Draw an upright with feet so long, to the right or to the left."""
    cv2.line(image, (left, top), (left, top + HIGH), 0, 3)
    for row in (top, top + HIGH):
        cv2.line(image, (left, row), (left + foot, row), 0, 3)


def form(foot: int = 0) -> tuple[GreyImage, GreyImage]:
    """A page of numbers between posts, and the same without the posts."""
    image = paper(500, 700)
    for number, top in enumerate(TOPS):
        for place in range(3):
            left = 110 + 3 * number + 50 * place
            draw_digit(
                image, (2, 7, 1)[(place + number) % 3], Box(top + 12, left, top + 58, left + 30)
            )
    bare = image.copy()
    for top in TOPS:
        post(image, 80, top, foot)
        post(image, 400, top, -foot)
    return image, bare


def without_posts(image: GreyImage) -> tuple[GreyImage, Picture]:
    ink, plumb = np.asarray(255 - image, np.uint8), np.zeros_like(image)
    take_out_posts(all_outlines_of(ink), ink, plumb, float(PEN))
    return ink, plumb


@pytest.mark.parametrize("foot", [0, 10])
def test_posts_are_lines_and_no_ink(foot: int) -> None:
    image, bare = form(foot)
    ink, plumb = without_posts(image)
    assert np.array_equal(ink, 255 - bare)
    assert all(plumb[top : top + HIGH].any(axis=1).all() for top in TOPS)


def test_digits_alone_stay() -> None:
    _, bare = form()
    ink, plumb = without_posts(bare)
    assert np.array_equal(ink, 255 - bare)
    assert not plumb.any()


def test_ones_among_digits_of_their_height_stay_however_much_is_printed_small() -> None:
    image, _ = form()
    image[:, :100] = image[:, 380:] = 255
    for top in TOPS:
        for place in range(2):
            draw_digit(image, 1, Box(top + 12, 260 + 30 * place, top + 58, 262 + 30 * place))
        cv2.putText(image, "VOTES RECEIVED", (340, top + 50), 0, 1.1, 0, 2)
    ink, plumb = without_posts(image)
    assert np.array_equal(ink, 255 - image)
    assert not plumb.any()


def test_three_alike_are_no_posts() -> None:
    image, bare = form()
    image[TOPS[1] - 5 :] = bare[TOPS[1] - 5 :]
    post(image, 80, TOPS[1], 0)
    assert np.array_equal(without_posts(image)[0], 255 - image)


def test_high_strokes_of_a_hand_stay() -> None:
    """No two of them are the same."""
    image, _ = form()
    image[:, :100] = image[:, 380:] = 255
    for number, top in enumerate(TOPS):
        for left in (80, 400):
            end = left + 3 * number - left // 40, top + HIGH - 3 * number
            cv2.line(image, (left, top), end, 0, PEN)
    assert np.array_equal(without_posts(image)[0], 255 - image)


def test_an_empty_page_has_no_posts() -> None:
    assert not without_posts(paper(100, 100))[1].any()


@pytest.mark.parametrize("foot", [0, 10])
def test_numbers_between_posts_are_read_without_them(foot: int) -> None:
    records = Reader().read_image(form(foot)[0]).records
    values = [record.reading.value for record in records if record.reading.value]
    assert values == ["271", "712", "127", "271"]
