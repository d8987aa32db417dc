"""How well whole labelled pages are read, as they are and made worse.

    python benchmarks/pages.py FOLDER [--truth FILE] [--model cnn] [--variants all | NAME ...]

FOLDER holds the pages, truth.json says what stands on them: {"pages": {FILE: {"values": [...],
"optional": [...]}}}. Variants are made in memory from the decoded page.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from setting import describe_setting

from digitscan.errors import PageError
from digitscan.measure.pages import PageFigures, load_truth, measure_pages, read_pages
from digitscan.measure.text import pages_summary, pages_table, thresholds_table
from digitscan.reader import Reader
from digitscan.scan.pages import load_page
from digitscan.values import GreyImage, Page, PageRef, PageResult

Change = Callable[[GreyImage], GreyImage]


def turn(image: GreyImage, degrees: float) -> GreyImage:
    """Turn counter-clockwise on a sheet large enough, white around."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    new = (round(width * cosine + height * sine), round(width * sine + height * cosine))
    matrix[:, 2] += (new[0] - width) / 2, (new[1] - height) / 2
    white = (255, 255, 255)
    turned = cv2.warpAffine(image, matrix, new, flags=cv2.INTER_LINEAR, borderValue=white)
    return np.asarray(turned, np.uint8)


def scale(image: GreyImage, factor: float) -> GreyImage:
    """Scan again at another resolution."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def see_aslant(image: GreyImage, share: float) -> GreyImage:
    """Take a picture of it from aside, near enough that no edge of the sheet is in sight.

    Lines near the corners run askew by about as many radians as half this ``share``.
    """
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    ways = np.array([[1, 0.3], [0.3, 0], [-0.4, 0], [0, -0.3]], np.float32)
    seen = corners + share * min(height, width) * ways
    seen -= seen.min(axis=0)
    right, bottom = np.ceil(seen.max(axis=0)).astype(int).tolist()
    tone = np.median(image, axis=(0, 1)).reshape(-1).tolist()
    homography = cv2.getPerspectiveTransform(corners, seen)
    aslant = cv2.warpPerspective(image, homography, (right, bottom), borderValue=tone)
    return np.asarray(aslant, np.uint8)


def curl(image: GreyImage, share: float) -> GreyImage:
    """Bend the sheet: its middle lies this share of its height lower than its sides."""
    height, width = image.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height))
    back = rows - share * height * np.sin(np.pi * columns / width)
    tone = np.median(image, axis=(0, 1)).reshape(-1).tolist()
    bent = cv2.remap(image, columns, back.astype(np.float32), cv2.INTER_CUBIC, borderValue=tone)
    return np.asarray(bent, np.uint8)


def defocus(image: GreyImage, blur: float) -> GreyImage:
    """Blur by so many pixels, for a page 2,000 pixels long."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), blur * max(image.shape) / 2000), np.uint8)


def compress(image: GreyImage, quality: int) -> GreyImage:
    """Save as JPEG and open again."""
    packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), np.uint8)


def shade(image: GreyImage, darkest: float) -> GreyImage:
    """Let the light fall off from the upper left to ``darkest`` in the lower right."""
    height, width = image.shape[:2]
    down, right = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    return _lit(image, 1 - (1 - darkest) * (down + right) / 2)


def cast_shadow(image: GreyImage, tone: float) -> GreyImage:
    """Let a soft shadow fall on the right half, as of the hand that holds the phone."""
    light = np.ones(image.shape[:2], np.float32)
    light[:, round(0.45 * image.shape[1]) :] = tone
    return _lit(image, cv2.GaussianBlur(light, (0, 0), image.shape[1] / 80))


def glare(image: GreyImage, share: float) -> GreyImage:
    """Let a lamp be mirrored in the middle, which takes away this share of the ink's darkness."""
    height, width = image.shape[:2]
    y, x = np.ogrid[:height, :width]
    away = np.hypot(x - width / 2, y - height / 2) / max(height, width)
    lamp = share / (1 + np.exp((away - 0.12) / 0.02))
    return 255 - _lit(255 - image, 1 - lamp)


