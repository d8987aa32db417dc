"""What is left of a pale line between two cells is no 1."""

from __future__ import annotations

import numpy as np
import pytest
from sheets import LINE, PEN, clean_of

from digitscan.form.line_ends import without_line_ends
from digitscan.values import Box, CleanPage, GreyImage

BOX = Box(100, 100, 160, 300)
LINE_TONE, COLUMN = 80, 200


def page(beyond: slice, column: int = COLUMN) -> CleanPage:
    """A page with an upright line in the rows ``beyond``."""
    ink = np.zeros((400, 500), np.uint8)
    ink[beyond, column : column + LINE] = LINE_TONE
    return clean_of(ink, plumb=ink > 0)


def stroke(
    rows: slice, column: int = COLUMN, tone: int = LINE_TONE, width: int = LINE
) -> GreyImage:
    """Ink of the field, which begins at its top left corner."""
    ink = np.zeros((BOX.height, BOX.width), np.uint8)
    ink[rows, column - BOX.left : column - BOX.left + width] = tone
    return ink


def is_left_out(ink: GreyImage, clean: CleanPage) -> bool:
    return not without_line_ends(ink, (BOX.top, BOX.left), BOX, clean).any()


ABOVE, BELOW = slice(20, 98), slice(162, 260)
UPPER, LOWER, MIDDLE = slice(4, 40), slice(20, 56), slice(13, 46)


@pytest.mark.parametrize(("rows", "beyond"), [(UPPER, ABOVE), (LOWER, BELOW)])
def test_the_end_of_a_line_is_no_digit(rows: slice, beyond: slice) -> None:
    assert is_left_out(stroke(rows), page(beyond))


def test_a_digit_beside_the_end_of_a_line_stays() -> None:
    digit = stroke(LOWER, COLUMN + 30)
    left = without_line_ends(digit + stroke(LOWER), (BOX.top, BOX.left), BOX, page(BELOW))
    assert np.array_equal(left, digit)


@pytest.mark.parametrize(
    "ink",
    [
        pytest.param(stroke(UPPER), id="at the other side"),
        pytest.param(stroke(MIDDLE), id="at neither side"),
        pytest.param(stroke(LOWER, COLUMN + 2 * LINE), id="in other columns"),
        pytest.param(stroke(LOWER, tone=2 * LINE_TONE), id="darker than the line"),
        pytest.param(stroke(LOWER, width=2 * PEN), id="wider than a line"),
        pytest.param(stroke(slice(48, 56)), id="a dot"),
    ],
)
def test_a_1_stays_that_stands(ink: GreyImage) -> None:
    assert not is_left_out(ink, page(BELOW))


def test_a_line_that_ends_near_the_field_is_none_that_goes_on() -> None:
    assert not is_left_out(stroke(LOWER), page(slice(162, 176)))


def test_a_field_at_the_edge_of_the_page_can_be_judged() -> None:
    ink, edge = stroke(LOWER), Box(340, 100, 400, 300)
    left = without_line_ends(ink, (edge.top, edge.left), edge, page(slice(0, 400), 10))
    assert np.array_equal(left, ink)
