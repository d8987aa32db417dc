"""A reference to a page in, its decoded pixels out.

Whatever the bytes are, the outcome is a `Page` or a `PageError` that says what is wrong with the
file and what to do. Sizes are checked from the header, before memory is taken for the pixels.
"""

from __future__ import annotations

import io
import math
import stat
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from digitscan.errors import PageError
from digitscan.scan.pixels import DECODER_ERRORS, upright_pixels
from digitscan.scan.sources import IMAGE_SUFFIXES, MAX_FRAMES, STANDARD_INPUT, folder_images
from digitscan.scan.wholeness import check_jpeg_end, check_jpeg_pixels, check_png
from digitscan.values import Page, PageRef

_STREAM_LIMIT = 1 << 30
"""Bytes taken from standard input or another pipe, and from a WEBP file, at most."""
_HEAD = 32
"""Bytes that tell the format of a file, and the size of a WEBP image."""
_PLAUSIBLE_DPI = (40, 1200)


def load_page(ref: PageRef, *, max_mpixels: float = 250) -> Page:
    """Decode one page.

    Parameters
    ----------
    ref : PageRef
        A path, or ``-`` for standard input, and the zero-based frame of a TIFF.
    max_mpixels : float
        Largest image accepted, in millions of pixels. A page of 250 takes about 1 GB of memory,
        and twice that in colour.

    Returns
    -------
    Page
        Upright as its file says. Grey where no pixel shows visible colour; else ``colour`` is set
        and ``image`` is the least of the three channels, which keeps pens of any colour dark.

    Raises
    ------
    PageError
        The file is missing, no image that can be read, damaged, cut off or too large.
    """
    with _open_source(ref) as file, warnings.catch_warnings():
        # Pillow warns of odd metadata; what counts here is whether the pixels decode.
        warnings.simplefilter("ignore")
        kind = _recognise(ref, file)
        try:
            with _open_frame(ref, file, kind, max_mpixels) as image:
                dpi = _dpi(image)
                grey, colour = upright_pixels(image)
                if kind == "JPEG":
                    check_jpeg_pixels(file, image)
        except MemoryError as error:
            remedy = "scan at a lower resolution"
            raise _refuse(ref, "not enough memory to decode it", remedy) from error
        except Image.DecompressionBombError as error:
            # The TIFF and WEBP decoders have a limit of their own, which is no option of ours.
            problem = f"too large for the {kind} decoder"
            raise _refuse(ref, problem, "save it as PNG or scan at a lower resolution") from error
        except DECODER_ERRORS as error:
            problem = f"damaged or cut-off {kind} image ({_one_line(error)})"
            raise _refuse(ref, problem, "scan or copy it again") from error
    return Page(ref, grey, colour, dpi)


