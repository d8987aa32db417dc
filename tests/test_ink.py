"""Ink of a field: no box, no neighbour, all of its own strokes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import (
    PEN,
    clean_of,
    draw_box,
    draw_comb,
    draw_digit,
    draw_path,
    draw_table,
    fields_on,
    on_clean,
    overlap,
    page_of,
    paper,
    pieces_of,
    shrunk,
)

from digitscan.form.erasing import erase_ruling
from digitscan.form.ink import ink_of_field
from digitscan.scan.cleaning import clean_page
from digitscan.values import Box, CleanPage, Field, FieldKind, GreyImage, Mask

BOX = Box(100, 100, 160, 300)
SPECK = 30
"""Fewer pixels than this are dirt, which the cutting of pieces leaves out."""


def sheet() -> GreyImage:
    """A sheet with a table, so that its lie is known, and a box."""
    image = paper(600, 800)
    draw_table(image, Box(330, 60, 560, 740), 3, 4)
    draw_box(image, BOX)
    return image


def ink_at(image: GreyImage, box: Box = BOX) -> tuple[GreyImage, tuple[int, int], CleanPage]:
    """Ink of the field that stands at ``box`` of a scan, without specks, and where it lies."""
    clean = clean_page(page_of(image))
    target = on_clean(clean, box)
    field = max(fields_on(clean), key=lambda field: overlap(field.box, target))
    assert overlap(field.box, target) > 0.6
    found = ink_of_field(clean, field)
    return without_specks(found.ink), found.origin, clean


def without_specks(ink: GreyImage) -> GreyImage:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= SPECK
    large[0] = False
    return np.where(large[labels], ink, 0).astype(np.uint8)


def rows_of(ink: GreyImage, origin: tuple[int, int]) -> tuple[int, int]:
    rows = np.flatnonzero(ink.any(axis=1)) + origin[0]
    return int(rows[0]), int(rows[-1]) + 1


def ruled(thickness: int) -> tuple[GreyImage, Mask]:
    """A level line across an empty sheet of ink, and where it lies."""
    ink = np.zeros((120, 160), np.uint8)
    ink[58 : 58 + thickness] = 220
    return ink, ink > 0


def erase(ink: GreyImage, level: Mask, turned: bool = False) -> GreyImage:
    """Erase a level line, or the same on its side."""
    none = np.zeros_like(level)
    if not turned:
        return erase_ruling(ink, level, none, PEN)
    upright = erase_ruling(np.ascontiguousarray(ink.T), none.T, level.T, PEN)
    return np.ascontiguousarray(upright.T)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("thickness", [1, 3, 5])
def test_a_line_without_strokes_disappears(thickness: int, turned: bool) -> None:
    ink, level = ruled(thickness)
    assert not erase(ink, level, turned).any()


@given(st.integers(1, 4), st.floats(-50, 50), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_stroke_that_crosses_a_line_is_mended(
    thickness: int, degrees: float, turned: bool
) -> None:
    ink, level = ruled(thickness)
    drift = 45 * np.tan(np.deg2rad(degrees))
    stroke = paper(120, 160)
    draw_path(stroke, [(15, 80 - drift), (105, 80 + drift)], PEN + 1)
    ink = np.where(stroke == 0, 240, ink).astype(np.uint8)
    rest = without_specks(erase(ink, level, turned))
    assert pieces_of(rest) == 1
    assert (rest > 0)[stroke == 0].mean() > 0.85
    far = np.abs(np.arange(160) - 80) > 24
    assert not rest[58 : 58 + thickness, far].any()


def test_ink_away_from_the_line_is_left_as_it_is() -> None:
    ink, level = ruled(3)
    ink[10:30, 20:60] = 77
    assert (erase(ink, level)[10:30, 20:60] == 77).all()


def test_without_ruling_nothing_is_erased() -> None:
    ink, level = ruled(3)
    assert (erase(ink, np.zeros_like(level)) == ink).all()


def test_an_empty_box_has_no_ink() -> None:
    assert not ink_at(sheet())[0].any()


@pytest.mark.parametrize("cells", [2, 5, 8])
def test_an_empty_comb_has_no_ink(cells: int) -> None:
    image = sheet()
    comb = Box(200, 100, 260, 100 + 40 * cells)
    draw_comb(image, comb, cells)
    assert not ink_at(image, comb)[0].any()


def test_empty_cells_of_a_table_have_no_ink() -> None:
    clean = clean_page(page_of(sheet()))
    for field in fields_on(clean):
        assert not without_specks(ink_of_field(clean, field).ink).any()


def test_a_digit_in_a_box_is_kept_whole() -> None:
    image = sheet()
    draw_digit(image, 2, Box(112, 180, 148, 206))
    ink, origin, clean = ink_at(image)
    assert pieces_of(ink) == 1
    drawn = on_clean(clean, Box(110, 178, 150, 208))
    window = clean.ink[drawn.slices] > 0
    kept = ink[
        drawn.top - origin[0] : drawn.bottom - origin[0],
        drawn.left - origin[1] : drawn.right - origin[1],
    ]
    assert ((kept > 0) == window).all()


@pytest.mark.parametrize("over", [5, 10, 15])
def test_a_stroke_that_leaves_the_box_downwards_is_kept(over: int) -> None:
    image = sheet()
    draw_path(image, [(112, 150), (112, 180), (160 + over, 165)])
    ink, origin, clean = ink_at(image)
    assert pieces_of(ink) == 1
    assert rows_of(ink, origin)[1] >= on_clean(clean, Box(0, 0, 160 + over, 1)).bottom - 2


def test_a_stroke_that_leaves_the_box_upwards_is_kept() -> None:
    image = sheet()
    draw_path(image, [(88, 165), (135, 150), (148, 170), (135, 175), (130, 155)])
    ink, origin, clean = ink_at(image)
    assert pieces_of(ink) == 1
    assert rows_of(ink, origin)[0] <= on_clean(clean, Box(88, 0, 90, 1)).top + 2


@pytest.mark.parametrize("place", [0, 3, 7])
def test_a_one_that_touches_both_lines_of_a_comb_survives(place: int) -> None:
    image = sheet()
    comb = Box(200, 100, 260, 420)
    cell = draw_comb(image, comb, 8)[place]
    column = (cell.left + cell.right) // 2
    draw_path(image, [(comb.top - 1, column), (comb.bottom + 1, column)])
    ink, origin, clean = ink_at(image, comb)
    assert pieces_of(ink) == 1
    top, bottom = rows_of(ink, origin)
    assert bottom - top > 0.85 * on_clean(clean, comb).height
    middle = on_clean(clean, Box(0, column, 1, column + 1)).left
    assert abs(np.flatnonzero(ink.any(axis=0)).mean() + origin[1] - middle) < 3


@pytest.mark.parametrize("poke", [4, 8])
def test_a_neighbour_that_pokes_into_the_box_is_left_out(poke: int) -> None:
    image = sheet()
    draw_digit(image, 2, Box(112, 180, 148, 206))
    alone = ink_at(image)[0]
    draw_digit(image, 4, Box(105, 300 - poke, 150, 335))
    ink = ink_at(image)[0]
    assert pieces_of(ink) == pieces_of(alone) == 1


def test_writing_of_the_row_below_is_left_out() -> None:
    image = sheet()
    draw_digit(image, 5, Box(156, 180, 196, 206))
    assert not ink_at(image)[0].any()


def test_a_pale_pattern_to_write_over_is_left_out() -> None:
    ink = np.zeros((120, 200), np.uint8)
    pattern, pen = paper(120, 200), paper(120, 200)
    draw_path(pattern, [(30, 30), (90, 30), (90, 170), (30, 170), (30, 30)])
    draw_digit(pen, 2, Box(40, 80, 85, 110))
    ink[pattern == 0] = 50
    ink[pen == 0] = 230
    field = Field("f1", Box(10, 10, 110, 190), FieldKind.BOX)
    found = ink_of_field(clean_of(ink), field).ink
    assert ((found > 0) == (pen == 0)).all()


def test_a_page_in_pencil_is_not_taken_for_a_pattern() -> None:
    pen = paper(120, 200)
    draw_digit(pen, 2, Box(40, 80, 85, 110))
    ink = np.where(pen == 0, 60, 0).astype(np.uint8)
    found = ink_of_field(clean_of(ink), Field("f1", Box(30, 60, 100, 140), FieldKind.LINE))
    assert (found.ink > 0).sum() == (pen == 0).sum()
    assert found.origin[0] <= 30
    assert found.origin[1] <= 60


@pytest.mark.parametrize("box", [Box(0, 0, 1, 1), Box(0, 0, 40, 50), Box(39, 49, 40, 50)])
def test_a_box_at_the_edge_of_the_page_gives_ink_of_the_page(box: Box) -> None:
    ink = np.full((40, 50), 200, np.uint8)
    found = ink_of_field(clean_of(ink), Field("f1", box, FieldKind.BOX))
    top, left = found.origin
    assert 0 <= top <= box.top
    assert 0 <= left <= box.left
    assert top + found.ink.shape[0] <= 40
    assert left + found.ink.shape[1] <= 50


def test_a_digit_as_large_as_its_box_is_kept() -> None:
    image = sheet()
    draw_digit(image, 7, shrunk(Box(BOX.top, 150, BOX.bottom, 200), 2))
    ink, origin, clean = ink_at(image)
    assert pieces_of(ink) == 1
    top, bottom = rows_of(ink, origin)
    assert bottom - top > 0.85 * on_clean(clean, BOX).height


def traced_box(pale: int, drawn: GreyImage, box: Box) -> GreyImage:
    """Draw the pale eight of bars that is printed in a box to be traced."""
    low, wide = (box.top + box.bottom) // 2, 3
    for row in (box.top, low, box.bottom):
        cv2.line(drawn, (box.left, row), (box.right, row), pale, wide)
    for column in (box.left, box.right):
        cv2.line(drawn, (column, box.top), (column, box.bottom), pale, wide)
    return drawn


def test_a_printed_eight_is_no_ink_beside_a_pen() -> None:
    ink = np.zeros((200, 400), np.uint8)
    for left in (120, 200):
        traced_box(70, ink, Box(70, left, 130, left + 35))
    draw_path(ink, [(62, 145), (136, 128)], pen=5, tone=220)
    cells = (Box(50, 100, 150, 180), Box(50, 180, 150, 260))
    found = ink_of_field(clean_of(ink), Field("", Box(50, 100, 150, 260), FieldKind.COMB, cells))
    assert np.count_nonzero(found.ink) < 1.3 * np.count_nonzero(ink > 100)
    assert np.count_nonzero(found.ink > 100) == np.count_nonzero(ink > 100)


def test_a_digit_of_a_drying_pen_stays_beside_a_dark_one() -> None:
    ink = np.zeros((200, 400), np.uint8)
    cv2.ellipse(ink, (140, 100), (18, 30), 0, 0, 360, 70, 5)
    cv2.line(ink, (220, 70), (220, 130), 220, 5)
    found = ink_of_field(clean_of(ink), Field("", Box(50, 100, 150, 300), FieldKind.BOX))
    assert np.count_nonzero(found.ink) == np.count_nonzero(ink)


def test_a_pale_digit_with_straight_strokes_stays_beside_dark_ones() -> None:
    """A printed pattern would be in every cell, and a box's number written over it."""
    ink = np.zeros((200, 400), np.uint8)
    traced_box(70, ink, Box(70, 110, 130, 146))
    for left in (200, 240):
        cv2.line(ink, (left, 70), (left, 130), 220, 5)
    cells = (Box(50, 100, 150, 180), Box(50, 180, 150, 260))
    for kind, parts in ((FieldKind.COMB, cells), (FieldKind.BOX, ())):
        found = ink_of_field(clean_of(ink), Field("", Box(50, 100, 150, 260), kind, parts))
        assert np.count_nonzero(found.ink) == np.count_nonzero(ink)


