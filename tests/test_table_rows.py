"""Rows of tables told from combs."""

from __future__ import annotations

import pytest

from digitscan.form.tables import part_tables
from digitscan.values import Box


def row(top: int, left: int, width: int, count: int, height: int = 50) -> list[Box]:
    """Cells that stand side by side, 4 px apart."""
    lefts = [left + number * (width + 4) for number in range(count)]
    return [Box(top, x, top + height, x + width) for x in lefts]


def name_of(cells: list[Box], width: int = 200) -> list[Box]:
    """The cell of a name, left of a row of cells."""
    first = cells[0]
    return [Box(first.top, first.left - 4 - width, first.bottom, first.left - 4)]


def table(count: int = 3, width: int = 55) -> list[list[Box]]:
    """Rows right above one another, four cells each."""
    return [row(54 * number, 300, width, 4) for number in range(count)]


def test_squarish_rows_behind_names_that_share_a_line_are_a_table() -> None:
    rows = table()
    names = [name_of(cells) for cells in rows]
    assert part_tables([*names, *rows]) == ([cell for cells in rows for cell in cells], names)


def test_rows_before_a_wide_cell_are_a_table_too() -> None:
    rows = table()
    remarks = [[Box(cells[0].top, 540, cells[0].bottom, 700)] for cells in rows]
    assert part_tables([*rows, *remarks]) == ([cell for cells in rows for cell in cells], remarks)


@pytest.mark.parametrize("wider", [70, 82])
def test_a_name_that_is_hardly_wider_than_the_marks_is_in_the_row(wider: int) -> None:
    rows = [[*name_of(cells, wider), *cells] for cells in table()]
    assert part_tables(rows) == ([cell for cells in rows for cell in cells], [])


def test_combs_stacked_by_themselves_stay_combs() -> None:
    combs = table()
    assert part_tables(combs) == ([], combs)


def test_a_wide_box_far_to_the_side_makes_no_table_of_combs() -> None:
    combs, far = table(), [Box(0, 20, 50, 220)]
    assert part_tables([far, *combs]) == ([], [far, *combs])


def test_a_narrow_cell_beside_combs_makes_no_table_of_them() -> None:
    combs = table()
    numbers = [name_of(cells, 50) for cells in combs]
    assert part_tables([*numbers, *combs]) == ([], [*numbers, *combs])


def test_a_row_that_stands_alone_is_a_comb() -> None:
    combs = [row(0, 300, 55, 4), row(120, 300, 55, 4)]
    groups = [name_of(combs[0]), *combs]
    assert part_tables(groups) == ([], groups)


def test_narrow_cells_are_a_comb_even_right_above_another() -> None:
    combs = table(2, 35)
    groups = [*map(name_of, combs), *combs]
    assert part_tables(groups) == ([], groups)


def test_rows_of_other_lengths_are_no_table() -> None:
    combs = [row(0, 300, 55, 4), row(54, 300, 55, 6)]
    groups = [*map(name_of, combs), *combs]
    assert part_tables(groups) == ([], groups)
