"""Numbers that seem to go on beyond their field."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sheets import PEN, clean_of, draw_digit, paper

from digitscan.form.beside import goes_on
from digitscan.values import Box, CleanPage, Field, FieldKind, GreyImage

COMB = Box(100, 200, 150, 400)
CELLS = tuple(Box(100, left, 150, left + 36) for left in range(200, 400, 40))
DIGIT_PX = 36.0
AFTER, BEFORE = Box(107, 412, 143, 434), Box(107, 166, 143, 188)
"""Places of a digit right after and right before the comb."""


def field(kind: FieldKind = FieldKind.COMB, box: Box = COMB) -> Field:
    return Field("f1", box, kind, CELLS if kind is FieldKind.COMB else ())


def page(*digits: Box) -> CleanPage:
    """A page with a 2 in each box."""
    image = paper(300, 700)
    for box in digits:
        draw_digit(image, 2, box)
    return clean_of(np.asarray(255 - image, np.uint8))


def seems_to_go_on(clean: CleanPage, own: Field, *others: Field, end: int = 230) -> bool:
    return goes_on(clean, own, (own, *others), DIGIT_PX, 200.0, end)


@pytest.mark.parametrize("place", [AFTER, BEFORE])
@pytest.mark.parametrize("kind", [FieldKind.COMB, FieldKind.LINE])
def test_a_digit_beside_the_field_belongs_to_its_number(place: Box, kind: FieldKind) -> None:
    assert seems_to_go_on(page(place), field(kind))


@pytest.mark.parametrize("kind", list(FieldKind))
def test_with_nothing_beside_it_a_number_is_whole(kind: FieldKind) -> None:
    assert not seems_to_go_on(page(Box(110, 220, 140, 240)), field(kind))


@pytest.mark.parametrize("kind", [FieldKind.BOX, FieldKind.CELL])
@pytest.mark.parametrize(
    ("end", "place", "outgrown"),
    [(390, AFTER, True), (350, AFTER, False), (390, BEFORE, False), (390, None, False)],
)
def test_a_number_that_fills_its_box_may_have_outgrown_it(
    kind: FieldKind, end: int, place: Box | None, outgrown: bool
) -> None:
    digits = [] if place is None else [place]
    assert seems_to_go_on(page(*digits), field(kind), end=end) is outgrown


@pytest.mark.parametrize(("gap", "near"), [(60, True), (95, False)])
def test_a_digit_a_cell_away_from_a_line_may_be_of_its_number(gap: int, near: bool) -> None:
    """As in a comb of which only some sides were found."""
    place = Box(107, COMB.right + gap - 22, 143, COMB.right + gap)
    assert seems_to_go_on(page(place), field(FieldKind.LINE)) is near


def test_a_digit_far_beside_a_comb_is_another_number() -> None:
    assert not seems_to_go_on(page(Box(107, 480, 143, 502)), field())


def test_low_print_beside_a_comb_is_no_digit() -> None:
    assert not seems_to_go_on(page(Box(120, 412, 140, 426)), field())


def test_many_letters_beside_a_comb_are_a_label() -> None:
    letters = [Box(107, left, 143, left + 13) for left in (405, 422, 439)]
    assert not seems_to_go_on(page(*letters), field())
    assert seems_to_go_on(page(letters[0]), field())


def test_two_low_letters_beside_a_comb_are_a_label_whatever_stands_by_them() -> None:
    low = [Box(122, left, 143, left + 13) for left in (405, 422)]
    assert not seems_to_go_on(page(*low, Box(107, 442, 143, 451)), field())


def test_a_high_letter_with_a_low_one_beside_a_comb_is_a_label() -> None:
    capital, low = Box(107, 405, 143, 422), Box(122, 428, 143, 444)
    assert seems_to_go_on(page(capital), field())
    assert not seems_to_go_on(page(capital, low), field())


def test_print_much_darker_than_the_pen_is_a_label() -> None:
    assert goes_on(page(AFTER), field(), (), DIGIT_PX, 200.0, 230)
    assert not goes_on(page(AFTER), field(), (), DIGIT_PX, 100.0, 230)


def test_a_digit_of_the_next_field_is_that_fields() -> None:
    other = Field("f2", Box(100, 404, 150, 600), FieldKind.CELL)
    assert not seems_to_go_on(page(AFTER), field(), other)


@pytest.mark.parametrize(("top", "its"), [(142, True), (110, False)])
def test_a_field_below_takes_a_place_only_where_it_reaches_into_it(top: int, its: bool) -> None:
    below = Field("f2", Box(top, 404, 220, 600), FieldKind.CELL)
    assert seems_to_go_on(page(AFTER), field(FieldKind.LINE), below) is its


def test_ink_that_is_surely_something_else_does_not_count() -> None:
    seen: list[GreyImage] = []

    def is_other(ink: GreyImage) -> bool:
        seen.append(ink)
        return True

    clean, own = page(AFTER), field()
    assert not goes_on(clean, own, (own,), DIGIT_PX, 200.0, 230, is_other)
    assert [int((ink > 0).sum()) for ink in seen] == [int((clean.ink > 0).sum())]


@pytest.mark.parametrize(("place", "column"), [(AFTER, 408), (BEFORE, 190)])
def test_a_digit_beyond_a_line_is_another_number(place: Box, column: int) -> None:
    clean = page(place)
    plumb = clean.plumb.copy()
    plumb[60:190, column : column + 3] = True
    assert not seems_to_go_on(dataclasses.replace(clean, plumb=plumb), field())
    plumb[:] = False
    plumb[60:190, COMB.left - 2 : COMB.left + 1] = plumb[60:190, COMB.right : COMB.right + 3] = True
    assert seems_to_go_on(dataclasses.replace(clean, plumb=plumb), field()), "its own sides"


def test_a_ruled_line_beside_a_comb_is_no_digit() -> None:
    clean = page()
    ink, plumb = clean.ink.copy(), clean.plumb.copy()
    plumb[90:160, 420:424] = True
    ink[plumb] = 200
    assert not seems_to_go_on(dataclasses.replace(clean, ink=ink, plumb=plumb), field())


@pytest.mark.parametrize(("kind", "box"), [(FieldKind.CELL, COMB), (FieldKind.BOX, COMB)])
def test_a_cell_wide_enough_for_a_number_has_no_neighbours_to_miss(
    kind: FieldKind, box: Box
) -> None:
    assert not seems_to_go_on(page(AFTER, BEFORE), field(kind, box))


def box_beside(gap: int, top: int = 100) -> Field:
    left = COMB.right + gap
    return Field("f2", Box(top, left, top + 50, left + 40), FieldKind.BOX)


def test_a_box_right_beside_a_comb_is_a_piece_of_it() -> None:
    own, other = field(), box_beside(20)
    assert seems_to_go_on(page(), own, other)
    assert seems_to_go_on(page(), other, own)


def test_a_wide_box_that_shares_its_side_with_a_comb_is_doubtful_like_the_comb() -> None:
    """Two cells of the comb, the line between them not found, or the part torn off it."""
    wide = Field("f2", Box(100, COMB.right + 3, 150, COMB.right + 83), FieldKind.BOX)
    apart = Field("f2", Box(100, COMB.right + 30, 150, COMB.right + 110), FieldKind.BOX)
    assert seems_to_go_on(page(), field(), wide)
    assert seems_to_go_on(page(), wide, field())
    assert not seems_to_go_on(page(), apart, field())


def test_a_box_for_a_number_is_whole_beside_a_comb_or_a_narrow_box() -> None:
    """Chance makes such of print and of what shines through."""
    left = COMB.right + 3
    number = Field("f2", Box(100, left, 150, left + 140), FieldKind.BOX)
    two = Field("f2", Box(100, left, 150, left + 80), FieldKind.BOX)
    lone = Field("f1", CELLS[-1], FieldKind.BOX)
    assert not seems_to_go_on(page(), number, field())
    assert not seems_to_go_on(page(), two, lone)


def test_a_comb_and_a_line_that_goes_on_where_it_ends_are_doubtful_both() -> None:
    """Cells that were not found leave their digits to a line."""
    line = Field("f2", Box(104, COMB.right + 6, 146, COMB.right + 60), FieldKind.LINE)
    assert seems_to_go_on(page(AFTER), field(), line)
    assert seems_to_go_on(page(AFTER), line, field())


@pytest.mark.parametrize(("gap", "whole"), [(4, False), (20, True)])
def test_combs_with_a_gap_between_them_are_whole(gap: int, whole: bool) -> None:
    """Day, month and year have one each; a comb in pieces misses a cell, or no more than a line."""
    shift = COMB.width + gap
    cells = tuple(cell.moved(0, shift) for cell in CELLS)
    other = Field("f2", COMB.moved(0, shift), FieldKind.COMB, cells)
    assert seems_to_go_on(page(), field(), other) is not whole
    assert seems_to_go_on(page(), other, field()) is not whole


def test_boxes_apart_or_in_another_row_are_fields_of_their_own() -> None:
    assert not seems_to_go_on(page(), field(), box_beside(40))
    assert not seems_to_go_on(page(), field(), box_beside(20, top=130))


def test_a_line_that_passes_between_them_parts_a_box_from_a_comb() -> None:
    clean = page()
    plumb = clean.plumb.copy()
    plumb[20:280, 409:412] = True
    assert not seems_to_go_on(dataclasses.replace(clean, plumb=plumb), field(), box_beside(20))


WIDE, NEXT = Box(100, 100, 150, 220), Box(100, 223, 150, 343)
"""Two cells for whole numbers that share a side."""


@pytest.mark.parametrize("kind", [FieldKind.CELL, FieldKind.BOX])
@pytest.mark.parametrize(("left", "crowded"), [(224, True), (250, False)])
def test_writing_at_the_side_that_two_cells_share_may_be_of_either(
    kind: FieldKind, left: int, crowded: bool
) -> None:
    image = paper(300, 700)
    draw_digit(image, 5, Box(107, left, 143, left + 22))
    clean = clean_of(np.asarray(255 - image, np.uint8))
    own, other = Field("f1", WIDE, kind), Field("f2", NEXT, kind)
    assert seems_to_go_on(clean, own, other) is crowded
    assert seems_to_go_on(clean, other, own) is crowded


def test_the_side_itself_is_no_writing() -> None:
    clean = page()
    ink, plumb = clean.ink.copy(), clean.plumb.copy()
    plumb[95:155, 219:224] = True
    ink[95:155, 219:225] = 200
    ruled = dataclasses.replace(clean, ink=ink, plumb=plumb)
    own, other = Field("f1", WIDE, FieldKind.CELL), Field("f2", NEXT, FieldKind.CELL)
    assert not seems_to_go_on(ruled, own, other)


@pytest.mark.parametrize("kind", list(FieldKind))
def test_fields_that_overlap_are_doubtful_both_but_a_line_says_nothing_of_a_comb(
    kind: FieldKind,
) -> None:
    own, other = field(), Field("f2", Box(110, 380, 150, 480), kind)
    assert seems_to_go_on(page(), own, other) is (kind is not FieldKind.LINE)
    assert seems_to_go_on(page(), other, own)
    touching = Field("f2", Box(146, 300, 196, 460), FieldKind.CELL)
    assert not seems_to_go_on(page(), own, touching)


def test_a_comb_at_the_edge_of_the_page_can_be_judged() -> None:
    clean = clean_of(np.zeros((60, 200), np.uint8), float(PEN))
    assert not seems_to_go_on(clean, field(box=Box(0, 0, 60, 200)))


def test_the_wide_cells_of_a_row_of_a_table_are_no_cells_of_a_comb_in_it() -> None:
    """A name stands before the comb, and the number in words after it."""
    name = Field("f2", Box(92, COMB.left - 303, 158, COMB.left - 3), FieldKind.BOX)
    words = Field("f3", Box(92, COMB.right + 3, 158, COMB.right + 303), FieldKind.BOX)
    assert not seems_to_go_on(page(), field(), name, words)


@pytest.mark.parametrize(("left", "crowds"), [(160, True), (40, False)])
def test_a_digit_on_the_line_between_cells_outgrew_the_left_one_only_if_that_is_full(
    left: int, crowds: bool
) -> None:
    one, two = (Field("f", Box(100, at, 150, at + 190), FieldKind.BOX) for at in (0, 193))
    clean = page(Box(107, left, 143, left + 22), Box(107, 196, 143, 220))
    assert seems_to_go_on(clean, one, two, end=left + 22) is crowds


def test_a_broken_digit_beside_a_line_may_be_of_its_number() -> None:
    clean = page(AFTER)
    ink = clean.ink.copy()
    ink[107:143:12, 400:450] = 0
    ink[108:143:12, 400:450] = 0
    broken = dataclasses.replace(clean, ink=ink)
    assert seems_to_go_on(broken, field(FieldKind.LINE))


@pytest.mark.parametrize(("sign", "whole"), [(True, True), (False, False)])
def test_boxes_with_a_sign_between_them_hold_a_number_each(*, sign: bool, whole: bool) -> None:
    """As those of a sum; without one they may be of one comb."""
    boxes = [Box(100, left, 150, left + 50) for left in (200, 278)]
    clean = page(Box(108, 212, 142, 234), Box(108, 290, 142, 312))
    if sign:
        clean.ink[122:126, 257:272] = clean.ink[115:133, 262:266] = 255
    one, two = (field(FieldKind.BOX, box) for box in boxes)
    assert seems_to_go_on(clean, one, two) is not whole


@pytest.mark.parametrize("letters", [1, 6])
def test_low_ink_beside_a_line_is_of_a_word_if_that_goes_on(letters: int) -> None:
    """Of a word only the last letter may stand in the place of a digit."""
    rows, own = (121, 143), field(FieldKind.LINE)
    lefts = [COMB.left - 66 - 20 * number for number in range(letters)]
    clean = page(*(Box(rows[0], left, rows[1], left + 13) for left in lefts))
    assert seems_to_go_on(clean, own) is (letters == 1)


@pytest.mark.parametrize(
    ("digits", "crowds"),
    [
        ((140, 165, 226, 251), False),
        ((140, 165, 226), False),
        ((175, 226, 251), False),
        ((175, 200, 226, 270), True),
        ((150, 188, 226), True),
        ((188, 226), True),
    ],
)
def test_a_digit_behind_a_line_is_of_the_number_whose_digits_are_as_near(
    digits: tuple[int, ...], crowds: bool
) -> None:
    """Digits of two marks stand as near in each cell, and further apart across the line."""
    own, other = (Field("f", box, FieldKind.BOX) for box in (WIDE, NEXT))
    clean = page(*(Box(107, left, 143, left + 20) for left in digits))
    assert seems_to_go_on(clean, own, other, end=195) is crowds
