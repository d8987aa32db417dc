"""Ruling in, closed cells out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import draw_box, overlap, paper, shrunk

from digitscan.form.cells import find_cells
from digitscan.values import Box, Mask

STROKE_PX = 4.0
Lines = tuple[Mask, Mask]


def no_lines(height: int = 400, width: int = 700) -> Lines:
    return np.zeros((height, width), bool), np.zeros((height, width), bool)


def rule_box(lines: Lines, box: Box, line: int = 3) -> None:
    """Rule the four sides of ``box``, just outside it."""
    level, plumb = lines
    level[box.top - line : box.top, box.left - line : box.right + line] = True
    level[box.bottom : box.bottom + line, box.left - line : box.right + line] = True
    plumb[box.top - line : box.bottom + line, box.left - line : box.left] = True
    plumb[box.top - line : box.bottom + line, box.right : box.right + line] = True


def cells_of(lines: Lines) -> list[Box]:
    return sorted(find_cells(*lines, STROKE_PX), key=lambda box: (box.top, box.left))


def assert_same(found: list[Box], drawn: list[Box]) -> None:
    assert len(found) == len(drawn)
    for one, other in zip(found, drawn, strict=True):
        assert overlap(one, other) > 0.85, (one, other)


@given(st.integers(45, 150), st.integers(35, 500), st.integers(1, 6))
@settings(max_examples=25, deadline=None)
def test_a_box_is_one_cell(height: int, width: int, line: int) -> None:
    lines = no_lines()
    box = Box(60, 80, 60 + height, 80 + width)
    rule_box(lines, box, line)
    assert_same(cells_of(lines), [box])


def test_a_page_without_ruling_has_no_cells() -> None:
    assert find_cells(*no_lines(), STROKE_PX) == []


def test_single_lines_enclose_nothing() -> None:
    level, plumb = no_lines()
    level[100:103, 50:600] = True
    plumb[50:350, 400:403] = True
    assert find_cells(level, plumb, STROKE_PX) == []


def test_a_table_gives_every_cell_once() -> None:
    level, plumb = no_lines()
    for row in range(40, 361, 80):
        level[row : row + 3, 50:653] = True
    for column in range(50, 651, 120):
        plumb[40:363, column : column + 3] = True
    drawn = [
        Box(r + 3, c + 3, r + 80, c + 120) for r in range(40, 360, 80) for c in range(50, 650, 120)
    ]
    assert_same(cells_of((level, plumb)), drawn)


def test_of_a_box_in_a_cell_the_inner_one_counts() -> None:
    lines = no_lines()
    outer, inner = Box(50, 50, 250, 600), Box(110, 150, 170, 500)
    rule_box(lines, outer)
    rule_box(lines, inner)
    assert_same(cells_of(lines), [inner])


def test_a_box_with_a_double_frame_is_one_cell() -> None:
    lines = no_lines()
    outer = Box(50, 50, 130, 400)
    rule_box(lines, outer)
    rule_box(lines, shrunk(outer, 8))
    assert len(cells_of(lines)) == 1


def test_a_pattern_to_write_over_leaves_the_box_one_cell() -> None:
    lines = no_lines()
    box = Box(50, 50, 150, 120)
    rule_box(lines, box)
    for bar in (Box(62, 68, 97, 102), Box(100, 68, 135, 102)):
        rule_box(lines, bar)
    assert_same(cells_of(lines), [box])


def test_what_is_too_small_for_a_digit_is_no_cell() -> None:
    lines = no_lines()
    rule_box(lines, Box(50, 50, 62, 62))
    rule_box(lines, Box(100, 50, 110, 400))
    rule_box(lines, Box(200, 50, 300, 58))
    assert cells_of(lines) == []


def test_a_frame_around_the_page_is_no_cell() -> None:
    lines = no_lines()
    rule_box(lines, Box(5, 5, 395, 695))
    box = Box(100, 100, 160, 300)
    assert cells_of(lines) == []
    rule_box(lines, box)
    assert_same(cells_of(lines), [box])


def test_lines_that_run_on_past_the_corner_change_nothing() -> None:
    lines = no_lines()
    box = Box(100, 100, 160, 300)
    rule_box(lines, box)
    lines[0][160:163, 40:380] = True
    lines[1][60:200, 97:100] = True
    assert_same(cells_of(lines), [box])


@pytest.mark.parametrize("side", ["top", "bottom"])
def test_a_box_whose_top_or_bottom_does_not_show_is_a_box(side: str) -> None:
    lines = no_lines()
    box = Box(100, 100, 170, 300)
    rule_box(lines, box)
    row = slice(97, 100) if side == "top" else slice(170, 173)
    lines[0][row, 103:297] = False
    assert_same(cells_of(lines), [box])


def test_two_plumb_lines_without_top_and_bottom_are_no_box() -> None:
    level, plumb = no_lines()
    plumb[100:170, 100:103] = True
    plumb[100:170, 300:303] = True
    assert find_cells(level, plumb, STROKE_PX) == []


@pytest.mark.parametrize("gap", [11, 16, 26])
def test_a_gap_between_a_box_and_a_line_of_a_table_is_no_cell(gap: int) -> None:
    """The lower side of the last box runs on to the table's line, and the upper one, too."""
    lines = no_lines()
    boxes = [Box(100, left, 180, left + 80) for left in (60, 170, 280)]
    for box in boxes:
        rule_box(lines, box)
    level, plumb = lines
    side = boxes[-1].right + 3
    plumb[40:360, side + gap : side + gap + 3] = True
    for row in (97, 180):
        level[row : row + 3, side : side + gap] = True
    assert_same(cells_of(lines), boxes)


