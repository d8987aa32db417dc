"""A folder or nothing in; MNIST's images and labels out, checked.

Without a folder MNIST is downloaded into the user's cache directory. Content is recognised by the
hash of its *unpacked* bytes, so files that somebody packed again are still MNIST.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitscan.errors import DatasetError
from digitscan.glyph.normalise import GLYPH_SIZE
from digitscan.learn.download import Progress, cache_folder, fetch, unpack

VALIDATION_SIZE = 5000
"""The last digits of the training set, never trained on while a setting is being chosen."""
VALIDATION_SHARE = 0.2
"""No more than this share of a small training set is held back."""
MAX_FILE_BYTES = 2**30
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""MNIST's files and the sha256 of their unpacked content, checked against the published md5."""

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]


class Digits(NamedTuple):
    """Labelled glyphs: ``images`` (N, 28, 28) uint8, 0 is paper; ``labels`` (N,) uint8."""

    images: Images
    labels: Labels


@dataclass(frozen=True, slots=True)
class Mnist:
    """MNIST, or a user's own data in its format.

    ``train_images`` and ``test_images`` are (N, 28, 28) uint8, 0 is paper; the labels (N,) uint8,
    0…9. ``sha256`` names all four files at once. ``verified`` says whether they are MNIST's own.
    """

    name: str
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    sha256: str
    verified: bool

    def split(self, limit: int | None = None) -> tuple[Digits, Digits]:
        """Part the training set into digits to fit and digits to choose settings with.

        The last ``VALIDATION_SIZE`` digits (a fifth of a small set) are the second part;
        ``limit`` keeps only that many of the first.
        """
        count = len(self.train_images)
        held_back = min(VALIDATION_SIZE, round(VALIDATION_SHARE * count))
        end = count - held_back
        fit = slice(0, end if limit is None else min(limit, end))
        return (
            Digits(self.train_images[fit], self.train_labels[fit]),
            Digits(self.train_images[end:], self.train_labels[end:]),
        )


def load_mnist(
    folder: Path | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    progress: Progress | None = None,
) -> Mnist:
    """Load MNIST from a folder of its four IDX files, or download it.

    Parameters
    ----------
    folder : Path, optional
        Holds the four files, plain or gzip. Other data in the same format are taken too, and
        their ``name`` and ``verified`` say so. Without it the user's cache directory is used.

    Raises
    ------
    DatasetError
        If a file is missing, damaged or not of MNIST's format, or no mirror gave it.
    """
    if folder is None:
        kept = cache_folder() / "mnist"
        contents = [
            fetch(f"{name}.gz", sha256, kept / f"{name}.gz", mirrors, progress)
            for name, sha256 in FILES.items()
        ]
    else:
        contents = [_read_content(folder, name) for name in FILES]
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    verified = hashes == list(FILES.values())
    images, labels, test_images, test_labels = (
        _parse(content, name) for content, name in zip(contents, FILES, strict=True)
    )
    _check_pair(images, labels, "training", folder)
    _check_pair(test_images, test_labels, "test", folder)
    return Mnist(
        "MNIST" if verified else f"{folder} (MNIST's format, but not MNIST's content)",
        images,
        labels,
        test_images,
        test_labels,
        sha256=hashlib.sha256("".join(hashes).encode()).hexdigest(),
        verified=verified,
    )


def _read_content(folder: Path, name: str) -> bytes:
    """Read one IDX file, unpacked, under any of the names it is commonly kept by."""
    dotted = name.replace("-idx", ".idx")
    for path in (folder / f"{stem}{end}" for stem in (name, dotted) for end in ("", ".gz")):
        if not path.is_file():
            continue
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise DatasetError("the file is larger than 1 GiB")
            return unpack(path.read_bytes())
        except (OSError, DatasetError) as error:
            raise DatasetError(f"{path}: {error}") from error
    raise DatasetError(
        f"{folder}: no {name} or {name}.gz; the folder must hold MNIST's four IDX files: "
        + ", ".join(FILES)
    )


def _parse(content: bytes, name: str) -> npt.NDArray[np.uint8]:
    """Turn an IDX file of bytes into an array (N, 28, 28) or (N,), as its ``name`` promises."""
    axes = 3 if "images" in name else 1
    start = 4 + 4 * axes
    if len(content) < start or content[:4] != bytes((0, 0, 8, axes)):
        raise DatasetError(f"{name}: not an IDX file of {axes}-dimensional unsigned bytes")
    shape = tuple(int(side) for side in np.frombuffer(content, ">u4", axes, offset=4))
    if math.prod(shape) != len(content) - start:
        raise DatasetError(
            f"{name}: the header promises {math.prod(shape)} values, "
            f"the file holds {len(content) - start}"
        )
    if axes == 3 and shape[1:] != (GLYPH_SIZE, GLYPH_SIZE):
        raise DatasetError(f"{name}: images of {shape[1]}×{shape[2]} pixels, not 28×28")
    array = np.frombuffer(content, np.uint8, offset=start).reshape(shape)
    if axes == 1 and array.size and array.max() > 9:
        raise DatasetError(f"{name}: a label is {array.max()}, not 0…9")
    return array


def _check_pair(images: Images, labels: Labels, part: str, folder: Path | None) -> None:
    if len(images) != len(labels) or not len(images):
        raise DatasetError(
            f"{folder}: {len(images)} {part} images and {len(labels)} {part} labels; "
            "there must be as many of each, and some"
        )
