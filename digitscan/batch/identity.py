"""A file in, what tells its content apart from others out: size, time of change, hash."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Identity:
    """Size in bytes, time of the last change in nanoseconds, and SHA-256 of a file's content."""

    size: int
    mtime_ns: int
    sha256: str


def identify(source: str) -> Identity | None:
    """Identify a file's content; None where the source is no regular file that can be read."""
    if source == "-":  # Standard input, even where a file has that name.
        return None
    try:
        known = Path(source).stat()
        if not stat.S_ISREG(known.st_mode):
            return None
        return Identity(
            known.st_size, known.st_mtime_ns, _hash(source, known.st_size, known.st_mtime_ns)
        )
    except (OSError, ValueError):
        return None


def same_content(source: str, before: Identity) -> Identity | None:
    """Give the file's identity now if its content is what it was, else None.

    Size and time are looked at first, the content only where the time alone differs.
    """
    try:
        now = Path(source).stat()
        if not stat.S_ISREG(now.st_mode) or now.st_size != before.size:
            return None
        if now.st_mtime_ns == before.mtime_ns:
            return before
        same = _hash(source, now.st_size, now.st_mtime_ns) == before.sha256
    except (OSError, ValueError):
        return None
    return replace(before, mtime_ns=now.st_mtime_ns) if same else None


@lru_cache(maxsize=4)
def _hash(source: str, size: int, mtime_ns: int) -> str:
    """Hash a file; one of many pages only once, as long as size and time stay."""
    with Path(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