def dim(image: GreyImage, darkest: float) -> GreyImage:
    """Let light fall off from the upper left to the lower right, fastest in the middle."""
    height, width = image.shape[:2]
    y, x = np.ogrid[:height, :width]
    way = (x / width + y / height) / 2
    return _lit(image, darkest + (1 - darkest) / (1 + np.exp(12 * (way - 0.5))))


def _lit(image: GreyImage, light: npt.NDArray[np.floating[Any]]) -> GreyImage:
    """The picture in this much light, (H, W), as a share."""
    return np.rint(image * (light if image.ndim == 2 else light[..., None])).astype(np.uint8)


def fade(image: GreyImage, contrast: float) -> GreyImage:
    """Make ink paler, as a copy of a copy or a lamp left on too long."""
    return np.rint(255 - contrast * (255 - image.astype(np.float64))).astype(np.uint8)


def roughen(image: GreyImage, sigma: float, seed: int = 5) -> GreyImage:
    """Add grain of this standard deviation, as a phone does in bad light."""
    grain = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(np.rint(image + grain), 0, 255).astype(np.uint8)


def shine_through(image: GreyImage, share: float, blur: float) -> GreyImage:
    """Let the back of the sheet be seen, the same page mirrored, at this share of its darkness.

    ``blur`` is for a page 2,000 pixels long, in pixels.
    """
    back = cv2.GaussianBlur(255 - image[:, ::-1], (0, 0), blur * max(image.shape) / 2000)
    return np.asarray(cv2.subtract(image, cv2.convertScaleAbs(back, alpha=share)), np.uint8)


def print_waves(image: GreyImage, tone: float) -> GreyImage:
    """Print fine waves that cross one another (guilloche) all over the paper, before the ink."""
    unit = max(image.shape) / 2000
    y, x = np.indices(image.shape[:2], np.float32) / unit
    rise = 7 * np.sin(x / 17)
    lines = [np.abs((y + rise + 12 * np.sin(x / 40 + 2 * turn)) % 14 - 7) for turn in range(3)]
    return _printed(image, np.min(lines, axis=0) < 1.4, tone)


def print_words(image: GreyImage, tone: float) -> GreyImage:
    """Print a small word again and again all over the paper, before the ink."""
    size = max(image.shape) / 2600
    marks = np.zeros(image.shape[:2], np.uint8)
    for row, top in enumerate(range(0, image.shape[0], round(30 * size))):
        place, pen = (-round(row % 5 * 40 * size), top), max(1, round(1.5 * size))
        cv2.putText(marks, "ORIGINAL  " * 40, place, cv2.FONT_HERSHEY_SIMPLEX, size, 255, pen)
    return _printed(image, marks > 0, tone)


