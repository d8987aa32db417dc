"""What a field may contain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """How many digits a value may have. The search for the best value obeys it."""

    min_digits: int = 1
    max_digits: int = 40

    def accepts(self, value: str) -> bool:
        """Whether ``value`` is made of ASCII digits only and has an allowed length.

        >>> Rule(max_digits=3).accepts("042")
        True
        """
        is_number = value.isascii() and value.isdigit()
        return is_number and self.min_digits <= len(value) <= self.max_digits


ANY_NUMBER = Rule()
