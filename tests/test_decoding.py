from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from digitscan.glyph.arcs import lay_arcs
from digitscan.glyph.calibration import Calibration, load_calibration
from digitscan.glyph.candidates import make_candidates
from digitscan.glyph.decoding import decode_field
from digitscan.glyph.leftovers import Leftover
from digitscan.glyph.paths import Arc, likeliest_strings, masses_by_length
from digitscan.glyph.pieces import Piece, cut_pieces
from digitscan.rules import ANY_NUMBER, Rule
from digitscan.values import NOT_A_DIGIT, Box, GreyImage, Probabilities, Reading, Status

STROKE = 5.0
SHIPPED = load_calibration("cnn")
PLAIN = Calibration(0.0, (1.0, 0.0, 0.0, 0.0, 0.0), ((0.0,) * 11,) * 10, ())
"""With this calibration the confidence is the share of all mass behind the value."""


def bars(*columns: int) -> GreyImage:
    """Ink of upright strokes, 40 rows high, which the fake classifier may call any digit."""
    ink = np.zeros((80, 400), np.uint8)
    for column in columns:
        ink[20:60, column : column + 5] = 255
    return ink


def row(digit: int, certainty: float = 0.999) -> list[float]:
    """Probabilities of one glyph: ``certainty`` for its class, the rest spread evenly."""
    rest = (1 - certainty) / 10
    return [certainty if index == digit else rest for index in range(11)]


def read(
    ink: GreyImage,
    rows: list[list[float]],
    rule: Rule = ANY_NUMBER,
    cells: tuple[Box, ...] = (),
    torn: bool = False,
    calibration: Calibration = SHIPPED,
    printed: Sequence[Box] = (),
) -> Reading:
    pieces = cut_pieces(ink, (0, 0), STROKE, cells)
    candidates = make_candidates(pieces, STROKE)
    assert len(candidates) == len(rows)
    said = probabilities(rows)
    return decode_field(
        pieces, candidates, said, rule, 0.9, calibration, torn=torn, printed=printed
    )


def probabilities(rows: list[list[float]]) -> Probabilities:
    return np.array(rows, np.float32).reshape(-1, 11)


def test_no_ink_is_blank() -> None:
    reading = decode_field((), (), probabilities([]), ANY_NUMBER, 0.9, calibration=PLAIN)
    assert (reading.value, reading.status) == ("", Status.BLANK)


def test_sure_digits_are_ok_and_keep_their_leading_zero() -> None:
    reading = read(bars(20, 60, 100), [row(0), row(4), row(2)])
    assert (reading.value, reading.status) == ("042", Status.OK)
    assert reading.confidence > 0.95
    assert [digit.box.left for digit in reading.digits] == [20, 60, 100]


def test_an_unsure_digit_is_reviewed_and_its_rival_told() -> None:
    torn = [0.0] * 11
    torn[1], torn[7] = 0.6, 0.4
    reading = read(bars(20, 60), [row(3), torn], calibration=PLAIN)
    assert (reading.value, reading.status) == ("31", Status.REVIEW)
    assert reading.confidence == pytest.approx(0.6, abs=0.02)
    assert reading.alternatives[0].value == "37"
    assert reading.alternatives[0].confidence == pytest.approx(0.4, abs=0.02)
    assert read(bars(20, 60), [row(3), torn]).status is Status.REVIEW, (
        "as digitscan is shipped, too"
    )


def test_a_number_that_may_go_on_beyond_its_field_is_reviewed() -> None:
    ink, rows = bars(20, 60), [row(3), row(1)]
    whole, torn = read(ink, rows), read(ink, rows, torn=True)
    assert (whole.value, whole.status) == ("31", Status.OK)
    assert (torn.value, torn.status) == ("31", Status.REVIEW)
    assert torn.confidence == pytest.approx(whole.confidence / 2)


