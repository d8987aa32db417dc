"""Workers on this machine: references in, futures of outcomes out.

Each worker is a process of its own with a thread of ``concurrent.futures`` to watch it, one page
at a time over a pipe. So it is always known which page a worker was at when it died or took too
long, and no other page is touched. ``ProcessPoolExecutor`` breaks as a whole when a worker dies,
and waits for ever when it dies in the middle of an answer, as both ends of its pipe stay open.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from digitscan.batch.outcome import Cause, Failure, Outcome
from digitscan.batch.worker import Setup, serve
from digitscan.errors import DigitscanError
from digitscan.values import PageRef

START_S = 60
"""Seconds a worker may take until it is ready; half a second is usual."""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that keep the libraries below numpy to one thread; read when they are loaded."""


class Engine(Protocol):
    """What reads pages beside this process; ``size`` is how many at a time."""

    size: int

    def start(self, ref: PageRef) -> Future[Outcome | Failure]:
        """Hand out a page; it is read as soon as a worker is free."""

    def close(self) -> None:
        """Stop at once what is still being read."""


class Worker:
    """A process that reads one page at a time."""

    def __init__(self, setup: Setup, page_timeout: float) -> None:
        # Imported here: whoever reads a page or two needs no processes.
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        self._timeout = page_timeout
        self._ready = False
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, setup, page_timeout), daemon=True
        )
        try:
            self._process.start()
        finally:
            # With only one other end, its death is seen at once, in the middle of an answer too.
            theirs.close()

    def read(self, ref: PageRef) -> Outcome | Failure:
        """Read a page; after a ``Failure`` of any cause but ``ERROR`` the worker is gone."""
        try:
            if not self._ready:
                self._wait_until_ready()
            self._connection.send(ref)
            if self._connection.poll(self._timeout):
                answer: Outcome | Failure = self._connection.recv()
                return answer
            self.kill()
            return Failure(Cause.TOO_LONG, f"{self._timeout:g} s")
        except (EOFError, OSError):
            self.kill()
            cause = Cause.DIED if self._ready else Cause.NOT_STARTED
            return Failure(cause, self._how_it_ended())

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.pid is not None:
            self._process.kill()

    def _wait_until_ready(self) -> None:
        if not self._connection.poll(START_S):
            raise EOFError
        problem = self._connection.recv()
        if isinstance(problem, DigitscanError):
            raise problem
        self._ready = True

    def _how_it_ended(self) -> str:
        self._process.join(START_S)
        for _ in range(100):
            # Another thread that starts a worker may have been told of the end in our place.
            code = self._process.exitcode
            if code is not None:
                return _exit_words(code)
            time.sleep(0.01)
        return "no exit code"


def _exit_words(code: int) -> str:
    """Name the signal that ended a process, or its exit code.

    >>> _exit_words(-11), _exit_words(3)
    ('SIGSEGV', 'exit code 3')
    """
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"


class LocalWorkers:
    """Up to ``size`` workers; one is started when a page waits and all others are busy."""

    def __init__(self, setup: Setup, size: int, page_timeout: float) -> None:
        self.size = size
        self._make: Callable[[], Worker] = lambda: Worker(setup, page_timeout)
        self._closed = False
        self._workers: set[Worker] = set()
        self._own = threading.local()
        self._executor: Executor = ThreadPoolExecutor(
            size, "digitscan-worker", initializer=_keep_signals_away
        )
        for name in ONE_THREAD:
            os.environ.setdefault(name, "1")

    def start(self, ref: PageRef) -> Future[Outcome | Failure]:
        """Hand out a page."""
        return self._executor.submit(self._read, ref)

    def close(self) -> None:
        """Kill all workers."""
        self._closed = True
        self._executor.shutdown(wait=False, cancel_futures=True)
        for worker in tuple(self._workers):
            worker.kill()
        self._executor.shutdown(wait=True)

    def _read(self, ref: PageRef) -> Outcome | Failure:
        """Read a page with the worker of this thread."""
        worker: Worker | None = getattr(self._own, "worker", None)
        try:
            if worker is None:
                self._own.worker = worker = self._make()
                self._workers.add(worker)
            if self._closed:
                worker.kill()
            answer = worker.read(ref)
        except OSError as error:
            return Failure(Cause.NOT_STARTED, error.strerror or str(error))
        if isinstance(answer, Failure) and answer.cause is not Cause.ERROR:
            worker.kill()
            self._workers.discard(worker)
            self._own.worker = None
        return answer


def _keep_signals_away() -> None:
    """Block Ctrl-C in this thread, and so in the workers that it starts: their parent decides."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


@contextlib.contextmanager
def signals_kept_away() -> Iterator[None]:
    """Block Ctrl-C for threads and processes that are started inside."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def usable_cores() -> int:
    """Count the cores that this process may use: its affinity, and the quota of its container."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(cores, _quota(Path("/sys/fs/cgroup/cpu.max"))))


def _quota(file: Path) -> int:
    """Cores that a control group (version 2) allows, rounded up; many where it sets no limit."""
    try:
        share, period = file.read_text(encoding="ascii").split()
        return math.ceil(int(share) / int(period))
    except (OSError, ValueError):
        return 1 << 16
