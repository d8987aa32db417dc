"""MNIST in, a convolutional network out, trained in Keras and written as ONNX.

The recipe: MNIST's digits partly aged like scans, digits drawn as other countries write them, and
ink that is not one digit (``mixture.py``); AdamW with a warm-up and a cosine (Loshchilov and
Hutter, 2019); the last epochs with more of the digits as they are; the weights averaged along the
way, and the average or the last chosen on validation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from digitscan import __version__
from digitscan.errors import ModelError
from digitscan.glyph.card import ModelCard
from digitscan.learn.checkpoint import load_checkpoint, save_checkpoint
from digitscan.learn.datasets import Digits, Images, Labels
from digitscan.learn.export import package_versions
from digitscan.learn.material import JUNK_PRIOR
from digitscan.learn.mixture import JUDGED, Mixture, draw_epoch
from digitscan.learn.network import (
    Layers,
    add_bias,
    build_network,
    convert_network,
    to_float,
)
from digitscan.learn.training import (
    Scores,
    Trained,
    TrainingSet,
    choose_calibration,
    flat_settings,
    join,
    mean_surprise,
    softmax,
)
from digitscan.learn.warm_start import TrainedWeights, blend, start_from, weights_of
from digitscan.values import NOT_A_DIGIT

Weights = list[npt.NDArray[np.float32]]
AVERAGE_EVERY = 4
"""Steps between two looks at the weights: often enough for an average over thousands of steps."""
JUDGE_BATCH = 500


@dataclass(frozen=True, slots=True)
class CnnSettings:
    """How the network is trained.

    In the last ``final`` of the ``epochs`` the share ``final_plain`` of the real digits is shown as
    they are. ``average`` is how many steps the running average of the weights looks back. Each draw
    of glyphs is shown ``shows`` times, in another order, because drawing takes a core's time too.
    A network that started from another goes only the share ``blend`` of the way in the end.
    ``fours`` is added to the logit of 4, for MNIST's writers draw 9s that are 4s to others: of 38
    digits of three other sets that were taken for the other of the two, all were 4s.
    """

    epochs: int = 46
    final: int = 10
    final_plain: float = 0.6
    batch: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 0.01
    warm_up_epochs: float = 1.0
    average: int = 1500
    shows: int = 2
    blend: float = 0.5
    fours: float = 1.0
    layers: Layers = field(default_factory=Layers)
    mixture: Mixture = field(default_factory=Mixture)

    @classmethod
    def from_model(cls) -> CnnSettings:
        """Give settings for a network that has learned already: fewer epochs, smaller steps."""
        return cls(epochs=14, final=6, learning_rate=1e-3)

    def mixture_of(self, draw: int) -> Mixture:
        """Give the mixture of the draw of this number."""
        if (draw + 1) * self.shows <= self.epochs - self.final:
            return self.mixture
        return replace(self.mixture, plain=self.final_plain)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands: ``epoch`` epochs and ``step`` steps are done, both counted from 0.

    The errors, shares 0…1 on validation, are of the averaged weights.
    ``hard_error`` is on validation digits aged like scans, drawn shapes and junk. Both are None
    until an epoch ends.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    error: float | None = None
    hard_error: float | None = None


Report = Callable[[Progress], None]


def train_cnn(
    data: TrainingSet,
    settings: CnnSettings,
    checkpoint: Path,
    *,
    start: TrainedWeights | None = None,
    resume: bool = False,
    report: Report = lambda progress: None,
) -> Trained:
    """Train the network, keeping a checkpoint after each epoch in the folder ``checkpoint``.

    It starts from the weights ``start``, or else from chance. With ``resume`` the training kept in
    the folder goes on, as if it had never stopped.

    Raises
    ------
    ModelError
        If ``resume`` finds no checkpoint, or one of other data or settings; or if ``start`` is of
        a network with other layers.
    OutputError
        If the checkpoint can't be written.
    """
    import keras

    cv2.setNumThreads(1)
    keras.utils.set_random_seed(data.seed)
    training = _Training(data, settings, checkpoint, start)
    if resume:
        training.restore()
    training.run(report)
    return training.finish()


class _Training:
    """A network on its way: its weights, their average, the optimiser, and the epochs done."""

    def __init__(
        self,
        data: TrainingSet,
        settings: CnnSettings,
        folder: Path,
        start: TrainedWeights | None,
    ) -> None:
        self.data, self.settings, self.folder = data, settings, folder
        self.start = start
        self.digits = join(data.fit, data.extra)
        self.hard = draw_epoch(data.validation, settings.mixture, data.seed, JUDGED)
        self.model = build_network(settings.layers, data.seed)
        if start:
            start_from(start, self.model, self.hard.images)
        self.steps = -(-settings.mixture.total(len(self.digits.images)) // settings.batch)
        self.optimizer = _make_optimizer(settings, self.steps)
        self.optimizer.build(self.model.trainable_variables)
        self.model.compile(self.optimizer, _make_loss(), jit_compile=False)
        self.average: Weights = self.model.get_weights()
        self.epoch = 0

    def run(self, report: Report) -> None:
        """Train from the epoch reached to the last."""
        for glyphs in _draw_ahead(self.digits, self.settings, self.data.seed, self.epoch):
            loss = self._run_epoch(glyphs, report)
            self.epoch += 1
            self._keep()
            easy, hard = self.judge(self.average)
            report(Progress(self.epoch, self.settings.epochs, 0, self.steps, loss, easy, hard))

    def _run_epoch(self, glyphs: Digits, report: Report) -> float:
        """Show every glyph once; returns the loss of the last batch."""
        random = np.random.default_rng([self.data.seed, JUDGED + 1 + self.epoch])
        order, batch, loss = random.permutation(len(glyphs.labels)), self.settings.batch, 0.0
        for step, start in enumerate(range(0, len(order), batch)):
            chosen = order[start : start + batch]
            images = to_float(glyphs.images[chosen])
            loss = float(self.model.train_on_batch(images, glyphs.labels[chosen]))
            if step % AVERAGE_EVERY == 0:
                self._average(self.epoch * self.steps + step)
            report(Progress(self.epoch, self.settings.epochs, step, self.steps, loss))
        return loss

    def _average(self, step: int) -> None:
        """Let the average follow the weights: fast at first, later over ``average`` steps."""
        looks = 1 + step / AVERAGE_EVERY
        share = max(AVERAGE_EVERY / self.settings.average, 1 / looks)
        for mean, now in zip(self.average, self.model.get_weights(), strict=True):
            mean += share * (now - mean)

    def judge(self, weights: Weights) -> tuple[float, float]:
        """Error of these weights on MNIST's validation digits and on the harder glyphs."""
        easy, hard = (self.scores(one, weights) for one in (self.data.validation, self.hard))
        return error_rate(easy, self.data.validation.labels), error_rate(hard, self.hard.labels)

    def scores(self, glyphs: Digits, weights: Weights) -> Scores:
        """Logits (N, 11) of glyphs under other weights than those being trained."""
        kept = self.model.get_weights()
        self.model.set_weights(weights)
        scores = _score(self.model, glyphs.images)
        self.model.set_weights(kept)
        return scores

    def _facts(self) -> dict[str, Any]:
        """What must be the same for a training to go on from a checkpoint."""
        facts = {"settings": dataclasses.asdict(self.settings), "data": self.data.sha256}
        count, start = len(self.digits.images), self.start and self.start.sha256
        return {**facts, "seed": self.data.seed, "digits": count, "start": start}

    def _keep(self) -> None:
        variables = [*self.model.variables, *self.optimizer.variables]
        arrays = [np.asarray(variable) for variable in variables] + self.average
        save_checkpoint(self.folder, arrays, {**self._facts(), "epoch": self.epoch})

    def restore(self) -> None:
        """Go on from the checkpoint in the folder."""
        arrays, facts = load_checkpoint(self.folder)
        epoch = facts.pop("epoch", None)
        variables = [*self.model.variables, *self.optimizer.variables]
        fits = len(arrays) == len(variables) + len(self.average)
        if facts != self._facts() or not isinstance(epoch, int) or not fits:
            raise ModelError(
                f"{self.folder}: the checkpoint is of a training with other data or settings; "
                "use the same, or start without --resume"
            )
        for variable, array in zip(variables, arrays, strict=False):
            variable.assign(array)
        self.average = arrays[len(variables) :]
        self.epoch = epoch

    def finish(self) -> Trained:
        """Choose the average or the last weights, blend with the start, calibrate, and export."""
        judges = join(self.data.validation, self.hard)
        candidates = {"average": self.average, "last": self.model.get_weights()}
        surprise = {
            name: mean_surprise(self.scores(judges, weights), judges.labels)
            for name, weights in candidates.items()
        }
        chosen = min(candidates, key=lambda name: surprise[name])
        self.model.set_weights(candidates[chosen])
        choices: dict[str, str | float] = {"weights": chosen}
        if self.start:
            blended = blend(self.start, weights_of(self.model), self.settings.blend)
            start_from(blended, self.model, self.hard.images)
            choices["start"] = self.start.sha256
        bias, temperature = choose_calibration(
            _score(self.model, judges.images), judges.labels, junk_weights(judges.labels)
        )
        add_bias(self.model, NOT_A_DIGIT, bias)
        add_bias(self.model, 4, self.settings.fours)
        card = self._make_card(temperature, {**choices, "junk bias": bias})
        model = self.model
        return Trained(
            convert_network(model, temperature),
            card,
            lambda images: _score(model, images).argmax(axis=1).astype(np.uint8),
        )

    def _make_card(self, temperature: float, choices: dict[str, str | float]) -> ModelCard:
        easy, hard = (_score(self.model, one.images) for one in (self.data.validation, self.hard))
        labels, count = self.data.validation.labels, len(self.digits.images)
        real = softmax(easy / temperature)
        settings = self.settings
        return ModelCard(
            name="cnn",
            kind="cnn",
            deskew=False,
            data=self.data.name,
            data_sha256=self.data.sha256,
            seed=self.data.seed,
            temperature=temperature,
            made_by=f"digitscan {__version__}",
            counts={"digits": count, "glyphs an epoch": settings.mixture.total(count)},
            figures={
                "validation error": error_rate(easy, labels),
                "aged and drawn error": error_rate(hard, self.hard.labels),
                "not a digit caught": caught_junk(real, softmax(hard / temperature), self.hard),
            },
            settings={**flat_settings(settings), **choices, "epochs done": self.epoch},
            versions=_versions(),
        )


