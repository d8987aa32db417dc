"""The records of a page in, the same with odd leading zeros put to review out.

Numbers of a column are either all filled up with zeros, and then of one length, or none is. In a
column of marks from 5 to 100 the one that seems to be 00 or 06 may be a word: "ab", absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from digitscan.doubts.columns import Places
from digitscan.doubts.review import put_to_review
from digitscan.values import FieldKind, Record, Status

LEAST_PLAIN, MOST_ODD = 5, 0.2
"""So many numbers of two digits or more begin with another digit, and at most this share as many
with a zero.
"""
CERTAIN = 0.98
"""A more confident reading is believed."""
LEAST_OF_LENGTH = 2
"""A length that so many numbers have is no slip."""


def doubt_leading_zeros(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to the values that begin with a zero in a column where that is odd."""
    places = Places(records)
    odd = {
        number
        for number, record in enumerate(records)
        if _is_padded(record) and record.reading.confidence < CERTAIN
        if _is_odd(places.column(number))
    }
    return put_to_review(records, odd)


def _is_padded(record: Record) -> bool:
    value = record.reading.value
    return record.field.kind is not FieldKind.COMB and len(value) > 1 and value[0] == "0"


def _is_odd(column: Sequence[Record]) -> bool:
    """Whether numbers of several lengths stand in a column, and hardly one begins with a zero."""
    sure = [record for record in column if record.reading.status is Status.OK]
    padded = sum(map(_is_padded, sure))
    plain = [record.reading.value for record in sure if not _is_padded(record)]
    lengths = Counter(map(len, plain))
    varied = sum(count >= LEAST_OF_LENGTH for count in lengths.values()) > 1
    longer = sum(count for length, count in lengths.items() if length > 1)
    return varied and longer >= max(LEAST_PLAIN, padded / MOST_ODD)