@pytest.mark.parametrize(("lower", "status"), [(30, Status.OK), (44, Status.REVIEW)])
def test_a_digit_below_the_one_before_is_of_another_number(lower: int, status: Status) -> None:
    """Where they share rows, the number is written askew."""
    ink = np.zeros((100, 100), np.uint8)
    ink[2:40, 20:25] = ink[lower : lower + 38, 60:65] = 255
    reading = read(ink, [row(3), row(1)])
    assert (reading.value, reading.status) == ("31", status)


def test_a_torn_field_without_ink_is_blank() -> None:
    assert read(bars(), [], torn=True).status is Status.BLANK


def test_the_evidence_names_the_weakest_digit_and_its_rival() -> None:
    weak = [0.0] * 11
    weak[7], weak[1], weak[9] = 0.8, 0.15, 0.05
    evidence = read(bars(20, 60), [row(3), weak], calibration=PLAIN).evidence
    assert evidence is not None
    assert evidence.pair == (7, 1)
    assert evidence.weakest == pytest.approx(0.8)
    assert (evidence.oddity, evidence.unevenness, evidence.torn) == (0.0, 0.0, False)


def test_the_evidence_is_what_the_page_says_of_the_digit_it_speaks_for_least() -> None:
    pieces = cut_pieces(bars(20, 60), (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)
    support = np.zeros((2, 10))
    support[0, 3], support[1, 7], support[1, 1] = 2.0, -1.0, -5.0
    reading = decode_field(
        pieces, candidates, probabilities([row(3), row(7)]), ANY_NUMBER, 0.9, PLAIN, support=support
    )
    assert reading.evidence is not None
    assert (reading.value, reading.evidence.support) == ("37", -1.0)


def test_confidence_falls_with_the_length_of_the_string() -> None:
    columns = list(range(20, 380, 40))
    long = read(bars(*columns), [row(5, 0.97) for _ in columns])
    short = read(bars(20), [row(5, 0.97)])
    assert long.value == "5" * 9
    assert long.confidence < short.confidence


def test_ambiguous_grouping_costs_confidence() -> None:
    """Two close strokes, sure to be 1 and 1 apart, and just as sure to be 4 together."""
    rows = [row(1), row(4), row(1)]
    reading = read(bars(20, 28), rows, calibration=PLAIN)
    assert reading.status is Status.REVIEW
    assert reading.confidence + reading.alternatives[0].confidence == pytest.approx(1, abs=0.02)
    apart = read(bars(20, 80), [row(1), row(1)])
    assert read(bars(20, 28), rows).confidence < apart.confidence - 0.01
    assert {reading.value, reading.alternatives[0].value} == {"4", "11"}


def test_parts_that_are_no_digits_are_read_together() -> None:
    reading = read(bars(20, 28, 80), [row(NOT_A_DIGIT), row(4), row(NOT_A_DIGIT), row(7)])
    assert (reading.value, reading.status) == ("47", Status.OK)


def test_letters_are_unreadable() -> None:
    reading = read(bars(20, 60, 100), [row(NOT_A_DIGIT), row(0), row(NOT_A_DIGIT)])
    assert (reading.value, reading.status) == ("", Status.UNREADABLE)


def test_a_letter_among_digits_is_never_passed_over_in_silence() -> None:
    reading = read(bars(20, 60, 100), [row(8), row(NOT_A_DIGIT), row(3)])
    assert reading.status is Status.REVIEW
    assert reading.value == "83"


def test_doubtful_letters_are_not_ok() -> None:
    """Each is a little more likely a digit than not."""
    half = [0.0] * 11
    half[5], half[NOT_A_DIGIT] = 0.55, 0.45
    assert read(bars(20, 60), [half, half]).status is not Status.OK


def test_a_dash_before_the_number_is_passed_over() -> None:
    ink = bars(100, 140)
    ink[38:43, 20:70] = 255
    reading = read(ink, [row(6), row(1)])
    assert (reading.value, reading.status) == ("61", Status.OK)


def test_a_dash_between_digits_asks_for_review() -> None:
    ink = bars(20, 140)
    ink[38:43, 60:100] = 255
    reading = read(ink, [row(6), row(1)])
    assert (reading.value, reading.status) == ("61", Status.REVIEW)


def test_the_rest_of_a_ruled_line_under_the_digits_does_not() -> None:
    ink = bars(20, 80)
    ink[60:63, 38:67] = 255
    reading = read(ink, [row(6), row(1)])
    assert (reading.value, reading.status) == ("61", Status.OK)


def test_a_dash_alone_is_a_strike() -> None:
    ink = bars()
    ink[38:43, 60:120] = 255
    reading = read(ink, [])
    assert (reading.value, reading.status) == ("", Status.STRUCK)


def test_a_decimal_point_asks_for_review() -> None:
    ink = bars(20, 60)
    ink[53:61, 38:46] = 255
    reading = read(ink, [row(2), row(5)])
    assert (reading.value, reading.status) == ("25", Status.REVIEW)


@pytest.mark.parametrize("left", [38, 90])
def test_a_crumb_thinner_than_any_pen_is_no_point(left: int) -> None:
    """Of a pale rule that was not found some crumbs may be left, at the foot of the digits."""
    ink = bars(20, 60)
    ink[58:60, left : left + 8] = 255
    reading = read(ink, [row(2), row(5)])
    assert (reading.value, reading.status) == ("25", Status.OK)


def test_dots_under_a_dash_are_the_rest_of_a_rule() -> None:
    ink = bars(140, 180)
    ink[36:41, 40:120] = 255
    for left in (50, 70, 90):
        ink[56:62, left : left + 9] = 255
    assert read(ink, [row(2), row(5)]).status is Status.OK
    ink[36:41] = bars(140, 180)[36:41]
    assert read(ink, [row(2), row(5)]).status is Status.REVIEW


def test_a_stray_dot_does_not() -> None:
    ink = bars(20, 60)
    ink[30:38, 37:45] = 255
    reading = read(ink, [row(2), row(5)])
    assert (reading.value, reading.status) == ("25", Status.OK)


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ((20, 60, 100), Status.OK),
        ((20, 60, 160), Status.REVIEW),
        ((20, 80), Status.OK),
        ((20, 140), Status.REVIEW),
        ((20, 110, 200), Status.OK),
    ],
)
def test_one_wide_gap_in_a_number_asks_for_review(columns: tuple[int, ...], status: Status) -> None:
    reading = read(bars(*columns), [row(2 + place) for place in range(len(columns))])
    assert reading.status is status
    cells = tuple(Box(0, 40 * place, 80, 40 * place + 40) for place in range(10))
    rows = [row(2 + place) for place in range(len(columns))]
    assert read(bars(*columns), rows, cells=cells).status is Status.OK


