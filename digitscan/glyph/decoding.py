"""Pieces of a field and what the classifier says of its candidates in, a reading out.

Every way of grouping the pieces into digits, and of passing over those that are none, competes
with every other. The value is the string with the most mass behind it; its share of all mass is
where the confidence starts from. Ink is never dropped without a trace: passing over more than a
dash or a dot forces a review.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from digitscan.glyph.arcs import lay_arcs
from digitscan.glyph.candidates import Candidate
from digitscan.glyph.confidence import Evidence, confidence_of
from digitscan.glyph.leftovers import Leftover, is_silent
from digitscan.glyph.paths import (
    NEVER,
    Arc,
    Hypothesis,
    add,
    likeliest_strings,
    masses_by_length,
)
from digitscan.glyph.pieces import Piece, digit_height
from digitscan.rules import Rule
from digitscan.values import NOT_A_DIGIT, Alternative, Digit, Probabilities, Reading, Status

BLANK = Reading("", 1.0, Status.BLANK)
RULE_BROKEN = 3.0
"""A length that the rule forbids is this much (logarithm) less likely than it would be without."""
MOSTLY = 0.5
"""A field is unreadable when more than this share of its ink is no digit."""
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
    """
    if not pieces:
        return BLANK
    arcs = lay_arcs(pieces, candidates, probabilities)
    longest = max(rule.min_digits, min(rule.max_digits + 1, len(pieces)), 1)
    strings = likeliest_strings(arcs, longest)
    all_mass = _all_mass(masses_by_length(arcs, longest), rule)
    fitting = [found for found in strings if not found.text or rule.accepts(found.text)]
    told = [(found, math.exp(min(found.mass - all_mass, 0.0))) for found in fitting or strings]
    (best, posterior), others = told[0], told[1:]
    steps = best.way.arcs() if best.way else []
    digits = [_digit(step, candidates, probabilities) for step in steps if step.masses]
    status = _status_of_ink(steps, probabilities, pieces)
    if status in (Status.STRUCK, Status.UNREADABLE):
        return Reading("", posterior, status, _alternatives(told))
    evidence = _evidence(best.text, digits, posterior, others)
    confidence = confidence_of(evidence)
    if not rule.accepts(best.text):
        status = Status.RULE_FAILED
    elif confidence < min_confidence:
        status = Status.REVIEW
    return Reading(best.text, confidence, status, _alternatives(others), tuple(digits))


def _all_mass(by_length: dict[int, float], rule: Rule) -> float:
    """Mass of all strings; lengths that the rule forbids count less, no digit at all counts."""
    total = NEVER
    for length, mass in by_length.items():
        allowed = length == 0 or rule.min_digits <= length <= rule.max_digits
        total = add(total, mass if allowed else mass - RULE_BROKEN)
    return total


def _digit(step: Arc, candidates: Sequence[Candidate], probabilities: Probabilities) -> Digit:
    return Digit(candidates[step.candidate].box, probabilities[step.candidate])


def _status_of_ink(
    steps: Sequence[Arc],
    probabilities: Probabilities,
    pieces: Sequence[Piece],
) -> Status:
    """What the ink alone makes of the field: ``ok`` only where nothing that matters is dropped."""
    ink = dict.fromkeys(Leftover, 0)
    read = doubtful = 0
    for step in steps:
        pixels = sum(piece.pixels for piece in pieces[step.start : step.end])
        if step.leftover is not None:
            ink[step.leftover] += pixels
        elif probabilities[step.candidate, NOT_A_DIGIT] > MOSTLY:
            doubtful += pixels
        else:
            read += pixels
    junk = ink[Leftover.INK] + doubtful
    if read + junk <= ink[Leftover.STRUCK] + ink[Leftover.CROSS] + ink[Leftover.DASH] and not read:
        return Status.STRUCK
    if junk > read or not read:
        return Status.UNREADABLE
    return Status.OK if _all_silent(steps, pieces) else Status.REVIEW


def _all_silent(steps: Sequence[Arc], pieces: Sequence[Piece]) -> bool:
    """Whether all that is passed over may be without a review."""
    height = digit_height(pieces)
    digits = [p for step in steps if step.masses for p in pieces[step.start : step.end]]
    return all(
        is_silent(step.leftover, piece, digits, height)
        for step in steps
        if step.leftover is not None
        for piece in pieces[step.start : step.end]
    )


def _evidence(
    text: str, digits: Sequence[Digit], posterior: float, others: Sequence[tuple[Hypothesis, float]]
) -> Evidence:
    """Gather what speaks for the best string."""
    each = [
        float(digit.probabilities[int(character)])
        for digit, character in zip(digits, text, strict=True)
    ]
    rival = max((share for found, share in others if found.text), default=0.0)
    return Evidence(posterior, min(each), math.prod(each), rival)


def _alternatives(told: Sequence[tuple[Hypothesis, float]]) -> tuple[Alternative, ...]:
    """The next best values, digits only."""
    return tuple(
        Alternative(found.text, share)
        for found, share in told
        if found.text and share >= LEAST_SHOWN
    )[:SHOWN]
