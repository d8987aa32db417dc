"""The group: what it lists, what it imports, how errors end."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import digitscan
from digitscan.cli.main import PIPE_CLOSED, SUBCOMMANDS, Subcommand, main
from digitscan.errors import ExitCode, ModelError, UsageError


def run_raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> tuple[int, str, str]:
    @click.command()
    def read() -> None:
        raise error

    monkeypatch.setattr("digitscan.cli.read.read", read)
    result = CliRunner().invoke(main, ["read"])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_the_overview_says_what_the_command_says(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=200) == SUBCOMMANDS[name].summary


def test_help_lists_every_command_and_exit_code() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    for name, subcommand in SUBCOMMANDS.items():
        assert f"{name} " in result.output
        assert subcommand.summary in " ".join(result.output.split())
    for code in ExitCode:
        assert f"{int(code)} " in result.output


def test_help_imports_no_command_and_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from digitscan.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'cv2', 'onnxruntime', 'PIL', 'tqdm', 'tensorflow', 'digitscan.reader'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert result.output == f"digitscan {digitscan.__version__}\n"


@pytest.mark.parametrize("arguments", [["raed"], ["--colour"], []])
def test_wrong_usage_is_two(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == ExitCode.USAGE
    assert "Usage: " in result.output


@pytest.mark.parametrize("error", [ModelError("m.onnx: is empty"), UsageError("odd")])
def test_an_error_is_one_line_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: ModelError | UsageError
) -> None:
    code, stdout, stderr = run_raising(monkeypatch, error)
    assert (code, stdout, stderr) == (error.exit_code, "", f"digitscan: {error}\n")


def test_an_error_can_not_move_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, stderr = run_raising(monkeypatch, ModelError("\x1b[2J\udcff.onnx: is empty"))
    assert stderr == "digitscan: \\x1b[2J\\udcff.onnx: is empty\n"


def test_interrupted_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    code, stdout, stderr = run_raising(monkeypatch, KeyboardInterrupt())
    assert (code, stdout, stderr) == (ExitCode.INTERRUPTED, "", "digitscan: interrupted\n")


def test_a_closed_pipe_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_raising(monkeypatch, BrokenPipeError()) == (PIPE_CLOSED, "", "")


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def read() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("digitscan.cli.read.read", read)
    result = CliRunner().invoke(main, ["read"])
    assert result.exit_code == ExitCode.BUG
    assert isinstance(result.exception, ZeroDivisionError)


def test_only_the_command_asked_for_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Subcommand("digitscan.cli.not_there", "Never imported.")
    monkeypatch.setitem(SUBCOMMANDS, "broken", broken)
    assert CliRunner().invoke(main, ["read", "--help"]).exit_code == 0
    assert "Never imported." in CliRunner().invoke(main, []).output