def _versions() -> dict[str, str]:
    """Name the packages that matter; TensorFlow's own goes by several names."""
    import tensorflow

    packages = package_versions("keras", "numpy", "opencv-python-headless")
    return {"tensorflow": str(tensorflow.__version__), **packages}


def caught_junk(real: Scores, judged: Scores, glyphs: Digits, refused: float = 0.01) -> float:
    """Tell the share of junk that is caught where ``refused`` of the real digits are.

    ``real`` and ``judged`` are probabilities (N, 11) of real digits and of ``glyphs``.
    """
    threshold = float(np.quantile(real[:, NOT_A_DIGIT], 1 - refused))
    junk = judged[glyphs.labels == NOT_A_DIGIT]
    return float((junk[:, NOT_A_DIGIT] > threshold).mean()) if len(junk) else 0.0


def junk_weights(labels: Labels) -> npt.NDArray[np.float64]:
    """How much each glyph counts for calibration, (N,): junk as little as it is on real pages."""
    junk = labels == NOT_A_DIGIT
    per_junk = JUNK_PRIOR / (1 - JUNK_PRIOR) * (~junk).sum() / max(1, int(junk.sum()))
    return np.where(junk, per_junk, 1.0)


def error_rate(scores: Scores, labels: Labels) -> float:
    """Share of glyphs, 0…1, whose highest score is not their label's."""
    return float((scores.argmax(axis=1) != labels).mean())


