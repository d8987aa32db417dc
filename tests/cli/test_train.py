from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from digitscan.cli.main import main
from digitscan.glyph.classifier import load_classifier, read_model
from digitscan.learn.cnn import CnnSettings
from digitscan.learn.material import draw_digits


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def idx(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in MNIST's format with 160 drawn training digits and 20 test digits."""
    folder = tmp_path_factory.mktemp("drawn")
    for part, count in (("train", 160), ("t10k", 20)):
        images, labels = draw_digits(count, np.random.default_rng(count))
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels))
    return folder


@pytest.fixture(scope="session")
def logistic(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    path = tmp_path_factory.mktemp("models") / "own.onnx"
    return path, run("logistic", "--data", drawn, "-o", path, "--seed", 3)


def test_a_model_is_trained_and_read_again(logistic: tuple[Path, Result], drawn: Path) -> None:
    path, result = logistic
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "error on validation digits" in result.stderr
    assert "differ on 0 of 20 test digits" in result.stderr
    classifier = load_classifier(str(path))
    assert (classifier.card.kind, classifier.card.seed) == ("logistic", 3)
    assert "not MNIST's content" in classifier.card.data
    assert classifier.card.counts["digits"] == 128
    images, labels = draw_digits(50, np.random.default_rng(5))
    assert (classifier.classify(images).argmax(axis=1) == labels).mean() > 0.6


def test_an_existing_model_is_not_replaced(logistic: tuple[Path, Result], drawn: Path) -> None:
    path, _ = logistic
    before = path.read_bytes()
    result = run("svm", "--data", drawn, "-o", path)
    assert result.exit_code == 7
    assert "exists already; give --overwrite" in result.stderr
    assert path.read_bytes() == before


def test_resuming_keeps_what_is_finished(logistic: tuple[Path, Result], drawn: Path) -> None:
    path, _ = logistic
    before = path.stat().st_mtime_ns
    result = run("logistic", "--data", drawn, "-o", path, "--resume")
    assert result.exit_code == 0
    assert "finished already, kept" in result.stderr
    assert path.stat().st_mtime_ns == before


def test_overwrite_limit_extra_and_quiet(drawn: Path, tmp_path: Path) -> None:
    path = tmp_path / "svm.onnx"
    path.write_bytes(b"something else")
    picture = np.full((40, 30), 255, np.uint8)
    cv2.line(picture, (20, 5), (12, 35), 0, 4)
    (tmp_path / "own" / "1").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "own" / "1" / "a.png"), picture)
    arguments = ("--overwrite", "--limit", 100, "--extra", tmp_path / "own", "-q")
    result = run("svm", "--data", drawn, "-o", tmp_path, *arguments)
    assert result.exit_code == 0, result.output
    assert result.output == ""
    card = read_model(path)[1]
    own, validation = 1, 32
    assert card.counts["digits"] == 100 + own + validation
    assert "1 own digits" in card.data


def test_an_unfinished_training_is_not_lost(drawn: Path, tmp_path: Path) -> None:
    kept = tmp_path / "cnn.onnx.unfinished"
    kept.mkdir()
    result = run("cnn", "--data", drawn, "-o", tmp_path)
    assert result.exit_code == 7
    assert "give --resume" in result.stderr
    assert kept.is_dir()


def test_three_models_need_a_folder(drawn: Path, tmp_path: Path) -> None:
    result = run("all", "--data", drawn, "-o", tmp_path / "models")
    assert result.exit_code == 2
    assert "need a folder, as in -o models/" in result.stderr


def test_help_names_the_epochs_that_are_the_default() -> None:
    new, started = CnnSettings().epochs, CnnSettings.from_model().epochs
    told = f"Default: {new}, or {started} with --start."
    assert told in " ".join(run("--help").stdout.split())


def test_epochs_are_for_the_cnn(drawn: Path) -> None:
    result = run("svm", "--data", drawn, "--epochs", 3)
    assert result.exit_code == 2
    assert "--epochs is for the cnn" in result.stderr


def test_only_the_cnn_can_start_from_a_model(drawn: Path) -> None:
    result = run("all", "--data", drawn, "--start", "cnn")
    assert result.exit_code == 2
    assert "--start is for the cnn" in result.stderr
    result = run("cnn", "--data", drawn, "--start", "svm")
    assert result.exit_code == 6
    assert "svm.onnx: a svm; only a cnn can be trained on" in result.stderr


def test_a_cnn_goes_on_from_a_model_for_fewer_epochs(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeCnn()
    monkeypatch.setitem(sys.modules, "digitscan.learn.cnn", fake)
    run("cnn", "--data", drawn, "-o", f"{tmp_path}/own.onnx", "--start", "cnn")
    assert fake.calls == [(CnnSettings.from_model().epochs, False)]
    assert len(fake.starts[0].convolutions) >= 8


def test_missing_packages_are_told_before_any_work(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec

    def find_spec(name: str) -> Any:
        return None if name in ("tensorflow", "keras") else found(name)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    result = run("cnn", "--data", drawn, "-o", tmp_path / "cnn.onnx")
    assert result.exit_code == 2
    assert "tensorflow, keras, not installed" in result.stderr
    assert "pip install 'digitscan[train]'" in result.stderr


def test_data_that_are_no_mnist_are_told(tmp_path: Path) -> None:
    result = run("logistic", "--data", tmp_path, "-o", tmp_path / "m.onnx")
    assert result.exit_code == 4
    assert "no train-images-idx3-ubyte" in result.stderr
    assert not (tmp_path / "m.onnx").exists()


class FakeCnn(ModuleType):
    """Stands in for ``digitscan.learn.cnn``, whose training takes long; keeps how it was called."""

    def __init__(self) -> None:
        from digitscan.learn import cnn

        super().__init__("digitscan.learn.cnn")
        self.CnnSettings, self.Progress = cnn.CnnSettings, cnn.Progress
        self.calls: list[tuple[int, bool]] = []
        self.starts: list[Any] = []

    def train_cnn(
        self,
        data: Any,
        settings: Any,
        checkpoint: Path,
        *,
        start: Any,
        resume: bool,
        report: Any,
    ) -> Any:
        self.starts.append(start)
        self.calls.append((settings.epochs, resume))
        checkpoint.mkdir(exist_ok=True, parents=True)
        if len(self.calls) == 1:
            raise KeyboardInterrupt
        report(self.Progress(0, settings.epochs, 0, 1, 2.0))
        report(self.Progress(1, settings.epochs, 1, 1, 1.5, 0.25, 0.5))
        from digitscan.learn.logistic import LogisticSettings, train_logistic

        return train_logistic(LogisticSettings(waves=50), data, lambda message: None)


def test_an_interrupted_cnn_goes_on_where_it_stopped(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeCnn()
    monkeypatch.setitem(sys.modules, "digitscan.learn.cnn", fake)
    arguments = ("cnn", "--data", drawn, "-o", f"{tmp_path}/new/", "--epochs", 5)
    assert run(*arguments).exit_code == 130
    assert (tmp_path / "new" / "cnn.onnx.unfinished").is_dir()
    result = run(*arguments, "--resume")
    assert result.exit_code == 0, result.output
    assert fake.calls == [(5, False), (5, True)]
    assert "epoch 1 of 5, loss 1.500, error on validation digits 25.00%" in result.stderr
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["cnn.onnx"]
