"""Sheets to test on: paper, boxes, combs, tables, digits of plain strokes, and what scans do.

Images are (H, W) uint8, 0 black and 255 white. The ``draw_…`` functions draw in place, the others
return a new image. Pen widths are in pixels. Points are (row, column).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.form.cells import find_cells
from digitscan.form.layout import find_fields
from digitscan.values import Box, CleanPage, Field, GreyImage, Mask, Page, PageRef

Homography = npt.NDArray[np.floating[Any]]
Points = npt.NDArray[np.float64]

REF = PageRef("sheet.png")
PEN = 4
"""Width of handwriting."""
LINE = 3
"""Width of printed lines."""

STROKES: dict[int, tuple[tuple[tuple[float, float], ...], ...]] = {
    0: (((0, 0.5), (0.25, 0), (0.75, 0), (1, 0.5), (0.75, 1), (0.25, 1), (0, 0.5)),),
    1: (((0, 0.5), (1, 0.5)),),
    2: (((0.2, 0.1), (0, 0.5), (0.25, 0.9), (1, 0.1), (1, 0.9)),),
    4: (((0, 0.5), (0.65, 0.05), (0.65, 0.95)), ((0.35, 0.7), (1, 0.65))),
    5: (((0, 0.9), (0, 0.2), (0.45, 0.15), (0.4, 0.7), (0.7, 0.9), (1, 0.5), (0.9, 0.1)),),
    7: (((0, 0.1), (0, 0.9), (1, 0.4)),),
}
"""Strokes of the digits that are drawn, as (row, column) in a unit square."""


def paper(height: int = 600, width: int = 800, tone: int = 255) -> GreyImage:
    return np.full((height, width), tone, np.uint8)


def page_of(image: GreyImage) -> Page:
    return Page(REF, image)


def draw_path(
    image: GreyImage, points: Iterable[tuple[float, float]], pen: int = PEN, tone: int = 0
) -> None:
    """Draw straight strokes from point to point, exactly ``pen`` wide, with round ends."""
    for start, end in pairwise(points):
        _draw_stroke(image, start, end, pen, tone)


def _draw_stroke(
    image: GreyImage, start: tuple[float, float], end: tuple[float, float], pen: int, tone: int
) -> None:
    top, left = (max(0, round(min(pair)) - pen) for pair in zip(start, end, strict=True))
    bottom, right = (round(max(pair)) + pen for pair in zip(start, end, strict=True))
    around = image[top:bottom, left:right]
    rows, columns = (
        np.indices(around.shape) + np.array([top - start[0], left - start[1]])[:, None, None]
    )
    down, across = end[0] - start[0], end[1] - start[1]
    along = ((rows * down + columns * across) / (down**2 + across**2)).clip(0, 1)
    around[np.hypot(rows - along * down, columns - along * across) < pen / 2] = tone


def draw_digit(image: GreyImage, digit: int, box: Box, pen: int = PEN, tone: int = 0) -> None:
    """Draw a digit that fills ``box``."""
    for stroke in STROKES[digit]:
        points = [(box.top + r * box.height, box.left + c * box.width) for r, c in stroke]
        draw_path(image, points, pen, tone)


def draw_box(image: GreyImage, box: Box, line: int = LINE, tone: int = 0) -> None:
    """Draw a frame around ``box``; its lines lie outside."""
    outer = Box(box.top - line, box.left - line, box.bottom + line, box.right + line)
    image[outer.top : box.top, outer.left : outer.right] = tone
    image[box.bottom : outer.bottom, outer.left : outer.right] = tone
    image[outer.top : outer.bottom, outer.left : box.left] = tone
    image[outer.top : outer.bottom, box.right : outer.right] = tone


def draw_comb(
    image: GreyImage,
    box: Box,
    cells: int,
    line: int = LINE,
    tone: int = 0,
    shown: Iterable[tuple[float, float]] = ((0.0, 1.0),),
    missing: frozenset[int] = frozenset(),
) -> list[Box]:
    """Draw a frame cut into ``cells`` by dividers; gives the cells.

    ``shown`` are the parts of a divider's height that are drawn, ``missing`` the numbers of the
    dividers (from 0, left to right) that are left out.
    """
    draw_box(image, box)
    pitch = box.width / cells
    columns = [round(box.left + pitch * number) for number in range(1, cells)]
    for number, column in enumerate(columns):
        if number not in missing:
            for start, end in shown:
                rows = slice(box.top + round(start * box.height), box.top + round(end * box.height))
                image[rows, column - line // 2 : column - line // 2 + line] = tone
    edges = [box.left, *columns, box.right]
    return [Box(box.top, left, box.bottom, right) for left, right in pairwise(edges)]


def draw_table(
    image: GreyImage, box: Box, rows: int, columns: int, line: int = LINE, tone: int = 0
) -> list[list[Box]]:
    """Draw a table of equal cells; gives its cells, row by row."""
    top = np.linspace(box.top, box.bottom, rows + 1).round().astype(int).tolist()
    left = np.linspace(box.left, box.right, columns + 1).round().astype(int).tolist()
    for row in top:
        image[row : row + line, box.left : box.right + line] = tone
    for column in left:
        image[box.top : box.bottom + line, column : column + line] = tone
    return [
        [Box(r0 + line, c0 + line, r1, c1) for c0, c1 in pairwise(left)] for r0, r1 in pairwise(top)
    ]


def grid_of_boxes(rows: int, columns: int, size: int = 50, pitch: int = 90) -> list[Box]:
    """Boxes that stand apart on a regular grid, row by row."""
    corners = (
        (60 + pitch * row, 60 + pitch * col) for row in range(rows) for col in range(columns)
    )
    return [Box(top, left, top + size, left + size) for top, left in corners]


def middle(box: Box) -> tuple[float, float]:
    return (box.top + box.bottom) / 2, (box.left + box.right) / 2


def shrunk(box: Box, margin: int) -> Box:
    return Box(box.top + margin, box.left + margin, box.bottom - margin, box.right - margin)


def noisy(image: GreyImage, sigma: float, seed: int = 1) -> GreyImage:
    grain = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def shadowed(image: GreyImage, darkest: float = 0.5) -> GreyImage:
    """Light that falls off evenly from the left to ``darkest`` at the right."""
    light = np.linspace(1, darkest, image.shape[1])
    return np.asarray((image * light).round(), np.uint8)


def blurred(image: GreyImage, sigma: float) -> GreyImage:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def warped(image: GreyImage, homography: Homography) -> GreyImage:
    height, width = image.shape
    moved = cv2.warpPerspective(
        image, homography, (width, height), flags=cv2.INTER_AREA, borderValue=255
    )
    return np.asarray(moved, np.uint8)


def turning(degrees: float, shape: tuple[int, ...]) -> Homography:
    """Homography about the middle; the rows fall to the right by ``degrees``."""
    turn = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), -degrees, 1.0)
    return np.vstack([turn, [0, 0, 1]]).astype(np.float64)


def tilting(shape: tuple[int, ...], share: float) -> Homography:
    """Homography of a sheet seen aslant: its top is narrower than its bottom."""
    height, width = shape
    inset = share * width
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + np.array(
        [[inset, inset / 2], [-inset, 0], [0, 0], [0, -inset / 3]], np.float32
    )
    return np.asarray(cv2.getPerspectiveTransform(corners, seen), np.float64)


def moved(points: Iterable[tuple[float, float]], homography: Homography) -> Points:
    """Points (n, 2) of (row, column) after a homography of (x, y, 1)."""
    flipped = np.array([[column, row] for row, column in points], np.float64).reshape(1, -1, 2)
    return np.asarray(cv2.perspectiveTransform(flipped, homography)[0][:, ::-1], np.float64)


def corners_of(box: Box) -> list[tuple[float, float]]:
    return [
        (box.top, box.left),
        (box.top, box.right),
        (box.bottom, box.left),
        (box.bottom, box.right),
    ]


def on_scan(clean: CleanPage, box: Box) -> Box:
    """A box of the clean page, in pixels of the scan."""
    points = clean.on_scan(np.array(corners_of(box))[:, ::-1])[:, ::-1]
    (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
    return Box(round(top), round(left), round(bottom), round(right))


def on_clean(clean: CleanPage, box: Box) -> Box:
    """A box of the scan, in pixels of the clean page."""
    points = moved(corners_of(box), np.asarray(np.linalg.inv(clean.to_scan)))
    (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
    return Box(round(top), round(left), round(bottom), round(right))


def overlap(one: Box, other: Box) -> float:
    """Shared area as a share of the area that either covers."""
    rows = min(one.bottom, other.bottom) - max(one.top, other.top)
    columns = min(one.right, other.right) - max(one.left, other.left)
    shared = max(rows, 0) * max(columns, 0)
    return shared / (one.height * one.width + other.height * other.width - shared)


def pieces_of(ink: GreyImage | Mask) -> int:
    """How many connected pieces of ink there are."""
    return int(cv2.connectedComponents((ink > 0).astype(np.uint8), connectivity=8)[0]) - 1


def clean_of(
    ink: GreyImage,
    stroke_px: float = PEN,
    level: Mask | None = None,
    plumb: Mask | None = None,
) -> CleanPage:
    """A clean page of given ink (0 paper), with lines only where ``level`` and ``plumb`` say."""
    level, plumb = (np.zeros(ink.shape, bool) if each is None else each for each in (level, plumb))
    return CleanPage(REF, ink, level, plumb, stroke_px, np.eye(3))


def fields_on(clean: CleanPage) -> tuple[Field, ...]:
    """The fields of a clean page."""
    return find_fields(clean, find_cells(clean.level, clean.plumb, clean.stroke_px))


def odd_images() -> Iterator[tuple[str, GreyImage]]:
    """Images that no one would call a page."""
    random = np.random.default_rng(7)
    for height, width in ((1, 1), (1, 60), (60, 1), (2, 500), (3, 3), (17, 5)):
        yield f"black {height}x{width}", np.zeros((height, width), np.uint8)
        yield f"noise {height}x{width}", random.integers(0, 256, (height, width), np.uint8)
    yield "white", paper(300, 200)
    yield "black", paper(300, 200, 0)
    yield "grey", paper(300, 200, 128)
    yield "noise", random.integers(0, 256, (300, 200), np.uint8)
    yield "bilevel noise", (random.random((300, 200)) < 0.5).astype(np.uint8) * np.uint8(255)
    yield "long", np.concatenate([paper(20, 4000), np.zeros((4, 4000), np.uint8)])
