"""Pieces of a field and what the classifier says of its candidates in, a reading out.

Every way of grouping the pieces into digits, and of passing over those that are none, competes
with every other. The value is the string with the most mass behind it; its share of all mass is
where the confidence starts from. Ink is never dropped without a trace: passing over more than a
dash or a dot forces a review.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from digitscan.glyph.arcs import lay_arcs
from digitscan.glyph.calibration import Calibration
from digitscan.glyph.candidates import Candidate
from digitscan.glyph.confidence import confidence_of, unevenness
from digitscan.glyph.paths import (
    NEVER,
    Arc,
    Reached,
    add,
    likeliest_strings,
    masses_by_length,
)
from digitscan.glyph.pieces import Piece
from digitscan.glyph.signs import holds_sign
from digitscan.glyph.verdict import is_hopeless, status_of_ink
from digitscan.rules import Rule
from digitscan.values import Alternative, Box, Digit, Evidence, Probabilities, Reading, Status

BLANK = Reading("", 1.0, Status.BLANK)
UNREADABLE = Reading("", 1.0, Status.UNREADABLE)
RULE_BROKEN = 3.0
"""A length that the rule forbids is this much (logarithm) less likely than it would be without."""
GUESS = 0.2
"""A value less likely than this is only told of as an alternative."""
MOST_SKIPPED = 2
"""More empty cells than this between two digits ask for a review."""
SHOWN = 5
"""Alternatives told of, at most."""
LEAST_SHOWN = 1e-3
"""Alternatives less likely than this are not told of."""


def decode_field(
    pieces: Sequence[Piece],
    candidates: Sequence[Candidate],
    probabilities: Probabilities,
    rule: Rule,
    min_confidence: float,
    calibration: Calibration,
    torn: bool = False,
    support: npt.NDArray[np.float64] | None = None,
    printed: Sequence[Box] = (),
) -> Reading:
    """Read a field.

    Parameters
    ----------
    pieces : sequence of Piece
        As cut from the field's ink, left to right.
    candidates : sequence of Candidate
        As made from the pieces.
    probabilities : (N, 11) float32
        Class probabilities of the candidates' glyphs; the last column is *not one digit*.
    rule : Rule
        What the value may be.
    min_confidence : float
        Below this confidence the status is ``review``.
    calibration : Calibration
        What evidence is worth.
    torn : bool
        Whether a digit may be missing or a neighbour's, as in ``Evidence``.
    support : (N, 10) float64, optional
        What the page's other digits say of the candidates, as in ``hand.Weighed``.
    printed : sequence of Box
        Printed signs that were taken out of the field: the gap around one is no odd one.
    """
    if not pieces:
        return BLANK
    if is_hopeless(pieces, candidates, probabilities):
        return UNREADABLE
    told = _weigh_strings(lay_arcs(pieces, candidates, probabilities), rule)
    (best, posterior), others = told[0], told[1:]
    taken = [arc for arc in best.arcs if arc.leftover is None]
    read = [arc.candidate for arc in taken]
    digits = tuple(Digit(candidates[index].box, probabilities[index]) for index in read)
    status = status_of_ink(best.arcs, digits, pieces, best.text, printed)
    if status in (Status.STRUCK, Status.UNREADABLE):
        return Reading("", posterior, status, _alternatives(told))
    weakest, pair = _weakest(digits, best.text)
    evidence = Evidence(
        posterior=posterior,
        weakest=weakest,
        oddity=max(candidates[index].cost for index in read),
        unevenness=unevenness([digit.box.height for digit in digits]),
        torn=torn,
        pair=pair,
        support=_least_support(support, read, best.text),
    )
    confidence = confidence_of(evidence, calibration)
    if confidence < GUESS:
        return Reading("", 1.0 - confidence, Status.UNREADABLE, _alternatives(told))
    order = _left_to_right(best.arcs, pieces)
    value = "".join(best.text[place] for place in order)
    digits = tuple(digits[place] for place in order)
    odd = order != sorted(order) or _is_of_two_rows(digits)
    odd = odd or _share_a_cell(taken, pieces) or _skip_cells(taken, pieces)
    odd = odd or holds_sign(taken, best.text, pieces, candidates, probabilities)
    if not rule.accepts(value):
        status = Status.RULE_FAILED
    elif confidence < min_confidence or odd:
        status = Status.REVIEW
    return Reading(value, confidence, status, _alternatives(others), digits, evidence)


def _weigh_strings(arcs: Sequence[Sequence[Arc]], rule: Rule) -> list[tuple[Reached, float]]:
    """The likeliest strings and the share of all mass behind each, best first.

    Strings that the rule forbids are left out, unless there are no others.
    """
    longest = _longest_told_apart(rule, len(arcs))
    strings = likeliest_strings(arcs, longest)
    all_mass = _all_mass(masses_by_length(arcs, longest), rule)
    fitting = [found for found in strings if not found.text or rule.accepts(found.text)]
    if not any(found.text for found in fitting):
        fitting = strings
    return [(found, math.exp(min(found.mass - all_mass, 0.0))) for found in fitting]


def _longest_told_apart(rule: Rule, pieces: int) -> int:
    """Strings of this length and longer are all alike to the rule, or impossible."""
    return max(rule.min_digits, rule.max_digits + 1 if rule.max_digits < pieces else 1)


def _all_mass(by_length: dict[int, float], rule: Rule) -> float:
    """Mass of all strings; lengths that the rule forbids count less, no digit at all counts."""
    total = NEVER
    for length, mass in by_length.items():
        allowed = length == 0 or rule.min_digits <= length <= rule.max_digits
        total = add(total, mass if allowed else mass - RULE_BROKEN)
    return total


def _left_to_right(arcs: Sequence[Arc], pieces: Sequence[Piece]) -> list[int]:
    """The digits of a path in the order in which they stand on paper.

    It is the path's own, unless ink that ties several pieces together lies under other digits.
    """
    runs = [pieces[arc.start : arc.end] for arc in arcs if arc.leftover is None]
    middles = [min(p.start for p in run) + max(p.end for p in run) for run in runs]
    return sorted(range(len(runs)), key=middles.__getitem__)


def _is_of_two_rows(digits: Sequence[Digit]) -> bool:
    """Whether one digit stands wholly above the next: of two numbers, one below the other."""
    boxes = [digit.box for digit in digits]
    return any(max(one.top, two.top) >= min(one.bottom, two.bottom) for one, two in pairwise(boxes))


def _share_a_cell(arcs: Sequence[Arc], pieces: Sequence[Piece]) -> bool:
    """Whether two digits stand in one cell of a comb: the cells of a table that lost a line."""
    runs = [pieces[arc.start : arc.end] for arc in arcs]
    cells = [{piece.cell for piece in run} for run in runs]
    return any(one == two != {None} and len(one) == 1 for one, two in pairwise(cells))


def _skip_cells(arcs: Sequence[Arc], pieces: Sequence[Piece]) -> bool:
    """Whether cells of a comb between two digits are empty: there may be two numbers in one row."""
    passed = [pieces[arc.start].cell or 0 for arc in arcs]
    return any(right - left > MOST_SKIPPED + 1 for left, right in pairwise(passed))


def _weakest(digits: Sequence[Digit], text: str) -> tuple[float, tuple[int, int]]:
    """Probability of the least likely digit, which one that is, and its likeliest rival."""
    chances = [
        (float(digit.probabilities[int(character)]), int(character), digit.probabilities)
        for digit, character in zip(digits, text, strict=True)
    ]
    weakest, label, probabilities = min(chances, key=lambda chance: chance[0])
    others = probabilities.copy()
    others[label] = -1
    return weakest, (label, int(others.argmax()))


def _least_support(
    support: npt.NDArray[np.float64] | None, read: Sequence[int], text: str
) -> float:
    """What the page's other digits say of the digit that they speak for least."""
    if support is None:
        return 0.0
    return min(float(support[index, int(label)]) for index, label in zip(read, text, strict=True))


def _alternatives(told: Sequence[tuple[Reached, float]]) -> tuple[Alternative, ...]:
    """The next best values, digits only."""
    return tuple(
        Alternative(found.text, share)
        for found, share in told
        if found.text and share >= LEAST_SHOWN
    )[:SHOWN]
