"""Draws the pages of PDFs, as a process of its own: requests on standard input, pixels out.

A PDF is a program; what it costs shows only when it runs. Here it may take so much memory and time
and no more, and where PDFium dies of it, the reader does not. Started by `digitscan.scan.pdf`.

A request is one line of JSON; so is the answer, followed by its pixels. A problem is a word that
`digitscan.scan.pdf` puts into a sentence.
"""

from __future__ import annotations

import json
import logging
import math
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw

POINTS_PER_INCH = 72
USUAL_DPI = 300
"""Resolution of a page that is more than one scanned image."""
LEAST_DPI = 72
"""A page that does not fit into the limit of pixels at this resolution is refused."""
FULL_PAGE = 0.9
"""Share of the page that an image covers which is the page."""
WORKING_BYTES = 400 << 20
"""Memory for the contents of a page, apart from its pixels: fifty times what long reports took."""
PIXEL_BYTES = 4
IMAGE_PIXEL_BYTES = 8
"""For an image inside: its pixels, and a copy of them while they are unpacked."""
CPU_SECONDS = 60
"""Time of the processor for one request."""
INVISIBLE = 3
"""Rendering mode of text that is there to be searched, not seen."""


class RefusedError(Exception):
    """What is wrong with a document or page, in one word, and the size it has."""

    def __init__(self, problem: str, size: tuple[int, int] = (0, 0)) -> None:
        super().__init__(problem)
        self.reply = {"problem": problem, "size": size}


class Drawing(NamedTuple):
    """How a page will be drawn: pixels per point, and pixels of the images inside."""

    scale: float
    image_pixels: int


def main() -> None:
    """Answer requests until standard input ends."""
    # Ctrl-C is for the process that asks; this one ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("pypdfium2").setLevel(logging.ERROR)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _allow_time()
        _allow_memory(WORKING_BYTES)
        try:
            reply, pixels = _answer(request)
        except RefusedError as refused:
            reply, pixels = refused.reply, b""
        except MemoryError:
            reply, pixels = {"problem": "memory"}, b""
        except OSError:
            reply, pixels = {"problem": "unreadable"}, b""
        sys.stdout.buffer.write(json.dumps({**reply, "bytes": len(pixels)}).encode() + b"\n")
        sys.stdout.buffer.write(pixels)
        sys.stdout.buffer.flush()
        del pixels


def _answer(request: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    with Path(request["path"]).open("rb") as file, _opened(file, request["password"]) as document:
        if request["index"] is None:
            return {"count": _count(document, request["most"])}, b""
        return _draw(document, request["index"], request["max_pixels"])


def _opened(file: Any, password: str) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(file, password=password or None)
    except pdfium.PdfiumError as error:
        words = {raw.FPDF_ERR_PASSWORD: "password", raw.FPDF_ERR_SECURITY: "security"}
        raise RefusedError(words.get(error.err_code or 0, "damaged")) from error
    with suppress(pdfium.PdfiumError):
        document.init_forms()
    return document


def _count(document: pdfium.PdfDocument, most: int) -> int:
    """Count the pages that are there, for a document may claim any number; at most ``most``.

    Where the last one claimed is missing, the first missing one is counted too: it fails.
    """
    claimed = min(len(document), most)
    if _has_page(document, claimed - 1):
        return claimed
    return 1 + next(index for index in range(claimed) if not _has_page(document, index))


def _has_page(document: pdfium.PdfDocument, index: int) -> bool:
    try:
        document.get_page_size(index)
    except pdfium.PdfiumError:
        return False
    return True


def _draw(
    document: pdfium.PdfDocument, index: int, max_pixels: float
) -> tuple[dict[str, Any], Any]:
    if index >= len(document) or not _has_page(document, index):
        raise RefusedError("no such page")
    width, height = document.get_page_size(index)
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise RefusedError("damaged")
    largest = math.sqrt(max_pixels / (width * height))
    if largest * POINTS_PER_INCH < LEAST_DPI:
        raise RefusedError("size", (math.ceil(width), math.ceil(height)))
    try:
        page = document[index]
    except pdfium.PdfiumError as error:
        raise RefusedError("damaged") from error
    plan = _plan(page, width * height, max_pixels)
    # A bit less, so that rounding up gives the image's own pixels.
    scale = min(plan.scale, largest) * (1 - 1e-6)
    while (pixels := math.ceil(width * scale) * math.ceil(height * scale)) > max_pixels:
        scale *= 0.999
    _allow_memory(WORKING_BYTES + PIXEL_BYTES * pixels + IMAGE_PIXEL_BYTES * plan.image_pixels)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    reply = {
        "size": (bitmap.width, bitmap.height),
        "stride": bitmap.stride,
        "dpi": scale * POINTS_PER_INCH,
    }
    return reply, memoryview(bitmap.buffer)


def _plan(page: pdfium.PdfPage, area: float, max_pixels: float) -> Drawing:
    """Choose the resolution: that of the one image that is the page, else the usual one."""
    scans: list[float] = []
    pixels, others = 0, raw.FPDFPage_GetAnnotCount(page) > 0
    for thing in page.get_objects():
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            size = thing.get_px_size()
            pixels += size[0] * size[1]
            if pixels > max_pixels:
                raise RefusedError("images", size)
            if thing.level == 0 and _share(thing, area) >= FULL_PAGE:
                scans.append(_pixels_per_point(thing, size))
            else:
                others = True
        elif thing.type == raw.FPDF_PAGEOBJ_TEXT:
            others |= raw.FPDFTextObj_GetTextRenderMode(thing) != INVISIBLE
        elif thing.type != raw.FPDF_PAGEOBJ_FORM:
            others = True
    usual = USUAL_DPI / POINTS_PER_INCH
    if not scans:
        return Drawing(usual, pixels)
    return Drawing(max(scans + [usual] * (others or len(scans) > 1)), pixels)


def _share(image: pdfium.PdfObject, area: float) -> float:
    left, bottom, right, top = image.get_bounds()
    return float(abs((right - left) * (top - bottom)) / area)


def _pixels_per_point(image: pdfium.PdfObject, size: tuple[int, int]) -> float:
    a, b, c, d, *_ = image.get_matrix().get()
    wide, high = math.hypot(a, b), math.hypot(c, d)
    return float(max(size[0] / wide, size[1] / high)) if wide and high else 0.0


def _allow_time() -> None:
    """Give this request its time of the processor; the system ends a process that takes more."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = math.ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
        _limit(resource.RLIMIT_CPU, until)


def _allow_memory(more: int) -> None:
    """Allow so many bytes beyond what the process has now, where the system can tell and limit."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + more)


def _limit(what: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(what)[1]
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (soft, hard))


if __name__ == "__main__":
    main()
