"""Time and memory of reading one page.

    python benchmarks/read_speed.py [--page FILE] [--model cnn] [--repeats 7]

Without --page it draws one: A4, 300 dpi, grey, 30 boxes of 5 digits drawn as pen
strokes, paper grain. Two tables:

- the whole process, as a user starts it: wall time, CPU time and peak memory;
- the stages inside a warm process, and what all of them after decoding cost as a multiple of
  decoding the image. Both sides of that ratio are medians of the same run. "decode" is OpenCV's
  bare decoder; "load" is what digitscan does, decoding and every check of the file.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from paper import add_grain, blank_page, write_digit
from process import DIGITSCAN, Process, run_process
from setting import describe_setting

from digitscan.glyph.classifier import Classifier, load_classifier
from digitscan.measure.text import align_columns
from digitscan.reader import Reader, cut_fields, lay_out
from digitscan.scan.cleaning import clean_page
from digitscan.scan.pages import load_page
from digitscan.values import GreyImage, PageRef

FIELD_ROWS, FIELD_COLUMNS, FIELD_DIGITS = 10, 3, 5
BEYOND_DECODING = ("clean", "find", "cut", "classify", "read off")
Outcome = TypeVar("Outcome")


def draw_page(seed: int = 7) -> GreyImage:
    """Draw a page of 150 digits in 30 boxes."""
    rng = np.random.default_rng(seed)
    page = blank_page()
    for row in range(FIELD_ROWS):
        for column in range(FIELD_COLUMNS):
            _draw_field(page, 300 + 300 * row, 200 + 740 * column, rng)
    return add_grain(page, rng)


def _draw_field(page: GreyImage, top: int, left: int, rng: np.random.Generator) -> None:
    cv2.rectangle(page, (left, top), (left + 600, top + 130), 70, 3)
    cv2.putText(page, "amount", (left, top - 15), cv2.FONT_HERSHEY_DUPLEX, 1.1, 60, 2, cv2.LINE_AA)
    for place in range(FIELD_DIGITS):
        write_digit(page, (top + 65, left + 75 + 112 * place), (80, 100), 100, rng)


def measure_process(page: Path, model: str, repeats: int) -> list[Process]:
    """Run ``digitscan read`` on a page, once to warm the cache and then ``repeats`` times."""
    command = [*DIGITSCAN, "read", "-q", "--model", model, str(page)]
    return [run_process(command) for _ in range(repeats + 1)][1:]


def process_text(runs: list[Process]) -> str:
    """Wall time, processor time and peak memory in one line."""
    wall = [run.wall_s for run in runs]
    busy = statistics.median(run.cpu_s for run in runs)
    peak = max(run.peak_bytes for run in runs) / 1e6
    return (
        f"median {statistics.median(wall):.3f} s, least {min(wall):.3f} s; "
        f"{busy:.3f} CPU seconds; peak memory {peak:.0f} MB"
    )


class Clock:
    """Collects the seconds of named stages, of wall time unless another ``timer`` is given."""

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self.timer = timer
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def time(self, stage: str, work: Callable[[], Outcome]) -> Outcome:
        """Do the work and note how long it took."""
        start = self.timer()
        outcome = work()
        self.seconds[stage].append(self.timer() - start)
        return outcome

    def median_ms(self, stage: str) -> float:
        """Median over the repeats, in milliseconds."""
        return 1000 * statistics.median(self.seconds[stage])


def run_stages(clock: Clock, path: Path, classifier: Classifier) -> str:
    """Read a page once, stage by stage; gives what was counted on the way."""
    packed = np.frombuffer(path.read_bytes(), np.uint8)
    clock.time("decode", lambda: cv2.imdecode(packed, cv2.IMREAD_UNCHANGED))
    page = clock.time("load", lambda: load_page(PageRef(str(path))))
    flat = clock.time("clean", lambda: clean_page(page))
    clean, fields = clock.time("find", lambda: lay_out(flat))
    cut = clock.time("cut", lambda: cut_fields(clean, fields))
    reader = Reader(classifier)
    said = clock.time("classify", lambda: reader.classify(cut))
    _, readings = clock.time("read off", lambda: reader.read_off(cut, said))
    glyphs = sum(len(field.candidates) for field in cut)
    digits = sum(len(reading.value) for reading in readings)
    return f"{len(fields)} fields, {glyphs} candidate glyphs, {digits} digits read"


def stage_table(clock: Clock) -> str:
    """Milliseconds of each stage and their share of the bare decoder's."""
    decode = clock.median_ms("decode")
    rows = [["stage", "ms", "x decode"]]
    for stage in ("decode", "load", *BEYOND_DECODING):
        ms = clock.median_ms(stage)
        rows.append([stage, f"{ms:.1f}", f"{ms / decode:.2f}"])
    beyond = sum(clock.median_ms(stage) for stage in BEYOND_DECODING)
    rows.append(["beyond decoding", f"{beyond:.1f}", f"{beyond / decode:.2f}"])
    return align_columns(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--page", type=Path, help="page to read; default: one drawn here")
    parser.add_argument("--model", default="cnn", help="model; default: cnn")
    parser.add_argument("--repeats", type=int, default=7, help="runs of each; default: 7")
    options = parser.parse_args()
    print(describe_setting())
    with tempfile.TemporaryDirectory() as folder:
        path = options.page or Path(folder) / "drawn.png"
        if not options.page:
            cv2.imwrite(str(path), draw_page())
        runs = measure_process(path, options.model, options.repeats)
        print(f"\nwhole process on {path.name} with {options.model}, {len(runs)} runs:")
        print(f"{process_text(runs)}\n")
        classifier = load_classifier(options.model)
        run_stages(Clock(), path, classifier)
        clock = Clock()
        for _ in range(options.repeats):
            counted = run_stages(clock, path, classifier)
    print(f"{stage_table(clock)}\n{counted}")


if __name__ == "__main__":
    main()
