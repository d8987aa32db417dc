"""What the README promises: its commands run, its example runs, and CI does what it says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import cv2
import pytest
from click.testing import CliRunner
from pdfs import scans_pdf

from digitscan.cli.main import main
from digitscan.errors import ExitCode
from digitscan.report.tables import COLUMNS
from digitscan.values import Status

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
FOR_THE_SHELL = [
    shlex.split(line, comments=True)
    for kind, text in BLOCKS
    if kind == "sh"
    for whole in text.splitlines()
    for line in whole.split("&&")
]
COMMANDS = [words[1:] for words in FOR_THE_SHELL if words and words[0] == "digitscan"]


def by_text(words: list[str]) -> str:
    return " ".join(words)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README's commands name, as the current directory."""
    scan = ROOT / "samples" / "exam_blank" / "scan.png"
    (tmp_path / "scans" / "inner").mkdir(parents=True)
    (tmp_path / "own").mkdir()
    for place in ("scan.png", "scans/a.png", "scans/inner/b.png"):
        shutil.copy(scan, tmp_path / place)
    shutil.copy(ROOT / "samples" / "free_lines" / "scan.jpg", tmp_path / "scans" / "c.jpg")
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    shutil.copy(ROOT / "models" / "cnn.onnx", tmp_path / "my.onnx")
    page = cv2.imread(str(scan), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    (tmp_path / "forms.pdf").write_bytes(scans_pdf([page] * 5))
    (tmp_path / "names.txt").write_text("scans/a.png\nscans/c.jpg\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [w for w in COMMANDS if w[0] in ("read", "explain", "models")], ids=by_text
)
def test_a_command_for_reading_runs(words: list[str], desk: Path) -> None:
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == ExitCode.DONE, done.output
    if "-o" in words:
        assert (desk / words[words.index("-o") + 1]).stat().st_size > 0
    else:
        assert done.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=by_text)
def test_a_command_has_options_that_exist(words: list[str], desk: Path) -> None:
    with click.Context(main) as context:
        command = main.get_command(context, words[0])
    assert command is not None
    command.make_context(words[0], words[1:])


def test_the_example_in_python_runs() -> None:
    (example,) = [text for kind, text in BLOCKS if kind == "python"]
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["0047125", "ok"] in [line[1:3] for line in lines]


def test_the_table_of_columns_is_whole() -> None:
    told = [name for line in table_rows("column") for name in re.findall(r"`(\w+)`", line[0])]
    assert tuple(told) == COLUMNS


def test_the_table_of_statuses_is_whole() -> None:
    told = [name for line in table_rows("status") for name in re.findall(r"`(\w+)`", line[0])]
    assert sorted(told) == sorted(Status)


def test_the_table_of_exit_codes_is_whole() -> None:
    cells = [cell for line in table_rows("exit code") for cell in line]
    assert sorted(int(cell) for cell in cells if cell.isdigit()) == sorted(ExitCode)


def table_rows(first_heading: str) -> list[list[str]]:
    """Cells of the README's table whose first heading is this one."""
    lines = README.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(f"| {first_heading} "))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert "docs/overlay.png" in targets
    assert not [t for t in targets if not t.startswith("http") and not (ROOT / t).exists()]


def test_ci_tests_as_the_readme_says() -> None:
    said = next(text for kind, text in BLOCKS if kind == "sh" and "pytest" in text)
    steps = [step.strip() for step in said.split("&&")]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    ran = [line.removesuffix(" </dev/null") for line in script]
    assert steps[0].startswith("python3 -m venv ")
    assert "activate" in steps[1]
    places = [ran.index(step) for step in steps[2:]]
    assert places == sorted(places)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_contributors_check_what_ci_checks() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("ruff check .", "ruff format --check .", "mypy", "pytest"):
        assert re.search(rf"^{re.escape(command)}$", guide, re.MULTILINE)
        assert re.search(rf"^{re.escape(command)}( </dev/null)?$", script, re.MULTILINE)
