"""Strokes that are a 1, and those that may be anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digitscan.doubts.lone_strokes import doubt_strokes
from digitscan.values import Box, Digit, Field, FieldKind, PageRef, Reading, Record, Status

REF = PageRef("sheet.png")


def record(
    value: str,
    status: Status = Status.OK,
    kind: FieldKind = FieldKind.CELL,
    box: Box = Box(0, 0, 50, 100),  # noqa: B008, a frozen value
) -> Record:
    return Record(REF, Field("f", box, kind), Reading(value, 0.99, status))


def statuses(*records: Record) -> list[Status]:
    return [each.reading.status for each in doubt_strokes(records)]


@pytest.mark.parametrize("value", ["1", "11", "1111"])
def test_strokes_on_a_line_are_doubted(value: str) -> None:
    assert statuses(record(value, kind=FieldKind.LINE)) == [Status.REVIEW]


@pytest.mark.parametrize("kind", [FieldKind.BOX, FieldKind.COMB, FieldKind.CELL])
def test_a_one_in_a_box_among_numbers_is_ok(kind: FieldKind) -> None:
    page = [record("1", kind=kind), *(record(value, kind=kind) for value in ("7", "10", "42"))]
    assert statuses(*page) == [Status.OK] * 4


def test_other_numbers_on_lines_are_not_doubted() -> None:
    assert statuses(record("10", kind=FieldKind.LINE)) == [Status.OK]


def test_strokes_among_tallies_are_doubted() -> None:
    tallies = [record("", Status.UNREADABLE) for _ in range(3)]
    assert statuses(record("1"), *tallies, record("11"))[::4] == [Status.REVIEW] * 2


def test_strokes_of_which_there_are_many_are_tallies() -> None:
    assert statuses(*(record("11") for _ in range(4))) == [Status.REVIEW] * 4


def test_many_plain_numbers_speak_for_the_strokes_beside_them() -> None:
    ones, plain = [record("1")] * 4, [record("8")] * 5
    assert statuses(*ones, *plain) == [Status.OK] * 9


@pytest.mark.parametrize("value", ["141", "44", "411"])
def test_bundles_among_tallies_are_doubted_and_numbers_like_them_are_not(value: str) -> None:
    tallies = [record("", Status.UNREADABLE) for _ in range(3)]
    assert statuses(record(value), *tallies)[0] is Status.REVIEW
    assert statuses(record(value), record("7"), record("10"))[0] is Status.OK
    assert statuses(record(value, kind=FieldKind.LINE), *tallies)[0] is Status.OK


def test_boxes_of_another_size_say_nothing() -> None:
    tallies = [record("", Status.UNREADABLE, box=Box(0, 0, 50, 300)) for _ in range(5)]
    assert statuses(record("1"), *tallies)[0] is Status.OK


def test_what_was_not_ok_stays_what_it_was() -> None:
    kept = [Status.REVIEW, Status.BLANK, Status.STRUCK, Status.UNREADABLE]
    values = ["1", "", "", ""]
    page = [record(v, s, FieldKind.LINE) for v, s in zip(values, kept, strict=True)]
    assert statuses(*page) == kept


def test_a_doubted_value_is_still_told() -> None:
    (doubted,) = doubt_strokes((record("1", kind=FieldKind.LINE),))
    assert (doubted.reading.value, doubted.reading.confidence) == ("1", 0.99)


def test_no_records_stay_none() -> None:
    assert doubt_strokes(()) == ()


@pytest.mark.parametrize(("top", "bottom", "status"), [(4, 46, "ok"), (2, 64, "review")])
def test_a_stroke_that_goes_on_below_its_cell_is_doubted(
    top: int, bottom: int, status: str
) -> None:
    digit = Digit(Box(top, 10, bottom, 20), np.zeros(11, np.float32))
    page = [record("1"), record("7"), record("10")]
    page[0] = replace(page[0], reading=replace(page[0].reading, digits=(digit,)))
    assert statuses(*page)[0] == status


@pytest.mark.parametrize(("height", "status"), [(16, "review"), (30, "ok")])
def test_strokes_far_lower_than_other_digits_say_as_above(height: int, status: str) -> None:
    """Two short strokes below a number repeat it."""

    def written(value: str, height: int) -> Record:
        places = (Box(5, 30 * place, 5 + height, 30 * place + 20) for place in range(len(value)))
        digits = tuple(Digit(place, np.zeros(11, np.float32)) for place in places)
        plain = record(value)
        return replace(plain, reading=replace(plain.reading, digits=digits))

    numbers = [written(value, 40) for value in ("73", "48", "209", "55")]
    assert statuses(written("11", height), *numbers) == [Status(status), *[Status.OK] * 4]


def test_a_column_of_numbers_speaks_for_its_strokes() -> None:
    """What boxes of the same size hold elsewhere, say printed numbers, says nothing."""
    beside = Box(0, 150, 50, 255)
    printed = [record("7", Status.REVIEW, box=beside) for _ in range(8)]
    column = [record("1"), record("14"), record("7"), record("20"), record("33")]
    assert statuses(*column, *printed)[:5] == [Status.OK] * 5
    assert statuses(*column[:2], *printed)[:2] == [Status.REVIEW] * 2


def test_so_does_a_column_of_numbers_on_rules_and_no_single_one() -> None:
    column = [record(value, kind=FieldKind.LINE) for value in ("1", "14", "7", "20", "33")]
    assert statuses(*column)[0] is Status.OK
    assert statuses(*column[:3])[0] is Status.REVIEW
