"""Pieces, candidates and class probabilities of a field in, the arcs of its search out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from digitscan.glyph.bars import is_bar
from digitscan.glyph.blobs import lay_together
from digitscan.glyph.candidates import Candidate
from digitscan.glyph.crosses import is_cross
from digitscan.glyph.leftovers import Leftover, kind_of
from digitscan.glyph.paths import Arc
from digitscan.glyph.pieces import Piece, digit_height
from digitscan.glyph.seams import Place
from digitscan.values import NOT_A_DIGIT, Probabilities

FOLLOWED = 3
"""Digits followed up for each candidate; the rest only count against the confidence."""
UNFOLLOWED = math.log(5e-4)
"""Digits less likely than this are not followed up."""
FLOOR = 1e-6
"""A probability below this is not believed: no classifier is that sure."""
CUT = 2.3
"""What it costs to cut through touching ink: about one pair of digits in ten touches."""
LOOPS_CUT = 0.7
"""The same between two loops that lie side by side."""
DASH_CUT = 1.2
"""The same at the end of a dash."""
CUT_DEPTH, LOOP_DEPTH = 0.8, 0.2
"""What each stroke width crossed, over the first, costs on top; less where a loop lies beside the
cut, as the pen may run along it for a while."""
CROWDED = 5.0
"""What it costs to cut a blob that leaves no room for two digits, times what it lacks to it."""
DIGIT = 1.9
"""What each digit costs; one that is a digit for sure gets about that back by ``JUNK_SHARE``."""
JUNK_SHARE, LEAST_JUNK = 0.3, math.log(1e-3)
"""Share of a glyph's odds of being a digit, against *not one digit*, that count for each arc, and
the least junk that is believed. A reading is not only as likely as its digits look, but also as the
glyphs that it leaves aside look like none: two sure digits speak against the one they would make.
"""
STRUCK_DIGIT = 12.0
"""What it costs to read a digit that a line crosses out."""
TORN_CELL = 1.5
"""What it costs to take ink of two cells of a comb for one digit."""
MORE_LEFT = 1.0
"""What each further piece costs that is passed over together with others."""
BAR_LEFT = 2.0
"""What it costs on top to pass over what may be the bar of a 5."""
DOUBTED = math.log(0.3)
"""A candidate is passed over as a whole only if it is *not one digit* with this probability."""


def lay_arcs(
    pieces: Sequence[Piece], candidates: Sequence[Candidate], probabilities: Probabilities
) -> list[list[Arc]]:
    """Lay the arcs that start at each boundary: digits, and ink that is passed over."""
    height = digit_height(pieces)
    rows = np.log(np.maximum(probabilities, FLOOR)).tolist()
    arcs: list[list[Arc]] = [[] for _ in pieces]
    junk = [0.0] * len(pieces)
    for index, (candidate, row) in enumerate(zip(candidates, rows, strict=True)):
        run = pieces[candidate.first : candidate.last + 1]
        arcs[candidate.first].append(_digit_arc(index, candidate, row, run))
        if len(run) == 1:
            junk[candidate.first] = row[NOT_A_DIGIT]
        if row[NOT_A_DIGIT] > DOUBTED:
            whole = not _is_cut(pieces, candidate.first) and not _is_cut(pieces, candidate.last + 1)
            arcs[candidate.first].extend(_doubted(candidate, row[NOT_A_DIGIT], run, height, whole))
    for start, piece in enumerate(pieces):
        kind = kind_of([piece], height)
        doubt = 0.0 if kind is Leftover.STRUCK else junk[start]
        total = doubt - kind.value - _cut_cost(piece) - _junk_share(junk[start])
        if start and is_bar(piece, pieces[start - 1 : start], height):
            total -= BAR_LEFT
        arcs[start].append(Arc(start, start + 1, (), total, leftover=kind))
    return arcs


def _digit_arc(index: int, candidate: Candidate, row: list[float], run: Sequence[Piece]) -> Arc:
    """The arc that takes a candidate for one digit."""
    torn = TORN_CELL * (run[0].cell != run[-1].cell)
    cost = DIGIT + candidate.cost + _cut_cost(run[0]) + torn + STRUCK_DIGIT * run[0].struck
    cost += _junk_share(row[NOT_A_DIGIT])
    digits = row[:NOT_A_DIGIT]
    least = max(sorted(digits)[-FOLLOWED], UNFOLLOWED)
    choices = tuple(
        ("0123456789"[digit], mass - cost) for digit, mass in enumerate(digits) if mass >= least
    )
    total = math.log(math.fsum(map(math.exp, digits))) - cost
    cell = run[0].cell if len(run) == 1 else max(run, key=lambda piece: piece.pixels).cell
    return Arc(candidate.first, candidate.last + 1, choices, total, index, cell)


def _junk_share(junk: float) -> float:
    """What the mass of an arc is divided by: the junk its glyph may be, as a logarithm."""
    return JUNK_SHARE * max(junk, LEAST_JUNK)


def _doubted(
    candidate: Candidate, junk: float, run: Sequence[Piece], height: float, whole: bool
) -> list[Arc]:
    """The arc past a whole candidate: a cross, or several pieces of one shape that is no digit.

    Only ink that is ``whole``, cut off from none beside it in its cell, can be a cross.
    """
    if whole and _is_cross(run):
        kind = Leftover.CROSS
    elif len(run) > 1:
        kind = kind_of(run, height)
    else:
        return []
    more = MORE_LEFT * (len(run) - 1) if kind is Leftover.INK else 0.0
    total = junk - kind.value - more - _cut_cost(run[0]) - _junk_share(junk)
    return [Arc(candidate.first, candidate.last + 1, (), total, leftover=kind)]


def _is_cross(run: Sequence[Piece]) -> bool:
    """Whether pieces are a cross, in one or torn into several."""
    if len(run) == 1:
        return run[0].cross
    return is_cross(lay_together(*((piece.box, piece.ink) for piece in run))[1])


def _is_cut(pieces: Sequence[Piece], index: int) -> bool:
    """Whether a cut within one cell parts this piece from the one before it."""
    if not 0 < index < len(pieces) or pieces[index].cut is None:
        return False
    cell = pieces[index].cell
    return cell is None or cell == pieces[index - 1].cell


def _cut_cost(piece: Piece) -> float:
    """What it costs to part a piece from the one before it."""
    if piece.cut is None:
        return 0.0
    if piece.cut.place is Place.LOOPS:
        return LOOPS_CUT
    cost = DASH_CUT if piece.cut.place is Place.DASH else CUT
    depth = LOOP_DEPTH if piece.cut.place is Place.BESIDE_LOOP else CUT_DEPTH
    return cost + depth * max(0.0, piece.cut.crossed - 1.0) + CROWDED * piece.cut.crowded
