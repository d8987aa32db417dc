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
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.doubts import doubt_records
from digitscan.errors import PageError
from digitscan.form.beside import goes_on
from digitscan.form.cells import find_cells
from digitscan.form.ink import FieldInk, ink_of_field
from digitscan.form.labels import without_labels
from digitscan.form.layout import find_fields
from digitscan.form.ruled_paper import is_crossed, without_paper_lines
from digitscan.form.stacked import part_stacked
from digitscan.form.straddling import Straddler, find_straddlers, without_straddlers
from digitscan.form.strikes import is_struck_through
from digitscan.form.touching import part_rows
from digitscan.form.unseen_sides import ends_in_border, holds_side, lacks_one
from digitscan.glyph.calibration import Calibration, load_calibration
from digitscan.glyph.candidates import Candidate, make_candidates
from digitscan.glyph.classifier import Classifier, load_classifier
from digitscan.glyph.crosses import is_cross
from digitscan.glyph.decoding import decode_field
from digitscan.glyph.faded import lacks_faded_digit
from digitscan.glyph.hand import Place, Weighed, weigh_by_hand
from digitscan.glyph.pieces import Piece, cut_pieces, digit_height
from digitscan.scan.cleaning import clean_page
from digitscan.scan.pages import load_page
from digitscan.values import (
    CLASS_COUNT,
    NOT_A_DIGIT,
    Box,
    CleanPage,
    Field,
    Page,
    PageRef,
    PageResult,
    Probabilities,
    Reading,
    Record,
    Status,
)

