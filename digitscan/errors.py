"""What can go wrong, and the exit code that tells a shell about it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The program's exit codes: a promise to scripts, never renumbered."""

    DONE = 0
    BUG = 1
    USAGE = 2
    SOME_PAGES_FAILED = 3
    NOTHING_READABLE = 4
    FORM_INVALID = 5
    MODEL_UNFIT = 6
    OUTPUT_REFUSED = 7
    NEEDS_REVIEW = 10
    INTERRUPTED = 130


class DigitscanError(Exception):
    """The run can't start or go on. The message says what is wrong, where, and what to do."""

    exit_code = ExitCode.BUG


class UsageError(DigitscanError):
    """Options or arguments that don't fit together."""

    exit_code = ExitCode.USAGE


class PageError(DigitscanError):
    """A page that can't be decoded or read. In a batch it becomes a row, not an end."""

    exit_code = ExitCode.NOTHING_READABLE


class ModelError(DigitscanError):
    """A model file that is missing, damaged or not one of digitscan's."""

    exit_code = ExitCode.MODEL_UNFIT


class DatasetError(DigitscanError):
    """Training or test data that is missing, damaged or not what it should be."""

    exit_code = ExitCode.NOTHING_READABLE


class OutputError(DigitscanError):
    """An output that exists already or can't be written."""

    exit_code = ExitCode.OUTPUT_REFUSED
