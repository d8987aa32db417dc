"""Pieces of combs, filled up after the combs above and below them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from sheets import clean_of

from digitscan.form.siblings import MANY, complete_combs
from digitscan.values import Box


def comb(top: int, cells: int = 3, left: int = 100, size: int = 40) -> list[Box]:
    """A comb of square cells that share their sides."""
    return [Box(top, left + size * k, top + size, left + size * (k + 1) - 2) for k in range(cells)]


def completed(groups: list[list[Box]], shown: Sequence[Box] | None = None) -> list[list[Box]]:
    """The combs on a page with a line below each of the cells ``shown``; below all, if None."""
    level = np.zeros((600, 800), np.bool_)
    for cell in [Box(0, 0, row, 800) for row in range(40, 600, 100)] if shown is None else shown:
        level[cell.bottom - 2 : cell.bottom, cell.left : cell.right] = True
    return complete_combs(groups, clean_of(np.zeros((600, 800), np.uint8), level=level))


COLUMN = [comb(100 * k) for k in range(MANY)]
ROW = 100 * MANY


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_single_box_becomes_the_comb_that_stands_in_its_column(first: int) -> None:
    piece = comb(ROW)[first : first + 1]
    assert completed([*COLUMN, piece])[-1] == comb(ROW)


def test_two_pieces_of_one_row_become_one_comb() -> None:
    whole = comb(ROW)
    assert completed([*COLUMN, whole[:1], whole[2:]])[MANY:] == [whole]


def test_too_few_combs_make_no_rule() -> None:
    groups = [*COLUMN[1:], comb(ROW)[:1]]
    assert completed(groups) == groups


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(comb(ROW, 1, left=120), id="between the cells"),
        pytest.param(comb(ROW, 1, left=100, size=70), id="of another size"),
        pytest.param(comb(ROW, 2, left=600), id="in another column"),
        pytest.param([*comb(ROW, 1), *comb(ROW, 1, left=155)], id="with a comma between its cells"),
    ],
)
def test_a_box_that_is_no_piece_stays_as_it_is(other: list[Box]) -> None:
    groups = [*COLUMN, other]
    assert completed(groups) == groups


def test_a_piece_never_grows_over_another_field() -> None:
    groups = [*COLUMN, comb(120)[:1]]
    assert comb(120) not in completed(groups)


def test_a_piece_never_grows_over_higher_boxes() -> None:
    boxes = [Box(ROW - 10, 140 + 70 * k, ROW + 50, 200 + 70 * k) for k in range(2)]
    groups = [*COLUMN, comb(ROW)[:1], boxes]
    assert completed(groups) == groups


def test_a_comb_is_shorter_than_its_equals_where_no_line_shows_its_other_cells() -> None:
    whole = comb(ROW, 4)
    column = [comb(100 * k, 4) for k in range(MANY)]
    assert completed([*column, whole[:2]], shown=whole[:2])[MANY:] == [whole[:2]]
    assert completed([*column, whole[:2]], shown=whole[:3])[MANY:] == [whole[:2]]
    assert completed([*column, whole[:2]], shown=whole)[MANY:] == [whole]
