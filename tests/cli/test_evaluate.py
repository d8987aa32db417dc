from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from digitscan.cli import evaluate as command
from digitscan.cli.main import main
from digitscan.errors import ModelError, UsageError
from digitscan.values import (
    CLASS_COUNT,
    Box,
    Field,
    FieldKind,
    GreyImage,
    PageRef,
    PageResult,
    Probabilities,
    Reading,
    Record,
    Status,
)

TEST_LABELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1]
TEST_SAID = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 7, 1]
READ = {"a.png": ("0042", Status.OK), "b.png": ("7", Status.OK)}


class Dictated:
    """A classifier that says what the first pixel of a glyph tells it to, 80 % sure."""

    def classify(self, glyphs: GreyImage) -> Probabilities:
        rows = np.full((len(glyphs), CLASS_COUNT), 0.02, np.float32)
        rows[np.arange(len(glyphs)), np.minimum(glyphs[:, 0, 0], 10)] = 0.8
        return rows


class FakeReader:
    """A reader that knows by a file's name what stands in it."""

    def __init__(self, classifier: object) -> None:
        pass

    def read_ref(self, ref: PageRef) -> tuple[None, PageResult]:
        if not Path(ref.source).exists():
            return None, PageResult(ref, problem="no such file")
        value, status = READ[Path(ref.source).name]
        place = Field("f", Box(0, 0, 1, 1), FieldKind.BOX)
        return None, PageResult(ref, (Record(ref, place, Reading(value, 0.95, status)),))


