"""Damaged files in, counts of what became of them out: a page, a clean refusal, or anything else.

Tiny files of each format are mutated from a seed and read by a child process with a bound on its
memory and on the time of each file. A child that dies or hangs is counted and replaced. Every case
can be made again: ``--only FORMAT --first K --count 1 --keep DIR`` writes it to DIR.
"""

from __future__ import annotations

import argparse
import json
import random
import select
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from seeds import FORMATS, make_seeds, mutate
from setting import describe_setting

MEMORY_BYTES = 3 << 30
"""Address space of a child; what it takes beyond is refused to it."""
SECONDS = 30
"""Longest time for one file. PDFium has a bound of its own, of 60 seconds of the processor."""
MPIXELS = 4
READ_EVERY = 25
"""One of so many pages that decode is read, too."""
OUTCOMES = ("page", "refused", "memory", "bug", "crash", "hang")


def main() -> None:
    options = parse_options()
    if options.worker:
        work(options.worker, options.seed, options.first, options.count, options.keep)
        return
    formats = options.only or FORMATS
    print(describe_setting())
    print(f"seed {options.seed}, {options.count:,} files of each format\n")
    print("| format |", " | ".join(OUTCOMES), "|")
    print("|---" * (len(OUTCOMES) + 1) + "|")
    bad = 0
    for kind in formats:
        counts = fuzz(kind, options.seed, options.first, options.count, options.keep)
        print(f"| {kind} |", " | ".join(f"{counts[each]:,}" for each in OUTCOMES), "|", flush=True)
        bad += sum(counts[each] for each in ("bug", "crash", "hang"))
    raise SystemExit(1 if bad else 0)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="files of each format")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--only", action="append", choices=FORMATS)
    parser.add_argument("--keep", type=Path, help="folder for files that end badly")
    parser.add_argument("--worker", choices=FORMATS, help=argparse.SUPPRESS)
    return parser.parse_args()


def fuzz(kind: str, seed: int, first: int, count: int, keep: Path | None) -> Counter[str]:
    """Run all cases of a format, each child going on where the last one ended."""
    counts: Counter[str] = Counter()
    place, end = first, first + count
    while place < end:
        for outcome, words in run_child(kind, seed, place, end - place, keep):
            counts[outcome] += 1
            if outcome in ("bug", "crash", "hang"):
                print(f"{kind} {place}: {outcome} {words}", file=sys.stderr)
            place += 1
    return counts


def run_child(
    kind: str, seed: int, first: int, count: int, keep: Path | None
) -> Iterator[tuple[str, str]]:
    command = [sys.executable, __file__, "--worker", kind, "--seed", str(seed)]
    command += ["--first", str(first), "--count", str(count)]
    command += ["--keep", str(keep)] if keep else []
    done = 0
    # Decoders written in C complain of every file.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        while done < count:
            # The first answer also waits for the libraries to load.
            ready, _, _ = select.select([child.stdout], [], [], SECONDS + 70 * (kind == "pdf"))
            line = child.stdout.readline() if ready else b""
            if not line:
                child.kill()
                yield ("crash" if ready else "hang"), f"status {child.wait()}"
                return
            outcome, words = json.loads(line)
            yield outcome, words
            done += 1


def work(kind: str, seed: int, first: int, count: int, keep: Path | None) -> None:
    """Read mutated files one after another, and say of each what became of it."""
    bound_memory()
    seeds = make_seeds(kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"page.{kind}"
        for number in range(first, first + count):
            chance = random.Random(f"{seed} {kind} {number}")
            data = mutate(kind, chance.choice(seeds), chance)
            path.write_bytes(data)
            if keep and count == 1:
                (keep / f"{kind}-{number}.{kind}").write_bytes(data)
            outcome = try_model(path) if kind == "onnx" else try_page(path, number)
            if keep and outcome[0] == "bug":
                (keep / f"{kind}-{number}.{kind}").write_bytes(data)
            sys.stdout.write(json.dumps(outcome) + "\n")
            sys.stdout.flush()


def bound_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.RLIM_INFINITY))


def try_page(path: Path, number: int) -> tuple[str, str]:
    """Find the pages of a file and decode the first two; read some of what decodes."""
    from digitscan.errors import PageError
    from digitscan.scan.pages import load_page
    from digitscan.scan.sources import find_pages

    refused = ""
    try:
        for _, ref in zip(range(2), find_pages([str(path)]), strict=False):
            try:
                page = load_page(ref, max_mpixels=MPIXELS)
            except PageError as error:
                refused = str(error)
                continue
            assert page.image.size <= MPIXELS * 1e6
            if number % READ_EVERY == 0:
                reader().read(page)
    except Exception as error:
        return "bug", f"{type(error).__name__}: {error}"
    if "memory" in refused and "PDF" not in refused:
        return "memory", refused
    return ("refused" if refused else "page"), refused


def reader():  # type: ignore[no-untyped-def]
    from digitscan.reader import Reader

    global _reader
    _reader = _reader or Reader("logistic")
    return _reader


_reader = None


def try_model(path: Path) -> tuple[str, str]:
    from digitscan.errors import ModelError
    from digitscan.glyph.classifier import load_classifier

    try:
        load_classifier(str(path))
    except ModelError as error:
        return "refused", str(error)
    except Exception as error:
        return "bug", f"{type(error).__name__}: {error}"
    return "page", ""


if __name__ == "__main__":
    main()
