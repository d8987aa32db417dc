"""Many pages: speed with one worker and two, memory, overhead, and a batch that is shot at.

    python benchmarks/batch.py speed --pages 2000
    python benchmarks/batch.py overhead
    python benchmarks/batch.py chaos --pages 400
    python benchmarks/batch.py cluster

Pages are drawn: A4, 300 dpi, grey, 50 boxes of 5 digits; eight different ones, under as many names
as are asked for. Memory is that of all processes together, what they share counted once.

In the batch that is shot at, 20 pages are cut short, bombs, end the process that reads them or
hang. A worker is killed every ten seconds, and the program itself is now interrupted and now
killed, and gone on with, until it is done. Its table must be that of a run left in peace.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from paper import add_grain, blank_page, write_digit
from process import DIGITSCAN
from setting import describe_setting
from tree import memory_mb, workers

from digitscan.measure.text import align_columns
from digitscan.values import GreyImage

DIFFERENT = 8
ROWS, COLUMNS, DIGITS = 10, 5, 5
EARLY = 200
"""Page up to which memory is called early."""
KILL_EVERY_S = 10
PAGE_TIMEOUT_S = 8
POISONED = Path(__file__).with_name("poisoned.py")


class Run(NamedTuple):
    """One run over all pages: seconds, those of the processors, memory and the table."""

    seconds: float
    cpu_s: float
    early_mb: float
    late_mb: float
    table: bytes


def draw_page(seed: int) -> GreyImage:
    """Draw a page with 50 boxes of 5 digits each."""
    rng = np.random.default_rng(seed)
    page = blank_page()
    for row in range(ROWS):
        for column in range(COLUMNS):
            draw_box(page, 250 + 310 * row, 120 + 460 * column, rng)
    return add_grain(page, rng)


def draw_box(page: GreyImage, top: int, left: int, rng: np.random.Generator) -> None:
    cv2.rectangle(page, (left, top), (left + 400, top + 110), 70, 3)
    for place in range(DIGITS):
        write_digit(page, (top + 55, left + 50 + 74 * place), (60, 75), 62, rng)


def make_pages(folder: Path, count: int) -> None:
    """Fill a folder with pages; those that look alike are one file with several names."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"page{number:05}.png"
        if number < DIFFERENT:
            cv2.imwrite(str(path), draw_page(number))
        else:
            path.hardlink_to(folder / f"page{number % DIFFERENT:05}.png")


def make_tiny_pages(folder: Path, count: int) -> None:
    folder.mkdir()
    page = np.full((120, 200), 255, np.uint8)
    cv2.rectangle(page, (20, 20), (180, 100), 0, 3)
    cv2.line(page, (90, 35), (85, 85), 0, 5)
    for number in range(count):
        cv2.imwrite(str(folder / f"tiny{number:05}.png"), page)


