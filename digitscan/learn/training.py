"""MNIST and what is added to it in; the glyphs a model learns from, and the model it becomes.

All three trainers take a ``TrainingSet`` and give a ``Trained``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitscan import __version__
from digitscan.glyph.card import ModelCard, Setting
from digitscan.glyph.deskew import deskew_glyphs
from digitscan.learn.datasets import Digits, Images, Labels, Mnist
from digitscan.learn.export import package_versions, run_network
from digitscan.values import CLASS_COUNT, NOT_A_DIGIT

TEMPERATURES = tuple(float(value) for value in np.geomspace(0.05, 20, 121))
BIAS_STEPS = tuple(float(value) for value in np.linspace(-1.5, 0.5, 41))
CALIBRATION_ROUNDS = 3
IS_JUNK = (np.arange(CLASS_COUNT) == NOT_A_DIGIT).astype(np.float64)
Scores = npt.NDArray[np.float64]
Tell = Callable[[str], None]
"""Told, in a few words, what a training is about to do."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Glyphs to learn from and glyphs to choose settings with.

    ``fit`` and ``validation`` are MNIST's digits, ``extra`` a user's own, none where empty.
    ``name`` and ``sha256`` say which data, for the model's card.
    """

    fit: Digits
    validation: Digits
    extra: Digits
    name: str
    sha256: str
    seed: int


@dataclass(frozen=True, slots=True)
class Trained:
    """A network, its card, and the labels that the model gave before it was written as ONNX.

    ``network`` is an onnx.ModelProto; ``original`` maps (N, 28, 28) uint8 glyphs to (N,) labels.
    """

    network: Any
    card: ModelCard
    original: Callable[[Images], Labels]


def training_set(
    mnist: Mnist, seed: int, limit: int | None = None, extra: Digits | None = None
) -> TrainingSet:
    """Put together what to learn from; ``limit`` keeps that many of MNIST's training digits."""
    fit, validation = mnist.split(limit)
    if extra is None:
        extra = Digits(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))
    name = mnist.name + (f" + {len(extra.images)} own digits" if len(extra.images) else "")
    return TrainingSet(fit, validation, extra, name, mnist.sha256, seed)


def join(*parts: Digits) -> Digits:
    """Lay labelled glyphs one after another."""
    return Digits(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def count_disagreements(trained: Trained, images: Images) -> int:
    """Count the glyphs that the network labels otherwise than the model it was made from."""
    glyphs = deskew_glyphs(images) if trained.card.deskew else images
    logits = run_network(trained.network, glyphs)[0]
    return int((logits.argmax(axis=1) != trained.original(images)).sum())


def softmax(scores: Scores) -> Scores:
    """Turn scores (N, k) into probabilities (N, k) whose rows sum to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def mean_surprise(scores: Scores, labels: Labels, weights: Scores | None = None) -> float:
    """Mean negative log probability of the right label: small where sure and right."""
    highest = scores.max(axis=1)
    total = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1))
    return float(np.average(total - scores[np.arange(len(labels)), labels], weights=weights))


def choose_temperature(scores: Scores, labels: Labels, weights: Scores | None = None) -> float:
    """Choose what to divide scores (N, k) by, so that labels surprise their softmax least."""
    return min(TEMPERATURES, key=lambda one: mean_surprise(scores / one, labels, weights))


def choose_calibration(scores: Scores, labels: Labels, weights: Scores) -> tuple[float, float]:
    """Choose how scores (N, 11) become probabilities that mean what they say.

    Returns
    -------
    bias, temperature
        To be added to the scores of *not one digit*, and then to divide all scores by: those by
        which the labels surprise least.
    """
    spread = float(np.abs(scores - scores.mean(axis=1, keepdims=True)).mean())
    bias, temperature = 0.0, 1.0
    for _ in range(CALIBRATION_ROUNDS):
        biased = np.asarray(scores + bias * IS_JUNK, np.float64)
        temperature = choose_temperature(biased, labels, weights)
        bias = min(
            (step * spread for step in BIAS_STEPS),
            key=lambda one: mean_surprise((scores + one * IS_JUNK) / temperature, labels, weights),
        )
    return bias, temperature


def make_card(
    kind: str,
    data: TrainingSet,
    *,
    temperature: float,
    counts: Mapping[str, int],
    figures: Mapping[str, float],
    settings: Mapping[str, Setting],
    packages: tuple[str, ...],
) -> ModelCard:
    """Fill in the card of a classical model."""
    return ModelCard(
        name=kind,
        kind=kind,
        deskew=True,
        data=data.name,
        data_sha256=data.sha256,
        seed=data.seed,
        temperature=temperature,
        made_by=f"digitscan {__version__}",
        counts=counts,
        figures=figures,
        settings=settings,
        versions=package_versions("numpy", "opencv-python-headless", *packages),
    )


def flat_settings(settings: Any) -> dict[str, Setting]:
    """Lay the fields of nested settings side by side for a card; lists become text."""
    flat: dict[str, Setting] = {}
    for each in fields(settings):
        value = getattr(settings, each.name)
        if is_dataclass(value):
            flat |= flat_settings(value)
        else:
            flat[each.name] = value if isinstance(value, str | int | float | bool) else str(value)
    return flat
