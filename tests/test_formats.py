"""TIFF and JPEG 2000 as other programs write them, and JPEG 2000 that was damaged on purpose.

The fax files were made by libtiff's ``tiffcp -c g3`` and ``-c g4`` from `fax_page`; where tiffcp is
installed, more kinds are made with it.
"""

from __future__ import annotations

import base64
import io
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import tifffile

from digitscan.errors import PageError
from digitscan.scan.pages import load_page
from digitscan.scan.sources import find_pages
from digitscan.values import PageRef

Pixels = npt.NDArray[Any]
FAX = {
    "g3": (
        "SUkqABgBAAAAE1BkABNQZAATXLcAE1y3ABNdwbHwATXcGx8AE13BsfABNdwbHwATXc3EcyDfABNdzcRzIN8A"
        "E13NxHDDm+ACa7m4jhhzfABNdzcRww5vgAmu5uI4Yc3wATXc3EcMOb4AJrubiOGHN8AE13NxHCOEfABNdzcR"
        "wjhHwATXcwwjhHwATXcwwjhHwATXcF3COEfABNdwXcI4R8AE13BdwjhHwATXcF3COEfABNdwXcI4R8AE13Bd"
        "wjhHwATXcF3COEfABNdwXcI4R8AE13BdwjhHwATXcF3COEfABNdwXcI4R8AE13BdwjhHwATXcGx8AE13BsfA"
        "BNdwbHwATXcGx8AE1y3ABNctwATUGQAE1BkAAA4AAAEDAAEAAAAwAAAAAQEDAAEAAAAoAAAAAwEDAAEAAAAD"
        "AAAABgEDAAEAAAABAAAAEQEEAAEAAAAIAAAAEgEDAAEAAAABAAAAFQEDAAEAAAABAAAAFgEDAAEAAAAoAAAA"
        "FwEEAAEAAAAPAQAAGgEFAAEAAADGAQAAGwEFAAEAAADOAQAAHAEDAAEAAAABAAAAKAEDAAEAAAABAAAAMQEC"
        "AAwAAADWAQAAAAAAAAEAAAABAAAAAQAAAAEAAAB0aWZmZmlsZS5weQA="
    ),
    "g4": (
        "SUkqAEgAAAAmoMnOW/y4Nn///ybkRyZH///kMP///////////5COP//8f//5Bd////////////////////Ef"
        "///j/HgAgAgADgAAAQMAAQAAADAAAAABAQMAAQAAACgAAAADAQMAAQAAAAQAAAAGAQMAAQAAAAEAAAARAQQA"
        "AQAAAAgAAAASAQMAAQAAAAEAAAAVAQMAAQAAAAEAAAAWAQMAAQAAACgAAAAXAQQAAQAAAD8AAAAaAQUAAQAA"
        "APYAAAAbAQUAAQAAAP4AAAAcAQMAAQAAAAEAAAAoAQMAAQAAAAEAAAAxAQIADAAAAAYBAAAAAAAAAQAAAAEA"
        "AAABAAAAAQAAAHRpZmZmaWxlLnB5AA=="
    ),
}


def fax_page() -> Pixels:
    """Black and white, 40 rows and 48 columns: a number in a frame."""
    page = np.full((40, 48), 255, np.uint8)
    page[2:38, 2:46] = 0
    page[4:36, 4:44] = 255
    page[8:20, 9:11] = page[18:20, 9:22] = page[8:32, 20:22] = 0
    page[8:10, 27:39] = page[8:16, 37:39] = page[16:32, 32:34] = 0
    return page


def grey_page() -> Pixels:
    noise = np.random.default_rng(5).normal(0, 5, (200, 150))
    page = np.clip(230 + noise, 0, 255).astype(np.uint8)
    cv2.putText(page, "31", (10, 120), cv2.FONT_HERSHEY_SIMPLEX, 3, 20, 8)
    return page


def load(folder: Path, data: bytes, max_mpixels: float = 250) -> Pixels:
    path = folder / "page.bin"
    path.write_bytes(data)
    return load_page(PageRef(str(path)), max_mpixels=max_mpixels).image


def refusal(folder: Path, data: bytes, max_mpixels: float = 250) -> str:
    with pytest.raises(PageError) as caught:
        load(folder, data, max_mpixels)
    return str(caught.value)


# TIFF.


@pytest.mark.parametrize("kind", ["g3", "g4"])
def test_faxes(tmp_path: Path, kind: str) -> None:
    np.testing.assert_array_equal(load(tmp_path, base64.b64decode(FAX[kind])), fax_page())


@pytest.mark.parametrize("compression", [1, 5, 8, 32773])
def test_tiffs_of_opencv(tmp_path: Path, compression: int) -> None:
    options = (cv2.IMWRITE_TIFF_COMPRESSION, compression)
    data = cv2.imencode(".tif", grey_page(), options)[1].tobytes()
    np.testing.assert_array_equal(load(tmp_path, data), grey_page())


