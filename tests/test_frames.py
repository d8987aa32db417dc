"""Frames with round corners become boxes; what is written in them, and written zeros, stays."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import PEN, draw_digit, paper

from digitscan.learn.shapes import draw_digit as draw_written
from digitscan.scan.evening import all_outlines_of
from digitscan.scan.frames import draw_frames
from digitscan.values import Box, GreyImage

Picture = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 58, 72


def rounded(image: GreyImage, box: Box, radius: int) -> None:
    """Draw a frame with round corners."""
    inner = Box(box.top + radius, box.left + radius, box.bottom - radius, box.right - radius)
    corners = np.array(
        [
            cv2.ellipse2Poly((column, row), (radius, radius), 0, start, start + 90, 3)
            for column, row, start in (
                (inner.right, inner.bottom, 0),
                (inner.left, inner.bottom, 90),
                (inner.left, inner.top, 180),
                (inner.right, inner.top, 270),
            )
        ]
    )
    cv2.polylines(image, [corners.reshape(-1, 2)], True, 0, 3)


def row_of_frames(radius: int, step: int, cells: int = 4) -> tuple[GreyImage, list[Box]]:
    """A page with a row of frames, and where they are."""
    image = paper(300, 600)
    boxes = [
        Box(100, left, 100 + HEIGHT, left + WIDTH) for left in range(60, 60 + cells * step, step)
    ]
    for box in boxes:
        rounded(image, box, radius)
    return image, boxes


def framed(image: GreyImage) -> tuple[GreyImage, Picture, Picture]:
    """The ink that is left of a page, and the lines that were drawn."""
    ink = np.asarray(255 - image, np.uint8)
    level, plumb = np.zeros_like(ink), np.zeros_like(ink)
    draw_frames(all_outlines_of(ink), ink, level, plumb, float(PEN))
    return ink, level, plumb


def has_sides(box: Box, level: Picture, plumb: Picture) -> bool:
    """Whether lines were drawn along all sides of a box."""
    rows, columns = slice(box.top + 4, box.bottom - 4), slice(box.left + 4, box.right - 4)
    ends = [level[end - 3 : end + 4, columns].any(axis=0).all() for end in (box.top, box.bottom)]
    sides = [plumb[rows, side - 3 : side + 4].any(axis=1).all() for side in (box.left, box.right)]
    return all([*ends, *sides])


@pytest.mark.parametrize("radius", [14, 20, WIDTH // 2])
@pytest.mark.parametrize("step", [WIDTH, WIDTH + 3, WIDTH + 14])
def test_frames_become_boxes_however_near_they_stand(radius: int, step: int) -> None:
    image, boxes = row_of_frames(radius, step)
    ink, level, plumb = framed(image)
    assert all(has_sides(box, level, plumb) for box in boxes)
    assert not ink.any()


def test_digits_in_frames_stay_as_they_are() -> None:
    image, boxes = row_of_frames(20, WIDTH + 8)
    written = paper(*image.shape)
    for digit, box in zip((0, 2, 7), boxes, strict=False):
        draw_digit(
            written, digit, Box(box.top + 12, box.left + 14, box.bottom - 12, box.right - 14)
        )
    ink, _, _ = framed(np.minimum(image, written))
    assert ((ink > 0) == (written == 0)).all()


def test_a_frame_that_a_stroke_leaves_is_one_too_and_the_stroke_is_whole() -> None:
    image, boxes = row_of_frames(20, WIDTH + 14)
    crossed = boxes[1]
    middle = (crossed.left + crossed.right) // 2
    cv2.line(image, (middle, crossed.top + 20), (middle - 6, crossed.bottom + 18), 0, PEN)
    ink, level, plumb = framed(image)
    assert has_sides(crossed, level, plumb)
    assert ink[crossed.top + 20 : crossed.bottom + 16].any(axis=1).all()
    assert not ink[:, : crossed.left].any()


def test_frames_seen_aslant_are_frames() -> None:
    image, boxes = row_of_frames(20, WIDTH + 14)
    lean = np.array([[1, -0.1, 0], [0.06, 1, 0]], np.float64)
    aslant = cv2.warpAffine(image, lean, (600, 300), borderValue=255)
    ink, level, plumb = framed(np.asarray(aslant, np.uint8))
    assert np.count_nonzero(ink) < 0.02 * np.count_nonzero(aslant < 128)
    assert cv2.connectedComponents(cv2.max(level, plumb))[0] == 1 + len(boxes)


def test_empty_ones_far_apart_are_no_frames_and_with_one_written_in_they_are() -> None:
    """They may be zeros that were typed, or drawn around a template."""
    image, boxes = row_of_frames(WIDTH // 2, 2 * WIDTH)
    ink, level, _ = framed(image)
    assert np.array_equal(ink, 255 - image)
    assert not level.any()
    draw_digit(image, 7, Box(120, boxes[2].left + 16, 155, boxes[2].right - 16))
    _, level, plumb = framed(image)
    assert all(has_sides(box, level, plumb) for box in boxes)


def test_two_alike_are_no_frames() -> None:
    """They may be zeros of one hand."""
    image, _ = row_of_frames(WIDTH // 2, WIDTH + 14, cells=2)
    ink, level, plumb = framed(image)
    assert np.array_equal(ink, 255 - image)
    assert not level.any()
    assert not plumb.any()


@pytest.mark.parametrize("ruled", [True, False])
def test_one_wide_frame_between_ruled_lines_is_a_box(ruled: bool) -> None:
    image, box = paper(300, 900), Box(100, 80, 172, 420)
    rounded(image, box, 28)
    draw_digit(image, 4, Box(116, 120, 158, 150))
    digit = np.count_nonzero(image[112:162, 115:155] == 0)
    ink = np.asarray(255 - image, np.uint8)
    level, plumb = np.zeros_like(ink), np.zeros_like(ink)
    if ruled:
        for row in (box.top, box.bottom):
            level[row - 1 : row + 2, box.left + 28 : box.right - 28] = 255
    draw_frames(all_outlines_of(ink), ink, level, plumb, float(PEN))
    assert has_sides(box, level, plumb) == ruled
    if ruled:
        assert np.count_nonzero(ink) == digit


def test_boxes_with_square_corners_are_left_to_the_ruling() -> None:
    image, _ = row_of_frames(1, WIDTH + 14)
    assert np.array_equal(framed(image)[0], 255 - image)


def test_zeros_of_a_hand_are_no_frames() -> None:
    rng = np.random.default_rng(4)
    image = paper(1000, 1400)
    for row, column in np.ndindex(9, 14):
        width, height = np.rint(rng.normal((38, 54), (3, 4))).astype(int).tolist()
        zero = cv2.resize(draw_written(0, rng), (width, height), interpolation=cv2.INTER_AREA)
        top, left = 30 + 100 * row, 60 + 95 * column
        image[top : top + height, left : left + width][zero > 100] = 0
    assert np.array_equal(framed(image)[0], 255 - image)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), shapes=st.integers(0, 30))
def test_any_ink_is_only_ever_made_less(seed: int, shapes: int) -> None:
    rng = np.random.default_rng(seed)
    image = paper(120, 160)
    for _ in range(shapes):
        x, y = int(rng.integers(-20, 180)), int(rng.integers(-20, 140))
        cv2.ellipse(image, (x, y), (18, 20), 0, 0, int(rng.choice([300, 360])), 0, 3)
    ink, _, _ = framed(image)
    assert (ink <= 255 - image).all()


def answer_sheet() -> tuple[GreyImage, list[Box]]:
    """A page with circles in four rows, a letter in each, one filled in a row."""
    image, boxes = paper(500, 700), []
    for row in range(4):
        for column in range(5):
            box = Box(60 + 100 * row, 60 + 70 * column, 112 + 100 * row, 112 + 70 * column)
            rounded(image, box, 26)
            place = box.left + 18, box.bottom - 18
            cv2.putText(image, "ABCDE"[column], place, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2)
            if column == row:
                cv2.circle(image, (box.left + 26, box.top + 26), 24, 0, -1)
            else:
                boxes.append(box)
    return image, boxes


def test_bubbles_to_fill_in_are_no_places_for_digits() -> None:
    image, bubbles = answer_sheet()
    ink, level, plumb = framed(image)
    assert not level.any() and not plumb.any()
    assert not any(ink[box.slices].any() for box in bubbles)


def test_circles_that_are_written_in_are_no_bubbles() -> None:
    """Digits of a hand are of many heights, and higher than print in bubbles."""
    image, bubbles = answer_sheet()
    for number, box in enumerate(bubbles):
        image[box.top + 10 : box.bottom - 10, box.left + 10 : box.right - 10] = 255
        above = 8 + 3 * (number % 4)
        draw_digit(image, 2, Box(box.top + above, box.left + 16, box.bottom - 9, box.left + 36))
    ink, level, plumb = framed(image)
    assert all(has_sides(box, level, plumb) for box in bubbles)
    assert all(ink[box.slices].any() for box in bubbles)
