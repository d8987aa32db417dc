"""Sides of boxes that were not found and look like 1s."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sheets import PEN, clean_of, paper

from digitscan.form.unseen_sides import ends_in_border, holds_side, lacks_one
from digitscan.values import Box, CleanPage, Field, FieldKind

TOP, BOTTOM = 100, 160
FIELD = Field("f1", Box(TOP, 60, BOTTOM, 400), FieldKind.BOX)
SIDE = Box(TOP + 2, 200, BOTTOM - 1, 200 + PEN)


def page() -> CleanPage:
    """A page with a level line above and below the field."""
    clean = clean_of(np.asarray(255 - paper(300, 600), np.uint8))
    level = np.zeros(clean.ink.shape, np.bool_)
    level[TOP - 1 : TOP + 2, 60:400] = level[BOTTOM - 1 : BOTTOM + 2, 60:400] = True
    return dataclasses.replace(clean, level=level)


def test_a_stroke_from_line_to_line_may_be_a_side() -> None:
    assert holds_side(page(), FIELD, [SIDE])


@pytest.mark.parametrize(
    "piece",
    [
        dataclasses.replace(SIDE, top=TOP + 2 * PEN),
        dataclasses.replace(SIDE, bottom=BOTTOM - 2 * PEN),
        dataclasses.replace(SIDE, right=SIDE.left + 3 * PEN),
        dataclasses.replace(SIDE, left=420, right=420 + PEN),
    ],
    ids=["ends below the upper line", "ends above the lower", "leans", "beside the lines"],
)
def test_other_strokes_are_no_sides(piece: Box) -> None:
    assert not holds_side(page(), FIELD, [piece])


def test_in_a_comb_the_sides_are_known() -> None:
    cells = tuple(Box(TOP, left, BOTTOM, left + 40) for left in range(60, 400, 40))
    comb = dataclasses.replace(FIELD, kind=FieldKind.COMB, cells=cells)
    assert not holds_side(page(), comb, [SIDE])


def test_several_leaning_strokes_from_line_to_line_may_be_sides() -> None:
    """Seen askew, the dividers of a comb lean as 1s do."""
    leaning = [
        dataclasses.replace(SIDE, left=left, right=left + 5 * PEN) for left in (100, 200, 300)
    ]
    assert holds_side(page(), FIELD, leaning)
    assert not holds_side(page(), FIELD, leaning[:2])


def test_a_line_between_digits_may_have_been_a_1() -> None:
    clean = page()
    digits = [Box(TOP + 5, left, BOTTOM - 5, left + 40) for left in (100, 200)]
    assert not lacks_one(clean, FIELD, digits)
    clean.plumb[TOP:BOTTOM, 170:174] = True
    assert lacks_one(clean, FIELD, digits)
    assert not lacks_one(clean, FIELD, digits[:1])
    cells = (Box(TOP, 60, BOTTOM, 170), Box(TOP, 174, BOTTOM, 300))
    assert not lacks_one(clean, dataclasses.replace(FIELD, cells=cells), digits)


def test_a_short_line_between_digits_is_none() -> None:
    clean = page()
    clean.plumb[TOP : TOP + 20, 170:174] = True
    assert not lacks_one(clean, FIELD, [Box(TOP + 5, x, BOTTOM - 5, x + 40) for x in (100, 200)])


LINE = dataclasses.replace(FIELD, kind=FieldKind.LINE)
DIGIT, BORDER = Box(110, 300, 155, 330), Box(108, 394, 150, 400)


@pytest.mark.parametrize("border", [[BORDER], [Box(108, 396, 120, 399), Box(130, 395, 150, 399)]])
def test_a_stroke_where_a_line_ends_is_the_tables_border(border: list[Box]) -> None:
    """Though it may be in pieces, of dots."""
    assert ends_in_border(page(), LINE, [DIGIT, *border])


@pytest.mark.parametrize(
    ("field", "last"),
    [
        (LINE, [dataclasses.replace(BORDER, left=360, right=366)]),
        (LINE, [dataclasses.replace(BORDER, left=370)]),
        (LINE, [dataclasses.replace(BORDER, top=130)]),
        (LINE, []),
        (FIELD, [BORDER]),
        (dataclasses.replace(LINE, box=Box(TOP, 60, BOTTOM + 30, 400)), [BORDER]),
        (dataclasses.replace(LINE, box=Box(TOP, 60, BOTTOM, 380)), [BORDER]),
    ],
    ids=["before", "wide", "low", "nothing", "box", "no line", "line goes on"],
)
def test_other_strokes_are_no_border(field: Field, last: list[Box]) -> None:
    assert not ends_in_border(page(), field, [DIGIT, *last])


def test_a_stroke_by_itself_at_the_end_of_a_line_is_no_border() -> None:
    assert not ends_in_border(page(), LINE, [BORDER])
