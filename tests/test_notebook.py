"""The notebook: shipped without outputs, and running from MNIST to a form that has been read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).resolve().parents[1] / "samples" / "Handwritten_Digit_Recognition.ipynb"


def cells_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_it_is_shipped_without_outputs() -> None:
    cells = cells_of(json.loads(NOTEBOOK.read_text(encoding="utf-8")))
    assert cells
    assert not [cell for cell in cells if cell["outputs"] or cell["execution_count"]]


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_runs_from_mnist_to_a_read_form(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("DIGITSCAN_MNIST", str(real_data / "mnist"))
    monkeypatch.setenv("DIGITSCAN_NOTEBOOK_DIGITS", "1500")
    monkeypatch.setenv("DIGITSCAN_NOTEBOOK_EPOCHS", "3")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    where = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources=where).execute()

    said = "".join(text for cell in cells_of(notebook) for text in texts_of(cell))
    right = {kind: float(share) for kind, share in re.findall(r"(\w+) +([\d.]+) % right", said)}
    assert right.keys() == {"logistic", "svm", "cnn"}
    assert right["logistic"] > 90 and right["svm"] > 90 and right["cnn"] > 70
    assert re.search(r"^f15 ", said, re.MULTILINE), "the form's last field was read"
    pictures = [output for cell in cells_of(notebook) for output in pictures_of(cell)]
    assert len(pictures) == 4


def texts_of(cell: dict[str, Any]) -> list[str]:
    return [out["text"] for out in cell["outputs"] if out.get("name") == "stdout"]


def pictures_of(cell: dict[str, Any]) -> list[str]:
    data = [out["data"] for out in cell["outputs"] if "data" in out]
    return [kinds["image/png"] for kinds in data if "image/png" in kinds]
