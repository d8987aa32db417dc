"""The records of a page in, those with digits far higher or lower than the others to review out.

A hand writes digits of about one height. What is twice as high is more often a cross over a cell
with what stands above it, or a drawing, than a digit, and what stands by itself and is less than
half as high is print: the day in the corner of a calendar's cell.
"""

from __future__ import annotations

import numpy as np

from digitscan.doubts.review import put_to_review
from digitscan.values import FieldKind, Record, Status

TIMES, MOST = 1.8, 0.9
"""How many times as high as most of the page's sure digits is too high; many may be small print."""
LOW = 0.4
"""A line of digits lower than this share of the page's typical ones is too low."""
FEWEST = 5
"""So many sure values tell how high digits are."""


def doubt_outsized(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to the values that are ``ok`` but far higher or lower than the page's others.

    ``records`` have their boxes on the clean page.
    """
    heights = {
        number: [digit.box.height for digit in record.reading.digits]
        for number, record in enumerate(records)
        if record.reading.status is Status.OK and record.reading.digits
    }
    if len(heights) < FEWEST:
        return records
    usual = [height for own in heights.values() for height in own]
    highest, lowest = TIMES * float(np.quantile(usual, MOST)), LOW * float(np.median(usual))
    high = {number for number, own in heights.items() if max(own) > highest}
    low = {
        number
        for number, own in heights.items()
        if max(own) < lowest and records[number].field.kind is FieldKind.LINE
    }
    return put_to_review(records, high | low)
