"""A folder of labelled images in, glyphs and labels out.

``DIR/<label>/*.png`` or, one level deeper, ``DIR/<writer>/<label>/*.png``; a label is 0…9. Each
image shows one digit, dark on light or light on dark.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.errors import DatasetError
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.datasets import Digits
from digitscan.values import GreyImage

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
MAX_SIDE_PX = 4096
"""A picture of one digit is far smaller; a page in its place is a mistake worth telling."""
FAINT_SHARE = 0.15
"""Ink fainter than this share of the darkest is paper: its grain, or a scanner's noise."""


def load_folder(folder: Path) -> Digits:
    """Load labelled images of single digits as glyphs, in the order of their sorted paths.

    Raises
    ------
    DatasetError
        If the folder holds no labelled image, or one can't be decoded.
    """
    files = find_labelled(folder)
    if not files:
        raise DatasetError(
            f"{folder}: no labelled images; put them into folders named 0 to 9, "
            "as in DIR/7/a.png or DIR/writer/7/a.png"
        )
    glyphs = [normalise_glyph(ink_of(_read_grey(path))) for path, _ in files]
    return Digits(np.stack(glyphs), np.array([label for _, label in files], np.uint8))


def find_labelled(folder: Path) -> list[tuple[Path, int]]:
    """List the images under ``folder`` whose parent folder is named by a digit, with the digit."""
    return [
        (path, int(path.parent.name))
        for pattern in ("[0-9]/*", "*/[0-9]/*")
        for path in sorted(folder.glob(pattern))
        if path.suffix.lower() in ENDINGS and path.is_file()
    ]


def ink_of(grey: GreyImage) -> GreyImage:
    """Turn a grey picture of one digit, (h, w) uint8, into its ink, 0 where there is paper.

    The border says which is paper: its median grey. Where that is nearer to the picture's light
    end, ink is what is darker, otherwise what is lighter.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    darkest, lightest = float(grey.min()), float(grey.max())
    levels: npt.NDArray[np.float32] = grey.astype(np.float32)
    ink = paper - levels if paper - darkest >= lightest - paper else levels - paper
    strongest = float(ink.max())
    if strongest <= 0:
        return np.zeros_like(grey)
    ink = np.clip(ink / strongest, 0, 1)
    ink[ink < FAINT_SHARE] = 0
    return np.asarray(np.rint(ink * 255), np.uint8)


def _read_grey(path: Path) -> GreyImage:
    """Decode ``path``; names that OpenCV can't open on some systems are read by Python."""
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
        image = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if content.size else None
    except (OSError, cv2.error) as error:
        raise DatasetError(f"{path}: can't be read ({error})") from error
    if image is None:
        raise DatasetError(f"{path}: not an image that can be decoded")
    if max(image.shape) > MAX_SIDE_PX:
        raise DatasetError(f"{path}: {image.shape[1]}×{image.shape[0]} pixels; not one digit?")
    return np.asarray(image, np.uint8)
