"""A reference in, an open file out: local, a pipe, a copy of one, or a remote address."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from digitscan.errors import PageError
from digitscan.scan.formats import HEAD, format_of
from digitscan.scan.refusal import STANDARD_INPUT, refuse, refuse_unopened
from digitscan.scan.remote import fetch, is_remote
from digitscan.scan.sources import IMAGE_SUFFIXES, folder_images
from digitscan.scan.streams import STREAM_LIMIT, copy_stream
from digitscan.values import PageRef

_FORMATS = "PNG, JPEG, TIFF, BMP, WEBP, JPEG 2000 or PDF"


@contextmanager
def open_source(ref: PageRef) -> Iterator[BinaryIO]:
    """Open a source for reading and seeking; pipes are read into memory first.

    Raises ``PageError`` where it can't be opened.
    """
    if is_remote(ref.source):
        yield fetch(ref)
    elif ref.source == STANDARD_INPUT and not ref.copy:
        # A program without standard input has None here.
        stream = getattr(sys.stdin, "buffer", None)
        if stream is None:
            raise refuse(ref, "nothing is connected to it", "name a file instead")
        yield _drained(ref, stream)
    else:
        with _open_file(ref) as file:
            yield file


def recognise(ref: PageRef, file: BinaryIO) -> str:
    """Name the format of an open file by its first bytes. Raises ``PageError`` for others."""
    try:
        head = file.read(HEAD)
        file.seek(0)
    except OSError as error:
        raise refuse_unopened(ref, error) from error
    kind = format_of(head)
    if kind is not None:
        return kind
    if not head:
        raise refuse(ref, "the file is empty", "scan or copy it again")
    raise refuse(ref, f"not an image of a known format ({_FORMATS})", "save it as one of these")


@contextmanager
def _open_file(ref: PageRef) -> Iterator[BinaryIO]:
    name = ref.copy or ref.source
    if not name:
        raise refuse(ref, "no such file", "name a file, a folder or a pattern")
    path = Path(name)
    try:
        status = path.stat()
        mode = status.st_mode
        if ref.copy and status.st_size > STREAM_LIMIT:
            raise _refuse_flood(ref)
        if stat.S_ISDIR(mode):
            raise _refuse_folder(ref, path)
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise refuse_unopened(ref, error) from error
    with file:
        yield file if stat.S_ISREG(mode) else _drained(ref, file)


def _drained(ref: PageRef, stream: IO[bytes]) -> BinaryIO:
    """Read a pipe to its end, or as far as needed to see that it is no image."""
    taken = io.BytesIO()
    try:
        whole = copy_stream(stream, taken)
    except (OSError, ValueError) as error:
        raise refuse_unopened(ref, error) from error
    if not whole:
        raise _refuse_flood(ref)
    taken.seek(0)
    return taken


def _refuse_flood(ref: PageRef) -> PageError:
    limit = f"more than {STREAM_LIMIT >> 20} MiB"
    return refuse(ref, f"holds {limit}", "write it to a file and name that")


def _refuse_folder(ref: PageRef, folder: Path) -> PageError:
    if folder_images(folder):
        return refuse(ref, "a folder, not an image", "name the images inside one by one")
    endings = " ".join(sorted(IMAGE_SUFFIXES))
    problem = f"folder holds no images ({endings})"
    return refuse(ref, problem, "name another, or look into the folders inside with --recursive")
