"""``digitscan explain`` through the group, with the smallest of the shipped models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from sheets import draw_box, draw_digit, paper

from digitscan.cli.main import main
from digitscan.errors import ExitCode
from digitscan.values import Box

STAGES = ["01-ink.png", "02-ruling.png", "03-fields.png"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a page of a written, a blank and another written box, as the current one."""
    image = paper(400, 500)
    for row, count in enumerate((2, 0, 1)):
        box = Box(40 + 120 * row, 60, 105 + 120 * row, 420)
        draw_box(image, box)
        for place in range(count):
            left = box.left + 30 + 70 * place
            draw_digit(image, 7, Box(box.top + 12, left, box.bottom - 12, left + 28))
    assert cv2.imwrite(str(tmp_path / "a page.png"), image)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explain(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments, "--model", "logistic"], input=stdin)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_page_is_explained_in_a_folder_named_after_it(desk: Path) -> None:
    result = explain("a page.png")
    assert result.exit_code == ExitCode.DONE, result.output
    folder = desk / "a_page-explained"
    assert files(folder) == [*STAGES, "04-f1.png", "04-f3.png", "explanation.txt"]
    assert (folder / "explanation.txt").read_text(encoding="utf-8") == result.stdout
    lines = result.stdout.splitlines()
    assert lines[0] == "a page.png page 1, 500 x 400 px"
    assert [line for line in lines if line.startswith("f2")] == ["f2: box, blank"]
    assert [line.split(":")[0] for line in lines if line.startswith("f")] == ["f1", "f2", "f3"]
    assert result.stderr == "5 pictures in a_page-explained\n"


def test_one_field_even_a_blank_one(desk: Path) -> None:
    result = explain("a page.png", "--field", "f2", "-o", "out/here", "-q")
    assert files(desk / "out" / "here") == [*STAGES, "04-f2.png", "explanation.txt"]
    assert result.stdout.splitlines()[-1] == "f2: box, blank"
    assert "f1:" not in result.stdout
    assert result.stderr == ""


def test_an_unknown_field_is_wrong_usage(desk: Path) -> None:
    result = explain("a page.png", "--field", "f1", "--field", "f9")
    assert result.exit_code == ExitCode.USAGE
    assert "no field f9 on this page (there: f1 to f3)" in result.stderr
    assert files(desk) == ["a page.png"]


def test_an_earlier_explanation_is_kept_unless_told_otherwise(desk: Path) -> None:
    assert explain("a page.png").exit_code == ExitCode.DONE
    again = explain("a page.png", "--field", "f3")
    assert again.exit_code == ExitCode.OUTPUT_REFUSED
    assert again.stdout == ""
    assert "01-ink.png: exists already; give --overwrite" in again.stderr
    assert explain("a page.png", "--field", "f3", "--overwrite").exit_code == ExitCode.DONE
    assert files(desk / "a_page-explained") == [*STAGES, "04-f3.png", "explanation.txt"]


def test_a_bad_page_leaves_nothing_behind(desk: Path) -> None:
    result = explain("missing.png")
    assert result.exit_code == ExitCode.NOTHING_READABLE
    assert result.stderr.startswith("digitscan: missing.png: no such file")
    assert explain("a page.png", "--max-mpixels", "0.1").exit_code == ExitCode.NOTHING_READABLE
    assert files(desk) == ["a page.png"]


def test_a_later_page_of_a_tiff(desk: Path) -> None:
    pages = [Image.new("L", (300, 200), 255), Image.open("a page.png").convert("L")]
    pages[0].save("two.tif", save_all=True, append_images=pages[1:])
    result = explain("two.tif", "--page", "2")
    assert result.stdout.splitlines()[0] == "two.tif page 2, 500 x 400 px"
    assert "04-f1.png" in files(desk / "two-p2-explained")
    first = explain("two.tif")
    assert "no fields were found" in first.stdout
    assert files(desk / "two-explained") == [*STAGES, "explanation.txt"]
    assert explain("two.tif", "--page", "3").exit_code == ExitCode.NOTHING_READABLE
    assert explain("two.tif", "--page", "0").exit_code == ExitCode.USAGE


def test_standard_input(desk: Path) -> None:
    assert explain("-", stdin=(desk / "a page.png").read_bytes()).exit_code == ExitCode.DONE
    assert "04-f1.png" in files(desk / "stdin-explained")


def test_a_threshold_changes_what_is_ok(desk: Path) -> None:
    strict = explain("a page.png", "--min-confidence", "1", "-o", "strict")
    easy = explain("a page.png", "--min-confidence", "0", "-o", "easy")
    assert "0 ok, 2 review, 1 blank" in strict.stdout
    assert "2 ok, 0 review, 1 blank" in easy.stdout


def test_an_unfit_model_is_told_before_anything_is_read(desk: Path) -> None:
    result = CliRunner().invoke(main, ["explain", "missing.png", "--model", "a page.png"])
    assert result.exit_code == ExitCode.MODEL_UNFIT


def test_nothing_heavy_is_loaded(desk: Path) -> None:
    script = (
        "import sys\n"
        "from digitscan.cli.main import main\n"
        "main(['explain', 'a page.png', '--model', 'logistic'], standalone_mode=False)\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'skimage', 'matplotlib', 'onnx', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=desk, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
