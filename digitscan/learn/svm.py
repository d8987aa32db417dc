"""Digits in, a support vector machine as a network of plain operators out.

A Gaussian kernel over principal components of oriented-gradient histograms, one machine for each
pair of classes. Each pair's answer is a soft vote, so that the sum ranks doubtful digits well.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from digitscan.glyph.deskew import deskew_glyphs
from digitscan.learn.datasets import Digits, Images, Labels
from digitscan.learn.export import FloatArray, Network, require_training_packages, run_network
from digitscan.learn.features import FeatureSpace, HogSettings, find_feature_space
from digitscan.learn.material import Material, MaterialSettings, make_material
from digitscan.learn.training import (
    IS_JUNK,
    Scores,
    Tell,
    Trained,
    TrainingSet,
    choose_calibration,
    flat_settings,
    join,
    make_card,
    mean_surprise,
)
from digitscan.values import CLASS_COUNT

PAIRS = tuple(combinations(range(CLASS_COUNT), 2))
RIVALS = CLASS_COUNT - 1
SLOPES = (2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
"""Candidates for how sharply a pair's answer becomes a vote."""


@dataclass(frozen=True, slots=True)
class SvmSettings:
    """How the machine is made; chosen on MNIST's last training digits.

    ``margin`` is the answer below which a glyph is shown again in the second fit; 1 is where a
    glyph stops mattering to a fitted machine.
    """

    hog: HogSettings = field(default_factory=HogSettings)
    material: MaterialSettings = field(
        default_factory=lambda: MaterialSettings(copies=5, drawn_share=0.16, rare_share=0.2)
    )
    components: int = 72
    flattening: float = 0.25
    penalty: float = 3.0
    gamma: float = 1.0
    margin: float = 1.1
    cache_mb: float = 1500.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A fitted machine: scikit-learn's own, and how its answers become scores."""

    space: FeatureSpace
    vectors: Any
    gamma: float
    slope: float = 1.0
    junk_bias: float = 0.0
    temperature: float = 1.0

    def scores(self, glyphs: Images) -> Scores:
        """Score deskewed (N, 28, 28) glyphs as scikit-learn answers: (N, 11) float64."""
        scores = vote(self.answers(glyphs), self.slope)
        return np.asarray(scores + self.junk_bias * IS_JUNK, np.float64)

    def answers(self, glyphs: Images) -> Scores:
        """Give each pair's answer, (N, 55) float64, above 0 where the first of the pair wins."""
        answers = self.vectors.decision_function(self.space.compute(glyphs).astype(np.float64))
        return np.asarray(answers, np.float64)

    def label(self, glyphs: Images) -> Labels:
        """Label (N, 28, 28) glyphs as they come, not deskewed."""
        return np.asarray(self.scores(deskew_glyphs(glyphs)).argmax(axis=1), np.uint8)


def train_svm(settings: SvmSettings, data: TrainingSet, tell: Tell) -> Trained:
    """Fit a support vector machine and write it as a network.

    Its confidence is tuned, and its error measured, without the validation digits; then a machine
    of the same settings learns from them too.

    Raises
    ------
    UsageError
        If scikit-learn or onnx is not installed, or a digit does not occur in the data.
    """
    require_training_packages("sklearn", "onnx")
    tell("svm: making glyphs to learn from")
    material = make_material(data, settings.material)
    machine = fit_machine(settings, material, tell)
    tell("svm: tuning its confidence on validation digits")
    machine = _calibrate(machine, material)
    digits = material.validation_digits
    error = float((machine.scores(digits.images).argmax(axis=1) != digits.labels).mean())
    tell("svm: fitting again, to the validation digits as well")
    material = make_material(replace(data, fit=join(data.fit, data.validation)), settings.material)
    whole = fit_machine(settings, material, tell)
    machine = replace(machine, space=whole.space, vectors=whole.vectors)
    card = make_card(
        "svm",
        data,
        temperature=machine.temperature,
        counts={**material.counts, "support vectors": len(machine.vectors.support_)},
        figures={"validation error": error},
        settings=flat_settings(settings) | {"slope": machine.slope, "junk_bias": machine.junk_bias},
        packages=("scikit-learn",),
    )
    return Trained(build_network(machine), card, machine.label)


