"""Fields in, those that are of one size, or of one column of a table, out."""

from __future__ import annotations

from collections.abc import Sequence

from digitscan.values import Box, Record

ALIKE = 0.2
"""Difference in width and height, as a share, within which boxes are of one kind."""
LEAST_IN_COLUMN = 3
"""So many plain numbers in boxes of one kind over one another are a column of numbers."""


def fields_like(record: Record, records: Sequence[Record]) -> list[Record]:
    """The records, ``record`` among them, whose fields are of its size."""
    box = record.field.box
    return [other for other in records if _is_alike(box, other.field.box)]


def column_of(record: Record, records: Sequence[Record]) -> list[Record]:
    """Those of them that stand over one another."""
    box = record.field.box
    return [other for other in fields_like(record, records) if _is_over(box, other.field.box)]


def _is_alike(first: Box, second: Box) -> bool:
    wide = abs(first.width - second.width) <= ALIKE * first.width
    return wide and abs(first.height - second.height) <= ALIKE * first.height


def _is_over(first: Box, second: Box) -> bool:
    apart = max(abs(first.left - second.left), abs(first.right - second.right))
    return apart <= ALIKE * first.width
