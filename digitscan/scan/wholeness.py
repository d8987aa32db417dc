"""An image file in, a ValueError out where part of it is missing and its decoder stays silent.

Decoders fill what they lack with grey or noise when a file was cut off and then padded or closed:
an interrupted copy, a scanner that stopped. Half a page must not pass for a whole one.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import BinaryIO

import numpy as np
from PIL import Image

_PNG_SIGNATURE_LENGTH = 8
_TAIL = 1 << 16
"""Bytes looked at for padding at the end of a JPEG file."""
_PADDING = 64
"""Zero bytes in a row that image data of a JPEG does not hold."""
_PDF_TAIL = 2048
"""Bytes at the end of a PDF among which its end must be marked; some programs append to it."""
_END_OF_JPEG = b"\xff\xd9"
_FILLER = 128
"""Grey that a JPEG decoder puts where the data ended too early."""


def check_png(file: BinaryIO) -> None:
    """Check the checksum of every piece of pixel data in a PNG file, which Pillow skips."""
    file.seek(_PNG_SIGNATURE_LENGTH)
    while len(header := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", header)
        if kind == b"IEND":
            break
        if kind != b"IDAT":
            file.seek(length + 4, io.SEEK_CUR)
            continue
        checksum = zlib.crc32(kind)
        while length and (data := file.read(min(length, _TAIL))):
            checksum = zlib.crc32(data, checksum)
            length -= len(data)
        if file.read(4) != struct.pack(">I", checksum):
            raise ValueError("a checksum is wrong")
    file.seek(0)


def check_jpeg_end(file: BinaryIO) -> None:
    """Check that a JPEG file does not break off into zeros."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    file.seek(0)
    data = tail.rstrip(b"\0")
    if len(tail) - len(data) >= _PADDING and not data.endswith(_END_OF_JPEG):
        raise ValueError("the end of the file is filled with zeros")


def check_pdf_end(file: BinaryIO) -> None:
    """Check that the end of a PDF is there; what was cut off would be drawn as far as it goes."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read().rstrip(b"\0\r\n ")
    file.seek(0)
    if b"%%EOF" not in tail[-_PDF_TAIL:]:
        raise ValueError("its end is missing")


def check_jpeg_pixels(file: BinaryIO, image: Image.Image) -> None:
    """Check that the last pixels of a decoded JPEG came from the file.

    Where the last block looks like filler, the file is decoded again with noise before its end
    marker: a file that was whole ignores the noise, one that was cut off turns it into pixels.
    """
    if not _ends_in_filler(image):
        return
    file.seek(0)
    data, marker, rest = file.read().rpartition(_END_OF_JPEG)
    closed_later = io.BytesIO(data + _jpeg_noise() + marker + rest)
    with type(image)(closed_later) as again:  # type: ignore[call-arg]
        if not np.array_equal(np.asarray(again), np.asarray(image)):
            raise ValueError("the pixels end too early")


def _ends_in_filler(image: Image.Image) -> bool:
    width, height = image.size
    last_block = image.crop(((width - 1) // 8 * 8, (height - 1) // 8 * 8, width, height))
    return bool((np.asarray(last_block) == _FILLER).all())


def _jpeg_noise() -> bytes:
    """Make bytes that decode to pixels, with every restart marker a decoder may be waiting for."""
    noise = np.random.default_rng(0).integers(1, 255, 512, np.uint8).tobytes()
    return noise + b"".join(bytes((0xFF, 0xD0 + number)) + noise for number in range(8))
