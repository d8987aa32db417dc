"""Tiny whole files of each format, and what damages them: a seed in, bytes out."""

from __future__ import annotations

import random
import struct
import tempfile
import zlib
from pathlib import Path

import cv2
import numpy as np

FORMATS = ("png", "jpg", "tif", "bmp", "webp", "jp2", "pdf", "onnx")
NUMBERS = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000)
PDF_WORDS = (
    *(b"0", b"-1", b"65536", b"2147483648", b"1e9", b"<<", b">>", b"[", b"]", b"null", b"5 0 R"),
    *(b"/Kids", b"/Count", b"/Width", b"/Filter/FlateDecode", b"endobj", b"stream", b"/Parent"),
)
Image = np.ndarray


def make_seeds(kind: str) -> list[bytes]:
    """Whole files of a format, some kilobytes each."""
    if kind == "onnx":
        return [tiny_model()]
    grey = np.full((24, 32), 230, np.uint8)
    cv2.putText(grey, "7", (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 20, 2)
    colour = np.dstack([grey, grey, np.flipud(grey)])
    if kind == "pdf":
        return [tiny_pdf(grey, b"DCTDecode"), tiny_pdf(grey, b"FlateDecode"), form_pdf()]
    if kind == "tif":
        return [encode(kind, each, 259, way) for each in (grey, colour) for way in (1, 5, 8, 32773)]
    if kind == "jp2":
        # OpenCV writes none that is smaller than its five levels of detail.
        grey, colour = (cv2.resize(each, (64, 64)) for each in (grey, colour))
    seeds = [encode(kind, grey), encode(kind, colour)]
    if kind == "png":
        seeds.append(encode(kind, grey.astype(np.uint16) * 257))
    if kind == "jp2":
        seeds += [data[data.index(b"\xff\x4f\xff\x51") :] for data in seeds]
    return seeds


def encode(kind: str, picture: Image, *options: int) -> bytes:
    return cv2.imencode(f".{kind}", picture, options)[1].tobytes()


def tiny_model() -> bytes:
    """Give a model that says the same of every glyph."""
    from digitscan.glyph.card import ModelCard
    from digitscan.learn.export import Network, write_model
    from digitscan.values import CLASS_COUNT

    network = Network()
    pixels = network.reshape("glyphs", -1, 28 * 28)
    weights = np.zeros((28 * 28, CLASS_COUNT), np.float32)
    scores = network.affine(pixels, weights, np.eye(CLASS_COUNT)[7])
    card = ModelCard(
        name="seven",
        kind="logistic",
        deskew=False,
        data="none",
        data_sha256="00",
        seed=0,
        temperature=0.1,
        made_by="0",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seven.onnx"
        write_model(path, network.classifier(scores, temperature=0.1), card)
        return path.read_bytes()


def tiny_pdf(picture: Image, coding: bytes) -> bytes:
    """One page that is a scan."""
    high, wide = picture.shape
    flat = zlib.compress(picture.tobytes())
    data = encode("jpg", picture) if coding == b"DCTDecode" else flat
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray" % (wide, high)
    return join_pdf(
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 32 24]/Contents 4 0 R"
        b"/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 26>>\nstream\nq 32 0 0 24 0 0 cm /I Do Q\nendstream",
        b"<<%s/BitsPerComponent 8/Filter/%s/Length %d>>\nstream\n%s\nendstream"
        % (head, coding, len(data), data),
    )


def form_pdf() -> bytes:
    """Two small pages with text, lines and a field."""
    text = b"BT /F 9 Tf 2 8 Td (47) Tj ET 1 1 20 20 re S"
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 40 30]/Contents 5 0 R/Annots[7 0 R]"
        b"/Resources<</Font<</F 6 0 R>>>>>>"
    )
    field = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(12)/F 4/Rect[1 1 30 12]/DA(/F 8 Tf 0 g)"
        b"/AP<</N 8 0 R>>>>"
    )
    return join_pdf(
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        page,
        page,
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        field,
        b"<</Type/XObject/Subtype/Form/BBox[0 0 29 11]/Length 11>>\nstream\n1 1 9 9 re f"
        b"\nendstream",
        catalog=b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[7 0 R]>>>>",
    )


def join_pdf(*objects: bytes, catalog: bytes = b"<</Type/Catalog/Pages 2 0 R>>") -> bytes:
    data, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, body in enumerate((catalog, *objects), 1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    count = len(objects) + 2
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(data))
    return data + b"xref\n0 %d\n" % count + table + end


def mutate(kind: str, whole: bytes, chance: random.Random) -> bytes:
    """Damage a file in one to eight places, more often near its start, where the sizes stand."""
    data = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        place = chance.randrange(len(data) if chance.random() < 0.6 else min(200, len(data)))
        damage(kind, data, place, chance)
        if not data:
            break
    if kind == "png" and chance.random() < 0.7:
        return with_checksums(bytes(data))
    if kind == "pdf" and chance.random() < 0.9 and b"%%EOF" not in data[-2048:]:
        data += b"\n%%EOF"
    return bytes(data)


def damage(kind: str, data: bytearray, place: int, chance: random.Random) -> None:
    match chance.randrange(7):
        case 0:
            data[place] ^= 1 << chance.randrange(8)
        case 1:
            data[place] = chance.randrange(256)
        case 2:
            order = chance.choice("<>") + chance.choice("HI")
            mask = (1 << 8 * struct.calcsize(order)) - 1
            number = struct.pack(order, chance.choice(NUMBERS) & mask)
            data[place : place + len(number)] = number
        case 3:
            if chance.random() < 0.3:
                del data[place:]
            else:
                del data[place : place + chance.randrange(1, 9)]
        case 4:
            other = chance.randrange(len(data))
            data[place:place] = data[other : other + chance.randrange(1, 65)]
        case 5:
            data[place:place] = chance.randbytes(chance.randrange(1, 9))
        case _ if kind == "pdf":
            data[place : place + chance.randrange(9)] = chance.choice(PDF_WORDS)
        case _:
            other = chance.randrange(len(data))
            size = chance.randrange(1, 33)
            data[place : place + size] = data[other : other + size]


def with_checksums(data: bytes) -> bytes:
    """Make the checksums of a PNG right again, so that what they guard is reached."""
    made, place = data[:8], 8
    while place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        body = data[place + 4 : place + 8 + length]
        made += data[place : place + 4] + body + zlib.crc32(body).to_bytes(4, "big")
        place += 12 + length
    return made
