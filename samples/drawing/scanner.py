"""A sheet in, the file of its scan and the truth about it out."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from drawing.sheet import Picture, Place, Sheet

COLUMNS = ("value", "status", "top", "left", "bottom", "right")
Affine = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scanner:
    """What a scan does to a sheet.

    ``paper`` is the tone of the empty paper (red, green, blue), ``shade`` how much darker its worst
    corner is, ``blur_px`` and ``noise`` (of 1) come from optics and sensor, ``mode`` is ``colour``,
    ``grey`` or ``bitonal``, ``file`` the name to write: its ending sets the format.
    """

    file: str
    mode: str = "grey"
    skew_degrees: float = 0.0
    paper: tuple[float, float, float] = (0.96, 0.955, 0.94)
    shade: float = 0.04
    blur_px: float = 0.5
    noise: float = 0.012
    jpeg_quality: int = 72
    grey_levels: int = 256

    def scan(self, sheet: Sheet, folder: Path) -> None:
        """Write the scan and ``expected.csv`` into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        lean = self._lean(sheet)
        image = self._expose(sheet, lean)
        _save(image, folder / self.file, sheet.dpi, self.jpeg_quality)
        write_truth(sheet, lean, folder / "expected.csv")

    def _lean(self, sheet: Sheet) -> Affine:
        height, width = sheet.picture.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), self.skew_degrees, 1)
        return np.asarray(turn, np.float64)

    def _expose(self, sheet: Sheet, lean: Affine) -> Image.Image:
        height, width = sheet.picture.shape[:2]
        lit = sheet.picture * _light(sheet.picture, self.paper, self.shade, sheet.rng)
        turned = cv2.warpAffine(
            lit, lean, (width, height), flags=cv2.INTER_CUBIC, borderValue=self.paper
        )
        soft = cv2.GaussianBlur(turned, (0, 0), self.blur_px)
        speckled = soft + sheet.rng.normal(0, self.noise, soft.shape[:2])[..., None]
        if self.mode == "colour":
            return Image.fromarray(_to_bytes(speckled, self.grey_levels))
        grey = np.asarray(speckled) @ np.array([0.299, 0.587, 0.114])
        if self.mode == "bitonal":
            return Image.fromarray(grey > 0.66)
        return Image.fromarray(_to_bytes(grey, self.grey_levels))


def write_truth(sheet: Sheet, lean: Affine, path: Path) -> None:
    """Write the sheet's fields, their boxes in pixels of the scan, as csv."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(COLUMNS)
        for field in sheet.fields:
            rows.writerow([field.value, field.status, *_scan_box(field.place, sheet.scale, lean)])


def _scan_box(place: Place, scale: float, lean: Affine) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of the upright box around a place that leans with its sheet."""
    x, y, width, height = (v * scale for v in place)
    across, down = np.meshgrid([x, x + width], [y, y + height])
    xs, ys = lean[:, :2] @ np.stack([across.ravel(), down.ravel()]) + lean[:, 2:]
    low, high = np.floor([ys.min(), xs.min()]), np.ceil([ys.max(), xs.max()])
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _light(
    picture: Picture, paper: tuple[float, float, float], shade: float, rng: np.random.Generator
) -> Picture:
    """Tone of the empty paper under the lamp: (H, W, 3), brightest in one corner, cloudy."""
    height, width = picture.shape[:2]
    down, across = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    clouds = cv2.resize(
        rng.normal(0, 0.006, (9, 7)), (width, height), interpolation=cv2.INTER_CUBIC
    )
    tone = 1 - shade * (0.7 * across + 0.3 * down) + clouds
    return np.asarray(tone[..., None] * np.asarray(paper), np.float32)


def _to_bytes(image: npt.NDArray[np.floating], levels: int) -> npt.NDArray[np.uint8]:
    """0…1 to 0…255 in ``levels`` steps: fewer steps make a smaller png."""
    steps = levels - 1
    stepped = np.round(np.clip(image, 0, 1) * steps) / steps
    return np.asarray(np.round(stepped * 255), np.uint8)


def _save(image: Image.Image, path: Path, dpi: int, jpeg_quality: int) -> None:
    """Write ``image`` in the format that the name's ending asks for."""
    resolution = (dpi, dpi)
    if path.suffix == ".jpg":
        image.save(path, dpi=resolution, quality=jpeg_quality)
    elif path.suffix == ".tif":
        image.save(path, dpi=resolution, compression="group4")
    else:
        image.save(path, dpi=resolution, optimize=True)
