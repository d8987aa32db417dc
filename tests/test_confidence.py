"""What a reading's evidence makes of its confidence."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitscan.glyph.calibration import Calibration, Step, load_calibration
from digitscan.glyph.card import KINDS
from digitscan.glyph.confidence import confidence_of, unevenness
from digitscan.values import CLASS_COUNT, NOT_A_DIGIT, Evidence

SHARES = st.floats(0, 1)
STEPS = (Step(0.99, 400, 0), Step(0.95, 900, 4), Step(0.9, 1200, 30))
NO_PAIRS = ((0.0,) * CLASS_COUNT,) * 10
MADE_UP = Calibration(0.0, (0.5, 0.5, -0.5, -0.5, 0.0), NO_PAIRS, STEPS)


def told(
    posterior: float, weakest: float, oddity: float = 0.0, uneven: float = 0.0, torn: bool = False
) -> float:
    evidence = Evidence(posterior, weakest, oddity, uneven, torn)
    return confidence_of(evidence, load_calibration("cnn"))


def test_sure_evidence_is_ok_and_unsure_digits_are_not() -> None:
    assert told(0.999, 0.999) > 0.98
    for weakest in (0.5, 0.6, 0.8):
        assert told(weakest, weakest) < 0.8


def test_a_digit_of_an_odd_shape_is_doubted_however_sure_the_model_is() -> None:
    assert told(1.0, 1.0, oddity=2.0) < 0.6
    assert told(1.0, 1.0, oddity=0.5) > 0.99


def test_digits_of_uneven_height_are_doubted() -> None:
    even, uneven = unevenness([30, 34, 38]), unevenness([30, 34, 70])
    assert even == 0
    for sure in (0.9, 0.99, 0.999):
        doubt, usual = (1 - told(sure, sure, uneven=height) for height in (uneven, even))
        assert doubt > 1.5 * usual


def test_a_value_that_the_page_speaks_against_is_doubted() -> None:
    usual, odd, like = (
        confidence_of(Evidence(0.99, 0.99, support=support), load_calibration("cnn"))
        for support in (0.0, -2.0, 2.0)
    )
    assert odd < usual < like
    assert 1 - odd > 2 * (1 - usual)


def test_a_pair_that_is_often_mistaken_is_trusted_less() -> None:
    pairs = [[0.0] * CLASS_COUNT for _ in range(10)]
    pairs[7][1], pairs[7][9] = -2.0, 1.0
    calibration = Calibration(0.0, (0.5, 0.5, 0.0, 0.0, 0.0), tuple(map(tuple, pairs)), ())
    low, middle, high = (
        confidence_of(Evidence(0.9, 0.9, pair=(7, rival)), calibration) for rival in (1, 4, 9)
    )
    assert low < middle < high
    assert middle == pytest.approx(0.9)


def test_a_value_with_a_small_share_of_the_mass_is_no_better_than_a_guess() -> None:
    assert told(0.3, 1.0) <= 0.5
    assert told(0.55, 1.0) <= 1.4 * 0.55


@pytest.mark.parametrize("kind", KINDS)
def test_the_calibration_that_ships_sways_little_by_pairs(kind: str) -> None:
    pairs = load_calibration(kind).pairs
    assert [len(row) for row in pairs] == [CLASS_COUNT] * 10
    assert max(abs(odds) for row in pairs for odds in row) < 1
    assert max(row[NOT_A_DIGIT] for row in pairs) <= 0, "what may be no digit is not trusted more"


def test_a_torn_field_is_half_as_sure() -> None:
    assert told(0.99, 0.99, torn=True) == pytest.approx(told(0.99, 0.99) / 2)


@given(SHARES, SHARES, st.floats(0, 20), st.floats(0, 3), st.booleans())
def test_a_confidence_is_a_probability(
    posterior: float, weakest: float, oddity: float, uneven: float, torn: bool
) -> None:
    assert 0 <= told(posterior, weakest, oddity, uneven, torn) <= 1


@given(SHARES, SHARES, SHARES)
def test_more_evidence_never_lowers_it(posterior: float, weakest: float, other: float) -> None:
    low, high = sorted((posterior, other))
    assert told(low, weakest) <= told(high, weakest)
    assert told(weakest, low) <= told(weakest, high)


def test_the_lowest_threshold_with_few_enough_errors_is_chosen() -> None:
    for most, confidence in ((0.05, 0.9), (0.01, 0.95), (0.002, 0.99)):
        step = MADE_UP.step_for(most)
        assert step is not None
        assert step.confidence == confidence
    assert MADE_UP.step_for(0.0001) is None, "400 values without an error do not promise that"


def test_a_threshold_is_told_by_the_values_above_it() -> None:
    assert MADE_UP.step_at(0.92) == STEPS[1]
    assert MADE_UP.step_at(0.9) == STEPS[2]
    assert MADE_UP.step_at(0.9999).values == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_calibration_that_ships_counts_up_from_the_surest(kind: str) -> None:
    steps = load_calibration(kind).steps
    assert len(steps) > 5
    for sure, less in pairwise(steps):
        assert sure.confidence > less.confidence
        assert sure.values <= less.values
        assert sure.wrong <= less.wrong