def poison(folder: Path) -> list[str]:
    """Spoil 20 of the pages: cut short, bombs, crashes, hangs; gives their names."""
    paths = sorted(folder.iterdir())
    chosen = random.Random(7).sample(paths[DIFFERENT:], 20)
    names = []
    for number, path in enumerate(chosen):
        kind = ("cut", "bomb", "crash", "hang")[number % 4] if number < 16 else "crash"
        spoilt = path.with_name(f"{kind}-{path.name}") if kind in ("crash", "hang") else path
        content = path.read_bytes()
        path.unlink()
        if kind == "cut":
            content = content[: len(content) // 2]
        spoilt.write_bytes(bomb() if kind == "bomb" else content)
        names.append(spoilt.name)
    return names


def bomb() -> bytes:
    """A small PNG that says it is 100,000 pixels wide and high."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1 << 20))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def run_watched(pages: Path, jobs: int, table: Path) -> Run:
    """Read all pages and watch the memory of the processes that do it."""
    command = [*DIGITSCAN, "read", "-v", str(pages), "-j", str(jobs), "-o", str(table)]
    started, busy = time.perf_counter(), cpu_seconds()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    done, early, late = 0, 0.0, 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal early, late
        while not ended.wait(0.25):
            now = memory_mb(process.pid)
            if done <= EARLY:
                early = max(early, now)
            else:
                late = max(late, now)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for line in process.stderr:
        done += " page 1: " in line
    process.wait()
    seconds = time.perf_counter() - started
    ended.set()
    watcher.join()
    return Run(seconds, cpu_seconds() - busy, early, late, table.read_bytes())


def measure_speed(folder: Path, count: int) -> str:
    """Compare one worker with two."""
    make_pages(folder / "pages", count)
    head = ["workers", "pages", "seconds", "pages/s", "CPU s a page"]
    rows = [[*head, f"MB to page {EARLY}", "MB after it", "rows"]]
    runs = {jobs: run_watched(folder / "pages", jobs, folder / f"j{jobs}.csv") for jobs in (1, 2)}
    for jobs, run in runs.items():
        rate, lines = f"{count / run.seconds:.2f}", str(run.table.count(b"\n") - 1)
        memory = [f"{run.early_mb:.0f}", f"{run.late_mb:.0f}"]
        cpu = f"{run.cpu_s / count:.3f}"
        rows.append([str(jobs), str(count), f"{run.seconds:.1f}", rate, cpu, *memory, lines])
    same = "the same bytes" if runs[1].table == runs[2].table else "DIFFERENT TABLES"
    ratio = runs[1].seconds / runs[2].seconds
    return f"{align_columns(rows)}\nspeed-up {ratio:.2f}; {same}"


PLAIN_LOOP = """
import sys
from pathlib import Path
from digitscan.reader import Reader
from digitscan.report.formats import make_writer
from digitscan.values import PageRef
import cv2
cv2.setNumThreads(1)
reader, writer = Reader(), make_writer("csv")
with open(sys.argv[2], "w", newline="") as sink:
    writer.open(sink)
    for path in sorted(Path(sys.argv[1]).iterdir()):
        writer.write(reader.read_ref(PageRef(str(path)))[1])
"""
"""The reader called page by page, rows flushed page by page, as the batch does."""


def measure_overhead(folder: Path, count: int, repeats: int = 3) -> str:
    """Compare tiny pages by a batch with those by a plain loop, and wait for the first row."""
    pages = folder / "tiny"
    make_tiny_pages(pages, count)
    plain = [sys.executable, "-c", PLAIN_LOOP, str(pages), str(folder / "plain.csv")]
    read = [*DIGITSCAN, "read", "-q", str(pages), "-j", "1"]
    jobs = {
        "plain loop": plain,
        "-j 1, to a pipe": read,
        "-j 1, with journal": [*read, "--overwrite", "-o", str(folder / "batch.csv")],
    }
    took = {name: min(timed(job) for _ in range(repeats)) for name, job in jobs.items()}
    rows = [["tiny pages", "seconds", "of the loop", "CPU seconds", "of the loop"]]
    loop = took["plain loop"]
    for name, each in took.items():
        ratios = [f"{mine / its:.2f}" for mine, its in zip(each, loop, strict=True)]
        rows.append([name, f"{each[0]:.2f}", ratios[0], f"{each[1]:.2f}", ratios[1]])
    same = (folder / "plain.csv").read_bytes() == (folder / "batch.csv").read_bytes()
    make_pages(folder / "pages", 40)
    first = min(time_to_first_row(folder / "pages") for _ in range(repeats))
    told = "the same bytes" if same else "DIFFERENT TABLES"
    return f"{align_columns(rows)}\n{told}; first row of A4 pages after {first:.2f} s"


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Seconds that a program takes, and those of the processors for all its processes."""
    started, busy = time.perf_counter(), cpu_seconds()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started, cpu_seconds() - busy


def cpu_seconds() -> float:
    """Time that programs which have ended kept the processors busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def time_to_first_row(pages: Path) -> float:
    started = time.perf_counter()
    command = [*DIGITSCAN, "read", "-q", str(pages), "-f", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = time.perf_counter() - started
        process.terminate()
    return seconds


def measure_chaos(folder: Path, count: int, seed: int) -> str:
    """Shoot at a batch and compare its table with that of a run left in peace."""
    pages = folder / "pages"
    make_pages(pages, count)
    clean = run_watched(pages, 2, folder / "clean.csv").table
    poisoned = poison(pages)
    command = [sys.executable, str(POISONED), "read", "-q", str(pages), "-j", "2"]
    command += ["--page-timeout", str(PAGE_TIMEOUT_S), "-o"]
    subprocess.run([*command, str(folder / "quiet.csv")], check=False)
    quiet = (folder / "quiet.csv").read_bytes()
    starts, killed = shoot([*command, str(folder / "shot.csv")], random.Random(seed))
    shot = (folder / "shot.csv").read_bytes()
    reasons = [row for row in rows_of(shot) if row["status"] == "page_failed" and row["problem"]]
    whole = "the same bytes" if shot == quiet else "another reason where a shot hit one of the 20"
    rest = "the same bytes" if without(shot, poisoned) == without(quiet, poisoned) else "DIFFERENT"
    clean = "the same bytes" if without(shot, poisoned) == without(clean, poisoned) else "DIFFERENT"
    return (
        f"{count} pages, 20 of them poisoned: {starts} starts, {killed} workers killed\n"
        f"rows that name a page and a reason: {len(reasons)}\n"
        f"beside the quiet run: {whole}\n"
        f"beside the quiet run, without the 20: {rest}\n"
        f"beside a run over the clean pages, without the 20: {clean}"
    )


def rows_of(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def without(table: bytes, poisoned: Sequence[str]) -> list[bytes]:
    """Lines of a table that are not about one of the pages, whose names got a word in front."""
    spoilt = [name.split("-")[-1].encode() for name in poisoned]
    return [line for line in table.splitlines() if not any(name in line for name in spoilt)]


def shoot(command: Sequence[str], chance: random.Random) -> tuple[int, int]:
    """Run a command again and again until it is done; starts, and workers killed on the way."""
    starts = killed = 0
    while True:
        starts += 1
        process = subprocess.Popen([*command, "--resume"])
        # The first three starts are ended early: interrupted, killed, interrupted.
        limit = chance.uniform(8, 25) if starts <= 3 else float("inf")
        started = last = time.monotonic()
        while process.poll() is None and time.monotonic() - started < limit:
            time.sleep(0.05)
            if time.monotonic() - last > KILL_EVERY_S:
                last = time.monotonic()
                for victim in workers(process.pid)[:1]:
                    os.kill(victim, signal.SIGKILL)
                    killed += 1
        if process.poll() is not None:
            return starts, killed
        process.send_signal(signal.SIGKILL if starts == 2 else signal.SIGINT)
        process.wait()


def measure_cluster(folder: Path, count: int) -> str:
    """Read with a Dask cluster of two workers, kill one on the way, and compare the tables."""
    pages, table = folder / "pages", folder / "cluster.csv"
    make_pages(pages, count)
    here = run_watched(pages, 2, folder / "here.csv")
    started = time.perf_counter()
    command = [*DIGITSCAN, "read", "-q", str(pages), "--cluster", "local:2", "-o", str(table)]
    process = subprocess.Popen(command)
    time.sleep(here.seconds / 2)
    victims = workers(process.pid)
    os.kill(victims[0], signal.SIGKILL)
    process.wait()
    seconds = time.perf_counter() - started
    same = "the same bytes" if table.read_bytes() == here.table else "DIFFERENT TABLES"
    return (
        f"{count} pages: 2 workers here {here.seconds:.1f} s; a cluster of 2, one killed on the "
        f"way, {seconds:.1f} s; {same}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["speed", "overhead", "chaos", "cluster"])
    parser.add_argument("--pages", type=int, help="default: 400, of overhead 1,000 tiny ones")
    parser.add_argument("--seed", type=int, default=1, help="chance of the shots; default: 1")
    options = parser.parse_args()
    print(describe_setting())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        match options.what:
            case "speed":
                print(measure_speed(folder, options.pages or 400))
            case "overhead":
                print(measure_overhead(folder, options.pages or 1000))
            case "cluster":
                print(measure_cluster(folder, options.pages or 200))
            case _:
                print(measure_chaos(folder, options.pages or 400, options.seed))


if __name__ == "__main__":
    main()
