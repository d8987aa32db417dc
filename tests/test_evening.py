"""A ruled line is drawn no thicker where strokes run into it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitscan.scan.evening import draw_evenly
from digitscan.values import GreyImage, Mask

ROW, LINE = 60, 3


def sloping(rise: float, thickness: int = LINE) -> Mask:
    """A line from column 20 to 280 that falls by ``rise`` from end to end."""
    mask = np.zeros((140, 300), bool)
    for column in range(20, 280):
        top = ROW + round(rise * (column - 20) / 260)
        mask[top : top + thickness, column] = True
    return mask


def drawn(mask: Mask) -> GreyImage:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    picture = np.zeros(mask.shape, np.uint8)
    draw_evenly(picture, np.asarray(contours[0], np.int32))
    return picture


@pytest.mark.parametrize("rise", [0, 7])
def test_a_bare_line_is_drawn_as_it_is(rise: float) -> None:
    mask = sloping(rise)
    assert ((drawn(mask) > 0) == mask).all()


@pytest.mark.parametrize("rise", [0, 7])
@pytest.mark.parametrize("below", [False, True])
def test_what_stands_on_the_line_is_left_out(rise: float, below: bool) -> None:
    line = sloping(rise)
    swollen = line.copy()
    rows = slice(ROW, ROW + 15) if below else slice(ROW - 6, ROW + 7)
    swollen[rows, 120:140] = True
    even = drawn(swollen) > 0
    assert (even.sum(axis=0)[20:280] >= LINE - 1).all(), "no gap"
    assert (even.sum(axis=0) <= LINE + 1).all()
    assert (
        even & ~cv2.dilate(line.astype(np.uint8), np.ones((3, 1), np.uint8)).view(bool)
    ).sum() == 0


def test_lines_drawn_before_stay() -> None:
    picture = np.zeros((140, 300), np.uint8)
    picture[ROW - 5, :] = 255
    contours, _ = cv2.findContours(
        sloping(0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    draw_evenly(picture, np.asarray(contours[0], np.int32))
    assert (picture[ROW - 5] == 255).all()
    assert (picture[ROW + 1, 20:280] == 255).all()
