"""How many values are ok in; how many of them are expected to be wrong, in words, out."""

from __future__ import annotations

from digitscan.glyph.calibration import Step
from digitscan.measure.intervals import wilson_interval


def expected_errors(step: Step, ok: int) -> str:
    """Say what an error rate counted on labelled pages means for ``ok`` values.

    >>> expected_errors(Step(0.99, 1000, 5), 200)
    'of 200 ok values about 1 is expected to be wrong (95 %: 0 to 2); counted on 1000 labelled ones'
    """
    low, high = wilson_interval(step.wrong, step.values)
    expected = round(step.error * ok)
    verb = "is" if expected == 1 else "are"
    return (
        f"of {ok} ok values about {expected} {verb} expected to be wrong "
        f"(95 %: {round(low * ok)} to {round(high * ok)}); counted on {step.values} labelled ones"
    )
