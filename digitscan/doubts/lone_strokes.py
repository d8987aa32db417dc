"""The records of a page in, the same with lone strokes put to review out.

A 1 is a stroke, and not each stroke is a 1: a tally mark, the rest of a box, a bar of a code, the
two strokes that say "as above". Where a stroke stands tells them apart: in a cell among cells of
digits it is one, on a line by itself or among tallies it may be anything. And a 1 is as high as
other digits.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from digitscan.doubts.columns import LEAST_IN_COLUMN, Places
from digitscan.doubts.heights import sure_heights
from digitscan.doubts.review import put_to_review
from digitscan.values import FieldKind, Record, Status

BUNDLE = {"1", "4"}
"""What strokes with another one across them are read as."""
BEYOND = 0.15
"""Share of its height that a 1 may stick out of its field."""
LOW = 0.65
"""Strokes lower than this share of the page's typical digits are none."""
MOST_ODD = 2
"""With more boxes of its kind that hold ink but no plain number, a stroke is a tally's."""


def doubt_strokes(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to values of nothing but 1s, or of a tally's 1s and 4s, unsupported."""
    places = Places(records)
    strokes = {number for number, record in enumerate(records) if _is_strokes(record)}
    usual = sure_heights(each for number, each in enumerate(records) if number not in strokes)
    lowest = LOW * statistics.median(usual) if usual else 0.0
    doubtful = {
        number
        for number in strokes
        if _is_low(records[number], lowest) or not _is_supported(number, records[number], places)
    }
    return put_to_review(records, doubtful)


def _is_low(record: Record, lowest: float) -> bool:
    """Whether all digits of a value are lower than so many pixels."""
    heights = [digit.box.height for digit in record.reading.digits]
    return bool(heights) and max(heights) < lowest


def _is_strokes(record: Record) -> bool:
    """Whether an ``ok`` value is all 1s, or looks like a bundle of tallies in a box."""
    digits, value = set(record.reading.value), record.reading.value
    bundle = len(value) > 1 and digits <= BUNDLE and record.field.kind is not FieldKind.LINE
    return record.reading.status is Status.OK and (digits == {"1"} or bundle)


def _is_supported(number: int, record: Record, places: Places) -> bool:
    """Whether strokes are likely to be digits where the record's field is."""
    if _leaves(record):
        return False
    plain, odd = _count(places.column(number))
    if LEAST_IN_COLUMN <= plain >= odd:
        return True
    plain, odd = _count(places.like(number))
    return record.field.kind is not FieldKind.LINE and odd <= max(MOST_ODD, plain)


def _count(records: Sequence[Record]) -> tuple[int, int]:
    """How many of the records are plain numbers, and how many may be tallies but for one."""
    statuses = [record.reading.status for record in records]
    strokes = [_is_strokes(record) for record in records]
    plain = statuses.count(Status.OK) - sum(strokes)
    doubted = (Status.UNREADABLE, Status.STRUCK, Status.REVIEW)
    return plain, sum(map(statuses.count, doubted)) + sum(strokes) - 1


def _leaves(record: Record) -> bool:
    """Whether a stroke goes on over or under the field, as the arms of a cross over several."""
    box = record.field.box
    return any(
        max(box.top - digit.box.top, digit.box.bottom - box.bottom) > BEYOND * digit.box.height
        for digit in record.reading.digits
    )