def test_pale_digits_stay_beside_a_dark_cross_in_an_unused_cell() -> None:
    """Their darkest spots seem to be of the cross's pen, and their bars of a printed pattern."""
    ink = np.zeros((200, 400), np.uint8)
    for start, end in (((110, 70), (170, 130)), ((110, 130), (170, 70))):
        cv2.line(ink, start, end, 230, 6)
    for left in (200, 280):
        draw_digit(ink, 4, Box(70, left, 130, left + 36), tone=70)
        cv2.circle(ink, (left + 30, 70), 2, 200, -1)
    cells = tuple(Box(50, left, 150, left + 80) for left in (100, 180, 260))
    found = ink_of_field(clean_of(ink), Field("", Box(50, 100, 150, 340), FieldKind.COMB, cells))
    assert np.count_nonzero(found.ink) == np.count_nonzero(ink)


def test_pencil_stays_in_a_box_under_dark_print() -> None:
    """Only what stands in the box tells the pen: its label was taken for it, digits for print."""
    ink = np.zeros((200, 400), np.uint8)
    cv2.putText(ink, "Number", (105, 46), cv2.FONT_HERSHEY_SIMPLEX, 1, 230, 6)
    for left, digit in ((110, 4), (160, 7), (200, 1)):
        draw_digit(ink, digit, Box(70, left, 130, left + 36), tone=70)
    found = ink_of_field(clean_of(ink), Field("", Box(50, 100, 150, 300), FieldKind.BOX))
    assert np.count_nonzero(found.ink) == np.count_nonzero(ink[50:150])


