"""Labels, numbers in corners and units that are printed in boxes are no ink of theirs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from sheets import PEN, clean_of, draw_box, draw_digit, paper

from digitscan.form.labels import without_labels
from digitscan.reader import Reader
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


def form_of_fours(top: int, bottom: int) -> tuple[GreyImage, list[Field]]:
    """A page with a 4 between these rows of each of the boxes."""
    image, fields = form()
    for box in BOXES:
        image[box.slices] = 255
        draw_digit(image, 4, Box(box.top + top, 200, box.top + bottom, 224))
    return image, fields


def put(
    image: GreyImage, text: str, box: Box, right: int, down: int, size: float = 0.6, pen: int = 2
) -> None:
    cv2.putText(image, text, (box.left + right, box.top + down), FONT, size, 0, pen)


def left_of(image: GreyImage, fields: list[Field]) -> GreyImage:
    """The page without the labels in its boxes."""
    clean = clean_of(np.asarray(255 - image, np.uint8))
    return np.asarray(255 - without_labels(clean, fields).ink, np.uint8)


@pytest.mark.parametrize("unit", ["m", "cm", "per h"])
def test_a_unit_at_the_end_of_boxes_is_left_out(unit: str) -> None:
    image, fields = form()
    wanted = image.copy()
    for box in BOXES:
        put(image, unit, box, 240, 64)
    assert np.array_equal(left_of(image, fields), wanted)


@pytest.mark.parametrize("kind", [FieldKind.BOX, FieldKind.COMB])
def test_the_number_in_the_corner_of_boxes_is_left_out(kind: FieldKind) -> None:
    image, fields = form(kind)
    wanted = image.copy()
    for number, field in enumerate(fields):
        for cell in field.cells or (field.box,):
            put(image, str(number + 3), cell, 5, 14, 0.45)
    assert np.array_equal(left_of(image, fields), wanted)


def test_where_labels_stood_is_told() -> None:
    image, fields = form()
    for box in BOXES:
        put(image, "m", box, 240, 64)
    printed = without_labels(clean_of(np.asarray(255 - image, np.uint8)), fields).printed
    assert len(printed) == len(BOXES)
    assert all(any(sign.shared_area(box) for sign in printed) for box in BOXES)
    assert all(box.left + 230 < sign.left for sign in printed for box in BOXES)


def test_labels_over_what_is_written_are_left_out() -> None:
    image, fields = form()
    wanted = image.copy()
    for box, label in zip(BOXES, ("Age", "Born in", "Height", "Names", "Code"), strict=True):
        put(image, label, box, 6, 14, 0.4)
    assert np.array_equal(left_of(image, fields), wanted)


def test_labels_in_the_middle_of_the_lower_side_are_left_out() -> None:
    """Of different widths, they neither begin nor end at one place."""
    image, fields = form_of_fours(8, 52)
    wanted = image.copy()
    for box, label in zip(BOXES, ("glucose", "urea", "iron", "haemoglobin", "ALT"), strict=True):
        (width, _), _ = cv2.getTextSize(label, FONT, 0.4, 2)
        put(image, label, box, (box.width - width) // 2, 70, 0.4)
    assert np.array_equal(left_of(image, fields), wanted)


def test_a_label_in_two_languages_is_left_out() -> None:
    """Though the second line shows in three of the boxes only."""
    image, fields = form_of_fours(34, 72)
    wanted = image.copy()
    for number, box in enumerate(BOXES):
        put(image, "Weight", box, 6, 14, 0.4)
        if number < 3:
            put(image, "kg je Tag", box, 6, 29, 0.35, pen=1)
    assert np.array_equal(left_of(image, fields), wanted)


def test_a_box_with_nothing_but_its_label_is_blank() -> None:
    image, fields = form()
    image[BOXES[1].slices] = 255
    for box in BOXES:
        put(image, "cm", box, 250, 64)
    assert left_of(image, fields)[BOXES[1].slices].min() == 255


def test_a_column_of_a_table_may_have_its_own_unit() -> None:
    """Though most cells of that height stand in other columns, and have none there."""
    image, fields = form()
    image = np.pad(image, ((0, 0), (0, 700)), constant_values=255)
    for box in BOXES:
        for left in range(400, 1100, 100):
            fields.append(Field("", Box(box.top, left, box.bottom, left + 90), FieldKind.CELL))
            draw_digit(image, 7, Box(box.top + 18, left + 30, box.top + 70, left + 60))
    wanted = image.copy()
    for box in BOXES:
        put(image, "cm", box, 250, 64)
    assert np.array_equal(left_of(image, fields), wanted)


@pytest.mark.parametrize(("sign", "boxes"), [("cm", 2), ("m", 3)])
def test_a_sign_in_few_boxes_is_left_in(sign: str, boxes: int) -> None:
    image, fields = form()
    for box in BOXES[:boxes]:
        put(image, sign, box, 250, 64)
    assert np.array_equal(left_of(image, fields), image)


def test_the_same_low_sign_in_different_places_is_left_in() -> None:
    image, fields = form()
    for number, box in enumerate(BOXES):
        put(image, "o", box, 200 + 9 * number, 64 - 6 * number)
    assert np.array_equal(left_of(image, fields), image)


def test_the_same_low_sign_at_hardly_one_place_is_left_in() -> None:
    """As a pen writes it: print stands at one place to a pixel."""
    image, fields = form()
    for box, right in zip(BOXES, (200, 204, 197, 201, 205), strict=True):
        put(image, "o", box, right, 64)
    assert np.array_equal(left_of(image, fields), image)


def test_digits_as_high_as_others_are_left_in_however_alike() -> None:
    image, fields = form()
    for box in BOXES:
        draw_digit(image, 2, Box(box.top + 18, box.left + 220, box.top + 66, box.left + 250))
    assert np.array_equal(left_of(image, fields), image)


def test_low_digits_of_one_hand_in_the_cells_of_combs_are_left_in() -> None:
    image, fields = form(FieldKind.COMB)
    for box in BOXES:
        draw_digit(image, 0, Box(box.top + 40, box.left + 200, box.top + 68, box.left + 224))
    assert np.array_equal(left_of(image, fields), image)


def test_low_writing_at_one_place_is_left_in_where_nothing_higher_is_beside_it() -> None:
    image, fields = form()
    for box in BOXES:
        image[box.slices] = 255
        put(image, "174", box, 20, 50)
    assert np.array_equal(left_of(image, fields), image)


def test_the_bars_of_fives_are_left_in() -> None:
    """In boxes with a label they stand at one place now and then."""
    image, fields = form()
    image = np.pad(image, ((0, 0), (0, 700)), constant_values=255)
    boxes = [Box(box.top, left, box.bottom, left + 300) for box in BOXES for left in (60, 400, 740)]
    for number, box in enumerate(boxes):
        draw_digit(image, 5, Box(box.top + 18, box.left + 120, box.top + 70, box.left + 150))
        if number < 3:
            cv2.line(image, (box.left + 200, box.top + 24), (box.left + 222, box.top + 17), 0, PEN)
    wanted = image.copy()
    for box in boxes:
        put(image, "ha", box, 250, 64)
    fields = [Field("", box, FieldKind.BOX) for box in boxes]
    assert np.array_equal(left_of(image, fields), wanted)


@pytest.mark.parametrize("count", [0, 1])
def test_pages_with_few_fields_are_left_as_they_are(count: int) -> None:
    image, fields = form()
    assert np.array_equal(left_of(image, fields[:count]), image)


def test_a_form_with_labels_is_read_as_one_without() -> None:
    image = paper(700, 900)
    for row in range(4):
        for column in range(2):
            box = Box(60 + 150 * row, 80 + 380 * column, 180 + 150 * row, 420 + 380 * column)
            draw_box(image, box)
            put(image, f"{2 * row + column + 1}. Name of the ward", box, 10, 26, 0.55)
            for left in (40, 90):
                place = Box(box.top + 52, box.left + left, box.top + 104, box.left + left + 32)
                draw_digit(image, (2, 7)[left > 40], place)
    records = Reader().read_image(image).records
    assert [record.reading.value for record in records] == ["27"] * 8
