"""Code that `make watch` gave to functions directly, until an update has made the stack's state true again."""

import json
from collections.abc import Iterable
from pathlib import Path

from local.events import Summary
from local.steps import Step
from local.update import Stack

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


def settle(stack: Stack, step: Step) -> Summary:
    """An update, under the guardrails, after which the state tells the truth: what was pushed is looked at first.

    Without that look an edit that was taken back would pass for unchanged, while the function runs the edited code.
    """
    urns = pushed(stack.folder)
    if urns:
        stack.run("refresh", step, "--skip-preview", *(flag for urn in urns for flag in ("--target", urn)))
    summary = stack.update(step)
    (stack.folder / FILE).unlink(missing_ok=True)
    return summary
