"""What the provider knows about types, as JSON files beside this module; read when first asked for."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def _read(name: str) -> dict[str, Any]:
    path = FOLDER / name
    return json.loads(path.read_text()) if path.exists() else {}


def types(module: str) -> dict[str, Any]:
    """`types`: token -> inputs, required, outputs; `nested`: name -> inputs, required."""
    return _read(f"types/{module}.json")


def provider() -> dict[str, Any]:
    return _read("provider.json")


def replace(token: str) -> dict[str, Any]:
    """Which change replaces, and the provider's defaults."""
    return _read("replace.json").get(token, {})


def limits(token: str) -> dict[str, Any]:
    """Path of an input -> enum, pattern, min, max, minLength, maxLength."""
    return _read("limits.json").get(token, {})


def not_emulated() -> dict[str, str]:
    """Types that the emulator lacks -> what it answers; they are kept in state only."""
    return {key: value for key, value in _read("not_emulated.json").items() if not key.startswith("_")}


def forget() -> None:
    """Drops what was read: the files have changed."""
    _read.cache_clear()
