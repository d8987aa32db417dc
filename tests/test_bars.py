"""Cells between bars with dashes at their feet: |__|__|."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import draw_digit, paper

from digitscan.reader import Reader
from digitscan.scan.bars import draw_cells
from digitscan.values import Box

Picture = npt.NDArray[np.uint8]

STROKE, HIGH, PITCH, LEFT = 4.0, 46, 52, 60


def blank() -> Picture:
    return np.zeros((500, 700), np.uint8)


def bars(page: Picture, foot: int, cells: int, gap: int = 0, pitch: int = PITCH) -> list[int]:
    """Draw bars and dashes in white, and say where the bars are."""
    columns = [LEFT + pitch * number for number in range(cells + 1)]
    for column in columns:
        page[foot - HIGH : foot, column : column + 3] = 255
    for column in columns[:-1]:
        page[foot - 3 : foot, column + 3 + gap : column + pitch - gap] = 255
    return columns


def cells_of(page: Picture) -> tuple[Picture, Picture]:
    level, plumb = np.zeros_like(page), np.zeros_like(page)
    draw_cells(page, level, plumb, STROKE)
    return level, plumb


@pytest.mark.parametrize("gap", [0, 6])
@pytest.mark.parametrize("cells", [3, 8])
def test_bars_become_the_sides_of_cells(gap: int, cells: int) -> None:
    page = blank()
    columns = bars(page, 200, cells, gap)
    level, plumb = cells_of(page)
    for column in columns:
        assert plumb[200 - HIGH : 198, column + 1].all()
    assert level[198, columns[0] + 3 : columns[-1]].all()
    assert level[: 200 - HIGH, columns[0] + 3 : columns[-1]].any(axis=0).all()


def test_one_cell_is_found_beside_longer_rows_and_not_alone() -> None:
    page = blank()
    bars(page, 100, 1)
    assert not cells_of(page)[1].any()
    bars(page, 250, 4)
    assert cells_of(page)[1][90, LEFT + PITCH + 1]


def test_a_bar_that_a_digit_hides_is_put_in() -> None:
    page = blank()
    columns = bars(page, 200, 4)
    cv2.line(page, (columns[2] - 10, 150), (columns[2] + 12, 190), 255, 12)
    assert cells_of(page)[1][170, columns[2] + 1]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000), stroke=st.sampled_from([1.0, 1.4, 4.0]), high=st.integers(8, 60)
)
def test_any_strokes_may_stand_anywhere(seed: int, stroke: float, high: int) -> None:
    rng = np.random.default_rng(seed)
    page = np.zeros((64, 200), np.uint8)
    page[rng.integers(40, 64) :, :] = rng.integers(2) * 255
    for column in rng.integers(0, 198, size=12).tolist():
        page[64 - high :, column : column + 2] = 255
    level, plumb = np.zeros_like(page), np.zeros_like(page)
    draw_cells(page, level, plumb, stroke)
    assert set(np.unique(level)) | set(np.unique(plumb)) <= {0, 255}


def test_ones_on_a_rule_are_no_bars() -> None:
    """The rule runs on beyond them."""
    page = blank()
    bars(page, 200, 4)
    page[197:200, 20:500] = 255
    assert not cells_of(page)[1].any()


def test_boxes_are_closed_above() -> None:
    page = blank()
    columns = bars(page, 200, 4)
    page[200 - HIGH : 203 - HIGH, columns[0] : columns[-1]] = 255
    assert not cells_of(page)[1].any()


def test_letters_have_more_letters_beside_them() -> None:
    page = blank()
    columns = bars(page, 200, 4)
    cv2.putText(page, "no", (columns[-1] + 8, 200), cv2.FONT_HERSHEY_SIMPLEX, 2, 255, 3)
    assert not cells_of(page)[1].any()


def test_bars_at_no_pitch_are_no_cells() -> None:
    page = blank()
    bars(page, 200, 2, pitch=40)
    page[200 - HIGH : 200, 205:208] = 255
    page[197:200, 140:205] = 255
    assert not cells_of(page)[1].any()


def test_numbers_between_bars_are_values() -> None:
    image = paper(700, 900)
    page = np.zeros((700, 900), np.uint8)
    wanted = []
    for row, cells in enumerate((4, 1, 6, 2)):
        foot = 150 + 150 * row
        columns = bars(page, foot, cells, gap=6)
        for number, column in enumerate(columns[:-1]):
            digit = (2, 7, 0)[(number + row) % 3]
            draw_digit(image, digit, Box(foot - 56, column + 14, foot - 8, column + 42))
        wanted.append("".join(str((2, 7, 0)[(number + row) % 3]) for number in range(cells)))
    image[page > 0] = 40
    records = Reader().read_image(image).records
    assert [record.reading.value for record in records] == wanted