def _refuse(ref: PageRef, problem: str, remedy: str) -> PageError:
    """Make the error ``source: problem; remedy``, on one line whatever the source is called."""
    if ref.source == STANDARD_INPUT:
        source = "standard input"
    else:
        source = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in ref.source) or "''"
    page = f", page {ref.index + 1}" if ref.index else ""
    return PageError(f"{source}{page}: {problem}; {remedy}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


@contextmanager
def _open_source(ref: PageRef) -> Iterator[BinaryIO]:
    """Open a source for reading and seeking; pipes are read into memory first."""
    if ref.source == STANDARD_INPUT:
        # A program without standard input has None here.
        stream = getattr(sys.stdin, "buffer", None)
        if stream is None:
            raise _refuse(ref, "nothing is connected to it", "name a file instead")
        yield _drain(ref, stream)
        return
    path = Path(ref.source)
    try:
        mode = path.stat().st_mode if ref.source else 0
        if stat.S_ISDIR(mode):
            raise _refuse_folder(ref, path)
        file = path.open("rb") if ref.source else None
    except (OSError, ValueError) as error:
        raise _refuse_unopened(ref, error) from error
    if file is None:
        raise _refuse(ref, "no such file", "name a file, a folder or a pattern")
    with file:
        yield file if stat.S_ISREG(mode) else _drain(ref, file)


def _drain(ref: PageRef, stream: BinaryIO) -> BinaryIO:
    """Read a pipe to its end, or as far as needed to see that it is no image."""
    taken = io.BytesIO()
    try:
        while chunk := stream.read(1 << 20):
            taken.write(chunk)
            if _format_of(taken.getbuffer()[:_HEAD].tobytes()) is None:
                break
            if taken.tell() > _STREAM_LIMIT:
                limit = f"more than {_STREAM_LIMIT >> 20} MiB"
                raise _refuse(ref, f"holds {limit}", "write it to a file and name that")
    except (OSError, ValueError) as error:
        raise _refuse_unopened(ref, error) from error
    taken.seek(0)
    return taken


def _refuse_unopened(ref: PageRef, error: Exception) -> PageError:
    if isinstance(error, FileNotFoundError):
        return _refuse(ref, "no such file", "check the name")
    reason = getattr(error, "strerror", None) or _one_line(error)
    return _refuse(ref, f"can't be opened ({reason})", "check the name and its permissions")


def _refuse_folder(ref: PageRef, folder: Path) -> PageError:
    if folder_images(folder):
        return _refuse(ref, "a folder, not an image", "name the images inside one by one")
    endings = " ".join(sorted(IMAGE_SUFFIXES))
    problem = f"folder holds no images ({endings})"
    return _refuse(ref, problem, "name another, or look into the folders inside with --recursive")


def _recognise(ref: PageRef, file: BinaryIO) -> str:
    try:
        head = file.read(_HEAD)
        file.seek(0)
    except OSError as error:
        raise _refuse_unopened(ref, error) from error
    kind = _format_of(head)
    if kind is not None:
        return kind
    if not head:
        raise _refuse(ref, "the file is empty", "scan or copy it again")
    if head.startswith(b"%PDF"):
        raise _refuse(ref, "a PDF", "turn its pages into PNG images of 300 dpi first")
    formats = "PNG, JPEG, TIFF, BMP or WEBP"
    raise _refuse(ref, f"not an image of a known format ({formats})", "save it as one of these")


def _format_of(head: bytes) -> str | None:
    """Name the format by a file's first bytes.

    >>> _format_of(b"BM....")
    'BMP'
    """
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    starts = {
        "PNG": (b"\x89PNG\r\n\x1a\n",),
        "JPEG": (b"\xff\xd8\xff",),
        "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        "BMP": (b"BM",),
    }
    return next((kind for kind, begin in starts.items() if head.startswith(begin)), None)


@contextmanager
def _open_frame(
    ref: PageRef, file: BinaryIO, kind: str, max_mpixels: float
) -> Iterator[Image.Image]:
    """Read the header of the page's frame and check its size; the pixels are not decoded yet."""
    if ref.index >= MAX_FRAMES:
        raise _refuse(ref, f"the file holds more than {MAX_FRAMES:,} pages", "split it")
    if kind == "WEBP":
        _check_webp(ref, file, max_mpixels)
    elif kind == "PNG":
        check_png(file)
    elif kind == "JPEG":
        check_jpeg_end(file)
    with _open_image(file, kind) as image:
        if ref.index:
            _seek(ref, image)
        elif isinstance(file, io.BytesIO) and kind == "TIFF" and image.is_animated:
            raise _refuse(ref, "holds several pages", "write it to a file and name that")
        _check_size(ref, image.size, max_mpixels)
        yield image


def _open_image(file: BinaryIO, kind: str) -> Any:
    """Hand the file to the one decoder meant for it.

    ``Image.open`` would add its own size limit, which only a process-wide setting changes.
    """
    match kind:
        case "PNG":
            from PIL.PngImagePlugin import PngImageFile

            return PngImageFile(file)
        case "JPEG":
            from PIL.JpegImagePlugin import JpegImageFile

            return JpegImageFile(file)
        case "TIFF":
            from PIL.TiffImagePlugin import TiffImageFile

            return TiffImageFile(file)
        case "BMP":
            from PIL.BmpImagePlugin import BmpImageFile

            return BmpImageFile(file)
        case _:
            from PIL.WebPImagePlugin import WebPImageFile

            return WebPImageFile(file)


def _seek(ref: PageRef, image: Image.Image) -> None:
    try:
        image.seek(ref.index)
    except EOFError as error:
        raise _refuse(ref, "the file holds no such page", "check its number of pages") from error


def _check_size(ref: PageRef, size: tuple[int, int], max_mpixels: float) -> None:
    width, height = size
    mpixels = width * height / 1e6
    if mpixels > max_mpixels:
        problem = (
            f"{width:,} x {height:,} pixels are {mpixels:,.0f} megapixels, "
            f"over the limit of {max_mpixels:,g}"
        )
        raise _refuse(ref, problem, "scan at a lower resolution, or raise it with --max-mpixels")


def _check_webp(ref: PageRef, file: BinaryIO, max_mpixels: float) -> None:
    """Check the canvas of a WEBP image: its decoder takes the memory as soon as it is opened."""
    head = file.read(_HEAD)
    if file.seek(0, io.SEEK_END) > _STREAM_LIMIT:
        raise _refuse(ref, f"more than {_STREAM_LIMIT >> 20} MiB", "save it as PNG")
    file.seek(0)
    _check_size(ref, _webp_size(head), max_mpixels)


def _webp_size(head: bytes) -> tuple[int, int]:
    """Read width and height from the first bytes of a WEBP file."""
    if head[12:16] == b"VP8X":
        wide, high = int.from_bytes(head[24:27], "little"), int.from_bytes(head[27:30], "little")
        return wide + 1, high + 1
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    wide, high = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    return wide & 0x3FFF, high & 0x3FFF


def _dpi(image: Image.Image) -> float | None:
    """Read the resolution, where it is plausible and the same in both directions."""
    value: Any = image.info.get("dpi")
    try:
        across, down = (float(part) for part in value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    low, high = _PLAUSIBLE_DPI
    return round(across, 2) if low <= across <= high and math.isclose(across, down) else None
