"""Arrays of a training in, a file that it can go on from out. Plain numbers: nothing executable."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from digitscan.errors import ModelError, OutputError

CHECKPOINT_NAME = "cnn.npz"


def save_checkpoint(folder: Path, arrays: list[npt.NDArray[Any]], facts: Mapping[str, Any]) -> None:
    """Keep a training's arrays and the ``facts`` about it; the file is replaced as a whole.

    Raises
    ------
    OutputError
        If the folder can't be written to.
    """
    path = folder / CHECKPOINT_NAME
    temporary = path.with_name(f"new-{CHECKPOINT_NAME}")
    named: dict[str, Any] = {f"array_{number}": array for number, array in enumerate(arrays)}
    named["facts"] = np.array(json.dumps(facts, sort_keys=True))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(temporary, allow_pickle=False, **named)
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: the checkpoint can't be written ({error})") from error


def load_checkpoint(folder: Path) -> tuple[list[npt.NDArray[Any]], dict[str, Any]]:
    """Read the arrays and facts that ``save_checkpoint`` kept.

    Raises
    ------
    ModelError
        If there is no checkpoint, or it is damaged.
    """
    path = folder / CHECKPOINT_NAME
    if not path.is_file():
        raise ModelError(f"{path}: no checkpoint to go on from; start without --resume")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            facts = json.loads(str(kept["facts"]))
            arrays = [kept[f"array_{number}"] for number in range(len(kept.files) - 1)]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{path}: the checkpoint is damaged ({error}); start without --resume"
        ) from error
    return arrays, facts
