"""A reference to a page in, its decoded pixels out.

Whatever the bytes are, the outcome is a `Page` or a `PageError` that says what is wrong with the
file and what to do. Sizes are checked from the header, before memory is taken for the pixels.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from PIL import Image

from digitscan.scan.formats import checked_size, length_of, open_image
from digitscan.scan.opening import open_source, recognise
from digitscan.scan.pdf import draw_page
from digitscan.scan.pixels import DECODER_ERRORS, read_orientation, upright_pixels
from digitscan.scan.refusal import reason_of, refuse, refuse_damaged, refuse_size
from digitscan.scan.streams import STREAM_LIMIT
from digitscan.scan.tiff import MAX_FRAMES
from digitscan.scan.wholeness import check_jpeg_pixels
from digitscan.values import Page, PageRef

ON_ITS_SIDE = (5, 6, 7, 8)
"""EXIF orientations that exchange rows and columns."""
OBLONG, MOST_OBLONG = 1.2, 3.0
"""How many times as high as wide, or as wide as high, pixels are on a fax; more is an error."""
_PLAUSIBLE_DPI = (40, 1200)


def load_page(ref: PageRef, *, max_mpixels: float = 250, password: str = "") -> Page:
    """Decode one page.

    Parameters
    ----------
    ref : PageRef
        A path, an address such as ``https://…``, or ``-`` for standard input, and the zero-based
        page of a TIFF or PDF.
    max_mpixels : float
        Largest image accepted, in millions of pixels. A page of 250 takes about 1 GB of memory,
        and twice that in colour; of a PDF, or a JPEG 2000 image in colour, three times.
    password : str
        What opens an encrypted PDF.

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
    with open_source(ref) as file:
        kind = recognise(ref, file)
        if ref.index >= MAX_FRAMES:
            raise refuse(ref, f"the file holds more than {MAX_FRAMES:,} pages", "split it")
        try:
            if kind == "PDF":
                return draw_page(ref, file, max_mpixels, password)
            return _decode(ref, file, kind, max_mpixels)
        except MemoryError as error:
            remedy = "scan at a lower resolution"
            raise refuse(ref, "not enough memory to decode it", remedy) from error
        except Image.DecompressionBombError as error:
            # The TIFF and WEBP decoders have a limit of their own, which is no option of ours.
            problem = f"too large for the {kind} decoder"
            raise refuse(ref, problem, "save it as PNG or scan at a lower resolution") from error
        except DECODER_ERRORS as error:
            raise refuse_damaged(ref, kind, reason_of(error)) from error


def _decode(ref: PageRef, file: BinaryIO, kind: str, max_mpixels: float) -> Page:
    with warnings.catch_warnings():
        # Pillow warns of odd metadata; what counts here is whether the pixels decode.
        warnings.simplefilter("ignore")
        with _open_frame(ref, file, kind, max_mpixels) as image:
            across, down = _resolution(image)
            if read_orientation(image) in ON_ITS_SIDE:
                across, down = down, across
            grey, colour = upright_pixels(image)
            if kind == "JPEG":
                check_jpeg_pixels(file, image)
    dpi = across if math.isclose(across, down) else 0.0
    return Page(ref, grey, colour, dpi or None, _stretch(across, down))


@contextmanager
def _open_frame(
    ref: PageRef, file: BinaryIO, kind: str, max_mpixels: float
) -> Iterator[Image.Image]:
    """Read the header of the page's frame and check its size; the pixels are not decoded yet."""
    if kind == "WEBP" and length_of(file) > STREAM_LIMIT:
        raise refuse(ref, f"more than {STREAM_LIMIT >> 20} MiB", "save it as PNG")
    size = checked_size(file, kind)
    if size is not None:
        _check_size(ref, size, max_mpixels)
    with open_image(file, kind) as image:
        if ref.index:
            try:
                image.seek(ref.index)
            except EOFError as error:
                remedy = "check its number of pages"
                raise refuse(ref, "the file holds no such page", remedy) from error
        _check_size(ref, image.size, max_mpixels)
        yield image


def _check_size(ref: PageRef, size: tuple[int, int], max_mpixels: float) -> None:
    if size[0] * size[1] / 1e6 > max_mpixels:
        raise refuse_size(ref, size, max_mpixels)


def _resolution(image: Image.Image) -> tuple[float, float]:
    """The resolution across and down, in dpi; 0 where it is missing or not plausible."""
    value: Any = image.info.get("dpi")
    try:
        across, down = (float(part) for part in value)
    except (ArithmeticError, TypeError, ValueError):
        return 0.0, 0.0
    low, high = _PLAUSIBLE_DPI
    plausible = low <= across <= high and low <= down <= high
    return (round(across, 2), round(down, 2)) if plausible else (0.0, 0.0)


def _stretch(across: float, down: float) -> float:
    """How many times as high as wide pixels are; 1 where it is too odd, or too little to matter."""
    if not across or not down:
        return 1.0
    stretch = across / down
    return stretch if OBLONG <= max(stretch, 1 / stretch) <= MOST_OBLONG else 1.0
