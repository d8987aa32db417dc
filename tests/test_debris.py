"""Single digits among as many odd bits of ink are doubted."""

from __future__ import annotations

import numpy as np
import pytest

from digitscan.doubts.debris import LEAST, doubt_debris
from digitscan.values import Box, Digit, Field, FieldKind, PageRef, Reading, Record, Status

DIGIT, STROKE, UNSURE = ("7", 0.99), ("1", 0.99), ("5", 0.6)
ARC = ("", 0.9)


def record(
    said: tuple[str, float],
    status: Status,
    kind: FieldKind = FieldKind.LINE,
    width: int = 30,
) -> Record:
    return Record(PageRef("p.png"), Field("f", Box(0, 0, 30, width), kind), Reading(*said, status))


def number(*heights: int) -> Record:
    """A number in a box, whose digits are so high."""
    digits = tuple(Digit(Box(0, 0, high, 20), np.zeros(11, np.float32)) for high in heights)
    reading = Reading("4" * len(heights), 0.99, Status.OK, digits=digits)
    return Record(PageRef("p.png"), Field("f", Box(0, 0, 80, 200), FieldKind.BOX), reading)


def kept(digits: int, *odd: Record, high: int = 60) -> bool:
    """Whether so many single digits, 30 high, stay ``ok`` beside a number and the others."""
    sure = [record(DIGIT, Status.OK)] * digits
    after = doubt_debris((*sure, number(high, high), *odd))[:digits]
    (status,) = {each.reading.status for each in after}
    return status is Status.OK


@pytest.mark.parametrize(
    "odd",
    [
        record(ARC, Status.UNREADABLE),
        record(UNSURE, Status.REVIEW),
        record(STROKE, Status.REVIEW),
    ],
)
def test_among_as_many_odd_bits_single_digits_are_doubted(odd: Record) -> None:
    assert not kept(LEAST, *[odd] * LEAST)
    assert kept(LEAST + 1, *[odd] * LEAST)


def test_single_digits_about_as_high_as_others_are_not_doubted() -> None:
    assert kept(1, *[record(ARC, Status.UNREADABLE)] * 9, high=44)


def test_few_odd_bits_say_nothing() -> None:
    assert kept(1, *[record(ARC, Status.UNREADABLE)] * (LEAST - 1))


@pytest.mark.parametrize(
    "other",
    [
        record(ARC, Status.UNREADABLE, FieldKind.BOX),
        record(ARC, Status.UNREADABLE, width=100),
        record(DIGIT, Status.REVIEW),
        record(ARC, Status.BLANK),
    ],
    ids=["in a box", "a word", "doubted as print", "blank"],
)
def test_other_fields_are_no_debris(other: Record) -> None:
    assert kept(1, *[other] * 9)


def test_numbers_and_digits_in_boxes_are_not_doubted() -> None:
    odd = [record(ARC, Status.UNREADABLE)] * 9
    others = (record(("42", 0.99), Status.OK, width=60), record(DIGIT, Status.OK, FieldKind.CELL))
    records = (*others, number(60), *odd)
    assert doubt_debris(records) == records
