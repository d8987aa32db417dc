"""File names and messages made fit to be shown: text from outside in, text that is safe out."""

from __future__ import annotations


def valid_text(text: str) -> str:
    r"""Return ``text`` as it is, but with bytes that are no UTF-8 spelled out.

    Python carries such bytes of file names as lone surrogates, which no UTF-8 file can hold.

    >>> valid_text("caf\udce9.png")
    'caf\\udce9.png'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def one_line(text: str) -> str:
    r"""Spell out everything that could move the cursor, start a line or hide in a terminal.

    >>> one_line("a\nb\x1b[31m.png")
    'a\\nb\\x1b[31m.png'
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
