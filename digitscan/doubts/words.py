"""The records of a page in, the same with parts of words put to review out.

Names are written in combs too, and a U, an S or an H in its cell may look like a digit. Where
some of the lines between such cells were not found, part of the word is a field by itself. The
boxes that stand side by side with it tell: most hold ink that is no plain number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from digitscan.form.order import is_level
from digitscan.values import Box, FieldKind, Record, Status

SHARED_SIDE = 0.15
"""Fields nearer than this share of their height share a side."""
EMPTY = (Status.BLANK, Status.STRUCK)
PLAIN = 0.4
"""A number less likely than this is no plain one."""


def doubt_words(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to values in rows of adjoining boxes that hold more odd ink than numbers."""
    doubtful = {id(record) for row in _rows(records) if _is_word(row) for record in row}
    return tuple(
        replace(record, reading=replace(record.reading, status=Status.REVIEW))
        if record.reading.status is Status.OK and id(record) in doubtful
        else record
        for record in records
    )


def _rows(records: Iterable[Record]) -> list[list[Record]]:
    """Boxes and combs that adjoin one another, left to right."""
    boxed = [one for one in records if one.field.kind in (FieldKind.BOX, FieldKind.COMB)]
    rows: list[list[Record]] = []
    for record in sorted(boxed, key=lambda one: one.field.box.left):
        box = record.field.box
        row = next((row for row in rows if _follows(row[-1].field.box, box)), None)
        if row is None:
            rows.append([record])
        else:
            row.append(record)
    return rows


def _follows(left: Box, right: Box) -> bool:
    apart = abs(right.left - left.right)
    return apart <= SHARED_SIDE * min(left.height, right.height) and is_level(left, right)


def _is_word(row: Sequence[Record]) -> bool:
    """Whether fewer of the boxes hold a plain number than hold other ink."""
    inked = [one.reading for one in row if one.reading.status not in EMPTY]
    plain = [one for one in inked if one.value and one.confidence >= PLAIN]
    return len(inked) > 2 * len(plain)
