"""Ctrl-C counted: the first lets the pages in hand be finished, the second ends the batch."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from types import FrameType, TracebackType

MESSAGE = b"digitscan: finishing the pages in hand; Ctrl-C again stops at once\n"


def can_be_interrupted() -> bool:
    """Whether Ctrl-C is ours to heed: elsewhere no signal comes, and nohup has it ignored."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    return in_main_thread and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler or _current is not None
    )


class Interrupts:
    """While it is entered, the first Ctrl-C sets ``asked``, later ones raise KeyboardInterrupt."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.asked = False
        self._quiet = quiet
        self._installed = False

    def __enter__(self) -> Interrupts:
        """Take over Ctrl-C, where it comes here at all."""
        global _current
        if can_be_interrupted():
            signal.signal(signal.SIGINT, self._heed)
            self._installed, _current = True, self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give Ctrl-C its usual meaning again."""
        global _current
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._installed, _current = False, None

    def __call__(self) -> bool:
        """Whether no more pages shall be begun."""
        return self.asked

    def _heed(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        if not self._quiet and sys.stderr is not None:
            # Past Python's buffers, in whose middle the signal may have come.
            with contextlib.suppress(OSError, ValueError):
                os.write(sys.stderr.fileno(), MESSAGE)


_current: Interrupts | None = None


def asked_before() -> bool:
    """Whether Ctrl-C was counted already."""
    return _current is not None and _current.asked
