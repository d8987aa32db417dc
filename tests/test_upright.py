"""Letters of upright words are doubted, numbers one below the other are not."""

from __future__ import annotations

import pytest

from digitscan.doubts.upright import doubt_upright
from digitscan.values import Box, Field, FieldKind, PageRef, Reading, Record, Status

NUMBER, LETTER, GUESS = ("0", Status.OK), ("", Status.UNREADABLE), ("5", Status.REVIEW)


def stack(
    *said: tuple[str, Status],
    gap: int = 4,
    width: int = 20,
    kind: FieldKind = FieldKind.LINE,
    aside: int = 0,
) -> list[Status]:
    """Doubt fields 20 high that stand one below the other, each a little further to the right."""
    records = []
    for place, (value, status) in enumerate(said):
        top, left = place * (20 + gap), 100 + place * aside
        field = Field("f", Box(top, left, top + 20, left + width), kind)
        records.append(Record(PageRef("sheet.png"), field, Reading(value, 0.99, status)))
    return [record.reading.status for record in doubt_upright(tuple(records))]


@pytest.mark.parametrize(
    "said", [(LETTER, NUMBER, LETTER), (LETTER, NUMBER, GUESS, NUMBER), (GUESS, NUMBER, LETTER)]
)
def test_a_number_among_letters_above_one_another_is_doubted(
    said: tuple[tuple[str, Status], ...],
) -> None:
    assert Status.OK not in stack(*said)


def test_more_numbers_than_letters_are_a_column_of_digits() -> None:
    assert stack(NUMBER, NUMBER, LETTER) == [Status.OK, Status.OK, Status.UNREADABLE]


def test_two_lines_are_no_word() -> None:
    assert stack(LETTER, NUMBER)[1] is Status.OK


@pytest.mark.parametrize(("gap", "width", "aside"), [(14, 20, 0), (4, 50, 0), (4, 20, 15)])
def test_lines_apart_or_wide_or_askew_are_no_letters(gap: int, width: int, aside: int) -> None:
    said = LETTER, NUMBER, LETTER
    assert stack(*said, gap=gap, width=width, aside=aside)[1] is Status.OK


@pytest.mark.parametrize("kind", [FieldKind.BOX, FieldKind.COMB, FieldKind.CELL])
def test_boxes_above_one_another_say_nothing(kind: FieldKind) -> None:
    assert stack(LETTER, NUMBER, LETTER, kind=kind)[1] is Status.OK
