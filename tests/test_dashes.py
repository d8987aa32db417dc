"""Lines printed as dashes or dots are found; what a pen, type or dirt does looks like none."""

from __future__ import annotations

import numpy as np
import pytest
from sheets import PEN, draw_box, draw_digit, paper

from digitscan.form.cells import find_cells
from digitscan.reader import Reader
from digitscan.scan.dashes import close_gaps, find_dashed_lines
from digitscan.scan.ruling import find_ruling
from digitscan.values import Box, FieldKind, GreyImage

COMB = Box(60, 60, 130, 410)
CELLS, PITCH = 7, 50
DASHES = [(8, 8), (5, 5), (3, 8), (3, 14)]
"""Length of a dash, and of a gap."""


def draw_dashes(
    image: GreyImage,
    start: tuple[int, int],
    length: int,
    dashes: tuple[int, int],
    *,
    plumb: bool = False,
) -> None:
    """Draw a dashed line, 3 pixels thick, down or to the right from (row, column)."""
    picture, (row, column) = (image.T, start[::-1]) if plumb else (image, start)
    dash, gap = dashes
    for begin in range(0, length, dash + gap):
        end = min(length, begin + dash)
        picture[row : row + 3, column + begin : column + end] = 0


def dashed_comb(dashes: tuple[int, int], *, frame: bool) -> GreyImage:
    """A comb with dashed dividers in a solid ``frame``, or dashed all around."""
    image = paper(200, 500)
    if frame:
        draw_box(image, COMB)
    else:
        for row in (COMB.top, COMB.bottom):
            draw_dashes(image, (row, COMB.left), COMB.width, dashes)
    for number in range(frame, CELLS + 1 - frame):
        column = COMB.left + PITCH * number
        draw_dashes(image, (COMB.top, column), COMB.height, dashes, plumb=True)
    return image


def cells_of(image: GreyImage) -> list[Box]:
    """The cells between the lines of an image."""
    darkness = np.asarray(255 - image, np.uint8)
    level, plumb = find_ruling(darkness, float(PEN), find_dashed_lines(darkness, float(PEN)))
    return find_cells(level > 0, plumb > 0, float(PEN))


@pytest.mark.parametrize("dashes", DASHES)
@pytest.mark.parametrize("frame", [True, False])
def test_dashed_dividers_part_the_cells_of_a_comb(dashes: tuple[int, int], frame: bool) -> None:
    cells = sorted(cells_of(dashed_comb(dashes, frame=frame)), key=lambda cell: cell.left)
    assert len(cells) == CELLS
    for number, cell in enumerate(cells):
        assert abs(cell.left - COMB.left - PITCH * number) <= 4
        assert cell.height >= 0.85 * COMB.height


def test_dividers_of_two_long_dashes_are_told_by_their_equals() -> None:
    image, high = paper(250, 500), Box(60, 60, 150, 410)
    draw_box(image, high)
    for number in range(1, CELLS):
        draw_dashes(image, (72, 60 + PITCH * number), 62, (24, 14), plumb=True)
    assert len(cells_of(image)) == CELLS


@pytest.mark.parametrize("dashes", [(8, 8), (5, 5), (3, 14)])
def test_a_digit_on_a_dashed_side_does_not_open_it(dashes: tuple[int, int]) -> None:
    image = dashed_comb(dashes, frame=False)
    draw_digit(image, 7, Box(75, 104, 120, 130))
    assert len(cells_of(image)) == CELLS


def test_a_comb_with_dotted_dividers_is_one_value() -> None:
    image = np.full((700, 900), 250, np.uint8)
    for top in (100, 300, 500):
        comb = Box(top, 100, top + 70, 450)
        draw_box(image, comb)
        for number in range(CELLS):
            left = comb.left + PITCH * number
            if number:
                draw_dashes(image, (comb.top, left), comb.height, (3, 8), plumb=True)
            draw_digit(image, (2, 7, 0)[number % 3], Box(top + 12, left + 13, top + 58, left + 40))
    records = Reader().read_image(image).records
    assert [record.field.kind for record in records] == [FieldKind.COMB] * 3
    assert [record.reading.value for record in records] == ["2702702"] * 3


@pytest.mark.parametrize("dashes", DASHES)
def test_a_dashed_rule_is_a_line_without_gaps(dashes: tuple[int, int]) -> None:
    image = paper(200, 500)
    draw_dashes(image, (120, 60), 380, dashes)
    ink = np.asarray(255 - image, np.uint8)
    dashed = find_dashed_lines(ink, float(PEN))
    level, plumb = find_ruling(ink, float(PEN), dashed)
    assert (level[121, 62:438] > 0).all()
    assert not plumb.any()
    close_gaps(ink, level, dashed.level)
    assert (ink[121, 62:438] > 0).all()
    assert not ink[:118].any() and not ink[126:].any()


@pytest.mark.parametrize("length", [52, 74])
def test_numbers_on_a_rule_of_one_dash_a_digit_are_one_value(length: int) -> None:
    image = np.full((700, 900), 250, np.uint8)
    for top in (100, 300, 500):
        for number in range(5):
            left = 100 + (length + 18) * number
            image[top + 70 : top + 73, left : left + length] = 0
            draw_digit(image, (2, 7, 0)[number % 3], Box(top + 10, left + 10, top + 62, left + 42))
    records = Reader().read_image(image).records
    assert [record.reading.value for record in records] == ["27027"] * 3


@pytest.mark.parametrize(
    "columns",
    [
        [60, 75, 118, 140, 190, 204, 260],
        [60, 160, 260, 360],
    ],
    ids=["at no pitch", "far from one another"],
)
def test_dots_that_letters_have_are_no_line(columns: list[int]) -> None:
    image = paper(200, 500)
    for column in columns:
        image[100:104, column : column + 4] = 0
    dashed = find_dashed_lines(np.asarray(255 - image, np.uint8), float(PEN))
    assert not dashed.level and not dashed.plumb


def test_dashes_of_a_pen_are_no_line() -> None:
    image = paper(200, 600)
    for column, row, length in [(60, 100, 22), (96, 103, 30), (150, 97, 17), (190, 104, 26)]:
        image[row : row + 4, column : column + length] = 0
    dashed = find_dashed_lines(np.asarray(255 - image, np.uint8), float(PEN))
    assert not dashed.level and not dashed.plumb


def test_noise_is_no_line() -> None:
    noise = np.random.default_rng(3).random((600, 800)) > 0.985
    dashed = find_dashed_lines(noise.astype(np.uint8) * np.uint8(255), float(PEN))
    level, plumb = find_ruling(np.zeros((600, 800), np.uint8), float(PEN), dashed)
    assert not level.any() and not plumb.any()


def test_a_page_without_ink_has_no_line() -> None:
    dashed = find_dashed_lines(np.zeros((50, 60), np.uint8), float(PEN))
    assert not dashed.level and not dashed.plumb
