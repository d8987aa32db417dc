"""Boxes that repeat: those too pale for their lines are found where they must stand."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from sheets import draw_box, draw_digit, grid_of_boxes, overlap, paper, shrunk

from digitscan.form.grid import complete_grid
from digitscan.values import Box, GreyImage

STROKE_PX = 4.0


def ink_of(boxes: Iterable[Box], pale: Iterable[Box] = ()) -> GreyImage:
    """Ink of a sheet with boxes; of the ``pale`` ones every other pixel shows."""
    image = paper(600, 800)
    for box in pale:
        draw_box(image, box)
    image[::2, ::2] = 255
    for box in boxes:
        draw_box(image, box)
    return np.asarray(255 - image, np.uint8)


def in_order(boxes: Iterable[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (box.top, box.left))


@pytest.mark.parametrize("lost", [[7], [0], [19], [6, 7], [5, 12, 18]])
def test_boxes_that_were_missed_are_added(lost: list[int]) -> None:
    grid = grid_of_boxes(4, 5)
    found = [box for number, box in enumerate(grid) if number not in lost]
    completed = complete_grid(found, ink_of(grid), STROKE_PX)
    assert len(completed) == 20
    for drawn in grid:
        assert max(overlap(box, drawn) for box in completed) > 0.8


def test_pale_boxes_are_added() -> None:
    grid = grid_of_boxes(4, 5)
    ink = ink_of(grid[:8] + grid[9:], pale=[grid[8]])
    completed = complete_grid(grid[:8] + grid[9:], ink, STROKE_PX)
    assert len(completed) == 20
    assert max(overlap(box, grid[8]) for box in completed) > 0.8


def test_nothing_is_added_where_the_paper_is_bare() -> None:
    grid = grid_of_boxes(4, 5)
    found = [box for number, box in enumerate(grid) if number not in (0, 7, 19)]
    assert in_order(complete_grid(found, ink_of(found), STROKE_PX)) == found


def test_a_digit_in_place_of_a_box_is_no_box() -> None:
    grid = grid_of_boxes(4, 5)
    found = grid[:7] + grid[8:]
    image = np.asarray(255 - ink_of(found), np.uint8)
    draw_digit(image, 0, shrunk(grid[7], 6))
    completed = complete_grid(found, np.asarray(255 - image, np.uint8), STROKE_PX)
    assert in_order(completed) == found


def test_a_full_grid_is_left_as_it_is() -> None:
    grid = grid_of_boxes(4, 5)
    assert in_order(complete_grid(grid, ink_of(grid), STROKE_PX)) == grid


def test_parts_of_a_missed_box_give_way_to_it() -> None:
    grid = grid_of_boxes(4, 5)
    half = Box(grid[7].top, grid[7].left, grid[7].top + 20, grid[7].right)
    completed = complete_grid([*grid[:7], half, *grid[8:]], ink_of(grid), STROKE_PX)
    assert len(completed) == 20
    assert half not in completed


def test_cells_of_a_table_call_for_no_more() -> None:
    cells = [
        Box(60 + 53 * r, 60 + 53 * c, 110 + 53 * r, 110 + 53 * c)
        for r in range(4)
        for c in range(5)
    ]
    assert in_order(complete_grid(cells, ink_of(cells), STROKE_PX)) == cells


@pytest.mark.parametrize("cells", [[], [Box(60, 60, 110, 110)], grid_of_boxes(1, 3)])
def test_a_few_boxes_are_no_grid(cells: list[Box]) -> None:
    assert complete_grid(cells, ink_of(grid_of_boxes(4, 5)), STROKE_PX) == cells


def test_boxes_of_two_sizes_on_one_page_stay_whole() -> None:
    small = grid_of_boxes(2, 5)
    large = [Box(300, 60 + 110 * number, 370, 130 + 110 * number) for number in range(6)]
    assert in_order(complete_grid(small + large, ink_of(small + large), STROKE_PX)) == small + large


def test_boxes_that_grow_over_the_page_stay_one_each() -> None:
    boxes = []
    for row, size in enumerate((50, 53, 56, 59, 62)):
        top = 40 + 105 * row
        boxes += [Box(top, 50 + 110 * c, top + size, 50 + 110 * c + size) for c in range(6)]
    completed = complete_grid(boxes, ink_of(boxes), STROKE_PX)
    assert len(completed) == len(boxes)
