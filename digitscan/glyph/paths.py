"""Arcs over the pieces of a field in, the likeliest strings of digits out.

Between the pieces lie boundaries 0…n. An arc goes from one boundary to a later one: over the
pieces of one digit, or over one piece that is no digit. Every way from 0 to n reads a string;
a string's mass is the sum over all of its ways. All masses are natural logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from digitscan.glyph.leftovers import Leftover

NEVER = -math.inf
KEPT = 8
"""Strings kept at a boundary, of each length that the rule tells apart."""
FAINT = 10.0
"""A string or state this much (logarithm) below the best at its boundary is given up."""
SAME_CELL = 4.0
"""What a second digit in one cell of a comb costs."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A step over pieces ``start`` to ``end`` - 1.

    ``masses`` has a logarithm for each digit 0…9 that the pieces may be, ``NEVER`` for those too
    unlikely to follow up, and is empty where the one piece is passed over. ``total`` is the mass
    of all ten digits. ``candidate`` is the index of the glyph, -1 for none. ``leftover`` says what
    is passed over.
    """

    start: int
    end: int
    cost: float
    masses: tuple[float, ...] = ()
    total: float = NEVER
    candidate: int = -1
    cell: int | None = None
    leftover: Leftover | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """One way of reading up to a boundary: its last arc, and the way before that."""

    arc: Arc
    before: Way | None

    def arcs(self) -> list[Arc]:
        """All arcs, left to right."""
        found: list[Arc] = []
        way: Way | None = self
        while way is not None:
            found.append(way.arc)
            way = way.before
        return found[::-1]


@dataclass(slots=True)
class Hypothesis:
    """A string read up to a boundary: the mass of all its ways, the best way and its mass.

    ``cell`` is the comb cell of its last digit.
    """

    text: str
    cell: int | None
    mass: float
    best: float
    way: Way | None


Kept = dict[tuple[str, int | None], Hypothesis]
State = tuple[int, int | None]
Masses = dict[State, float]


def add(a: float, b: float) -> float:
    """Logarithm of the sum of two numbers given by their logarithms."""
    high, low = (a, b) if a >= b else (b, a)
    return high if low == NEVER else high + math.log1p(math.exp(low - high))


def likeliest_strings(arcs: Sequence[Sequence[Arc]], longest: int) -> list[Hypothesis]:
    """Find the likeliest strings, best first.

    Parameters
    ----------
    arcs : sequence of sequences of Arc
        ``arcs[b]`` are those that start at boundary b.
    longest : int
        Strings of different lengths up to this one do not crowd one another out.
    """
    at: list[Kept] = [{} for _ in range(len(arcs) + 1)]
    at[0]["", None] = Hypothesis("", None, 0.0, 0.0, None)
    for start, leaving in enumerate(arcs):
        for hypothesis in _pruned(at[start], longest):
            for arc in leaving:
                _extend(at[arc.end], hypothesis, arc)
    whole: Kept = {}
    for found in at[-1].values():
        _merge(whole, Hypothesis(found.text, None, found.mass, found.best, found.way))
    return sorted(whole.values(), key=lambda found: -found.mass)


def _pruned(found: Kept, longest: int) -> list[Hypothesis]:
    """The best ``KEPT`` of each length."""
    ranked = sorted(found.values(), key=lambda hypothesis: -hypothesis.mass)
    left: dict[int, int] = {}
    kept = []
    for hypothesis in ranked:
        length = min(len(hypothesis.text), longest)
        room = left.get(length, KEPT)
        if room and hypothesis.mass > ranked[0].mass - FAINT:
            left[length] = room - 1
            kept.append(hypothesis)
    return kept


def _extend(found: Kept, before: Hypothesis, arc: Arc) -> None:
    """Lead a hypothesis on along one arc."""
    way = Way(arc, before.way)
    if not arc.masses:
        mass, best = before.mass - arc.cost, before.best - arc.cost
        _merge(found, Hypothesis(before.text, before.cell, mass, best, way))
        return
    cost = arc.cost + _cell_cost(before.cell, arc.cell)
    for digit, mass in enumerate(arc.masses):
        if mass > NEVER:
            gain = mass - cost
            text = before.text + "0123456789"[digit]
            _merge(found, Hypothesis(text, arc.cell, before.mass + gain, before.best + gain, way))


def _cell_cost(before: int | None, cell: int | None) -> float:
    return SAME_CELL if cell is not None and cell == before else 0.0


def _merge(found: Kept, new: Hypothesis) -> None:
    """Add a hypothesis to those found, its mass to that of the same string."""
    key = (new.text, new.cell)
    old = found.get(key)
    if old is None:
        found[key] = new
        return
    old.mass = add(old.mass, new.mass)
    if new.best > old.best:
        old.best, old.way = new.best, new.way


def masses_by_length(arcs: Sequence[Sequence[Arc]], longest: int) -> dict[int, float]:
    """Mass of all strings of each length; those of ``longest`` and over are counted together."""
    at: list[Masses] = [{} for _ in range(len(arcs) + 1)]
    at[0][0, None] = 0.0
    for start, leaving in enumerate(arcs):
        faint = max(at[start].values(), default=NEVER) - FAINT
        for state, mass in at[start].items():
            if mass > faint:
                for arc in leaving:
                    _flow(at[arc.end], state, mass, arc, longest)
    total: dict[int, float] = {}
    for (length, _), mass in at[-1].items():
        total[length] = add(total.get(length, NEVER), mass)
    return total


def _flow(masses: Masses, state: State, mass: float, arc: Arc, longest: int) -> None:
    """Let the mass of one state flow along one arc, whatever digit is read."""
    length, cell = state
    if arc.masses:
        mass += arc.total - arc.cost - _cell_cost(cell, arc.cell)
        length, cell = min(length + 1, longest), arc.cell
    else:
        mass -= arc.cost
    masses[length, cell] = add(masses.get((length, cell), NEVER), mass)
