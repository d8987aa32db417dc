"""A JPEG 2000 file in (ISO/IEC 15444-1: boxes or a bare codestream), the size it promises out.

The decoder trusts the codestream, not the boxes around it, and takes its memory as soon as it
begins, so the codestream's own header is read here.
"""

from __future__ import annotations

import io
import math
import struct
from typing import BinaryIO

JP2_START = b"\0\0\0\x0cjP  \r\n\x87\n"
CODESTREAM_START = b"\xff\x4f\xff\x51"
_END = b"\xff\xd9"
_TAIL = 1 << 16
"""Bytes looked at for the end of a bare codestream, which may be padded with zeros."""
_MOST_BOXES = 1000
_MOST_BLOCKS = 2_000_000
"""Code blocks of an image: the decoder keeps some hundred bytes on each. An image of 250 megapixels
in colour has 0.8 million of the small size of 32 x 32."""
_MOST_COMPONENTS = 5
_START_OF_TILE = 0xFF90
_CODING_STYLE = 0xFF52


def check_jpeg2000(file: BinaryIO) -> tuple[int, int]:
    """Check that the codestream is all there; give width and height, and go back to the start.

    Raises ValueError where it is cut off, damaged, or made to take more memory than its pixels.
    """
    try:
        begin, end = _codestream(file)
        file.seek(end - 2)
        if file.read(2) != _END:
            raise ValueError("the end is missing")
        file.seek(begin + 2)
        width, height, components = _image_size(file)
        _check_blocks(file, width * height * components)
    except (struct.error, OverflowError) as error:
        raise ValueError("its header is cut off") from error
    file.seek(0)
    return width, height


def _codestream(file: BinaryIO) -> tuple[int, int]:
    """Find where the codestream begins and ends in a file."""
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    if file.read(len(CODESTREAM_START)) == CODESTREAM_START:
        file.seek(max(0, length - _TAIL))
        tail = file.read()
        return 0, length - len(tail) + len(tail.rstrip(b"\0"))
    place = 0
    for _ in range(_MOST_BOXES):
        file.seek(place)
        size, kind, head = *struct.unpack(">I4s", file.read(8)), 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8))[0], 16
        after = place + size if size else length
        if after > length or after < place + head:
            raise ValueError("a part of it is missing")
        if kind == b"jp2c":
            file.seek(place + head)
            if file.read(len(CODESTREAM_START)) != CODESTREAM_START:
                raise ValueError("it holds no codestream")
            return place + head, after
        place = after
    raise ValueError("it holds no codestream")


def _image_size(file: BinaryIO) -> tuple[int, int, int]:
    """Read the SIZ segment: width, height and the number of components."""
    _, length, _, right, bottom, left, top, *_, components = struct.unpack(
        ">HHHIIIIIIIIH", file.read(40)
    )
    file.seek(length - 38, io.SEEK_CUR)
    if right <= left or bottom <= top or not 1 <= components <= _MOST_COMPONENTS:
        raise ValueError("its size makes no sense")
    return right - left, bottom - top, components


def _check_blocks(file: BinaryIO, samples: int) -> None:
    """Check that the main header does not cut the image into absurdly many blocks."""
    while (marker := struct.unpack(">H", file.read(2))[0]) != _START_OF_TILE:
        segment = file.read(struct.unpack(">H", file.read(2))[0] - 2)
        if marker == _CODING_STYLE and samples / _block_area(segment) > _MOST_BLOCKS:
            raise ValueError("it is cut into too many blocks")


def _block_area(segment: bytes) -> int:
    """Give the pixels of the smallest code block that a COD segment allows."""
    style, *_, wide, high = struct.unpack_from(">BBHBBBB", segment)
    sides = wide + high + 4
    precincts = segment[10:] if style & 1 else b""
    smallest = min(((each & 15) + (each >> 4) - 2 for each in precincts), default=sides)
    return int(math.ldexp(1, max(0, min(sides, smallest, 60))))