MORE_DIGITS, EXTRA_DIGITS = 1.5, 4
"""A page lies another way than is likeliest if that gives so many times the digits, and so many
more. On 99 upright pages, upside down never gave more than 1.5 times as many and 3 more."""
SURE = 0.9
"""Confidence from which a value's digits count for that."""
MANY_FIELDS, HARDLY = 20, 0.2
"""A page of so many fields with ink, of which a smaller share is ``ok``, may lie upside down; few
that stand upright are read so badly.
"""
NO_MEMORY = -4
"""OpenCV's code for memory that the system did not give."""


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How sure a reading must be, and how large a page may be.

    ``min_confidence`` is the probability of being right (0…1) from which a value is ``ok``.
    ``max_mpixels`` is the largest page, in millions of pixels, that is decoded. ``calibration`` is
    what evidence is worth; None is this version's for the kind of the model. ``password`` opens
    encrypted PDFs; it is not shown.
    """

    min_confidence: float = 0.85
    max_mpixels: float = 250
    calibration: Calibration | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CutField:
    """A field with its ink cut into pieces and the runs of pieces that may be digits.

    ``torn`` tells that the number seems to go on beyond the field, to lack a digit that faded, or
    to have the side of a box for one. ``printed`` are the signs that were taken out of its ink.
    """

    field: Field
    pieces: tuple[Piece, ...]
    candidates: tuple[Candidate, ...]
    torn: bool = False
    printed: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class TracedField:
    """A field and all that led to its record.

    ``probabilities`` is (N, 11), a row for each of its candidates. ``reading`` is what they gave by
    themselves, boxes on the clean page; the rest of the page may have put ``record`` to review.
    """

    cut: CutField
    probabilities: Probabilities
    reading: Reading
    record: Record


@dataclass(frozen=True, slots=True)
class PageTrace:
    """A page, what was left of it after cleaning, and its fields in reading order."""

    page: Page
    clean: CleanPage
    fields: tuple[TracedField, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """Records of the fields."""
        return tuple(field.record for field in self.fields)


class Reader:
    """Reads pages with one model: ``"cnn"``, ``"svm"``, ``"logistic"``, a file, or a classifier."""

    def __init__(
        self, model: str | Classifier = "cnn", settings: ReaderSettings | None = None
    ) -> None:
        self.classifier = load_classifier(model) if isinstance(model, str) else model
        self.settings = settings or ReaderSettings()
        own = self.settings.calibration
        self.calibration = own or load_calibration(self.classifier.card.kind)

    def read(self, page: Page) -> PageResult:
        """Read all fields of a page, in reading order."""
        return PageResult(page.ref, self.trace(page).records)

    def trace(self, page: Page) -> PageTrace:
        """Read a page and keep what every step gave.

        A page that seems to lie on its side or upside down is read in all ways that are likely, and
        one of which hardly a field can be read is turned over.
        """
        clean = clean_page(page)
        ways = [
            self._trace_clean(page, clean if turn == 0 else clean_page(page, turn))
            for turn in clean.turns
        ]
        if clean.turns == (0,) and _is_hardly_read(ways[0].records):
            ways.append(self._trace_clean(page, clean_page(page, 2)))
        return _most_digits(ways)

    def _trace_clean(self, page: Page, clean: CleanPage) -> PageTrace:
        """Read all fields of a cleaned page."""
        clean, fields = lay_out(clean)
        cut = cut_fields(clean, fields)
        said, readings = self.read_off(cut, self.classify(cut))
        flat = tuple(
            Record(clean.ref, own.field, got) for own, got in zip(cut, readings, strict=True)
        )
        scanned = tuple(_on_scan(record, clean, page.image.shape) for record in flat)
        doubted = doubt_records(page, flat, scanned)
        records = map(_with_status, scanned, doubted)
        return PageTrace(page, clean, tuple(map(TracedField, cut, said, readings, records)))

    def read_file(self, path: str | os.PathLike[str], index: int = 0) -> PageResult:
        """Read page ``index`` of an image file. Raises PageError where it can't be decoded."""
        ref = PageRef(os.fspath(path), index)
        return self.read(self.load(ref))

    def load(self, ref: PageRef) -> Page:
        """Decode a page within the settings' bounds. Raises PageError where that can't be."""
        return load_page(
            ref, max_mpixels=self.settings.max_mpixels, password=self.settings.password
        )

    def read_image(self, image: npt.NDArray[np.uint8], name: str = "image") -> PageResult:
        """Read an array: (H, W) uint8 grey or (H, W, 3) uint8 RGB, 0 black."""
        if image.ndim == 2:
            return self.read(Page(PageRef(name), image))
        colour = np.ascontiguousarray(image[..., 2::-1])
        return self.read(Page(PageRef(name), colour.min(axis=2), colour))

    def read_ref(self, ref: PageRef) -> tuple[Page | None, PageResult]:
        """Load and read a page; whatever goes wrong becomes the result's ``problem``.

        A bug in reading is caught here: it must not cost other pages. Only ``MemoryError`` passes,
        for on another try there may be more.
        """
        try:
            page = self.load(ref)
        except PageError as error:
            if isinstance(error.__cause__, MemoryError):
                raise MemoryError from error
            return None, PageResult(ref, problem=str(error))
        try:
            return page, self.read(page)
        except MemoryError:
            raise
        except Exception as error:
            if isinstance(error, cv2.error) and error.code == NO_MEMORY:
                raise MemoryError from error
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} in {place.name}, line {place.lineno}: {error}"
            problem = " ".join(f"{ref.source}: reading failed, please report: {what}".split())
            return page, PageResult(ref, problem=problem)

    def classify(self, cut: Sequence[CutField]) -> list[Probabilities]:
        """Class probabilities (N, 11) of each field's candidates, those of a page in one batch."""
        glyphs = [candidate.glyph for field in cut for candidate in field.candidates]
        if not glyphs:
            return [np.zeros((0, CLASS_COUNT), np.float32) for _ in cut]
        return _by_field(cut, self.classifier.classify(np.stack(glyphs)))

    def read_off(
        self, cut: Sequence[CutField], said: Sequence[Probabilities]
    ) -> tuple[list[Probabilities], list[Reading]]:
        """Readings of a page's fields, and the probabilities that its other digits left them."""
        alone = [self._decode(*of_field) for of_field in zip(cut, said, strict=True)]
        weighed = _by_hand(cut, said, alone)
        readings = [
            self._decode(field, by_hand.probabilities, by_hand.support)
            for field, by_hand in zip(cut, weighed, strict=True)
        ]
        return [by_hand.probabilities for by_hand in weighed], readings

    def _decode(
        self,
        cut: CutField,
        probabilities: Probabilities,
        support: npt.NDArray[np.float64] | None = None,
    ) -> Reading:
        return decode_field(
            cut.pieces,
            cut.candidates,
            probabilities,
            cut.field.rule,
            self.settings.min_confidence,
            self.calibration,
            torn=cut.torn,
            support=support,
            printed=cut.printed,
        )


def lay_out(clean: CleanPage) -> tuple[CleanPage, tuple[Field, ...]]:
    """Find the fields of a page; gives the page too, rows that touch cut apart."""
    found = find_cells(clean.level, clean.plumb, clean.stroke_px)
    clean, cells = without_paper_lines(clean, part_stacked(clean, found))
    clean = part_rows(clean, cells)
    fields = find_fields(clean, cells)
    return without_labels(clean, fields), fields


def cut_fields(clean: CleanPage, fields: Sequence[Field]) -> list[CutField]:
    """Cut the ink of a page's fields into pieces and candidates."""
    straddlers = find_straddlers(clean, fields)
    found = [
        ink_of_field(clean, field, is_cross, own)
        for field, own in zip(fields, straddlers, strict=True)
    ]
    pieces = [
        cut_pieces(own.ink, own.origin, clean.stroke_px, field.cells)
        for field, own in zip(fields, found, strict=True)
    ]
    return [
        _cut(clean, *one, fields) for one in zip(fields, straddlers, found, pieces, strict=True)
    ]


