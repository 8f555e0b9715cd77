"""Examples of answers for the documentation. They are real ones: `tests/contracts/test_openapi.py` writes them anew."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
_REAL: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


def real(name: str) -> dict[str, Any]:
    """Return the example of this name as a model's schema takes it."""
    return {"examples": [_REAL[name]]} if name in _REAL else {}
