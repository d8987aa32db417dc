"""Corners that a program filled when it turned a picture are told from paper."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import draw_box, draw_digit, draw_table, noisy, odd_images, page_of, paper, shrunk

from digitscan.scan.cleaning import clean_page
from digitscan.scan.fill import find_fill, paint_fill
from digitscan.values import Box, GreyImage

ODD = dict(odd_images())


def photo(tone: int = 190) -> GreyImage:
    """Digits on grey paper that fills the picture."""
    image = paper(500, 700, tone)
    for left in range(80, 600, 60):
        draw_digit(image, 4, Box(220, left, 270, left + 30))
    return noisy(image, 3)


def turned(image: GreyImage, degrees: float, tone: int) -> GreyImage:
    """The picture turned on a larger ground of one tone."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = round(width * cosine + height * sine), round(width * sine + height * cosine)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(image, matrix, size, borderValue=tone), np.uint8)


@given(st.floats(3, 15), st.booleans(), st.sampled_from([255, 150, 0]))
@settings(max_examples=12, deadline=None)
def test_filled_corners_are_found(degrees: float, left: bool, tone: int) -> None:
    angle = degrees if left else -degrees
    fill = find_fill(turned(photo(), angle, tone))
    assert fill is not None
    truth = turned(np.full((500, 700), 255, np.uint8), angle, 0) == 0
    assert (fill & truth).sum() > 0.97 * truth.sum()
    assert (fill & ~truth).mean() < 0.02


@pytest.mark.parametrize("tone", [255, 190])
def test_a_page_with_white_all_around_has_none(tone: int) -> None:
    image = paper(500, 700, tone)
    draw_table(image, Box(20, 20, 480, 680), 6, 5)
    assert find_fill(image) is None
    assert find_fill(turned(image, 5, tone)) is None
    assert find_fill(photo()) is None


def test_a_box_that_nearly_fills_the_page_has_none_around_it() -> None:
    image = paper(300, 900)
    draw_box(image, Box(15, 15, 285, 885))
    assert find_fill(image) is None


@pytest.mark.parametrize("name", ODD)
def test_any_image_is_borne(name: str) -> None:
    fill = find_fill(ODD[name])
    assert fill is None or fill.shape == ODD[name].shape


def test_fill_is_painted_at_any_size() -> None:
    fill = np.zeros((4, 6), bool)
    fill[:2, :3] = True
    image = paper(40, 60, 200)
    painted = paint_fill(image, fill, 0)
    assert (painted[:20, :30] == 0).all()
    assert painted.sum() == 200 * (40 * 60 - 20 * 30)
    assert (image == 200).all()


@pytest.mark.parametrize("tone", [255, 150])
@pytest.mark.parametrize("degrees", [3.0, -7.0, 15.0, -15.0])
def test_the_border_of_a_turned_picture_is_no_ruling(degrees: float, tone: int) -> None:
    clean = clean_page(page_of(turned(photo(), degrees, tone)))
    assert not (clean.level | clean.plumb).any()
    assert (clean.ink > 0).any()


@pytest.mark.parametrize("tone", [255, 150])
@pytest.mark.parametrize("degrees", [3.0, -7.0, 15.0, -15.0])
def test_the_lines_of_a_turned_picture_come_out_straight(degrees: float, tone: int) -> None:
    image = photo()
    for top in (60, 150, 330, 420):
        draw_box(image, shrunk(Box(top, 80, top + 50, 620), 0), tone=40)
    clean = clean_page(page_of(turned(image, degrees, tone)))
    rows, columns = np.nonzero(clean.level)
    count, labels = cv2.connectedComponents(clean.level.astype(np.uint8))
    long = [k for k in range(1, count) if np.ptp(columns[labels[rows, columns] == k]) > 300]
    assert len(long) >= 8
    for k in long:
        own = labels[rows, columns] == k
        slope = np.polyfit(columns[own], rows[own], 1)[0]
        assert abs(np.degrees(np.arctan(slope))) < 0.3
