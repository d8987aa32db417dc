"""What a marker pen went over, on a page in colour."""

from __future__ import annotations

import numpy as np
import pytest
from sheets import draw_digit, paper

from digitscan.scan.marker import without_marker
from digitscan.values import Box, ColourImage, GreyImage

YELLOW, GREEN, PINK = (90, 255, 255), (130, 255, 140), (210, 160, 255)
BLUE_PEN, RED_PEN = (150, 60, 30), (50, 40, 190)
MARKED = np.s_[200:280, 150:650]


def page(pen: tuple[int, int, int], tint: tuple[int, int, int] = (255, 255, 255)) -> ColourImage:
    """Digits in a coloured pen on paper of a colour, blue, green, red."""
    ink = paper(600, 800)
    for left in range(180, 620, 60):
        draw_digit(ink, 4, Box(215, left, 265, left + 30))
    share = (ink / 255)[..., None]
    colour = np.array(tint) * share + np.array(pen) * (1 - share)
    return colour.round().astype(np.uint8)


def marked(colour: ColourImage, marker: tuple[int, int, int]) -> ColourImage:
    """The page with a stroke of a marker over the digits."""
    over = colour.copy()
    over[MARKED] = colour[MARKED] * (np.array(marker) / 255)
    return over


def grey(colour: ColourImage) -> GreyImage:
    return np.asarray(colour.min(axis=2), np.uint8)


@pytest.mark.parametrize("marker", [YELLOW, GREEN, PINK])
@pytest.mark.parametrize("pen", [BLUE_PEN, (40, 40, 40)])
def test_under_a_marker_paper_is_bright_and_ink_dark(
    marker: tuple[int, int, int], pen: tuple[int, int, int]
) -> None:
    plain = page(pen)
    over = marked(plain, marker)
    ink = grey(plain)[MARKED] < 100
    seen = without_marker(grey(over), over)[MARKED]
    assert np.quantile(seen[~ink], 0.01) > 200
    assert np.quantile(seen[ink], 0.99) < 160


def test_a_thick_bright_pen_is_no_marker() -> None:
    """A pink felt pen is as bright as paper in red."""
    colour = page((150, 60, 235))
    assert np.array_equal(without_marker(grey(colour), colour), grey(colour))


@pytest.mark.parametrize("tint", [(255, 255, 255), (150, 210, 240), (235, 200, 160)])
@pytest.mark.parametrize("pen", [BLUE_PEN, RED_PEN])
def test_coloured_pens_and_coloured_paper_stay(
    tint: tuple[int, int, int], pen: tuple[int, int, int]
) -> None:
    colour = page(pen, tint)
    assert np.array_equal(without_marker(grey(colour), colour), grey(colour))


@pytest.mark.parametrize("sides", [np.s_[:, 850:], np.s_[450:, :]])
def test_a_bright_brown_table_under_the_sheet_is_no_marker(sides: tuple[slice, ...]) -> None:
    """Made as bright as paper, the table would be more sheet."""
    colour = np.empty((700, 1000, 3), np.uint8)
    colour[:] = (50, 70, 90)
    colour[sides] = (110, 150, 190)
    colour[50:650, 100:900] = page(BLUE_PEN) // 5 * 4
    assert np.array_equal(without_marker(grey(colour), colour), grey(colour))