@pytest.mark.parametrize(
    ("left", "status"), [(110, Status.OK), (20, Status.REVIEW), (170, Status.REVIEW)]
)
def test_a_printed_sign_explains_the_gap_that_it_stands_in(left: int, status: Status) -> None:
    sign = Box(30, left, 50, left + 8)
    labels = [row(2), row(3), row(4)]
    assert read(bars(20, 60, 160), labels, printed=[sign]).status is status


@pytest.mark.parametrize(
    ("left", "labels", "status"), [(108, (2, 2, 5), Status.OK), (90, (2, 5), Status.REVIEW)]
)
def test_crumbs_apart_from_the_number_ask_for_review(
    left: int, labels: tuple[int, ...], status: Status
) -> None:
    """One that lies by a digit may be part of it."""
    ink = bars(120, 160)
    ink[30:38, left : left + 8] = 255
    assert read(ink, [row(label) for label in labels]).status is status


def test_crumbs_of_a_rule_under_a_dash_do_not() -> None:
    ink = bars(120, 160)
    ink[38:43, 30:90] = 255
    ink[58:61, 40:46] = 255
    reading = read(ink, [row(2), row(5)])
    assert (reading.value, reading.status) == ("25", Status.OK)


def test_strokes_in_a_row_are_a_tally() -> None:
    reading = read(bars(20, 60, 100, 140), [row(1)] * 4)
    assert reading.status is Status.REVIEW


