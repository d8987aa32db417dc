"""Digits that stand across the line between two cells, and whose they are."""

from __future__ import annotations

import numpy as np
import pytest
from sheets import LINE, clean_of, draw_box, draw_digit, paper

from digitscan.form.straddling import find_straddlers, without_straddlers
from digitscan.reader import CutField, cut_fields
from digitscan.values import Box, CleanPage, Field, FieldKind

TOP, BOTTOM, SIDE = 40, 110, 300
LEFT_CELL, RIGHT_CELL = Box(TOP, 100, BOTTOM, SIDE), Box(TOP, SIDE, BOTTOM, 500)
HIGH, WIDE = 44, 24


def field(box: Box, kind: FieldKind = FieldKind.CELL) -> Field:
    return Field(f"f{box.left}", box, kind)


LEFT, RIGHT = field(LEFT_CELL), field(RIGHT_CELL)


def page(*lefts: int, width: int = WIDE) -> CleanPage:
    """Two cells side by side, the ruling known, and digits that begin at some columns."""
    lines, pen = paper(150, 600), paper(150, 600)
    for cell in (LEFT_CELL, RIGHT_CELL):
        draw_box(lines, cell)
    for left in lefts:
        draw_digit(pen, 2, Box(TOP + 12, left, TOP + 12 + HIGH, left + width))
    clean = clean_of(np.asarray(255 - np.minimum(lines, pen), np.uint8))
    plumb = np.zeros(lines.shape, bool)
    for side in (LEFT_CELL.left, SIDE, RIGHT_CELL.right):
        plumb[:, side - LINE : side + LINE] = (lines < 128)[:, side - LINE : side + LINE]
    level = (lines < 128) & ~plumb
    return CleanPage(clean.ref, clean.ink, level, plumb, clean.stroke_px, clean.to_scan)


ACROSS = SIDE - WIDE // 2
OUTGROWN = (180, 216, 252, ACROSS)


def owners(clean: CleanPage, *fields: Field) -> list[list[bool]]:
    return [[each.own for each in own] for own in find_straddlers(clean, fields)]


def ends(cut: CutField) -> tuple[int, int]:
    """First and last column of the pieces that a field was cut into."""
    boxes = [piece.box for piece in cut.pieces]
    return min(box.left for box in boxes), max(box.right for box in boxes)


@pytest.mark.parametrize("beyond", [(), (350,), (350, 386)])
def test_the_last_digit_of_a_number_that_outgrew_its_cell_is_its_own(
    beyond: tuple[int, ...],
) -> None:
    clean = page(*OUTGROWN, *beyond)
    assert owners(clean, LEFT, RIGHT) == [[True], [False]]
    left, right = cut_fields(clean, (LEFT, RIGHT))
    assert ends(left) == pytest.approx((180, ACROSS + WIDE), abs=3)
    assert not left.torn
    assert not right.torn
    assert bool(right.pieces) == bool(beyond)


def test_a_number_may_outgrow_the_last_cell_of_a_row() -> None:
    clean = page(*OUTGROWN)
    assert owners(clean, LEFT) == [[True]]
    (cut,) = cut_fields(clean, (LEFT,))
    assert max(piece.box.right for piece in cut.pieces) == pytest.approx(ACROSS + WIDE, abs=3)


def test_a_number_that_ends_at_the_right_side_may_begin_across_the_left_one() -> None:
    clean = page(120, ACROSS, 324, 360, 396, 432, 468)
    assert owners(clean, LEFT, RIGHT) == [[False], [True]]
    left, right = cut_fields(clean, (LEFT, RIGHT))
    assert ends(right) == pytest.approx((ACROSS, 468 + WIDE), abs=3)
    assert not right.torn
    assert ends(left) == pytest.approx((120, 120 + WIDE), abs=3)


@pytest.mark.parametrize(
    "lefts",
    [
        pytest.param((ACROSS,), id="nothing beside it"),
        pytest.param((120, ACROSS, 420), id="far from both numbers"),
        pytest.param((252, ACROSS, 324, 360, 396, 432, 468), id="the next cell is full"),
    ],
)
def test_where_it_is_not_plain_whose_a_digit_is_nobody_gets_it(lefts: tuple[int, ...]) -> None:
    clean = page(*lefts)
    assert owners(clean, LEFT, RIGHT) == [[], []]
    assert any(cut.torn for cut in cut_fields(clean, (LEFT, RIGHT)))


def test_two_digits_that_touch_across_the_line_are_not_told_apart() -> None:
    assert owners(page(252, ACROSS, width=2 * WIDE), LEFT, RIGHT) == [[], []]


def test_writing_that_keeps_to_its_cell_straddles_nothing() -> None:
    assert owners(page(180, 216, 252, 330, 366), LEFT, RIGHT) == [[], []]


@pytest.mark.parametrize("kind", [FieldKind.LINE, FieldKind.COMB])
def test_only_cells_for_whole_numbers_have_straddlers(kind: FieldKind) -> None:
    assert owners(page(*OUTGROWN), field(LEFT_CELL, kind), field(RIGHT_CELL, kind)) == [[], []]


def test_a_page_without_its_straddlers_has_all_other_ink() -> None:
    clean, bare = page(*OUTGROWN), page(*OUTGROWN[:-1])
    rest = without_straddlers(clean, find_straddlers(clean, (LEFT, RIGHT))[0])
    changed = np.nonzero((rest.ink != bare.ink) & ~clean.level & ~clean.plumb)
    assert len(changed[0]) == 0
    assert without_straddlers(bare, ()) is bare
