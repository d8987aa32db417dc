"""What a model says of the glyphs that cutting touching digits gives.

    python benchmarks/cuts.py [--data MNIST] [--model cnn svm logistic] [--numbers 1500]

Numbers are laid out of MNIST's validation digits, to which the cnn was not fitted (the svm was, in
the end). They touch more often than not and are cut by the code that cuts a page. A glyph is a
*digit* where it holds nearly all of one digit's ink and hardly any other, a *part* where it holds
too little of any, *several* where it holds much of two. What is none of the three, and parts so
narrow that they may be a 1, are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from setting import describe_setting

from digitscan.glyph.blobs import lay_together
from digitscan.glyph.candidates import Candidate, make_candidates
from digitscan.glyph.classifier import Classifier, load_classifier
from digitscan.glyph.pieces import Piece, cut_pieces
from digitscan.learn.augmentation import crop_ink, warp_ink
from digitscan.learn.datasets import Digits, load_mnist
from digitscan.learn.pen import Pen
from digitscan.learn.strokes import enlarge
from digitscan.measure.text import align_columns, percent
from digitscan.values import NOT_A_DIGIT, GreyImage, Mask

STROKE_PX = 4.0
TOUCH_SHARE = 0.75
WHOLE, FOREIGN = 0.9, 0.08
"""A digit: at least this share of its ink, with no more of other ink than that."""
PART = 0.7
"""A part: at most this share of any digit's ink."""
SECOND, MUCH_FOREIGN = 0.4, 0.25
"""Several: this share of a second digit's ink, or that share of ink of others."""
BARE_STROKE = 2.2
"""A part this many times as high as wide may be a 1."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number's ink, that of each of its digits, (h, w) uint8 with 0 for paper, and its labels."""

    ink: GreyImage
    inks: tuple[GreyImage, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CutGlyph:
    """A (28, 28) uint8 glyph, what it is, and the digit's label where it is one."""

    glyph: GreyImage
    what: str
    label: int = NOT_A_DIGIT


def write_number(digits: Digits, random: np.random.Generator) -> WrittenNumber:
    """Write two to four of the digits one after another, as high as on a clean page."""
    pen = Pen(random)
    chosen = random.integers(len(digits.images), size=2 + pen.below(3))
    height = pen.between(24, 46)
    canvas = (round(1.8 * height), round((1.4 * len(chosen) + 1) * height))
    inks: list[GreyImage] = []
    end = 0.3 * height
    for index in chosen:
        ink = fit_height(digits.images[index], height * float(np.exp(pen.around(0.07))), pen)
        top = round((canvas[0] - ink.shape[0]) / 2 + pen.around(0.05) * height)
        top = int(np.clip(top, 0, canvas[0] - ink.shape[0]))
        left = end + pen.between(0.03, 0.3) * height
        if inks and pen.chance(TOUCH_SHARE):
            left = touching_column(inks[-1], ink, top) + pen.between(-0.1, 0.06) * height
        column = int(np.clip(round(left), 0, canvas[1] - ink.shape[1]))
        layer = np.zeros(canvas, np.uint8)
        layer[top : top + ink.shape[0], column : column + ink.shape[1]] = ink
        inks.append(layer)
        end = column + ink.shape[1]
    labels = tuple(int(digits.labels[index]) for index in chosen)
    return WrittenNumber(np.max(inks, axis=0), tuple(inks), labels)


def fit_height(glyph: GreyImage, height: float, pen: Pen) -> GreyImage:
    """A digit of MNIST, turned and slanted a little, so high or at most 1.3 times as wide."""
    ink = crop_ink(warp_ink(crop_ink(enlarge(glyph)), pen, 0.5))
    scale = min(height / ink.shape[0], 1.3 * height / ink.shape[1])
    size = (max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale)))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    return np.where(small > 90, small, 0).astype(np.uint8)


def touching_column(before: GreyImage, ink: GreyImage, top: int) -> int:
    """The column at which ``ink``, laid at row ``top``, would just touch the layer before."""
    far = 10**6
    rows, inked = before[top : top + ink.shape[0]] > 0, ink > 0
    ends = np.where(rows.any(axis=1), rows.shape[1] - rows[:, ::-1].argmax(axis=1), -far)
    starts = np.where(inked.any(axis=1), inked.argmax(axis=1), far)
    nearest = int((ends - starts).max())
    return nearest if nearest > 0 else int(np.flatnonzero(before.any(axis=0))[-1]) + 1


def cut_number(number: WrittenNumber) -> Iterator[CutGlyph]:
    """Cut a number as a field is cut, and tell of each glyph what it is."""
    pieces = cut_pieces(number.ink, (0, 0), STROKE_PX)
    for candidate in make_candidates(pieces, STROKE_PX):
        what, label = judge(number, candidate, pieces)
        if what:
            yield CutGlyph(candidate.glyph, what, label)


def judge(number: WrittenNumber, candidate: Candidate, pieces: Sequence[Piece]) -> tuple[str, int]:
    """What a candidate is, empty where that is not clear, and its label."""
    run = pieces[candidate.first : candidate.last + 1]
    box, ink = lay_together(*((piece.box, piece.ink) for piece in run))
    covered = ink > 0
    shares, own = zip(*(share_of(layer, covered, box.slices) for layer in number.inks), strict=True)
    most = int(np.argmax(shares))
    foreign = 1 - own[most] / max(int(covered.sum()), 1)
    if shares[most] >= WHOLE and foreign <= FOREIGN:
        return "digit", number.labels[most]
    if shares[most] <= PART:
        return "" if box.height > BARE_STROKE * box.width else "part", NOT_A_DIGIT
    many = sorted(shares)[-2] >= SECOND or foreign >= MUCH_FOREIGN
    return "several" if many else "", NOT_A_DIGIT


def share_of(layer: GreyImage, covered: Mask, place: tuple[slice, slice]) -> tuple[float, int]:
    """Which share of a layer's ink is covered, and how many pixels that is."""
    pixels = int(np.count_nonzero(layer[place][covered]))
    return pixels / max(cv2.countNonZero(layer), 1), pixels


def report(classifier: Classifier, glyphs: Sequence[CutGlyph]) -> str:
    """A table: of each kind how many, and the share that the model names rightly."""
    said = classifier.classify(np.stack([each.glyph for each in glyphs])).argmax(axis=1)
    right = said == np.array([each.label for each in glyphs])
    kinds = np.array([each.what for each in glyphs])
    rows = [["kind", "glyphs", "named rightly %"]]
    for kind in ("digit", "part", "several"):
        of_kind = right[kinds == kind]
        rows.append([kind, str(len(of_kind)), percent(float(of_kind.mean()))])
    return align_columns(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with MNIST; default: the cache")
    parser.add_argument("--model", nargs="+", default=["logistic", "svm", "cnn"])
    parser.add_argument("--numbers", type=int, default=1500, help="numbers to cut; default: 1500")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    digits = load_mnist(options.data).split()[1]
    random = np.random.default_rng(options.seed)
    numbers = (write_number(digits, random) for _ in range(options.numbers))
    glyphs = [glyph for number in numbers for glyph in cut_number(number)]
    print(f"{describe_setting()}; seed {options.seed}")
    for model in options.model:
        print(f"\n{model}\n{report(load_classifier(model), glyphs)}")


if __name__ == "__main__":
    main()
