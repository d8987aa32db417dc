"""The records of a page in, the same with parts of words put to review out.

Names are written in combs too, and a U, an S or an H in its cell may look like a digit. Where
some of the lines between such cells were not found, part of the word is a field by itself. The
boxes that stand side by side with it tell: most hold ink that is no plain number. In a table they
say nothing: names and signatures have wide boxes there, and numbers stand over one another. Where
most of a column are words, though, a short one may look like a number: oil like 011.
"""

from __future__ import annotations

from collections.abc import Sequence

from digitscan.doubts.chains import chains
from digitscan.doubts.columns import LEAST_IN_COLUMN, Places
from digitscan.doubts.review import put_to_review
from digitscan.form.order import share_side
from digitscan.values import Field, FieldKind, Record, Status

EMPTY = (Status.BLANK, Status.STRUCK)
PLAIN = 0.4
"""A number less likely than this is no plain one."""
LEAST_WORDS, MORE_WORDS = 4, 2.0
"""So many words over one another, and so many to a number, are a column of words."""
LETTERS_WIDTH = 4.0
"""Cells wider than so many times their height hold more than a few letters."""


def doubt_words(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to values in rows of adjoining boxes that hold more odd ink than numbers."""
    words = (row for row in _rows(records) if _is_word([records[number] for number in row]))
    places, parts = Places(records), {number for row in words for number in row}
    alone = {number for number in parts if not _is_of_numbers(places.column(number))}
    return put_to_review(records, alone)


def doubt_columns(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to values in columns that hold more words than numbers."""
    places = Places(records)
    numbers = [
        number
        for number, one in enumerate(records)
        if one.reading.status is Status.OK and one.field.kind is FieldKind.LINE
    ]
    return put_to_review(records, {one for one in numbers if _is_of_words(places.beginning(one))})


def _is_of_words(column: Sequence[Record]) -> bool:
    """Whether a column holds several words, and far fewer numbers."""
    statuses = [one.reading.status for one in column]
    words = statuses.count(Status.UNREADABLE)
    return words >= max(LEAST_WORDS, MORE_WORDS * statuses.count(Status.OK))


def _rows(records: Sequence[Record]) -> list[list[int]]:
    """Indices of the boxes and combs that adjoin one another, left to right."""
    kinds, boxes = (FieldKind.BOX, FieldKind.COMB), [record.field.box for record in records]
    boxed = [number for number, record in enumerate(records) if record.field.kind in kinds]
    rightwards = sorted(boxed, key=lambda number: boxes[number].left)
    return chains(rightwards, lambda last, number: share_side(boxes[last], boxes[number]))


def _is_word(row: Sequence[Record]) -> bool:
    """Whether fewer of the boxes hold a plain number than hold letters or other narrow ink."""
    inked = [one for one in row if one.reading.status not in EMPTY]
    others = [one for one in inked if not one.reading.value or one.reading.confidence < PLAIN]
    odd = sum(_has_narrow_cells(one.field) for one in others)
    return odd > len(inked) - len(others)


def _is_of_numbers(column: Sequence[Record]) -> bool:
    """Whether a column holds several numbers, and not more of other ink."""
    statuses = [one.reading.status for one in column if one.reading.status not in EMPTY]
    numbers = statuses.count(Status.OK)
    return numbers >= max(LEAST_IN_COLUMN, len(statuses) - numbers)


def _has_narrow_cells(field: Field) -> bool:
    """Whether a field's cells are too narrow for words."""
    width = field.box.width / max(1, len(field.cells))
    return width <= LETTERS_WIDTH * field.box.height