def test_soft_pencil_that_is_pale_in_between_is_no_pattern() -> None:
    """Its sides are straight and pale; left out, its ends would be all that is left of a 0."""
    ink = np.zeros((200, 400), np.uint8)
    cv2.line(ink, (110, 70), (170, 130), 230, 6)
    cv2.line(ink, (110, 130), (170, 70), 230, 6)
    for left in (200, 280):
        traced_box(70, ink, Box(70, left, 130, left + 36))
        for row in (70, 130):
            cv2.line(ink, (left, row), (left + 36, row), 200, 5)
    cells = tuple(Box(50, left, 150, left + 80) for left in (100, 180, 260))
    found = ink_of_field(clean_of(ink), Field("", Box(50, 100, 150, 340), FieldKind.COMB, cells))
    assert np.count_nonzero(found.ink) == np.count_nonzero(ink)


def test_sides_of_cells_that_were_not_found_are_no_ink() -> None:
    """The sides of two boxes with a gap between them, one of them under a digit."""
    lines, pen = np.zeros((200, 400), np.uint8), np.zeros((200, 400), np.uint8)
    for column in (172, 184):
        cv2.line(lines, (column, 50), (column, 150), 200, 3)
    draw_digit(pen, 0, Box(70, 176, 130, 220), tone=150)
    ink = np.maximum(lines, pen)
    cells = (Box(50, 100, 150, 178), Box(50, 178, 150, 260))
    found = ink_of_field(clean_of(ink), Field("", Box(50, 100, 150, 260), FieldKind.COMB, cells))
    left = np.zeros_like(ink)
    top, start = found.origin
    left[top : top + found.ink.shape[0], start : start + found.ink.shape[1]] = found.ink
    assert np.count_nonzero(left[(lines > 0) & (pen == 0)]) < 0.1 * np.count_nonzero(lines)
    assert np.count_nonzero(left[pen > 0]) > 0.95 * np.count_nonzero(pen)


