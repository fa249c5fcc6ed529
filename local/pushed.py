"""Code that `make watch` gave to functions directly, until an update has made the stack's state true again."""

import json
from collections.abc import Iterable
from pathlib import Path

FILE = "pushed.json"
"""In a stack's folder: URNs of functions and aliases that were changed past the engine."""


def pushed(folder: Path) -> list[str]:
    try:
        return json.loads((folder / FILE).read_text())
    except FileNotFoundError:
        return []


def note(folder: Path, urns: Iterable[str]) -> None:
    """Called before the change: a process that dies in between leaves a note too many, never one too few."""
    draft = folder / f"{FILE}.draft"
    draft.write_text(json.dumps(sorted({*pushed(folder), *urns})))
    draft.replace(folder / FILE)


def forget(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)
