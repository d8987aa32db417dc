"""PDFs to test on: byte by byte where they are hostile, by other programs where they are not."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pikepdf
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Pixels = npt.NDArray[Any]
A4 = (595, 842)
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
USE_IMAGE = b"/Resources<</XObject<</I 5 0 R>>>>"
DRAW_IMAGE = b"q 500 0 0 500 0 0 cm /I Do Q"


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def page(box: bytes = b"0 0 595 842", more: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R%s>>" % (box, more)


def stream(head: bytes, data: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (head, len(data), data)


def packed(chunk: bytes, times: int) -> bytes:
    """``chunk`` so many times, in few bytes."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(chunk) for _ in range(times)) + packer.flush()


def grey_image(width: int, height: int, data: bytes, more: bytes = b"") -> bytes:
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (width, height)
    colours = b"/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/FlateDecode"
    return stream(head + colours + more, data)


def scans_pdf(scans: Sequence[Pixels], dpi: float = 200) -> bytes:
    """Each scan a page of its own, filled by it, as scanners make them."""
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=1)
    for scan in scans:
        height, width = (side * 72 / dpi for side in scan.shape[:2])
        canvas.setPageSize((width, height))
        coded = cv2.imencode(".png", scan)[1].tobytes()
        canvas.drawImage(ImageReader(io.BytesIO(coded)), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def searchable_pdf(scan: Pixels, text: str, mode: int) -> bytes:
    """A scan with text on it, drawn in a rendering mode: 3 is invisible, as OCR programs add it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=scan.shape[1::-1])
    coded = cv2.imencode(".png", scan)[1].tobytes()
    canvas.drawImage(ImageReader(io.BytesIO(coded)), 0, 0)
    words = canvas.beginText(20, 20)
    words.setTextRenderMode(mode)
    words.textLine(text)
    canvas.drawText(words)
    canvas.save()
    return out.getvalue()


def turned(data: bytes, degrees: int) -> bytes:
    """The same PDF with all its pages to be shown turned clockwise."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        for each in document.pages:
            each.rotate(degrees, relative=False)
        document.save(out)
    return out.getvalue()


def text_pdf(text: str = "1234", *, field: str = "", pages: int = 1) -> bytes:
    """A4 pages with a line of text and, where given, a form field filled with digits."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for _ in range(pages):
        canvas.setFont("Helvetica", 40)
        canvas.drawString(100, 700, text)
        if field:
            canvas.acroForm.textfield(
                value=field, x=100, y=300, width=300, height=50, fontSize=40, borderWidth=0
            )
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def encrypted(data: bytes, password: str, revision: int = 6) -> bytes:
    """Revision 6 is AES of 256 bits, 4 of 128, 3 and 2 are RC4. It opens with the password only."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        modern = revision > 3
        encryption = pikepdf.Encryption(
            owner=password + "!", user=password, R=revision, aes=modern, metadata=modern
        )
        document.save(out, encryption=encryption)
    return out.getvalue()


def drawn_scan(height: int = 300, width: int = 200) -> Pixels:
    """A grey scan that looks another way up on every side."""
    scan = np.full((height, width), 235, np.uint8)
    cv2.putText(scan, "27", (20, 120), cv2.FONT_HERSHEY_SIMPLEX, 3, 30, 8)
    scan[:10, : width // 2] = 0
    return scan
