"""Which pages of a file to take: text such as ``1,3-5`` in, indices out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PART = re.compile(r"(\d{1,6})?(?:(-)(\d{1,6})?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PageSelection:
    """Ranges of page numbers, counted from 1, both ends included; none at all stand for all.

    The end of a range is None where it goes on to the last page.
    """

    ranges: tuple[tuple[int, int | None], ...] = ()

    def choose(self, indices: Sequence[int]) -> Sequence[int]:
        """Choose among the indices (from 0) of a file's pages, in the file's order.

        A file of one page is taken whole. Where no page is left, the first that was asked for is
        given, so that the file is not forgotten: it fails when it is loaded.
        """
        if not self.ranges or len(indices) < 2:
            return indices
        chosen = [index for index in indices if self._holds(index + 1)]
        return chosen or [self.ranges[0][0] - 1]

    def _holds(self, number: int) -> bool:
        return any(
            first <= number and (last is None or number <= last) for first, last in self.ranges
        )


def parse_pages(text: str) -> PageSelection:
    """Read a list of pages and ranges, either end of which may be left out.

    Raises ValueError.

    >>> parse_pages("1,3-5,9-").ranges
    ((1, 1), (3, 5), (9, None))
    """
    return PageSelection(tuple(_range(part.strip()) for part in text.split(",")))


def _range(part: str) -> tuple[int, int | None]:
    found = _PART.fullmatch(part)
    first, dash, last = found.groups() if found else (None, None, None)
    if first is None and last is None:
        raise ValueError(f"{part!r} is no page and no range such as 3-5")
    begin = int(first or 1)
    end = int(last) if last else None if dash else begin
    if begin < 1 or (end is not None and end < 1):
        raise ValueError("pages are counted from 1")
    if end is not None and end < begin:
        raise ValueError(f"{part!r} ends before it begins")
    return begin, end
