"""What a page as a whole says against values that its fields, one by one, found ``ok``."""

from __future__ import annotations

from digitscan.doubts.lone_strokes import doubt_strokes
from digitscan.doubts.printed import doubt_print
from digitscan.doubts.words import doubt_words
from digitscan.values import Page, Record


def doubt_records(page: Page, records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Put to review what looks printed, parts of words, and strokes that nothing supports."""
    return doubt_strokes(doubt_words(doubt_print(page, records)))
