"""Rows of tables told from combs."""

from __future__ import annotations

from digitscan.form.tables import part_tables
from digitscan.values import Box


def row(top: int, left: int, width: int, count: int, height: int = 50) -> list[Box]:
    """Cells that stand side by side, 4 px apart."""
    lefts = [left + number * (width + 4) for number in range(count)]
    return [Box(top, x, top + height, x + width) for x in lefts]


def test_squarish_rows_that_share_a_line_are_a_table() -> None:
    rows = [row(54 * number, 20, 55, 4) for number in range(3)]
    assert part_tables(rows) == [[cell] for cells in rows for cell in cells]


def test_a_row_that_stands_alone_is_a_comb() -> None:
    combs = [row(0, 20, 55, 4), row(120, 20, 55, 4)]
    assert part_tables(combs) == combs


def test_narrow_cells_are_a_comb_even_right_above_another() -> None:
    combs = [row(0, 20, 35, 8), row(54, 20, 35, 8)]
    assert part_tables(combs) == combs


def test_rows_of_other_lengths_are_no_table() -> None:
    combs = [row(0, 20, 55, 4), row(54, 20, 55, 6)]
    assert part_tables(combs) == combs
