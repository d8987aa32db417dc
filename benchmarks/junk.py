"""How much of what is not one digit a model tells apart.

    python benchmarks/junk.py [--data MNIST] [--digits DIR] [--model cnn svm logistic]

The junk is made here, by code that no training shares, from MNIST's *test* digits, drawn strokes
and print. The rows "trained" are the kinds that models learn, made anew of test digits.

A model's threshold on "not one digit" is set so that 1 % of real digits are refused: MNIST's test
digits, and with --digits those of a labelled folder as well. "alone" is the share caught without a
threshold, because "not one digit" is the likeliest class.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from setting import describe_setting

from digitscan.glyph.classifier import Classifier, load_classifier
from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.datasets import Digits, load_mnist
from digitscan.learn.folders import load_folder
from digitscan.learn.junk import KINDS as TRAINED_KINDS
from digitscan.learn.junk import make_junk
from digitscan.measure.digits import Labels
from digitscan.measure.text import align_columns, percent
from digitscan.values import NOT_A_DIGIT, GreyImage

REFUSED_SHARE = 0.01
ENLARGED = 4
PRINTED_LETTERS = "AEFHKMNPRWXaehkmnwx"
"""Letters whose shape no digit has; B, D, O, Z, b, g, l, o, q, r, t and others can be digits."""
SIGNS = "%&#@*=$+"
PEN_LETTERS = {
    "A": (((0, 1), (0.5, 0), (1, 1)), ((0.15, 0.6), (0.85, 0.6))),
    "E": (((0.8, 0), (0, 0), (0, 1), (0.8, 1)), ((0, 0.5), (0.65, 0.5))),
    "F": (((0.8, 0), (0, 0), (0, 1)), ((0, 0.45), (0.65, 0.45))),
    "H": (((0, 0), (0, 1)), ((0.8, 0), (0.8, 1)), ((0, 0.5), (0.8, 0.5))),
    "K": (((0, 0), (0, 1)), ((0.75, 0), (0, 0.55), (0.8, 1))),
    "M": (((0, 1), (0.1, 0), (0.5, 0.6), (0.9, 0), (1, 1)),),
    "N": (((0, 1), (0, 0), (0.8, 1), (0.8, 0)),),
    "W": (((0, 0), (0.25, 1), (0.5, 0.35), (0.75, 1), (1, 0)),),
    "R": (((0, 1), (0, 0), (0.6, 0.05), (0.65, 0.4), (0, 0.5), (0.75, 1)),),
    "m": (((0, 1), (0, 0.3), (0.35, 0.3), (0.4, 1), (0.42, 0.35), (0.8, 0.3), (0.85, 1)),),
    "k": (((0, 0), (0, 1)), ((0.6, 0.4), (0, 0.7), (0.65, 1))),
    "w": (((0, 0.4), (0.3, 1), (0.55, 0.5), (0.8, 1), (1.1, 0.4)),),
}
"""Capital and small letters as strokes of a pen, (x, y) in a unit square, y downwards."""
HALVES = (
    (0, "top"),
    (0, "bottom"),
    (2, "top"),
    (2, "bottom"),
    (3, "top"),
    (3, "bottom"),
    (3, "left"),
    (5, "top"),
    (5, "bottom"),
    (5, "left"),
    (6, "right"),
    (8, "left"),
)
"""Halves that are no digit. Left out: the ring of a 6 is a 0, the stem of a 9 a 1, and so on."""
OVERWRITTEN = ((2, 4), (2, 5), (4, 5), (0, 4), (4, 8), (6, 7), (3, 4), (2, 6), (4, 6))
"""Digits that do not hide one another, as a 3 hides in an 8."""
STRUCK_LIKE_DIGITS = (0, 1, 7)
"""A slashed 0 is a 0, a crossed 7 a 7, and a 1 under a stroke may be any of them."""

Random = np.random.Generator
Draw = Callable[["Source", Random], GreyImage]


class Source:
    """Real digits to make junk from."""

    def __init__(self, glyphs: GreyImage, labels: Labels) -> None:
        self.glyphs, self.labels = glyphs, labels

    def pick(self, random: Random, without: tuple[int, ...] = ()) -> tuple[GreyImage, int]:
        """Give the enlarged tight ink of a random digit, and which digit it is."""
        allowed = np.flatnonzero(~np.isin(self.labels, without))
        index = int(random.choice(allowed))
        return tight(enlarge(self.glyphs[index])), int(self.labels[index])

    def pick_digit(self, random: Random, digit: int) -> GreyImage:
        """Give the enlarged tight ink of a random ``digit``."""
        return self.pick(random, without=tuple(set(range(10)) - {digit}))[0]


def enlarge(ink: GreyImage) -> GreyImage:
    """Give strokes room for drawing with finer lines."""
    large = cv2.resize(ink, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8)


def tight(ink: GreyImage) -> GreyImage:
    """Cut off the empty margin."""
    left, top, width, height = cv2.boundingRect(ink)
    return ink[top : top + height, left : left + width]


def side_by_side(parts: list[GreyImage], overlap: int) -> GreyImage:
    """Lay inks beside one another, centred on a line, neighbours ``overlap`` pixels deep."""
    height = max(part.shape[0] for part in parts)
    width = sum(part.shape[1] for part in parts) + len(parts) * abs(overlap)
    sheet, left = np.zeros((height, width), np.uint8), 0
    for part in parts:
        top = (height - part.shape[0]) // 2
        spot = sheet[top : top + part.shape[0], left : left + part.shape[1]]
        np.maximum(spot, part[:, : spot.shape[1]], out=spot)
        left += max(1, part.shape[1] - overlap)
    return tight(sheet)


def draw_pair(source: Source, random: Random) -> GreyImage:
    """Two digits that touch or nearly do."""
    return side_by_side([source.pick(random)[0] for _ in range(2)], int(random.integers(-8, 12)))


def draw_triple(source: Source, random: Random) -> GreyImage:
    """Three digits that touch or nearly do."""
    return side_by_side([source.pick(random)[0] for _ in range(3)], int(random.integers(-8, 12)))


def draw_stacked(source: Source, random: Random) -> GreyImage:
    """Two digits above one another; two 1s would be one long 1."""
    upper, label = source.pick(random)
    lower = source.pick(random, without=(1,) if label == 1 else ())[0]
    return side_by_side([upper.T, lower.T], int(random.integers(-8, 12))).T.copy()


def draw_struck(source: Source, random: Random) -> GreyImage:
    """Make a digit void by a long line through it, or by two."""
    ink = source.pick(random, without=STRUCK_LIKE_DIGITS)[0]
    margin = 30
    sheet = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    height, width = sheet.shape
    for _ in range(int(random.integers(1, 3))):
        start = (int(random.integers(0, 12)), int(height * random.uniform(0.25, 0.75)))
        end = (width - 1 - int(random.integers(0, 12)), int(height * random.uniform(0.25, 0.75)))
        cv2.line(sheet, start, end, 255, int(random.integers(6, 11)), cv2.LINE_AA)
    return np.asarray(sheet, np.uint8)


def draw_crossed_out(source: Source, random: Random) -> GreyImage:
    """Make a digit void by scribbling over it."""
    ink = source.pick(random)[0].copy()
    height, width = ink.shape
    count = int(random.integers(5, 10))
    across = np.where(np.arange(count) % 2, 0.95, 0.05) * max(width, 40)
    down = np.linspace(0.1, 0.9, count) * height
    points = np.stack([across, down], axis=1) + random.normal(0, 4, (count, 2))
    sheet = np.zeros((height, max(width, 44)), np.uint8)
    sheet[:, :width] = ink
    cv2.polylines(sheet, [points.astype(np.int32)], False, 255, int(random.integers(5, 9)),
                  cv2.LINE_AA)  # fmt: skip
    return sheet


def draw_cross(source: Source, random: Random) -> GreyImage:
    """Draw the X of a tick box."""
    sheet = np.zeros((120, 120), np.uint8)
    pen = int(random.integers(6, 13))
    for sign in (-1, 1):
        ends = np.array([[25, 60 - sign * 35], [95, 60 + sign * 35]]) + random.normal(0, 7, (2, 2))
        bow = ends.mean(axis=0) + random.normal(0, 4, 2)
        points = np.array([ends[0], bow, ends[1]]).round().astype(np.int32)
        cv2.polylines(sheet, [points], False, 255, pen, cv2.LINE_AA)
    return sheet


def draw_half(source: Source, random: Random) -> GreyImage:
    """Cut a digit in two near its middle and keep one side."""
    label, side = HALVES[int(random.integers(len(HALVES)))]
    ink = source.pick_digit(random, label)
    height, width = ink.shape
    row, column = (int(length * random.uniform(0.42, 0.58)) for length in (height, width))
    halves = {
        "left": ink[:, :column],
        "right": ink[:, column:],
        "top": ink[:row],
        "bottom": ink[row:],
    }
    return halves[side].copy()


def draw_overwritten(source: Source, random: Random) -> GreyImage:
    """One digit corrected into another by writing over it."""
    labels = OVERWRITTEN[int(random.integers(len(OVERWRITTEN)))]
    inks = [source.pick_digit(random, label) for label in labels]
    sheet = np.zeros((120, 120), np.uint8)
    for ink in inks:
        top, left = ((120 - side) // 2 for side in ink.shape)
        spot = sheet[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(spot, ink, out=spot)
    return sheet


def draw_pen_letter(source: Source, random: Random) -> GreyImage:
    """Write a letter with a pen, unsteadily."""
    strokes = PEN_LETTERS[str(random.choice(list(PEN_LETTERS)))]
    sheet = np.zeros((150, 150), np.uint8)
    pen = int(random.integers(6, 13))
    for stroke in strokes:
        points = 35 + 80 * (np.array(stroke) + random.normal(0, 0.05, (len(stroke), 2)))
        cv2.polylines(sheet, [points.round().astype(np.int32)], False, 255, pen, cv2.LINE_AA)
    return lean(sheet, random)


def draw_printed_letter(source: Source, random: Random) -> GreyImage:
    """Print a letter."""
    return lean(print_character(str(random.choice(list(PRINTED_LETTERS))), random), random)


def draw_sign(source: Source, random: Random) -> GreyImage:
    """Print a sign of currency, arithmetic or punctuation."""
    return lean(print_character(str(random.choice(list(SIGNS))), random), random)


def print_character(character: str, random: Random) -> GreyImage:
    """Set one character in Pillow's own type, in one of several sizes and weights."""
    picture = Image.new("L", (160, 160))
    font = ImageFont.load_default(size=float(random.integers(70, 100)))
    weight = int(random.integers(0, 4))
    ImageDraw.Draw(picture).text((40, 25), character, 255, font, stroke_width=weight)
    return np.array(picture)


