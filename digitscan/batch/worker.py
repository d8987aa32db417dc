"""What runs inside a worker: references to pages in, outcomes out."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from digitscan.batch.identity import identify
from digitscan.batch.outcome import Cause, Failure, Outcome, outcome_of
from digitscan.errors import DigitscanError
from digitscan.values import Page, PageRef, PageResult

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ORPHAN_S = 30
"""How long after its time a page ends a worker that nobody watches any more."""


class PageReader(Protocol):
    """What reads pages: ``digitscan.reader.Reader``, or what stands in for it."""

    def read_ref(self, ref: PageRef) -> tuple[Page | None, PageResult]:
        """Load and read one page; what is wrong with it is told in the result."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker needs to begin; all of it can be sent to another process.

    ``make_reader`` makes the reader, once a worker. ``draw`` makes the picture of a page, as the
    bytes of a file; None where none is wanted. ``identify`` asks for the identity of what is read.
    """

    make_reader: Callable[[], PageReader]
    draw: Callable[[Page, PageResult], bytes] | None = None
    identify: bool = False


def read_one(reader: PageReader, setup: Setup, ref: PageRef) -> Outcome | Failure:
    """Read one page. Nothing that goes wrong with a page passes, so that it can't end a batch."""
    try:
        identity = identify(ref.source) if setup.identify else None
        page, result = reader.read_ref(ref)
        picture = setup.draw(page, result) if setup.draw and page is not None else None
        return outcome_of(result, identity, picture)
    except MemoryError:
        return Failure(Cause.NO_MEMORY)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {place.name}, line {place.lineno}: {error}"
        return Failure(Cause.ERROR, " ".join(what.split()))


def serve(connection: Connection, setup: Setup, page_timeout: float) -> None:
    """Read pages for whoever holds the other end of ``connection``, until it is closed.

    The first thing sent is None when all is ready, or the error that keeps it from being so.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    use_one_thread()
    try:
        reader = setup.make_reader()
    except DigitscanError as error:
        connection.send(error)
        return
    connection.send(None)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        while True:
            try:
                ref = connection.recv()
                # What hangs in C code lets no other thread run, which would end an orphan.
                faulthandler.dump_traceback_later(page_timeout + ORPHAN_S, exit=True, file=nowhere)
                outcome = read_one(reader, setup, ref)
                faulthandler.cancel_dump_traceback_later()
                connection.send(outcome)
            except (EOFError, OSError):
                return


def _end_with_parent() -> None:
    """End this process when its parent is gone, killed perhaps, whatever is being read."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def use_one_thread() -> None:
    """Keep OpenCV to one thread: workers are as many as there are cores."""
    import cv2

    cv2.setNumThreads(1)
