"""How models trained on MNIST carry over to other people's digits.

    python benchmarks/other_hands.py DATA [--model cnn svm logistic]

DATA holds, each optional:

- digits_ch/WRITER/DIGIT/*.png   scans of single digits
- digits_other/usps_test.gz      USPS test, a row a digit: label and 16×16 values -1…1
- digits_other/semeion.data.gz   Semeion, a row a digit: 16×16 values 0 or 1, then a one-hot label
"""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from setting import describe_setting

from digitscan.glyph.classifier import load_classifier
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.folders import load_folder
from digitscan.measure.digits import Labels, measure_digits
from digitscan.measure.text import digits_summary, parts_table
from digitscan.values import GreyImage


class Hands(NamedTuple):
    """Labelled glyphs of many writers; ``parts`` names those of one writer."""

    name: str
    glyphs: GreyImage
    labels: Labels
    parts: Mapping[str, slice]


def load_swiss(folder: Path) -> Hands:
    """Load scans of single digits, writer by writer."""
    glyphs, labels, parts, start = [], [], {}, 0
    for writer in sorted(path for path in folder.iterdir() if path.is_dir()):
        own = load_folder(writer)
        glyphs.append(own.images)
        labels.append(own.labels)
        parts[writer.name] = slice(start, start := start + len(own.labels))
    return Hands("digits_ch", np.concatenate(glyphs), np.concatenate(labels), parts)


def load_usps(path: Path) -> Hands:
    """Load the USPS test digits."""
    table = read_table(path)
    return Hands("USPS test", to_glyphs((table[:, 1:] + 1) / 2), table[:, 0].astype(int), {})


def load_semeion(path: Path) -> Hands:
    """Load the Semeion digits."""
    table = read_table(path)
    return Hands("Semeion", to_glyphs(table[:, :256]), table[:, 256:].argmax(axis=1), {})


def read_table(path: Path) -> npt.NDArray[np.float64]:
    """Read rows of numbers from a gzip text file."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        return np.array([line.split() for line in file if line.strip()], np.float64)


def to_glyphs(ink: npt.NDArray[np.float64]) -> GreyImage:
    """Turn (N, 256) ink, 0 paper … 1, into (N, 28, 28) glyphs."""
    pictures = np.rint(255 * ink).clip(0, 255).astype(np.uint8).reshape(-1, 16, 16)
    return np.stack([normalise_glyph(picture) for picture in pictures])


def load_all(data: Path) -> Iterator[Hands]:
    """Load whatever is there."""
    loaders = {
        data / "digits_ch": load_swiss,
        data / "digits_other" / "usps_test.gz": load_usps,
        data / "digits_other" / "semeion.data.gz": load_semeion,
    }
    present = {path: load for path, load in loaders.items() if path.exists()}
    if not present:
        raise SystemExit(f"{data}: neither digits_ch/ nor digits_other/ is there")
    for path, load in present.items():
        yield load(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="folder with digits_ch/ and digits_other/")
    parser.add_argument("--model", nargs="+", default=["logistic", "svm", "cnn"])
    options = parser.parse_args()
    classifiers = {model: load_classifier(model) for model in options.model}
    print(describe_setting())
    for hands in load_all(options.data):
        figures = {
            model: measure_digits(
                classifier, hands.glyphs, hands.labels, name=hands.name, parts=hands.parts
            )
            for model, classifier in classifiers.items()
        }
        print(f"\n{hands.name}: {len(hands.labels):,} digits\n{digits_summary(figures)}")
        if hands.parts:
            print(f"\n{parts_table(figures)}")


if __name__ == "__main__":
    main()
