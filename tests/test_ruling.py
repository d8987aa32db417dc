"""Printed lines against strokes of a pen: boxes, combs and tables are found, digits are not."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    LINE,
    PEN,
    STROKES,
    draw_box,
    draw_comb,
    draw_digit,
    draw_path,
    draw_table,
    paper,
    shrunk,
)

from digitscan.scan.ruling import find_ruling
from digitscan.values import Box, GreyImage

Picture = npt.NDArray[np.uint8]


def ruling(image: GreyImage) -> tuple[Picture, Picture]:
    return find_ruling(np.asarray(255 - image, np.uint8), float(PEN))


def share_found(lines: Picture, image: GreyImage) -> float:
    """Share of the ink of ``image`` that lies on ``lines``."""
    return float((lines > 0)[image == 0].mean())


@pytest.mark.parametrize(("height", "width"), [(50, 50), (45, 300), (120, 60), (200, 500)])
def test_all_four_sides_of_a_box_are_found(height: int, width: int) -> None:
    image = paper(300, 700)
    draw_box(image, Box(50, 60, 50 + height, 60 + width))
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98
    assert level[48, 60 : 60 + width].all()
    assert plumb[50 : 50 + height, 58].all()
    assert not level[60 : 40 + height].any(), "sides are not level"
    assert not plumb[:, 70 : 50 + width].any(), "top and bottom are not plumb"


def test_all_lines_of_a_comb_are_found() -> None:
    image = paper(200, 700)
    draw_comb(image, Box(60, 60, 115, 460), 10)
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98


def test_all_lines_of_a_table_are_found() -> None:
    image = paper(500, 700)
    draw_table(image, Box(40, 40, 440, 640), 7, 5)
    level, plumb = ruling(image)
    assert share_found(level | plumb, image) > 0.98


@pytest.mark.parametrize("digit", sorted(STROKES))
@pytest.mark.parametrize("height", [40, 60])
def test_a_digit_is_no_ruling(digit: int, height: int) -> None:
    image = paper(160, 160)
    draw_digit(image, digit, Box(40, 40, 40 + height, 40 + height * 2 // 3))
    level, plumb = ruling(image)
    assert not level.any()
    assert not plumb.any()


@pytest.mark.parametrize("digit", sorted(STROKES))
def test_a_digit_in_a_box_is_no_ruling(digit: int) -> None:
    image, frame = paper(200, 200), paper(200, 200)
    box = Box(50, 50, 120, 120)
    draw_box(frame, box)
    image[:] = frame
    draw_digit(image, digit, shrunk(box, 14))
    for lines, alone in zip(ruling(image), ruling(frame), strict=True):
        assert (lines == alone).all()


def test_a_one_that_hangs_from_the_line_above_is_no_ruling() -> None:
    image = paper(200, 300)
    draw_box(image, Box(50, 50, 110, 250))
    draw_path(image, [(50, 150), (95, 150)])
    _, plumb = ruling(image)
    assert not plumb[60:100, 130:170].any()


@given(st.floats(-1.2, 1.2))
@settings(max_examples=10, deadline=None)
def test_a_line_that_is_not_quite_level_is_found(degrees: float) -> None:
    image = paper(200, 700)
    drop = round(600 * np.tan(np.deg2rad(degrees)))
    draw_path(image, [(100, 50), (100 + drop, 650)], LINE)
    level, _ = ruling(image)
    assert share_found(level, image) > 0.9


def test_a_line_with_small_gaps_is_found_through() -> None:
    image = paper(200, 700)
    image[100:103, 50:650] = 0
    for gap in (180, 300, 470):
        image[100:103, gap : gap + PEN] = 255
    level, _ = ruling(image)
    assert level[101, 55:645].all()


def test_a_dash_is_no_ruling() -> None:
    image = paper(200, 300)
    image[100 : 100 + PEN, 100:130] = 0
    level, plumb = ruling(image)
    assert not (level | plumb).any()


def test_a_thick_bar_is_no_line() -> None:
    image = paper(200, 500)
    image[60:110, 50:450] = 0
    level, plumb = ruling(image)
    assert not (level | plumb)[80:90, 100:400].any()


def test_rows_and_columns_are_treated_alike() -> None:
    image = paper(300, 400)
    draw_table(image, Box(40, 40, 240, 340), 3, 4)
    draw_digit(image, 5, Box(60, 60, 90, 80))
    level, plumb = ruling(image)
    turned_level, turned_plumb = ruling(np.ascontiguousarray(image.T))
    assert (turned_level == plumb.T).all()
    assert (turned_plumb == level.T).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (90, 90)])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("stroke_px", [1.5, 4.0])
def test_any_ink_gives_lines_of_its_size_on_or_beside_it(
    shape: tuple[int, int], share: float, stroke_px: float
) -> None:
    ink = (np.random.default_rng(5).random(shape) < share).astype(np.uint8) * np.uint8(255)
    for lines in find_ruling(ink, stroke_px):
        assert lines.shape == shape
        reach = 2 * int(4 * stroke_px) + 1
        near = cv2.dilate(ink, np.ones((reach, reach), np.uint8))
        assert not (lines > near).any()


def test_lines_of_any_width_up_to_the_pen_are_found() -> None:
    for line in (1, 2, LINE, PEN):
        image = paper(200, 500)
        draw_box(image, Box(60, 60, 120, 400), line)
        level, plumb = ruling(image)
        assert share_found(level | plumb, image) > 0.98, line
