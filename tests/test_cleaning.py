"""From a page to its ink: places stay known, sheets come out level, only pen and print stay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    PEN,
    Homography,
    blurred,
    draw_box,
    draw_digit,
    draw_path,
    draw_table,
    grid_of_boxes,
    moved,
    noisy,
    odd_images,
    page_of,
    paper,
    shadowed,
    shrunk,
    tilting,
    turning,
    warped,
)

from digitscan.scan.cleaning import clean_page
from digitscan.values import Box, CleanPage, GreyImage, Mask

SHAPE = 520, 700
ODD = dict(odd_images())


def form() -> GreyImage:
    """Boxes with digits, over the whole of the sheet."""
    image = paper(*SHAPE)
    for number, box in enumerate(grid_of_boxes(5, 7)):
        draw_box(image, box)
        draw_digit(image, (2, 4, 5, 7)[number % 4], shrunk(box, 11))
    return image


def table() -> GreyImage:
    image = paper(*SHAPE)
    draw_table(image, Box(80, 90, 440, 610), 6, 5)
    return image


def tinted(image: GreyImage, paper_tone: int = 220, ink_tone: int = 40) -> GreyImage:
    spread = (paper_tone - ink_tone) / 255
    return np.asarray((ink_tone + image * spread).round(), np.uint8)


def ink_on_scan(clean: CleanPage, shape: tuple[int, int] = SHAPE) -> Mask:
    """The ink of a clean page, carried back to the scan."""
    inked = (clean.ink > 0).astype(np.uint8)
    back = cv2.warpPerspective(inked, clean.to_scan, shape[::-1], flags=cv2.INTER_NEAREST)
    return np.asarray(back > 0)


def agreement(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


def slope(clean: CleanPage, put_in: Homography, side: list[tuple[float, float]]) -> float:
    """Angle in degrees between an axis and a line of the sheet, as it lies on the clean page."""
    start, end = moved(side, np.linalg.inv(clean.to_scan) @ put_in)
    across, along = sorted(np.abs(end - start))
    return float(np.degrees(np.arctan2(across, along)))


LEVEL_SIDES = [[(80.0, 90.0), (80.0, 610.0)], [(440.0, 90.0), (440.0, 610.0)]]
PLUMB_SIDES = [[(80.0, 90.0), (440.0, 90.0)], [(80.0, 610.0), (440.0, 610.0)]]


MARKS = [(40.0, 50.0), (40.0, 620.0), (250.0, 640.0), (480.0, 90.0), (480.0, 400.0)]


@given(st.floats(-10, 10), st.sampled_from([0.7, 1.0, 1.7]))
@settings(max_examples=8, deadline=None)
def test_ink_is_found_where_the_scan_has_it(degrees: float, scale: float) -> None:
    image = table()
    for row, column in MARKS:
        image[round(row) - 6 : round(row) + 7, round(column) - 6 : round(column) + 7] = 0
    turn = turning(degrees, SHAPE)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scan = cv2.resize(warped(image, turn), None, fx=scale, fy=scale, interpolation=how)
    clean = clean_page(page_of(np.asarray(scan, np.uint8)))
    _, _, _, middles = cv2.connectedComponentsWithStats((clean.ink > 0).astype(np.uint8))
    found = moved([(row, column) for column, row in middles], clean.to_scan)
    for mark in (moved(MARKS, turn) + 0.5) * scale - 0.5:
        whole = 10 * scale
        if (mark > whole).all() and (mark < np.array(scan.shape) - whole).all():
            assert np.hypot(*(found - mark).T).min() < 1.5


@given(st.floats(-10, 10), st.floats(0, 500), st.floats(0, 700))
@settings(max_examples=5, deadline=None)
def test_a_point_comes_back_from_the_clean_page(degrees: float, row: float, column: float) -> None:
    clean = clean_page(page_of(warped(table(), turning(degrees, SHAPE))))
    there = moved([(row, column)], np.linalg.inv(clean.to_scan))
    height, width = clean.ink.shape
    assert -1.5 <= there[0, 0] <= height + 1.5
    assert -1.5 <= there[0, 1] <= width + 1.5
    assert np.abs(moved([tuple(there[0])], clean.to_scan) - [row, column]).max() < 0.01


@given(st.floats(-10, 10))
@settings(max_examples=8, deadline=None)
def test_a_turned_page_is_laid_level(degrees: float) -> None:
    turn = turning(degrees, SHAPE)
    clean = clean_page(page_of(tinted(warped(table(), turn))))
    assert max(slope(clean, turn, side) for side in LEVEL_SIDES) < 0.7


def test_a_skew_between_the_steps_of_the_search_is_undone_as_well() -> None:
    turn = turning(3.5, SHAPE)
    clean = clean_page(page_of(tinted(warped(table(), turn))))
    assert max(slope(clean, turn, side) for side in LEVEL_SIDES) < 0.3


@pytest.mark.parametrize("degrees", [-6.0, 2.0, 9.0])
def test_a_turned_page_of_boxes_is_laid_level(degrees: float) -> None:
    turn = turning(degrees, SHAPE)
    clean = clean_page(page_of(tinted(warped(form(), turn))))
    assert slope(clean, turn, [(60.0, 60.0), (60.0, 650.0)]) < 0.8


def test_a_straight_page_is_not_turned() -> None:
    for image in (table(), form()):
        clean = clean_page(page_of(image))
        assert slope(clean, np.eye(3), [(100.0, 0.0), (100.0, 600.0)]) < 0.05


def test_a_straight_page_with_a_single_comb_is_not_turned() -> None:
    image = paper(600, 800)
    draw_box(image, Box(100, 60, 150, 174))
    for column in (98, 136):
        image[100:150, column - 1 : column + 2] = 0
    clean = clean_page(page_of(image))
    assert slope(clean, np.eye(3), [(100.0, 0.0), (100.0, 600.0)]) < 0.3


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_a_photo_taken_aslant_is_laid_flat(share: float) -> None:
    tilt = tilting(SHAPE, share)
    clean = clean_page(page_of(tinted(warped(table(), tilt))))
    assert max(slope(clean, tilt, side) for side in LEVEL_SIDES) < 0.5
    assert max(slope(clean, tilt, side) for side in PLUMB_SIDES) < 0.8


def test_a_photo_of_boxes_taken_aslant_is_laid_flat() -> None:
    tilt = tilting(SHAPE, 0.05)
    clean = clean_page(page_of(tinted(warped(form(), tilt))))
    assert slope(clean, tilt, [(60.0, 60.0), (60.0, 650.0)]) < 0.5
    assert slope(clean, tilt, [(60.0, 60.0), (470.0, 60.0)]) < 2


def test_light_on_dark_reads_like_dark_on_light() -> None:
    image = tinted(form())
    upright, inverted = clean_page(page_of(image)), clean_page(page_of(255 - image))
    assert inverted.ink.shape == upright.ink.shape
    assert agreement(inverted.ink > 0, upright.ink > 0) > 0.97


def test_ink_is_what_was_drawn() -> None:
    clean = clean_page(page_of(tinted(form())))
    assert agreement(ink_on_scan(clean), form() < 128) > 0.8
    assert 3 <= clean.stroke_px <= 5.5


@pytest.mark.parametrize("darkest", [0.8, 0.65])
def test_a_shadow_changes_little(darkest: float) -> None:
    even = ink_on_scan(clean_page(page_of(tinted(form()))))
    uneven = ink_on_scan(clean_page(page_of(shadowed(tinted(form()), darkest))))
    assert agreement(even, uneven) > 0.9


@pytest.mark.parametrize("darkest", [0.5, 0.3])
def test_a_deep_shadow_changes_little(darkest: float) -> None:
    even = ink_on_scan(clean_page(page_of(tinted(form()))))
    uneven = ink_on_scan(clean_page(page_of(shadowed(tinted(form()), darkest))))
    assert agreement(even, uneven) > 0.85


@pytest.mark.parametrize("soil", ["noise", "blur"])
def test_the_faults_of_a_scanner_change_little(soil: str) -> None:
    sharp = tinted(form())
    image = noisy(sharp, 8) if soil == "noise" else blurred(sharp, 0.8)
    both = [ink_on_scan(clean_page(page_of(each))) for each in (sharp, image)]
    assert agreement(both[0], both[1]) > 0.75


@pytest.mark.parametrize("light", [0.45, 0.25])
@pytest.mark.parametrize("draw", [form, table])
def test_a_photo_taken_in_the_dark_has_the_ink_of_one_in_the_light(
    light: float, draw: Callable[[], GreyImage]
) -> None:
    image = tinted(draw())
    dark = (image * light).round().astype(np.uint8)
    one, other = (clean_page(page_of(each)) for each in (image, dark))
    assert one.ink.shape == other.ink.shape
    assert agreement(one.ink > 0, other.ink > 0) > 0.95


@pytest.mark.parametrize("contrast", [0.8, 0.5, 0.35])
def test_a_pale_page_has_the_ink_and_the_lines_of_a_dark_one(contrast: float) -> None:
    image = table()
    pale = (255 - contrast * (255 - image.astype(float))).round().astype(np.uint8)
    one, other = (clean_page(page_of(each)) for each in (image, pale))
    for mask, same in ((one.ink > 0, other.ink > 0), (one.level, other.level)):
        assert agreement(mask, same) > 0.97
    assert np.median(other.ink[other.ink > 0]) > 0.75 * np.median(one.ink[one.ink > 0])


@pytest.mark.parametrize("sigma", [10, 20])
def test_a_grainy_page_has_the_ink_and_the_lines_of_a_smooth_one(sigma: float) -> None:
    one, other = (clean_page(page_of(each)) for each in (table(), noisy(table(), sigma)))
    assert agreement(one.ink > 0, other.ink > 0) > 0.8
    for lines, same in ((one.level, other.level), (one.plumb, other.plumb)):
        assert lines.sum() > 0
        assert agreement(lines, same) > 0.8


def test_a_bilevel_page_keeps_all_its_ink() -> None:
    image = form()
    image[500:503, 20:23] = 0
    found = ink_on_scan(clean_page(page_of(image)))
    grown = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert grown[image == 0].all()
    paper_nearby = cv2.erode(image, np.ones((5, 5), np.uint8)) == 255
    assert not found[paper_nearby].any()


def test_a_bilevel_page_of_the_working_size_is_kept_to_the_pixel() -> None:
    image = paper(*SHAPE)
    for box in grid_of_boxes(5, 7):
        draw_box(image, box, line=4)
    clean = clean_page(page_of(image))
    assert clean.ink.shape == SHAPE
    assert ((clean.ink > 0) == (image == 0)).all()


def test_a_watermark_vanishes_and_a_pencil_stays() -> None:
    image = tinted(form())
    plain = ink_on_scan(clean_page(page_of(image)))
    marked = tinted(paper(*SHAPE))
    draw_path(marked, [(500, 30), (20, 690)], 25, round(220 * 0.92))
    with_mark = ink_on_scan(clean_page(page_of(np.minimum(image, marked))))
    assert agreement(plain, with_mark) > 0.95
    pencil = image.copy()
    draw_path(pencil, [(497, 30), (490, 600)], PEN, round(220 * 0.7))
    with_pencil = ink_on_scan(clean_page(page_of(pencil)))
    assert with_pencil[485:500, 40:590].any(axis=0).mean() > 0.85


def test_ruled_lines_are_marked_and_digits_are_not() -> None:
    frames = paper(*SHAPE)
    for box in grid_of_boxes(5, 7):
        draw_box(frames, box)
    clean = clean_page(page_of(form()))
    ruling = ((clean.level | clean.plumb) * 255).astype(np.uint8)
    back = cv2.warpPerspective(ruling, clean.to_scan, SHAPE[::-1]) > 127
    assert back[frames == 0].mean() > 0.95
    written = (form() == 0) & (cv2.erode(frames, np.ones((9, 9), np.uint8)) == 255)
    assert not back[written].any()


@pytest.mark.parametrize("scale", [0.5, 2.0, 3.0])
def test_the_resolution_of_a_scan_hardly_shows(scale: float) -> None:
    image = tinted(form())
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    other = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), np.uint8)
    clean, rescaled = clean_page(page_of(image)), clean_page(page_of(other))
    assert rescaled.stroke_px == pytest.approx(clean.stroke_px, rel=0.35)
    ratio = rescaled.ink.shape[0] / clean.ink.shape[0]
    assert 0.6 < ratio < 1.6


@pytest.mark.parametrize("name", ODD)
def test_any_image_gives_a_clean_page(name: str) -> None:
    clean = clean_page(page_of(ODD[name]))
    assert clean.ink.dtype == np.uint8
    assert clean.ink.shape == clean.level.shape == clean.plumb.shape
    assert min(clean.ink.shape) >= 1
    assert np.isfinite(clean.to_scan).all()
    assert clean.stroke_px > 0
    assert clean.ref == page_of(ODD[name]).ref


@pytest.mark.parametrize("tone", [255, 128, 60, 0])
def test_a_blank_page_has_no_ink(tone: int) -> None:
    clean = clean_page(page_of(paper(300, 400, tone)))
    assert not clean.ink.any()
    assert not (clean.level | clean.plumb).any()


def test_the_page_itself_is_left_as_it_was() -> None:
    image = tinted(form())
    before = image.copy()
    clean_page(page_of(image))
    assert (image == before).all()


@pytest.mark.parametrize("shape", [(64, 48_000), (48_000, 64)])
def test_a_strip_that_is_longer_than_any_page_gives_a_clean_page(shape: tuple[int, int]) -> None:
    strip = np.full(shape, 255, np.uint8)
    strip[20:40, 20:40] = 0
    assert min(clean_page(page_of(strip)).ink.shape) >= 1


@pytest.mark.parametrize("stretch", [0.5, 2.08])
@pytest.mark.parametrize("bilevel", [False, True])
def test_pixels_that_are_not_square_show_only_in_the_way_back(
    stretch: float, bilevel: bool
) -> None:
    """A fax is laid out as the sheet was, and its boxes are told in the pixels that it has."""
    square = form()
    low = cv2.resize(square, None, fx=1, fy=1 / stretch, interpolation=cv2.INTER_AREA)
    if bilevel:
        low = cv2.threshold(low, 127, 255, cv2.THRESH_BINARY)[1]
    clean = clean_page(dataclasses.replace(page_of(np.asarray(low, np.uint8)), stretch=stretch))
    plain = clean_page(page_of(square))
    assert clean.ink.shape[0] / clean.ink.shape[1] == pytest.approx(SHAPE[0] / SHAPE[1], abs=0.02)
    assert (clean.level.sum(), clean.plumb.sum()) == pytest.approx(
        (plain.level.sum(), plain.plumb.sum()), rel=0.25
    )
    height, width = clean.ink.shape
    corner = moved([(height, width)], clean.to_scan)[0]
    assert corner == pytest.approx(low.shape, abs=3)
