"""The bytes of an ONNX file in; its metadata, and whether it asks for more than plain arithmetic.

A look at the file's structure (Protocol Buffers) before the runtime gets it: no operator from
outside the ONNX standard, no weights in other files, no loops or branches, no functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from digitscan.errors import ModelError

STANDARD_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml"})

Value = int | memoryview

MODEL_GRAPH, MODEL_OPSET, MODEL_METADATA, MODEL_TRAINING, MODEL_FUNCTIONS = 7, 8, 14, 20, 25
GRAPH_NODE, GRAPH_INITIALIZER, GRAPH_SPARSE = 1, 5, 15
NODE_ATTRIBUTE, NODE_DOMAIN = 5, 7
ATTRIBUTE_TENSOR, ATTRIBUTE_GRAPH, ATTRIBUTE_TENSORS, ATTRIBUTE_GRAPHS = 5, 6, 10, 11
TENSOR_EXTERNAL, TENSOR_LOCATION = 13, 14
OPSET_DOMAIN = 1
ENTRY_KEY, ENTRY_VALUE = 1, 2
"""Field numbers of onnx.proto, as the ONNX standard fixes them."""


def read_metadata(content: bytes) -> dict[str, str]:
    """Give the metadata of an ONNX model, having checked that it is plain arithmetic.

    Raises
    ------
    ModelError
        If ``content`` is no ONNX model, is cut short, or asks for anything that is refused.
    """
    metadata = {}
    graphs = 0
    for number, value in _fields(memoryview(content)):
        if number == MODEL_GRAPH:
            graphs += 1
            _check_graph(_message(value))
        elif number == MODEL_OPSET:
            _check_domain(_message(value), OPSET_DOMAIN)
        elif number == MODEL_METADATA:
            entry = dict(_fields(_message(value)))
            metadata[_text(entry.get(ENTRY_KEY))] = _text(entry.get(ENTRY_VALUE))
        elif number in (MODEL_TRAINING, MODEL_FUNCTIONS):
            raise ModelError("the model brings functions of its own, which are refused")
    if graphs != 1:
        raise ModelError("not an ONNX model")
    return metadata


def _check_graph(graph: memoryview) -> None:
    for number, value in _fields(graph):
        if number == GRAPH_NODE:
            _check_node(_message(value))
        elif number == GRAPH_INITIALIZER:
            _check_tensor(_message(value))
        elif number == GRAPH_SPARSE:
            raise ModelError("the model holds sparse weights, which are refused")


def _check_node(node: memoryview) -> None:
    _check_domain(node, NODE_DOMAIN)
    for number, value in _fields(node):
        if number == NODE_ATTRIBUTE:
            for kind, part in _fields(_message(value)):
                if kind in (ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS):
                    raise ModelError("the model holds loops or branches, which are refused")
                if kind in (ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS):
                    _check_tensor(_message(part))


def _check_tensor(tensor: memoryview) -> None:
    for number, value in _fields(tensor):
        if number == TENSOR_EXTERNAL or (number == TENSOR_LOCATION and value):
            raise ModelError("the model keeps weights in other files, which are refused")


def _check_domain(message: memoryview, number: int) -> None:
    for found, value in _fields(message):
        if found == number and _text(value) not in STANDARD_DOMAINS:
            raise ModelError(
                f"the model uses operators outside the ONNX standard ({_text(value)[:100]!r}), "
                "which are refused"
            )


def _fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Walk a Protocol Buffers message: field number and value, nested messages as bytes."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            value, position = _varint(message, position)
            yield number, value
            continue
        if wire_type == 2:
            length, position = _varint(message, position)
        elif wire_type in (1, 5):
            length = 8 if wire_type == 1 else 4
        else:
            raise ModelError("not an ONNX model")
        if number == 0 or position + length > len(message):
            raise ModelError("not an ONNX model, or one that was cut short")
        yield number, message[position : position + length]
        position += length


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            break
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ModelError("not an ONNX model, or one that was cut short")


def _message(value: Value) -> memoryview:
    if isinstance(value, int):
        raise ModelError("not an ONNX model")
    return value


def _text(value: Value | None) -> str:
    if value is None:
        return ""
    try:
        return bytes(_message(value)).decode()
    except UnicodeDecodeError as error:
        raise ModelError("not an ONNX model: a text in it is no UTF-8") from error