def lean(sheet: GreyImage, random: Random) -> GreyImage:
    """Lean and turn what is drawn a little, as a hand or a scanner would."""
    height, width = sheet.shape
    slant, turn = random.normal(0.05, 0.15), random.normal(0, 0.08)
    move = np.array([[1, -slant, slant * height / 2], [turn, 1, -turn * width / 2]])
    return np.asarray(cv2.warpAffine(sheet, move, (width, height)), np.uint8)


def draw_scribble(source: Source, random: Random) -> GreyImage:
    """Draw an aimless tangle of a pen."""
    steps = random.normal(0, 34, (int(random.integers(10, 17)), 2))
    points = np.clip(60 + steps, 5, 115).round().astype(np.int32)
    sheet = np.zeros((120, 120), np.uint8)
    cv2.polylines(sheet, [points], False, 255, int(random.integers(5, 10)), cv2.LINE_AA)
    return sheet


KINDS: dict[str, Draw] = {
    "pairs": draw_pair,
    "triples": draw_triple,
    "stacked pairs": draw_stacked,
    "struck": draw_struck,
    "scribbled over": draw_crossed_out,
    "crosses": draw_cross,
    "pen letters": draw_pen_letter,
    "printed letters": draw_printed_letter,
    "halves": draw_half,
    "overwritten": draw_overwritten,
    "scribbles": draw_scribble,
    "printed signs": draw_sign,
}


