"""Damaged files of every format: a page or a clean refusal, by `benchmarks/fuzz.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[1] / "benchmarks" / "fuzz.py"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "jpg", "tif", "bmp", "webp", "jp2", "pdf", "onnx"])
def test_damaged_files(kind: str, tmp_path: Path) -> None:
    count = 300
    done = subprocess.run(
        [sys.executable, str(FUZZ), "--only", kind, "--count", str(count), "--seed", "11"],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    cells = [cell.strip() for cell in done.stdout.splitlines()[-1].strip("| ").split("|")]
    assert cells[0] == kind
    page, refused, memory, *bad = map(int, cells[1:])
    assert page + refused + memory == count and bad == [0, 0, 0]
    assert page > 5 and refused > 20
    assert list(tmp_path.iterdir()) == []
