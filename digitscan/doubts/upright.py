"""The records of a page in, the same with letters of upright words put to review out.

A title that is printed from bottom to top, as over the narrow columns of a class list, is a stack
of single letters, each on a line of its own, and an e on its back is a 0.
"""

from __future__ import annotations

from digitscan.doubts.chains import chains
from digitscan.doubts.review import put_to_review
from digitscan.values import Box, FieldKind, Record, Status

NEAR = 0.5
"""Gap between letters one above the other, at most, as a share of the higher one's height."""
SHARED = 0.5
"""Share of the narrower one's width that they have in common, at least."""
WIDEST = 2.0
"""Letters are no wider than so many times their height: wider is a line of writing."""
LEAST_LETTERS = 3
"""So many of them are a word."""


def doubt_upright(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Give ``review`` to the values in stacks of letters that hold no more numbers than other ink.

    ``records`` have their boxes on the clean page.
    """
    doubtful: set[int] = set()
    for stack in _stacks(records):
        sure = sum(records[number].reading.status is Status.OK for number in stack)
        if len(stack) >= LEAST_LETTERS and 2 * sure <= len(stack):
            doubtful.update(stack)
    return put_to_review(records, doubtful)


def _stacks(records: tuple[Record, ...]) -> list[list[int]]:
    """Indices of narrow lines of ink that stand close above one another, from top to bottom."""
    boxes = [record.field.box for record in records]
    narrow = [
        number
        for number, record in enumerate(records)
        if record.field.kind is FieldKind.LINE
        and boxes[number].width <= WIDEST * boxes[number].height
    ]
    downwards = sorted(narrow, key=lambda number: boxes[number].top)
    return chains(downwards, lambda last, number: _is_below(boxes[last], boxes[number]))


def _is_below(upper: Box, lower: Box) -> bool:
    """Whether the second of two boxes stands close below the first."""
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    if shared < SHARED * min(upper.width, lower.width):
        return False
    return abs(lower.top - upper.bottom) <= NEAR * max(upper.height, lower.height)
