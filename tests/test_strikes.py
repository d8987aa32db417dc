"""Numbers that a long line strikes out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sheets import clean_of, paper

from digitscan.form.strikes import is_struck_through
from digitscan.values import Box, CleanPage, Field, FieldKind

DIGITS = [Box(100, left, 150, left + 32) for left in (200, 240, 280)]
FIELD = Field("f1", Box(90, 100, 160, 500), FieldKind.BOX)
FREE = dataclasses.replace(FIELD, kind=FieldKind.LINE)


def struck(left: int, right: int, row: int = 124, steep: int = 0) -> CleanPage:
    """A page with a level line, or one that falls so far."""
    clean = clean_of(np.asarray(255 - paper(300, 600), np.uint8))
    level = np.zeros(clean.ink.shape, np.bool_)
    for column in range(left, right):
        top = row + round(steep * (column - left) / (right - left))
        level[top : top + 3, column] = True
    return dataclasses.replace(clean, level=level)


@pytest.mark.parametrize("field", [FIELD, FREE])
@pytest.mark.parametrize("steep", [0, 16])
def test_a_line_through_the_middle_of_a_number_strikes_it_out(field: Field, steep: int) -> None:
    assert is_struck_through(struck(180, 330, 116, steep), field, DIGITS)


@pytest.mark.parametrize(
    ("left", "right", "row"), [(180, 330, 100), (180, 330, 146), (200, 260, 124), (320, 500, 124)]
)
def test_a_line_above_below_or_beside_it_does_not(left: int, right: int, row: int) -> None:
    assert not is_struck_through(struck(left, right, row), FIELD, DIGITS)


def test_the_lines_of_paper_go_on_beside_free_writing() -> None:
    clean = struck(0, 600)
    assert not is_struck_through(clean, FREE, DIGITS)
    assert is_struck_through(clean, FIELD, DIGITS)


def test_the_bar_of_one_digit_strikes_nothing_out() -> None:
    assert not is_struck_through(struck(190, 240), FIELD, DIGITS[:1])


def test_guides_in_the_cells_of_a_comb_strike_nothing_out() -> None:
    cells = tuple(Box(90, left, 160, left + 40) for left in range(100, 500, 40))
    comb = dataclasses.replace(FIELD, kind=FieldKind.COMB, cells=cells)
    assert not is_struck_through(struck(180, 330), comb, DIGITS)


def test_nothing_is_not_struck() -> None:
    assert not is_struck_through(struck(180, 330), FIELD, [])