def test_jpeg_in_tiff(tmp_path: Path) -> None:
    options = (cv2.IMWRITE_TIFF_COMPRESSION, 7, cv2.IMWRITE_TIFF_ROWSPERSTRIP, 16)
    page = np.dstack([grey_page()] * 3)
    page[20:60, 20:60] = (200, 40, 40)
    read = load(tmp_path, cv2.imencode(".tif", page, options)[1].tobytes())
    assert np.abs(read.astype(int) - page.min(axis=2)).mean() < 4


@pytest.mark.parametrize(
    "options",
    [
        {"tile": (64, 64)},
        {"tile": (64, 64), "compression": "zlib"},
        {"bigtiff": True},
        {"rowsperstrip": 7, "byteorder": ">"},
        {"compression": "zlib", "predictor": True},
    ],
)
def test_tiffs_of_tifffile(tmp_path: Path, options: dict[str, Any]) -> None:
    out = io.BytesIO()
    tifffile.imwrite(out, grey_page(), **options)
    np.testing.assert_array_equal(load(tmp_path, out.getvalue()), grey_page())


@pytest.mark.parametrize("big", [False, True])
def test_pages_of_different_kinds_in_one_tiff(tmp_path: Path, big: bool) -> None:
    pages = [grey_page(), grey_page()[::2], np.dstack([grey_page()[:50]] * 3)]
    path = tmp_path / "many.tif"
    with tifffile.TiffWriter(path, bigtiff=big) as writer:
        for page, tile in zip(pages, (None, (32, 32), None), strict=True):
            writer.write(page, tile=tile, photometric="rgb" if page.ndim == 3 else "minisblack")
    read = [load_page(ref).image for ref in find_pages([str(path)])]
    assert [page.shape for page in read] == [page.shape[:2] for page in pages]
    np.testing.assert_array_equal(read[1], pages[1])


@pytest.mark.skipif(shutil.which("tiffcp") is None, reason="needs libtiff's tiffcp")
@pytest.mark.parametrize(
    "options", ["-c g3", "-c g3:2d", "-c g4", "-c lzw -t", "-c zip -8", "-c packbits -B -s"]
)
def test_tiffs_of_tiffcp(tmp_path: Path, options: str) -> None:
    out = io.BytesIO()
    tifffile.imwrite(out, fax_page() > 0, photometric="minisblack")
    (tmp_path / "in.tif").write_bytes(out.getvalue())
    command = ["tiffcp", *options.split(), "in.tif", "in.tif", "out.tif"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    refs = list(find_pages([str(tmp_path / "out.tif")]))
    assert len(refs) == 2
    for ref in refs:
        np.testing.assert_array_equal(load_page(ref).image, fax_page())


# JPEG 2000.


def jp2(page: Pixels) -> bytes:
    options = (cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000)
    return cv2.imencode(".jp2", page, options)[1].tobytes()


def codestream(data: bytes) -> bytes:
    return data[data.index(b"\xff\x4f\xff\x51") :]


@pytest.mark.parametrize("bare", [False, True])
def test_jpeg_2000_with_and_without_boxes(tmp_path: Path, bare: bool) -> None:
    data = jp2(grey_page())
    read = load(tmp_path, codestream(data) if bare else data)
    assert np.abs(read.astype(int) - grey_page()).max() <= 2


@pytest.mark.parametrize("ending", ["jp2", "j2k", "jpx"])
def test_jpeg_2000_is_found_in_folders(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a.{ending}").write_bytes(jp2(grey_page()))
    assert [load_page(ref).image.shape for ref in find_pages([str(tmp_path)])] == [(200, 150)]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.999])
def test_jpeg_2000_that_was_cut_off(tmp_path: Path, share: float) -> None:
    for data in (jp2(grey_page()), codestream(jp2(grey_page()))):
        message = refusal(tmp_path, data[: int(len(data) * share)])
        assert "damaged or cut-off JPEG 2000 image" in message


def test_the_codestream_counts_and_not_what_its_box_says(tmp_path: Path) -> None:
    data = bytearray(jp2(grey_page()))
    size = data.index(b"\xff\x51") + 6
    data[size : size + 8] = struct.pack(">II", 60_000, 50_000)
    message = refusal(tmp_path, bytes(data))
    assert "60,000 x 50,000 pixels are 3,000 megapixels, over the limit of 250" in message


def test_absurdly_many_code_blocks_are_refused(tmp_path: Path) -> None:
    data = bytearray(codestream(jp2(grey_page())))
    data[8:16] = struct.pack(">II", 10_000, 10_000)
    tile = 8 + 16
    data[tile : tile + 8] = struct.pack(">II", 10_000, 10_000)
    coding = data.index(b"\xff\x52")
    data[coding + 10 : coding + 12] = b"\0\0"
    assert "it is cut into too many blocks" in refusal(tmp_path, bytes(data))


def test_padding_after_a_bare_codestream_does_no_harm(tmp_path: Path) -> None:
    assert load(tmp_path, codestream(jp2(grey_page())) + bytes(100)).shape == (200, 150)
