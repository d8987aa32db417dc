from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitscan.errors import ModelError
from digitscan.glyph import classifier
from digitscan.glyph.card import ModelCard
from digitscan.glyph.classifier import load_classifier, read_model
from digitscan.glyph.deskew import deskew_glyph, deskew_glyphs
from digitscan.learn.export import Network, write_model

CARD = ModelCard(
    name="linear",
    kind="logistic",
    deskew=True,
    data="noise",
    data_sha256="00",
    seed=5,
    temperature=2.0,
    made_by="0",
)
RNG = np.random.default_rng(5)
WEIGHTS = RNG.normal(size=(784, 11)).astype(np.float32)
GLYPHS = RNG.integers(0, 256, (600, 28, 28)).astype(np.uint8)


def linear(width: int = 11) -> onnx.ModelProto:
    """A tiny model: scores are weighted sums of the pixels."""
    network = Network()
    pixels = network.reshape("glyphs", -1, 784)
    scores = network.affine(pixels, WEIGHTS[:, :width], np.zeros(width))
    return network.classifier(scores, temperature=2.0)


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    write_model(path, linear(), CARD)
    return path


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def test_probabilities_are_the_networks(model_file: Path) -> None:
    loaded = load_classifier(str(model_file))
    assert loaded.card == CARD
    straight = deskew_glyphs(GLYPHS).reshape(600, 784) / np.float32(255)
    expected = softmax(straight @ WEIGHTS / 2)
    np.testing.assert_allclose(loaded.classify(GLYPHS), expected, atol=1e-4)
    np.testing.assert_allclose(softmax(loaded.logits(GLYPHS)), expected, atol=1e-4)
    assert loaded.classify(GLYPHS).dtype == np.float32


def test_batches_do_not_change_the_answer(model_file: Path) -> None:
    loaded = load_classifier(str(model_file))
    one_by_one = np.concatenate([loaded.classify(GLYPHS[i : i + 1]) for i in range(300)])
    np.testing.assert_allclose(loaded.classify(GLYPHS[:300]), one_by_one, atol=1e-5)


def test_no_glyphs_give_no_rows(model_file: Path) -> None:
    assert load_classifier(str(model_file)).classify(GLYPHS[:0]).shape == (0, 11)


@pytest.mark.parametrize(
    "glyphs", [GLYPHS[0], GLYPHS[:, :20], GLYPHS.astype(np.float32), GLYPHS[..., None]]
)
def test_glyphs_of_another_form_are_a_callers_mistake(model_file: Path, glyphs: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        load_classifier(str(model_file)).classify(glyphs)


def test_a_missing_file_says_how_to_list_models(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx: no such model file; 'digitscan models'"):
        load_classifier(str(tmp_path / "none.onnx"))


def test_an_unknown_name_lists_those_installed(
    model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier, "MODEL_FOLDERS", (model_file.parent,))
    assert load_classifier("model").card == CARD
    with pytest.raises(ModelError, match=r"installed: model\).*digitscan train"):
        load_classifier("nonesuch")


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="directory"):
        load_classifier(str(tmp_path))


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(classifier.MAX_MODEL_BYTES + 1)
    with pytest.raises(ModelError, match="larger than 64 MB"):
        load_classifier(str(path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, I am a text file\n",
        b"\x89PNG\r\n\x1a\n" + bytes(99),
        b"\x00" * 50,
        b"\xff" * 50,
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"bad\.onnx: not an ONNX model"):
        load_classifier(str(path))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.999])
def test_a_truncated_model_is_refused(model_file: Path, share: float) -> None:
    content = model_file.read_bytes()
    model_file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError, match=r"model\.onnx"):
        load_classifier(str(model_file))


@pytest.fixture(scope="session")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "model.onnx"
    write_model(path, linear(), CARD)
    return path


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_damaged_model_is_refused_or_still_works(data: st.DataObject, whole_file: Path) -> None:
    content = bytearray(whole_file.read_bytes())
    structure = [*range(600), *range(len(content) - 1500, len(content))]
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.sampled_from(structure))] = data.draw(st.integers(0, 255))
    damaged = whole_file.with_name("damaged.onnx")
    damaged.write_bytes(content)
    try:
        loaded = load_classifier(str(damaged))
    except ModelError as error:
        assert "damaged.onnx" in str(error)
    else:
        assert loaded.classify(GLYPHS[:3]).shape == (3, 11)