def test_the_rule_decides_between_groupings() -> None:
    rows = [row(1, 0.6), row(4), row(1, 0.6)]
    assert read(bars(20, 28), rows).value == "4"
    two = read(bars(20, 28), rows, Rule(min_digits=2, max_digits=2))
    assert two.value == "11"
    assert two.status is Status.REVIEW


def test_a_rule_that_no_reading_keeps_is_told() -> None:
    reading = read(bars(20, 60), [row(1), row(2)], Rule(min_digits=5, max_digits=5))
    assert (reading.value, reading.status) == ("12", Status.RULE_FAILED)


COMB = tuple(Box(0, 40 * i, 80, 40 * i + 40) for i in range(10))


def test_empty_cells_between_digits_are_allowed() -> None:
    reading = read(bars(15, 135), [row(4), row(2)], cells=COMB)
    assert (reading.value, reading.status) == ("42", Status.OK)


def test_one_cell_holds_one_digit() -> None:
    """What would be two digits in a line is one where both strokes stand in one cell."""
    rows = [row(1, 0.9), row(4, 0.6), row(1, 0.9)]
    assert read(bars(10, 18), rows).value == "11"
    assert read(bars(10, 18), rows, cells=COMB).value == "4"


def draw_cross(ink: GreyImage, left: int) -> None:
    for step in range(36):
        for column in (left + step, left + 35 - step):
            ink[22 + step : 26 + step, max(column - 2, 0) : column + 3] = 255


@pytest.mark.parametrize(("column", "status"), [(140, Status.OK), (180, Status.REVIEW)])
def test_many_empty_cells_between_digits_are_reviewed(column: int, status: Status) -> None:
    """There may be two numbers, as on ledger paper."""
    cells = tuple(Box(0, 40 * place, 80, 40 * place + 40) for place in range(10))
    assert read(bars(20, column), [row(4), row(2)], cells=cells).status is status


def test_two_digits_in_one_cell_are_reviewed() -> None:
    """The cells of a table that lost a line: a 4 of one column, and 25 of the next."""
    wide = tuple(Box(0, 120 * place, 80, 120 * place + 120) for place in range(3))
    rows = [row(4), row(2), row(5)]
    apart = read(bars(20, 140, 300), rows, cells=wide)
    assert (apart.value, apart.status) == ("425", Status.OK)
    together = read(bars(20, 260, 320), rows, cells=wide)
    assert (together.value, together.status) == ("425", Status.REVIEW)


def test_crossed_cells_before_the_number_are_passed_over() -> None:
    ink = bars(95, 135)
    draw_cross(ink, 2)
    draw_cross(ink, 42)
    pieces = cut_pieces(ink, (0, 0), STROKE, COMB)
    candidates = make_candidates(pieces, STROKE)
    rows = [row(3) if c.box.left > 90 and c.box.width < 9 else row(10) for c in candidates]
    reading = decode_field(
        pieces, candidates, probabilities(rows), ANY_NUMBER, 0.9, calibration=PLAIN
    )
    assert (reading.value, reading.status) == ("33", Status.OK)


def test_a_cross_beside_a_number_in_no_comb_is_told() -> None:
    """It strikes out no unused cell: it may be two digits that touch."""
    ink = bars(95, 135)
    draw_cross(ink, 42)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)
    rows = [row(3) if c.box.left > 90 and c.box.width < 9 else row(10) for c in candidates]
    reading = decode_field(
        pieces, candidates, probabilities(rows), ANY_NUMBER, 0.9, calibration=PLAIN
    )
    assert (reading.value, reading.status) == ("33", Status.REVIEW)


@pytest.mark.parametrize("joined", [True, False])
def test_only_ink_that_is_cut_off_from_nothing_is_a_cross(joined: bool) -> None:
    ink = bars(10)
    draw_cross(ink, 40)
    if joined:
        cv2.line(ink, (12, 23), (45, 23), 255, 4)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)
    arcs = lay_arcs(pieces, candidates, probabilities([row(10)] * len(candidates)))
    found = {arc.leftover for leaving in arcs for arc in leaving}
    assert (Leftover.CROSS in found) is not joined


