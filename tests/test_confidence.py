"""What a reading's evidence makes of its confidence."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitscan.glyph.calibration import Calibration, Step, load_calibration
from digitscan.glyph.confidence import Evidence, confidence_of

SHARES = st.floats(0, 1)
STEPS = (Step(0.99, 400, 0), Step(0.95, 900, 4), Step(0.9, 1200, 30))
MADE_UP = Calibration(0.0, 0.5, 0.5, STEPS)


def told(posterior: float, weakest: float, shape: float = 1.0) -> float:
    return confidence_of(Evidence(posterior, weakest, shape), load_calibration())


def test_sure_evidence_is_ok_and_unsure_digits_are_not() -> None:
    assert told(0.999, 0.999) > 0.98
    for weakest in (0.5, 0.6, 0.8):
        assert told(weakest, weakest) < 0.8


def test_a_digit_of_an_odd_shape_is_doubted_however_sure_the_model_is() -> None:
    assert told(1.0, 1.0, shape=0.3) == pytest.approx(0.6)
    assert told(1.0, 1.0, shape=0.6) > 0.99


@given(SHARES, SHARES, SHARES)
def test_a_confidence_is_a_probability(posterior: float, weakest: float, shape: float) -> None:
    assert 0 <= told(posterior, weakest, shape) <= 1


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


def test_the_calibration_that_ships_counts_up_from_the_surest() -> None:
    steps = load_calibration().steps
    assert len(steps) > 5
    for sure, less in pairwise(steps):
        assert sure.confidence > less.confidence
        assert sure.values <= less.values
        assert sure.wrong <= less.wrong
