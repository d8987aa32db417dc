"""A ring around a number is taken out; a 0, an open bow and an empty ring stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import PEN, draw_digit, paper

from digitscan.glyph.pieces import cut_pieces
from digitscan.glyph.rings import without_ring
from digitscan.reader import Reader
from digitscan.values import Box, GreyImage


def number() -> GreyImage:
    image = paper(200, 240)
    for left in (84, 128):
        draw_digit(image, 2, Box(78, left, 122, left + 28))
    return np.asarray(255 - image, np.uint8)


def circled(ink: GreyImage, degrees: int = 360) -> GreyImage:
    ink = ink.copy()
    cv2.ellipse(ink, (120, 100), (78, 66), 0, 20, 20 + degrees, 255, PEN)
    return ink


@pytest.mark.parametrize("degrees", [360, 335])
def test_a_ring_around_a_number_is_taken_out(degrees: int) -> None:
    """Whether it closes or not."""
    assert np.array_equal(without_ring(circled(number(), degrees), float(PEN)), number())


def test_the_number_is_cut_as_without_the_ring() -> None:
    with_ring, alone = (
        cut_pieces(ink, (0, 0), float(PEN)) for ink in (circled(number()), number())
    )
    assert [piece.box for piece in with_ring] == [piece.box for piece in alone]


def test_a_bow_is_no_ring() -> None:
    ink = circled(number(), degrees=270)
    assert np.array_equal(without_ring(ink, float(PEN)), ink)


@pytest.mark.parametrize("dot", [0, 6])
def test_a_zero_is_no_ring_even_with_a_dot_in_it(dot: int) -> None:
    ink = circled(np.zeros((200, 240), np.uint8))
    cv2.circle(ink, (120, 100), dot, 255, -1)
    assert np.array_equal(without_ring(ink, float(PEN)), ink)


def test_a_zero_with_a_stroke_through_it_is_no_ring() -> None:
    ink = circled(np.zeros((200, 240), np.uint8))
    cv2.line(ink, (60, 160), (180, 40), 255, PEN)
    cv2.circle(ink, (120, 70), 20, 255, -1)
    assert np.array_equal(without_ring(ink, float(PEN)), ink)


def test_a_number_with_a_ring_around_it_is_read() -> None:
    image = paper(500, 700)
    for row in range(3):
        top = 60 + 150 * row
        for left in (300, 345):
            draw_digit(image, 2, Box(top + 30, left, top + 78, left + 30))
        cv2.ellipse(image, (337, top + 54), (72, 64), 0, 0, 360, 0, PEN)
    records = Reader().read_image(image).records
    assert [record.reading.value for record in records] == ["22"] * 3