def _cut(
    clean: CleanPage,
    field: Field,
    straddlers: Sequence[Straddler],
    found: FieldInk,
    pieces: tuple[Piece, ...],
    fields: Sequence[Field],
) -> CutField:
    """Make candidates of the pieces of one of the page's fields; ask whether it is whole."""
    torn = found.torn or lacks_faded_digit(pieces)
    boxes = [piece.box for piece in pieces]
    torn = torn or holds_side(clean, field, boxes) or lacks_one(clean, field, boxes)
    torn = torn or is_crossed(clean, field, boxes) or is_struck_through(clean, field, boxes)
    torn = torn or ends_in_border(clean, field, boxes)
    if pieces and not torn:
        tone = float(np.median(found.ink[found.ink > 0]))
        end = max(piece.box.right for piece in pieces)
        rest = without_straddlers(clean, straddlers)
        torn = goes_on(rest, field, fields, digit_height(pieces), tone, end, is_cross)
    printed = tuple(sign for sign in clean.printed if sign.shared_area(field.box))
    return CutField(field, pieces, make_candidates(pieces, clean.stroke_px), torn, printed)


def _by_hand(
    cut: Sequence[CutField], said: Sequence[Probabilities], readings: Sequence[Reading]
) -> list[Weighed]:
    """Each field's candidates, given how the page's others were read."""
    places, trust = [], []
    for number, (own, reading) in enumerate(zip(cut, readings, strict=True)):
        read = {digit.box for digit in reading.digits}
        for candidate in own.candidates:
            places.append(Place(number, candidate.first, candidate.last))
            trust.append(reading.confidence**3 if candidate.box in read else 0.0)
    if not places:
        return [Weighed(probabilities, np.zeros((0, NOT_A_DIGIT))) for probabilities in said]
    glyphs = [candidate.glyph for own in cut for candidate in own.candidates]
    page = weigh_by_hand(glyphs, np.concatenate(said), places, np.array(trust))
    parts = _by_field(cut, page.probabilities), _by_field(cut, page.support)
    return [Weighed(*part) for part in zip(*parts, strict=True)]


def _by_field(cut: Sequence[CutField], rows: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Split rows, one for each candidate of a page, into those of each field."""
    return np.split(rows, np.cumsum([len(field.candidates) for field in cut])[:-1])


def _most_digits(ways: Sequence[PageTrace]) -> PageTrace:
    """The way of reading a page that gives far more digits than all others, else the first."""
    digits = [sure_digits(way.records) for way in ways]
    best = int(np.argmax(digits))
    others = [count for way, count in enumerate(digits) if way != best]
    clear = digits[best] >= MORE_DIGITS * max(others, default=0) + EXTRA_DIGITS
    return ways[best] if clear else ways[0]


def _is_hardly_read(records: Sequence[Record]) -> bool:
    """Whether hardly any of many fields with ink is ``ok``."""
    written = [r.reading.status for r in records if r.reading.status is not Status.BLANK]
    return len(written) >= MANY_FIELDS and written.count(Status.OK) < HARDLY * len(written)


def sure_digits(records: Sequence[Record]) -> int:
    """How many digits there are in values that are all but certain, whatever the user asks for.

    A 0 is one whichever way it lies, and an 8 on its side is two.
    """
    readings = [record.reading for record in records]
    return sum(len(each.value.replace("0", "")) for each in readings if each.confidence >= SURE)


def _on_scan(record: Record, clean: CleanPage, shape: tuple[int, ...]) -> Record:
    """A record whose boxes lie on the clean page, its boxes moved to the scan."""

    def to_scan(box: Box) -> Box:
        return _map_box(box, clean, shape)

    field, reading = record.field, record.reading
    digits = tuple(replace(digit, box=to_scan(digit.box)) for digit in reading.digits)
    cells = tuple(to_scan(cell) for cell in field.cells)
    placed = replace(field, box=to_scan(field.box), cells=cells)
    return Record(record.page, placed, replace(reading, digits=digits))


def _with_status(record: Record, other: Record) -> Record:
    """A record with the status of another."""
    return replace(record, reading=replace(record.reading, status=other.reading.status))


def _map_box(box: Box, clean: CleanPage, shape: tuple[int, ...]) -> Box:
    """The upright box around ``box`` of the clean page on a scan of ``shape``, kept within it."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
    moved = clean.on_scan(corners)
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
