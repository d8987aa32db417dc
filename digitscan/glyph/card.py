"""The card inside a model file: JSON text in, a checked ``ModelCard`` out, and back.

A model says by its card what it is, what it learned from and how well it did on digits that it
was not fitted to. Nothing in a card is ever executed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NoReturn

from digitscan.errors import ModelError
from digitscan.values import CLASS_COUNT

METADATA_KEY = "digitscan"
"""Under this key of the ONNX metadata a model file keeps its card."""
CARD_FORMAT = 1
GLYPH_SIDE = 28
KINDS = ("logistic", "svm", "cnn")
CLASSES = (*(str(digit) for digit in range(10)), "not one digit")
MAX_CARD_CHARACTERS = 2**16
MAX_TEXT_CHARACTERS = 1000

Setting = str | int | float | bool


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model file says about itself.

    ``deskew`` tells the classifier to straighten glyphs before the network sees them.
    ``temperature`` divides the logits inside the network; it is kept here for the record only.
    ``figures`` are measured on validation digits, as shares 0…1; ``counts`` are numbers of
    training glyphs by where they came from.
    """

    name: str
    kind: str
    deskew: bool
    data: str
    data_sha256: str
    seed: int
    temperature: float
    made_by: str
    counts: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    glyph_side: int = GLYPH_SIDE
    classes: tuple[str, ...] = CLASSES
    format: int = CARD_FORMAT

    def __post_init__(self) -> None:
        """Check every value; raises ``ModelError`` on the first that is wrong."""
        if self.format != CARD_FORMAT:
            _refuse(f"its format is {self.format!r}, this digitscan reads {CARD_FORMAT}")
        _check_types(self)
        if self.kind not in KINDS:
            _refuse(f"its kind is {self.kind!r}, not one of {', '.join(KINDS)}")
        if self.glyph_side != GLYPH_SIDE:
            _refuse(f"it reads glyphs of {self.glyph_side} pixels, not {GLYPH_SIDE}")
        if tuple(self.classes) != CLASSES:
            _refuse(f"its classes are not the {CLASS_COUNT} that digitscan knows")
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            _refuse(f"its temperature is {self.temperature}")
        if any(not math.isfinite(value) for value in self.figures.values()):
            _refuse("one of its figures is not a number")
        if any(count < 0 for count in self.counts.values()):
            _refuse("one of its counts is negative")

    def to_json(self) -> str:
        """Write the card as JSON text with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> ModelCard:
        """Read and check a card.

        Raises
        ------
        ModelError
            If ``text`` is no JSON object, or a key or value is missing, unknown or wrong.
        """
        if len(text) > MAX_CARD_CHARACTERS:
            _refuse(f"it is longer than {MAX_CARD_CHARACTERS} characters")
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ModelError(f"the model's card is wrong: it is not JSON ({error})") from error
        if not isinstance(values, dict):
            _refuse("it is not a JSON object")
        if values.get("format") != CARD_FORMAT:
            _refuse(f"its format is {values.get('format')!r}, this digitscan reads {CARD_FORMAT}")
        known = {each.name for each in fields(cls)}
        if wrong := sorted(known.symmetric_difference(values)):
            _refuse(f"keys missing or unknown: {', '.join(wrong)[:MAX_TEXT_CHARACTERS]}")
        if isinstance(values["classes"], list):
            values["classes"] = tuple(values["classes"])
        return cls(**values)


def _refuse(problem: str) -> NoReturn:
    raise ModelError(f"the model's card is wrong: {problem}")


def _check_types(card: ModelCard) -> None:
    for name in ("name", "kind", "data", "data_sha256", "made_by"):
        _check_text(name, getattr(card, name))
    for name in ("seed", "glyph_side"):
        _check(name, getattr(card, name), (int,), "a whole number")
    _check("deskew", card.deskew, (bool,), "true or false")
    _check("temperature", card.temperature, (int, float), "a number")
    _check("classes", card.classes, (tuple,), "a list")
    _check_values("counts", card.counts, (int,), "whole numbers")
    _check_values("figures", card.figures, (int, float), "numbers")
    _check_values("settings", card.settings, (str, int, float, bool), "texts or numbers")
    _check_values("versions", card.versions, (str,), "texts")


def _check(name: str, value: Any, kinds: tuple[type, ...], wanted: str) -> None:
    """Compare the exact type: a bool is no number here."""
    if type(value) not in kinds:
        _refuse(f"its {name} is not {wanted}")


def _check_text(name: str, value: Any) -> None:
    _check(name, value, (str,), "text")
    if len(value) > MAX_TEXT_CHARACTERS:
        _refuse(f"its {name} is longer than {MAX_TEXT_CHARACTERS} characters")


def _check_values(name: str, values: Any, kinds: tuple[type, ...], wanted: str) -> None:
    if not isinstance(values, Mapping):
        _refuse(f"its {name} is not an object")
    for key, value in values.items():
        if type(key) is not str or type(value) not in kinds:
            _refuse(f"its {name} are not {wanted}")
