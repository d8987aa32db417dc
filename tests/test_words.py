"""Parts of words in combs are doubted, numbers beside one another are not."""

from __future__ import annotations

import pytest

from digitscan.doubts.words import doubt_columns, doubt_words
from digitscan.values import Box, Field, FieldKind, PageRef, Reading, Record, Status

REF = PageRef("sheet.png")


def row(*said: tuple[str, float], kind: FieldKind = FieldKind.BOX, gap: int = 2) -> list[Status]:
    """Doubt boxes side by side that hold these values, ``""`` for ink that is none."""
    records = []
    for place, (value, confidence) in enumerate(said):
        left = place * (60 + gap)
        status = Status.OK if confidence > 0.85 else Status.REVIEW
        reading = Reading(value, confidence, status if value else Status.UNREADABLE)
        records.append(Record(REF, Field("f", Box(0, left, 40, left + 60), kind), reading))
    return [record.reading.status for record in doubt_words(tuple(records))]


LETTERS, GUESS, NUMBER = ("", 1.0), ("17", 0.25), ("015", 0.95)


@pytest.mark.parametrize("said", [(GUESS, NUMBER, LETTERS), (LETTERS, GUESS, LETTERS, NUMBER)])
def test_a_number_among_letters_is_doubted(said: tuple[tuple[str, float], ...]) -> None:
    assert Status.OK not in row(*said)


@pytest.mark.parametrize("said", [(NUMBER, LETTERS), (NUMBER, NUMBER, GUESS, LETTERS)])
def test_numbers_that_are_no_fewer_are_not(said: tuple[tuple[str, float], ...]) -> None:
    assert row(*said)[0] is Status.OK


def test_boxes_that_stand_apart_say_nothing_of_one_another() -> None:
    assert row(LETTERS, NUMBER, LETTERS, gap=20)[1] is Status.OK


def test_cells_of_a_table_say_nothing_of_one_another() -> None:
    assert row(LETTERS, NUMBER, LETTERS, kind=FieldKind.CELL)[1] is Status.OK


def test_unused_boxes_are_no_letters() -> None:
    boxes = [Field("f", Box(0, 62 * n, 40, 62 * n + 60), FieldKind.BOX) for n in range(3)]
    readings = [Reading("", 1.0, Status.BLANK), Reading("", 0.9, Status.STRUCK)]
    readings.append(Reading("42", 0.95, Status.OK))
    records = tuple(map(Record, [REF] * 3, boxes, readings))
    assert doubt_words(records) == records


def test_words_in_wide_boxes_say_nothing_of_the_number_beside_them() -> None:
    """The rows of a table: a name, its number, the number in words, a signature."""
    lefts, widths = (0, 302, 404, 706), (300, 100, 300, 120)
    fields = [
        Field("f", Box(0, left, 40, left + width), FieldKind.BOX)
        for left, width in zip(lefts, widths, strict=True)
    ]
    words, number = Reading("", 0.9, Status.UNREADABLE), Reading("42", 0.99, Status.OK)
    records = tuple(map(Record, [REF] * 4, fields, [words, number, words, words]))
    assert doubt_words(records) == records


def test_a_number_in_a_column_of_numbers_is_no_part_of_a_word() -> None:
    rows = [(NUMBER, LETTERS, LETTERS), (NUMBER, NUMBER, NUMBER), (NUMBER, NUMBER, NUMBER)]
    records = [
        Record(
            REF,
            Field("f", Box(50 * row, 62 * place, 50 * row + 40, 62 * place + 60), FieldKind.BOX),
            Reading(value, confidence, Status.OK if value else Status.UNREADABLE),
        )
        for row, said in enumerate(rows)
        for place, (value, confidence) in enumerate(said)
    ]
    assert doubt_words(tuple(records))[0].reading.status is Status.OK
    assert doubt_words(tuple(records[:6]))[0].reading.status is Status.REVIEW


def column(*values: str, aside: int = 0) -> list[Status]:
    """Doubt lines of writing over one another, ``""`` for words, every second so far ``aside``."""
    records = []
    for row, value in enumerate(values):
        left = 100 + aside * (row % 2)
        field = Field("f", Box(60 * row, left, 60 * row + 40, left + 90), FieldKind.LINE)
        status = Status.OK if value else Status.UNREADABLE
        records.append(Record(REF, field, Reading(value, 0.99, status)))
    return [record.reading.status for record in doubt_columns(tuple(records))]


def test_a_number_in_a_column_of_words_is_a_word() -> None:
    assert Status.OK not in column("", "011", "", "", "011", "")


@pytest.mark.parametrize("values", [("", "011", "", ""), ("", "011", "", "17", "", "4", "")])
def test_a_number_beside_few_words_is_one(values: tuple[str, ...]) -> None:
    assert column(*values).count(Status.OK) == len([value for value in values if value])


def test_words_of_another_column_say_nothing_of_it() -> None:
    assert column("", "011", "", "17", "", "4", "", "9", "", aside=200)[1] is Status.OK
