"""Digits in, a support vector machine as a network of plain operators out.

A Gaussian kernel over principal components of oriented-gradient histograms, one machine for each
pair of classes. Each pair's answer is a soft vote, so that the sum ranks doubtful digits well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from digitscan.glyph.deskew import deskew_glyphs
from digitscan.learn.datasets import Digits, Images
from digitscan.learn.export import Network, require_training_packages
from digitscan.learn.features import FeatureSpace, HogSettings, find_feature_space
from digitscan.learn.material import Material, MaterialSettings, make_material
from digitscan.learn.training import (
    Scores,
    Tell,
    Trained,
    TrainingSet,
    choose_temperature,
    flat_settings,
    make_card,
    mean_surprise,
)
from digitscan.values import CLASS_COUNT

PAIRS = tuple(combinations(range(CLASS_COUNT), 2))
RIVALS = CLASS_COUNT - 1
SLOPES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
"""Candidates for how sharply a pair's answer becomes a vote."""


@dataclass(frozen=True, slots=True)
class SvmSettings:
    """How the machine is made; chosen on MNIST's last training digits."""

    hog: HogSettings = field(default_factory=HogSettings)
    material: MaterialSettings = field(default_factory=MaterialSettings)
    components: int = 100
    penalty: float = 5.0
    gamma: float = 1.0
    cache_mb: float = 1500.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A fitted machine: scikit-learn's own, and how its answers become scores."""

    space: FeatureSpace
    vectors: Any
    gamma: float
    slope: float

    def scores(self, glyphs: Images) -> Scores:
        """Score deskewed (N, 28, 28) glyphs as scikit-learn answers: (N, 11) float64."""
        return vote(self.answers(glyphs), self.slope)

    def answers(self, glyphs: Images) -> Scores:
        """Give each pair's answer, (N, 55) float64, above 0 where the first of the pair wins."""
        answers = self.vectors.decision_function(self.space.compute(glyphs).astype(np.float64))
        return np.asarray(answers, np.float64)


def train_svm(settings: SvmSettings, data: TrainingSet, tell: Tell) -> Trained:
    """Fit a support vector machine and write it as a network.

    Raises
    ------
    UsageError
        If scikit-learn or onnx is not installed, or a digit does not occur in the data.
    """
    require_training_packages("sklearn", "onnx")
    tell("svm: making glyphs to learn from")
    material = make_material(data, settings.material)
    tell(f"svm: fitting to {len(material.fit.images):,} glyphs")
    machine = fit_machine(settings, material)
    tell("svm: measuring on validation digits")
    scores, labels = machine.scores(material.validation.images), material.validation.labels
    temperature = choose_temperature(scores, labels)
    card = make_card(
        "svm",
        data,
        temperature=temperature,
        counts={**material.counts, "support vectors": len(machine.vectors.support_)},
        figures={
            "validation_error": float((scores.argmax(axis=1) != labels).mean()),
            "validation_surprise": mean_surprise(scores / temperature, labels),
        },
        settings={**flat_settings(settings), "slope": machine.slope},
        packages=("scikit-learn",),
    )
    return Trained(
        build_network(machine, temperature),
        card,
        lambda glyphs: machine.scores(deskew_glyphs(glyphs)).argmax(axis=1).astype(np.uint8),
    )


def fit_machine(settings: SvmSettings, material: Material) -> Machine:
    """Fit the machine, then choose the votes' slope on the validation digits."""
    from sklearn.svm import SVC

    fit, validation = material.fit, material.validation
    space = find_feature_space(settings.hog, settings.components, fit.images)
    vectors = SVC(
        C=settings.penalty,
        gamma=settings.gamma,
        cache_size=settings.cache_mb,
        decision_function_shape="ovo",
    )
    vectors.fit(space.compute(fit.images).astype(np.float64), fit.labels)
    machine = Machine(space, vectors, settings.gamma, slope=1.0)
    return Machine(space, vectors, settings.gamma, _choose_slope(machine, validation))


def _choose_slope(machine: Machine, validation: Digits) -> float:
    answers = machine.answers(validation.images)

    def surprise(slope: float) -> float:
        scores = vote(answers, slope)
        temperature = choose_temperature(scores, validation.labels)
        return mean_surprise(scores / temperature, validation.labels)

    return min(SLOPES, key=surprise)


def vote(answers: Scores, slope: float) -> Scores:
    """Sum up the pairs' answers (N, 55) as votes for each class (N, 11).

    A vote is the log of how likely the class beats its rival: log sigmoid(slope · answer).
    """
    scores = np.zeros((len(answers), CLASS_COUNT))
    for column, (first, second) in enumerate(PAIRS):
        scores[:, first] -= np.logaddexp(0, -slope * answers[:, column])
        scores[:, second] -= np.logaddexp(0, slope * answers[:, column])
    return scores


def build_network(machine: Machine, temperature: float) -> Any:
    """Write a machine as an ONNX model: histograms, components, kernel, pairs, votes, softmax."""
    network = Network()
    points = machine.space.add(network)
    kernel = _add_kernel(network, points, machine)
    shares = _add_shares(network, kernel, machine.vectors)
    votes = network.affine(shares, *_pair_weights(machine.vectors.intercept_, -machine.slope))
    losses = network.reshape(network.add("Softplus", votes), -1, CLASS_COUNT, RIVALS)
    axis = network.constant([2], np.int64)
    total = network.add("ReduceSum", losses, axis, keepdims=0)
    return network.classifier(network.add("Neg", total), temperature)


def _add_kernel(network: Network, points: str, machine: Machine) -> str:
    """Compare points with the support vectors: exp(-gamma · squared distance), (N, vectors)."""
    vectors, gamma = machine.vectors.support_vectors_, machine.gamma
    cross = network.affine(points, 2 * gamma * vectors.T, -gamma * (vectors**2).sum(axis=1))
    length = network.add("ReduceSumSquare", points, axes=[1], keepdims=1)
    return network.add("Exp", network.add("Sub", cross, network.scale(length, gamma)))


def _add_shares(network: Network, kernel: str, vectors: Any) -> str:
    """Weigh each class's vectors against each rival: (N, 11·10), by class, then by rival."""
    sizes = network.constant(vectors.n_support_, np.int64)
    parts = network.split(kernel, sizes, CLASS_COUNT)
    ends = np.cumsum(vectors.n_support_)
    shares = [
        network.add("MatMul", part, network.constant(vectors.dual_coef_[:, end - size : end].T))
        for part, size, end in zip(parts, vectors.n_support_, ends, strict=True)
    ]
    return network.add("Concat", *shares, axis=1)


def _pair_weights(
    intercepts: npt.NDArray[np.float64], slope: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """From shares (110) to the sloped answer of each class against each rival (110)."""
    weights = np.zeros((CLASS_COUNT * RIVALS, CLASS_COUNT * RIVALS))
    bias = np.zeros(CLASS_COUNT * RIVALS)
    for (first, second), intercept in zip(PAIRS, intercepts, strict=True):
        mine, theirs = first * RIVALS + second - 1, second * RIVALS + first
        for target, sign in ((mine, slope), (theirs, -slope)):
            weights[[mine, theirs], target] = sign
            bias[target] = sign * intercept
    return weights, bias
