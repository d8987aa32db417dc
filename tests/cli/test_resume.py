"""Batches that are stopped, killed and gone on with, seen from a shell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from digitscan.cli.main import main
from digitscan.errors import ExitCode

FAKE = Path(__file__).with_name("fake_digitscan.py")
PAGES = [f"p{number:02}.png" for number in range(12)]


def draw(path: Path, height: int) -> None:
    assert cv2.imwrite(str(path), np.full((height, 60), 255, np.uint8))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder to work in, with twelve pages of different heights."""
    for number, name in enumerate(PAGES):
        draw(tmp_path / name, 40 + number)
    return tmp_path


def start(folder: Path, *arguments: str, log: str = "log") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, FAKE, *arguments],
        cwd=folder,
        env=os.environ | {"FAKE_LOG": log},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def digitscan(folder: Path, *arguments: str, log: str = "log") -> subprocess.CompletedProcess[str]:
    process = start(folder, *arguments, log=log)
    stdout, stderr = process.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


def begun(folder: Path, log: str = "log") -> list[str]:
    """Pages whose reading was begun, in order; the log starts anew."""
    path = folder / log
    names = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return names


def wait_for(folder: Path, page: str, log: str = "log") -> None:
    deadline = time.monotonic() + 30
    while page not in ((folder / log).read_text() if (folder / log).exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def left(folder: Path) -> list[str]:
    """What lies in the folder besides scans and tables."""
    return sorted(p.name for p in folder.iterdir() if p.suffix not in (".png", ".csv"))


def test_any_number_of_workers_gives_the_same_bytes(scans: Path) -> None:
    (scans / PAGES[3]).rename(scans / "crash.png")
    (scans / PAGES[5]).rename(scans / "large.png")
    (scans / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n no image")
    outputs = []
    for jobs in ("1", "3"):
        out = f"rows{jobs}.json"
        done = digitscan(scans, "read", ".", "-j", jobs, "-o", out, "--overlay", f"pic{jobs}")
        assert done.returncode == ExitCode.SOME_PAGES_FAILED
        assert len(done.stderr.splitlines()) < 45
        outputs.append((scans / out).read_bytes())
    assert outputs[0] == outputs[1]
    failed = [row for row in json.loads(outputs[0])["records"] if row["problem"]]
    assert [row["file"] for row in failed] == ["crash.png", "damaged.png", "large.png"]
    pictures = [sorted((scans / f"pic{jobs}").iterdir()) for jobs in ("1", "3")]
    assert [p.name for p in pictures[0]] == [p.name for p in pictures[1]]
    assert len(pictures[0]) == 10
    for one, other in zip(*pictures, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_killed_batch_goes_on_as_if_nothing_had_been(scans: Path) -> None:
    (scans / PAGES[6]).rename(scans / "hang.png")
    pages = [*PAGES[:6], "hang.png", *PAGES[7:]]
    process = start(scans, "read", *pages, "-j", "1", "-o", "rows.csv")
    wait_for(scans, "hang.png")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert left(scans) == [
        ".rows.csv.part",
        "log",
        "rows.csv.journal",
        *[f"rows.csv.journal-{end}" for end in ("shm", "wal")],
    ]
    said = digitscan(scans, "status", "rows.csv").stdout
    assert said.startswith("rows.csv: interrupted, 6 of 12 pages done, 0 pages failed, 0 in doubt")
    begun(scans)
    draw(scans / "hang.png", 46)
    (scans / "hang.png").rename(scans / PAGES[6])
    refused = digitscan(scans, "read", *PAGES, "-o", "rows.csv")
    assert refused.returncode == ExitCode.OUTPUT_REFUSED
    assert "rows.csv.journal beside it tells of a batch that was not finished" in refused.stderr
    done = digitscan(scans, "read", *PAGES, "-o", "rows.csv", "--resume")
    assert done.returncode == 0, done.stderr
    assert sorted(begun(scans)) == PAGES[6:]
    digitscan(scans, "read", *PAGES, "-j", "2", "-o", "quiet.csv")
    assert (scans / "rows.csv").read_bytes() == (scans / "quiet.csv").read_bytes()
    assert left(scans) == ["log", "rows.csv.journal"], "kept, as --resume was asked for"


def test_workers_end_with_their_parent(scans: Path) -> None:
    (scans / PAGES[1]).rename(scans / "hang.png")
    process = start(scans, "read", *PAGES[:1], "hang.png", *PAGES[2:], "-j", "1", "-q")
    wait_for(scans, "hang.png")
    process.kill()
    assert process.stdout is not None
    started = time.monotonic()
    # Workers hold standard error; it is closed when the last of them is gone.
    process.communicate(timeout=20)
    assert time.monotonic() - started < 10


def test_an_interrupted_batch_leaves_a_table_and_goes_on(scans: Path) -> None:
    (scans / PAGES[4]).rename(scans / "slow.png")
    pages = [*PAGES[:4], "slow.png", *PAGES[5:]]
    process = start(scans, "read", *pages, "-j", "1", "-o", "rows.csv")
    wait_for(scans, "slow.png")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert len((scans / "rows.csv").read_text().splitlines()) == 1 + 5
    assert "interrupted, 5 of 12" in digitscan(scans, "status", "rows.csv").stdout
    begun(scans)
    done = digitscan(scans, "read", *pages, "-o", "rows.csv", "--resume", "--summary", "s.json")
    assert done.returncode == 0, done.stderr
    assert sorted(begun(scans)) == PAGES[5:]
    assert json.loads((scans / "s.json").read_text())["pages"] == 12
    digitscan(scans, "read", *pages, "-o", "quiet.csv")
    assert (scans / "rows.csv").read_bytes() == (scans / "quiet.csv").read_bytes()


def test_a_batch_is_extended(scans: Path) -> None:
    arguments = ("-o", "rows.csv", "--resume")
    assert digitscan(scans, "read", *PAGES[:8], *arguments).returncode == 0
    begun(scans)
    (scans / PAGES[2]).write_bytes((scans / PAGES[9]).read_bytes())
    assert digitscan(scans, "read", *PAGES, *arguments).returncode == 0
    assert sorted(begun(scans)) == [PAGES[2], *PAGES[8:]]
    digitscan(scans, "read", *PAGES, "-o", "quiet.csv")
    assert (scans / "rows.csv").read_bytes() == (scans / "quiet.csv").read_bytes()
    begun(scans)
    assert digitscan(scans, "read", *PAGES, *arguments, "--min-confidence", "1").returncode == 0
    assert len(begun(scans)) == 12, "other settings, other results"


def test_pictures_are_drawn_again_where_they_are_gone(scans: Path) -> None:
    arguments = ("read", *PAGES[:5], "-o", "rows.csv", "--resume", "--overlay", "pictures")
    assert digitscan(scans, *arguments).returncode == 0
    begun(scans)
    (scans / "pictures" / PAGES[3]).unlink()
    assert digitscan(scans, *arguments).returncode == 0
    assert begun(scans) == [PAGES[3]]
    assert (scans / "pictures" / PAGES[3]).is_file()


def test_pictures_of_others_are_not_replaced_by_a_first_resume(scans: Path) -> None:
    (scans / "pictures").mkdir()
    (scans / "pictures" / PAGES[1]).write_text("mine")
    refused = digitscan(
        scans, "read", *PAGES, "-o", "rows.csv", "--resume", "--overlay", "pictures"
    )
    assert refused.returncode == ExitCode.OUTPUT_REFUSED
    assert (scans / "pictures" / PAGES[1]).read_text() == "mine"


def test_a_complete_batch_leaves_the_table_alone(scans: Path) -> None:
    assert digitscan(scans, "read", *PAGES, "-o", "rows.csv").returncode == 0
    assert left(scans) == ["log"]
    said = digitscan(scans, "status", "rows.csv", "--json").stdout
    assert json.loads(said) == {
        "state": "complete",
        "pages": 12,
        "done": 12,
        "failed": 0,
        "in_doubt": 0,
        "statuses": {"ok": 12},
    }
    refused = digitscan(scans, "read", *PAGES, "-o", "rows.csv", "--resume")
    assert refused.returncode == ExitCode.OUTPUT_REFUSED
    assert "exists already, and no journal tells what of it is done" in refused.stderr


def test_two_runs_on_one_output_exclude_each_other(scans: Path) -> None:
    (scans / PAGES[1]).rename(scans / "hang.png")
    process = start(scans, "read", PAGES[0], "hang.png", PAGES[2], "-j", "1", "-o", "rows.csv")
    wait_for(scans, "hang.png")
    for more in ("--resume", "--overwrite"):
        second = digitscan(scans, "read", *PAGES[2:], "-o", "rows.csv", more)
        assert second.returncode == ExitCode.OUTPUT_REFUSED
        assert "rows.csv: another digitscan is writing it" in second.stderr
    assert "running, 1 of 3 pages done" in digitscan(scans, "status", "rows.csv").stdout
    process.kill()
    process.communicate()
    third = digitscan(scans, "read", *PAGES[2:], "-o", "rows.csv", "--overwrite")
    assert third.returncode == 0, third.stderr
    assert left(scans) == ["log"], "what the killed run left is gone"


def test_nothing_to_resume_beside_a_pipe(scans: Path) -> None:
    done = digitscan(scans, "read", *PAGES, "--resume")
    assert done.returncode == ExitCode.USAGE
    assert "--resume needs -o FILE" in done.stderr


def test_status_of_nothing(scans: Path) -> None:
    done = digitscan(scans, "status", "rows.csv")
    assert done.returncode == ExitCode.USAGE
    assert "rows.csv: there is no such table" in done.stderr
    (scans / "rows.csv").write_text("a,b\n1,2\n")
    done = digitscan(scans, "status", "rows.csv")
    assert done.returncode == ExitCode.USAGE
    assert "is no table of digitscan's" in done.stderr


def test_a_table_that_can_not_be_written_says_what_is_kept(
    scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(writer: object, result: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(scans)
    monkeypatch.setattr("digitscan.report.tables.DelimitedWriter.write", full)
    done = CliRunner().invoke(main, ["read", *PAGES, "-o", "rows.csv", "-j", "1"])
    assert done.exit_code == ExitCode.OUTPUT_REFUSED
    assert "rows.csv: can't be written: No space left on device; 1" in done.stderr
    assert "kept in rows.csv.journal: go on with --resume" in done.stderr
    assert not (scans / "rows.csv").exists()
    monkeypatch.undo()
    monkeypatch.chdir(scans)
    done = CliRunner().invoke(main, ["read", *PAGES, "-o", "rows.csv", "--resume", "-j", "1"])
    assert len((scans / "rows.csv").read_text().splitlines()) == 13
