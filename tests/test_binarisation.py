"""Ink against paper: pens and pencils stay, light and watermarks go."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sheets import PEN, draw_box, draw_digit, draw_path, noisy, paper, shadowed

from digitscan.scan.binarisation import find_ink, flatten_background, is_bilevel
from digitscan.values import Box, GreyImage, Mask

PAPER, INK = 225, 40


def written(ink: int = INK) -> GreyImage:
    """A tinted sheet with boxes and digits."""
    image = paper(400, 600, PAPER)
    for row in range(3):
        for column in range(5):
            box = Box(50 + 110 * row, 50 + 105 * column, 110 + 110 * row, 110 + 105 * column)
            draw_box(image, box, tone=ink)
            inner = Box(box.top + 10, box.left + 15, box.bottom - 10, box.right - 15)
            draw_digit(image, (2, 4, 5, 7, 0)[column], inner, tone=ink)
    return image


def found(image: GreyImage) -> Mask:
    return find_ink(flatten_background(image), float(PEN))


def agreement(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_bilevel_pages_are_told_from_grey_ones() -> None:
    black_and_white = np.where(written() > 128, 255, 0).astype(np.uint8)
    assert is_bilevel(black_and_white)
    assert not is_bilevel(written())
    assert not is_bilevel(noisy(black_and_white, 3))


def test_all_of_the_writing_and_nothing_else_is_ink() -> None:
    assert agreement(found(written()), written() < PAPER - 20) > 0.97


@pytest.mark.parametrize("darkest", [0.8, 0.5, 0.3])
def test_a_shadow_changes_little(darkest: float) -> None:
    assert agreement(found(shadowed(written(), darkest)), written() < PAPER - 20) > 0.93


def test_under_a_shadow_paper_is_paper_and_ink_is_as_dark_as_elsewhere() -> None:
    darkness = flatten_background(shadowed(written(), 0.4))
    inked = written() < PAPER - 20
    left, right = np.s_[:, 20:300], np.s_[:, 300:580]
    assert np.percentile(darkness[~inked], 95) < 12
    assert np.median(darkness[left][inked[left]]) == pytest.approx(
        np.median(darkness[right][inked[right]]), abs=12
    )


@pytest.mark.parametrize(("softness", "tone"), [(5, 0.75), (8, 0.55), (12, 0.55)])
def test_the_edge_of_a_shadow_is_no_line(softness: float, tone: float) -> None:
    sharp = np.where(np.arange(600) < 290, 1, tone).astype(np.float32)
    light = cv2.GaussianBlur(np.tile(sharp, (400, 1)), (0, 0), softness)
    darkness = flatten_background(np.rint(written() * light).astype(np.uint8))
    bare = cv2.dilate((written() < PAPER - 20).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    assert np.where(bare, darkness, 0)[20:380].mean(axis=0).max() < 6


def test_the_tone_of_the_paper_does_not_matter() -> None:
    pale = found(written())
    dark = found((written() * 0.6).astype(np.uint8))
    assert agreement(pale, dark) > 0.97


@pytest.mark.parametrize("sigma", [4, 10])
def test_the_grain_of_a_scan_is_not_ink(sigma: float) -> None:
    inked = written() < PAPER - 20
    grainy = found(noisy(written(), sigma))
    assert grainy[inked].mean() > 0.95
    assert grainy[~inked].mean() < 0.005


def test_a_grainy_page_is_smoothed_and_its_strokes_stay_sharp() -> None:
    rough = flatten_background(noisy(written(), 12))
    even = flatten_background(written())
    bare = ~cv2.dilate((even > 60).astype(np.uint8), np.ones((9, 9))).astype(bool)
    assert rough[bare].astype(float).std() < 5
    assert agreement(rough > 100, even > 100) > 0.93


def test_a_page_with_little_grain_is_left_alone() -> None:
    image = noisy(written(), 2)
    rises = np.abs(np.diff(flatten_background(image).astype(int), axis=1))
    assert rises[:40].mean() == pytest.approx(
        np.abs(np.diff(image.astype(int), axis=1))[:40].mean() * 255 / PAPER, rel=0.2
    )


def test_a_watermark_vanishes() -> None:
    image = paper(400, 600, PAPER)
    draw_path(image, [(380, 40), (30, 560)], 25, round(PAPER * 0.92))
    marked = np.minimum(image, written())
    assert agreement(found(marked), found(written())) > 0.98


@pytest.mark.parametrize(("darkest", "blur"), [(0.14, 0.5), (0.14, 1.5), (0.2, 3.0)])
def test_what_shines_through_from_the_back_vanishes(darkest: float, blur: float) -> None:
    back = cv2.GaussianBlur(PAPER - written()[:, ::-1], (0, 0), blur)
    sheet = np.asarray(cv2.subtract(written(), cv2.convertScaleAbs(back, alpha=darkest)), np.uint8)
    assert agreement(found(sheet), found(written())) > 0.98


def test_a_pencil_beside_a_black_pen_stays() -> None:
    image = written()
    draw_path(image, [(385, 30), (370, 570)], PEN, round(PAPER * 0.7))
    stroke = paper(400, 600)
    draw_path(stroke, [(385, 30), (370, 570)], PEN)
    assert found(image)[stroke == 0].mean() > 0.7


def test_a_page_in_pencil_only_is_read_whole() -> None:
    faint = written(ink=round(PAPER * 0.7))
    assert agreement(found(faint), faint < PAPER - 20) > 0.95


def test_a_thick_bar_stays_solid() -> None:
    image = written()
    image[182:200, 50:550] = INK
    assert found(image)[184:198, 55:545].mean() > 0.95


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)))
@settings(max_examples=20, deadline=None)
def test_any_pixels_give_a_mask_of_their_size(image: GreyImage) -> None:
    darkness = flatten_background(image)
    assert darkness.shape == image.shape
    assert darkness.dtype == np.uint8
    assert find_ink(darkness, 3.0).shape == image.shape


@given(st.integers(30, 255), st.sampled_from([(40, 60), (700, 3), (1, 1)]))
@settings(max_examples=20, deadline=None)
def test_bare_paper_has_no_ink(tone: int, shape: tuple[int, int]) -> None:
    assert not found(paper(*shape, tone=tone)).any()