def draw_own(source: Source, count: int, seed: int) -> dict[str, GreyImage]:
    """Make (count, 28, 28) glyphs of each kind of junk that is drawn here."""
    return {
        kind: repeat(partial(draw, source, np.random.default_rng([seed, place])), count)
        for place, (kind, draw) in enumerate(KINDS.items())
    }


def draw_trained(source: Source, count: int, seed: int) -> dict[str, GreyImage]:
    """Make glyphs of each kind that models are trained on, from digits they never saw."""
    digits = Digits(source.glyphs, source.labels.astype(np.uint8))
    return {
        f"trained: {kind}": repeat(
            partial(make_junk, digits, np.random.default_rng([seed, 1000 + place]), kind), count
        )
        for place, kind in enumerate(TRAINED_KINDS)
    }


def repeat(draw: Callable[[], GreyImage], count: int) -> GreyImage:
    """Draw ``count`` times and bring each into the geometry of a glyph."""
    return np.stack([normalise_glyph(draw()) for _ in range(count)])


def doubt(classifier: Classifier, glyphs: GreyImage) -> tuple[np.ndarray, np.ndarray]:
    """Probability of *not one digit*, and whether that is the likeliest class."""
    said = classifier.classify(glyphs)
    return said[:, NOT_A_DIGIT], said.argmax(axis=1) == NOT_A_DIGIT


