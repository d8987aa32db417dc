"""A field and its pieces of ink in, whether a long line strikes the number out.

A straight stroke through a whole number is taken for a printed line, and taken out: what is left
reads as if nothing had happened. But printed lines run above and below a number, not through it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitscan.values import Box, CleanPage, Field, FieldKind

INNER = 0.22
"""Lines this near to the top or bottom of a number, as a share of its height, are printed."""
WIDE = 1.2
"""Numbers narrower than so many times their height may be one digit, and the line its bar."""
COVERED = 0.8
"""Share of a number's width that such a line runs through."""
BEYOND = 2.5
"""A line through free writing that ends no further beside it, in its heights, is no paper's."""


def is_struck_through(clean: CleanPage, field: Field, pieces: Sequence[Box]) -> bool:
    """Whether a level line runs through the middle of a field's ``pieces``, boxes on the page."""
    if field.cells or not pieces:
        return False
    number = Box.around(pieces)
    if number.width < WIDE * number.height:
        return False
    inner = round(INNER * number.height)
    rows = slice(number.top + inner, number.bottom - inner)
    inked = np.asarray(clean.level[rows].any(axis=0), np.bool_)
    if inked[number.left : number.right].mean() < COVERED:
        return False
    if field.kind is not FieldKind.LINE:
        return True
    beyond = round(BEYOND * number.height)
    aside = max(0, number.left - beyond), min(len(inked), number.right + beyond) - 1
    return not all(inked[column] for column in aside)