def load_fake(model: str) -> Dictated:
    if model == "missing":
        raise ModelError("missing: no such model")
    return Dictated()


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "load_classifier", load_fake)
    monkeypatch.setattr(command, "Reader", FakeReader)


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """A folder in MNIST's format, whose test digits are read with two errors."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, labels, said in (("train", [5], [5]), ("t10k", TEST_LABELS, TEST_SAID)):
        images = np.zeros((len(labels), 28, 28), np.uint8)
        images[:, 0, 0] = said
        images[:, 10:18, 10:18] = 255
        header = struct.pack(">4B3I", 0, 0, 8, 3, len(labels), 28, 28)
        packed = gzip.compress(header + images.tobytes())
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(packed)
        plain = struct.pack(">4BI", 0, 0, 8, 1, len(labels)) + bytes(labels)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(plain)
    return folder


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in READ:
        cv2.imwrite(str(folder / name), np.full((8, 8), 255, np.uint8))
    truth = {"a.png": {"values": ["0042", "1"]}, "b.png": {"values": []}, "c.png": {"values": []}}
    (folder / "truth.json").write_text(json.dumps({"pages": truth}))
    return folder


def evaluate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def objects(*arguments: str | Path) -> list[dict[str, Any]]:
    result = evaluate(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_the_three_shipped_models_are_measured_by_default(mnist: Path) -> None:
    found = objects("--data", mnist)
    assert [one["model"] for one in found] == ["logistic", "svm", "cnn"]
    assert len({one["data"] for one in found}) == 1 and "test" in found[0]["data"]


def test_json_gives_the_figures(mnist: Path) -> None:
    (one,) = objects("cnn", "--data", mnist)
    assert (one["n"], one["errors"], one["refused"]) == (12, 2, 1)
    assert one["accuracy"] == pytest.approx(10 / 12)
    assert one["ece"] == pytest.approx(10 / 12 - 0.8, abs=1e-6)
    assert one["interval"][0] < 10 / 12 < one["interval"][1]
    assert one["confusion"][9] == [0] * 10 + [1]
    assert one["classes"][1]["recall"] == pytest.approx(2 / 3)
    assert [point["rejected"] for point in one["rejected"]] == [0, 0.01, 0.02, 0.05, 0.1]
    assert one["rejected"][0]["error"] == pytest.approx(2 / 12)
    assert one["rejected"][-1]["kept"] == 11


def test_the_table_shows_every_model_and_its_matrix(mnist: Path) -> None:
    result = evaluate("cnn", "svm", "--data", mnist)
    lines = result.stdout.splitlines()
    assert "12 digits" in lines[0]
    assert lines[1].split()[:4] == ["model", "errors", "refused", "accuracy"]
    assert lines[2].split()[:4] == ["cnn", "2", "1", "83.33"]
    assert sum(line.startswith("true ") for line in lines) == 2
    assert result.stderr == ""


def test_a_model_named_twice_is_measured_once(mnist: Path) -> None:
    assert len(objects("cnn", "cnn", "--data", mnist)) == 1


def test_a_labelled_folder_takes_the_place_of_mnist(tmp_path: Path) -> None:
    picture = np.full((40, 40), 255, np.uint8)
    picture[5:35, 18:22] = 0
    for name in ("digits/1/a.png", "digits/0/b.png"):
        (tmp_path / name).parent.mkdir(parents=True)
        cv2.imwrite(str(tmp_path / name), picture)
    (one,) = objects("cnn", "--digits", tmp_path / "digits")
    assert (one["data"], one["n"], one["errors"]) == (str(tmp_path / "digits"), 2, 1)


def test_labelled_pages_are_read_and_scored(pages: Path) -> None:
    (one,) = objects("cnn", "--pages", pages)
    assert (one["n"], one["errors"], one["accuracy"]) == (2, 1, 0.5)
    assert (one["auto"], one["found"], one["harm"], one["order"]) == (1, 1, 1, 1)
    assert one["ece"] == pytest.approx(0.45)
    assert [page["problem"] for page in one["pages"]] == [None, None, "no such file"]


def test_pages_and_digits_are_measured_together(pages: Path, mnist: Path) -> None:
    result = evaluate("cnn", "--pages", pages, "--data", mnist)
    assert "12 digits" in result.stdout and "2 values on 3 pages" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["b.png", "0", "0", "0", "1", "0"] in rows


def test_the_truth_may_lie_elsewhere(pages: Path, tmp_path: Path) -> None:
    (pages / "truth.json").rename(tmp_path / "other.json")
    assert evaluate("cnn", "--pages", pages).exit_code == 4
    (one,) = objects("cnn", "--pages", pages, "--truth", tmp_path / "other.json")
    assert one["found"] == 1


def test_pictures_are_drawn(mnist: Path, pages: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pictures"
    sources: list[str | Path] = ["--data", mnist, "--pages", pages, "--plots", folder]
    assert evaluate("m/cnn.onnx", "svm", *sources).exit_code == 0
    ends = [file.name.removesuffix(".png") for file in folder.iterdir()]
    for what in ("confusion", "reliability", "errors"):
        assert sum(end.endswith(f"m-cnn-{what}") for end in ends) == 1
        assert sum(end.endswith(f"test-svm-{what}") for end in ends) == 1
    assert sum(end.endswith("risk-coverage") for end in ends) == 2
    assert len(ends) == 8


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["missing"], 6, "missing: no such model"),
        (["--truth", __file__], 2, "--pages"),
        (["--data", "/nowhere/at/all"], 2, "does not exist"),
    ],
)
def test_what_is_wrong_is_told(arguments: list[str], code: int, told: str) -> None:
    result = evaluate(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr


def test_missing_matplotlib_is_told_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise UsageError("install it with: pip install 'digitscan[train]'")

    monkeypatch.setattr("digitscan.measure.plots.require_matplotlib", refuse)
    result = evaluate("missing", "--plots", tmp_path)
    assert result.exit_code == 2
    assert "digitscan[train]" in result.stderr


def test_evaluating_needs_no_training_library() -> None:
    heavy = "{'tensorflow', 'keras', 'sklearn', 'skimage', 'matplotlib', 'onnx'}"
    code = f"import sys, digitscan.cli.evaluate; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
