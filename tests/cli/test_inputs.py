"""Names of inputs, as arguments and in lists."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from digitscan.cli import inputs
from digitscan.cli.inputs import name_inputs
from digitscan.errors import UsageError


def listed(folder: Path, data: bytes, *, null: bool = False) -> list[str]:
    path = folder / "list"
    path.write_bytes(data)
    return list(name_inputs((), str(path), null=null))


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", []),
        (b"a.png", ["a.png"]),
        (b"a.png\nb b.png\n", ["a.png", "b b.png"]),
        (b"\n\na.png\r\n\r\n-\n", ["a.png", "-"]),
    ],
)
def test_one_name_a_line(tmp_path: Path, data: bytes, names: list[str]) -> None:
    assert listed(tmp_path, data) == names


def test_zero_bytes_end_names_that_hold_anything(tmp_path: Path) -> None:
    data = b"a\n1.png\0\0 b\r\0\xff.png\0last"
    names = ["a\n1.png", " b\r", os.fsdecode(b"\xff.png"), "last"]
    assert listed(tmp_path, data, null=True) == names


@pytest.mark.parametrize("size", [1, 3, 7])
def test_names_across_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(inputs, "_CHUNK", size)
    assert listed(tmp_path, b"first.png\nx\n\nlast.png") == ["first.png", "x", "last.png"]


def test_arguments_come_before_the_list(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("b\n")
    assert list(name_inputs(("a",), str(tmp_path / "list"), null=False)) == ["a", "b"]


def test_a_list_is_read_as_its_names_are_asked_for() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"a.png\nb.png\n")
    names = name_inputs((), f"/dev/fd/{reading}", null=False)
    assert [next(names), next(names)] == ["a.png", "b.png"]
    os.write(writing, b"c.png\n")
    assert next(names) == "c.png"
    os.close(writing)
    assert list(names) == []
    os.close(reading)


def test_a_list_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, b"a.png\n-\n")
    assert list(name_inputs((), "-", null=False)) == ["a.png", os.devnull]


def test_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no INPUTS"):
        name_inputs((), None, null=False)
    with pytest.raises(UsageError, match="--null needs --files-from"):
        name_inputs(("a",), None, null=True)
    with pytest.raises(UsageError, match="can't be both a page and the list"):
        name_inputs(("a", "-"), "-", null=False)
    with pytest.raises(UsageError, match=r"missing: the list can't be read: No such file"):
        name_inputs((), str(tmp_path / "missing"), null=False)
    with pytest.raises(UsageError, match="Is a directory"):
        name_inputs((), str(tmp_path), null=False)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="the list can't be read"):
        name_inputs((), "-", null=False)


def test_what_is_no_list_is_left(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no list of names"):
        list(name_inputs((), "/dev/zero", null=False))
    with pytest.raises(UsageError, match="holds no list of names"):
        listed(tmp_path, b"x" * 200_000)
