"""Addresses: fetched when named, bounded, and without traces; nothing is touched otherwise."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import fsspec
import numpy as np
import pytest
from pdfs import scans_pdf

from digitscan.errors import PageError
from digitscan.scan import opening, remote, streams
from digitscan.scan.pages import load_page
from digitscan.scan.sources import find_pages
from digitscan.values import PageRef


def png(level: int = 7) -> bytes:
    return cv2.imencode(".png", np.full((5, 6), level, np.uint8))[1].tobytes()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and keeps what it was asked for."""

    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A server on this machine with a scan, a TIFF and a PDF of two pages, and a zip."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "a.png").write_bytes(png())
    pages = [np.full((8, 9), level, np.uint8) for level in (10, 20)]
    assert cv2.imwritemulti(str(folder / "two.tif"), pages)
    (folder / "two.pdf").write_bytes(scans_pdf(pages))
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("in/b.png", png(9))
    Quiet.asked.clear()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def levels(*inputs: str) -> list[int]:
    return [int(load_page(ref).image[0, 0]) for ref in find_pages(inputs)]


def problem(address: str) -> str:
    with pytest.raises(PageError) as caught:
        load_page(PageRef(address))
    return str(caught.value)


def test_http(site: str) -> None:
    assert levels(f"{site}/a.png", f"{site}/two.tif", f"{site}/two.pdf") == [7, 10, 20, 10, 20]


def test_a_single_image_is_fetched_once_and_only_when_loaded(site: str) -> None:
    (ref,) = find_pages([f"{site}/a.png"])
    assert Quiet.asked == []
    load_page(ref)
    assert Quiet.asked == ["/a.png"]


def test_the_pages_of_a_file_come_from_one_copy(site: str) -> None:
    refs = list(find_pages([f"{site}/two.pdf"]))
    Quiet.asked.clear()
    for ref in refs:
        load_page(ref)
    assert Quiet.asked == ["/two.pdf"]


def test_a_file_that_was_replaced_is_fetched_again(site: str, tmp_path: Path) -> None:
    assert levels(f"{site}/a.png") == [7]
    (tmp_path / "site" / "a.png").write_bytes(png(8))
    assert levels(f"{site}/a.png") == [8]


def test_zip_here_and_elsewhere(site: str, tmp_path: Path) -> None:
    archive = tmp_path / "site" / "x.zip"
    fsspec.filesystem("memory").pipe("/x.zip", archive.read_bytes())
    assert levels(f"zip://in/b.png::{archive}", "zip://in/b.png::memory://x.zip") == [9, 9]


def test_patterns(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    for name in ("b", "a"):
        memory.pipe(f"/scans/{name}.png", png(ord(name)))
    assert levels("memory://scans/*.png") == [97, 98]
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as filled:
        filled.writestr("in/b.png", png(9))
    (ref,) = find_pages([f"zip://in/*.png::{archive}"])
    assert ref.source == f"zip://in/b.png::{archive}"
    assert "no such file" in problem("memory://none/*.png")


def test_what_is_not_there(site: str, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"no zip")
    assert "no such file" in problem(f"{site}/missing.png")
    assert "can't be opened" in problem("http://127.0.0.1:9/a.png")
    assert "can't be opened" in problem(f"zip://a.png::{tmp_path / 'no.zip'}")
    assert "no such file" in problem(f"zip://missing.png::{tmp_path / 'site' / 'x.zip'}")
    assert "not an image of a known format" in problem(f"{site}/x.zip")


@pytest.mark.parametrize(
    "address",
    [
        "filecache://a.png::http://127.0.0.1:9/a.png",
        "simplecache::http://127.0.0.1:9/a.png",
        "reference://a.png",
        "github://a:b@c/d.png",
        "x1+y://a.png",
    ],
)
def test_kinds_of_addresses_that_are_not_read(address: str) -> None:
    assert "not a kind of address that is read" in problem(address)
    assert list(find_pages([address])) == [PageRef(address)]


def test_a_size_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (streams, opening, remote):
        monkeypatch.setattr(module, "STREAM_LIMIT", 3_000_000)
    fsspec.filesystem("memory").pipe("/long.png", png() + bytes(5_000_000))
    assert "holds more than 2 MiB" in problem("memory://long.png")


def test_nothing_is_left_behind(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    levels(f"{site}/two.pdf", f"{site}/a.png")
    assert len(list(place.iterdir())) <= 1
    code = (
        "import sys\n"
        "from digitscan.scan.pages import load_page\n"
        "from digitscan.values import PageRef\n"
        "load_page(PageRef(sys.argv[1]))\n"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    subprocess.run(
        [sys.executable, "-c", code, f"{site}/a.png"],
        check=True,
        env={**os.environ, "TMPDIR": str(empty), "HOME": str(empty)},
    )
    assert list(empty.iterdir()) == []


def test_without_fsspec_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    message = problem("https://host/a.png")
    assert "addresses need fsspec, not installed; pip install 'digitscan[remote]'" in message
    assert list(find_pages(["s3://bucket/*.png"])) == [PageRef("s3://bucket/*.png")]


def test_a_library_that_is_missing_for_one_kind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    assert "install that package" in problem("s3://bucket/a.png")


@pytest.mark.parametrize("name", ["a:b.png", "12://x", "http:/a.png", "C:\\a.png", "x::y.png"])
def test_names_that_are_no_addresses(name: str) -> None:
    assert not remote.is_remote(name)
    assert "no such file" in problem(name)
