"""One run at a time on an output: its temporary file is locked by whoever writes it.

The lock belongs to the open file, not to its name, so the system frees it whatever ends a run.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TextIO

from digitscan.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows, where an open file can't be replaced: no other run can do harm.
    LOCKS_LAST = False
else:
    LOCKS_LAST = True
"""Whether the lock lasts until the file has its final name."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def open_locked(unfinished: Path, output: Path) -> TextIO:
    """Open the temporary file of ``output``, empty, UTF-8, and lock it.

    Raises ``OutputError`` where another run holds it.
    """
    while True:
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o666)
        if not _lock(descriptor):
            os.close(descriptor)
            raise OutputError(
                f"{output}: another digitscan is writing it; wait for it, or name another file"
            )
        if _is_open_at(descriptor, unfinished):
            break
        # It was given its final name, or removed, between being opened and being locked.
        os.close(descriptor)
    os.ftruncate(descriptor, 0)

    def opener(name: str, flags: int) -> int:
        return descriptor

    # Opened by its name, so that the stream knows it.
    return open(unfinished, "w", encoding="utf-8", newline="\n", opener=opener)


def is_locked(unfinished: Path) -> bool:
    """Whether a run holds the temporary file of an output."""
    try:
        descriptor = os.open(unfinished, os.O_RDWR | _NO_LINK)
    except OSError:
        return False
    try:
        return not _lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, shared: bool = False) -> bool:
    if not LOCKS_LAST:
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_open_at(descriptor: int, path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat(follow_symlinks=False))
    return False
