"""PDFs in, pages out as they look on paper; hostile ones are refused, and none takes the reader
along."""

from __future__ import annotations

import io
import os
import resource
import signal
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from pdfs import (
    CATALOG,
    DRAW_IMAGE,
    PAGES,
    USE_IMAGE,
    drawn_scan,
    encrypted,
    grey_image,
    packed,
    page,
    raw_pdf,
    scans_pdf,
    searchable_pdf,
    stream,
    text_pdf,
    turned,
)

from digitscan.errors import PageError
from digitscan.scan import pdf
from digitscan.scan.pages import load_page
from digitscan.scan.sources import find_pages
from digitscan.values import Page, PageRef

MIB = bytes(1 << 20)


def keep(folder: Path, data: bytes) -> PageRef:
    path = folder / "form.pdf"
    path.write_bytes(data)
    return PageRef(str(path))


def load(folder: Path, data: bytes, max_mpixels: float = 250, password: str = "") -> Page:
    return load_page(keep(folder, data), max_mpixels=max_mpixels, password=password)


def refusal(folder: Path, data: bytes, max_mpixels: float = 250, password: str = "") -> str:
    with pytest.raises(PageError) as caught:
        load(folder, data, max_mpixels, password)
    assert str(caught.value).startswith(f"{folder / 'form.pdf'}: ")
    return str(caught.value)


# What is drawn.


@pytest.mark.parametrize("dpi", [100, 200, 300, 400])
def test_a_scanned_page_comes_out_pixel_for_pixel(tmp_path: Path, dpi: int) -> None:
    scan = drawn_scan()
    drawn = load(tmp_path, scans_pdf([scan], dpi))
    np.testing.assert_array_equal(drawn.image, scan)
    assert drawn.colour is None
    assert drawn.dpi == pytest.approx(dpi, abs=0.1)


