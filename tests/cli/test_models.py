from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from digitscan.cli.main import main
from digitscan.glyph import classifier
from digitscan.glyph.card import ModelCard
from digitscan.learn.export import Network, write_model

CARD = ModelCard(
    "own",
    "logistic",
    False,
    "noise",
    "00",
    4,
    1.0,
    "digitscan 0",
    counts={"digits": 55000},
    figures={"validation error": 0.0125, "labels unlike the original": 0.0},
)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["models", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of installed models, with one in it."""
    network = Network()
    pixels = network.reshape("glyphs", -1, 784)
    scores = network.affine(pixels, np.ones((784, 11)), np.zeros(11))
    write_model(tmp_path / "own.onnx", network.classifier(scores, 1.0), CARD)
    monkeypatch.setattr(classifier, "MODEL_FOLDERS", (tmp_path,))
    return tmp_path


def test_installed_models_are_listed_with_their_figures(folder: Path) -> None:
    result = run()
    assert result.exit_code == 0
    assert "own (logistic), 0.0" in result.stdout
    assert "validation error 1.25%" in result.stdout
    assert "55,000 digits" in result.stdout
    assert str(folder / "own.onnx") in result.stdout


@pytest.mark.parametrize(("kept", "check"), [(True, "ok"), (False, "changed")])
def test_the_hash_is_compared(folder: Path, kept: bool, check: str) -> None:
    digest = hashlib.sha256((folder / "own.onnx").read_bytes()).hexdigest()
    promised = digest if kept else digest[::-1]
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  other.onnx\n{promised}  own.onnx\n")
    assert f"{digest[:12]} ({check})" in run("own").stdout
    [entry] = json.loads(run(folder / "own.onnx", "--json").stdout)
    assert entry["check"] == check
    assert entry["sha256"] == digest
    assert entry["card"]["seed"] == 4
    assert entry["size_bytes"] == (folder / "own.onnx").stat().st_size


def test_nothing_is_said_of_a_hash_that_nobody_promised(folder: Path) -> None:
    [entry] = json.loads(run("--json").stdout)
    assert entry["check"] is None


def test_a_file_that_is_no_model_exits_6(folder: Path) -> None:
    (folder / "bad.onnx").write_text("hello")
    result = run(folder / "bad.onnx")
    assert result.exit_code == 6
    assert "bad.onnx: not an ONNX model" in result.stderr


def test_no_models_at_all_say_how_to_train(folder: Path) -> None:
    (folder / "own.onnx").unlink()
    result = run()
    assert result.exit_code == 6
    assert "digitscan train" in result.stderr


def test_a_card_can_not_write_to_the_terminal(folder: Path) -> None:
    network = Network()
    pixels = network.reshape("glyphs", -1, 784)
    scores = network.affine(pixels, np.ones((784, 11)), np.zeros(11))
    sly = ModelCard("\x1b[2Jsly\n", "svm", False, "\x07", "", 0, 1.0, "")
    write_model(folder / "sly.onnx", network.classifier(scores, 1.0), sly)
    assert "\x1b" not in run("sly").stdout
    assert "\x07" not in run("sly").stdout


REPOSITORY_MODELS = Path(__file__).resolve().parents[2] / "models"


@pytest.mark.parametrize(
    "path", sorted(REPOSITORY_MODELS.glob("*.onnx")), ids=lambda path: str(path.stem)
)
def test_the_shipped_models_are_whole_and_small(path: Path) -> None:
    [entry] = json.loads(run(path, "--json").stdout)
    assert entry["check"] == "ok"
    assert entry["name"] == entry["kind"] == path.stem
    assert entry["size_bytes"] < 5e6
    assert entry["card"]["data"] == "MNIST"
