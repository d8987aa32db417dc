"""``digitscan read`` through the group, with a reader that needs no model."""

from __future__ import annotations

import csv
import io
import json
import runpy
import sqlite3
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from digitscan.cli.main import main
from digitscan.errors import ExitCode
from digitscan.glyph.card import KINDS
from digitscan.report.text import one_line
from digitscan.values import PageResult

FakeReader = runpy.run_path(str(Path(__file__).with_name("fake_digitscan.py")))["FakeReader"]


@pytest.fixture(autouse=True)
def fake_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a fake in the reader's place, and read all pages here: workers have their own tests."""
    monkeypatch.setattr("digitscan.cli.read.Reader", FakeReader)
    monkeypatch.setattr("digitscan.cli.reading.FEW_PAGES", 100)


def draw(path: Path, height: int = 42) -> Path:
    assert cv2.imwrite(str(path), np.full((height, 60), 255, np.uint8))
    return path


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with the pages ``a`` (40 high) and ``b`` (50 high)."""
    folder = tmp_path / "scans"
    folder.mkdir()
    draw(folder / "a.png", 40)
    draw(folder / "b.png", 50)
    return folder


def read(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["read", *map(str, arguments)], input=stdin)


def values(text: str) -> list[str]:
    return [row["value"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_rows_come_in_input_order(scans: Path) -> None:
    result = read(scans / "b.png", scans, scans / "a.png")
    assert result.exit_code == 0
    assert values(result.stdout) == ["0050", "0040", "0050", "0040"]
    assert result.stderr == "4 pages, 4 fields: 4 ok, 0 review, 0 blank, 0 pages failed\n"


def test_standard_input(scans: Path) -> None:
    result = read("-", stdin=(scans / "b.png").read_bytes())
    assert result.stdout.splitlines()[1] == "-,1,height,0050,ok,0.9500,1,2,3,4,"


@pytest.mark.parametrize("format_name", ["csv", "tsv", "json", "jsonl"])
def test_the_ending_gives_the_format(scans: Path, tmp_path: Path, format_name: str) -> None:
    out = tmp_path / f"rows.{format_name}"
    result = read(scans, "-o", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text(encoding="utf-8") == read(scans, "-f", format_name).stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == [out.name, "scans"]


def test_the_option_beats_the_ending(scans: Path, tmp_path: Path) -> None:
    read(scans, "-o", tmp_path / "rows.txt", "-f", "JSON")
    assert len(json.loads((tmp_path / "rows.txt").read_text())["records"]) == 2


def test_an_unknown_ending_is_wrong_usage(scans: Path, tmp_path: Path) -> None:
    result = read(scans, "-o", tmp_path / "rows.xls")
    assert result.exit_code == ExitCode.USAGE
    assert ".csv, .tsv, .json, .jsonl, .sqlite, .parquet" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x.png", "--min-confidence", "1.5"],
        ["x.png", "--min-confidence", "nan"],
        ["x.png", "--max-mpixels", "0"],
        ["x.png", "--max-mpixels", "inf"],
        ["x.png", "-f", "xml"],
        ["x.png", "--max-error", "few"],
        ["x.png", "--max-error", "0"],
        ["x.png", "--max-error", "200%"],
        ["x.png", "--pages", "5-3"],
        ["x.png", "--pages", "two"],
        ["x.png", "-0"],
        ["-", "--files-from", "-"],
        ["--files-from", "missing.txt"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    result = read(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""


@pytest.mark.parametrize("share", ["3%", "0.03"])
def test_an_error_rate_picks_the_confidence_and_tells_what_to_expect(
    scans: Path, share: str
) -> None:
    draw(scans / "doubt.png", 30)
    result = read(scans, "--max-error", share)
    assert result.exit_code == 0
    counts, expected = result.stderr.splitlines()
    assert counts.startswith("3 pages, 3 fields: 2 ok, 1 review")
    assert expected.startswith("ok from a confidence of 0.")
    assert "of 2 ok values about 0 are expected to be wrong" in expected
    assert expected.endswith("labelled ones, read by digitscan's cnn")


def test_an_error_rate_is_promised_by_what_models_of_that_kind_came_to(scans: Path) -> None:
    promised = {
        model: read(scans, "--max-error", "4%", "--model", model).stderr.splitlines()[-1]
        for model in KINDS
    }
    assert len(set(promised.values())) == len(KINDS)
    for kind, promise in promised.items():
        assert promise.endswith(f"read by digitscan's {kind}")


def test_an_error_rate_with_a_model_that_is_none_is_refused(scans: Path) -> None:
    result = read(scans, "--max-error", "4%", "--model", "nothing")
    assert result.exit_code == ExitCode.MODEL_UNFIT


def test_an_error_rate_that_was_never_reached_is_not_promised(scans: Path) -> None:
    result = read(scans, "--max-error", "0.0001%")
    assert result.exit_code == ExitCode.USAGE
    assert "more than can be promised" in result.stderr
    assert result.stdout == ""


def test_an_existing_output_is_refused(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    out.write_text("mine")
    result = read(scans, "-o", out)
    assert result.exit_code == ExitCode.OUTPUT_REFUSED
    assert "rows.csv: exists already; give --overwrite" in result.stderr
    assert out.read_text() == "mine"
    assert read(scans, "-o", out, "--overwrite").exit_code == 0
    assert values(out.read_text()) == ["0040", "0050"]


def test_an_output_that_can_not_be_is_refused(scans: Path, tmp_path: Path) -> None:
    outputs = {
        scans: "is a folder",
        tmp_path / "no" / "rows.csv": "does not exist",
        tmp_path / f"{'x' * 300}.csv": "name too long",
        scans / "a.png" / "rows.csv": "does not exist",
    }
    for out, why in outputs.items():
        result = read(scans, "-o", out)
        assert result.exit_code == ExitCode.OUTPUT_REFUSED
        assert why in result.stderr
        assert result.stderr.startswith(f"digitscan: {out}: ")


def test_a_linked_output_stays_a_link(scans: Path, tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "rows.csv"
    link.symlink_to(real)
    assert read(scans, "-o", link).exit_code == 0
    assert link.is_symlink()
    assert values(real.read_text()) == ["0040", "0050"]


def test_a_bug_in_writing_leaves_no_half_table(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(writer: object, result: PageResult) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("digitscan.report.tables.DelimitedWriter.write", broken)
    result = read(scans, "-o", tmp_path / "rows.csv")
    assert result.exit_code == ExitCode.BUG
    assert isinstance(result.exception, RuntimeError)
    assert list(tmp_path.iterdir()) == [scans]


def test_a_bug_in_reading_costs_one_page(scans: Path) -> None:
    draw(scans / "bug.png")
    result = read(scans / "bug.png", scans / "a.png")
    assert result.exit_code == ExitCode.SOME_PAGES_FAILED
    bug, good = csv.DictReader(io.StringIO(result.stdout))
    assert bug["problem"].startswith(f"{scans / 'bug.png'}: reading failed, please report: Runtime")
    assert good["status"] == "ok"


def test_one_bad_page_stops_nothing(scans: Path) -> None:
    bad = scans / "a page.png"
    bad.write_text("no image")
    result = read(bad, scans / "b.png", scans / "missing.png")
    assert result.exit_code == ExitCode.SOME_PAGES_FAILED
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["status"] for row in rows] == ["page_failed", "ok", "page_failed"]
    assert all(row["problem"] for row in rows if row["status"] == "page_failed")
    first, second, summary = result.stderr.splitlines()
    assert first.startswith("digitscan: ")
    assert "a page.png" in first
    assert "missing.png" in second
    assert summary == "3 pages, 1 field: 1 ok, 0 review, 0 blank, 2 pages failed"


def test_nothing_readable(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "empty folder").mkdir()
    result = read(tmp_path / "missing.png", tmp_path / "empty folder")
    assert result.exit_code == ExitCode.NOTHING_READABLE
    assert len(result.stdout.splitlines()) == 3


def test_strange_names_do_no_harm(tmp_path: Path) -> None:
    names = ['=x, "y".png', "new\nline.png", "\x1b[2J.png", "sp ace é.png"]
    paths = [str(draw(tmp_path / "plain.png").replace(tmp_path / name)) for name in names]
    result = read(*paths, "-v")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert [row["file"] for row in rows] == [one_line(path) for path in paths]
    assert len(result.stdout.splitlines()) == 5
    assert "\x1b" not in result.stdout
    named = read(*paths, "-f", "json").stdout
    assert [row["file"] for row in json.loads(named)["records"]] == paths
    assert len(result.stderr.splitlines()) == 5
    assert "\x1b" not in result.stderr


def test_exit_review(scans: Path) -> None:
    draw(scans / "doubt.png")
    assert read(scans).exit_code == 0
    result = read(scans, "--exit-review")
    assert result.exit_code == ExitCode.NEEDS_REVIEW
    assert "1 review" in result.stderr
    assert read(scans, "--exit-review", "--min-confidence", "0.4").exit_code == 0
    draw(scans / "empty.png")
    assert "1 page without fields" in read(scans).stderr


def test_max_mpixels(scans: Path) -> None:
    assert read(scans, "--max-mpixels", "0.0025").exit_code == ExitCode.SOME_PAGES_FAILED
    assert read(scans, "--max-mpixels", "0.003").exit_code == 0


def test_recursive(scans: Path) -> None:
    (scans / "inner").mkdir()
    draw(scans / "inner" / "c.png", 7)
    assert values(read(scans).stdout) == ["0040", "0050"]
    assert values(read(scans, "-r").stdout) == ["0040", "0050", "0007"]


def test_an_unfit_model(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    result = read(scans, "--model", "scans/a.png", "-o", out)
    assert result.exit_code == ExitCode.MODEL_UNFIT
    assert result.stderr.startswith("digitscan: scans/a.png: is no model")
    assert not out.exists()


def test_quiet_and_verbose(scans: Path) -> None:
    bad = scans / "missing.png"
    assert read(scans, bad, "-q").stderr == ""
    lines = read(scans, "-v").stderr.splitlines()
    assert lines[0] == f"{scans / 'a.png'} page 1: 1 field: 1 ok, 0 review, 0 blank"
    assert len(lines) == 3
    assert read(scans, "-v", "-q").stderr == ""
    assert read(scans, "-q", "-v").stderr.splitlines() == lines


def test_details(scans: Path) -> None:
    assert read(scans, "--details").stdout.splitlines()[0].endswith(",problem,alternatives,digits")


def test_overlay(scans: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    arguments: list[Path | str] = [
        scans,
        scans / "a.png",
        scans / "missing.png",
        "--overlay",
        pictures,
    ]
    assert read(*arguments).exit_code == ExitCode.SOME_PAGES_FAILED
    assert sorted(path.name for path in pictures.iterdir()) == ["a-2.png", "a.png", "b.png"]
    again = read(*arguments)
    assert again.exit_code == ExitCode.OUTPUT_REFUSED
    assert (again.stdout, "--overwrite" in again.stderr) == ("", True)
    assert read(*arguments, "--overwrite").exit_code == ExitCode.SOME_PAGES_FAILED


def test_a_database_is_written_to_a_file_only(scans: Path, tmp_path: Path) -> None:
    refused = read(scans, "-f", "sqlite")
    assert refused.exit_code == ExitCode.USAGE
    assert "sqlite can't be written to a pipe; name a file with -o" in refused.stderr
    out = tmp_path / "rows.sqlite"
    assert read(scans, "-o", out).exit_code == 0
    base = sqlite3.connect(out)
    assert base.execute("SELECT value FROM fields").fetchall() == [("0040",), ("0050",)]
    base.close()
    assert list(tmp_path.glob(".*")) == []


def test_the_summary_as_json(scans: Path, tmp_path: Path) -> None:
    draw(scans / "doubt.png")
    draw(scans / "empty.png")
    read(scans, scans / "missing.png", "-q", "--summary", tmp_path / "summary.json")
    assert json.loads((tmp_path / "summary.json").read_text()) == {
        "pages": 5,
        "failed": 1,
        "without_fields": 1,
        "fields": 3,
        "in_doubt": 2,
        "statuses": {
            "ok": 2,
            "review": 1,
            "blank": 0,
            "struck": 0,
            "unreadable": 0,
            "rule_failed": 0,
        },
        "interrupted": False,
    }


def test_a_log_gets_a_line_now_and_then(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read(scans).stderr.splitlines()) == 1
    monkeypatch.setattr("digitscan.cli.progress.LINE_EVERY_S", 0)
    first, second, _ = read(scans).stderr.splitlines()
    assert first.startswith("1 of 2 pages, ")
    assert second.startswith("2 of 2 pages, ")
    assert second.endswith("0:00:00 left, 0 in doubt, 0 failed")


def test_without_dask_it_says_what_to_install_and_leaves_nothing(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr("digitscan.cli.reading.FEW_PAGES", 1)
    result = read(scans, "--cluster", "local:2", "-o", tmp_path / "rows.csv")
    assert result.exit_code == ExitCode.USAGE
    assert "pip install 'digitscan[cluster]'" in result.stderr
    assert list(tmp_path.iterdir()) == [scans]
