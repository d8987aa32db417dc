"""Learn from labelled pages what confidence is worth; the file that digitscan reads with.

    python benchmarks/calibrate.py --fit FOLDER ... --check FOLDER ... [--model cnn] [-o FILE]

Each FOLDER holds pages and their truth.json. The two weights and the bias are fitted on the pages
of --fit; what values of a confidence came to is counted on those of --check, which must be by other
writers. No page of either may have been used to train a model.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from setting import describe_setting

from digitscan.glyph.calibration import FILE, Calibration
from digitscan.glyph.confidence import log_odds
from digitscan.measure.intervals import wilson_interval
from digitscan.measure.pages import digits_of, judge_claims, load_truth, read_pages
from digitscan.reader import Reader, ReaderSettings
from digitscan.values import Reading, Status

THRESHOLDS = (
    *(0.9995, 0.999, 0.998, 0.997, 0.996, 0.995, 0.994, 0.992, 0.99, 0.9875, 0.985, 0.98),
    *(0.975, 0.97, 0.96, 0.95, 0.94, 0.92, 0.9, 0.88, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5, 0.0),
)
PLAIN = Calibration(bias=0.0, posterior=1.0, weakest=0.0, steps=())
"""With this calibration the confidence is the posterior."""

Evidence = npt.NDArray[np.float64]


def gather(reader: Reader, folders: Iterable[Path]) -> tuple[Evidence, npt.NDArray[np.bool_]]:
    """Evidence (n, 2) of each value that could be ok, and whether it is right."""
    rows, right = [], []
    for folder in folders:
        truth = load_truth(folder / "truth.json")
        for name, page in truth.items():
            results = list(read_pages(reader, folder, [name]))
            readings = [r.reading for result in results for r in result.records]
            readings = [reading for reading in readings if digits_of(reading)]
            for reading, claim in zip(readings, judge_claims(results, page), strict=True):
                if reading.status is Status.OK and claim.right is not None:
                    rows.append((log_odds(reading.confidence), log_odds(weakest_of(reading))))
                    right.append(claim.right)
    return np.array(rows, np.float64).reshape(-1, 2), np.array(right, np.bool_)


def weakest_of(reading: Reading) -> float:
    """Least probability, among the digits of a value, of its class."""
    return min(
        float(digit.probabilities[int(character)])
        for digit, character in zip(reading.digits, reading.value, strict=True)
    )


def fit(evidence: Evidence, right: npt.NDArray[np.bool_]) -> Calibration:
    """Logistic regression of being right on the two log odds."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0).fit(evidence, right)
    posterior, weakest = (float(weight) for weight in model.coef_[0])
    return Calibration(float(model.intercept_[0]), posterior, weakest, ())


def count_steps(
    calibration: Calibration, evidence: Evidence, right: npt.NDArray[np.bool_]
) -> list[tuple[float, int, int]]:
    """Threshold, values with that confidence or more, and how many of them are wrong."""
    weights = np.array([calibration.posterior, calibration.weakest])
    confidence = 1 / (1 + np.exp(-(calibration.bias + evidence @ weights)))
    steps = []
    for threshold in THRESHOLDS:
        above = confidence >= threshold
        steps.append((threshold, int(above.sum()), int((above & ~right).sum())))
    return steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fit", type=Path, nargs="+", required=True, help="folders to fit on")
    parser.add_argument("--check", type=Path, nargs="+", required=True, help="folders to count on")
    parser.add_argument("--model", default="cnn", help="model; default: cnn")
    parser.add_argument("-o", "--output", type=Path, default=FILE, help=f"default: {FILE.name}")
    options = parser.parse_args()
    print(describe_setting())
    reader = Reader(options.model, ReaderSettings(min_confidence=0.0, calibration=PLAIN))
    evidence, right = gather(reader, options.fit)
    calibration = fit(evidence, right)
    print(f"fitted on {len(right)} values, {int((~right).sum())} of them wrong: {calibration}")
    evidence, right = gather(reader, options.check)
    steps = count_steps(calibration, evidence, right)
    print("\nconfidence  values  wrong  error %  95 % interval")
    for threshold, values, wrong in steps:
        low, high = wilson_interval(wrong, values)
        share = 100 * wrong / max(values, 1)
        print(f"{threshold:10} {values:7} {wrong:6} {share:8.2f}  {100 * low:.2f}–{100 * high:.2f}")
    content = {
        "bias": round(calibration.bias, 4),
        "posterior": round(calibration.posterior, 4),
        "weakest": round(calibration.weakest, 4),
        "steps": steps,
    }
    options.output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {options.output}")


if __name__ == "__main__":
    main()
