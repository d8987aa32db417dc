"""Files in, pages out; and whatever the bytes, a page or a clear refusal.

The files are written by OpenCV or byte by byte, so that no writer and reader share a mistake.
"""

from __future__ import annotations

import io
import os
import resource
import struct
import sys
import threading
import time
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitscan.errors import PageError
from digitscan.scan import opening, pages, streams
from digitscan.scan.pages import load_page
from digitscan.values import Page, PageRef

Pixels = npt.NDArray[Any]
ENDINGS = (".png", ".jpg", ".tif", ".bmp", ".webp", ".jp2")


def encode(ending: str, pixels: Pixels, *options: int) -> bytes:
    return cv2.imencode(ending, pixels, options)[1].tobytes()


def load(folder: Path, data: bytes, max_mpixels: float = 250) -> Page:
    path = folder / "page.bin"
    path.write_bytes(data)
    return load_page(PageRef(str(path)), max_mpixels=max_mpixels)


def refusal(folder: Path, data: bytes, max_mpixels: float = 250) -> str:
    with pytest.raises(PageError) as caught:
        load(folder, data, max_mpixels)
    message = str(caught.value)
    assert message.startswith(f"{folder / 'page.bin'}: ") and "; " in message
    return message


def png(width: int, height: int, depth: int, kind: int, rows: bytes, *extra: bytes) -> bytes:
    """PNG with `rows` (each after its filter byte) and extra chunks (type + data)."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    chunks = (header, *extra, b"IDAT" + zlib.compress(rows), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )


def tiff(pixels: Pixels, photometric: int = 1, **tags: int) -> bytes:
    """One-strip TIFF; `pixels` is (H, W) or (H, W, C) of any number type, in its own byte order."""
    samples = 1 if pixels.ndim == 2 else pixels.shape[2]
    order = ">" if pixels.dtype.str[0] == ">" else "<"
    form = {"u": 1, "i": 2, "f": 3}[pixels.dtype.kind]
    entries = {
        256: pixels.shape[1],
        257: pixels.shape[0],
        258: pixels.dtype.itemsize * 8,
        259: 1,
        262: photometric,
        273: 8,
        277: samples,
        278: pixels.shape[0],
        279: pixels.nbytes,
        339: form,
        **{int(tag[1:]): value for tag, value in tags.items()},
    }
    many = {258, 339} if samples > 1 else set()
    start = 8 + pixels.nbytes
    after = start + 2 + 12 * len(entries) + 4
    directory, beyond = struct.pack(order + "H", len(entries)), b""
    for tag, value in sorted(entries.items()):
        if tag in many:
            directory += struct.pack(order + "HHII", tag, 3, samples, after + len(beyond))
            beyond += struct.pack(order + "H", value) * samples
        else:
            directory += struct.pack(order + "HHII", tag, 4, 1, value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", start)
    return head + pixels.tobytes() + directory + bytes(4) + beyond


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    block = b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, 274, 3, 1, orientation) + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


@pytest.fixture(scope="module")
def grey() -> Pixels:
    """Noisy grey page with lines of text, 61 rows and 83 columns."""
    noise = np.random.default_rng(3).normal(0, 3, (61, 83))
    page = np.clip(235 + noise, 0, 255).astype(np.uint8)
    for row in (20, 40, 60):
        cv2.putText(page, "1234567", (2, row), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 20, 1)
    return page


@pytest.fixture(scope="module")
def colour(grey: Pixels) -> Pixels:
    page = np.stack([grey] * 3, axis=2)
    cv2.putText(page, "42", (10, 45), cv2.FONT_HERSHEY_SIMPLEX, 1, (200, 60, 30), 2)
    return page


# What formats hold.


@pytest.mark.parametrize("ending", ENDINGS)
def test_grey_is_read_as_opencv_reads_it(tmp_path: Path, grey: Pixels, ending: str) -> None:
    data = encode(ending, grey)
    page = load(tmp_path, data)
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert page.colour is None and page.image.dtype == np.uint8
    np.testing.assert_array_equal(page.image, expected)


@pytest.mark.parametrize("ending", ENDINGS)
def test_colour_is_read_as_opencv_reads_it(tmp_path: Path, colour: Pixels, ending: str) -> None:
    data = encode(ending, colour)
    page = load(tmp_path, data)
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert page.colour is not None and expected is not None and page.colour.dtype == np.uint8
    np.testing.assert_array_equal(page.colour, expected)
    np.testing.assert_array_equal(page.image, expected.min(axis=2))


def test_colour_channels_that_hold_only_greys_are_grey(tmp_path: Path, grey: Pixels) -> None:
    tinted = np.stack([grey - 12, grey, grey], axis=2)
    assert load(tmp_path, encode(".png", tinted)).colour is None


def test_small_coloured_mark_on_a_large_page_is_seen(tmp_path: Path) -> None:
    sheet = np.full((3508, 2480, 3), 255, np.uint8)
    cv2.putText(sheet, "7", (1200, 1700), cv2.FONT_HERSHEY_SIMPLEX, 2, (40, 40, 220), 5)
    page = load(tmp_path, encode(".png", sheet, cv2.IMWRITE_PNG_COMPRESSION, 1))
    assert page.colour is not None and page.image.min() == 40


def test_16_bit_grey_is_scaled(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    page = load(tmp_path, encode(".png", ramp))
    np.testing.assert_array_equal(page.image, np.arange(256).reshape(16, 16))


def test_16_bit_colour_is_scaled(tmp_path: Path) -> None:
    sheet = np.full((8, 8, 3), (65535, 32896, 0), np.uint16)
    page = load(tmp_path, encode(".png", sheet))
    assert page.colour is not None and page.colour[0, 0].tolist() == [255, 128, 0]


@pytest.mark.parametrize(
    ("samples", "photometric", "expected"),
    [
        (np.array([[0, 2048, 4095]], "<u2"), 1, [0, 128, 255]),
        (np.array([[0, 32896, 65535]], ">u2"), 1, [0, 128, 255]),
        (np.array([[0, 32896, 65535]], "<u2"), 0, [255, 127, 0]),
        (np.array([[0, 128, 255]], "|u1"), 0, [255, 127, 0]),
        (np.array([[-5, 500, 1023]], "<i2"), 1, [0, 125, 255]),
        (np.array([[0, 100000, 200000]], "<i4"), 1, [0, 128, 255]),
        (np.array([[0, 0.5, 1]], "<f4"), 1, [0, 128, 255]),
        (np.array([[0, 0.5, 1]], ">f4"), 1, [0, 128, 255]),
        (np.array([[-3, 128, 255]], "<f4"), 1, [0, 128, 255]),
        (np.array([[np.nan, np.inf, 1]], "<f4"), 1, [0, 0, 255]),
    ],
)
def test_deep_tiff_samples_are_scaled_by_their_range(
    tmp_path: Path, samples: Pixels, photometric: int, expected: list[int]
) -> None:
    assert load(tmp_path, tiff(samples, photometric)).image[0].tolist() == expected


def test_all_black_deep_samples_stay_black(tmp_path: Path) -> None:
    assert (
        load(tmp_path, encode(".png", np.zeros((3, 4), np.uint16))).image.tolist() == [[0] * 4] * 3
    )


def test_transparent_parts_show_white_paper(tmp_path: Path) -> None:
    layered = np.zeros((2, 3, 4), np.uint8)
    layered[0, :, 3] = (0, 128, 255)
    page = load(tmp_path, encode(".png", layered))
    assert page.image.tolist() == [[255, 127, 0], [255, 255, 255]]


def test_transparent_grey_shows_white_paper(tmp_path: Path) -> None:
    rows = b"\0" + bytes((0, 0, 0, 255, 100, 255))
    page = load(tmp_path, png(3, 1, 8, 4, rows))
    assert page.colour is None and page.image.tolist() == [[255, 0, 100]]


def test_palette_is_looked_up(tmp_path: Path) -> None:
    palette = b"PLTE" + bytes((255, 255, 255, 0, 0, 200, 10, 10, 10))
    page = load(tmp_path, png(3, 1, 8, 3, b"\0" + bytes((0, 1, 2)), palette))
    assert page.image.tolist() == [[255, 0, 10]]
    assert page.colour is not None and page.colour[0, 1].tolist() == [200, 0, 0]


def test_transparent_palette_entry_shows_white_paper(tmp_path: Path) -> None:
    palette = b"PLTE" + bytes((0, 0, 0, 90, 90, 90))
    page = load(tmp_path, png(2, 1, 8, 3, b"\0\0\1", palette, b"tRNS\0"))
    assert page.colour is None and page.image.tolist() == [[255, 90]]


def test_1_bit_becomes_black_and_white(tmp_path: Path) -> None:
    page = load(tmp_path, png(10, 1, 1, 0, bytes((0, 0b10100000, 0b01000000))))
    assert page.image.tolist() == [[255, 0, 255, 0, 0, 0, 0, 0, 0, 255]]
    assert page.image.dtype == np.uint8


def test_cmyk_tiff_becomes_colour(tmp_path: Path) -> None:
    inks = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0]]], np.uint8)
    page = load(tmp_path, tiff(inks, photometric=5))
    assert page.image.tolist() == [[255, 0, 0]]
    assert page.colour is not None and page.colour[0, 2].tolist() == [255, 255, 0]


def test_cmyk_jpeg_of_adobe_is_not_inverted(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("CMYK", (16, 16), (0, 0, 0, 0)).save(buffer, "JPEG")
    assert load(tmp_path, buffer.getvalue()).image.min() > 250


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_of_jpeg_is_applied(
    tmp_path: Path, colour: Pixels, orientation: int
) -> None:
    data = with_exif(encode(".jpg", colour), orientation)
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    page = load(tmp_path, data)
    assert expected is not None and page.colour is not None
    np.testing.assert_array_equal(page.colour, expected)


@pytest.mark.parametrize("file_format", ["png", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_other_formats_is_applied_once(
    tmp_path: Path, file_format: str, orientation: int
) -> None:
    upright = np.array([[10, 20, 30], [40, 50, 60]], np.uint8)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    if file_format == "tiff":
        data = tiff(np.ascontiguousarray(stored), t274=orientation)
    else:
        height, width = stored.shape
        rows = b"".join(b"\0" + row.tobytes() for row in stored)
        exif = b"eXIfII*\0" + struct.pack("<IHHHII", 8, 1, 274, 3, 1, orientation) + bytes(4)
        data = png(width, height, 8, 0, rows, exif)
    assert load(tmp_path, data).image.tolist() == upright.tolist()


def test_broken_exif_does_not_spoil_the_page(tmp_path: Path, grey: Pixels) -> None:
    whole = with_exif(encode(".jpg", grey), 6)
    broken = whole.replace(b"II*\0\x08\0\0\0", b"II*\0\xff\xff\xff\xff")
    assert broken != whole
    assert load(tmp_path, broken).image.shape == grey.shape


@pytest.mark.parametrize(
    ("across", "down", "expected"),
    [(11811, 11811, 300.0), (787, 787, None), (11811, 5906, None), (10**6, 10**6, None)],
)
def test_dpi_is_taken_where_plausible(
    tmp_path: Path, across: int, down: int, expected: float | None
) -> None:
    density = b"pHYs" + struct.pack(">IIB", across, down, 1)
    page = load(tmp_path, png(1, 1, 8, 0, b"\0\0", density))
    assert page.dpi == (None if expected is None else pytest.approx(expected, abs=0.1))


def test_smallest_page(tmp_path: Path) -> None:
    for ending in set(ENDINGS) - {".jp2"}:  # OpenCV writes none of that size.
        assert load(tmp_path, encode(ending, np.zeros((1, 1), np.uint8))).image.shape == (1, 1)


def test_page_of_a_tiff_is_chosen_by_its_index(tmp_path: Path, grey: Pixels) -> None:
    path = tmp_path / "two.tif"
    assert cv2.imwritemulti(str(path), [grey, 255 - grey])
    np.testing.assert_array_equal(load_page(PageRef(str(path), 1)).image, 255 - grey)
    with pytest.raises(PageError, match=r"two\.tif, page 3: the file holds no such page"):
        load_page(PageRef(str(path), 2))


# What is refused.


def test_empty_file(tmp_path: Path) -> None:
    assert "the file is empty" in refusal(tmp_path, b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"just some text", "known format (PNG, JPEG, TIFF, BMP, WEBP, JPEG 2000 or PDF)"),
        (b"GIF89a" + bytes(30), "not an image of a known format"),
        (b"%PDF-1.7\n", "damaged or cut-off PDF (its end is missing)"),
    ],
)
def test_other_files_are_named_as_such(tmp_path: Path, data: bytes, words: str) -> None:
    assert words in refusal(tmp_path, data)


def test_names_are_shown_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "Übung\n1.png"
    path.write_bytes(b"")
    with pytest.raises(PageError) as caught:
        load_page(PageRef(str(path)))
    assert "/Übung\\n1.png: the file is empty" in str(caught.value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_cut_off_files_are_refused(tmp_path: Path, colour: Pixels, ending: str) -> None:
    data = encode(ending, colour)
    for share in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        assert "damaged or cut-off" in refusal(tmp_path, data[: int(len(data) * share)])


@pytest.mark.parametrize("options", [(), (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)])
def test_jpeg_that_was_cut_off_and_closed_again_is_refused(
    tmp_path: Path, grey: Pixels, options: tuple[int, ...]
) -> None:
    sheet = cv2.resize(grey, (640, 480))
    data = encode(".jpg", sheet, *options)
    for share in (0.2, 0.5, 0.8):
        message = refusal(tmp_path, data[: int(len(data) * share)] + b"\xff\xd9")
        assert "the pixels end too early" in message


def test_jpeg_cut_off_at_a_restart_marker_is_refused(tmp_path: Path, grey: Pixels) -> None:
    data = encode(".jpg", cv2.resize(grey, (640, 480)), cv2.IMWRITE_JPEG_RST_INTERVAL, 2)
    for marker in (b"\xff\xd0", b"\xff\xd5"):
        cut = data.index(marker, len(data) // 2)
        assert "the pixels end too early" in refusal(tmp_path, data[:cut] + b"\xff\xd9")


def test_whole_jpeg_that_ends_in_the_fillers_grey_is_read(tmp_path: Path) -> None:
    data = encode(".jpg", np.full((100, 90), 128, np.uint8))
    assert np.unique(load(tmp_path, data).image).tolist() == [128]


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_zeros_in_place_of_the_end_are_refused(tmp_path: Path, grey: Pixels, ending: str) -> None:
    data = encode(ending, grey)
    middle = len(data) // 2
    refusal(tmp_path, data[:middle] + bytes(len(data) - middle))


def test_zeros_after_the_end_do_no_harm(tmp_path: Path, grey: Pixels) -> None:
    for ending in (".png", ".jpg"):
        assert load(tmp_path, encode(ending, grey) + bytes(500)).image.shape == grey.shape


def test_flipped_bit_in_a_png_is_refused(tmp_path: Path, grey: Pixels) -> None:
    data = bytearray(png(83, 61, 8, 0, b"".join(b"\0" + row.tobytes() for row in grey)))
    data[len(data) // 2] ^= 4
    assert "damaged or cut-off PNG image" in refusal(tmp_path, bytes(data))


def huge_headers() -> dict[str, bytes]:
    """Valid small files whose headers say 60,000 x 60,000."""
    dot = np.zeros((1, 1), np.uint8)
    jpeg = encode(".jpg", dot)
    frame = jpeg.index(b"\xff\xc0") + 5
    bmp = encode(".bmp", dot)
    canvas = b"VP8X" + struct.pack("<II", 10, 0) + (59_999).to_bytes(3, "little") * 2
    return {
        "png": png(60_000, 60_000, 1, 0, b"\0"),
        "jpeg": jpeg[:frame] + struct.pack(">HH", 60_000, 60_000) + jpeg[frame + 4 :],
        "bmp": bmp[:18] + struct.pack("<ii", 60_000, 60_000) + bmp[26:],
        "tiff": tiff(dot, t256=60_000, t257=60_000),
        "webp": b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas,
    }


@pytest.mark.parametrize("file_format", ["png", "jpeg", "bmp", "tiff", "webp"])
def test_huge_header_is_refused_before_memory_is_taken(tmp_path: Path, file_format: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    message = refusal(tmp_path, huge_headers()[file_format])
    assert "60,000 x 60,000 pixels are 3,600 megapixels, over the limit of 250" in message
    assert "--max-mpixels" in message
    assert time.perf_counter() - start < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("ending", ENDINGS)
def test_limit_is_the_callers(tmp_path: Path, grey: Pixels, ending: str) -> None:
    data = encode(ending, grey)
    assert "over the limit of 0.005" in refusal(tmp_path, data, max_mpixels=0.005)
    assert load(tmp_path, data, max_mpixels=0.0051).image.shape == grey.shape


@pytest.mark.parametrize("ending", [".png", ".jpg", ".bmp"])
def test_pillows_own_limit_does_not_count(
    tmp_path: Path, grey: Pixels, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert load(tmp_path, encode(ending, grey)).image.shape == grey.shape


@pytest.mark.parametrize("ending", [".tif", ".webp"])
def test_limit_of_a_decoder_is_a_refusal(
    tmp_path: Path, grey: Pixels, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    data = tiff(grey) if ending == ".tif" else encode(ending, grey)
    try:
        page = load(tmp_path, data)
    except PageError as error:
        assert "decoder; save it as PNG" in str(error)
    else:
        assert page.image.shape == grey.shape


def test_memory_that_runs_out_is_a_refusal(
    tmp_path: Path, grey: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(_: Image.Image) -> Pixels:
        raise MemoryError

    monkeypatch.setattr(pages, "upright_pixels", exhausted)
    assert "not enough memory" in refusal(tmp_path, encode(".png", grey))


def test_folder_with_images_is_not_an_image(tmp_path: Path, grey: Pixels) -> None:
    (tmp_path / "a.png").write_bytes(encode(".png", grey))
    with pytest.raises(PageError, match="a folder, not an image"):
        load_page(PageRef(str(tmp_path)))


# Standard input and pipes.


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("ending", ENDINGS)
def test_standard_input_holds_an_image(
    monkeypatch: pytest.MonkeyPatch, grey: Pixels, ending: str
) -> None:
    feed(monkeypatch, encode(ending, grey))
    assert load_page(PageRef("-")).image.shape == grey.shape


def test_standard_input_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, b"")
    with pytest.raises(PageError, match=r"^standard input: the file is empty"):
        load_page(PageRef("-"))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(PageError, match="standard input: nothing is connected"):
        load_page(PageRef("-"))


def test_standard_input_without_end_is_cut(monkeypatch: pytest.MonkeyPatch, grey: Pixels) -> None:
    for module in (streams, opening):
        monkeypatch.setattr(module, "STREAM_LIMIT", 5_000_000)
    feed(monkeypatch, encode(".png", grey) + bytes(7_000_000))
    with pytest.raises(PageError, match="standard input: holds more than 4 MiB"):
        load_page(PageRef("-"))


def test_device_without_end_is_left_at_once() -> None:
    with pytest.raises(PageError, match="not an image"):
        load_page(PageRef("/dev/zero"))


def test_named_pipe_is_read(tmp_path: Path, grey: Pixels) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(encode(".png", grey),))
    writer.start()
    np.testing.assert_array_equal(load_page(PageRef(str(pipe))).image, grey)
    writer.join()


# Laws.

BEGINNINGS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"II*\0",
    b"MM\0*",
    b"BM",
    b"RIFF....WEBP",
    b"",
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any") / "page.bin"


@pytest.fixture(scope="module")
def whole_files(grey: Pixels, colour: Pixels) -> list[bytes]:
    files = [encode(ending, pixels) for ending in ENDINGS for pixels in (grey, colour)]
    files += [with_exif(encode(".jpg", grey), 6), tiff(grey), tiff(colour, 2)]
    files += [tiff(grey.astype("<f4")), encode(".png", grey.astype(np.uint16))]
    return files


def page_or_refusal(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    try:
        page = load_page(PageRef(str(file)), max_mpixels=4)
    except PageError as error:
        assert str(error).startswith(f"{file}: ") and "\n" not in str(error)
    else:
        assert page.image.ndim == 2 and page.image.dtype == np.uint8 and page.image.size
        assert page.colour is None or page.colour.shape == (*page.image.shape, 3)


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_a_page_or_a_refusal(file: Path, beginning: bytes, data: bytes) -> None:
    page_or_refusal(file, beginning + data)


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_files_give_a_page_or_a_refusal(
    file: Path, whole_files: list[bytes], data: st.DataObject
) -> None:
    damaged = bytearray(data.draw(st.sampled_from(whole_files)))
    near_the_head = st.integers(0, min(600, len(damaged) - 1))
    anywhere = st.integers(0, len(damaged) - 1)
    bytes_changed = st.tuples(near_the_head | anywhere, st.integers(0, 255))
    for place, value in data.draw(st.lists(bytes_changed, max_size=8)):
        damaged[place] = value
    if data.draw(st.booleans()):
        del damaged[data.draw(anywhere) :]
    page_or_refusal(file, bytes(damaged))


@pytest.mark.real_data
def test_real_scans_are_read_as_opencv_reads_them(real_data: Path) -> None:
    scans = [
        path
        for path in sorted((real_data / "pages").rglob("*"))
        if path.suffix.lower() in (".png", ".jpg", ".jpeg")
    ]
    assert len(scans) > 10
    for path in scans[::2]:
        page = load_page(PageRef(str(path)))
        expected = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert expected is not None and page.image.shape == expected.shape[:2]
        if page.colour is not None:
            assert np.abs(page.colour.astype(int) - expected).mean() < 1
        else:
            assert np.abs(page.image.astype(int) - expected.mean(axis=2)).mean() < 3


@pytest.mark.parametrize(
    ("across", "down", "stretch"),
    [(8031, 3858, 2.08), (3858, 8031, 0.48), (8031, 7716, 1.0), (8031, 1600, 1.0), (0, 3858, 1.0)],
)
def test_pixels_that_are_not_square_are_told_unless_they_are_too_odd(
    tmp_path: Path, across: int, down: int, stretch: float
) -> None:
    """A fax has 204 dots an inch across and 98 down."""
    density = b"pHYs" + struct.pack(">IIB", across, down, 1)
    page = load(tmp_path, png(1, 1, 8, 0, b"\0\0", density))
    assert page.stretch == pytest.approx(stretch, abs=0.01)


def test_a_page_on_its_side_has_its_pixels_on_their_side(tmp_path: Path) -> None:
    image = np.zeros((20, 40), np.uint8)
    data = io.BytesIO()
    Image.fromarray(image).save(data, "TIFF", dpi=(204, 98), tiffinfo={274: 6})
    page = load(tmp_path, data.getvalue())
    assert page.image.shape == (40, 20)
    assert page.stretch == pytest.approx(98 / 204)
