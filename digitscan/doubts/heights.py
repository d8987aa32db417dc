"""The records of a page in, how high the digits of its sure values are out."""

from __future__ import annotations

from collections.abc import Iterable

from digitscan.values import Record, Status


def sure_heights(records: Iterable[Record]) -> list[int]:
    """Heights in pixels of all digits of values that are ``ok``."""
    sure = [record.reading for record in records if record.reading.status is Status.OK]
    return [digit.box.height for reading in sure for digit in reading.digits]
