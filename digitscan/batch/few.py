"""A few pages in, their results out, read in this process one after the other: without workers.

Also what keeps the outcomes of any run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from digitscan.batch.codec import parse_result
from digitscan.batch.outcome import Failure, Outcome, failed_page, outcome_of
from digitscan.batch.worker import PageReader, Setup, read_one
from digitscan.values import PageRef, PageResult


class Keeper(Protocol):
    """Keeps outcomes, and knows those kept before. ``position`` counts pages from 0."""

    def recall(self, position: int, ref: PageRef) -> str | None:
        """Give the result, as text, of a page that need not be read again."""

    def keep(self, position: int, ref: PageRef, outcome: Outcome) -> None:
        """Keep what became of a page. Pages come as they are done, in no order."""


class FewPages:
    """Reads pages in this process, one by one: for few of them workers don't pay."""

    def __init__(self, reader: PageReader, setup: Setup, keeper: Keeper) -> None:
        self._reader = reader
        self._setup = setup
        self._keeper = keeper

    def read(self, position: int, ref: PageRef) -> Outcome:
        """Read one page and keep its outcome."""
        answer = read_one(self._reader, self._setup, ref)
        if isinstance(answer, Failure):
            answer = outcome_of(failed_page(ref, answer))
        self._keeper.keep(position, ref, answer)
        return answer

    def results(
        self, refs: Iterable[PageRef], stopping: Callable[[], bool]
    ) -> Iterator[PageResult]:
        """Read pages until there are no more, or ``stopping`` says so."""
        for position, ref in enumerate(refs):
            text = self._keeper.recall(position, ref)
            yield parse_result(text or self.read(position, ref).text)
            if stopping():
                return
