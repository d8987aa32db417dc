"""``digitscan train``: MNIST in, model files out."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from tqdm import tqdm

from digitscan.cli import options
from digitscan.cli.options import Verbosity
from digitscan.errors import OutputError, UsageError
from digitscan.glyph.classifier import find_model
from digitscan.learn.datasets import Mnist, load_mnist
from digitscan.learn.export import require_training_packages, write_model
from digitscan.learn.folders import load_folder
from digitscan.learn.training import Trained, TrainingSet, count_disagreements, join, training_set

PACKAGES = {
    "logistic": ("sklearn", "onnx"),
    "svm": ("sklearn", "onnx"),
    "cnn": ("tensorflow", "keras", "onnx"),
}
"""Kinds of model, the quickest first, and what must be installed to train each."""
MIN_LIMIT = 100

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Wish:
    """One model to be trained: its kind, its file, and how."""

    kind: str
    path: Path
    epochs: int | None
    start: str | None
    resume: bool
    verbosity: Verbosity

    @property
    def checkpoint(self) -> Path:
        """Folder beside the model in which an unfinished training is kept."""
        return self.path.with_name(f"{self.path.name}.unfinished")


@click.command()
@click.argument("kind", type=click.Choice([*PACKAGES, "all"]), default="all")
@click.option(
    "--data",
    type=_FOLDER,
    metavar="DIR",
    help="Folder with MNIST's four IDX files, gzip or plain. Without it MNIST is taken from the "
    "cache, or downloaded once.",
)
@click.option(
    "--extra",
    type=_FOLDER,
    metavar="DIR",
    multiple=True,
    help="Learn from your own digits as well: DIR/<digit>/*.png or DIR/<writer>/<digit>/*.png. "
    "Can be given several times. Default: none.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="OUT",
    help="Model file to write, or an existing folder, or one named with a final /, for "
    "KIND.onnx in it. Default: KIND.onnx in the current folder.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Start of all chance."
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    metavar="N",
    help="How often the cnn goes over its digits. Default: 46, or 14 with --start.",
)
@click.option(
    "--start",
    metavar="MODEL",
    help="Let the cnn go on from what this model knows: cnn, or a file. The quick way to your own "
    "hands, with --extra. Default: from nothing.",
)
@click.option(
    "--limit",
    type=click.IntRange(MIN_LIMIT),
    metavar="N",
    help="Learn from N of MNIST's digits only, for a quick try. Default: all but the last 5,000 "
    "training digits, on which confidence is tuned; the svm learns from those as well in the end.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with an interrupted training: models that are finished stay, the cnn continues "
    "from its last checkpoint. Default: start anew.",
)
@options.overwrite
@options.quiet
def train(
    kind: str,
    data: Path | None,
    extra: tuple[Path, ...],
    output: str | None,
    seed: int,
    epochs: int | None,
    start: str | None,
    limit: int | None,
    resume: bool,
    overwrite: bool,
    verbosity: Verbosity,
) -> None:
    """Train a model on MNIST: logistic, svm, cnn, or all three, the default.

    The logistic regression and the support vector machine take minutes, the cnn hours.
    """
    kinds = tuple(PACKAGES) if kind == "all" else (kind,)
    if epochs and "cnn" not in kinds:
        raise UsageError(f"--epochs is for the cnn; the {kind} has none")
    if start and kind != "cnn":
        raise UsageError("--start is for the cnn; say 'digitscan train cnn'")
    wishes = [
        Wish(one, path, epochs, start, resume, verbosity) for one, path in _aims(kinds, output)
    ]
    if not overwrite:
        wishes = _refuse_existing(wishes)
    require_training_packages(*dict.fromkeys(name for one in kinds for name in PACKAGES[one]))
    mnist = _load(data, verbosity)
    own = join(*map(load_folder, extra)) if extra else None
    for wish in wishes:
        _make(wish, mnist, training_set(mnist, seed, limit, own))


def _aims(kinds: Sequence[str], output: str | None) -> list[tuple[str, Path]]:
    """Say which kind goes into which file. Only the text tells ``models/`` from ``models``."""
    path = Path(output or ".")
    if path.is_dir() or (output or "").endswith(("/", os.sep)):
        return [(kind, path / f"{kind}.onnx") for kind in kinds]
    if len(kinds) > 1:
        raise UsageError(f"{output}: several models need a folder, as in -o models/")
    return [(kinds[0], path)]


def _refuse_existing(wishes: list[Wish]) -> list[Wish]:
    """Leave out what is finished where a training is resumed; otherwise refuse to replace it."""
    for wish in wishes if not wishes[0].resume else ():
        if wish.path.exists():
            raise OutputError(f"{wish.path}: exists already; give --overwrite to replace it")
        if wish.checkpoint.exists():
            raise OutputError(
                f"{wish.checkpoint}: an unfinished training; give --resume to go on with it, "
                "or --overwrite to start anew"
            )
    for wish in wishes:
        if wish.path.exists():
            _say(wish.verbosity, f"{wish.path}: finished already, kept")
    return [wish for wish in wishes if not wish.path.exists()]


def _load(folder: Path | None, verbosity: Verbosity) -> Mnist:
    """Load MNIST, showing how a download gets on."""
    hidden = True if verbosity == Verbosity.QUIET else None
    with tqdm(unit="B", unit_scale=True, desc="MNIST", disable=hidden, leave=False) as bar:
        mnist = load_mnist(folder, progress=lambda name, count: bar.update(count))
    if not mnist.verified:
        _say(verbosity, f"training on {mnist.name}")
    return mnist


def _make(wish: Wish, mnist: Mnist, data: TrainingSet) -> None:
    """Train one model, compare its file with what was trained, write it, and say how it went."""
    started = time.monotonic()
    trained = _train_cnn(wish, data) if wish.kind == "cnn" else _train_classical(wish, data)
    differing = count_disagreements(trained, mnist.test_images)
    figures = {**trained.card.figures, "labels unlike the original": float(differing)}
    card = replace(trained.card, figures=figures)
    write_model(wish.path, trained.network, card)
    shutil.rmtree(wish.checkpoint, ignore_errors=True)
    minutes = (time.monotonic() - started) / 60
    megabytes = wish.path.stat().st_size / 1e6
    _say(
        wish.verbosity,
        f"{wish.path}: {megabytes:.1f} MB, {minutes:.1f} minutes; error on validation digits "
        f"{card.figures['validation error']:.2%}; written file and trained model differ on "
        f"{differing} of {len(mnist.test_images):,} test digits",
    )


def _train_classical(wish: Wish, data: TrainingSet) -> Trained:
    def tell(message: str) -> None:
        _say(wish.verbosity, message)

    if wish.kind == "svm":
        from digitscan.learn.svm import SvmSettings, train_svm

        return train_svm(SvmSettings(), data, tell)
    from digitscan.learn.logistic import LogisticSettings, train_logistic

    return train_logistic(LogisticSettings(), data, tell)


def _train_cnn(wish: Wish, data: TrainingSet) -> Trained:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from digitscan.learn.cnn import CnnSettings, Progress, train_cnn
    from digitscan.learn.warm_start import read_weights

    start = read_weights(find_model(wish.start)) if wish.start else None
    settings = CnnSettings.from_model() if start else CnnSettings()
    if wish.epochs:
        settings = replace(settings, epochs=wish.epochs)
    resume = wish.resume and wish.checkpoint.exists()
    if wish.resume and not resume:
        _say(wish.verbosity, f"{wish.checkpoint}: no checkpoint, starting anew")
    hidden = True if wish.verbosity == Verbosity.QUIET else None
    with tqdm(desc="cnn", unit="step", disable=hidden) as bar:

        def report(progress: Progress) -> None:
            bar.total = progress.epochs * progress.steps
            if progress.error is None:
                bar.update(progress.epoch * progress.steps + progress.step + 1 - bar.n)
                return
            _say(
                wish.verbosity,
                f"cnn: epoch {progress.epoch} of {progress.epochs}, loss {progress.loss:.3f}, "
                f"error on validation digits {progress.error:.2%}",
            )

        return train_cnn(data, settings, wish.checkpoint, start=start, resume=resume, report=report)


def _say(verbosity: Verbosity, message: str) -> None:
    if verbosity != Verbosity.QUIET:
        tqdm.write(message, file=sys.stderr)
