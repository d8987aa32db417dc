"""Names given by the user in, references to single pages out.

A name is a file, a folder, a pattern that the shell did not expand, or ``-`` for standard input.
Nothing is decoded here. What can't be found or listed becomes a reference too, and `load_page`
says what is wrong with it, so that one bad name never hides the others.
"""

from __future__ import annotations

import glob
import re
import stat
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from digitscan.values import PageRef

STANDARD_INPUT = "-"
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})
MAX_FRAMES = 10_000
"""Pages of one TIFF; longer chains are refused, for a damaged file can make one without end."""

_NO_PAGE = 1 | 4
"""Bits of a TIFF's NewSubfileType: a smaller copy of another page, a transparency mask."""


def find_pages(inputs: Sequence[str], *, recursive: bool = False) -> Iterator[PageRef]:
    """Refer to every page that the inputs name, in the order given, duplicates kept.

    Parameters
    ----------
    inputs : sequence of str
        Files (always a page, whatever their ending), folders (the images inside, ``page2`` before
        ``page10``, hidden files left out), patterns such as ``scans/*.png``, or ``-``.
    recursive : bool
        Whether to look into the folders inside a folder too. Links to folders are not followed.

    Yields
    ------
    PageRef
        One for each page; a TIFF of several pages gives several. A name that can't be found or
        listed, and a folder without images, give one reference that `load_page` refuses.
    """
    for name in inputs:
        if name == STANDARD_INPUT:
            yield PageRef(STANDARD_INPUT)
        elif not name or _mode(Path(name)):
            yield from _pages_at(name, recursive)
        else:
            for match in _expand(name) or [name]:
                yield from _pages_at(match, recursive)


def folder_images(folder: Path) -> list[Path]:
    """List the images directly inside a folder, in natural order; OSError if it can't be read."""
    return [
        path
        for path in sorted(folder.iterdir(), key=_natural_order)
        if path.suffix.lower() in IMAGE_SUFFIXES
        and not path.name.startswith(".")
        and _mode(path) in (0, stat.S_IFREG)  # 0, a dangling link, must show up as a failed page.
    ]


def _pages_at(name: str, recursive: bool) -> Iterator[PageRef]:
    mode = _mode(Path(name)) if name else 0
    if mode == stat.S_IFREG:
        yield from _file_pages(name)
    elif mode == stat.S_IFDIR:
        pages = _folder_pages(Path(name), recursive)
        yield next(pages, PageRef(name))
        yield from pages
    else:
        yield PageRef(name)


def _folder_pages(top: Path, recursive: bool) -> Iterator[PageRef]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            images = folder_images(folder)
            inner = _inner_folders(folder) if recursive else []
        except OSError:
            yield PageRef(str(folder))
            continue
        for path in images:
            yield from _file_pages(str(path))
        waiting += reversed(inner)


def _inner_folders(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir(), key=_natural_order)
        if _mode(path) == stat.S_IFDIR and not path.is_symlink() and not path.name.startswith(".")
    ]


def _file_pages(name: str) -> Iterator[PageRef]:
    try:
        with Path(name).open("rb") as file:
            frames = list(_tiff_frames(file))
    except OSError:
        frames = []
    for index in frames or [0]:
        yield PageRef(name, index)


def _mode(path: Path) -> int:
    """Tell the kind of file (``stat.S_IFREG``, …), links followed; 0 where nothing is reached."""
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except (OSError, ValueError):
        return 0


def _expand(pattern: str) -> list[str]:
    if not glob.has_magic(pattern):
        return []
    try:
        # Path.glob refuses absolute patterns.
        matches = glob.glob(pattern, recursive=True)  # noqa: PTH207
    except (OSError, ValueError):
        return []
    return sorted(matches, key=_natural_order)


def _natural_order(path: Path | str) -> tuple[list[str | int], str]:
    """Key that sorts numbers inside names by their value.

    >>> sorted(["page10.png", "Page2.png", "page1.png"], key=_natural_order)
    ['page1.png', 'Page2.png', 'page10.png']
    """
    parts = re.split(r"(\d+)", str(path).casefold())
    return [int(part) if part.isdecimal() else part for part in parts], str(path)


def _tiff_frames(file: BinaryIO) -> Iterator[int]:
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
        except (struct.error, OSError, OverflowError):
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
