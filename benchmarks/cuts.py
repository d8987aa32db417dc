"""What a model says of the glyphs that cutting touching digits gives.

    python benchmarks/cuts.py [--data MNIST] [--model cnn svm logistic] [--numbers 1500]

Numbers are laid out of MNIST's validation digits, to which the cnn was not fitted (the svm was, in
the end), and of drawn ones, and cut as for the cnn's training (``digitscan.learn.numbers``). A
glyph is a *digit* where it holds nearly all of one digit's ink and hardly any other, a *part* where
it holds too little of any, *several* where it holds much of two. What is none of the three, and
parts so narrow that they may be a 1, are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from setting import describe_setting

from digitscan.glyph.classifier import Classifier, load_classifier
from digitscan.learn.datasets import load_mnist
from digitscan.learn.mixture import Mixture
from digitscan.learn.numbers import CutGlyph, Hand, cut_number, write_number
from digitscan.measure.text import align_columns, percent


def report(classifier: Classifier, glyphs: Sequence[CutGlyph]) -> str:
    """A table: of each kind how many, and the share that the model names rightly."""
    said = classifier.classify(np.stack([each.glyph for each in glyphs])).argmax(axis=1)
    right = said == np.array([each.label for each in glyphs])
    kinds = np.array([each.kind for each in glyphs])
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
    recipe = Mixture()
    hand = Hand(load_mnist(options.data).split()[1], recipe.rare, recipe.squared)
    random = np.random.default_rng(options.seed)
    numbers = (write_number(hand, random) for _ in range(options.numbers))
    glyphs = [glyph for number in numbers for glyph in cut_number(number, random)]
    print(f"{describe_setting()}; seed {options.seed}")
    for model in options.model:
        print(f"\n{model}\n{report(load_classifier(model), glyphs)}")


if __name__ == "__main__":
    main()
