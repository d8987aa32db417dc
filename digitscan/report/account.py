"""A field's trace in, what became of its ink out, and why its value is not ok."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digitscan.glyph.arcs import lay_arcs
from digitscan.glyph.confidence import EVEN, ODDEST
from digitscan.glyph.leftovers import Leftover, is_silent
from digitscan.glyph.paths import Arc, likeliest_strings
from digitscan.glyph.pieces import digit_height
from digitscan.glyph.verdict import DOUBTFUL, TALLY, is_hopeless, lacks_digit
from digitscan.reader import CutField, TracedField
from digitscan.report.summary import count
from digitscan.values import NOT_A_DIGIT, CleanPage, Mask, Reading, Status

SHOWN_CLASSES = 3
"""Classes named of a glyph, likeliest first."""
FAINT_CLASS = 0.005
"""A class less likely than this is not worth a word."""
RIVAL, SHOWN_RIVALS = 0.01, 3
"""Another value is named as a rival from this probability on, and so many of them."""
UNLIKE = -1.0
"""A digit is told of that the page speaks against, by so much in the logarithm of odds."""
SHOWN_DIGITS = 4
"""Weak digits of a field that are told of one by one."""
RULING_EDGE_PX, PIECE_EDGE_PX = 3, 1
"""Ink this near to a ruled line, or to a piece, is its ragged or blurred edge."""

LEFTOVER_NAMES: dict[Leftover, str] = {
    Leftover.DOT: "dot",
    Leftover.DASH: "dash",
    Leftover.CROSS: "cross",
    Leftover.STRUCK: "struck",
    Leftover.INK: "no digit",
}
"""What ink that is passed over is called."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way through a field's ink: pieces ``first`` to ``last``, both included.

    ``candidate`` is the index of the glyph that is read as ``digit``; they are -1 and empty where
    the ink is passed over as ``leftover``. ``silent`` says whether that needs no review.
    """

    first: int
    last: int
    candidate: int = -1
    digit: str = ""
    leftover: Leftover | None = None
    silent: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """A field with the way that its reading took, and one sentence for each doubt.

    ``way`` is empty where the ink was given up before any search, and where there is none.
    ``left_out`` is the share of the ink in the field's box that was taken for nothing of its own.
    """

    traced: TracedField
    way: tuple[Step, ...]
    doubts: tuple[str, ...]
    left_out: float

    @property
    def name(self) -> str:
        """Name of the field."""
        return self.traced.record.field.name

    @property
    def reading(self) -> Reading:
        """What the record says."""
        return self.traced.record.reading


def account_for(clean: CleanPage, traced: TracedField, min_confidence: float) -> Account:
    """Find the way that the reading of a field took, and what speaks against its value."""
    way = _find_way(traced)
    doubts: tuple[str, ...] = ()
    if traced.record.reading.status not in (Status.OK, Status.BLANK):
        found = tuple(_doubts(traced, way, min_confidence))
        doubts = found or ("many small doubts together",)
    return Account(traced, way, doubts, _share_left_out(clean, traced.cut))


def ink_left_out(clean: CleanPage, cut: CutField) -> Mask:
    """Ink inside a field's box that is neither ruling nor part of a piece, ragged edges aside.

    Gives a mask of the box: (box.height, box.width) bool.
    """
    box = cut.field.box
    ruling = clean.level[box.slices] | clean.plumb[box.slices]
    own = np.zeros_like(ruling)
    for piece in cut.pieces:
        rows, columns = np.nonzero(piece.ink)
        rows, columns = rows + piece.box.top - box.top, columns + piece.box.left - box.left
        here = (rows >= 0) & (rows < box.height) & (columns >= 0) & (columns < box.width)
        own[rows[here], columns[here]] = True
    there: Mask = clean.ink[box.slices] > 0
    return there & ~grown(ruling, RULING_EDGE_PX) & ~grown(own, PIECE_EDGE_PX)


def grown(mask: Mask, edge_px: int) -> Mask:
    """Widen a mask (h, w) by so many pixels on all sides."""
    square = np.ones((2 * edge_px + 1, 2 * edge_px + 1), np.uint8)
    return cv2.dilate(mask.astype(np.uint8), square) > 0


def _share_left_out(clean: CleanPage, cut: CutField) -> float:
    lost, kept = int(ink_left_out(clean, cut).sum()), sum(piece.pixels for piece in cut.pieces)
    return lost / max(lost + kept, 1)


def likeliest_classes(row: npt.NDArray[np.float32]) -> list[tuple[str, float]]:
    """Name the likeliest classes of a glyph, best first, with their probabilities.

    >>> likeliest_classes(np.array([0, 0.25, 0, 0, 0, 0, 0, 0.625, 0, 0, 0.125], np.float32))
    [('7', 0.625), ('1', 0.25), ('none', 0.125)]
    """
    best = np.argsort(-row, kind="stable")[:SHOWN_CLASSES].tolist()
    named = [("none" if label == NOT_A_DIGIT else str(label), float(row[label])) for label in best]
    return [(name, share) for name, share in named if share >= FAINT_CLASS]


def name_classes(row: npt.NDArray[np.float32]) -> str:
    """Write the likeliest classes of a glyph with their probabilities."""
    return ", ".join(f"{name} {share:.1%}" for name, share in likeliest_classes(row))


def _find_way(traced: TracedField) -> tuple[Step, ...]:
    """The best way through the ink that reads what was read."""
    pieces, candidates = traced.cut.pieces, traced.cut.candidates
    if not pieces or is_hopeless(pieces, candidates, traced.probabilities):
        return ()
    value, rule = traced.reading.value, traced.cut.field.rule
    arcs = lay_arcs(pieces, candidates, traced.probabilities)
    strings = likeliest_strings(arcs, max(len(value), 1))
    fitting = (
        found
        for found in strings
        if (found.text == value if value else not found.text or rule.accepts(found.text))
    )
    best = next(fitting, strings[0])
    digits = iter(best.text)
    read = [p for arc in best.arcs if arc.leftover is None for p in pieces[arc.start : arc.end]]
    height = digit_height(pieces)

    def step(arc: Arc) -> Step:
        first, last = arc.start, arc.end - 1
        if arc.leftover is None:
            return Step(first, last, arc.candidate, next(digits))
        passed = pieces[arc.start : arc.end]
        silent = bool(read) and all(is_silent(arc.leftover, p, read, height) for p in passed)
        return Step(first, last, leftover=arc.leftover, silent=silent)

    return tuple(map(step, best.arcs))


def _doubts(traced: TracedField, way: tuple[Step, ...], min_confidence: float) -> Iterator[str]:
    """What speaks against the value of a field, or against its being one."""
    reading, status = traced.reading, traced.record.reading.status
    if not way:
        yield "most of its ink belongs to nothing that looks like a digit; no search was made"
    if any(piece.struck for piece in traced.cut.pieces):
        yield "a line crosses it out"
    if traced.cut.torn:
        yield (
            "it may go on beyond its field or lack a digit: a side cuts ink, a digit stands "
            "beside, or crumbs of one lie in a gap"
        )
    if status is Status.RULE_FAILED:
        room = traced.cut.field.rule.max_digits
        yield f"{len(reading.value)} digits, but the field has room for {room}"
    loud = tuple(_passed_over(way))
    yield from loud
    passed = [(s.leftover, traced.cut.pieces[s.first]) for s in way if s.leftover is not None]
    cut = traced.cut
    if reading.digits and not loud and lacks_digit(reading.digits, passed, cut.pieces, cut.printed):
        yield "a digit may be lost: one gap is wide, or a crumb of ink stands apart"
    weak = min_confidence if reading.value else DOUBTFUL
    yield from _weak_digits(traced, way, weak)
    if reading.evidence and reading.evidence.unevenness > 0:
        times = EVEN * math.exp(reading.evidence.unevenness)
        yield f"its highest digit is {times:.1f} times as high as its lowest"
    if reading.evidence and reading.evidence.support < UNLIKE:
        yield "one of its digits looks more like another digit of the page"
    if len(reading.value) >= TALLY and set(reading.value) == {"1"}:
        yield "nothing but strokes: a tally, or the bars of a code"
    if reading.status is Status.OK:
        yield (
            "looks printed, part of a word or a tally: it counts on from others, is bold, black "
            "where pens are coloured, stands among other ink than numbers, or is far higher"
        )
    if rivals := name_rivals(reading):
        yield rivals


def name_rivals(reading: Reading) -> str:
    """Name the other values that the ink may show; empty where there are none worth a word.

    >>> from digitscan.values import Alternative
    >>> name_rivals(Reading("7", 0.8, Status.REVIEW, (Alternative("1", 0.19),)))
    'may also be 1 (19.0%)'
    """
    rivals = [other for other in reading.alternatives if other.confidence >= RIVAL]
    told = ", ".join(f"{other.value} ({other.confidence:.1%})" for other in rivals[:SHOWN_RIVALS])
    return f"may also be {told}" if told else ""


def _passed_over(way: tuple[Step, ...]) -> Iterator[str]:
    """Ink that is passed over and that a person should know of, each kind in one sentence."""
    for kind in Leftover:
        loud = [step for step in way if step.leftover is kind and not step.silent]
        places = [place for step in loud for place in range(step.first, step.last + 1)]
        if places:
            yield f"passed over as {LEFTOVER_NAMES[kind]}: {name_pieces(places)}"


def _weak_digits(traced: TracedField, way: tuple[Step, ...], least: float) -> Iterator[str]:
    """Digits that are not sure, and digits whose shape is odd, the first few of each."""
    digits = [step for step in way if step.digit]
    weak, odd = [], []
    for place, step in enumerate(digits, 1):
        row, cost = traced.probabilities[step.candidate], traced.cut.candidates[step.candidate].cost
        where = f"digit {place} of {len(digits)} ({name_pieces(range(step.first, step.last + 1))})"
        if row[int(step.digit)] < least:
            weak.append(f"{where} is weak: {name_classes(row)}")
        if cost > ODDEST:
            odd.append(f"{where} has an odd size or gap for one digit: cost {cost:.1f}")
    yield from _first_few(weak, "weak digit")
    yield from _first_few(odd, "odd digit")


def _first_few(sentences: list[str], noun: str) -> Iterator[str]:
    yield from sentences[:SHOWN_DIGITS]
    if len(sentences) > SHOWN_DIGITS:
        yield f"and {count(len(sentences) - SHOWN_DIGITS, noun)} more"


def name_pieces(places: Sequence[int]) -> str:
    """Name pieces, given in order and counted from 0, by numbers from 1.

    >>> name_pieces([0]), name_pieces([0, 1, 2, 4, 6, 7])
    ('piece 1', 'pieces 1-3, 5, 7-8')
    """
    if len(places) == 1:
        return f"piece {places[0] + 1}"
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    told = (f"{run[0] + 1}-{run[-1] + 1}" if run[1:] else str(run[0] + 1) for run in runs)
    return f"pieces {', '.join(told)}"
