"""Zeros that fill numbers up to one length, and those that are none."""

from __future__ import annotations

import pytest

from digitscan.doubts.leading_zeros import doubt_leading_zeros
from digitscan.values import Box, Field, FieldKind, PageRef, Reading, Record, Status

REF = PageRef("list.png")
MARKS = ["57", "8", "91", "100", "64", "7", "78", "33", "100"]


def column(
    values: list[str], kind: FieldKind = FieldKind.CELL, left: int = 0, sure: float = 0.9
) -> list[Record]:
    return [
        Record(
            REF,
            Field("f", Box(60 * row, left, 60 * row + 50, left + 120), kind),
            Reading(value, sure, Status.OK),
        )
        for row, value in enumerate(values)
    ]


def doubted(records: list[Record]) -> list[str]:
    found = doubt_leading_zeros(tuple(records))
    return [each.reading.value for each in found if each.reading.status is Status.REVIEW]


def test_letters_that_look_like_zeros_among_marks_go_to_review() -> None:
    assert doubted(column([*MARKS, "00", "06"][:10])) == ["00"]
    assert doubted(column(["06", *MARKS])) == ["06"]


def test_a_zero_by_itself_is_a_mark() -> None:
    assert doubted(column([*MARKS, "0"])) == []


@pytest.mark.parametrize(
    "values",
    [
        ["0042", "1733", "9120", "3377", "0090", "5521", "8120"],
        ["057", "008", "091", "100", "64", "7", "78"],
        ["00", "57", "8"],
    ],
)
def test_filled_up_numbers_and_short_columns_are_left_alone(values: list[str]) -> None:
    assert doubted(column(values)) == []


def test_only_the_own_column_counts() -> None:
    assert doubted(column(MARKS) + column(["007", "012", "733", "090"], left=200)) == []


def test_a_comb_with_a_zero_in_front_was_filled_up() -> None:
    assert doubted(column(["06", *MARKS], FieldKind.COMB)) == []


def test_a_zero_beyond_doubt_is_believed() -> None:
    assert doubted(column(["06", *MARKS], sure=0.99)) == []
