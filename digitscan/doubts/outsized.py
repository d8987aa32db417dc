"""The records of a page in, those with a digit far higher than the others put to review out.

A hand writes digits of about one height. What is twice as high is more often a cross over a cell
with what stands above it, or a drawing, than a digit.
"""

from __future__ import annotations

import numpy as np

from digitscan.doubts.review import put_to_review
from digitscan.values import Record, Status

TIMES, MOST = 1.8, 0.9
"""How many times as high as most of the page's sure digits is too high; many may be small print."""
FEWEST = 5
"""So many sure values tell how high digits are."""


def doubt_outsized(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to the values that are ``ok`` but far higher than the page's others.

    ``records`` have their boxes on the clean page.
    """
    heights = {
        number: [digit.box.height for digit in record.reading.digits]
        for number, record in enumerate(records)
        if record.reading.status is Status.OK and record.reading.digits
    }
    if len(heights) < FEWEST:
        return records
    highest = TIMES * float(
        np.quantile([height for own in heights.values() for height in own], MOST)
    )
    return put_to_review(records, {number for number, own in heights.items() if max(own) > highest})
