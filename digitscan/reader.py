"""A page in, what is written in its fields out: the straight line through the house.

>>> from digitscan.reader import Reader  # doctest: +SKIP
>>> result = Reader().read_file("form.png")  # doctest: +SKIP
>>> [record.reading.value for record in result.records]  # doctest: +SKIP
['0042', '17']
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.errors import PageError
from digitscan.form.ink import ink_of_field
from digitscan.form.layout import find_fields
from digitscan.glyph.candidates import Candidate, make_candidates
from digitscan.glyph.classifier import Classifier, load_classifier
from digitscan.glyph.decoding import decode_field
from digitscan.glyph.pieces import Piece, cut_pieces
from digitscan.printed import doubt_print
from digitscan.scan.cleaning import clean_page
from digitscan.scan.pages import load_page
from digitscan.values import (
    CLASS_COUNT,
    Box,
    CleanPage,
    Field,
    Page,
    PageRef,
    PageResult,
    Probabilities,
    Reading,
    Record,
)

MORE_DIGITS, EXTRA_DIGITS = 1.5, 4
"""A page lies another way than is likeliest if that gives so many times the digits, and so many
more. On 99 upright pages, upside down never gave more than 1.5 times as many and 3 more."""
SURE = 0.9
"""Confidence from which a value's digits count for that."""


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How sure a reading must be, and how large a page may be.

    ``min_confidence`` is the probability of being right (0…1) from which a value is ``ok``.
    ``max_mpixels`` is the largest page, in millions of pixels, that is decoded.
    """

    min_confidence: float = 0.9
    max_mpixels: float = 250


@dataclass(frozen=True, slots=True)
class CutField:
    """A field with its ink cut into pieces and the runs of pieces that may be digits."""

    field: Field
    pieces: tuple[Piece, ...]
    candidates: tuple[Candidate, ...]


class Reader:
    """Reads pages with one model: ``"cnn"``, ``"svm"``, ``"logistic"``, a file, or a classifier."""

    def __init__(
        self, model: str | Classifier = "cnn", settings: ReaderSettings | None = None
    ) -> None:
        self.classifier = load_classifier(model) if isinstance(model, str) else model
        self.settings = settings or ReaderSettings()

    def read(self, page: Page) -> PageResult:
        """Read all fields of a page, in reading order.

        A page that seems to lie on its side or upside down is read in all ways that are likely.
        """
        clean = clean_page(page)
        ways = [
            self._read_clean(page, clean if turn == 0 else clean_page(page, turn))
            for turn in clean.turns
        ]
        return PageResult(page.ref, _most_digits(ways))

    def _read_clean(self, page: Page, clean: CleanPage) -> tuple[Record, ...]:
        """Read all fields of a cleaned page."""
        cut = [cut_field(clean, field) for field in find_fields(clean)]
        probabilities = self._classify([c for field in cut for c in field.candidates])
        records, start = [], 0
        for field in cut:
            own = probabilities[start : start + len(field.candidates)]
            start += len(field.candidates)
            reading = self._decode(field, own)
            records.append(_record(clean, field.field, reading, page.image.shape))
        return doubt_print(page, tuple(records))

    def read_file(self, path: str | os.PathLike[str], index: int = 0) -> PageResult:
        """Read page ``index`` of an image file. Raises PageError where it can't be decoded."""
        ref = PageRef(os.fspath(path), index)
        return self.read(load_page(ref, max_mpixels=self.settings.max_mpixels))

    def read_image(self, image: npt.NDArray[np.uint8], name: str = "image") -> PageResult:
        """Read an array: (H, W) uint8 grey or (H, W, 3) uint8 RGB, 0 black."""
        if image.ndim == 2:
            return self.read(Page(PageRef(name), image))
        colour = np.ascontiguousarray(image[..., 2::-1])
        return self.read(Page(PageRef(name), colour.min(axis=2), colour))

    def read_ref(self, ref: PageRef) -> tuple[Page | None, PageResult]:
        """Load and read a page; whatever goes wrong becomes the result's ``problem``.

        This is the one place where a bug in reading is caught: it must not cost other pages.
        """
        try:
            page = load_page(ref, max_mpixels=self.settings.max_mpixels)
        except PageError as error:
            return None, PageResult(ref, problem=str(error))
        try:
            return page, self.read(page)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} in {place.name}, line {place.lineno}: {error}"
            problem = " ".join(f"{ref.source}: reading failed, please report: {what}".split())
            return page, PageResult(ref, problem=problem)

    def _classify(self, candidates: Sequence[Candidate]) -> Probabilities:
        """Class probabilities (N, 11) of all candidates of a page, in one batch."""
        if not candidates:
            return np.zeros((0, CLASS_COUNT), np.float32)
        return self.classifier.classify(np.stack([c.glyph for c in candidates]))

    def _decode(self, cut: CutField, probabilities: Probabilities) -> Reading:
        return decode_field(
            cut.pieces,
            cut.candidates,
            probabilities,
            cut.field.rule,
            self.settings.min_confidence,
        )


def cut_field(clean: CleanPage, field: Field) -> CutField:
    """Cut the ink of a field into pieces and candidates."""
    ink, origin = ink_of_field(clean, field)
    pieces = cut_pieces(ink, origin, clean.stroke_px, field.cells)
    return CutField(field, pieces, make_candidates(pieces, clean.stroke_px))


def _most_digits(ways: Sequence[tuple[Record, ...]]) -> tuple[Record, ...]:
    """The way of reading a page that gives far more digits than all others, else the first."""
    digits = [_sure_digits(records) for records in ways]
    best = int(np.argmax(digits))
    others = [count for way, count in enumerate(digits) if way != best]
    clear = digits[best] >= MORE_DIGITS * max(others, default=0) + EXTRA_DIGITS
    return ways[best] if clear else ways[0]


def _sure_digits(records: Sequence[Record]) -> int:
    """How many digits there are in values that are all but certain, whatever the user asks for."""
    readings = [record.reading for record in records]
    return sum(len(each.value) for each in readings if each.confidence >= SURE)


def _record(clean: CleanPage, field: Field, reading: Reading, scan: tuple[int, ...]) -> Record:
    """The record of a field, its boxes moved from the clean page to the scan."""

    def to_scan(box: Box) -> Box:
        return _map_box(box, clean.to_scan, scan)

    digits = tuple(replace(digit, box=to_scan(digit.box)) for digit in reading.digits)
    cells = tuple(to_scan(cell) for cell in field.cells)
    placed = replace(field, box=to_scan(field.box), cells=cells)
    return Record(clean.ref, placed, replace(reading, digits=digits))


def _map_box(box: Box, homography: npt.NDArray[np.float64], shape: tuple[int, ...]) -> Box:
    """The upright box around ``box`` moved by ``homography``, kept within ``shape``."""
    corners = np.array(
        [
            [
                [box.left, box.top],
                [box.right, box.top],
                [box.right, box.bottom],
                [box.left, box.bottom],
            ]
        ],
        np.float64,
    )
    moved = cv2.perspectiveTransform(corners, homography)[0]
    left, top = np.floor(moved.min(axis=0)).astype(int)
    right, bottom = np.ceil(moved.max(axis=0)).astype(int)
    height, width = shape[:2]
    top, left = min(max(top, 0), height - 1), min(max(left, 0), width - 1)
    return Box(
        int(top),
        int(left),
        int(min(max(bottom, top + 1), height)),
        int(min(max(right, left + 1), width)),
    )
