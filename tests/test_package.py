"""What is installed: light to import, complete in the wheel, nothing heavy among what it needs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from pdfs import text_pdf

import digitscan

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("tensorflow", "keras", "sklearn", "skimage", "matplotlib", "onnx", "scipy")
NOT_FOR_READING = {"tensorflow", "tensorflow-cpu", "keras", "scikit-learn", "scikit-image", "scipy"}


def run_python(code: str) -> str:
    """What ``code`` prints in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


def loaded_after(code: str) -> set[str]:
    """Top-level names of the modules that are loaded after ``code`` has run."""
    names = run_python(f"{code}\nimport sys\nprint(*{{n.split('.')[0] for n in sys.modules}})")
    return set(names.split())


def test_importing_digitscan_loads_nothing_heavy() -> None:
    assert not loaded_after("import digitscan") & {*HEAVY, "cv2", "onnxruntime", "numpy"}


def test_the_reader_is_part_of_the_package() -> None:
    assert (
        run_python("import digitscan; print(digitscan.Reader.__module__)") == "digitscan.reader\n"
    )


def test_reading_loads_no_library_that_trains() -> None:
    scan = ROOT / "samples" / "exam_blank" / "scan.png"
    code = f"import digitscan; print(digitscan.Reader().read_file({str(scan)!r}))"
    assert not loaded_after(code) & {*HEAVY, "pypdfium2", "fsspec"}


def test_a_pdf_is_drawn_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    path.write_bytes(text_pdf())
    code = (
        "from digitscan.scan.pages import load_page\n"
        "from digitscan.values import PageRef\n"
        f"load_page(PageRef({str(path)!r}))"
    )
    assert "pypdfium2" not in loaded_after(code)


def test_the_core_needs_nothing_that_trains() -> None:
    needed = [line for line in requires("digitscan") or [] if "extra ==" not in line]
    names = {re.split(r"[\s<>=!~;\[]", line)[0].lower() for line in needed}
    assert "opencv-python-headless" in names
    assert not names & (NOT_FOR_READING | {"opencv-python", "onnx", "matplotlib"})


def test_the_version_stands_in_one_way_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == digitscan.__version__
    assert f"## {digitscan.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_wheel_holds_the_models_and_no_tests(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"digitscan/trained/{kind}.onnx" for kind in ("cnn", "svm", "logistic")} <= names
    assert "digitscan/py.typed" in names
    rooms = {name.split("/")[0] for name in names}
    assert rooms == {"digitscan", f"digitscan-{digitscan.__version__}.dist-info"}