def test_a_damaged_name_prints_nothing(model_file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model_file.write_bytes(model_file.read_bytes().replace(b"gemm", b"ge\x80m", 1))
    with pytest.raises(ModelError, match="damaged"):
        load_classifier(str(model_file))
    assert capfd.readouterr() == ("", "")


def test_a_name_of_a_dimension_that_is_no_text_is_refused(model_file: Path) -> None:
    whole = model_file.read_bytes()
    assert b"\x12\x01N" in whole
    model_file.write_bytes(whole.replace(b"\x12\x01N", b"\x12\x01\xce"))
    with pytest.raises(ModelError, match="a damaged ONNX model"):
        load_classifier(str(model_file))


def test_a_foreign_onnx_has_no_card(tmp_path: Path) -> None:
    path = tmp_path / "foreign.onnx"
    path.write_bytes(linear().SerializeToString())
    with pytest.raises(ModelError, match="not one that digitscan made"):
        load_classifier(str(path))


def with_card(model: onnx.ModelProto, path: Path, card: str = "") -> str:
    onnx.helper.set_model_props(model, {"digitscan": card or CARD.to_json()})
    path.write_bytes(model.SerializeToString())
    return str(path)


def test_a_wrong_card_is_refused(tmp_path: Path) -> None:
    path = with_card(linear(), tmp_path / "m.onnx", "{}")
    with pytest.raises(ModelError, match=r"m\.onnx: the model's card is wrong"):
        load_classifier(path)


def test_a_model_of_other_outputs_is_refused(tmp_path: Path) -> None:
    network = Network()
    scores = network.affine(network.reshape("glyphs", -1, 784), WEIGHTS, np.zeros(11))
    path = with_card(network.model(logits=(scores, 11)), tmp_path / "m.onnx")
    with pytest.raises(ModelError, match="outputs are not digitscan's"):
        load_classifier(path)


def test_a_model_of_ten_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"damaged|outputs are not|not probabilities"):
        load_classifier(with_card(linear(width=10), tmp_path / "m.onnx"))


def test_answers_that_are_no_probabilities_are_refused(tmp_path: Path) -> None:
    network = Network()
    scores = network.affine(network.reshape("glyphs", -1, 784), WEIGHTS, np.ones(11))
    model = network.model(logits=(scores, 11), probabilities=(scores, 11))
    with pytest.raises(ModelError, match="not probabilities"):
        load_classifier(with_card(model, tmp_path / "m.onnx"))


def foreign_operator(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.evil"


def foreign_opset(model: onnx.ModelProto) -> None:
    model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))


def external_weights(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def external_attribute(model: onnx.ModelProto) -> None:
    tensor = onnx.numpy_helper.from_array(np.zeros(3, np.float32))
    tensor.data_location = onnx.TensorProto.EXTERNAL
    model.graph.node.append(onnx.helper.make_node("Constant", [], ["c"], value=tensor))


def branch(model: onnx.ModelProto) -> None:
    body = onnx.helper.make_graph([], "body", [], [])
    model.graph.node.append(
        onnx.helper.make_node("If", ["glyphs"], ["x"], then_branch=body, else_branch=body)
    )


def function(model: onnx.ModelProto) -> None:
    model.functions.append(onnx.FunctionProto(name="f", domain=""))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (foreign_operator, "outside the ONNX standard"),
        (foreign_opset, "outside the ONNX standard"),
        (external_weights, "weights in other files"),
        (external_attribute, "weights in other files"),
        (branch, "loops or branches"),
        (function, "functions of its own"),
    ],
)
def test_more_than_arithmetic_is_refused(
    tmp_path: Path, harm: Callable[[Any], None], message: str
) -> None:
    model = linear()
    harm(model)
    path = with_card(model, tmp_path / "m.onnx")
    with pytest.raises(ModelError, match=message):
        read_model(Path(path))


def test_deskewing_takes_the_slant_out() -> None:
    slanted = np.zeros((28, 28), np.uint8)
    cv2.line(slanted, (18, 5), (10, 22), 255, 2)
    moments = cv2.moments(deskew_glyph(slanted))
    before = cv2.moments(slanted)
    assert abs(before["mu11"] / before["mu02"]) > 0.4
    assert abs(moments["mu11"] / moments["mu02"]) < 0.05
    assert moments["m10"] / moments["m00"] == pytest.approx(13.5, abs=0.2)


def test_deskewing_keeps_emptiness_and_the_original() -> None:
    empty = np.zeros((2, 28, 28), np.uint8)
    assert not deskew_glyphs(empty).any()
    before = GLYPHS[:3].copy()
    deskew_glyphs(GLYPHS[:3])
    np.testing.assert_array_equal(GLYPHS[:3], before)