def test_colour_stays_colour(tmp_path: Path) -> None:
    scan = np.dstack([drawn_scan()] * 3)
    scan[200:250, 50:150] = (200, 60, 30)
    drawn = load(tmp_path, scans_pdf([scan]))
    assert drawn.colour is not None
    np.testing.assert_array_equal(drawn.colour, scan)
    np.testing.assert_array_equal(drawn.image, scan.min(axis=2))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_turned(tmp_path: Path, turn: int) -> None:
    scan = drawn_scan()
    drawn = load(tmp_path, turned(scans_pdf([scan]), turn))
    np.testing.assert_array_equal(drawn.image, np.rot90(scan, -turn // 90))


@pytest.mark.parametrize("kind", [".jpg", ".jp2"])
def test_scans_that_the_pdf_holds_compressed(tmp_path: Path, kind: str) -> None:
    scan = drawn_scan()
    coded = cv2.imencode(kind, scan)[1].tobytes()
    coding = {".jpg": b"DCTDecode", ".jp2": b"JPXDecode"}[kind]
    head = b"/Type/XObject/Subtype/Image/Width 200/Height 300/ColorSpace/DeviceGray"
    image = stream(head + b"/BitsPerComponent 8/Filter/" + coding, coded)
    box, draw = b"0 0 72 108", stream(b"", b"72 0 0 108 0 0 cm /I Do")
    drawn = load(tmp_path, raw_pdf(CATALOG, PAGES, page(box, USE_IMAGE), draw, image))
    assert drawn.image.shape == scan.shape
    assert np.abs(drawn.image.astype(int) - scan).mean() < 3


def test_a_page_of_text_is_drawn_at_300_dpi(tmp_path: Path) -> None:
    drawn = load(tmp_path, text_pdf())
    assert (drawn.image.shape, drawn.dpi) == ((3509, 2480), 300.0)
    rows, columns = np.nonzero(drawn.image < 128)
    assert rows.min() == pytest.approx((842 - 700 - 29) / 72 * 300, abs=10)
    assert columns.min() == pytest.approx(102 / 72 * 300, abs=10)


def test_text_on_a_coarse_picture_is_not_drawn_as_coarsely(tmp_path: Path) -> None:
    image = grey_image(60, 84, packed(b"\xff" * 84, 84))
    content = b"q 595 0 0 842 0 0 cm /I Do Q 100 100 50 50 re f"
    data = raw_pdf(CATALOG, PAGES, page(more=USE_IMAGE), stream(b"", content), image)
    assert load(tmp_path, data).dpi == 300.0


def test_text_that_is_only_there_to_be_searched_changes_nothing(tmp_path: Path) -> None:
    scan = drawn_scan()
    searchable = load(tmp_path, searchable_pdf(scan, "27", 3))
    np.testing.assert_array_equal(searchable.image, scan)
    assert load(tmp_path, searchable_pdf(scan, "27", 0)).dpi == 300.0


def test_what_was_filled_into_a_form_is_drawn(tmp_path: Path) -> None:
    rows = slice((842 - 350) * 300 // 72, (842 - 300) * 300 // 72)
    filled, empty = (load(tmp_path, text_pdf(field=text)).image[rows] for text in ("42", " "))
    assert (filled < 100).sum() > (empty < 100).sum() + 1000


def test_a_large_page_is_drawn_as_finely_as_allowed(tmp_path: Path) -> None:
    drawn = load(tmp_path, text_pdf(), max_mpixels=4)
    assert 3.9e6 < drawn.image.size <= 4e6
    assert drawn.dpi == pytest.approx(203, abs=1)


def test_each_page_is_itself(tmp_path: Path) -> None:
    scans = [np.full((40, 30 + k), 50 * k, np.uint8) for k in range(1, 4)]
    refs = list(find_pages([keep(tmp_path, scans_pdf(scans)).source]))
    assert [ref.index for ref in refs] == [0, 1, 2]
    for ref, scan in zip(refs, scans, strict=True):
        np.testing.assert_array_equal(load_page(ref).image, scan)
    with pytest.raises(PageError, match=r"form\.pdf, page 4: the file holds no such page"):
        load_page(PageRef(refs[0].source, 3))


# Encryption.


@pytest.mark.parametrize("revision", [2, 3, 4, 6])
def test_an_encrypted_pdf_opens_with_its_password(tmp_path: Path, revision: int) -> None:
    scan = drawn_scan()
    data = encrypted(scans_pdf([scan, scan]), "öffne" if revision == 6 else "open", revision)
    right = "öffne" if revision == 6 else "open"
    np.testing.assert_array_equal(load(tmp_path, data, password=right).image, scan)
    assert "encrypted; give its password with --password" in refusal(tmp_path, data)
    assert "--password does not open it" in refusal(tmp_path, data, password="wrong")
    source = str(tmp_path / "form.pdf")
    assert list(find_pages([source])) == [PageRef(source)]
    assert len(list(find_pages([source], password=right))) == 2


def test_a_pdf_that_opens_without_a_password_does_so(tmp_path: Path) -> None:
    assert load(tmp_path, encrypted(text_pdf(), "")).image.min() == 0


# What is refused.


def test_damaged_pdfs(tmp_path: Path) -> None:
    whole = scans_pdf([drawn_scan()] * 2)
    for share in (0.1, 0.5, 0.9, 0.98):
        message = refusal(tmp_path, whole[: int(len(whole) * share)])
        assert "damaged or cut-off PDF (its end is missing)" in message
    assert "damaged or cut-off PDF (it can't be opened)" in refusal(tmp_path, b"%PDF-1.4\n%%EOF")
    assert list(find_pages([str(tmp_path / "form.pdf")])) == [PageRef(str(tmp_path / "form.pdf"))]


def test_a_table_of_places_that_is_wrong_is_made_again(tmp_path: Path) -> None:
    data = scans_pdf([drawn_scan()])
    assert load(tmp_path, data.replace(b"%PDF-", b"junk\n%PDF-", 1)).image.shape == (300, 200)


def test_pages_that_are_only_claimed(tmp_path: Path) -> None:
    claim = b"<</Type/Pages/Kids[3 0 R]/Count %d>>"
    ref = keep(tmp_path, raw_pdf(CATALOG, claim % 9000, page(), stream(b"", b"")))
    assert [found.index for found in find_pages([ref.source])] == [0, 1]
    kids = b"<</Type/Pages/Kids[%s]/Count 20000>>" % (b"3 0 R " * 20000)
    ref = keep(tmp_path, raw_pdf(CATALOG, kids, page(), stream(b"", b"")))
    refs = list(find_pages([ref.source]))
    assert len(refs) == 10_001
    with pytest.raises(PageError, match="more than 10,000 pages"):
        load_page(refs[-1])


def bombs() -> dict[str, tuple[bytes, str]]:
    """Small PDFs that would take gigabytes or for ever, and how they are refused."""
    huge = grey_image(60_000, 60_000, packed(MIB, 8))
    nested = [
        stream(
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I %d 0 R>>>>"
            % (k + 1),
            b"/I Do " * 10,
        )
        for k in range(5, 13)
    ]
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
    contents = stream(b"/Filter/FlateDecode", packed(b"0 0 m 9 9 l S " * 70_000, 100))
    memory = "takes more memory to draw than a page may"
    return {
        "box": (
            raw_pdf(CATALOG, PAGES, page(b"0 0 100000000 90000000"), stream(b"", b"")),
            "100,000,000 x 90,000,000 pixels are 9,000,000,000 megapixels, over the limit of 250",
        ),
        "image": (
            raw_pdf(CATALOG, PAGES, page(more=USE_IMAGE), stream(b"", DRAW_IMAGE), huge),
            "with an image of 60,000 x 60,000 pixels its images are over the limit of 250",
        ),
        "forms": (
            raw_pdf(
                CATALOG,
                PAGES,
                page(more=USE_IMAGE),
                stream(b"", DRAW_IMAGE),
                *nested,
                stream(form, b"0 0 m 9 9 l S"),
            ),
            memory,
        ),
        "contents": (raw_pdf(CATALOG, PAGES, page(), contents), memory),
    }


@pytest.mark.parametrize("bomb", ["box", "image", "forms", "contents"])
def test_a_bomb_is_refused_and_the_next_page_read(tmp_path: Path, bomb: str) -> None:
    data, words = bombs()[bomb]
    assert len(data) < 300_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert words in refusal(tmp_path, data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    now = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # A child counts as as large as this process until it starts its own program.
    assert now <= max(children, before, 1_200_000)
    assert load(tmp_path, scans_pdf([drawn_scan()])).image.shape == (300, 200)


def test_many_images_count_together(tmp_path: Path) -> None:
    image = grey_image(1000, 1000, packed(MIB, 1))
    draw = stream(b"", DRAW_IMAGE * 3)
    data = raw_pdf(CATALOG, PAGES, page(more=USE_IMAGE), draw, image)
    assert "its images are over the limit of 2.9" in refusal(tmp_path, data, 2.9)
    assert load(tmp_path, data, 3).image.size <= 3e6


def test_objects_within_objects_without_end(tmp_path: Path) -> None:
    deep = page(more=b"/X " + b"[" * 1_000_000)
    with_deep = raw_pdf(CATALOG, PAGES, deep, stream(b"", b"[" * 1_000_000))
    try:
        load(tmp_path, with_deep)
    except PageError as error:
        assert "damaged" in str(error)


def test_a_page_that_draws_for_ever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = stream(
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]"
        b"/XStep 0.001/YStep 0.001/Resources<<>>",
        b"0 0 m 9 9 l S",
    )
    use = b"/Resources<</Pattern<</P 5 0 R>>>>"
    content = stream(b"", b"/Pattern cs /P scn 0 0 500 500 re f")
    child = tmp_path / "child.py"
    code = Path(pdf.__file__).with_name("pdf_child.py").read_text()
    child.write_text(code.replace("CPU_SECONDS = 60", "CPU_SECONDS = 1"))
    pdf.end_child()
    monkeypatch.setattr(pdf, "_CHILD", child)
    try:
        data = raw_pdf(CATALOG, PAGES, page(more=use), content, pattern)
        assert "takes more than a minute to draw" in refusal(tmp_path, data)
    finally:
        pdf.end_child()


def test_a_child_that_was_killed_is_started_again(tmp_path: Path) -> None:
    data = scans_pdf([drawn_scan()])
    load(tmp_path, data)
    assert pdf._running is not None
    os.kill(pdf._running[1].pid, signal.SIGKILL)
    pdf._running[1].wait()
    assert load(tmp_path, data).image.shape == (300, 200)


def test_without_pdfium_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "PDFs need pypdfium2, not installed" in refusal(tmp_path, text_pdf())


def test_ctrl_c_is_not_for_the_child(tmp_path: Path) -> None:
    data = scans_pdf([drawn_scan()])
    load(tmp_path, data)
    assert pdf._running is not None
    child = pdf._running[1]
    os.kill(child.pid, signal.SIGINT)
    load(tmp_path, data)
    assert pdf._running[1] is child


def test_a_name_that_no_text_can_hold(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n\x1b.pdf")
    Path(path).write_bytes(scans_pdf([drawn_scan()]))
    assert load_page(PageRef(path)).image.shape == (300, 200)


def test_an_incremental_change_counts(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(scans_pdf([drawn_scan()] * 2))) as document:
        del document.pages[0]
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert len(list(find_pages([keep(tmp_path, out.getvalue()).source]))) == 1