def fit_machine(settings: SvmSettings, material: Material, tell: Tell) -> Machine:
    """Fit to the base glyphs; then to those, and changed copies, that are near a border."""
    space = find_feature_space(
        settings.hog, settings.components, material.base.images, settings.flattening
    )
    tell(f"svm: first fit, to {len(material.base.images):,} glyphs")
    first = _fit(settings, space, space.compute(material.base.images), material.base.labels)
    if not len(material.changed.images):
        return first
    tell(f"svm: looking for doubtful ones among {len(material.changed.images):,} changed glyphs")
    near = [_near_border(settings, first, part) for part in (material.base, material.changed)]
    points, labels = (np.concatenate(both) for both in zip(*near, strict=True))
    tell(f"svm: second fit, to {len(points):,} glyphs")
    return _fit(settings, space, points, labels)


def _fit(settings: SvmSettings, space: FeatureSpace, points: FloatArray, labels: Labels) -> Machine:
    """Fit to points rounded to half precision: so the file keeps them in two bytes, exactly."""
    from sklearn.svm import SVC

    vectors = SVC(
        C=settings.penalty,
        gamma=settings.gamma,
        cache_size=settings.cache_mb,
        decision_function_shape="ovo",
    )
    rounded = points.astype(np.float16).astype(np.float64)
    return Machine(space, vectors.fit(rounded, labels), settings.gamma)


def _near_border(
    settings: SvmSettings, machine: Machine, digits: Digits
) -> tuple[FloatArray, Labels]:
    """Keep the glyphs that some pair is not sure enough about, as points and labels."""
    network = Network()
    points = machine.space.add(network)
    answers = _add_answers(network, points, machine, slope=1.0)
    width = CLASS_COUNT * RIVALS
    model = network.model(points=(points, machine.space.dimensions), answers=(answers, width))
    found, answered = run_network(model, digits.images)
    own = answered.reshape(-1, CLASS_COUNT, RIVALS)[np.arange(len(answered)), digits.labels]
    near = own.min(axis=1) < settings.margin
    return found[near], digits.labels[near]


def _calibrate(machine: Machine, material: Material) -> Machine:
    """Choose slope, bias and temperature by which the validation labels surprise least."""
    labels, weights = material.validation.labels, material.weights
    answers = machine.answers(material.validation.images)

    def surprise(slope: float) -> tuple[float, float, float, float]:
        scores = vote(answers, slope)
        bias, temperature = choose_calibration(scores, labels, weights)
        calibrated = (scores + bias * IS_JUNK) / temperature
        return mean_surprise(calibrated, labels, weights), slope, bias, temperature

    _, slope, bias, temperature = min(surprise(slope) for slope in SLOPES)
    return replace(machine, slope=slope, junk_bias=bias, temperature=temperature)


def vote(answers: Scores, slope: float) -> Scores:
    """Sum up the pairs' answers (N, 55) as votes for each class (N, 11).

    A vote is the log of how likely the class beats its rival: log sigmoid(slope · answer).
    """
    scores = np.zeros((len(answers), CLASS_COUNT))
    for column, (first, second) in enumerate(PAIRS):
        scores[:, first] -= np.logaddexp(0, -slope * answers[:, column])
        scores[:, second] -= np.logaddexp(0, slope * answers[:, column])
    return scores


def build_network(machine: Machine) -> Any:
    """Write a machine as an ONNX model: histograms, components, kernel, pairs, votes, softmax."""
    network = Network()
    points = machine.space.add(network)
    against = _add_answers(network, points, machine, slope=-machine.slope)
    losses = network.reshape(network.add("Softplus", against), -1, CLASS_COUNT, RIVALS)
    total = network.add("ReduceSum", losses, network.constant([2], np.int64), keepdims=0)
    votes = network.add("Neg", total)
    return network.classifier(votes, machine.temperature, machine.junk_bias)


def _add_answers(network: Network, points: str, machine: Machine, slope: float) -> str:
    """Compute each class's answer against each rival, times ``slope``: (N, 11·10)."""
    kernel = _add_kernel(network, points, machine)
    shares = _add_shares(network, kernel, machine.vectors)
    return network.affine(shares, *_pair_weights(machine.vectors.intercept_, slope))


def _add_kernel(network: Network, points: str, machine: Machine) -> str:
    """Compare points with the support vectors: exp(-gamma · squared distance), (N, vectors)."""
    vectors, gamma = machine.vectors.support_vectors_, machine.gamma
    kept = network.half_constant(vectors)
    squares = network.constant(-gamma * (vectors**2).sum(axis=1))
    cross = network.add("Gemm", points, kept, squares, alpha=2 * gamma, transB=1)
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
