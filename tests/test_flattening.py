"""How a sheet lies: turns and tilts that were put in are found again."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    Homography,
    draw_box,
    draw_digit,
    draw_table,
    grid_of_boxes,
    moved,
    paper,
    shrunk,
    tilting,
    turning,
    warped,
)

from digitscan.scan.flattening import estimate_homography, estimate_skew
from digitscan.values import Box, GreyImage, Mask

NO_EDGES = np.zeros((0, 4))
TABLE = Box(120, 150, 520, 690)


def table() -> GreyImage:
    image = paper(640, 840)
    draw_table(image, TABLE, 8, 5)
    return image


def boxes() -> GreyImage:
    image = paper(640, 840)
    for box in grid_of_boxes(5, 7):
        draw_box(image, box)
        draw_digit(image, 2, shrunk(box, 12))
    return image


def ink_of(image: GreyImage) -> Mask:
    return np.asarray(image < 128)


def flattening(image: GreyImage, edges: npt.NDArray[np.float64] = NO_EDGES) -> Homography:
    return estimate_homography(ink_of(image), 255 - image, edges)


def worst_slope(homography: Homography) -> float:
    """Largest angle in degrees between a side of ``TABLE`` and its axis after ``homography``."""
    top_left, top_right = (TABLE.top, TABLE.left), (TABLE.top, TABLE.right)
    low_left, low_right = (TABLE.bottom, TABLE.left), (TABLE.bottom, TABLE.right)
    sides = [(top_left, top_right), (low_left, low_right), (top_left, low_left)]
    sides.append((top_right, low_right))
    slopes = []
    for side in sides:
        start, end = moved(side, homography)
        across, along = sorted(np.abs(end - start))
        slopes.append(np.degrees(np.arctan2(across, along)))
    return float(max(slopes))


@given(st.floats(-10, 10))
@settings(max_examples=8, deadline=None)
def test_the_skew_of_a_turned_table_is_found(degrees: float) -> None:
    image = warped(table(), turning(degrees, (640, 840)))
    assert estimate_skew(ink_of(image)) == pytest.approx(degrees, abs=0.3)


@pytest.mark.parametrize("degrees", [-7.0, -1.5, 0.0, 3.0, 9.0])
def test_the_skew_of_turned_boxes_is_found(degrees: float) -> None:
    image = warped(boxes(), turning(degrees, (640, 840)))
    assert estimate_skew(ink_of(image)) == pytest.approx(degrees, abs=0.3)


def test_a_mirrored_page_has_the_opposite_skew() -> None:
    ink = ink_of(warped(table(), turning(4, (640, 840))))
    assert estimate_skew(ink[:, ::-1]) == pytest.approx(-estimate_skew(ink), abs=0.11)


@pytest.mark.parametrize("ink", [np.zeros((50, 70), bool), np.eye(60, dtype=bool)])
def test_too_little_ink_has_no_skew(ink: Mask) -> None:
    assert estimate_skew(ink) == 0


@pytest.mark.parametrize("degrees", [-8.0, 0.0, 2.5, 10.0])
def test_a_turned_table_is_laid_level_and_upright(degrees: float) -> None:
    turn = turning(degrees, (640, 840))
    flat = flattening(warped(table(), turn))
    assert worst_slope(flat @ turn) < 0.35


@pytest.mark.parametrize("share", [0.02, 0.05, 0.08])
def test_a_tilted_table_is_laid_flat(share: float) -> None:
    tilt = tilting((640, 840), share)
    flat = flattening(warped(table(), tilt))
    assert worst_slope(flat @ tilt) < 0.3


def test_a_sheared_table_is_made_rectangular() -> None:
    shear = np.array([[1, 0.04, -12], [0, 1, 0], [0, 0, 1]])
    flat = flattening(warped(table(), shear))
    assert worst_slope(flat @ shear) < 0.7


@pytest.mark.parametrize("lean", [-0.18, 0.1, 0.18])
def test_sides_of_boxes_tell_how_far_a_sheet_leans(lean: float) -> None:
    """Too short for long lines, and too far from plumb; what is written in the boxes is upright."""
    image = paper(640, 840)
    for top in range(80, 560, 80):
        for left in range(90, 700, 150):
            draw_box(image, Box(top, left, top + 36, left + 110))
            for place in range(3):
                start = left + 15 + 28 * place
                draw_digit(image, 1, Box(top + 6, start, top + 30, start + 15))
    shear = np.array([[1, lean, -lean * 320], [0, 1, 0], [0, 0, 1]])
    flat = flattening(warped(image, shear))
    assert worst_slope(flat @ shear) < 0.7


@pytest.mark.parametrize("share", [0.11, 0.14])
def test_what_is_seen_far_askew_is_looked_at_twice(share: float) -> None:
    """The lines at one end of the sheet are so far from level that they show only then."""
    tilt = tilting((640, 840), share)
    flat = flattening(warped(table(), tilt))
    assert worst_slope(flat @ tilt) < 0.3


def test_a_flat_table_is_left_as_it_is() -> None:
    flat = flattening(table())
    corners = [(0.0, 0.0), (0.0, 840.0), (640.0, 840.0), (640.0, 0.0)]
    assert np.abs(moved(corners, flat) - corners).max() < 2


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (200, 3), (150, 200)])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_any_ink_gives_a_homography_that_can_be_undone(
    shape: tuple[int, int], share: float
) -> None:
    ink = np.random.default_rng(3).random(shape) < share
    flat = flattening(np.where(ink, np.uint8(0), np.uint8(255)))
    assert np.isfinite(flat).all()
    assert abs(np.linalg.det(flat)) > 0.1


def test_writing_without_lines_is_levelled() -> None:
    image = paper(640, 840)
    for top in range(60, 560, 90):
        for left in range(80, 740, 50):
            draw_digit(image, (2, 4, 5, 7)[(top + left) % 4], Box(top, left, top + 40, left + 26))
    turn = turning(5, image.shape)
    flat = flattening(warped(image, turn))
    start, end = moved([(300, 100), (300, 700)], flat @ turn)
    slope = np.degrees(np.arctan2(*(end - start)))
    assert slope == pytest.approx(0, abs=0.6)


def test_edges_of_the_sheet_help_where_it_has_few_lines() -> None:
    tilt = tilting((640, 840), 0.05)
    sheet = np.array([[[60, 60], [780, 60], [780, 580], [60, 580]]], np.float64)
    seen = cv2.perspectiveTransform(sheet, tilt)[0]
    edges = np.hstack([seen, np.roll(seen, -1, axis=0)])
    flat = flattening(paper(640, 840), edges)
    assert worst_slope(flat @ tilt) < worst_slope(tilt) / 3


def test_rules_too_pale_to_be_ink_lay_a_photo_flat_where_an_edge_is_wrong() -> None:
    """As where fingers hold the sheet: one of its edges is taken to lie askew."""
    tilt = tilting((640, 840), 0.05)
    rules = table()
    darkness = cv2.GaussianBlur((255 - warped(rules, tilt)) // 16, (0, 0), 0.7)
    sheet = np.array([[[60, 60], [780, 60], [780, 580], [60, 580]]], np.float64)
    seen = cv2.perspectiveTransform(sheet, tilt)[0]
    edges = np.hstack([seen, np.roll(seen, -1, axis=0)])
    edges[0, 3] += 30
    nothing = np.zeros(rules.shape, bool)
    pale = estimate_homography(nothing, np.asarray(darkness, np.uint8), edges)
    blind = estimate_homography(nothing, np.zeros(rules.shape, np.uint8), edges)
    start, end = moved([(320, 150), (320, 690)], pale @ tilt)
    assert abs(end[0] - start[0]) < 4
    assert worst_slope(pale @ tilt) < worst_slope(blind @ tilt)
