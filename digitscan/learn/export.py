"""A network of plain ONNX operators and a card in, a model file out.

``Network`` is what the classical models are written in: the same operators compute the features
when a model is trained and when it is read, so the two cannot differ.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from digitscan.errors import OutputError, UsageError
from digitscan.glyph.card import GLYPH_SIDE, METADATA_KEY, ModelCard
from digitscan.values import CLASS_COUNT, NOT_A_DIGIT

OPSET = 17
IR_VERSION = 8
"""What ONNX Runtime reads since 1.12, and all that the operators here need."""
FLOAT = 1
"""ONNX's number for float32."""
RUN_BATCH = 64
"""As in the classifier: what 64 glyphs need on the way stays in a processor's cache."""

FloatArray = npt.NDArray[np.float32]


class Network:
    """ONNX operators, added one after another; each answer is known by a name."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """Keep fixed values in the model; returns their name."""
        import onnx

        name = f"constant_{len(self._constants)}"
        array = np.ascontiguousarray(values, dtype)
        self._constants.append(onnx.numpy_helper.from_array(array, name))
        return name

    def half_constant(self, values: npt.ArrayLike) -> str:
        """Keep fixed values in two bytes each; they come out as float32."""
        return self.add("Cast", self.constant(values, np.float16), to=FLOAT)

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add one operator; returns the name of its answer."""
        import onnx

        name = f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(onnx.helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def split(self, source: str, sizes: str, count: int) -> list[str]:
        """Cut (N, k) into ``count`` parts of ``sizes`` columns each."""
        import onnx

        names = [f"split_{len(self._nodes)}_{part}" for part in range(count)]
        self._nodes.append(onnx.helper.make_node("Split", [source, sizes], names, axis=1))
        return names

    def scale(self, source: str, factor: float) -> str:
        """Multiply by a number."""
        return self.add("Mul", source, self.constant(factor))

    def reshape(self, source: str, *shape: int) -> str:
        """Give the values another shape; -1 is whatever is left."""
        return self.add("Reshape", source, self.constant(shape, np.int64))

    def affine(self, source: str, weights: npt.ArrayLike, bias: npt.ArrayLike) -> str:
        """Multiply (N, k) by ``weights`` (k, m) and add ``bias`` (m,)."""
        return self.add("Gemm", source, self.constant(weights), self.constant(bias))

    def model(self, **outputs: tuple[str, int]) -> Any:
        """Close the network: from ``glyphs`` (N, 28, 28, 1) to outputs, each a name and a width."""
        import onnx

        helper, kind = onnx.helper, onnx.TensorProto.FLOAT
        nodes = [
            *self._nodes,
            *(helper.make_node("Identity", [name], [out]) for out, (name, _) in outputs.items()),
        ]
        graph = helper.make_graph(
            nodes,
            "digitscan",
            [helper.make_tensor_value_info("glyphs", kind, ["N", GLYPH_SIDE, GLYPH_SIDE, 1])],
            [
                helper.make_tensor_value_info(out, kind, ["N", width])
                for out, (_, width) in outputs.items()
            ],
            self._constants,
        )
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def classifier(self, scores: str, temperature: float, junk_bias: float = 0.0) -> Any:
        """Close the network as a model: a bias for class 10, a temperature, then softmax."""
        bias = np.where(np.arange(CLASS_COUNT) == NOT_A_DIGIT, junk_bias, 0.0)
        logits = self.scale(self.add("Add", scores, self.constant(bias)), 1 / temperature)
        probabilities = self.add("Softmax", logits, axis=1)
        return self.model(logits=(logits, CLASS_COUNT), probabilities=(probabilities, CLASS_COUNT))


def run_network(model: Any, glyphs: npt.NDArray[np.uint8], threads: int = 1) -> list[FloatArray]:
    """Run a model over (N, 28, 28) uint8 glyphs; returns each output, (N, k) float32."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"], enable_fallback=0
    )
    outputs = session.get_outputs()
    results = [np.empty((len(glyphs), one.shape[1]), np.float32) for one in outputs]
    for start in range(0, len(glyphs), RUN_BATCH):
        rows = slice(start, start + RUN_BATCH)
        batch = glyphs[rows, :, :, None].astype(np.float32) / 255
        for result, part in zip(results, session.run(None, {"glyphs": batch}), strict=True):
            result[rows] = part
    return results


def write_model(path: Path, network: Any, card: ModelCard) -> None:
    """Write an ONNX model with its card, under a temporary name first: whole or not at all.

    Parameters
    ----------
    network : onnx.ModelProto
        Input ``glyphs`` float32 (N, 28, 28, 1), outputs ``logits`` and ``probabilities`` (N, 11).

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    import onnx

    model = onnx.ModelProto()
    model.CopyFrom(network)
    model.producer_name = "digitscan"
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    onnx.checker.check_model(model)
    content = model.SerializeToString(deterministic=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path}: the model can't be written ({error})") from error


def require_training_packages(*modules: str) -> None:
    """Check that packages needed to train are installed, before any work is done.

    Raises
    ------
    UsageError
        If one is missing; says how to install it.
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise UsageError(
            f"training needs {', '.join(missing)}, not installed; "
            "install them with: pip install 'digitscan[train]'"
        )


def package_versions(*packages: str) -> dict[str, str]:
    """Tell the versions of those ``packages`` that are installed, for a model's card."""
    installed = {}
    for package in packages:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            installed[package] = importlib.metadata.version(package)
    return installed
