"""Read handwritten digits off scanned forms into a table.

>>> import digitscan  # doctest: +SKIP
>>> reader = digitscan.Reader()  # doctest: +SKIP
>>> for record in reader.read_file("form.png").records:  # doctest: +SKIP
...     print(record.field.name, record.reading.value, record.reading.status)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# ONNX Runtime (seen in 1.32) sends its maker what it runs, unless it finds this when it is loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from digitscan.reader import Reader, ReaderSettings

__all__ = ["Reader", "ReaderSettings", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import the reader when it is asked for; ``import digitscan`` alone loads no library."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from digitscan import reader

    return getattr(reader, name)
