"""A clean page in, the fields where digits may be written out, in reading order.

Cells come from the ruling. Neighbouring cells of one size, narrow enough for one digit, are a
comb: one value. A page without cells is read as free lines; so is one with numbers on rules, if
nothing is written in its cells.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from digitscan.form.baselines import find_baselines
from digitscan.form.combs import find_combs
from digitscan.form.extension import extend_combs
from digitscan.form.lines import find_lines, find_lines_in_cell
from digitscan.form.order import first_rows, group_rows
from digitscan.form.ruled_paper import is_lined
from digitscan.form.siblings import complete_combs
from digitscan.form.tables import find_columns, part_tables
from digitscan.form.torn import join_torn
from digitscan.rules import Rule
from digitscan.values import Box, CleanPage, Field, FieldKind

ON_RULES = 0.7
"""Share of the writing on a page that stands on rules where numbers are written on them."""
LARGEST_STROKES = 60.0
"""Cells higher than this many stroke widths hold text or a picture, not one value."""
MARGIN, SPECK_STROKES = 0.15, 2.0
"""What is nearer to the sides of a cell than this share of its size is not looked at, to see if it
is blank; and ink is a speck up to the area of a square so many stroke widths wide.
"""
IN_BOX = 0.55
"""Share of a line of writing that lies in a box, if that is its number."""
LIKE = 1.8
"""Numbers of one column differ in height by this factor at most."""


def find_fields(clean: CleanPage, cells: list[Box]) -> tuple[Field, ...]:
    """Fields of a page without a known form, named f1, f2, … in reading order.

    ``cells`` are those that ``find_cells`` found between the page's ruled lines.
    """
    cells = join_torn(cells)
    highest = LARGEST_STROKES * clean.stroke_px
    low = [cell for cell in cells if cell.height <= highest]
    columns = find_columns(low)
    groups = [
        group
        for row in group_rows(low)
        for group in find_combs(row, clean.level, clean.plumb, columns)
    ]
    groups = complete_combs(extend_combs(groups, clean.level, clean.plumb), clean)
    tables, others = part_tables(groups)
    fields = [Field("", cell, FieldKind.CELL) for cell in tables]
    fields += [_field_of_cells(group) for group in others]
    lines = find_baselines(clean, cells + [cell for group in groups for cell in group])
    if not cells or (lines and not any(_holds_ink(cell, clean) for cell in cells)):
        free = find_lines(clean)
        lines = free if is_lined(clean.level) else _lines_without_cells(lines, free)
    for high in (cell for cell in cells if cell.height > highest):
        lines += find_lines_in_cell(clean, high)
    combs = [field.box for field in fields if field.kind is FieldKind.COMB]
    lines = [line for line in lines if not any(comb.holds_middle(line) for comb in combs)]
    boxes = [field.box for field in fields if field.kind is FieldKind.BOX]
    lines = [line for line in lines if not any(_is_of_box(line, box) for box in boxes)]
    fields += [Field("", box, FieldKind.LINE) for box in lines]
    return _in_reading_order(fields, clean.gutter)


def _holds_ink(cell: Box, clean: CleanPage) -> bool:
    """Whether more than a speck of ink lies well within a cell."""
    margin = round(MARGIN * min(cell.height, cell.width))
    rows = slice(cell.top + margin, cell.bottom - margin)
    columns = slice(cell.left + margin, cell.right - margin)
    return bool(np.count_nonzero(clean.ink[rows, columns]) > (SPECK_STROKES * clean.stroke_px) ** 2)


def _lines_without_cells(ruled: list[Box], free: list[Box]) -> list[Box]:
    """The numbers on rules where most writing stands on them, else the groups of free writing.

    Among numbers on rules, writing in their column whose rule was not found belongs to them.
    """
    loose = [box for box in free if not any(rule.holds_middle(box) for rule in ruled)]
    if not ruled or len(free) - len(loose) < ON_RULES * len(free):
        return free
    return ruled + [box for box in loose if any(_is_in_column(box, rule) for rule in ruled)]


def _is_in_column(box: Box, ruled: Box) -> bool:
    """Whether a group of writing could be a number above or below one on a rule."""
    columns = min(box.right, ruled.right) - max(box.left, ruled.left)
    apart = max(box.top, ruled.top) >= (min(box.bottom, ruled.bottom) + min(box.top, ruled.top)) / 2
    like = ruled.height / LIKE <= box.height <= LIKE * ruled.height
    return apart and like and columns > box.width / 2


def _is_of_box(line: Box, box: Box) -> bool:
    """Whether a line is the number in a box: it was found on the lower line of a double frame."""
    return line.shared_area(box) > IN_BOX * line.height * line.width


def _in_reading_order(fields: list[Field], gutter: int | None) -> tuple[Field, ...]:
    """The fields in rows from top to bottom, those of a book's left page first; named anew."""
    pages: tuple[list[Field], ...] = ([], [])
    for field in fields:
        right = gutter is not None and field.box.left + field.box.right > 2 * gutter
        pages[right].append(field)
    ordered = [field for page in pages for field in _in_rows(page)]
    return tuple(replace(field, name=f"f{number}") for number, field in enumerate(ordered, 1))


def _in_rows(fields: list[Field]) -> list[Field]:
    """The fields of a page in rows, from top to bottom."""
    by_head: dict[Box, Field] = {}
    for field, head in zip(fields, first_rows([field.box for field in fields]), strict=True):
        by_head[field.box if head in by_head else head] = field
    return [by_head[head] for row in group_rows(by_head) for head in row]


def _field_of_cells(cells: list[Box]) -> Field:
    if len(cells) == 1:
        return Field("", cells[0], FieldKind.BOX)
    top, bottom = min(c.top for c in cells), max(c.bottom for c in cells)
    whole = Box(top, cells[0].left, bottom, cells[-1].right)
    return Field("", whole, FieldKind.COMB, tuple(cells), Rule(max_digits=len(cells)))