def print_emblem(image: GreyImage, tone: float) -> GreyImage:
    """Print a large wheel behind the text."""
    height, width = image.shape[:2]
    marks, pen = np.zeros((height, width), np.uint8), max(2, max(height, width) // 60)
    middle, radius = (width // 2, height // 2), min(height, width) // 3
    cv2.circle(marks, middle, radius, 255, pen)
    for angle in np.arange(0, 2 * np.pi, np.pi / 6):
        rim = np.rint(middle + radius * np.array([np.cos(angle), np.sin(angle)])).astype(int)
        cv2.line(marks, middle, rim.tolist(), 255, pen // 2)
    return _printed(image, marks > 0, tone)


def _printed(image: GreyImage, marks: npt.NDArray[np.bool_], tone: float) -> GreyImage:
    """The page on paper printed with ``marks``, (H, W), of a tone that is a share of white."""
    shown = cv2.GaussianBlur(marks.astype(np.float32), (0, 0), 0.5)
    return _lit(image, 1 - (1 - tone) * shown)


VARIANTS: dict[str, Change] = {
    "as scanned": lambda image: image,
    "turned by 3": lambda image: turn(image, 3),
    "turned by -7": lambda image: turn(image, -7),
    "seen aslant": lambda image: see_aslant(image, 0.15),
    "on a curled sheet": lambda image: curl(image, 0.012),
    "scaled to 60 %": lambda image: scale(image, 0.6),
    "scaled to 150 %": lambda image: scale(image, 1.5),
    "scaled to 45 %": lambda image: scale(image, 0.45),
    "out of focus": lambda image: defocus(image, 0.8),
    "jpeg quality 40": lambda image: compress(image, 40),
    "shadow to 50 %": lambda image: shade(image, 0.5),
    "half in shadow": lambda image: cast_shadow(image, 0.55),
    "light falls off": lambda image: dim(image, 0.35),
    "under a lamp": lambda image: glare(image, 0.8),
    "in the dark": lambda image: np.rint(0.45 * image).astype(np.uint8),
    "half the contrast": lambda image: fade(image, 0.5),
    "grain of 10 tones": lambda image: roughen(image, 10),
    "back shines through": lambda image: shine_through(image, 0.12, 1.5),
    "on printed waves": lambda image: print_waves(image, 0.87),
    "on small words": lambda image: print_words(image, 0.87),
    "on an emblem": lambda image: print_emblem(image, 0.82),
}


@dataclass(frozen=True, slots=True)
class ChangedReader:
    """A reader that sees every page changed."""

    reader: Reader
    change: Change

    def read_ref(self, ref: PageRef) -> tuple[None, PageResult]:
        """Load a page, change it and read it."""
        try:
            page = load_page(ref, max_mpixels=self.reader.settings.max_mpixels)
        except PageError as problem:
            return None, PageResult(ref, problem=str(problem))
        return None, self.reader.read(changed(page, self.change))


def changed(page: Page, change: Change) -> Page:
    """Change a page's pixels; its grey stays the darkest of its colours. The dpi is forgotten."""
    if page.colour is None:
        return replace(page, image=change(page.image), dpi=None)
    colour = change(page.colour)
    return replace(page, image=colour.min(axis=2), colour=colour, dpi=None)


def measure_variant(reader: Reader, name: str, folder: Path, truth_file: Path) -> PageFigures:
    """Read all pages changed in one way."""
    truth = load_truth(truth_file)
    seen = reader if name == "as scanned" else ChangedReader(reader, VARIANTS[name])
    return measure_pages(read_pages(seen, folder, truth), truth, name=name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="folder with the pages")
    parser.add_argument("--truth", type=Path, help="default: truth.json in the folder")
    parser.add_argument("--model", default="cnn", help="model; default: cnn")
    parser.add_argument(
        "--variants",
        nargs="+",
        default=["as scanned"],
        help=f"all, or some of: {', '.join(VARIANTS)}; default: as scanned".replace("%", "%%"),
    )
    options = parser.parse_args()
    wanted = list(VARIANTS) if options.variants == ["all"] else options.variants
    if unknown := sorted(set(wanted) - set(VARIANTS)):
        parser.error(f"no such variant: {', '.join(unknown)}")
    print(describe_setting())
    reader = Reader(options.model)
    figures = {}
    for name in wanted:
        start, cpu = time.perf_counter(), sum(os.times()[:2])
        one = measure_variant(
            reader, name, options.folder, options.truth or options.folder / "truth.json"
        )
        wall, busy = time.perf_counter() - start, sum(os.times()[:2]) - cpu
        figures[name] = one
        print(f"\n{name}: {wall:.1f} s, {busy:.1f} CPU seconds for {len(one.pages)} pages")
        print(f"{pages_table(one)}\n\n{thresholds_table(one)}")
    print(f"\n{pages_summary(figures)}")


if __name__ == "__main__":
    main()
