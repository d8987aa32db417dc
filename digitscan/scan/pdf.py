"""A PDF in, the number of its pages, or a page as an image out.

The drawing is done by a child process (`pdf_child`), which is started with the first PDF, may take
so much memory and time and no more, and is started again where PDFium died of a file.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from PIL import Image

from digitscan.errors import PageError
from digitscan.scan.pixels import upright_pixels
from digitscan.scan.refusal import refuse, refuse_damaged, refuse_size
from digitscan.scan.tiff import MAX_FRAMES
from digitscan.scan.wholeness import check_pdf_end
from digitscan.values import Page, PageRef

if TYPE_CHECKING:
    from subprocess import Popen

_CHILD = Path(__file__).with_name("pdf_child.py")

_running: tuple[int, Popen[bytes]] | None = None
"""The child, and the process that started it: another one must not talk to it."""


class _DeathError(Exception):
    """PDFium died of a document; ``signal_number`` tells of what, else is its code, negative."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


def count_pages(path: str, password: str = "") -> int:
    """Count the pages of a PDF, up to one more than `MAX_FRAMES`; 0 where it can't be read.

    Where a page is missing that the document claims to have, it is counted: it fails.
    """
    try:
        request = {"path": str(Path(path).absolute()), "password": password, "index": None}
        reply, _ = _ask({**request, "most": MAX_FRAMES + 1})
    except (_DeathError, OSError):
        return 0
    return int(reply.get("count", 0))


def draw_page(ref: PageRef, file: BinaryIO, max_mpixels: float, password: str) -> Page:
    """Draw one page as it looks on paper, with what was filled into its form.

    A page that is one scanned image is drawn at that image's resolution, others at 300 dpi; lower
    where that would be more pixels than allowed. Raises ``PageError``.
    """
    if importlib.util.find_spec("pypdfium2") is None:
        raise refuse(ref, "PDFs need pypdfium2, not installed", "pip install pypdfium2")
    try:
        check_pdf_end(file)
    except ValueError as error:
        raise refuse_damaged(ref, "PDF", str(error)) from error
    with _named(file) as path:
        request = {"path": path, "password": password, "index": ref.index}
        try:
            reply, pixels = _ask({**request, "max_pixels": max_mpixels * 1e6})
        except _DeathError as death:
            raise _refuse_dead(ref, death) from death
    if "problem" in reply:
        raise _refuse_problem(ref, reply, max_mpixels, bool(password))
    image = Image.frombuffer("RGB", tuple(reply["size"]), pixels, "raw", "RGB", reply["stride"], 1)
    grey, colour = upright_pixels(image)
    return Page(ref, grey, colour, round(reply["dpi"], 2))


@contextmanager
def _named(file: BinaryIO) -> Iterator[str]:
    """Give the name of an open file; one that lives in memory is written to disk for the while."""
    name = getattr(file, "name", None)
    if isinstance(name, str):
        yield str(Path(name).absolute())
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="digitscan-") as folder:
        path = Path(folder) / "page.pdf"
        path.write_bytes(file.read())
        yield str(path)


def _refuse_problem(
    ref: PageRef, reply: dict[str, Any], max_mpixels: float, tried: bool
) -> PageError:
    """Put the child's word into a sentence."""
    match reply["problem"]:
        case "password" if tried:
            return refuse(ref, "encrypted, and --password does not open it", "check the password")
        case "password":
            return refuse(ref, "encrypted", "give its password with --password")
        case "security":
            remedy = "save it without encryption"
            return refuse(ref, "encrypted in a way that can't be read", remedy)
        case "no such page":
            return refuse(ref, "the file holds no such page", "check its number of pages")
        case "size":
            return refuse_size(ref, reply["size"], max_mpixels)
        case "images":
            width, height = reply["size"]
            problem = (
                f"with an image of {width:,} x {height:,} pixels its images are over the limit "
                f"of {max_mpixels:,g} megapixels"
            )
            remedy = "scan at a lower resolution, or raise it with --max-mpixels"
            return refuse(ref, problem, remedy)
        case "memory":
            return _refuse_memory(ref)
        case _:
            return refuse_damaged(ref, "PDF", "it can't be opened")


def _refuse_dead(ref: PageRef, death: _DeathError) -> PageError:
    if death.signal_number == getattr(signal, "SIGXCPU", None):
        return refuse(ref, "takes more than a minute to draw", "print it into a new PDF")
    if death.signal_number <= 0:
        return refuse_damaged(ref, "PDF", f"drawing it ended with code {-death.signal_number}")
    return _refuse_memory(ref)


def _refuse_memory(ref: PageRef) -> PageError:
    problem = "damaged, or takes more memory to draw than a page may"
    return refuse(ref, problem, "print it into a new PDF, or save the page as PNG")


def _ask(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Send a request to the child and wait for its answer. Raises `_DeathError`."""
    child = _child()
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        head = child.stdout.readline()
        reply = json.loads(head) if head.endswith(b"\n") else None
        pixels = child.stdout.read(reply["bytes"]) if reply else b""
        if reply is None or len(pixels) < reply["bytes"]:
            raise BrokenPipeError
    except BrokenPipeError:
        _end(child)
        raise _DeathError(-child.returncode) from None
    except BaseException:
        # Half an answer would be taken for the next one.
        _end(child)
        raise
    return reply, pixels


def _child() -> Popen[bytes]:
    """Give the running child, or start one."""
    global _running
    if _running is not None and _running[0] == os.getpid() and _running[1].poll() is None:
        return _running[1]
    # Imported here: reading images needs none of it.
    import subprocess

    if _running is not None and _running[0] == os.getpid():
        _end(_running[1])
    else:
        atexit.register(end_child)
    child = subprocess.Popen(
        # Its own folder must not hide modules of the standard library.
        [sys.executable, "-P", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    _running = os.getpid(), child
    return child


def end_child() -> None:
    """End the child; the next PDF starts another."""
    if _running is not None and _running[0] == os.getpid():
        _end(_running[1])


def _end(child: Popen[bytes]) -> None:
    """End the child and take its pipes down; a child that died keeps how it died."""
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
