"""Learn from labelled pages what confidence is worth; the file that digitscan reads with.

    python benchmarks/calibrate.py [--fit FOLDER ...] --check FOLDER ... [--model cnn] [-o FILE]

Each kind of model has a file of its own, so it is to be called for the cnn, the svm and logistic.

Each FOLDER holds pages and their truth.json. The weights and the bias are fitted on the pages of
--fit; what values of a confidence came to is counted on those of --check, which must be by other
writers. Without --fit the calibration keeps its weights, and is only counted anew. No page of
either may have been used to train a model.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from setting import describe_setting

from digitscan.glyph.calibration import Calibration, file_of
from digitscan.glyph.confidence import measures_of
from digitscan.measure.intervals import wilson_interval
from digitscan.measure.pages import digits_of, judge_claims, load_truth, read_pages
from digitscan.reader import Reader, ReaderSettings
from digitscan.values import CLASS_COUNT, NOT_A_DIGIT, Reading, Status

PENALTY = 0.3
"""Inverse strength of the penalty on weights; few values tell of each pair of digits."""
MOST_SWAY = 0.5
"""A pair adds or takes no more log odds: other hands may mistake other digits. A 7 that may be a 1
is doubtful where people write 1s with a flag; elsewhere it is not. And what may be no digit is
never trusted more: composed pages hold few letters."""
THRESHOLDS = (
    *(0.9995, 0.999, 0.998, 0.997, 0.996, 0.995, 0.994, 0.992, 0.99, 0.9875, 0.985, 0.98),
    *(0.975, 0.97, 0.96, 0.95, 0.94, 0.92, 0.9, 0.88, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.0),
)


def gather(reader: Reader, folders: Iterable[Path]) -> list[tuple[Reading, bool]]:
    """Each value that nothing but its confidence keeps from being ok, and whether it is right."""
    found = []
    for folder in folders:
        truth = load_truth(folder / "truth.json")
        for name, page in truth.items():
            results = list(read_pages(reader, folder, [name]))
            readings = [r.reading for result in results for r in result.records]
            readings = [reading for reading in readings if digits_of(reading)]
            for reading, claim in zip(readings, judge_claims(results, page), strict=True):
                if reading.status is Status.OK and claim.right is not None:
                    found.append((reading, claim.right))
    return found


def fit(found: Iterable[tuple[Reading, bool]]) -> Calibration:
    """Logistic regression of being right on the measures and the pair of the evidence."""
    from sklearn.linear_model import LogisticRegression

    whole = [(r.evidence, right) for r, right in found if r.evidence and not r.evidence.torn]
    pairs = np.zeros((len(whole), 10, CLASS_COUNT))
    for row, (evidence, _) in zip(pairs, whole, strict=True):
        row[evidence.pair] = 1
    measures = np.array([measures_of(evidence) for evidence, _ in whole])
    table = np.hstack([measures, pairs.reshape(len(whole), -1)])
    right = [right for _, right in whole]
    odds = LogisticRegression(C=PENALTY, max_iter=5000).fit(table, right).coef_[0]
    sway = odds[measures.shape[1] :].reshape(10, CLASS_COUNT)
    most = np.where(np.arange(CLASS_COUNT) == NOT_A_DIGIT, 0.0, MOST_SWAY)
    np.clip(sway, -MOST_SWAY, most, out=sway)
    model = LogisticRegression(C=1e3).fit((table @ odds)[:, None], right)
    weights, swayed = np.split((model.coef_[0] * odds).round(4), [measures.shape[1]])
    pairs_of = tuple(tuple(row) for row in swayed.reshape(10, CLASS_COUNT).tolist())
    return Calibration(round(float(model.intercept_[0]), 4), tuple(weights.tolist()), pairs_of, ())


def count_steps(found: Iterable[tuple[Reading, bool]]) -> list[tuple[float, int, int]]:
    """Threshold, values with that confidence or more, and how many of them are wrong."""
    pairs = list(found)
    confidence = np.array([reading.confidence for reading, _ in pairs])
    right = np.array([right for _, right in pairs], np.bool_)
    above = [confidence >= threshold for threshold in THRESHOLDS]
    return [
        (threshold, int(kept.sum()), int((kept & ~right).sum()))
        for threshold, kept in zip(THRESHOLDS, above, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--fit", type=Path, nargs="+", help="folders to fit on; default: none, only count"
    )
    parser.add_argument("--check", type=Path, nargs="+", required=True, help="folders to count on")
    parser.add_argument("--model", default="cnn", help="model; default: cnn")
    parser.add_argument("-o", "--output", type=Path, help="default: the one for the model's kind")
    options = parser.parse_args()
    print(describe_setting())
    before = Reader(options.model, ReaderSettings(min_confidence=0.0))
    calibration = before.calibration
    if options.fit:
        found = gather(before, options.fit)
        calibration = fit(found)
        wrong = sum(not right for _, right in found)
        print(f"fitted on {len(found)} values, {wrong} of them wrong: {calibration}")
    after = Reader(options.model, ReaderSettings(min_confidence=0.0, calibration=calibration))
    steps = count_steps(gather(after, options.check))
    print("\nconfidence  values  wrong  error %  95 % interval")
    for threshold, values, wrong in steps:
        low, high = wilson_interval(wrong, values)
        share = 100 * wrong / max(values, 1)
        print(f"{threshold:10} {values:7} {wrong:6} {share:8.2f}  {100 * low:.2f}–{100 * high:.2f}")
    content = {
        "bias": calibration.bias,
        "weights": calibration.weights,
        "pairs": calibration.pairs,
        "steps": steps,
    }
    output = options.output or file_of(before.classifier.card.kind)
    output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {output}")


if __name__ == "__main__":
    main()