def report(classifier: Classifier, real: dict[str, GreyImage], junk: dict[str, GreyImage]) -> str:
    """Table of one model: kinds of junk down, sets of real digits across."""
    rows = [["caught %", "n", "alone", *(f"1 % of {name}" for name in real)]]
    thresholds, refused = [], []
    for glyphs in real.values():
        doubts, alone = doubt(classifier, glyphs)
        thresholds.append(float(np.quantile(doubts, 1 - REFUSED_SHARE)))
        refused.append(percent(float(alone.mean())))
    for kind, glyphs in junk.items():
        doubts, alone = doubt(classifier, glyphs)
        caught = [percent(float((doubts > threshold).mean()), 1) for threshold in thresholds]
        rows.append([kind, str(len(glyphs)), percent(float(alone.mean()), 1), *caught])
    rows.append(["threshold", "", "", *(f"{threshold:.3g}" for threshold in thresholds)])
    rows.append(["real ones refused alone %", "", "", *refused])
    return align_columns(rows)


def contact_sheet(junk: dict[str, GreyImage], columns: int = 24) -> GreyImage:
    """Lay the first glyphs of every kind in a row, black on white."""
    rows = [np.hstack(list(np.pad(glyphs[:columns], ((0, 0), (2, 2), (2, 2))))) for glyphs in
            junk.values()]  # fmt: skip
    return np.asarray(255 - enlarge(np.vstack(rows)), np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with MNIST; default: the cache")
    parser.add_argument("--digits", type=Path, help="labelled folder of other real digits")
    parser.add_argument("--model", nargs="+", default=["logistic", "svm", "cnn"])
    parser.add_argument("--count", type=int, default=1000, help="glyphs a kind; default: 1000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sheet", type=Path, help="also draw some of the junk into this PNG")
    options = parser.parse_args()
    classifiers = {model: load_classifier(model) for model in options.model}
    mnist = load_mnist(options.data)
    real = {"MNIST test": mnist.test_images}
    if options.digits:
        real[options.digits.name] = load_folder(options.digits).images
    source = Source(mnist.test_images, mnist.test_labels)
    junk = draw_own(source, options.count, options.seed)
    junk |= draw_trained(source, options.count, options.seed)
    if options.sheet:
        cv2.imwrite(str(options.sheet), contact_sheet(junk))
    print(f"{describe_setting()}; seed {options.seed}")
    for model, classifier in classifiers.items():
        print(f"\n{model}\n{report(classifier, real, junk)}")


if __name__ == "__main__":
    main()
