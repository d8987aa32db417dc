"""Bytes that come only once in, a copy that can be opened again, by any worker, out."""

from __future__ import annotations

from functools import cache
from typing import IO, TYPE_CHECKING

from digitscan.errors import OutputError
from digitscan.scan.formats import HEAD, format_of

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

STREAM_LIMIT = 1 << 30
"""Bytes taken from standard input, another pipe or a remote address at most."""
_CHUNK = 1 << 20


def copy_stream(stream: IO[bytes], target: IO[bytes], first: bytes = b"") -> bool:
    """Copy a stream to its end, or as far as needed to see that it is no image.

    ``first`` is what was taken from the stream already. Returns False where it was left because it
    holds more than `STREAM_LIMIT`.
    """
    head, taken, chunk = b"", 0, first or stream.read(_CHUNK)
    while chunk:
        target.write(chunk)
        taken += len(chunk)
        head = (head + chunk[: HEAD - len(head)]) if len(head) < HEAD else head
        if len(head) >= HEAD and format_of(head) is None:
            break
        if taken > STREAM_LIMIT:
            return False
        chunk = stream.read(_CHUNK)
    return True


def keep_copy(stream: IO[bytes]) -> str | None:
    """Copy a pipe into a temporary file that lasts as long as the program; give its name.

    None where the stream can't be read. Raises ``OutputError`` where there is no room for it.
    """
    try:
        first = stream.read(_CHUNK)
    except (OSError, ValueError):
        return None
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(dir=_folder().name, delete=False) as copy:
            copy_stream(stream, copy, first)
            return copy.name
    except OSError as error:
        raise OutputError(
            f"{tempfile.gettempdir()}: can't hold a copy of what came through a pipe: "
            f"{error.strerror}; make room, or name another folder in TMPDIR"
        ) from error


@cache
def _folder() -> TemporaryDirectory[str]:
    """Make the folder of all copies of this run; Python removes it at its end."""
    import tempfile

    return tempfile.TemporaryDirectory(prefix="digitscan-")
