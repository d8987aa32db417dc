"""Draw the sample forms again: `python samples/draw.py [--folder DIR] [NAME ...]`.

Every form has its own fixed seed, so the same libraries give the same bytes each time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from drawing.forms import FORMS


def main() -> None:
    """Draw the forms that are named, or all of them."""
    parser = argparse.ArgumentParser(description="Draw digitscan's sample forms.")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    names = [form.name for form in FORMS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(names)}")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(names)
    if unknown:
        parser.error(f"no such form: {', '.join(sorted(unknown))}")
    for form in FORMS:
        if not chosen.names or form.name in chosen.names:
            form.scanner.scan(form.draw(), chosen.folder / form.name)


if __name__ == "__main__":
    main()
