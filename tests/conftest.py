"""Fixtures that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of labelled scans and MNIST beside the project; the test is skipped without it."""
    if not (REAL_DATA / "mnist").is_dir():
        pytest.skip("the real data (../shared/data) is not beside the project")
    return REAL_DATA
