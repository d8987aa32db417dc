"""Names in, references to pages out, and whatever can't be found becomes a reference that fails."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from pdfs import scans_pdf

from digitscan.errors import PageError
from digitscan.scan import opening, streams
from digitscan.scan.pages import load_page
from digitscan.scan.selection import parse_pages
from digitscan.scan.sources import find_pages
from digitscan.scan.tiff import MAX_FRAMES
from digitscan.values import PageRef


def draw(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", np.full((4, 5), 200, np.uint8))[1].tobytes())
    return path


def names(inputs: Sequence[str | Path], *, recursive: bool = False) -> list[str]:
    pages = find_pages([str(name) for name in inputs], recursive=recursive)
    return [Path(page.source).name for page in pages]


def problem(page: PageRef) -> str:
    with pytest.raises(PageError) as caught:
        load_page(page)
    return str(caught.value)


def tiff_chain(kinds: Sequence[int], last_next: int = 0, order: str = "<") -> bytes:
    """Chain of TIFF directories with a NewSubfileType each; `last_next` ends it."""
    data = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    for number, kind in enumerate(kinds):
        after = last_next if number == len(kinds) - 1 else len(data) + 18
        data += struct.pack(order + "HHHIII", 1, 254, 4, 1, kind, after)
    return data


def test_no_inputs_give_no_pages() -> None:
    assert list(find_pages([])) == []


def test_input_order_and_duplicates_are_kept(tmp_path: Path) -> None:
    b, a = draw(tmp_path / "b.png"), draw(tmp_path / "a.png")
    assert names([b, a, b]) == ["b.png", "a.png", "b.png"]


def test_folder_is_sorted_by_the_numbers_in_names(tmp_path: Path) -> None:
    for name in ("page10.png", "page2.PNG", "page1.tif", "notes.txt", "._page1.png"):
        draw(tmp_path / name)
    assert names([tmp_path]) == ["page1.tif", "page2.PNG", "page10.png"]


def test_folders_inside_are_read_only_when_asked(tmp_path: Path) -> None:
    draw(tmp_path / "z.png")
    draw(tmp_path / "day10" / "b.png")
    draw(tmp_path / "day9" / "a.png")
    draw(tmp_path / "day9" / ".hidden" / "c.png")
    (tmp_path / "day1").mkdir()
    (tmp_path / "day9" / "round").symlink_to(tmp_path)
    assert names([tmp_path]) == ["z.png"]
    assert names([tmp_path], recursive=True) == ["z.png", "a.png", "b.png"]


def test_folder_without_images_becomes_a_page_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    good = draw(tmp_path / "scans" / "a.png")
    pages = list(find_pages([str(tmp_path), str(good)]))
    assert pages == [PageRef(str(tmp_path)), PageRef(str(good))]
    assert "folder holds no images" in problem(pages[0])
    assert load_page(pages[1]).image.shape == (4, 5)


def test_folder_that_cannot_be_listed_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(tmp_path / "closed" / "a.png")
    draw(tmp_path / "open.png")
    real = Path.iterdir

    def refuse(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert names([tmp_path], recursive=True) == ["open.png", "closed"]
    assert "can't be opened (Permission denied)" in problem(PageRef(str(tmp_path / "closed")))


def test_missing_names_become_pages_that_fail(tmp_path: Path) -> None:
    file = draw(tmp_path / "a.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "gone.png")
    bad = [
        str(tmp_path / "missing.png"),
        str(file / "inside.png"),
        str(tmp_path / "none-*.png"),
        str(tmp_path / "dangling.png"),
        str(tmp_path / ("x" * 5000)),
        "nul\0.png",
        "nul\0*.png",
        "",
    ]
    pages = list(find_pages([*bad, str(file)]))
    assert [page.source for page in pages] == [*bad, str(file)]
    for page in pages[:-1]:
        assert "no such file" in problem(page) or "can't be opened" in problem(page)
    assert "Not a directory" in problem(pages[1])


def test_dangling_link_in_a_folder_is_not_lost(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "gone.png")
    assert names([tmp_path]) == ["a.png", "b.png"]


def test_patterns_that_the_shell_left_are_expanded(tmp_path: Path) -> None:
    for name in ("s10.png", "s9.png", "deep/s1.png"):
        draw(tmp_path / name)
    assert names([tmp_path / "s*.png"]) == ["s9.png", "s10.png"]
    assert names([tmp_path / "**" / "s1.png"]) == ["s1.png"]
    assert names([tmp_path / "d*"]) == ["s1.png"]


def test_file_with_pattern_characters_in_its_name_is_itself(tmp_path: Path) -> None:
    draw(tmp_path / "form1.png")
    assert names([draw(tmp_path / "form[1].png")]) == ["form[1].png"]


@pytest.mark.parametrize("name", ["two words.png", "Übung ٣.png", "line\nbreak.png", "scan.xyz"])
def test_any_name_works_as_file_and_in_a_pattern(tmp_path: Path, name: str) -> None:
    path = draw(tmp_path / name)
    for given in (path, tmp_path / "*"):
        (page,) = find_pages([str(given)])
        assert page == PageRef(str(path))
        assert load_page(page).image.shape == (4, 5)


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def two_pages(folder: Path, kind: str) -> bytes:
    pages = [np.full((6, 7), level, np.uint8) for level in (10, 20)]
    if kind == "pdf":
        return scans_pdf(pages)
    assert cv2.imwritemulti(str(folder / "two.tif"), pages)
    return (folder / "two.tif").read_bytes()


@pytest.mark.parametrize("kind", ["tif", "pdf"])
def test_all_pages_come_through_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    feed(monkeypatch, two_pages(tmp_path, kind))
    pages = list(find_pages(["-"]))
    assert pages == [PageRef("-"), PageRef("-", 1)]
    monkeypatch.setattr(sys, "stdin", None)
    assert [int(load_page(page).image[0, 0]) for page in pages] == [10, 20]


@pytest.mark.parametrize("kind", ["tif", "pdf"])
def test_all_pages_come_through_a_named_pipe(tmp_path: Path, kind: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(two_pages(tmp_path, kind),))
    writer.start()
    pages = list(find_pages([str(pipe)]))
    writer.join()
    assert [int(load_page(page).image[0, 0]) for page in pages] == [10, 20]


def test_standard_input_without_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    for data, words in ((b"", "the file is empty"), (b"text", "not an image"), (None, "nothing")):
        if data is None:
            monkeypatch.setattr(sys, "stdin", None)
        else:
            feed(monkeypatch, data)
        (page,) = find_pages(["-"])
        assert problem(page).startswith("standard input: ") and words in problem(page)


def test_a_pipe_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    (page,) = find_pages(["/dev/zero"])
    assert "/dev/zero: not an image" in problem(page)
    for module in (streams, opening):
        monkeypatch.setattr(module, "STREAM_LIMIT", 3_000_000)
    feed(monkeypatch, b"\x89PNG\r\n\x1a\n" + bytes(9_000_000))
    (page,) = find_pages(["-"])
    assert Path(page.copy).stat().st_size < 5_000_000
    assert "standard input: holds more than 2 MiB" in problem(page)


def test_copies_of_pipes_are_gone_when_the_program_ends(tmp_path: Path) -> None:
    code = (
        "from digitscan.scan.sources import find_pages\n"
        "(page,) = find_pages(['-'])\n"
        "print(page.copy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=draw(tmp_path / "a.png").read_bytes(),
        capture_output=True,
        check=True,
    )
    copy = Path(done.stdout.decode().strip())
    assert not copy.exists() and not copy.parent.exists()


@pytest.mark.parametrize("kind", ["tif", "pdf"])
def test_pages_are_chosen_of_each_file_that_has_several(tmp_path: Path, kind: str) -> None:
    many = tmp_path / f"two.{kind}"
    many.write_bytes(two_pages(tmp_path, kind))
    single = draw(tmp_path / "a.png")
    names = [str(many), str(single), str(many)]
    chosen = find_pages(names, pages=parse_pages("2-"))
    assert [(Path(page.source).name, page.index) for page in chosen] == [
        (many.name, 1),
        ("a.png", 0),
        (many.name, 1),
    ]
    (missing,) = find_pages([str(many)], pages=parse_pages("7-"))
    assert "page 7: the file holds no such page" in problem(missing)


def test_inputs_are_taken_one_by_one(tmp_path: Path) -> None:
    taken = []

    def names() -> Iterator[str]:
        for name in ("a.png", "b.png"):
            taken.append(name)
            yield str(draw(tmp_path / name))

    next(find_pages(names()))
    assert taken == ["a.png"]


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_gives_its_pages_but_not_their_thumbnails(tmp_path: Path, order: str) -> None:
    path = tmp_path / "many.tif"
    path.write_bytes(tiff_chain([0, 1, 2, 4, 0], order=order))
    assert [page.index for page in find_pages([str(path)])] == [0, 2, 4]


def test_tiff_is_known_by_its_bytes_and_written_by_another_program(tmp_path: Path) -> None:
    frames = [np.full((6, 7), level, np.uint8) for level in (10, 20, 30)]
    path = tmp_path / "fax.dat"
    assert cv2.imwritemulti(str(tmp_path / "fax.tif"), frames)
    (tmp_path / "fax.tif").rename(path)
    pages = list(find_pages([str(path)]))
    assert [page.index for page in pages] == [0, 1, 2]
    assert [int(load_page(page).image[0, 0]) for page in pages] == [10, 20, 30]


def test_big_tiff_gives_its_pages(tmp_path: Path) -> None:
    first = struct.pack("<QHHQII", 1, 254, 4, 1, 0, 0) + struct.pack("<Q", 16 + 36)
    second = struct.pack("<QHHQII", 1, 254, 4, 1, 0, 0) + struct.pack("<Q", 0)
    path = tmp_path / "big.tif"
    path.write_bytes(b"II+\0" + struct.pack("<HHQ", 8, 0, 16) + first + second)
    assert [page.index for page in find_pages([str(path)])] == [0, 1]


def test_tiff_chain_that_breaks_off_gives_a_page_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "cut.tif"
    path.write_bytes(tiff_chain([0, 0], last_next=5000))
    pages = list(find_pages([str(path)]))
    assert [page.index for page in pages] == [0, 1, 2]
    assert "cut.tif, page 3:" in problem(pages[2])


def test_tiff_that_points_beyond_any_file_gives_a_page_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "far.tif"
    path.write_bytes(b"II+\0" + struct.pack("<HHQ", 8, 0, 1 << 63))
    (page,) = find_pages([str(path)])
    assert "far.tif: " in problem(page)


def test_tiff_chain_in_a_circle_ends(tmp_path: Path) -> None:
    path = tmp_path / "circle.tif"
    path.write_bytes(tiff_chain([0, 0], last_next=8))
    assert [page.index for page in find_pages([str(path)])] == [0, 1]


def test_endless_tiff_is_refused_after_its_first_pages(tmp_path: Path) -> None:
    path = tmp_path / "endless.tif"
    path.write_bytes(tiff_chain([0] * (MAX_FRAMES + 5)))
    pages = list(find_pages([str(path)]))
    assert len(pages) == MAX_FRAMES + 1
    assert "more than 10,000 pages" in problem(pages[-1])
