"""The names of inputs: arguments and a list of names in, one name after another out."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from digitscan.errors import UsageError
from digitscan.scan.refusal import STANDARD_INPUT

_CHUNK = 1 << 16
_LONGEST_NAME = 1 << 16
"""Bytes; far more than any system allows, and far less than a file that is no list of names."""


def name_inputs(inputs: Sequence[str], files_from: str | None, *, null: bool) -> Iterator[str]:
    """Give the inputs, then the names that stand in the list ``files_from``, as they are read.

    Raises ``UsageError`` at once where there is nothing to read, or standard input is to be both
    the list and a page; later where the list turns out to be none.
    """
    if files_from is None:
        if null:
            raise UsageError("--null needs --files-from")
        if not inputs:
            raise UsageError("no INPUTS; name files or folders, or a list with --files-from")
        return iter(inputs)
    if files_from == STANDARD_INPUT and STANDARD_INPUT in inputs:
        raise UsageError("standard input can't be both a page and the list of --files-from")
    return itertools.chain(inputs, _listed(files_from, _open_list(files_from), null=null))


def _open_list(files_from: str) -> IO[bytes]:
    try:
        if files_from == STANDARD_INPUT:
            return sys.stdin.buffer
        return Path(files_from).open("rb")
    except (OSError, ValueError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or "not there"
        raise UsageError(f"{files_from}: the list can't be read: {reason}; check it") from error


def _listed(files_from: str, stream: IO[bytes], *, null: bool) -> Iterator[str]:
    """Read names from a list, leaving out empty ones."""
    try:
        for raw in _split(files_from, stream, b"\0" if null else b"\n"):
            name = os.fsdecode(raw if null else raw.removesuffix(b"\r"))
            if name == STANDARD_INPUT == files_from:
                # The list has taken all that standard input holds.
                name = os.devnull
            if name:
                yield name
    except OSError as error:
        raise UsageError(f"{files_from}: the list can't be read: {error.strerror}") from error
    finally:
        if files_from != STANDARD_INPUT:
            stream.close()


def _split(files_from: str, stream: IO[bytes], end: bytes) -> Iterator[bytes]:
    read = getattr(stream, "read1", stream.read)
    rest = b""
    while chunk := read(_CHUNK):
        *whole, rest = (rest + chunk).split(end)
        yield from whole
        if len(rest) > _LONGEST_NAME:
            raise UsageError(f"{files_from}: holds no list of names; give one name a line")
    yield rest
