"""The page with what was read drawn on it: a page and its result in, a colour picture out.

Also the names of the pictures of a whole run, and writing one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digitscan.errors import OutputError
from digitscan.report.drawing import (
    BLACK,
    STATUS_COLOURS,
    Colour,
    LabelRoom,
    Pen,
    draw_box,
    draw_words,
    in_colour,
    resized,
    scaled,
)
from digitscan.report.files import picture_bytes, safe_stem, write_bytes
from digitscan.values import (
    Box,
    ColourImage,
    Page,
    PageRef,
    PageResult,
    Record,
    Status,
)

LONGEST_SIDE_PX = 2000
"""A larger picture is slow to open and shows no more: A4 has 170 dpi then."""

SHORTEST_LONG_SIDE_PX = 800
"""A smaller page is enlarged to this, so that letters beside its boxes can be read."""


def draw_overlay(page: Page, result: PageResult) -> ColourImage:
    """Draw boxes, values and doubts of ``result`` onto ``page``.

    Boxes are coloured by status, those of blank fields and of single digits are drawn thin, and
    value and confidence stand beside the field where they hide least. A field without a value has
    its colour only: on a form of many cells the words would hide the rest. A legend is added above
    the page.

    Returns
    -------
    (h, w, 3) uint8 in BGR, its longest side at most ``LONGEST_SIDE_PX``.
    """
    scale = _picture_scale(*page.image.shape)
    picture = in_colour(resized(page.image if page.colour is None else page.colour, scale))
    pen = Pen(letter_px=max(10, max(picture.shape[:2]) // 120))
    records = [(record, scaled(record.field.box, scale)) for record in result.records]
    for record, box in records:
        _draw_field(picture, record, box, scale, pen)
    room = LabelRoom(picture, [box for _, box in records])
    for record, box in records:
        if not record.reading.value:
            continue
        label = f"{record.reading.value}  {record.reading.confidence:.0%}"
        top, left = room.find_place(box, *pen.text_size(label))
        pen.write(picture, label, top, left, STATUS_COLOURS[record.reading.status])
    return np.vstack([_legend(result, picture.shape[1], pen), picture])


def overlay_file(page: Page, result: PageResult) -> bytes:
    """Draw the overlay of a page as the content of a PNG file."""
    return picture_bytes(draw_overlay(page, result))


def _picture_scale(height: int, width: int) -> float:
    longest = max(height, width)
    # Two hundredths of the picture are left for the legend.
    limit = LONGEST_SIDE_PX * 0.98
    return min(limit / longest, max(1.0, SHORTEST_LONG_SIDE_PX / longest))


def _draw_field(picture: ColourImage, record: Record, box: Box, scale: float, pen: Pen) -> None:
    colour = STATUS_COLOURS[record.reading.status]
    for digit in record.reading.digits:
        draw_box(picture, scaled(digit.box, scale), colour, 1)
    is_blank = record.reading.status is Status.BLANK
    draw_box(picture, box, colour, 1 if is_blank else pen.line_px + 1)


def _legend(result: PageResult, width: int, pen: Pen) -> ColourImage:
    """Give a white strip that says what the colours mean, as far as it is wide enough."""
    words: list[tuple[str, Colour]] = [
        ("ok", STATUS_COLOURS[Status.OK]),
        ("review", STATUS_COLOURS[Status.REVIEW]),
        ("blank", STATUS_COLOURS[Status.BLANK]),
        ("unreadable or struck", STATUS_COLOURS[Status.STRUCK]),
        ("rule failed", STATUS_COLOURS[Status.RULE_FAILED]),
    ]
    if result.problem is not None:
        words = [("not read: " + result.problem.encode("ascii", "replace").decode(), BLACK)]
    elif not result.records:
        words.append(("no fields found", BLACK))
    return draw_words(words, width, pen)


def name_overlays(refs: Sequence[PageRef]) -> tuple[str, ...]:
    """Name one picture for each page: safe, inside one folder, and no two alike.

    The name is the source's, with the page number (from 1) where a source has several pages, and
    with a further number where another source took the name. Names that differ only in upper and
    lower case count as alike: some file systems can't tell them apart.

    >>> name_overlays([PageRef("a/x.png"), PageRef("b/x.png"), PageRef("t.tif", 0),
    ...                PageRef("t.tif", 1)])
    ('x.png', 'x-2.png', 't-p1.png', 't-p2.png')
    """
    of_many = {ref.source for ref in refs if ref.index > 0}
    taken: set[str] = set()
    names = []
    for ref in refs:
        stem = safe_stem(ref.source) + (f"-p{ref.index + 1}" if ref.source in of_many else "")
        unique, number = stem, 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{stem}-{number}"
        taken.add(unique.casefold())
        names.append(f"{unique}.png")
    return tuple(names)


class OverlayFolder:
    """The folder that the pictures of one run go into.

    Raises ``OutputError`` at once when it can't be made or, without ``overwrite``, when one of the
    pictures is there already.
    """

    def __init__(self, folder: Path, refs: Sequence[PageRef], *, overwrite: bool = False) -> None:
        self._paths = [folder / name for name in name_overlays(refs)]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            there = [path for path in self._paths if not overwrite and os.path.lexists(path)]
        except OSError as error:
            raise OutputError(f"{folder}: can't hold the overlays: {error.strerror}") from error
        if there:
            raise OutputError(
                f"{there[0]}: exists already; give --overwrite to replace it, or another folder"
            )

    def holds(self, position: int) -> bool:
        """Whether the picture of the page at ``position`` of the run is there already."""
        return self._paths[position].is_file() and not self._paths[position].is_symlink()

    def write(self, position: int, picture: bytes) -> Path:
        """Write a PNG file, the picture of the page at ``position`` of the run; says where it is.

        It replaces what stands under its name, links included: nothing is written outside the
        folder.
        """
        write_bytes(self._paths[position], picture)
        return self._paths[position]
