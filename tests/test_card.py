from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from digitscan.errors import ModelError
from digitscan.glyph.card import MAX_CARD_CHARACTERS, ModelCard

CARD = ModelCard(
    name="svm",
    kind="svm",
    deskew=True,
    data="MNIST",
    data_sha256="ab" * 32,
    seed=1,
    temperature=0.7,
    made_by="digitscan 0.1.0",
    counts={"digits": 60000, "junk": 5000},
    figures={"validation_error": 0.0031},
    settings={"penalty": 10.0, "signed": True, "grid": "4 7"},
    versions={"numpy": "2.4.6"},
)


def changed(**changes: Any) -> str:
    values = json.loads(CARD.to_json())
    values.update(changes)
    return json.dumps(values)


def test_a_card_survives_its_json() -> None:
    assert ModelCard.from_json(CARD.to_json()) == CARD


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "its format is 2"),
        ({"kind": "oracle"}, "its kind is 'oracle'"),
        ({"name": 7}, "its name is not text"),
        ({"name": "x" * 5000}, "longer than 1000"),
        ({"deskew": 1}, "its deskew is not true or false"),
        ({"seed": True}, "its seed is not a whole number"),
        ({"seed": 1.5}, "its seed is not a whole number"),
        ({"temperature": 0}, "its temperature is 0"),
        ({"temperature": -1.0}, "its temperature"),
        ({"temperature": "warm"}, "its temperature is not a number"),
        ({"temperature": float("nan")}, "its temperature"),
        ({"classes": list("abcdefghijk")}, "its classes"),
        ({"classes": "0123456789"}, "its classes is not a list"),
        ({"classes": [[]]}, "its classes"),
        ({"glyph_side": 32}, "glyphs of 32 pixels"),
        ({"counts": {"digits": -1}}, "counts is negative"),
        ({"counts": {"digits": 1.5}}, "its counts are not whole numbers"),
        ({"figures": {"validation_error": float("inf")}}, "not a number"),
        ({"figures": []}, "its figures is not an object"),
        ({"settings": {"deep": {}}}, "its settings are not"),
        ({"versions": {"numpy": 2}}, "its versions are not"),
        ({"surprise": 1}, "keys missing or unknown: surprise"),
    ],
)
def test_a_wrong_card_says_what_is_wrong(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        ModelCard.from_json(changed(**changes))


def test_a_missing_key_is_named() -> None:
    values = json.loads(CARD.to_json())
    del values["data"]
    with pytest.raises(ModelError, match="missing or unknown: data"):
        ModelCard.from_json(json.dumps(values))


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "null", '{"format": 1}', "[" * 9999, " " * MAX_CARD_CHARACTERS * 2],
)
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="card is wrong"):
        ModelCard.from_json(text)


def test_a_card_can_not_be_made_wrong() -> None:
    with pytest.raises(ModelError, match="temperature"):
        dataclasses.replace(CARD, temperature=float("inf"))
