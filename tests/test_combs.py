"""A row of cells in, combs and single cells out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitscan.form.combs import find_combs, is_parted
from digitscan.form.tables import find_columns
from digitscan.values import Box, Mask

TOP, BOTTOM = 100, 150
HEIGHT = BOTTOM - TOP


def row_of(widths: list[int], gap: int = 4, left: int = 40) -> list[Box]:
    """Cells side by side, ``gap`` apart."""
    cells = []
    for width in widths:
        cells.append(Box(TOP, left, BOTTOM, left + width))
        left += width + gap
    return cells


def level_over(row: list[Box]) -> Mask:
    """Top and bottom lines that run on over the whole row."""
    level = np.zeros((300, 1200), bool)
    for line in (slice(TOP - 3, TOP), slice(BOTTOM, BOTTOM + 3)):
        level[line, row[0].left : row[-1].right] = True
    return level


def no_lines() -> Mask:
    return np.zeros((300, 1200), bool)


def sizes(row: list[Box]) -> list[int]:
    return [len(comb) for comb in find_combs(row, level_over(row), no_lines())]


@given(st.integers(2, 16), st.integers(26, 60), st.integers(2, 8))
@settings(max_examples=30, deadline=None)
def test_equal_narrow_cells_are_one_comb(cells: int, width: int, gap: int) -> None:
    row = row_of([width] * cells, gap)
    (comb,) = find_combs(row, level_over(row), no_lines())
    assert len(comb) == cells
    for found, drawn in zip(comb, row, strict=True):
        assert abs(found.left - drawn.left) <= 3
        assert abs(found.right - drawn.right) <= 3
        assert (found.top, found.bottom) == (TOP, BOTTOM)


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=12))
@settings(max_examples=20, deadline=None)
def test_cells_of_nearly_one_width_are_one_comb(jitter: list[int]) -> None:
    assert sizes(row_of([36 + each for each in jitter])) == [len(jitter)]


def test_a_wider_gap_as_of_a_comma_is_in_no_cell() -> None:
    """Its lines would be strokes."""
    before = row_of([36] * 3)
    row = [*before, *row_of([36] * 2, left=before[-1].right + 16)]
    (comb,) = find_combs(row, level_over(row), no_lines())
    assert [comb[2].right, comb[3].left] == [row[2].right, row[3].left]


@pytest.mark.parametrize("missing", range(1, 8))
def test_a_divider_that_is_missing_is_put_in(missing: int) -> None:
    whole = row_of([36] * 8)
    joined = Box(TOP, whole[missing - 1].left, BOTTOM, whole[missing].right)
    row = [*whole[: missing - 1], joined, *whole[missing + 1 :]]
    (comb,) = find_combs(row, level_over(row), no_lines())
    assert [abs(a.left - b.left) <= 3 for a, b in zip(comb, whole, strict=True)] == [True] * 8


def test_in_a_comb_drawn_by_hand_a_divider_that_is_missing_is_put_in() -> None:
    assert sizes(row_of([72, 132, 56, 74, 60, 74, 67])) == [8]


@pytest.mark.parametrize("stem", range(8))
def test_a_stem_that_looks_like_a_divider_is_passed_over(stem: int) -> None:
    whole = row_of([40] * 8)
    cell = whole[stem]
    parts = [
        Box(TOP, cell.left, BOTTOM, cell.left + 18),
        Box(TOP, cell.left + 22, BOTTOM, cell.right),
    ]
    row = [*whole[:stem], *parts, *whole[stem + 1 :]]
    assert sizes(row) == [8]


@pytest.mark.parametrize("lost", range(1, 7))
def test_a_cell_that_was_not_found_is_put_in(lost: int) -> None:
    whole = row_of([36] * 8)
    assert sizes([*whole[:lost], *whole[lost + 1 :]]) == [8]


def test_wide_cells_stay_alone() -> None:
    assert sizes(row_of([160, 200, 170])) == [1, 1, 1]


def test_boxes_that_stand_apart_stay_alone() -> None:
    row = row_of([40] * 5, gap=60)
    combs = find_combs(row, no_lines(), no_lines())
    assert combs == [[cell] for cell in row]


def test_a_wide_cell_beside_a_comb_is_not_part_of_it() -> None:
    row = row_of([38] * 6) + row_of([300], left=400)
    assert sizes(row) == [6, 1]


def test_two_combs_of_one_row_stay_two() -> None:
    row = row_of([38] * 5) + row_of([38] * 4, left=600)
    combs = find_combs(row, no_lines(), no_lines())
    assert [len(comb) for comb in combs] == [5, 4]


def test_a_loop_inside_a_cell_is_no_cell() -> None:
    row = row_of([38] * 6)
    loop = Box(TOP + 14, 56, BOTTOM - 14, 70)
    with_loop = sorted([*row[:0], *row[1:], loop], key=lambda box: box.left)
    combs = find_combs(with_loop, level_over(row), no_lines())
    assert not any(loop in comb for comb in combs)


def test_a_higher_neighbour_is_not_of_the_comb() -> None:
    row = row_of([38] * 4)
    tall = Box(TOP - 60, row[-1].right + 4, BOTTOM + 60, row[-1].right + 50)
    combs = find_combs([*row, tall], no_lines(), no_lines())
    assert [len(comb) for comb in combs] == [4, 1]


def test_no_cells_no_combs() -> None:
    assert find_combs([], no_lines(), no_lines()) == []


@given(st.lists(st.tuples(st.integers(5, 90), st.integers(2, 80)), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_any_row_is_parted_from_left_to_right(widths: list[tuple[int, int]]) -> None:
    row, left = [], 20
    for width, gap in widths:
        row.append(Box(TOP, left, BOTTOM, left + width))
        left += width + gap
    lines = np.zeros((BOTTOM + 60, left), bool)
    combs = find_combs(row, lines, lines)
    lefts = [cell.left for comb in combs for cell in comb]
    assert lefts == sorted(lefts)
    assert all(cell.left < cell.right for comb in combs for cell in comb)
    assert abs(combs[0][0].left - row[0].left) <= 40
    assert abs(combs[-1][-1].right - row[-1].right) <= 40


LEFT, RIGHT = row_of([40, 40], gap=24)


def passing(column: int, top: int = TOP - 20, bottom: int = BOTTOM + 20) -> Mask:
    """A plumb line, 3 columns wide."""
    plumb = no_lines()
    plumb[top:bottom, column : column + 3] = True
    return plumb


def test_a_line_between_two_boxes_parts_them() -> None:
    pair, middle = [LEFT, RIGHT], (LEFT.right + RIGHT.left) // 2
    assert is_parted(LEFT, RIGHT, passing(middle))
    assert [len(comb) for comb in find_combs(pair, level_over(pair), passing(middle))] == [1, 1]
    assert sizes(pair) == [2], "without it they are one comb"


@pytest.mark.parametrize("rows", [(TOP - 45, BOTTOM), (TOP, BOTTOM + 45)])
def test_in_the_last_row_of_a_table_the_line_goes_on_to_one_side_only(
    rows: tuple[int, int],
) -> None:
    assert is_parted(LEFT, RIGHT, passing((LEFT.right + RIGHT.left) // 2, *rows))


@pytest.mark.parametrize("column", [LEFT.right, RIGHT.left - 3, LEFT.left + 10, 700])
def test_their_own_sides_and_lines_elsewhere_do_not(column: int) -> None:
    assert not is_parted(LEFT, RIGHT, passing(column))


def test_a_line_no_higher_than_the_boxes_is_a_divider_between_them() -> None:
    middle = (LEFT.right + RIGHT.left) // 2
    assert not is_parted(LEFT, RIGHT, passing(middle, TOP, BOTTOM))
    assert not is_parted(LEFT, RIGHT, passing(middle, TOP - 20, BOTTOM))


@pytest.mark.parametrize("thick", [3, 6, 8])
def test_thick_sides_that_run_on_to_the_boxes_of_other_rows_part_no_boxes(thick: int) -> None:
    plumb = no_lines()
    plumb[0:300, LEFT.right : LEFT.right + thick] = True
    plumb[0:300, RIGHT.left - thick : RIGHT.left] = True
    assert not is_parted(LEFT, RIGHT, plumb)
    middle = (LEFT.right + RIGHT.left) // 2
    assert is_parted(LEFT, RIGHT, plumb | passing(middle))


@pytest.mark.parametrize(("running_on", "combs"), [([3], [3, 3]), ([1, 2, 3, 4, 5], [6])])
def test_what_touches_a_side_is_a_line_where_few_sides_run_on(
    running_on: list[int], combs: list[int]
) -> None:
    row, plumb = row_of([40] * 6, gap=20), no_lines()
    for number in running_on:
        plumb[0:300, row[number].left - 8 : row[number].left] = True
    assert [len(comb) for comb in find_combs(row, level_over(row), plumb)] == combs


def test_cells_that_share_a_side_are_not_parted() -> None:
    first, second = row_of([40, 40])
    assert not is_parted(first, second, passing(first.right, 0, 300))


def test_wide_cells_that_are_columns_of_a_table_are_alone() -> None:
    """A name, a narrow cell for each day, and the sum."""
    row = row_of([234, *[30] * 16, 132])
    assert sizes(row) == [27], "as if dividers had been lost"
    columns = frozenset((row[0], row[-1]))
    combs = find_combs(row, level_over(row), no_lines(), columns)
    assert [len(comb) for comb in combs] == [1, 16, 1]


@pytest.mark.parametrize(
    ("width", "apart", "aside", "rows", "found"),
    [
        (160, 3, 0, 5, True),
        (160, 3, 0, 3, False),
        (160, 3, 40, 5, False),
        (160, 60, 0, 5, False),
        (50, 3, 0, 5, False),
    ],
)
def test_wide_cells_right_over_one_another_are_columns(
    width: int, apart: int, aside: int, rows: int, found: bool
) -> None:
    first = Box(TOP, 40, BOTTOM, 40 + width)
    cells = [first.moved((HEIGHT + apart) * row, aside * row) for row in range(rows)]
    assert find_columns(cells) == frozenset(cells if found else [])