@pytest.mark.parametrize(("top", "torn"), [(40, True), (96, False)])
def test_ink_that_goes_on_far_above_the_field_is_torn(top: int, torn: bool) -> None:
    """The tail of a letter of a signature that begins above may look like a digit."""
    ink = np.zeros((300, 400), np.uint8)
    cv2.line(ink, (200, top), (200, 190), 200, 4)
    cv2.ellipse(ink, (190, 170), (10, 20), 0, 0, 360, 200, 4)
    field = Field("", Box(100, 100, 200, 300), FieldKind.BOX)
    assert ink_of_field(clean_of(ink), field).torn == torn


@pytest.mark.parametrize("passes", [True, False])
def test_a_line_that_passes_through_a_box_is_ruling_and_a_stem_is_not(passes: bool) -> None:
    ink = np.zeros((300, 400), np.uint8)
    cv2.line(ink, (280, 30 if passes else 100), (280, 197), 200, 3)
    field = Field("", Box(100, 100, 200, 300), FieldKind.BOX)
    clean = replace(clean_of(ink), plumb=ink > 0)
    assert ink_of_field(clean, field).ink.any() != passes


def test_a_cross_that_a_side_cuts_tears_no_number() -> None:
    ink = np.zeros((200, 400), np.uint8)
    cv2.line(ink, (80, 60), (160, 140), 220, 5)
    cv2.line(ink, (80, 140), (160, 60), 220, 5)
    field = Field("", Box(50, 100, 150, 300), FieldKind.BOX)
    assert ink_of_field(clean_of(ink), field).torn
    assert not ink_of_field(clean_of(ink), field, lambda piece: bool(piece.any())).torn


@pytest.mark.parametrize(("gap", "left_out"), [(30, True), (60, False)])
def test_a_sign_in_a_gap_between_cells_is_no_ink_of_a_comb(gap: int, left_out: bool) -> None:
    """Day and month have a stroke between them; in a gap as wide as a cell it may be a 1."""
    lefts = [100, 160, 220 + gap, 280 + gap]
    cells = tuple(Box(100, left, 160, left + 58) for left in lefts)
    image = paper(300, 700)
    for cell in cells:
        draw_digit(image, 2, Box(112, cell.left + 12, 148, cell.left + 40))
    written = np.asarray(255 - image, np.uint8)
    draw_path(image, [(112, 222 + gap // 2), (148, 216 + gap // 2)])
    comb = Field("f1", Box(100, 100, 160, cells[-1].right), FieldKind.COMB, cells)
    found = ink_of_field(clean_of(np.asarray(255 - image, np.uint8)), comb)
    top, left = found.origin
    height, width = found.ink.shape
    wanted = written[top : top + height, left : left + width]
    assert np.array_equal(found.ink, wanted) is left_out
