"""References to pages in, their results out in the same order, whatever becomes of workers.

A bounded number of pages is out at a time, and a bounded amount of results waits for an earlier
page, so that memory does not grow with the batch.
"""

from __future__ import annotations

import stat
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digitscan.batch.codec import parse_result
from digitscan.batch.few import FewPages, Keeper
from digitscan.batch.outcome import (
    ALONE,
    ANOTHER_TRY,
    Cause,
    Failure,
    Outcome,
    failed_page,
    outcome_of,
)
from digitscan.errors import DigitscanError
from digitscan.values import PageRef, PageResult

if TYPE_CHECKING:
    from digitscan.batch.executors import Engine

OUT_PER_WORKER = 2
"""Pages handed out for each worker: one in its hands and one that it need not wait for."""
HELD_CHARACTERS = 1 << 26
"""Results, as text, that may wait for an earlier page. A page of 50 fields has about 30,000."""
LOOK_AHEAD = 100_000
"""References taken before their turn, in idle moments, to know how many pages there are."""
FAILED_STARTS = 5
"""Workers that can't be started in a row until the batch is given up."""


@dataclass(slots=True)
class Task:
    """A page to be read, and how often that was tried."""

    position: int
    ref: PageRef
    tries: int = 0


class Batch:
    """Reads pages with the workers of an engine. ``results`` may be asked for once.

    ``here`` reads what workers can't, pipes and standard input. ``total`` is the number of pages,
    None until all are known. ``stopping`` tells whether no more pages shall be begun.
    """

    def __init__(
        self,
        refs: Iterable[PageRef],
        engine: Engine,
        here: FewPages,
        keeper: Keeper,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.total: int | None = None
        self._refs = iter(refs)
        self._engine = engine
        self._here = here
        self._keeper = keeper
        self._stopping = stopping
        self._found = 0
        self._ahead: deque[Task] = deque()
        self._again: deque[Task] = deque()
        self._alone: deque[Task] = deque()
        self._out: dict[Future[Outcome | Failure], Task] = {}
        self._one_alone = False
        self._done: dict[int, str] = {}
        self._held = 0
        self._failed_starts = 0

    def results(self) -> Generator[PageResult]:
        """Give the results in order. When the iterator is closed, workers are stopped at once."""
        position = 0
        try:
            while True:
                self._hand_out()
                while position in self._done:
                    yield self._release(position)
                    position += 1
                    self._hand_out()
                    self._collect(block=False)
                if self._out:
                    self._collect(block=True)
                elif position not in self._done:
                    return
        finally:
            self._engine.close()

    def _release(self, position: int) -> PageResult:
        text = self._done.pop(position)
        self._held -= len(text)
        return parse_result(text)

    def _hand_out(self) -> None:
        if self._stopping():
            for future in [future for future in self._out if future.cancel()]:
                del self._out[future]
            return
        while task := self._next_task():
            text = self._keeper.recall(task.position, task.ref) if not task.tries else None
            if text is not None:
                self._finish(task, text)
            elif for_workers(task.ref):
                self._out[self._engine.start(task.ref)] = task
            else:
                self._finish(task, self._here.read(task.position, task.ref).text)

    def _next_task(self) -> Task | None:
        """The next page to hand out, None where that must wait or nothing is left."""
        if self._one_alone or len(self._out) >= OUT_PER_WORKER * self._engine.size:
            return None
        if self._alone:
            if self._out:
                return None
            self._one_alone = True
            return self._alone.popleft()
        if self._again:
            return self._again.popleft()
        if self._held > HELD_CHARACTERS:
            return None
        if not self._ahead:
            self._find_one()
        return self._ahead.popleft() if self._ahead else None

    def _find_one(self) -> bool:
        """Take one more reference; False where there is none."""
        if self.total is not None:
            return False
        ref = next(self._refs, None)
        if ref is None:
            self.total = self._found
            return False
        self._ahead.append(Task(self._found, ref))
        self._found += 1
        return True

    def _collect(self, *, block: bool) -> None:
        """Take what is done; with ``block`` wait for it, and find references meanwhile."""
        while block and not any(future.done() for future in self._out):
            if self._stopping() or len(self._ahead) >= LOOK_AHEAD or not self._find_one():
                break
        # Where waiting can't be interrupted, as on Windows, Ctrl-C is noticed after a second.
        done, _ = wait(self._out, 1.0 if block else 0, FIRST_COMPLETED)
        for future in sorted(done, key=lambda each: self._out[each].position):
            self._settle(self._out.pop(future), future.result())

    def _settle(self, task: Task, answer: Outcome | Failure) -> None:
        self._one_alone = False
        if isinstance(answer, Failure):
            if answer.cause is Cause.NOT_STARTED:
                self._start_again(task, answer)
                return
            if answer.cause in ANOTHER_TRY and not task.tries:
                task.tries += 1
                (self._alone if answer.cause in ALONE else self._again).append(task)
                return
            answer = outcome_of(failed_page(task.ref, answer))
        self._failed_starts = 0
        self._keeper.keep(task.position, task.ref, answer)
        self._finish(task, answer.text)

    def _start_again(self, task: Task, failure: Failure) -> None:
        """Hand out a page again whose worker did not come so far as to begin it."""
        self._failed_starts += 1
        if self._failed_starts > FAILED_STARTS:
            raise DigitscanError(
                f"workers can't be started ({failure.detail}); free some memory, or give fewer "
                "with -j"
            )
        self._again.append(task)

    def _finish(self, task: Task, text: str) -> None:
        self._done[task.position] = text
        self._held += len(text)


def for_workers(ref: PageRef) -> bool:
    """Whether another process can open the source: not standard input, a pipe or a device."""
    if ref.source == "-" or ref.source.startswith(("/dev/", "/proc/")):
        return False
    try:
        mode = Path(ref.source).stat().st_mode
    except (OSError, ValueError):
        return True
    return not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode))
