"""An open TIFF file in, the indices of its pages out: its chain of directories, nothing decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

MAX_FRAMES = 10_000
"""Pages of one file; more are refused, for a damaged file can make a chain without end."""

_NO_PAGE = 1 | 4
"""Bits of a TIFF's NewSubfileType: a smaller copy of another page, a transparency mask."""


def tiff_frames(file: BinaryIO) -> Iterator[int]:
    """Walk a TIFF's chain of directories and give the index of each that is a page.

    Gives nothing for other files. A chain that breaks off gives the index after the last good one,
    one that is longer than `MAX_FRAMES` gives that number: both fail when they are loaded.
    """
    header = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None or len(header) < 16:
        return
    big = header[2:4] == struct.pack(order + "H", 43)
    if not big and header[2:4] != struct.pack(order + "H", 42):
        return
    offset: int = struct.unpack_from(order + ("Q" if big else "I"), header, 8 if big else 4)[0]
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < MAX_FRAMES:
        seen.add(offset)
        try:
            kind, offset = _read_directory(file, offset, order, big)
        except (struct.error, OSError, OverflowError, ValueError):
            yield len(seen) - 1
            return
        if not kind & _NO_PAGE:
            yield len(seen) - 1
    if offset and offset not in seen:
        yield MAX_FRAMES


def _read_directory(file: BinaryIO, offset: int, order: str, big: bool) -> tuple[int, int]:
    """Read one TIFF directory: its NewSubfileType (0 is a page) and where the next one starts."""
    count_format, next_format, entry_size = ("Q", "Q", 20) if big else ("H", "I", 12)
    file.seek(offset)
    count = _read_number(file, order + count_format)
    if count > 0xFFFF:
        raise struct.error("more entries than a directory can have")
    entries = file.read(count * entry_size)
    kinds = (
        struct.unpack_from(order + "I", entries, start + entry_size - (8 if big else 4))[0]
        for start in range(0, len(entries) - entry_size + 1, entry_size)
        if struct.unpack_from(order + "H", entries, start)[0] == 254
    )
    return next(kinds, 0), _read_number(file, order + next_format)


def _read_number(file: BinaryIO, number_format: str) -> int:
    number: int = struct.unpack(number_format, file.read(struct.calcsize(number_format)))[0]
    return number
