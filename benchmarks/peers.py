"""Accuracy and cost of reading whole pages, beside general OCR engines on the same pages.

    python benchmarks/peers.py FOLDER ... [--model cnn] [--tesseract PROGRAM] [--rapidocr PYTHON]

Each FOLDER holds pages and a truth.json, as for pages.py; pages in folders inside it are a set of
their own. Every reader is one process over all pages of a set, on one core: CPU seconds a page are
its user and system time, less what it needs for one small empty page, divided by the pages. All
get the same upright PNG files, so that none is misled by a photo's orientation.

The engines are optional: `tesseract` (a program; Debian: tesseract-ocr) and RapidOCR (PP-OCRv4
through ONNX Runtime; `pip install rapidocr-onnxruntime`, in an environment of its own: name its
Python). They are not made for handwritten digits, have no notion of doubt that could be compared,
and also read what is printed: the comparison says what a user gets who has only them. What an
engine claims is each run of digits in its text, points, commas, dashes and apostrophes inside left
out, and single digits that stand apart in a row joined. Every claim counts as `ok`. A printed
number that is the same as a written one on the page counts as found.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import cv2
import numpy as np
from process import DIGITSCAN, Process, run_process
from read_speed import BEYOND_DECODING, Clock, run_stages
from setting import describe_setting

from digitscan.glyph.classifier import load_classifier
from digitscan.measure.pages import PageTruth, load_truth, measure_pages
from digitscan.measure.text import align_columns
from digitscan.scan.pages import load_page
from digitscan.values import Box, Field, FieldKind, PageRef, PageResult, Reading, Record, Status

NUMBER = re.compile(r"(?<![0-9])[0-9](?: [0-9])+(?![0-9])|[0-9](?:[0-9.,'’-]*[0-9])?")
"""A run of digits as people write them: 1,234 or 8-3-89 is one, and so is 4 7 1 in a comb."""
ONE_CORE = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}
"""Threads that wait for one another burn time that is no work."""

RAPIDOCR = """
import json, sys
from rapidocr_onnxruntime import RapidOCR
engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
with open(sys.argv[1], "w", encoding="utf-8") as out:
    for path in sys.argv[2:]:
        found = engine(path)[0] or []
        out.write(json.dumps([[line[1], float(line[2])] for line in found]) + "\\n")
"""
"""Reads the pages named; writes for each a line with the texts found and their scores."""

Claims = list[list[Reading]]


@dataclass(frozen=True, slots=True)
class PageReader:
    """A program that reads pages.

    ``command`` gives what to run on some pages, with the path it shall write to; ``claims`` gives
    what it read, page by page, from that path.
    """

    name: str
    command: Callable[[Sequence[Path], Path], list[str]]
    claims: Callable[[Path, int], Claims]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a reader came to on a set of pages; ``cpu_s`` is without what it takes to start."""

    pages: str
    reader: str
    n: int
    values: int
    auto: int
    found: int
    harm: int
    cpu_s: float
    start_s: float
    peak_bytes: int


def digitscan_reader(model: str) -> PageReader:
    """Give digitscan itself, through its command line."""

    def command(pages: Sequence[Path], out: Path) -> list[str]:
        options = ["-q", "--model", model, "-f", "jsonl", "-o", str(out)]
        return [*DIGITSCAN, "read", *options, *map(str, pages)]

    return PageReader(f"digitscan {model}", command, _digitscan_claims)


def _digitscan_claims(out: Path, pages: int) -> Claims:
    by_page: dict[str, list[Reading]] = defaultdict(list)
    for row in map(json.loads, out.read_text("utf-8").splitlines()):
        readings = by_page[row["file"]]
        if row["value"]:
            readings.append(Reading(row["value"], row["confidence"], Status(row["status"])))
    return list(by_page.values())


def tesseract_reader(program: str, name: str, options: Sequence[str]) -> PageReader:
    """Give Tesseract with some options."""

    def command(pages: Sequence[Path], out: Path) -> list[str]:
        names = out.with_suffix(".list")
        names.write_text("".join(f"{page}\n" for page in pages), "utf-8")
        return [program, str(names), str(out), *options, "tsv"]

    return PageReader(name, command, _tesseract_claims)


