"""Names given by the user in, references to single pages out.

A name is a file, a folder, a pattern that the shell did not expand, an address, or ``-`` for
standard input.
Nothing is decoded here. What can't be found or listed becomes a reference too, and `load_page`
says what is wrong with it, so that one bad name never hides the others.
"""

from __future__ import annotations

import glob
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from digitscan.errors import PageError
from digitscan.scan.formats import HEAD, format_of
from digitscan.scan.pdf import count_pages
from digitscan.scan.refusal import STANDARD_INPUT
from digitscan.scan.remote import expand_remote, fetch, is_remote
from digitscan.scan.selection import PageSelection
from digitscan.scan.streams import keep_copy
from digitscan.scan.tiff import MAX_FRAMES, tiff_frames
from digitscan.values import PageRef

IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".jp2", ".j2k", ".jpx", ".pdf"}
)
_SINGLE_PAGE = IMAGE_SUFFIXES - {".tif", ".tiff", ".pdf"}
_ONLY_HERE = ("/dev/", "/proc/")
"""Places whose names mean something else to another process."""


def find_pages(
    inputs: Iterable[str],
    *,
    recursive: bool = False,
    pages: PageSelection | None = None,
    password: str = "",
) -> Iterator[PageRef]:
    """Refer to every page that the inputs name, in the order given, duplicates kept.

    Parameters
    ----------
    inputs : iterable of str
        Files (always a page, whatever their ending), folders (the images inside, ``page2`` before
        ``page10``, hidden files left out), patterns such as ``scans/*.png``, addresses such as
        ``https://…``, or ``-``. They are taken one by one, as the pages are asked for.
    recursive : bool
        Whether to look into the folders inside a folder too. Links to folders are not followed.
    pages : PageSelection, optional
        Which pages to take of each file that has more than one. Default: all.
    password : str
        What opens an encrypted PDF.

    Yields
    ------
    PageRef
        One for each page; a TIFF or PDF of several pages gives several. A name that can't be found
        or listed, and a folder without images, give one reference that `load_page` refuses; so
        does a file of which no page is chosen. What comes through a pipe is copied to a temporary
        file, which the references name.
    """
    finder = _Finder(pages or PageSelection(), password)
    for name in inputs:
        if is_remote(name):
            for address in expand_remote(name):
                yield from finder.remote_pages(address)
        elif name == STANDARD_INPUT:
            yield from finder.standard_input_pages()
        elif not name or _mode(Path(name)):
            yield from finder.pages_at(name, recursive)
        else:
            for match in _expand(name) or [name]:
                yield from finder.pages_at(match, recursive)


def folder_images(folder: Path) -> list[Path]:
    """List the images directly inside a folder, in natural order; OSError if it can't be read."""
    return [
        path
        for path in sorted(folder.iterdir(), key=_natural_order)
        if path.suffix.lower() in IMAGE_SUFFIXES
        and not path.name.startswith(".")
        and _mode(path) in (0, stat.S_IFREG)  # 0, a dangling link, must show up as a failed page.
    ]


class _Finder:
    """Finds the pages of one source after another."""

    def __init__(self, pages: PageSelection, password: str) -> None:
        self._pages = pages
        self._password = password

    def pages_at(self, name: str, recursive: bool) -> Iterator[PageRef]:
        """Refer to the pages of a file or pipe, or of all images in a folder."""
        mode = _mode(Path(name)) if name else 0
        if mode == stat.S_IFDIR:
            pages = self._folder_pages(Path(name), recursive)
            yield next(pages, PageRef(name))
            yield from pages
        elif mode == 0:
            yield PageRef(name)
        elif mode == stat.S_IFREG and not name.startswith(_ONLY_HERE):
            yield from self._file_pages(name)
        else:
            yield from self._pipe_pages(name)

    def standard_input_pages(self) -> Iterator[PageRef]:
        """Refer to the pages of what comes through standard input."""
        stream = getattr(sys.stdin, "buffer", None)
        copy = keep_copy(stream) if stream is not None else None
        yield from self._copied_pages(STANDARD_INPUT, copy)

    def remote_pages(self, address: str) -> Iterator[PageRef]:
        """Refer to the pages at an address, which is fetched where it may have several."""
        ref = PageRef(address)
        if PurePosixPath(re.split(r"::|\?", address)[0]).suffix.lower() in _SINGLE_PAGE:
            yield ref
            return
        try:
            name = fetch(ref).name
        except PageError:
            yield ref
            return
        yield from self._chosen(ref, name)

    def _folder_pages(self, top: Path, recursive: bool) -> Iterator[PageRef]:
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
                yield from self._file_pages(str(path))
            waiting += reversed(inner)

    def _file_pages(self, name: str) -> Iterator[PageRef]:
        return self._chosen(PageRef(name), name)

    def _pipe_pages(self, name: str) -> Iterator[PageRef]:
        try:
            with Path(name).open("rb", buffering=0) as stream:
                copy = keep_copy(stream)
        except OSError:
            copy = None
        return self._copied_pages(name, copy)

    def _copied_pages(self, name: str, copy: str | None) -> Iterator[PageRef]:
        if copy is None:
            return iter((PageRef(name),))
        return self._chosen(PageRef(name, copy=copy), copy)

    def _chosen(self, ref: PageRef, path: str) -> Iterator[PageRef]:
        """Refer to the pages of the file at ``path`` that were chosen."""
        for index in self._pages.choose(self._indices(path)):
            yield replace(ref, index=index)

    def _indices(self, path: str) -> Sequence[int]:
        """Give the indices of a file's pages; the first where they can't be told."""
        try:
            with Path(path).open("rb") as file:
                kind = format_of(file.read(HEAD))
                file.seek(0)
                indices = list(tiff_frames(file)) if kind == "TIFF" else []
        except OSError:
            return [0]
        if kind == "PDF":
            # One page more than there may be is a page that says so.
            return range(min(count_pages(path, self._password), MAX_FRAMES + 1)) or [0]
        return indices or [0]


def _inner_folders(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir(), key=_natural_order)
        if _mode(path) == stat.S_IFDIR and not path.is_symlink() and not path.name.startswith(".")
    ]


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
