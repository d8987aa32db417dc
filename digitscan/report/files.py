"""Pictures and texts in, files out: named safely, and whole or not there at all."""

from __future__ import annotations

from pathlib import Path, PurePath

import cv2

from digitscan.errors import OutputError
from digitscan.values import ColourImage


def safe_stem(source: str) -> str:
    """Keep letters, digits and ``-_`` of a source's name, at most 50: short in bytes too."""
    if source == "-":
        return "stdin"
    stem = PurePath(source).stem
    return "".join(char if char.isalnum() or char in "-_" else "_" for char in stem)[:50] or "page"


def picture_bytes(picture: ColourImage) -> bytes:
    """Content of a PNG file with a picture (h, w, 3) uint8 in BGR."""
    return cv2.imencode(".png", picture)[1].tobytes()


def write_picture(path: Path, picture: ColourImage) -> None:
    """Write a picture (h, w, 3) uint8 in BGR as PNG. See ``write_bytes``."""
    write_bytes(path, picture_bytes(picture))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that appears under its name only when it is whole.

    It replaces what stands under its name, links included: nothing is written outside the folder.
    Raises ``OutputError``.
    """
    unfinished = path.with_suffix(".part")
    try:
        unfinished.unlink(missing_ok=True)
        # Never through a link that somebody puts there meanwhile.
        with unfinished.open("xb") as file:
            file.write(content)
        unfinished.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {error.strerror}") from error
