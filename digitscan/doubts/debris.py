"""The records of a page in, the same with single digits put to review where most ink is debris.

A threshold that was too high leaves of pale writing short arcs, each by itself, and a bowed one
is a 7 to any model. By themselves they look like digits; so many odd ones beside them tell.
"""

from __future__ import annotations

import numpy as np

from digitscan.doubts.heights import sure_heights
from digitscan.doubts.review import put_to_review
from digitscan.values import FieldKind, Record, Status

SURE, STROKE = 0.85, "1"
"""A single digit less likely than this is odd, and so is a stroke that was doubted."""
NARROW = 1.5
"""Lines up to so many times as wide as high have room for one digit."""
LOW, HIGH = 0.65, 0.9
"""A low one has less than the first share of a height that this share of the digits do not reach.
"""
LEAST = 4
"""Fewer odd ones say nothing."""


def doubt_debris(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to low single digits on lines by themselves, if no fewer there are none."""
    heights = sure_heights(records)
    if not heights:
        return records
    lowest = LOW * float(np.quantile(heights, HIGH))
    narrow = {number for number, record in enumerate(records) if _is_for_one(record)}
    digits = {number for number in narrow if records[number].reading.status is Status.OK}
    low = {number for number in digits if records[number].field.box.height < lowest}
    odd = sum(_is_odd(records[number]) for number in narrow)
    return put_to_review(records, low) if odd >= max(LEAST, len(digits)) else records


def _is_for_one(record: Record) -> bool:
    box = record.field.box
    return record.field.kind is FieldKind.LINE and box.width <= NARROW * box.height


def _is_odd(record: Record) -> bool:
    reading = record.reading
    if reading.status is Status.REVIEW:
        return reading.confidence < SURE or reading.value == STROKE
    return reading.status is Status.UNREADABLE
