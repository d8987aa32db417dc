"""Printed digits have twins on the page, written ones have none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from digitscan.doubts.typeset import doubt_typeset
from digitscan.values import (
    Box,
    Digit,
    Field,
    FieldKind,
    GreyImage,
    Page,
    PageRef,
    Reading,
    Record,
    Status,
)

REF = PageRef("sheet.png")
PITCH, SIDE = 120, 40


def sheet(*values: str, written: bool = False) -> tuple[Page, tuple[Record, ...]]:
    """Values in rows, in type or each digit bent in a way of its own, and their records."""
    rng = np.random.default_rng(3)
    image = np.full((60 * len(values) + 60, PITCH * 4), 255, np.uint8)
    records = []
    for row, value in enumerate(values):
        digits = []
        for place, digit in enumerate(value):
            glyph = _bent(_type(digit), rng) if written else _type(digit)
            top, left = 30 + 60 * row, 20 + 60 * place
            rows, columns = np.nonzero(glyph < 128)
            glyph = glyph[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            box = Box(top, left, top + glyph.shape[0], left + glyph.shape[1])
            image[box.slices] = glyph
            digits.append(Digit(box, np.zeros(11, np.float32)))
        field = Field("f", Box(20 + 60 * row, 0, 75 + 60 * row, 400), FieldKind.LINE)
        records.append(Record(REF, field, Reading(value, 0.99, Status.OK, digits=tuple(digits))))
    return Page(REF, image), tuple(records)


def _type(digit: str) -> GreyImage:
    glyph = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.putText(glyph, digit, (8, 34), cv2.FONT_HERSHEY_DUPLEX, 1.1, 0, 3, cv2.LINE_AA)
    return glyph


def _bent(glyph: GreyImage, rng: np.random.Generator) -> GreyImage:
    corners = np.array([[6, 6], [34, 6], [6, 34]], np.float32)
    moved = corners + rng.uniform(-5, 5, (3, 2)).astype(np.float32)
    turn = cv2.getAffineTransform(corners, moved)
    return np.asarray(cv2.warpAffine(glyph, turn, (SIDE, SIDE), borderValue=255), np.uint8)


def statuses(page: Page, records: tuple[Record, ...]) -> list[Status]:
    return [each.reading.status for each in doubt_typeset(page, records, records)]


TYPED = "45", "54", "445", "55", "47", "72", "27", "72"


def test_digits_with_twins_in_other_fields_are_printed() -> None:
    assert set(statuses(*sheet(*TYPED))) == {Status.REVIEW}


def test_digits_that_differ_are_not() -> None:
    assert set(statuses(*sheet(*TYPED, written=True))) == {Status.OK}


def test_a_value_with_one_digit_that_has_none_is_not() -> None:
    assert statuses(*sheet(*TYPED, "458"))[-1] is Status.OK


@pytest.mark.parametrize("value", ["1", "11"])
def test_strokes_say_nothing(value: str) -> None:
    assert set(statuses(*sheet(*[value] * 6))) == {Status.OK}


def test_one_twin_will_do_for_a_digit_beside_one_that_has_more() -> None:
    assert statuses(*sheet("24", "27", "52", "41", "63"))[0] is Status.REVIEW
    assert statuses(*sheet("24", "27", "52", "11", "63"))[0] is Status.OK


def test_what_was_read_as_a_stroke_beside_type_does_not_save_it() -> None:
    assert statuses(*sheet(*TYPED, "41"))[-1] is Status.REVIEW


def test_one_twin_may_be_chance() -> None:
    assert statuses(*sheet("8", "8")) == [Status.OK] * 2


def test_twins_within_one_value_are_none() -> None:
    assert statuses(*sheet("888")) == [Status.OK]


@pytest.mark.parametrize(("value", "status"), [("0000", "review"), ("000", "ok"), ("1111", "ok")])
def test_a_row_of_equal_zeros_is_printed(value: str, status: str) -> None:
    assert statuses(*sheet(value, "52")) == [Status(status), Status.OK]
    assert statuses(*sheet(value, "52", written=True)) == [Status.OK] * 2


def test_no_records_stay_none() -> None:
    assert doubt_typeset(Page(REF, np.full((9, 9), 255, np.uint8)), (), ()) == ()
