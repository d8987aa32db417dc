"""Hostile names and links: what digitscan writes stays where it was told, and on its own line."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from pdfs import scans_pdf

from digitscan.errors import OutputError
from digitscan.report.files import write_bytes
from digitscan.report.formats import make_writer
from digitscan.report.overlay import OverlayFolder
from digitscan.scan.sources import find_pages
from digitscan.values import (
    Box,
    Field,
    FieldKind,
    PageRef,
    PageResult,
    Reading,
    Record,
    Status,
)

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = (
    "../../up.png",
    "/etc/passwd",
    "a\nb,c.png",
    "\x1b[2J\x1b]0;title\x07.png",
    "\u202egnp.exe",
    "\udcff\udc80.png",
    '=HYPERLINK("http://x","y").png',
    "@SUM(1)\t.png",
    '"quoted".png',
    "..",
    "nul\0.png",
    "x" * 300,
)

PICTURE = cv2.imencode(".png", np.zeros((2, 2, 3), np.uint8))[1].tobytes()


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("format_name", ["csv", "tsv"])
def test_a_name_stays_in_its_cell(format_name: str, name: str) -> None:
    ref = PageRef(name)
    field = Field(name, Box(1, 2, 3, 4), FieldKind.BOX)
    result = PageResult(ref, (Record(ref, field, Reading("7", 0.9, Status.OK)),))
    out = io.StringIO()
    writer = make_writer(format_name)
    writer.open(out)
    writer.write(result)
    writer.write(PageResult(ref, problem=name))
    text = out.getvalue()
    assert len(text.splitlines()) == 3
    assert all(char.isprintable() or char in "\t\n" for char in text)
    assert text.encode().decode() == text
    delimiter = "," if format_name == "csv" else "\t"
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+"))]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_picture_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "pictures"
    path = OverlayFolder(folder, [PageRef(name)]).write(0, PICTURE)
    assert path.resolve().parent == folder.resolve()
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


@pytest.mark.parametrize("dangling", [False, True])
def test_a_picture_is_not_written_through_a_link(tmp_path: Path, dangling: bool) -> None:
    outside = tmp_path / "mine.png"
    folder = tmp_path / "pictures"
    folder.mkdir()
    if not dangling:
        outside.write_text("mine")
    for link in ("a.png", "a.part"):
        (folder / link).symlink_to(outside)
    with pytest.raises(OutputError, match="exists already"):
        OverlayFolder(folder, [PageRef("a.png")])
    path = OverlayFolder(folder, [PageRef("a.png")], overwrite=True).write(0, PICTURE)
    assert not path.is_symlink()
    assert cv2.imread(str(path)) is not None
    assert not outside.exists() if dangling else outside.read_text() == "mine"


def test_a_link_put_there_meanwhile_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "mine"
    outside.write_text("mine")
    (tmp_path / "a.part").symlink_to(outside)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    with pytest.raises(OutputError, match="can't be written: File exists"):
        write_bytes(tmp_path / "a.png", b"other")
    assert outside.read_text() == "mine"


def test_a_folder_is_not_left_through_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(cv2.imencode(".png", np.zeros((2, 2)))[1].tobytes())
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "way out").symlink_to(outside)
    assert [ref.source for ref in find_pages([str(inside)], recursive=True)] == [str(inside)]


@pytest.mark.parametrize("name", ["scan.png", "scan.pdf"])
def test_reading_connects_to_nobody_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    scan = ROOT / "samples" / "exam_blank" / "scan.png"
    if name == "scan.pdf":
        picture = cv2.imread(str(scan))
        assert picture is not None
        scan = tmp_path / name
        scan.write_bytes(scans_pdf([picture]))
    code = (
        "import sys\n"
        "def forbid(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.bind'):\n"
        "        raise SystemExit(event)\n"
        "sys.addaudithook(forbid)\n"
        "import digitscan\n"
        "print(len(digitscan.Reader().read_file(sys.argv[1]).records))\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    folders = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME"), str(home))
    environment = {key: value for key, value in os.environ.items() if "TELEMETRY" not in key}
    done = subprocess.run(
        [sys.executable, "-c", code, str(scan)],
        env={**environment, **folders},
        cwd=home,
        capture_output=True,
        text=True,
    )
    assert int(done.stdout) > 10, done.stderr
    assert list(home.iterdir()) == []
