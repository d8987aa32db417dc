"""Paper printed with waves, words, emblems and tints is paper; ink on it, pale or dark, stays."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays
from sheets import PEN, draw_box, draw_digit, draw_path, page_of, paper

from digitscan.scan.binarisation import find_ink, flatten_background
from digitscan.scan.cleaning import clean_page
from digitscan.scan.ground import remove_ground, remove_pattern
from digitscan.values import Box, GreyImage, Mask

SHAPE = (900, 1300)
INK = 60


def form(ink: int = INK) -> GreyImage:
    """Rows of boxes with a digit in each."""
    image = paper(*SHAPE)
    for row in range(5):
        for column in range(7):
            top, left = 80 + 160 * row, 90 + 170 * column
            draw_box(image, Box(top, left, top + 90, left + 90), tone=ink)
            inner = Box(top + 15, left + 22, top + 75, left + 68)
            draw_digit(image, (2, 4, 5, 7, 0, 4, 2)[column], inner, tone=ink)
    return image


def waves() -> Mask:
    """Fine waves that cross one another, all over the sheet."""
    y, x = np.indices(SHAPE).astype(np.float32)
    lines = [(y + 9 * np.sin(x / 33 + phase) + 5 * np.sin(x / 13)) % 14 < 3 for phase in (0, 2, 4)]
    return np.asarray(np.logical_or.reduce(lines), np.bool_)


def words() -> Mask:
    """A small word again and again, all over the sheet."""
    marks = np.zeros(SHAPE, np.uint8)
    for top in range(0, SHAPE[0], 22):
        cv2.putText(
            marks, "ORIGINAL " * 20, (-top % 37, top), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 2
        )
    return marks > 127


def emblem() -> Mask:
    """Broad rings and spokes behind the middle of the sheet, with straight and level edges."""
    marks = np.zeros(SHAPE, np.uint8)
    cv2.circle(marks, (650, 450), 400, 255, 26)
    cv2.rectangle(marks, (450, 250), (850, 650), 255, 24)
    return marks > 127


def printed(image: GreyImage, marks: Mask, tone: float) -> GreyImage:
    """The page on paper with marks of this tone, as a share of white."""
    shown = np.rint(image * np.where(marks, tone, 1.0)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(shown, (0, 0), 0.6), np.uint8)


def found(image: GreyImage) -> Mask:
    return find_ink(remove_ground(flatten_background(image), float(PEN)), float(PEN))


@pytest.mark.parametrize("marks", [waves, words, emblem])
@pytest.mark.parametrize("tone", [0.92, 0.85, 0.8])
@pytest.mark.parametrize("ink", [INK, 110])
def test_what_the_paper_was_printed_with_is_no_ink(
    marks: Callable[[], Mask], tone: float, ink: int
) -> None:
    plain, inked = found(form(ink)), found(printed(form(ink), marks(), tone))
    beyond = cv2.dilate(plain.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    assert (inked & beyond).sum() < 0.005 * plain.sum()
    assert inked[plain].mean() > 0.99


@pytest.mark.parametrize("marks", [waves, words, emblem])
def test_no_ruling_is_found_in_what_the_paper_was_printed_with(marks: Callable[[], Mask]) -> None:
    plain = clean_page(page_of(form()))
    clean = clean_page(page_of(printed(form(), marks(), 0.84)))
    for one, other in ((clean.level, plain.level), (clean.plumb, plain.plumb)):
        beyond = cv2.dilate(other.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0
        shown = cv2.resize(one.astype(np.uint8), other.shape[::-1]) > 0
        assert not (shown & beyond).any()
        assert shown[other].mean() > 0.9


def test_pale_lines_on_a_printed_ground_stay() -> None:
    image = paper(*SHAPE)
    draw_path(image, [(450, 20), (450, 1280)], PEN, 185)
    marked = flatten_background(np.minimum(printed(form(), waves(), 0.88), image))
    assert remove_pattern(marked)[450, 600:1280:7].min() > 50


@pytest.mark.parametrize("tone", [200, 225])
def test_a_page_in_pencil_is_no_ground(tone: int) -> None:
    darkness = flatten_background(form(tone))
    assert (remove_ground(darkness, float(PEN)) == darkness).all()


def test_a_pencil_beside_print_is_no_ground() -> None:
    image = form()
    for row in range(20):
        draw_path(image, [(30 + 45 * row, 20), (40 + 45 * row, 1280)], PEN, 205)
    darkness = flatten_background(image)
    assert (remove_pattern(darkness) == darkness).all()


def test_ink_on_a_tinted_area_is_as_dark_as_beside_it() -> None:
    marks = np.zeros(SHAPE, bool)
    marks[:, 600:] = True
    tinted = flatten_background(printed(form(), marks, 0.86))
    kept = remove_ground(tinted, float(PEN))
    bare = cv2.dilate((form() < 200).astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert np.median(kept[:, 620:][bare[:, 620:]]) < 3


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)))
@settings(max_examples=20, deadline=None)
def test_any_darkness_keeps_its_shape_and_gets_no_darker(darkness: GreyImage) -> None:
    kept = remove_ground(darkness, 3.0)
    assert kept.shape == darkness.shape
    assert (kept <= darkness).all()


def sparse_words() -> Mask:
    """Large words in rows with much room between them."""
    marks = np.zeros(SHAPE, np.uint8)
    for row, top in enumerate(range(40, SHAPE[0], 75)):
        place = (-150 * (row % 2), top)
        cv2.putText(marks, "COMMISSION " * 12, place, cv2.FONT_HERSHEY_DUPLEX, 1.0, 255, 5)
    return marks > 127


def sparse_waves() -> Mask:
    """Fine lines that run on over the whole sheet, with room between them."""
    y, x = np.indices(SHAPE).astype(np.float32)
    return np.asarray((y + 9 * np.sin(x / 33 + y / 90)) % 26 < 3, np.bool_)


@pytest.mark.parametrize("marks", [sparse_words, sparse_waves])
@pytest.mark.parametrize("tone", [0.88, 0.82])
def test_so_are_large_words_and_lines_with_room_between_them(
    marks: Callable[[], Mask], tone: float
) -> None:
    plain, inked = found(form()), found(printed(form(), marks(), tone))
    beyond = cv2.dilate(plain.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    assert (inked & beyond).sum() < 0.01 * plain.sum()
    assert inked[plain].mean() > 0.99


def test_the_pale_lines_of_a_register_are_no_ground() -> None:
    image = form()
    for row in range(10, SHAPE[0], 70):
        draw_path(image, [(row, 5), (row, 1290)], PEN, 205)
    for column in range(30, SHAPE[1], 130):
        draw_path(image, [(5, column), (890, column)], PEN, 205)
    darkness = flatten_background(image)
    assert (remove_pattern(darkness) == darkness).all()
