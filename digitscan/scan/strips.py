"""A page cut into strips of rows, so that what is computed on the way stays in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

STRIP_PIXELS = 1 << 19
"""Pixels of a strip: a few pictures of that size fit into a processor's cache, and the rows around
a strip, which are looked at twice, cost little."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Some rows of a page.

    ``rows`` are the strip's own, ``seen`` those and the ones around them, both of the page, and
    ``own`` tells where the strip lies among the rows seen.
    """

    rows: slice
    seen: slice
    own: slice


def strips(shape: tuple[int, ...], reach: int) -> Iterator[Strip]:
    """Cut a page of ``shape`` into strips, with ``reach`` rows above and below as far as there are.

    >>> [strip.seen for strip in strips((5, 1 << 18), 1)]
    [slice(0, 3, None), slice(1, 5, None), slice(3, 5, None)]
    """
    height, width = shape[:2]
    step = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, step):
        bottom, first = min(height, top + step), max(0, top - reach)
        seen = slice(first, min(height, bottom + reach))
        yield Strip(slice(top, bottom), seen, slice(top - first, bottom - first))
