"""Combs go on where their lines do, and no further."""

from __future__ import annotations

import numpy as np
import pytest

from digitscan.form.extension import extend_combs
from digitscan.values import Box, Mask

TOP, BOTTOM, LEFT, WIDTH, GAP = 100, 150, 200, 36, 4


def cells(count: int, left: int = LEFT) -> list[Box]:
    lefts = [left + number * (WIDTH + GAP) for number in range(count)]
    return [Box(TOP, x, BOTTOM, x + WIDTH) for x in lefts]


def lines_of(comb: list[Box]) -> tuple[Mask, Mask]:
    """Level and plumb lines around all cells of a comb."""
    level, plumb = np.zeros((300, 900), bool), np.zeros((300, 900), bool)
    for rows in (slice(TOP - GAP, TOP), slice(BOTTOM, BOTTOM + GAP)):
        level[rows, comb[0].left - GAP : comb[-1].right + GAP] = True
    for cell in comb:
        plumb[TOP:BOTTOM, cell.left - GAP : cell.left] = True
        plumb[TOP:BOTTOM, cell.right : cell.right + GAP] = True
    return level, plumb


@pytest.mark.parametrize(("first", "last"), [(0, 6), (2, 8), (3, 5), (0, 2)])
def test_a_comb_goes_on_to_both_ends_of_its_lines(first: int, last: int) -> None:
    whole = cells(8)
    assert extend_combs([whole[first:last]], *lines_of(whole)) == [whole]


def test_a_whole_comb_stays_as_it_is() -> None:
    whole = cells(8)
    assert extend_combs([whole], *lines_of(whole)) == [whole]


def test_a_comb_ends_where_no_far_side_shows() -> None:
    whole = cells(8)
    level, plumb = lines_of(whole)
    plumb[:, whole[6].right :] = False
    assert extend_combs([whole[:5]], level, plumb) == [whole[:6]]


@pytest.mark.parametrize("row", [TOP - GAP, BOTTOM])
def test_a_comb_ends_where_one_of_its_lines_does(row: int) -> None:
    whole = cells(8)
    level, plumb = lines_of(whole)
    level[row : row + GAP, whole[6].left :] = False
    assert extend_combs([whole[:5]], level, plumb) == [whole[:6]]


def test_a_comb_does_not_go_on_over_narrower_cells() -> None:
    comb = cells(4)
    level, plumb = lines_of(cells(8))
    plumb[:, comb[-1].right + GAP :] = False
    for column in range(comb[-1].right + 20, 500, 20):
        plumb[TOP:BOTTOM, column : column + GAP] = True
    assert extend_combs([comb], level, plumb) == [comb]


def test_a_single_box_has_no_pitch_to_go_on_with() -> None:
    whole = cells(4)
    assert extend_combs([whole[:1]], *lines_of(whole)) == [whole[:1]]


def test_parts_of_a_broken_cell_become_part_of_the_comb() -> None:
    whole = cells(8)
    broken = [Box(TOP, whole[6].left, BOTTOM, whole[6].left + 15)]
    far = [Box(TOP, 700, BOTTOM, 740)]
    found = extend_combs([whole[:6], broken, far], *lines_of(whole))
    assert sorted(found, key=len) == [far, whole]


def test_two_halves_of_one_comb_become_one() -> None:
    whole = cells(8)
    assert extend_combs([whole[:3], whole[4:]], *lines_of(whole)) == [whole]


def test_a_comb_at_the_edge_of_the_page_stays_on_it() -> None:
    whole = cells(4, left=GAP)
    level, plumb = (np.ascontiguousarray(lines[:, :150]) for lines in lines_of(whole))
    (found,) = extend_combs([whole[:2]], level, plumb)
    assert found[: len(whole) - 1] == whole[:3]
    assert all(cell.left >= 0 and cell.right <= 150 for cell in found)


def test_a_comb_ends_at_the_line_of_a_table() -> None:
    """A line that is higher than the cells, though it ends soon below, in the table's last row."""
    whole = cells(8)
    level, plumb = lines_of(whole)
    plumb[TOP - 60 : BOTTOM + 10, whole[4].right : whole[5].left] = True
    assert extend_combs([whole[2:4]], level, plumb) == [whole[:5]]


def test_sides_that_run_on_at_one_end_end_no_comb() -> None:
    whole = cells(8)
    level, plumb = lines_of(whole)
    plumb[TOP - 60 : BOTTOM, whole[4].right : whole[5].left] = True
    assert extend_combs([whole[2:4]], level, plumb) == [whole]
