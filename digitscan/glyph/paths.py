"""Arcs over the pieces of a field in, the likeliest strings of digits out.

Between the pieces lie boundaries 0…n. An arc goes from one boundary to a later one: over the
pieces of one digit, or past ink that is no digit. Every way from 0 to n reads a string; a
string's mass is the sum over all of its ways. All masses are natural logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from digitscan.glyph.leftovers import Leftover

NEVER = -math.inf
KEPT = 12
"""Strings kept at a boundary, of each length that the rule tells apart."""
KEPT_IN_ALL = 24
"""Strings kept at a boundary, of all lengths together."""
FAINT = 7.0
"""A string this much (logarithm) below the best at its boundary is given up."""
FAINTEST = 10.0
"""The same for the sums over strings."""
SAME_CELL = 4.0
"""What a second digit in one cell of a comb costs."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A step over pieces ``start`` to ``end`` - 1, as a digit or as ink that is none.

    ``choices`` are the digits worth following up, each with its mass less ``cost``; it is empty
    where the ink is passed over. ``total`` is the mass of all ten digits, or of passing over,
    less the cost. ``candidate`` is the index of the glyph, -1 for none. ``leftover`` is what is
    passed over.
    """

    start: int
    end: int
    choices: tuple[tuple[str, float], ...]
    total: float
    candidate: int = -1
    cell: int | None = None
    leftover: Leftover | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A string read up to the last boundary, the mass of all its ways, and the best way."""

    text: str
    mass: float
    arcs: tuple[Arc, ...]


@dataclass(slots=True)
class _Partial:
    """A string read up to some boundary: the mass of all its ways, the best one and its mass."""

    text: str
    cell: int | None
    mass: float
    best: float
    way: _Way


_Way = tuple[Arc, "_Way"] | None
_Partials = dict[tuple[str, int | None], _Partial]
_Masses = dict[tuple[int, int | None], float]


def add(a: float, b: float) -> float:
    """Logarithm of the sum of two numbers given by their logarithms."""
    high, low = (a, b) if a >= b else (b, a)
    return high if low == NEVER else high + math.log1p(math.exp(low - high))


def likeliest_strings(arcs: Sequence[Sequence[Arc]], longest: int) -> list[Reached]:
    """Find the likeliest strings, best first.

    Parameters
    ----------
    arcs : sequence of sequences of Arc
        ``arcs[b]`` are those that start at boundary b.
    longest : int
        Strings of different lengths up to this one do not crowd one another out.
    """
    at: list[_Partials] = [{} for _ in range(len(arcs) + 1)]
    at[0]["", None] = _Partial("", None, 0.0, 0.0, None)
    for start, leaving in enumerate(arcs):
        for partial in _pruned(at[start], longest):
            for arc in leaving:
                _extend(at[arc.end], partial, arc)
    whole: _Partials = {}
    for found in at[-1].values():
        _merge(whole, found.text, None, found.mass, found.best, found.way)
    ranked = sorted(whole.values(), key=attrgetter("mass"), reverse=True)
    return [Reached(partial.text, partial.mass, _unlinked(partial.way)) for partial in ranked]


def _pruned(found: _Partials, longest: int) -> list[_Partial]:
    """The best of each length."""
    if len(found) <= 1:
        return list(found.values())
    ranked = sorted(found.values(), key=attrgetter("mass"), reverse=True)
    least = ranked[0].mass - FAINT
    left: dict[int, int] = {}
    kept: list[_Partial] = []
    for partial in ranked:
        length = min(len(partial.text), longest)
        room = left.get(length, KEPT)
        if room and (partial.mass > least or room == KEPT):
            left[length] = room - 1
            kept.append(partial)
            if len(kept) == KEPT_IN_ALL:
                break
    return kept


def _extend(found: _Partials, before: _Partial, arc: Arc) -> None:
    """Lead a string on along one arc."""
    way, mass, best = (arc, before.way), before.mass, before.best
    if arc.leftover is not None:
        _merge(found, before.text, before.cell, mass + arc.total, best + arc.total, way)
        return
    cost = _cell_cost(before.cell, arc.cell)
    for digit, gain in arc.choices:
        gain -= cost
        _merge(found, before.text + digit, arc.cell, mass + gain, best + gain, way)


def _merge(
    found: _Partials, text: str, cell: int | None, mass: float, best: float, way: _Way
) -> None:
    """Add a string to those found, its mass to that of the same string."""
    key = text, cell
    old = found.get(key)
    if old is None:
        found[key] = _Partial(text, cell, mass, best, way)
        return
    old.mass = add(old.mass, mass)
    if best > old.best:
        old.best, old.way = best, way


def _unlinked(way: _Way) -> tuple[Arc, ...]:
    """The arcs of a way, left to right."""
    arcs = []
    while way is not None:
        arc, way = way
        arcs.append(arc)
    return tuple(arcs[::-1])


def _cell_cost(before: int | None, cell: int | None) -> float:
    return SAME_CELL if cell is not None and cell == before else 0.0


def masses_by_length(arcs: Sequence[Sequence[Arc]], longest: int) -> dict[int, float]:
    """Mass of all strings of each length; those of ``longest`` and over are counted together."""
    at: list[_Masses] = [{} for _ in range(len(arcs) + 1)]
    at[0][0, None] = 0.0
    for start, leaving in enumerate(arcs):
        least = max(at[start].values(), default=NEVER) - FAINTEST
        for (length, cell), mass in at[start].items():
            if mass <= least:
                continue
            longer = min(length + 1, longest)
            for arc in leaving:
                after = at[arc.end]
                if arc.leftover is not None:
                    key, gained = (length, cell), mass + arc.total
                else:
                    key = (longer, arc.cell)
                    gained = mass + arc.total - _cell_cost(cell, arc.cell)
                after[key] = add(after.get(key, NEVER), gained)
    total: dict[int, float] = {}
    for (length, _), mass in at[-1].items():
        total[length] = add(total.get(length, NEVER), mass)
    return total
