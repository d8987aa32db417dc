"""The pages of one run of ``digitscan read``: references in, results out, by workers or without."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from digitscan.batch.few import FewPages
from digitscan.batch.worker import PageReader, Setup
from digitscan.cli.keeping import Kept, open_journal
from digitscan.errors import OutputError
from digitscan.reader import ReaderSettings
from digitscan.report.overlay import OverlayFolder, overlay_file
from digitscan.report.summary import count
from digitscan.values import PageRef, PageResult

if TYPE_CHECKING:
    from digitscan.batch.executors import Engine
    from digitscan.batch.journal import Journal
    from digitscan.batch.run import Batch

FEW_PAGES = 2
"""So many pages are read in this process, without workers and journal: two workers are ready after
0.5 s, in which the pages are read."""
PAGE_TIMEOUT_S = 120.0
"""Time for a page. One of 250 megapixels takes some 10 s."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who reads: how many workers, how long a page may take, on which cluster. None: the usual."""

    jobs: int | None = None
    page_timeout: float | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """How the pages are to be read, as the command line says."""

    model: str
    settings: ReaderSettings
    overlay: Path | None = None
    crew: Crew = Crew()
    overwrite: bool = False
    journal: Path | None = None
    resume: bool = False


class Reading:
    """Reads the pages that ``refs`` name. ``total`` is their number, None until it is known.

    ``make_reader`` must be something that another process can import.
    """

    def __init__(
        self,
        refs: Iterable[PageRef],
        make_reader: Callable[[], PageReader],
        wish: Wish,
        stopping: Callable[[], bool],
    ) -> None:
        self._wish = wish
        self._stopping = stopping
        pictures = None
        if wish.overlay:
            refs = tuple(refs)
            goes_on = wish.resume and wish.journal is not None and wish.journal.exists()
            replace = wish.overwrite or goes_on
            pictures = OverlayFolder(wish.overlay, refs, overwrite=replace)
        self._reader = make_reader()
        refs = iter(refs)
        first = tuple(islice(refs, FEW_PAGES + 1))
        self._few = len(first) <= FEW_PAGES and not (wish.crew.page_timeout or wish.crew.cluster)
        self._few_total = len(first)
        self._refs = chain(first, refs)
        self._journal = self._open_journal()
        self._kept = Kept(self._journal, pictures)
        draw = overlay_file if pictures else None
        self._setup = Setup(make_reader, draw, self._journal is not None)
        self._batch: Batch | None = None

    @property
    def total(self) -> int | None:
        """Number of pages, None until it is known."""
        return self._batch.total if self._batch else self._few_total

    def results(self) -> Generator[PageResult]:
        """Give the results in the order of the references."""
        here = FewPages(self._reader, self._setup, self._kept)
        if self._few:
            yield from here.results(self._refs, self._stopping)
            return
        from digitscan.batch.run import Batch

        self._batch = Batch(self._refs, self._engine(), here, self._kept, self._stopping)
        told = None
        with contextlib.closing(self._batch.results()) as results:
            for result in results:
                if self._journal and self.total != told:
                    told = self.total
                    self._journal.count(told or 0)
                yield result

    def finish(self, *, interrupted: bool) -> None:
        """Close the journal once the table is whole; it stays where there is a use for it."""
        if self._journal is None:
            return
        from digitscan.batch.journal import State, remove_journal

        self._journal.close(State.INTERRUPTED if interrupted else State.COMPLETE)
        if not (interrupted or self._wish.resume):
            remove_journal(self._journal.path)

    def give_up(self) -> str:
        """Leave the journal of a run that can't go on; says what is kept there, nothing if none."""
        if self._journal is None:
            return ""
        if self._journal.kept or self._wish.resume:
            kept = f"{count(self._journal.kept, 'page')} kept in {self._journal.path.name}"
            return f"; {kept}: go on with --resume"
        from digitscan.batch.journal import State, remove_journal

        with contextlib.suppress(OutputError):
            self._journal.close(State.INTERRUPTED)
            remove_journal(self._journal.path)
        return ""

    def _open_journal(self) -> Journal | None:
        path, resume = self._wish.journal, self._wish.resume
        if path is None or (self._few and not resume and not path.exists()):
            return None
        return open_journal(path, self._wish.settings, self._wish.model, resume=resume)

    def _engine(self) -> Engine:
        crew = self._wish.crew
        page_timeout = crew.page_timeout or PAGE_TIMEOUT_S
        if crew.cluster:
            from digitscan.batch.cluster import ClusterWorkers

            return ClusterWorkers(crew.cluster, self._setup, self._wish.model, page_timeout)
        from digitscan.batch.executors import LocalWorkers, usable_cores

        return LocalWorkers(self._setup, crew.jobs or usable_cores(), page_timeout)
