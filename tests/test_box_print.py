"""Numbers in the corners of boxes and units at their ends are no digits; written ones stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import PEN, draw_digit, paper

from digitscan.glyph.box_print import without_print
from digitscan.glyph.pieces import Piece, cut_pieces
from digitscan.values import Box, Field, FieldKind, GreyImage

FONT = cv2.FONT_HERSHEY_SIMPLEX
BOXES = tuple(Box(top, 60, top + 80, 360) for top in range(20, 520, 120))
DIGITS = (2, 7, 5, 4, 2)


def form(kind: FieldKind = FieldKind.BOX) -> tuple[GreyImage, list[Field]]:
    """A page with two digits in each of some boxes, or in the first cells of combs."""
    image, fields = paper(600, 500), []
    for number, (box, digit) in enumerate(zip(BOXES, DIGITS, strict=True)):
        for left in (100 + 9 * number, 160 + 7 * number):
            draw_digit(image, digit, Box(box.top + 18, left, box.top + 70, left + 32))
        cells = tuple(Box(box.top, left, box.bottom, left + 60) for left in range(60, 360, 60))
        fields.append(Field(f"f{number}", box, kind, cells if kind is FieldKind.COMB else ()))
    return image, fields


def cut(image: GreyImage, fields: list[Field]) -> list[tuple[Piece, ...]]:
    ink = np.asarray(255 - image, np.uint8)
    return [
        cut_pieces(ink[own.box.slices], (own.box.top, own.box.left), float(PEN), own.cells)
        for own in fields
    ]


def boxes_of(pieces: list[tuple[Piece, ...]]) -> list[list[Box]]:
    return [[piece.box for piece in own] for own in pieces]


def put(image: GreyImage, text: str, box: Box, right: int, down: int, size: float = 0.6) -> None:
    cv2.putText(image, text, (box.left + right, box.top + down), FONT, size, 0, 2)


def test_a_unit_at_the_end_of_boxes_is_left_out() -> None:
    image, fields = form()
    wanted = boxes_of(cut(image, fields))
    for box in BOXES:
        put(image, "cm", box, 250, 64)
    assert boxes_of(cut(image, fields)) != wanted
    assert boxes_of(without_print(fields, cut(image, fields))) == wanted


@pytest.mark.parametrize("kind", [FieldKind.BOX, FieldKind.COMB])
def test_the_number_in_the_corner_of_boxes_is_left_out(kind: FieldKind) -> None:
    image, fields = form(kind)
    wanted = boxes_of(cut(image, fields))
    for number, box in enumerate(BOXES):
        put(image, str(number + 3), box, 5, 16, 0.45)
        if kind is FieldKind.COMB:
            put(image, str(number + 4), box, 185, 16, 0.45)
    assert boxes_of(cut(image, fields)) != wanted
    assert boxes_of(without_print(fields, cut(image, fields))) == wanted


def test_a_box_with_nothing_but_its_unit_is_blank() -> None:
    image, fields = form()
    image[BOXES[1].slices] = 255
    for box in BOXES:
        put(image, "cm", box, 250, 64)
    assert without_print(fields, cut(image, fields))[1] == ()


def test_a_sign_in_two_boxes_is_left_in() -> None:
    image, fields = form()
    for box in BOXES[:2]:
        put(image, "cm", box, 250, 64)
    found = cut(image, fields)
    assert without_print(fields, found) == found


def test_the_same_low_sign_in_different_places_is_left_in() -> None:
    image, fields = form()
    for number, box in enumerate(BOXES):
        put(image, "o", box, 200 + 6 * number, 64 - 3 * number)
    found = cut(image, fields)
    assert without_print(fields, found) == found


def test_digits_as_high_as_others_are_left_in_however_alike() -> None:
    image, fields = form()
    for box in BOXES:
        draw_digit(image, 2, Box(box.top + 18, box.left + 220, box.top + 66, box.left + 250))
    found = cut(image, fields)
    assert without_print(fields, found) == found


def test_low_digits_of_one_hand_in_the_cells_of_combs_are_left_in() -> None:
    image, fields = form(FieldKind.COMB)
    for box in BOXES:
        draw_digit(image, 0, Box(box.top + 40, box.left + 200, box.top + 68, box.left + 224))
    found = cut(image, fields)
    assert without_print(fields, found) == found


def test_the_first_digit_of_printed_numbers_is_left_in() -> None:
    """Of 10, 11, 12 the 1 is the same again and again; a 0 would be left."""
    image, fields = form()
    for number, box in enumerate(BOXES):
        put(image, f"1 {number + 5}", box, 250, 64)
    found = cut(image, fields)
    assert without_print(fields, found) == found


def test_labels_are_left_in() -> None:
    """Something may be written between them."""
    image, fields = form()
    for number, box in enumerate(BOXES):
        image[box.slices] = 255
        put(image, "names of voters", box, 5, 40)
        put(image, str(number), box, 200, 60, 1.6)
    found = cut(image, fields)
    assert without_print(fields, found) == found


@pytest.mark.parametrize("count", [0, 1])
def test_pages_with_few_fields_are_left_as_they_are(count: int) -> None:
    image, fields = form()
    found = cut(image, fields[:count])
    assert without_print(fields[:count], found) == found
