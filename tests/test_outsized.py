"""Values far higher than the page's others are doubted, and lines of far lower ones."""

from __future__ import annotations

import numpy as np
import pytest

from digitscan.doubts.outsized import FEWEST, doubt_outsized
from digitscan.values import Box, Digit, Field, FieldKind, PageRef, Reading, Record, Status


def record(*heights: int, status: Status = Status.OK, kind: FieldKind = FieldKind.BOX) -> Record:
    """A value with digits so high."""
    digits = tuple(
        Digit(Box(0, 30 * place, height, 30 * place + 20), np.zeros(11, np.float32))
        for place, height in enumerate(heights)
    )
    reading = Reading("8" * len(heights), 0.99, status, digits=digits)
    return Record(PageRef("sheet.png"), Field("f", Box(0, 0, 200, 300), kind), reading)


def statuses(*records: Record) -> list[Status]:
    return [each.reading.status for each in doubt_outsized(records)]


ORDINARY = [record(40, 46), record(38), record(44, 41, 47), record(52), record(35)]


@pytest.mark.parametrize("heights", [(110,), (42, 115)])
def test_a_digit_twice_as_high_as_the_others_is_doubted(heights: tuple[int, ...]) -> None:
    assert statuses(*ORDINARY, *ORDINARY, record(*heights)) == [Status.OK] * 10 + [Status.REVIEW]


def test_large_and_small_writing_is_not() -> None:
    assert set(statuses(*ORDINARY, record(62), record(20))) == {Status.OK}


def test_a_line_of_digits_less_than_half_as_high_is_print() -> None:
    """Boxes for small digits are another thing."""
    low = record(14, 15, kind=FieldKind.LINE)
    assert statuses(*ORDINARY, low) == [Status.OK] * 5 + [Status.REVIEW]
    assert set(statuses(*ORDINARY, record(14, 15))) == {Status.OK}
    higher = record(16, 21, kind=FieldKind.LINE)
    assert set(statuses(*ORDINARY, higher)) == {Status.OK}


def test_beside_many_printed_small_writing_is_not() -> None:
    assert set(statuses(*ORDINARY, *[record(18)] * 14)) == {Status.OK}


def test_few_values_say_nothing() -> None:
    assert set(statuses(*ORDINARY[: FEWEST - 2], record(90))) == {Status.OK}


def test_what_is_unsure_does_not_tell_how_high_digits_are() -> None:
    unsure = [record(20, status=Status.REVIEW)] * 9
    assert statuses(*ORDINARY, *unsure)[:5] == [Status.OK] * 5
