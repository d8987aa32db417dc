"""The values that flow through digitscan, from a scan to the rows of a table.

All are frozen. Images are numpy arrays; each docstring gives shape, dtype and what zero means.
Positions are (row, column); boxes are half-open: ``image[top:bottom, left:right]``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.rules import ANY_NUMBER, Rule

GreyImage = npt.NDArray[np.uint8]
ColourImage = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Probabilities = npt.NDArray[np.float32]

CLASS_COUNT = 11
NOT_A_DIGIT = 10
"""The eleventh class of every model: ink that is not exactly one digit."""


@dataclass(frozen=True, slots=True)
class PageRef:
    """Which page of which source: a path (``-`` is standard input) and a zero-based page index.

    ``copy`` is the path of a file with the source's bytes, where these came through a pipe.
    """

    source: str
    index: int = 0
    copy: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A decoded page, upright as its file says.

    ``image`` is (H, W) uint8, 0 black and 255 white. ``colour`` is (H, W, 3) uint8 in BGR, or None
    where the scan is grey. ``dpi`` is None where the file does not say. ``stretch`` is how many
    times as high as wide a pixel is: of a fax about two.
    """

    ref: PageRef
    image: GreyImage
    colour: ColourImage | None = None
    dpi: float | None = None
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """A half-open rectangle in pixels: rows ``top:bottom``, columns ``left:right``."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Rows covered."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns covered."""
        return self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the box in an image: ``image[box.slices]``."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def sides(self) -> tuple[int, int, int, int]:
        """Top, left, bottom and right."""
        return self.top, self.left, self.bottom, self.right

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all ``boxes``, of which there is at least one.

        >>> Box.around([Box(0, 5, 10, 10), Box(2, 0, 12, 3)])
        Box(top=0, left=0, bottom=12, right=10)
        """
        tops, lefts, bottoms, rights = zip(*(box.sides for box in boxes), strict=True)
        return cls(min(tops), min(lefts), max(bottoms), max(rights))

    def moved(self, rows: int, columns: int) -> Box:
        """The box so many rows further down and columns further right."""
        return Box(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)

    def holds_middle(self, other: Box) -> bool:
        """Whether the middle of ``other`` lies in the box."""
        row, column = (other.top + other.bottom) / 2, (other.left + other.right) / 2
        return self.top <= row < self.bottom and self.left <= column < self.right

    def shared_area(self, other: Box) -> int:
        """Pixels that lie in both boxes; 0 where they are apart.

        >>> Box(0, 0, 10, 10).shared_area(Box(8, 5, 20, 20))
        10
        """
        rows = min(self.bottom, other.bottom) - max(self.top, other.top)
        columns = min(self.right, other.right) - max(self.left, other.left)
        return max(rows, 0) * max(columns, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """How far down of its place on flat paper, in rows, that place is seen on paper that bends.

    ``down`` is an (n, m) grid spread over a picture of ``shape`` (H, W), each value at the middle
    of its part.
    """

    down: npt.NDArray[np.floating]
    shape: tuple[int, ...]

    def at(
        self, columns: npt.NDArray[np.floating], rows: npt.NDArray[np.floating]
    ) -> npt.NDArray[np.float32]:
        """How far down in places (h, w) of the flat picture."""
        high, wide = self.down.shape
        along = ((columns + 0.5) * (wide / self.shape[1]) - 0.5).astype(np.float32)
        below = ((rows + 0.5) * (high / self.shape[0]) - 0.5).astype(np.float32)
        grid = self.down.astype(np.float32)
        found = cv2.remap(grid, along, below, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.float32)


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A page reduced to its ink, flat and upright.

    ``ink`` is (H, W) uint8: 0 is paper, 1…255 how dark pen or print is. ``level`` and ``plumb`` are
    (H, W) masks of the ruled lines in that ink, along the rows and along the columns. ``stroke_px``
    is the typical pen width. ``to_scan`` is the (3, 3) homography from clean (x, y, 1) to the
    pixels of the page's image; where there is a ``bend``, that comes first. ``turns`` are the
    quarter turns counter-clockwise, 0 to 3, that may bring the page upright, the likeliest first;
    most often it is 0 alone. ``printed`` are the labels and signs that were taken out of its boxes.
    ``gutter`` is the column between the two pages of an open book, None on a single page.
    """

    ref: PageRef
    ink: GreyImage
    level: Mask
    plumb: Mask
    stroke_px: float
    to_scan: npt.NDArray[np.float64]
    turns: tuple[int, ...] = (0,)
    printed: tuple[Box, ...] = ()
    bend: Bend | None = None
    gutter: int | None = None

    def on_scan(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Where points (n, 2) of x, y lie on the page's image."""
        seen = np.array(points, np.float64)[None]
        if self.bend is not None:
            seen[..., 1] += self.bend.at(seen[..., 0], seen[..., 1])
        return np.asarray(cv2.perspectiveTransform(seen, self.to_scan)[0], np.float64)


class FieldKind(StrEnum):
    """What a field looks like on paper."""

    BOX = "box"
    COMB = "comb"
    CELL = "cell"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Field:
    """One place where one value is written. ``cells`` is empty unless the field is a comb."""

    name: str
    box: Box
    kind: FieldKind
    cells: tuple[Box, ...] = ()
    rule: Rule = ANY_NUMBER


class Status(StrEnum):
    """What became of a field, or of a page that gave no field."""

    OK = "ok"
    REVIEW = "review"
    BLANK = "blank"
    STRUCK = "struck"
    UNREADABLE = "unreadable"
    RULE_FAILED = "rule_failed"
    NO_FIELDS = "no_fields"
    PAGE_FAILED = "page_failed"


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit of a reading: its box, and the (11,) float32 class probabilities of its glyph."""

    box: Box
    probabilities: Probabilities = field(compare=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a value and against it.

    Attributes
    ----------
    posterior : float
        Share, 0…1, of the mass of all readings, junk included, that stands behind the value.
    weakest : float
        Least probability, among the digits of the value, of its class.
    oddity : float
        Cost of the digit whose size or gaps are the oddest: 0 is ordinary, else the negative
        logarithm of how much rarer it is.
    unevenness : float
        Logarithm of how much more the heights of the digits differ than they usually do, 0 or more.
    torn : bool
        Whether a digit may be missing or a neighbour's: a side of the field cuts through ink, a
        digit stands beside the field, crumbs of one lie in a gap, or a stroke may be a box's side.
    pair : (int, int)
        The weakest digit and the class, 0…10, that it is next likeliest to be.
    support : float
        Logarithm of odds with which the page's other digits speak for the digit that they speak
        for least: 0 is as usual, or unknown where the page has few digits.
    """

    posterior: float
    weakest: float
    oddity: float = 0.0
    unevenness: float = 0.0
    torn: bool = False
    pair: tuple[int, int] = (0, NOT_A_DIGIT)
    support: float = 0.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another value that the same ink may show, with its probability."""

    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a field says. ``value`` is text (leading zeros live), empty where there is none.

    ``confidence`` estimates the probability that ``value`` is right, 0…1, from the ``evidence``,
    which does not travel: a reading that came from another process or a file has none.
    """

    value: str
    confidence: float
    status: Status
    alternatives: tuple[Alternative, ...] = ()
    digits: tuple[Digit, ...] = ()
    evidence: Evidence | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the result: a field of a page and its reading, boxes in scan pixels."""

    page: PageRef
    field: Field
    reading: Reading


@dataclass(frozen=True, slots=True)
class PageResult:
    """All records of a page in reading order, or the ``problem`` that kept it from being read."""

    page: PageRef
    records: tuple[Record, ...] = ()
    problem: str | None = None
