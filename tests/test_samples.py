"""Every folder of samples/ is a golden case: its scan must read as its expected.csv says.

A row says what must be read. ``ok`` marks clear ink: it must be read right, and hardly ever may a
person be asked. ``review`` marks ink that is hard to read: a person must be asked,
unless the value is right. ``unreadable`` is ink that is no number: any status that asks a person
will do. ``optional`` is print, or words: it may be found or not. None may be ``ok`` and wrong.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitscan.reader import Reader
from digitscan.values import Box, PageResult, Reading, Record, Status

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FOLDERS = sorted(path.parent for path in SAMPLES.glob("*/expected.csv"))
LEAST_OVERLAP = 0.5
FOR_A_PERSON = {"review", "unreadable", "struck", "rule_failed"}
LEAST_OK = 0.95
"""Share of the clear values that are ``ok``: by what a confidence means, not all right ones are."""
LARGEST_FOLDER_BYTES = 3_000_000


@dataclass(frozen=True, slots=True)
class Expected:
    """One row of an expected.csv."""

    value: str
    status: str
    box: Box

    def __str__(self) -> str:
        where = f"rows {self.box.top}:{self.box.bottom}, columns {self.box.left}:{self.box.right}"
        return f"{self.value or 'nothing'} ({self.status}) at {where}"


def read_expected(folder: Path) -> list[Expected]:
    with (folder / "expected.csv").open(newline="", encoding="utf-8") as stream:
        return [
            Expected(row["value"], row["status"], Box(*(int(row[side]) for side in Box.__slots__)))
            for row in csv.DictReader(stream)
        ]


def scan_of(folder: Path) -> Path:
    (scan,) = folder.glob("scan.*")
    return scan


def overlap(first: Box, second: Box) -> float:
    """Intersection over union, 0…1."""
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    width = min(first.right, second.right) - max(first.left, second.left)
    shared = max(height, 0) * max(width, 0)
    return shared / (first.height * first.width + second.height * second.width - shared)


def find_record(expected: Expected, records: Sequence[Record]) -> int | None:
    """Index of the record that lies where ``expected`` does."""
    shares = [overlap(expected.box, record.field.box) for record in records]
    best = int(np.argmax(shares)) if shares else 0
    return best if shares and shares[best] >= LEAST_OVERLAP else None


def differences(expected: Sequence[Expected], result: PageResult) -> list[str]:
    """What a reading has wrong, one line a field; empty where it is as expected."""
    records = result.records
    places = {row: find_record(row, records) for row in expected}
    lines = [line for row in expected for line in difference(row, places[row], records)]
    order = [place for place in places.values() if place is not None]
    if order != sorted(set(order)):
        names = [records[place].field.name for place in order]
        lines.append(f"the fields come in another order, or twice: {names}")
    extra = [record for k, record in enumerate(records) if k not in order]
    return [*lines, *(f"{told(record)} is a field too many" for record in extra)]


def difference(row: Expected, place: int | None, records: Sequence[Record]) -> list[str]:
    """What is wrong with one field: a line, or nothing."""
    if row.status == "optional":
        return []
    if place is None:
        return [f"{row}: no field was found there"]
    return [] if fits(row, records[place].reading) else [f"{row}: {told(records[place])}"]


def fits(row: Expected, reading: Reading) -> bool:
    """Whether a reading is what the row asks for."""
    right = reading.status == "ok" and reading.value == row.value
    match row.status:
        case "ok":
            return reading.status in {"ok", "review"} and reading.value == row.value
        case "review":
            return right or reading.status in FOR_A_PERSON
        case "unreadable":
            return reading.status in FOR_A_PERSON
        case _:
            return reading.status == row.status and not reading.value


def told(record: Record) -> str:
    """A record in few words."""
    reading, box = record.reading, record.field.box
    where = f"rows {box.top}:{box.bottom}, columns {box.left}:{box.right}"
    said = f"{reading.value or 'nothing'} ({reading.status}, {reading.confidence:.3f})"
    return f"{record.field.name} reads {said} at {where}"


def wrong_but_ok(expected: Sequence[Expected], result: PageResult) -> list[str]:
    """Records that claim to be right and are not."""
    truth = {find_record(row, result.records): row for row in expected}
    claims = [(k, r) for k, r in enumerate(result.records) if r.reading.status == "ok"]
    return [
        f"{told(record)} where {truth.get(k, 'no field')} is"
        for k, record in claims
        if k not in truth or truth[k].value != record.reading.value
    ]


@pytest.fixture(scope="module")
def readings() -> dict[str, PageResult]:
    """All samples, read with the model that is the default."""
    reader = Reader()
    return {folder.name: reader.read_file(scan_of(folder)) for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_sample_reads_as_expected(folder: Path, readings: dict[str, PageResult]) -> None:
    lines = differences(read_expected(folder), readings[folder.name])
    assert not lines, "\n".join(["", *lines])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_wrong_value_is_ok(folder: Path, readings: dict[str, PageResult]) -> None:
    lines = wrong_but_ok(read_expected(folder), readings[folder.name])
    assert not lines, "\n".join(["", *lines])


def test_nearly_all_clear_values_are_ok(readings: dict[str, PageResult]) -> None:
    statuses = [
        records[place].reading.status
        for folder in FOLDERS
        for records in [readings[folder.name].records]
        for row in read_expected(folder)
        if row.status == "ok" and (place := find_record(row, records)) is not None
    ]
    assert statuses.count(Status.OK) >= LEAST_OK * len(statuses)


def test_the_samples_cover_what_forms_are_made_of() -> None:
    assert len(FOLDERS) >= 8
    rows = {folder.name: read_expected(folder) for folder in FOLDERS}
    every = [row for form in rows.values() for row in form]
    assert sum(row.status == "ok" for row in every) >= 80
    assert any(row.value.startswith("00") for row in every)
    assert {row.status for row in rows["exam_blank"]} == {"blank"}
    assert {character for row in every for character in row.value} == set("0123456789")


def test_the_samples_stay_small() -> None:
    kept = [
        path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    assert sum(path.stat().st_size for path in kept) < LARGEST_FOLDER_BYTES


@pytest.mark.slow
def test_the_generator_draws_the_samples_again(tmp_path: Path) -> None:
    """The truth to the byte; the pixels but for how a library's version rounds them."""
    draw = [sys.executable, str(SAMPLES / "draw.py"), "--folder", str(tmp_path)]
    subprocess.run(draw, check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name for folder in FOLDERS]
    for folder in FOLDERS:
        again = tmp_path / folder.name
        assert (again / "expected.csv").read_bytes() == (folder / "expected.csv").read_bytes()
        assert mean_difference(scan_of(again), scan_of(folder)) < 1.0


def mean_difference(first: Path, second: Path) -> float:
    """Mean difference of two pictures in grey levels, 0…255."""
    with Image.open(first) as a, Image.open(second) as b:
        pixels = [np.asarray(image.convert("L"), np.float64) for image in (a, b)]
    return float(np.abs(pixels[0] - pixels[1]).mean())
