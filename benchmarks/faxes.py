"""Labelled pages as a fax machine sends them: pages for ``pages.py``.

    python benchmarks/faxes.py PAGES FOLDER [--fine]
    python benchmarks/pages.py FOLDER

Of two tones, 1,728 pixels wide, 204 dots an inch across and 98 down, or 196 in the fine mode.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

COLUMNS, ACROSS, DOWN, FINE = 1728, 204, 98, 196
PALEST = 0.76
"""What is darker than this share of the paper's tone becomes black."""


def fax(source: Path, target: Path, down: int) -> None:
    """Write a page as a fax, with so many dots an inch ``down``."""
    page = cv2.imread(str(source), cv2.IMREAD_GRAYSCALE)
    rows = round(page.shape[0] * COLUMNS / page.shape[1] * down / ACROSS)
    small = cv2.resize(page, (COLUMNS, rows), interpolation=cv2.INTER_AREA)
    tones = np.where(small > PALEST * np.median(small), 255, 0).astype(np.uint8)
    sent = Image.fromarray(tones).convert("1")
    sent.save(target, compression="group4", dpi=(ACROSS, down))


def main() -> None:
    """Write all pages of a folder, and what stands on them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", type=Path, help="labelled pages with a truth.json")
    parser.add_argument("folder", type=Path, help="where the faxes are written")
    parser.add_argument("--fine", action="store_true", help="twice as many rows")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    truth = json.loads((args.pages / "truth.json").read_text(encoding="utf-8"))["pages"]
    names = {name: name.replace("/", "-") + ".tif" for name in truth}
    for name, sent in names.items():
        fax(args.pages / name, args.folder / sent, FINE if args.fine else DOWN)
    text = json.dumps({"pages": {names[name]: values for name, values in truth.items()}}, indent=1)
    (args.folder / "truth.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