@pytest.mark.parametrize("column", [14, 66])
def test_a_stroke_through_a_cell_cuts_nothing_off(column: int) -> None:
    lines = no_lines()
    boxes = [Box(100, left, 180, left + 80) for left in (60, 190, 320)]
    for box in boxes:
        rule_box(lines, box)
    lines[1][100:180, boxes[0].left + column : boxes[0].left + column + 4] = True
    assert_same(cells_of(lines), boxes)


def test_a_triangle_is_no_cell() -> None:
    image = paper(400, 700)
    rows, columns = np.indices(image.shape)
    edge = np.abs(rows - columns) < 3
    level, plumb = no_lines()
    level[300:303, 100:303] = True
    plumb[100:303, 100:103] = True
    plumb[100:303, 100:303] |= edge[100:303, 100:303]
    assert find_cells(level, plumb, STROKE_PX) == []


@given(st.floats(0, 1), st.integers(1, 60), st.integers(1, 60), st.sampled_from([0.5, 4.0]))
@settings(max_examples=30, deadline=None)
def test_cells_lie_on_the_page_whatever_the_ruling(
    share: float, height: int, width: int, stroke_px: float
) -> None:
    random = np.random.default_rng(height * 100 + width)
    level, plumb = (random.random((height, width)) < share for _ in range(2))
    for cell in find_cells(level, plumb, stroke_px):
        assert 0 <= cell.top < cell.bottom <= height
        assert 0 <= cell.left < cell.right <= width


def test_cells_grow_with_the_yardstick() -> None:
    frame = paper()
    box = Box(100, 100, 150, 300)
    draw_box(frame, box)
    level = frame == 0
    plumb = level.copy()
    assert_same(find_cells(level, plumb, 3.0), [shrunk(box, 0)])
    assert find_cells(level, plumb, 20.0) == []


def columns_of(*sides: tuple[int, int, int]) -> Lines:
    """Plumb lines, (column, top, bottom), and no others."""
    lines = no_lines()
    for column, top, bottom in sides:
        lines[1][top:bottom, column : column + 3] = True
    return lines


def test_sides_of_a_column_may_go_on_further_one_than_the_other() -> None:
    """The header of a table is dark all over, its outer lines run up beside it."""
    level, plumb = columns_of((50, 20, 380), (200, 60, 380), (350, 60, 396))
    level[377:380, 50:353] = True
    drawn = [Box(60, 53, 377, 200), Box(60, 203, 377, 350)]
    assert_same(cells_of((level, plumb)), drawn)


def test_short_sides_may_not() -> None:
    level, plumb = columns_of((50, 20, 160), (200, 60, 160))
    level[157:160, 50:203] = True
    assert cells_of((level, plumb)) == []


def test_columns_open_at_both_ends_are_cells_only_beside_others() -> None:
    lines = columns_of((50, 60, 380), (200, 60, 380), (350, 60, 380))
    assert cells_of(lines) == []
    box = Box(80, 450, 130, 600)
    rule_box(lines, box)
    drawn = [Box(60, 53, 380, 200), Box(60, 203, 380, 350), box]
    assert_same(cells_of(lines), drawn)
