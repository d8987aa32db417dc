"""Glyphs in, class probabilities out: one class for every kind of model.

A model is one ONNX file with a card inside, named (``cnn``) or given by its path. Whatever is
wrong with a file becomes a ``ModelError`` that says what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from digitscan.errors import ModelError
from digitscan.glyph.card import METADATA_KEY, ModelCard
from digitscan.glyph.container import read_metadata
from digitscan.glyph.deskew import deskew_glyphs
from digitscan.values import CLASS_COUNT, GreyImage, Probabilities

MAX_MODEL_BYTES = 64 * 2**20
MAX_BATCH = 64
"""Glyphs a run. What 64 need on the way stays in a processor's cache: an SVM's glyph took 94 µs,
at 256 a run 165 µs; a network's 213 µs at either."""
MODEL_FOLDERS = (
    Path(__file__).resolve().parents[1] / "trained",
    Path(__file__).resolve().parents[2] / "models",
)
"""Where named models lie: in an installed package, else beside the package in a checkout."""

_RUNTIME_ERRORS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.NoSuchFile,
    ort_errors.RuntimeException,
    RuntimeError,
    UnicodeDecodeError,
)
"""What ONNX Runtime raises on a file that is damaged, the last where a name in it is no text.

Its fallback is switched off because it prints to standard output, where only rows belong.
"""


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model ready to read glyphs. Make one with ``load_classifier``."""

    card: ModelCard
    session: ort.InferenceSession

    def classify(self, glyphs: GreyImage) -> Probabilities:
        """Tell what each glyph shows.

        Parameters
        ----------
        glyphs : (N, 28, 28) uint8
            As ``normalise_glyph`` makes them; 0 is paper.

        Returns
        -------
        (N, 11) float32
            Calibrated probabilities of the digits 0…9 and of *not one digit*; rows sum to 1.
        """
        return self._run(glyphs, "probabilities")

    def logits(self, glyphs: GreyImage) -> Probabilities:
        """Give the (N, 11) float32 scores whose softmax are the probabilities."""
        return self._run(glyphs, "logits")

    def _run(self, glyphs: GreyImage, output: str) -> Probabilities:
        side = self.card.glyph_side
        if glyphs.ndim != 3 or glyphs.shape[1:] != (side, side) or glyphs.dtype != np.uint8:
            raise ValueError(f"glyphs must be (N, {side}, {side}) uint8")
        if self.card.deskew:
            glyphs = deskew_glyphs(glyphs)
        results = np.empty((len(glyphs), CLASS_COUNT), np.float32)
        for start in range(0, len(glyphs), MAX_BATCH):
            batch = glyphs[start : start + MAX_BATCH, :, :, None].astype(np.float32) / 255
            results[start : start + MAX_BATCH] = self.session.run([output], {"glyphs": batch})[0]
        return results


def load_classifier(name_or_path: str, threads: int = 1) -> Classifier:
    """Load a model by name, as ``cnn``, or by the path of its file.

    Parameters
    ----------
    threads : int
        How many threads one run may use. One is right where pages are spread over processes.

    Raises
    ------
    ModelError
        If there is no such file, or it is not a model that digitscan made.
    """
    path = find_model(name_or_path)
    content, card = read_model(path)
    try:
        session = _open_session(content, threads)
        _check_interface(session)
        _try_out(session)
    except ModelError as error:
        raise _named(path, error) from error
    return Classifier(card, session)


def find_model(name_or_path: str) -> Path:
    """Tell which file is meant; a bare name such as ``cnn`` is looked for in ``MODEL_FOLDERS``."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name_or_path):
        return Path(name_or_path)
    for folder in MODEL_FOLDERS:
        path = folder / f"{name_or_path}.onnx"
        if path.is_file():
            return path
    installed = ", ".join(path.stem for path in installed_models()) or "none"
    raise ModelError(
        f"{name_or_path}: no such model (installed: {installed}); train one with "
        "'digitscan train' and give the path of its file"
    )


def installed_models() -> list[Path]:
    """List the files of the named models, each name once."""
    found: dict[str, Path] = {}
    for folder in MODEL_FOLDERS:
        for path in sorted(folder.glob("*.onnx")):
            found.setdefault(path.stem, path)
    return list(found.values())


def read_model(path: Path) -> tuple[bytes, ModelCard]:
    """Read a model file and its card without running anything.

    Raises
    ------
    ModelError
        If the file is missing, too large, no ONNX model, has no card, or asks for more than
        plain arithmetic.
    """
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise ModelError(f"larger than {MAX_MODEL_BYTES // 2**20} MB; not a digitscan model")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise _named(
            path, "no such model file; 'digitscan models' lists those installed"
        ) from error
    except (OSError, ModelError) as error:
        raise _named(path, error) from error
    try:
        metadata = read_metadata(content)
        if METADATA_KEY not in metadata:
            raise ModelError("an ONNX model, but not one that digitscan made (it has no card)")
        return content, ModelCard.from_json(metadata[METADATA_KEY])
    except ModelError as error:
        raise _named(path, error) from error


def _named(path: Path, problem: object) -> ModelError:
    reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else problem
    return ModelError(f"{path}: {reason}")


def _open_session(content: bytes, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    try:
        return ort.InferenceSession(
            content, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except _RUNTIME_ERRORS as error:
        raise ModelError(f"a damaged ONNX model ({_first_line(error)})") from error


def _check_interface(session: ort.InferenceSession) -> None:
    try:
        inputs = {each.name: (each.type, each.shape[1:]) for each in session.get_inputs()}
        outputs = {each.name: (each.type, each.shape[1:]) for each in session.get_outputs()}
    except _RUNTIME_ERRORS as error:
        raise ModelError(f"a damaged ONNX model ({_first_line(error)})") from error
    if inputs != {"glyphs": ("tensor(float)", [28, 28, 1])}:
        raise ModelError(f"the model's inputs are not digitscan's: {inputs}")
    wanted = ("tensor(float)", [CLASS_COUNT])
    if outputs != {"logits": wanted, "probabilities": wanted}:
        raise ModelError(f"the model's outputs are not digitscan's: {outputs}")


def _try_out(session: ort.InferenceSession) -> None:
    """Run two empty glyphs: a model that can't is told of now, not in the middle of a page."""
    try:
        logits, probabilities = session.run(
            ["logits", "probabilities"], {"glyphs": np.zeros((2, 28, 28, 1), np.float32)}
        )
    except _RUNTIME_ERRORS as error:
        raise ModelError(f"the model can't be run ({_first_line(error)})") from error
    shapes = (logits.shape, probabilities.shape)
    if shapes != ((2, CLASS_COUNT),) * 2 or not np.allclose(
        probabilities.sum(axis=1), 1, atol=1e-3
    ):
        raise ModelError("the model's answers are not probabilities of 11 classes")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