@pytest.mark.parametrize(
    ("tone", "rows", "status"),
    [
        (110, slice(44, 60), Status.OK),
        (240, slice(44, 60), Status.REVIEW),
        (110, slice(26, 60), Status.REVIEW),
    ],
    ids=["pale and low", "as dark as the pen", "as high as digits"],
)
def test_pale_print_in_a_cell_is_no_digit(tone: int, rows: slice, status: Status) -> None:
    """A watermark shows in a cell; a pale stroke that is high may be a digit."""
    ink = bars(95, 135, 175)
    cv2.rectangle(ink, (10, rows.start), (22, rows.stop - 1), tone, 3)
    pieces = cut_pieces(ink, (0, 0), STROKE, COMB)
    candidates = make_candidates(pieces, STROKE)
    said = [row(10 if each.box.left < 90 else 3) for each in candidates]
    reading = decode_field(
        pieces, candidates, probabilities(said), ANY_NUMBER, 0.9, calibration=PLAIN
    )
    assert (reading.value, reading.status) == ("333", status)


def test_a_struck_number_is_struck() -> None:
    ink = bars(60, 100, 140)
    ink[38:43, 30:180] = 255
    pieces = cut_pieces(ink, (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)
    rows = [row(1) for _ in candidates]
    reading = decode_field(
        pieces, candidates, probabilities(rows), ANY_NUMBER, 0.9, calibration=PLAIN
    )
    assert (reading.value, reading.status) == ("", Status.STRUCK)


def brute_force(pieces: tuple[Piece, ...], arcs: list[list[Arc]]) -> dict[str, float]:
    """Mass of every string, by walking every way."""
    found: dict[str, float] = {}

    def walk(at: int, text: str, mass: float) -> None:
        if at == len(pieces):
            found[text] = found.get(text, 0.0) + math.exp(mass)
            return
        for arc in arcs[at]:
            if arc.leftover is not None:
                walk(arc.end, text, mass + arc.total)
            for digit, gain in arc.choices:
                walk(arc.end, text + digit, mass + gain)

    walk(0, "", 0.0)
    return found


def test_the_search_finds_what_walking_every_way_finds() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        gaps = rng.choice([8, 9, 30], size=4)
        pieces = cut_pieces(bars(*itertools.accumulate(gaps, initial=20)), (0, 0), STROKE)
        candidates = make_candidates(pieces, STROKE)
        table = rng.dirichlet(np.full(11, 0.3), len(candidates)).astype(np.float32)
        arcs = lay_arcs(pieces, candidates, table)
        every = brute_force(pieces, arcs)
        strings = likeliest_strings(arcs, 1)
        found = strings[0].text
        assert every[found] >= 0.999 * max(every.values()), "the best, or one of two alike"
        assert math.exp(strings[0].mass) == pytest.approx(every[found], rel=0.02)
        total = sum(math.exp(mass) for mass in masses_by_length(arcs, 1).values())
        assert sum(every.values()) <= total * 1.001


def test_mass_is_kept_apart_by_length() -> None:
    one = Arc(0, 1, (("1", 0.0),), 0.0)
    two = Arc(1, 2, (("2", 0.0),), 0.0)
    past = Arc(1, 2, (), -1.0, leftover=Leftover.DASH)
    by_length = masses_by_length([[one], [two, past]], 5)
    assert by_length == {2: pytest.approx(0.0), 1: pytest.approx(-1.0)}


def test_two_sure_digits_speak_against_the_one_they_would_make_together() -> None:
    """Apart each may be a digit, together one: which of these may be none decides."""
    pieces = cut_pieces(bars(20, 28), (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)

    def some(digit: int, junk: float) -> list[float]:
        return [{digit: 1 - junk, NOT_A_DIGIT: junk}.get(index, 0.0) for index in range(11)]

    for apart, together, value in ((0.0, 0.3, "11"), (0.3, 0.0, "4")):
        table = probabilities([some(1, apart), some(4, together), some(1, apart)])
        reading = decode_field(pieces, candidates, table, ANY_NUMBER, 0.9, calibration=PLAIN)
        assert reading.value == value


def test_a_stroke_right_of_a_hook_is_the_bar_of_a_five() -> None:
    ink = bars(60, 140)
    ink[30:35, 80:104] = 255
    pieces = cut_pieces(ink, (0, 0), STROKE)
    assert len(pieces) == 3
    candidates = make_candidates(pieces, STROKE)
    joined = next(each for each in candidates if (each.first, each.last) == (0, 1))
    assert joined.cost == 0.0, "the gap before a bar is nothing odd"
    labels = {(0, 0): 1, (0, 1): 5, (2, 2): 7}
    rows = [row(labels.get((c.first, c.last), NOT_A_DIGIT), 0.99) for c in candidates]
    reading = decode_field(
        pieces, candidates, probabilities(rows), ANY_NUMBER, 0.5, calibration=PLAIN
    )
    assert (reading.value, reading.status) == ("57", Status.OK)


def test_digits_are_told_in_the_order_in_which_they_stand() -> None:
    """A long line ties a 1 at its right end to the left of two other digits."""
    ink = bars(40, 80, 200)
    ink[76:80, 5:204] = 255
    ink[70:76, 30:100] = 0
    pieces = cut_pieces(ink, (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)
    rows = [row(NOT_A_DIGIT) for _ in candidates]
    for place, candidate in enumerate(candidates):
        if candidate.box.left > 150:
            rows[place] = row(1)
        elif candidate.box.bottom < 76 and candidate.box.width < 12:
            rows[place] = row(3 if candidate.box.left < 60 else 4)
    reading = decode_field(
        pieces, candidates, probabilities(rows), ANY_NUMBER, 0.2, calibration=PLAIN
    )
    assert reading.value == "341"
    lefts = [digit.box.left for digit in reading.digits]
    assert lefts == sorted(lefts)


def test_a_digit_for_sure_of_unsure_class_is_a_guess() -> None:
    unsure = [0.0] * 11
    unsure[4], unsure[9], unsure[7] = 0.45, 0.35, 0.2
    reading = read(bars(20), [unsure], calibration=PLAIN)
    assert (reading.value, reading.status) == ("4", Status.REVIEW)
    letter = [0.0] * 11
    letter[4], letter[NOT_A_DIGIT], letter[9] = 0.45, 0.4, 0.15
    assert read(bars(20), [letter], calibration=PLAIN).status is Status.UNREADABLE


def test_digits_point_at_the_candidates_that_were_read() -> None:
    ink = bars(20, 28)
    pieces = cut_pieces(ink, (0, 0), STROKE)
    candidates = make_candidates(pieces, STROKE)
    table = probabilities([row(NOT_A_DIGIT), row(4), row(NOT_A_DIGIT)])
    reading = decode_field(pieces, candidates, table, ANY_NUMBER, 0.9, calibration=PLAIN)
    assert np.array_equal(reading.digits[0].probabilities, table[1])
    assert reading.digits[0].box == candidates[1].box


@pytest.mark.parametrize(("digit", "status"), [(5, Status.OK), (3, Status.REVIEW)])
def test_the_bar_of_a_5_may_stand_apart(digit: int, status: Status) -> None:
    ink = bars(20, 78)
    ink[28:33, 30:58] = 255
    pieces = cut_pieces(ink, (0, 0), STROKE, ())
    candidates = make_candidates(pieces, STROKE)
    rows = [row((digit, 8, 7)[c.first] if c.first == c.last else NOT_A_DIGIT) for c in candidates]
    reading = decode_field(
        pieces, candidates, probabilities(rows), ANY_NUMBER, 0.5, calibration=PLAIN
    )
    assert (reading.value, reading.status) == (f"{digit}7", status)
