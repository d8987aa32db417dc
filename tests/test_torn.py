"""Cells that a stroke tore into parts are whole again where those above and below are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from digitscan.form.torn import join_torn
from digitscan.values import Box

HIGH, WIDE, PITCH, CLOSE = 40, 120, 50, 43


def column(count: int = 6, left: int = 200, pitch: int = PITCH) -> list[Box]:
    """Whole cells over one another; each a pixel further right, as on a page that leans."""
    return [Box(pitch * n, left + n, pitch * n + HIGH, left + n + WIDE) for n in range(count)]


def torn_at(cell: Box, *places: int) -> list[Box]:
    """Parts of a cell, lines of three pixels between them."""
    edges = [cell.left, *(cell.left + place for place in places), cell.right]
    return [
        Box(cell.top, start + 3 * (start != cell.left), cell.bottom, end)
        for start, end in pairwise(edges)
    ]


@pytest.mark.parametrize("places", [(20,), (100,), (10, 45)])
def test_parts_of_a_cell_are_joined_where_its_column_is_whole(places: tuple[int, ...]) -> None:
    cells = column()
    joined = join_torn(cells[:2] + torn_at(cells[2], *places) + cells[3:])
    assert joined == [*cells[:2], *cells[3:], cells[2]]


@pytest.mark.parametrize(("place", "part"), [(100, 0), (20, 0), (20, 1)])
def test_a_part_whose_other_part_is_lost_is_whole_again(place: int, part: int) -> None:
    cells = column(pitch=CLOSE)
    found = join_torn([*cells[:2], torn_at(cells[2], place)[part], *cells[3:]])[-1]
    assert found.sides == pytest.approx(cells[2].sides, abs=1)


def test_a_part_stays_beside_a_cell_that_the_whole_would_cut_into() -> None:
    cells = column(pitch=CLOSE)
    left, right = torn_at(cells[2], 100)
    wide = Box(right.top, right.left, right.bottom, right.right + 60)
    odd = [*cells[:2], left, wide, *cells[3:]]
    assert join_torn(odd) == odd


def test_what_is_whole_is_left_alone() -> None:
    cells = column() + column(left=400)
    assert join_torn(cells) == cells


def test_few_whole_cells_make_no_rule() -> None:
    cells = column(4)
    cells = torn_at(cells[0], 20) + cells[1:]
    assert join_torn(cells) == cells


def test_lines_that_part_several_cells_of_a_column_are_printed() -> None:
    cells = [part for cell in column(3) for part in torn_at(cell, 20)]
    cells += [Box(b.top + 150, b.left, b.bottom + 150, b.right) for b in column()]
    assert join_torn(cells) == cells


def test_a_comb_as_wide_as_the_cells_of_a_table_stays_a_comb() -> None:
    cells = column()
    cells = torn_at(cells[0], 40, 80) + cells[1:]
    assert join_torn(cells) == cells


def test_parts_of_other_rows_are_not_joined() -> None:
    cells = column()
    left, right = torn_at(cells[2], 20)
    lower = Box(right.top + 20, right.left, right.bottom + 20, right.right)
    odd = [left, lower]
    assert join_torn(cells[:2] + odd + cells[3:]) == cells[:2] + odd + cells[3:]
