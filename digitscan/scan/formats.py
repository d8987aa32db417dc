"""An open file in, its format, the size its header promises, and the one decoder meant for it out.

Nothing is decoded here, and no memory is taken for pixels.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from digitscan.scan.jpeg2000 import CODESTREAM_START, JP2_START, check_jpeg2000
from digitscan.scan.wholeness import check_jpeg_end, check_png

HEAD = 1024
"""Bytes that tell the format of a file: a PDF may have that much before its first line."""
MULTI_PAGE = frozenset({"TIFF", "PDF"})
_PLAIN_HEAD = 32
"""Bytes that tell every format but PDF, and the size of a WEBP image."""
_STARTS = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "BMP": (b"BM",),
    "JPEG 2000": (JP2_START, CODESTREAM_START),
}


def format_of(head: bytes) -> str | None:
    """Name the format by a file's first bytes.

    >>> format_of(b"BM....")
    'BMP'
    """
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    known = next((kind for kind, begin in _STARTS.items() if head.startswith(begin)), None)
    return known or ("PDF" if b"%PDF-" in head[:HEAD] else None)


def checked_size(file: BinaryIO, kind: str) -> tuple[int, int] | None:
    """Check what the decoder leaves unchecked; give the size where it takes memory on opening.

    Raises ValueError where the file is cut off or damaged.
    """
    match kind:
        case "PNG":
            check_png(file)
        case "JPEG":
            check_jpeg_end(file)
        case "JPEG 2000":
            return check_jpeg2000(file)
        case "WEBP":
            head = file.read(_PLAIN_HEAD)
            file.seek(0)
            return _webp_size(head)
    return None


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


def length_of(file: BinaryIO) -> int:
    """Give the length of a file in bytes, and go back to its start."""
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    return length


def open_image(file: BinaryIO, kind: str) -> Any:
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
        case "JPEG 2000":
            from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

            return Jpeg2KImageFile(file)
        case _:
            from PIL.WebPImagePlugin import WebPImageFile

            return WebPImageFile(file)
