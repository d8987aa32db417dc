"""What a page as a whole says against values that its fields, one by one, found ``ok``."""

from __future__ import annotations

from digitscan.doubts.debris import doubt_debris
from digitscan.doubts.leading_zeros import doubt_leading_zeros
from digitscan.doubts.lone_strokes import doubt_strokes
from digitscan.doubts.outsized import doubt_outsized
from digitscan.doubts.printed import doubt_print
from digitscan.doubts.typeset import doubt_typeset
from digitscan.doubts.upright import doubt_upright
from digitscan.doubts.words import doubt_columns, doubt_words
from digitscan.values import Page, Record


def doubt_records(
    page: Page, records: tuple[Record, ...], scanned: tuple[Record, ...]
) -> tuple[Record, ...]:
    """Put to review print, parts of words, giants and dwarfs, what nothing supports.

    How fields lie to one another shows on the clean page, where ``records`` have their boxes;
    colours show on ``page``, where those of ``scanned``, the same records, lie.
    """
    records = doubt_typeset(page, doubt_print(page, records, scanned), scanned)
    records = doubt_upright(doubt_columns(doubt_words(records)))
    return doubt_leading_zeros(doubt_debris(doubt_outsized(doubt_strokes(records))))
