"""Breaks the product in one place: what a component sends is changed before the engine gets it.

The whole program has hundreds of resources and takes seconds. A break concerns one workload, and a program of that workload alone shows
it as well in a fraction of that, because no check looks at more than the foundation and what it is about.
"""

import shutil
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws
import pytest

from tests.once import once, session_folder
from tests.program.graph import ROOT, Graph, run_program

Change = Callable[[str, dict[str, Any]], dict[str, Any] | None]
"""(logical name, arguments) -> other arguments; the same object if it stays as it is; None if it is not made at all."""


def without(*names: str) -> Change:
    return lambda _, sent: {key: value for key, value in sent.items() if key not in names}


def with_(**values: Any) -> Change:
    return lambda _, sent: {**sent, **values}


def unordered(_: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Loses `depends_on`, keeps the parent."""
    return {**sent, "opts": pulumi.ResourceOptions(parent=sent["opts"].parent)}


def only(suffix: str, change: Change) -> Change:
    return lambda name, sent: change(name, sent) if name.endswith(suffix) else sent


def not_made(_: str, __: dict[str, Any]) -> None:
    return None


def broken(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change) -> list[str]:
    """From now on `change` alters every resource of `kind` ("sqs.Queue"); names of those that it did alter, as they are made."""
    service, name = kind.split(".")
    module = getattr(pulumi_aws, service)
    real = getattr(module, name)
    changed: list[str] = []

    def made(logical: str, **sent: Any) -> Any:
        result = change(logical, sent)
        if result is not sent:
            changed.append(logical)
        return None if result is None else real(logical, **result)

    monkeypatch.setattr(module, name, made)
    return changed


@cache
def program_of(*workloads: str) -> Path:
    """A program with these workloads alone: everything else in it is the project's own."""

    def make() -> Path:
        folder = session_folder() / f"program-{'-'.join(workloads)}"
        (folder / "workloads").mkdir(parents=True)
        for name in workloads:
            (folder / "workloads" / f"{name}.yaml").symlink_to(ROOT / "workloads" / f"{name}.yaml")
        for name in ("handlers", "policies"):
            (folder / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "__main__.py", folder)
        return folder / "__main__.py"

    return once(f"program-of-{'-'.join(workloads)}", make)


@cache
def sound(*workloads: str) -> Graph:
    """What the unbroken program sends for these workloads; run once, and only read."""
    return once(f"sound-{'-'.join(workloads)}", lambda: run_workloads(*workloads))


def told_of(
    monkeypatch: pytest.MonkeyPatch, workloads: tuple[str, ...], kind: str, change: Change, check: Callable[[Graph], Iterable[str]]
) -> list[str]:
    """What `check` says of these workloads when every `kind` is changed; as they are, it has to say nothing."""
    assert list(check(sound(*workloads))) == []
    changed = broken(monkeypatch, kind, change)
    graph = run_workloads(*workloads)
    assert changed, f"no {kind} was changed"
    return list(check(graph))


def assert_noticed(
    monkeypatch: pytest.MonkeyPatch, programs: tuple[str | tuple[str, ...], ...], kind: str, change: Change,
    check: Callable[[Graph], Iterable[str]], says: str,
) -> None:  # fmt: skip
    """`check` says nothing of these workloads as they are, and `says` of them when every `kind` is changed.

    They are tried one by one, because a program of one workload takes half a second; a tuple stands for one of several.
    """
    tried = [(names,) if isinstance(names, str) else names for names in programs]
    for names in tried:
        assert list(check(sound(*names))) == []
    changed, told = broken(monkeypatch, kind, change), []
    for names in tried:
        told += check(run_workloads(*names))
        if any(says in problem for problem in told):
            return
    assert changed, f"no {kind} was changed"
    raise AssertionError(f"none says {says!r}: {told}")


def run_workloads(*workloads: str, stack: str = "dev", preview: bool = False) -> Graph:
    """What the program sends for these workloads, without the others."""
    return run_program(stack, preview=preview, program=program_of(*workloads))
