"""``digitscan evaluate``: models and labelled data in, a table of honest figures out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from digitscan.errors import UsageError
from digitscan.glyph.classifier import Classifier, load_classifier
from digitscan.learn.datasets import load_mnist
from digitscan.learn.folders import load_folder
from digitscan.measure import plots as pictures
from digitscan.measure import text
from digitscan.measure.digits import (
    MNIST_PARTS,
    DigitFigures,
    Labels,
    digit_figures,
    digit_risk_coverage,
)
from digitscan.measure.pages import (
    PageFigures,
    load_truth,
    measure_pages,
    read_pages,
    value_risk_coverage,
)
from digitscan.reader import Reader
from digitscan.values import GreyImage, Probabilities

SHIPPED = ("logistic", "svm", "cnn")
DIGITS_LEGEND = """\
Shares in percent. refused: digits called "not one digit", which count as errors. ECE: expected
calibration error in 15 equal-width bins. err@r%: error left when the r % of the digits with the
least confidence go to a person. In the matrices a row is the true digit, a column what was said,
x "not one digit"."""
PAGES_LEGEND = """\
auto: values read right with status ok. found: read right with any status. harm: values given status
ok that do not stand on the page. order: found values that came in reading order. ECE: expected
calibration error of the values' confidence in 15 equal-width bins, in percent."""

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class DigitSet:
    """Labelled digits with a name: ``glyphs`` (N, 28, 28) uint8, 0 is paper; ``labels`` (N,)."""

    name: str
    glyphs: GreyImage
    labels: Labels
    parts: Mapping[str, slice] = field(default_factory=dict)


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--data",
    type=_FOLDER,
    metavar="DIR",
    help="Folder with MNIST's four IDX files, gzip or plain. Without it MNIST is taken from the "
    "cache, or downloaded once.",
)
@click.option(
    "--digits",
    type=_FOLDER,
    metavar="DIR",
    help="Measure on labelled images, DIR/<digit>/*.png or DIR/<writer>/<digit>/*.png, instead of "
    "MNIST (with --data: as well).",
)
@click.option(
    "--pages",
    type=_FOLDER,
    metavar="DIR",
    help="Measure reading whole labelled pages instead of MNIST (with --data: as well).",
)
@click.option(
    "--truth",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What stands on the pages, as JSON; default: truth.json in the folder of --pages.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of tables.")
@click.option(
    "--plots",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also draw confusion matrix, reliability, risk-coverage and the errors as PNG files into "
    "DIR (made if missing; files of the same name are replaced). Needs matplotlib.",
)
def evaluate(
    models: tuple[str, ...],
    data: Path | None,
    digits: Path | None,
    pages: Path | None,
    truth: Path | None,
    as_json: bool,
    plots: Path | None,
) -> None:
    """Measure MODELs on digits or pages whose truth is known.

    A MODEL is a name (logistic, svm, cnn) or the path of a model file; default: all three. Without
    further options they are measured on MNIST's 10,000 test digits.
    """
    if truth and not pages:
        raise UsageError("--truth needs --pages DIR, the folder with the labelled pages")
    if plots:
        pictures.require_matplotlib()
    classifiers = {model: load_classifier(model) for model in models or SHIPPED}
    objects: list[dict[str, Any]] = []
    tables: list[str] = []
    for digit_set in _load_digit_sets(data, digits, pages):
        figures = _measure_on_digits(classifiers, digit_set, plots)
        objects += [_digits_object(model, one) for model, one in figures.items()]
        tables.append(_digits_text(figures))
    if pages:
        read = _measure_on_pages(classifiers, pages, truth or pages / "truth.json", plots)
        objects += [_pages_object(model, one) for model, one in read.items()]
        tables.append(_pages_text(read))
    click.echo(json.dumps(objects, indent=2) if as_json else text.join_tables(tables))


def _load_digit_sets(
    data: Path | None, digits: Path | None, pages: Path | None
) -> Iterable[DigitSet]:
    """MNIST where it is asked for or nothing else is, then the labelled folder."""
    if data or not (digits or pages):
        mnist = load_mnist(data)
        parts = MNIST_PARTS if mnist.verified else {}
        yield DigitSet(f"{mnist.name} test", mnist.test_images, mnist.test_labels, parts)
    if digits:
        glyphs, labels = load_folder(digits)
        yield DigitSet(str(digits), glyphs, labels)


def _measure_on_digits(
    classifiers: Mapping[str, Classifier], data: DigitSet, plots: Path | None
) -> dict[str, DigitFigures]:
    said = {
        model: classifier.classify(data.glyphs)
        for model, classifier in tqdm(classifiers.items(), desc=data.name, disable=None)
    }
    figures = {
        model: digit_figures(probabilities, data.labels, name=data.name, parts=data.parts)
        for model, probabilities in said.items()
    }
    if plots:
        _plot_digits(plots, data, said, figures)
    return figures


def _plot_digits(
    folder: Path,
    data: DigitSet,
    said: Mapping[str, Probabilities],
    figures: Mapping[str, DigitFigures],
) -> None:
    for model, one in figures.items():
        title = f"{model} on {data.name}"
        drawn = {
            "confusion": pictures.draw_confusion(one, title=title),
            "reliability": pictures.draw_reliability(one.reliability, ece=one.ece, title=title),
            "errors": pictures.draw_errors(data.glyphs, data.labels, said[model], title=title),
        }
        for what, figure in drawn.items():
            pictures.save_picture(figure, folder / f"{_slug(data.name, model, what)}.png")
    curves = {model: digit_risk_coverage(each, data.labels) for model, each in said.items()}
    figure = pictures.draw_risk_coverage(curves, title=data.name)
    pictures.save_picture(figure, folder / f"{_slug(data.name, 'risk-coverage')}.png")


def _measure_on_pages(
    classifiers: Mapping[str, Classifier], folder: Path, truth_file: Path, plots: Path | None
) -> dict[str, PageFigures]:
    truth = load_truth(truth_file)
    figures = {}
    for model, classifier in classifiers.items():
        results = read_pages(Reader(classifier), folder, truth)
        shown = tqdm(results, desc=model, total=len(truth), unit="page", disable=None)
        figures[model] = measure_pages(shown, truth, name=str(folder))
    if plots:
        curves = {model: value_risk_coverage(one) for model, one in figures.items()}
        figure = pictures.draw_risk_coverage(curves, title=str(folder), unit="values")
        pictures.save_picture(figure, plots / f"{_slug(str(folder), 'risk-coverage')}.png")
    return figures


def _slug(*names: str) -> str:
    """Name of a file from names of data and models, safe on every system."""
    plain = (re.sub(r"[^a-z0-9]+", "-", name.removesuffix(".onnx").lower()) for name in names)
    return "-".join(name.strip("-") for name in plain)


def _digits_object(model: str, figures: DigitFigures) -> dict[str, Any]:
    values = asdict(figures)
    rejected = [{**asdict(point), "error": point.error} for point in figures.rejected]
    return {"model": model, "data": values.pop("name"), **values, "rejected": rejected}


def _pages_object(model: str, figures: PageFigures) -> dict[str, Any]:
    """Give pages the keys of digits: an error is a value of the truth that was not read right."""
    total = asdict(figures.total)
    del total["name"], total["problem"], total["truth"]
    return {
        "model": model,
        "data": figures.name,
        "n": figures.total.truth,
        "errors": figures.total.truth - figures.total.found,
        "accuracy": figures.total.found / max(figures.total.truth, 1),
        "interval": figures.interval,
        "ece": figures.ece,
        **total,
        "thresholds": [asdict(point) for point in figures.thresholds],
        "pages": [asdict(page) for page in figures.pages],
    }


def _digits_text(figures: Mapping[str, DigitFigures]) -> str:
    one = next(iter(figures.values()))
    matrices = (f"{model}\n{text.classes_table(each)}" for model, each in figures.items())
    return text.join_tables(
        [
            f"{one.name}: {one.n:,} digits\n{text.digits_summary(figures)}",
            text.parts_table(figures),
            *matrices,
            DIGITS_LEGEND,
        ]
    )


def _pages_text(figures: Mapping[str, PageFigures]) -> str:
    one = next(iter(figures.values()))
    details = (
        f"{model}\n{text.pages_table(each)}\n\n{text.thresholds_table(each)}"
        for model, each in figures.items()
    )
    head = f"{one.name}: {one.total.truth:,} values on {len(one.pages)} pages"
    return text.join_tables([f"{head}\n{text.pages_summary(figures)}", *details, PAGES_LEGEND])