def _make_optimizer(settings: CnnSettings, steps: int) -> Any:
    import keras

    schedule = _make_schedule(settings, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=settings.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _make_schedule(settings: CnnSettings, steps: int) -> Any:
    """A warm-up and a cosine."""
    import keras

    warm_up = max(1, round(settings.warm_up_epochs * steps))
    return keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 100,
        max(1, settings.epochs * steps - warm_up),
        alpha=0.001,
        warmup_target=settings.learning_rate,
        warmup_steps=warm_up,
    )


def _make_loss() -> Any:
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def _draw_ahead(
    digits: Digits, settings: CnnSettings, seed: int, first_epoch: int
) -> Iterator[Digits]:
    """Give the glyphs of one epoch after another, drawing the next ones meanwhile."""
    numbers = [epoch // settings.shows for epoch in range(first_epoch, settings.epochs)]

    def draw(number: int) -> Digits:
        return draw_epoch(digits, settings.mixture_of(number), seed, number)

    with ThreadPoolExecutor(1) as pool:
        waiting: dict[int, Future[Digits]] = {}
        for place, number in enumerate(numbers):
            for ahead in (number, number + 1):
                if ahead <= numbers[-1] and ahead not in waiting:
                    waiting[ahead] = pool.submit(draw, ahead)
            yield waiting[number].result()
            if place + 1 < len(numbers) and numbers[place + 1] != number:
                del waiting[number]


def _score(model: Any, images: Images) -> Scores:
    """Logits (N, 11) of (N, 28, 28) uint8 glyphs."""
    batches = [
        np.asarray(model(to_float(images[start : start + JUDGE_BATCH]), training=False))
        for start in range(0, len(images), JUDGE_BATCH)
    ]
    return np.concatenate(batches).astype(np.float64)
