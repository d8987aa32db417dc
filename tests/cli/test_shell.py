"""``digitscan`` as a shell sees it: pipes, redirections, exit codes, Ctrl-C."""

from __future__ import annotations

import array
import contextlib
import fcntl
import json
import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from pdfs import encrypted, scans_pdf

from digitscan.glyph.card import ModelCard
from digitscan.learn.export import Network, write_model
from digitscan.values import CLASS_COUNT

NOISE = "a library was here"
FAKE = Path(__file__).with_name("fake_digitscan.py")
PRELUDE = f'digitscan() {{ {shlex.quote(sys.executable)} {shlex.quote(str(FAKE))} "$@"; }}\n'


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", PRELUDE + command], cwd=folder, capture_output=True, text=True, timeout=60
    )


def all_of(terminal: int) -> str:
    """Everything written to a terminal whose other side is closed; Linux ends it with an error."""
    shown = b""
    with os.fdopen(terminal, "rb", buffering=0) as stream, contextlib.suppress(OSError):
        while chunk := stream.read(1 << 12):
            shown += chunk
    return shown.decode()


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder to work in, with the pages ``a.png`` (40 high) and ``b.png`` (50 high)."""
    for name, height in (("a", 40), ("b", 50)):
        assert cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((height, 60), 255, np.uint8))
    return tmp_path


def test_rows_go_through_a_pipe_and_nothing_else_does(scans: Path) -> None:
    done = shell("digitscan read a.png b.png | cut -d, -f4", scans)
    assert done.stdout == "value\n0040\n0050\n"
    assert done.stderr.count(NOISE) == 5
    assert "2 pages, 2 fields" in done.stderr


def test_an_image_on_standard_input(scans: Path) -> None:
    done = shell("digitscan read -q - < b.png; echo $?", scans)
    assert done.stdout.splitlines()[1:] == ["-,1,height,0050,ok,0.9500,1,2,3,4,", "0"]


def test_a_pattern_of_the_shell_into_a_file(scans: Path) -> None:
    (scans / "pages").mkdir()
    for name in ("1", "2 b"):
        shutil.copy(scans / "a.png", scans / "pages" / f"{name}.png")
    done = shell("digitscan read -q pages/*.png -o out.csv; echo $?; cut -d, -f1 out.csv", scans)
    assert done.stdout.splitlines() == ["0", "file", "pages/1.png", "pages/2 b.png"]


def test_names_from_find(scans: Path) -> None:
    strange = scans / "new\nline \x1b[31m.png"
    (scans / "b.png").rename(strange)
    command = "find . -name '*.png' -print0 | sort -z | digitscan read -q --files-from - -0"
    rows = shell(command, scans).stdout.splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["./a.png", "./new\\nline \\x1b[31m.png"]


def test_a_pdf_through_pipes(scans: Path) -> None:
    (scans / "x.pdf").write_bytes(scans_pdf([np.full((h, 30), 255, np.uint8) for h in (60, 70)]))
    take = "python3 -c 'import json, sys; print([json.loads(row)[\"value\"] for row in sys.stdin])'"
    whole = shell(f"digitscan read -q x.pdf -f jsonl | {take}", scans)
    assert whole.stdout == "['0060', '0070']\n"
    piped = shell(f"cat x.pdf | digitscan read -q - --pages 2 -f jsonl | {take}", scans)
    assert piped.stdout == "['0070']\n"
    substituted = shell(f"digitscan read -q <(cat x.pdf) -f jsonl | {take}", scans)
    assert substituted.stdout == "['0060', '0070']\n"


def test_a_password_from_the_environment(scans: Path) -> None:
    locked = encrypted(scans_pdf([np.full((60, 30), 255, np.uint8)]), "open")
    (scans / "x.pdf").write_bytes(locked)
    done = shell("DIGITSCAN_PASSWORD=open digitscan read -q x.pdf | tail -1 | cut -d, -f4", scans)
    assert done.stdout == "0060\n"


def test_a_careful_script_goes_on_or_stops(scans: Path) -> None:
    go_on = shell("set -e; digitscan read -q a.png > out.csv; echo read", scans)
    assert (go_on.returncode, go_on.stdout) == (0, "read\n")
    stop = shell("set -e; digitscan read -q a.png missing.png > out.csv; echo read", scans)
    assert (stop.returncode, stop.stdout) == (3, "")
    told = shell(
        "set -e; digitscan read -q missing.png > out.csv || code=$?; echo ${code:-0}", scans
    )
    assert (told.returncode, told.stdout) == (0, "4\n")


def test_stray_prints_stay_out_of_stdout_with_a_file_too(scans: Path) -> None:
    done = shell("digitscan read a.png -o rows.json; echo code $?", scans)
    assert done.stdout == "code 0\n"
    assert json.loads((scans / "rows.json").read_text())["records"][0]["value"] == "0040"


def test_a_reader_that_goes_away_ends_it_quietly(scans: Path) -> None:
    many = "a.png " * 300
    command = f"set -o pipefail; digitscan read -q --details {many} 2>err | head -1; echo $?"
    done = shell(command, scans)
    assert done.stdout.splitlines()[1:] == ["141"]
    said = (scans / "err").read_text()
    assert "Traceback" not in said
    assert "Broken" not in said
    assert said.count(NOISE) < 2 * 300, "it goes on reading for nobody"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_output_error(scans: Path) -> None:
    done = shell(
        "digitscan read a.png > /dev/full; echo $?; digitscan read a.png -o /dev/full", scans
    )
    assert done.stdout == "7\n"
    assert done.returncode == 7
    assert "digitscan: standard output: can't be written: No space left on device" in done.stderr
    assert "digitscan: /dev/full: can't be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_stdout_is_an_output_error(scans: Path) -> None:
    done = shell("digitscan read a.png >&-; echo $?", scans)
    assert done.stdout == "7\n"
    assert "standard output is closed" in done.stderr


def test_without_stderr_it_still_reads(scans: Path) -> None:
    done = shell("digitscan read a.png 2>&-; echo $?", scans)
    assert done.stdout.splitlines()[1:] == ["a.png,1,height,0040,ok,0.9500,1,2,3,4,", "0"]


def interrupted(scans: Path, third: str, output: str, times: int) -> tuple[list[str], str]:
    """Values and messages of a run that gets Ctrl-C ``times`` while it reads its third page."""
    pages = ["a.png", "b.png", f"{third}.png", "c.png", "d.png", "e.png"]
    for name in pages[2:]:
        (scans / name).write_bytes((scans / "a.png").read_bytes())
    process = subprocess.Popen(
        [sys.executable, FAKE, "read", "-v", "-j", "1", *pages, "-o", output, "-f", "json"],
        cwd=scans,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while "b.png page 1" not in process.stderr.readline():
        pass
    for _ in range(times):
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "finishing the pages in hand" in stderr
    assert "Traceback" not in stderr
    assert not list(scans.glob(".*.part"))
    text = stdout if output == "-" else (scans / output).read_text()
    return [row["value"] for row in json.loads(text)["records"]], stderr


@pytest.mark.parametrize("output", ["rows.json", "-"])
def test_ctrl_c_finishes_the_pages_in_hand(scans: Path, output: str) -> None:
    values, stderr = interrupted(scans, "slow", output, times=1)
    assert values == ["0040", "0050", "0040"]
    assert stderr.splitlines()[-1].startswith("interrupted after 3 pages, 3 fields")


@pytest.mark.parametrize("output", ["rows.json", "-"])
def test_a_second_ctrl_c_stops_at_once_and_leaves_a_whole_table(scans: Path, output: str) -> None:
    started = time.monotonic()
    values, stderr = interrupted(scans, "hang", output, times=2)
    assert time.monotonic() - started < 20
    assert values == ["0040", "0050"]
    assert stderr.splitlines()[-1].startswith("interrupted after 2 pages, 2 fields")


def start_into_a_full_pipe(scans: Path) -> subprocess.Popen[str]:
    """Start a run whose rows nobody takes, and wait until it hangs in writing one."""
    page = (scans / "a.png").rename(scans / f"{'a' * 200}.png")
    with (scans / "err").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, FAKE, "read", *[page.name] * 500],
            cwd=scans,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    waiting = array.array("i", [0])
    while waiting[0] < 60_000:
        time.sleep(0.1)
        fcntl.ioctl(process.stdout, termios.FIONREAD, waiting)
    time.sleep(0.5)
    return process


def test_ctrl_c_lets_a_row_be_finished(scans: Path) -> None:
    process = start_into_a_full_pipe(scans)
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    rows = stdout.splitlines()[1:]
    assert all(row.endswith("a.png,1,height,0040,ok,0.9500,1,2,3,4,") for row in rows)
    last_line = (scans / "err").read_text().splitlines()[-1]
    assert last_line.startswith(f"interrupted after {len(rows)} pages, ")


def test_a_second_ctrl_c_ends_a_write_that_hangs(scans: Path) -> None:
    process = start_into_a_full_pipe(scans)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == -signal.SIGINT
    process.communicate()


def test_a_bar_is_for_terminals_only(scans: Path) -> None:
    assert "page/s" not in shell("digitscan read a.png b.png", scans).stderr
    parent, child = pty.openpty()
    termios.tcsetwinsize(child, (24, 80))
    done = subprocess.run(
        [sys.executable, FAKE, "read", "a.png", "b.png", "missing.png"],
        cwd=scans,
        stdout=subprocess.PIPE,
        stderr=child,
        text=True,
    )
    os.close(child)
    shown = all_of(parent)
    assert "page" in shown.split("digitscan: ")[0]
    assert "/3" in shown
    assert "3 pages, 2 fields" in shown.splitlines()[-1]
    assert [line.split(",")[3] for line in done.stdout.splitlines()] == [
        "value",
        "0040",
        "0050",
        "",
    ]


def write_a_model(path: Path) -> None:
    """Write a model that says the same of every glyph."""
    network = Network()
    pixels = network.reshape("glyphs", -1, 28 * 28)
    scores = network.affine(
        pixels, np.zeros((28 * 28, CLASS_COUNT), np.float32), np.eye(CLASS_COUNT)[7]
    )
    card = ModelCard(
        name="seven",
        kind="logistic",
        deskew=False,
        data="none",
        data_sha256="00",
        seed=0,
        temperature=0.1,
        made_by="0",
    )
    write_model(path, network.classifier(scores, temperature=0.1), card)


def test_the_real_reader_loads_no_training_library(scans: Path) -> None:
    write_a_model(scans / "seven.onnx")
    page = np.full((600, 800), 255, np.uint8)
    cv2.rectangle(page, (100, 200), (500, 300), 0, 3)
    cv2.line(page, (200, 220), (195, 280), 0, 6)
    assert cv2.imwrite(str(scans / "form.png"), page)
    script = (
        "import sys\n"
        "from digitscan.cli.main import main\n"
        "arguments = ['read', 'form.png', '--model', 'seven.onnx', '--overlay', 'pictures']\n"
        "code = main(arguments, standalone_mode=False)\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'skimage', 'matplotlib', 'onnx', 'scipy'}\n"
        "print(code, sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=scans, capture_output=True, text=True)
    *rows, loaded = done.stdout.splitlines()
    assert loaded == "0 []", done.stderr
    assert [row.split(",")[3] for row in rows] == ["value", "7"]
    assert (scans / "pictures" / "form.png").exists()