def _tesseract_claims(out: Path, pages: int) -> Claims:
    claims: Claims = [[] for _ in range(pages)]
    with out.with_name(f"{out.name}.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            confidence = min(max(float(row["conf"]) / 100, 0.0), 1.0)
            claims[int(row["page_num"]) - 1] += _numbers(row["text"] or "", confidence)
    return claims


def rapidocr_reader(python: str) -> PageReader:
    """Give RapidOCR of another Python's environment."""

    def command(pages: Sequence[Path], out: Path) -> list[str]:
        return [python, "-c", RAPIDOCR, str(out), *map(str, pages)]

    return PageReader("RapidOCR, PP-OCRv4", command, _rapidocr_claims)


def _rapidocr_claims(out: Path, pages: int) -> Claims:
    lines = map(json.loads, out.read_text("utf-8").splitlines())
    return [[one for text, score in line for one in _numbers(text, score)] for line in lines]


def _numbers(text: str, confidence: float) -> Iterator[Reading]:
    """Claim each number in a text."""
    for run in NUMBER.findall(text):
        yield Reading("".join(filter(str.isdigit, run)), confidence, Status.OK)


def find_readers(options: argparse.Namespace) -> Iterator[PageReader]:
    """Give digitscan and those engines that are installed; tell of the others."""
    yield digitscan_reader(options.model)
    if shutil.which(options.tesseract):
        yield tesseract_reader(options.tesseract, "Tesseract", ["--psm", "3"])
        sparse = ["--psm", "11", "-c", "tessedit_char_whitelist=0123456789"]
        yield tesseract_reader(options.tesseract, "Tesseract, sparse digits", sparse)
    else:
        print(f"left out: Tesseract ({options.tesseract}: no such program)")
    probe = [options.rapidocr, "-c", "import rapidocr_onnxruntime"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        yield rapidocr_reader(options.rapidocr)
    else:
        print(f"left out: RapidOCR ({options.rapidocr} can't import rapidocr_onnxruntime)")


def sets_of(folder: Path, truth: Mapping[str, PageTruth]) -> dict[str, dict[str, PageTruth]]:
    """Sort the pages of a folder by the folder that they lie in."""
    sets: dict[str, dict[str, PageTruth]] = defaultdict(dict)
    for name, one in truth.items():
        inner = PurePath(name).parent
        sets[str(PurePath(folder.name) / inner)][name] = one
    return dict(sets)


def write_upright(folder: Path, names: Iterable[str], target: Path) -> list[Path]:
    """Decode pages and write each as PNG, upright."""
    paths = []
    for place, name in enumerate(names):
        page = load_page(PageRef(str(folder / name)))
        paths.append(target / f"{place:04}.png")
        cv2.imwrite(str(paths[-1]), page.image if page.colour is None else page.colour)
    return paths


def measure(
    reader: PageReader, paths: Sequence[Path], truth: Mapping[str, PageTruth], name: str
) -> Measured:
    """Let a reader read pages, in the order of their truth, and score what it claims."""
    folder = paths[0].parent
    empty = folder / "empty.png"
    cv2.imwrite(str(empty), np.full((120, 160), 255, np.uint8))
    start, _ = _run(reader, [empty], folder / "start")
    run, claims = _run(reader, paths, folder / "claims")
    results = [_result(name, of_page) for name, of_page in zip(truth, claims, strict=True)]
    score = measure_pages(results, truth).total
    return Measured(
        pages=name,
        reader=reader.name,
        n=len(paths),
        values=score.truth,
        auto=score.auto,
        found=score.found,
        harm=score.harm,
        cpu_s=max(run.cpu_s - start.cpu_s, 0.0),
        start_s=start.cpu_s,
        peak_bytes=run.peak_bytes,
    )


def _run(reader: PageReader, pages: Sequence[Path], out: Path) -> tuple[Process, Claims]:
    out.unlink(missing_ok=True)
    done = run_process(reader.command(pages, out), ONE_CORE)
    return done, reader.claims(out, len(pages))


def _result(page: str, claims: Sequence[Reading]) -> PageResult:
    ref = PageRef(page)
    field = Field("", Box(0, 0, 1, 1), FieldKind.LINE)
    return PageResult(ref, tuple(Record(ref, field, reading) for reading in claims))


def together(measured: Sequence[Measured], name: str) -> list[Measured]:
    """Add up the sets of each reader, in the order of the readers."""
    by_reader: dict[str, list[Measured]] = defaultdict(list)
    for one in measured:
        by_reader[one.reader].append(one)
    return [
        Measured(
            pages=name,
            reader=reader,
            n=sum(one.n for one in own),
            values=sum(one.values for one in own),
            auto=sum(one.auto for one in own),
            found=sum(one.found for one in own),
            harm=sum(one.harm for one in own),
            cpu_s=sum(one.cpu_s for one in own),
            start_s=max(one.start_s for one in own),
            peak_bytes=max(one.peak_bytes for one in own),
        )
        for reader, own in by_reader.items()
    ]


def peers_table(measured: Sequence[Measured]) -> str:
    """One line for each reader and set; the first reader of a set is what costs are compared to."""
    head = ["pages", "reader", "n", "values", "auto %", "found %", "wrong ok", "% of ok"]
    rows = [[*head, "CPU s a page", "ratio", "start s", "peak MB"]]
    first: dict[str, Measured] = {}
    for one in measured:
        ours = first.setdefault(one.pages, one)
        rows.append(
            [
                one.pages,
                one.reader,
                str(one.n),
                str(one.values),
                f"{100 * one.auto / max(one.values, 1):.1f}",
                f"{100 * one.found / max(one.values, 1):.1f}",
                str(one.harm),
                f"{100 * one.harm / max(one.auto + one.harm, 1):.1f}",
                f"{one.cpu_s / one.n:.3f}",
                f"{one.cpu_s / one.n / max(ours.cpu_s / ours.n, 1e-9):.2f}",
                f"{one.start_s:.2f}",
                f"{one.peak_bytes / 1e6:.0f}",
            ]
        )
    return align_columns(rows)


def measure_stages(paths: Sequence[Path], model: str) -> list[str]:
    """CPU milliseconds a page of each stage of digitscan, the first page read once before."""
    classifier = load_classifier(model)
    run_stages(Clock(), paths[0], classifier)
    clock = Clock(time.process_time)
    for path in paths:
        run_stages(clock, path, classifier)
    seconds = [sum(clock.seconds[stage]) for stage in ("load", *BEYOND_DECODING)]
    return [f"{1000 * one / len(paths):.1f}" for one in [*seconds, sum(seconds)]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, help="folders with pages and truth.json")
    parser.add_argument("--model", default="cnn", help="digitscan's model; default: cnn")
    parser.add_argument("--tesseract", default="tesseract", help="program; default: tesseract")
    parser.add_argument(
        "--rapidocr", default=sys.executable, help="Python that has it; default: this one"
    )
    options = parser.parse_args()
    print(describe_setting())
    readers = list(find_readers(options))
    measured: list[Measured] = []
    stages = [["pages", "load", *BEYOND_DECODING, "all"]]
    for folder in options.folders:
        of_folder: list[Measured] = []
        sets = sets_of(folder, load_truth(folder / "truth.json"))
        for name, truth in sets.items():
            with tempfile.TemporaryDirectory() as target:
                paths = write_upright(folder, truth, Path(target))
                of_folder += [measure(reader, paths, truth, name) for reader in readers]
                stages.append([name, *measure_stages(paths, options.model)])
            print(f"read: {name}", file=sys.stderr)
        measured += of_folder
        measured += together(of_folder, f"{folder.name}, all") if len(sets) > 1 else []
    print(f"\n{peers_table(measured)}\n")
    print(f"digitscan's stages, CPU milliseconds a page:\n{align_columns(stages)}")


if __name__ == "__main__":
    main()
