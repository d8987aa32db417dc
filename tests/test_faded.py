"""Crumbs of a digit that a scan lost against dirt: the one is doubted, the other is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitscan.glyph.faded import lacks_faded_digit
from digitscan.glyph.pieces import cut_pieces
from digitscan.values import GreyImage

STROKE = 4.0
CRUMBS = ((32, 160), (50, 154), (62, 164))
"""Row and column of what is left of a digit."""


def two_strokes(crumbs: tuple[tuple[int, int], ...], size: int = 2) -> GreyImage:
    """Draw a 1 at either side of a gap that is wide enough for a digit, and crumbs."""
    ink = np.zeros((100, 320), np.uint8)
    for column in (120, 200):
        cv2.line(ink, (column, 24), (column, 70), 255, int(STROKE))
    for row, column in crumbs:
        ink[row : row + size, column : column + size] = 255
    return ink


def is_doubted(ink: GreyImage) -> bool:
    return lacks_faded_digit(cut_pieces(ink, (0, 0), STROKE))


def test_crumbs_over_the_height_of_a_digit_are_doubted() -> None:
    assert is_doubted(two_strokes(CRUMBS))


def test_they_are_doubted_before_and_after_the_number_too() -> None:
    for shift in (-90, 90):
        assert is_doubted(two_strokes(tuple((row, column + shift) for row, column in CRUMBS)))


@pytest.mark.parametrize(
    "dirt",
    [
        (),
        CRUMBS[:2],
        ((60, 150), (62, 156), (64, 160)),
        ((32, 140), (50, 160), (62, 182)),
        tuple((row + 60, column) for row, column in CRUMBS[:1]) * 3,
    ],
    ids=["none", "two", "on one level", "far apart", "under the line"],
)
def test_other_dirt_is_not(dirt: tuple[tuple[int, int], ...]) -> None:
    assert not is_doubted(two_strokes(dirt))


def test_dirt_on_a_digit_is_not() -> None:
    ink = two_strokes(())
    cv2.ellipse(ink, (160, 47), (14, 22), 0, 0, 360, 255, int(STROKE))
    for row, column in CRUMBS:
        ink[row : row + 2, column : column + 2] = 255
    assert not is_doubted(ink)


def test_a_blank_field_lacks_nothing() -> None:
    assert not is_doubted(np.zeros((40, 80), np.uint8))
