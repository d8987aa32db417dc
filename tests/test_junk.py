"""Ink that is not exactly one digit."""

from __future__ import annotations

import numpy as np
import pytest

from digitscan.glyph.normalise import normalise_glyph
from digitscan.learn.augmentation import crop_ink
from digitscan.learn.datasets import Digits
from digitscan.learn.junk import BELOW, KINDS, SLANTED, UPRIGHT, make_junk
from digitscan.learn.letters import PRINT_LETTERS, print_letter, print_word, write_letter
from digitscan.learn.material import draw_digits
from digitscan.learn.pen import Pen
from digitscan.learn.strokes import enlarge

DIGIT_LIKE = "0123456789OoQDlIiZzSsGbBgqyY"


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def digits() -> Digits:
    return draw_digits(60, generator(0))


def only(digits: Digits, label: int) -> Digits:
    chosen = digits.labels == label
    return Digits(digits.images[chosen], digits.labels[chosen])


def aspect(digits: Digits, kind: str, count: int = 25) -> float:
    """Typical height of a kind of junk over its width."""
    shapes = [make_junk(digits, generator(seed), kind).shape for seed in range(count)]
    return float(np.median([rows / columns for rows, columns in shapes]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_ink_and_the_same_seed_the_same(kind: str, digits: Digits) -> None:
    for seed in range(12):
        ink = make_junk(digits, generator(seed), kind)
        assert ink.dtype == np.uint8 and ink.ndim == 2
        assert np.count_nonzero(normalise_glyph(ink) > 100) > 4
        np.testing.assert_array_equal(ink, make_junk(digits, generator(seed), kind))


@pytest.mark.parametrize("kind", ["pair", "triple", "half", "fragment", "lines", "blob", "tally"])
def test_junk_is_never_a_lone_upright_stroke(kind: str, digits: Digits) -> None:
    """A bare upright stroke is a 1, whoever drew it."""
    for seed in range(40):
        rows, columns = make_junk(digits, generator(seed), kind).shape
        assert rows < SLANTED.get(kind, UPRIGHT) * columns


def test_any_kind_comes_up_when_none_is_asked_for(digits: Digits) -> None:
    shares = [share for _, share in KINDS.values()]
    assert sum(shares) == pytest.approx(1)
    sizes = {make_junk(digits, generator(seed)).shape for seed in range(40)}
    assert len(sizes) > 30


def test_pairs_lie_side_by_side_and_stacks_stand(digits: Digits) -> None:
    eights = only(digits, 8)
    single = np.median([np.divide(*crop_ink(enlarge(one)).shape) for one in eights.images])
    assert aspect(eights, "pair") < 0.75 * single
    assert aspect(eights, "triple") < 0.75 * aspect(eights, "pair")
    assert aspect(eights, "stacked") > 1.4 * single


def test_a_half_is_part_of_a_digit(digits: Digits) -> None:
    twos = only(digits, 2)
    area = {crop_ink(enlarge(one)).size for one in twos.images}
    for seed in range(20):
        assert make_junk(twos, generator(seed), "half").size < 0.75 * max(area)


def test_no_half_is_made_of_digits_whose_halves_are_digits(digits: Digits) -> None:
    """Half a 1 is a 1: with nothing else to halve there is no half, only another digit's."""
    mixed = Digits(
        np.concatenate([only(digits, 1).images, only(digits, 0).images[:1]]),
        np.concatenate([only(digits, 1).labels, only(digits, 0).labels[:1]]),
    )
    zero = crop_ink(enlarge(only(digits, 0).images[0]))
    for seed in range(10):
        rows, columns = make_junk(mixed, generator(seed), "half").shape
        assert rows <= zero.shape[0] and columns <= zero.shape[1]


def test_struck_digits_have_more_ink_than_the_digit(digits: Digits) -> None:
    threes = only(digits, 3)
    most = max(np.count_nonzero(enlarge(one) > 127) for one in threes.images)
    inks = [make_junk(threes, generator(seed), "struck") for seed in range(20)]
    assert np.median([np.count_nonzero(ink > 127) for ink in inks]) > 1.1 * most


def test_overwriting_shows_both_digits(digits: Digits) -> None:
    """A digit that hides under another one would teach that the upper one is none."""
    area = [
        [np.count_nonzero(enlarge(one) > 110) for one in only(digits, label).images]
        for label in (2, 4)
    ]
    both = Digits(
        np.concatenate([only(digits, label).images for label in (2, 4)]),
        np.concatenate([only(digits, label).labels for label in (2, 4)]),
    )
    inks = [make_junk(both, generator(seed), "overwritten") for seed in range(20)]
    typical = np.median([np.count_nonzero(ink > 110) for ink in inks])
    assert typical > 1.2 * max(np.median(one) for one in area)
    assert np.median([np.divide(*ink.shape) for ink in inks]) < 2


@pytest.mark.parametrize("pair", [(1, 0), (1, 1), (0, 1), (7, 1), (9, 1), (4, 1)])
def test_no_stack_is_made_that_is_one_digit(pair: tuple[int, int]) -> None:
    """A 1 above a 0 is a 6, a 7 above a 1 a 7 with a long stem."""
    upper, lower = pair
    assert lower not in BELOW[upper]
    assert all(BELOW[label] for label in range(10)) and 1 in BELOW[3] and 3 in BELOW[1]


def test_letters_that_equal_a_digit_are_left_out() -> None:
    assert not set(PRINT_LETTERS) & set(DIGIT_LIKE)


def test_letters_and_words_are_written() -> None:
    assert all(write_letter(Pen(generator(seed))) for seed in range(30))
    letter, word = (print_one(Pen(generator(5))) for print_one in (print_letter, print_word))
    assert letter.any() and crop_ink(word).shape[1] > crop_ink(letter).shape[1]
