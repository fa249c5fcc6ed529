"""Contracts as JSON schemas: every public model of `handlers/WORKLOAD/contracts.py` is `handlers/WORKLOAD/schemas/MODEL.json`.

    make docs                           writes what is new or compatible, refuses what is not
    python -m shared.schemas --check    (in handlers/) writes nothing; 1 if a file is not what its model says

A committed schema is a promise. What was valid under it has to stay valid, because archives and queues still hold it, and
what it says is there has to stay there, because others read it. So a change breaks it where it removes a field, makes one
required, or accepts less than before; the model then needs a new name (`OrderPaid2`) beside the old one until nobody uses
that. Accepting more is no break: readers ignore fields they do not know and have an answer for values they do not know.

Run by people and tests, imported by no function.
"""

import argparse
import importlib.util
import inspect
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from shared.compatibility import breaks

HANDLERS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Contract:
    """One published model."""

    workload: str
    name: str
    path: Path
    """Of its schema, whether it is there or not."""
    schema: dict[str, Any]
    """What the model says today."""

    @property
    def text(self) -> str:
        """The file's content: the same model gives the same bytes. Texts stay as people wrote them."""
        return json.dumps(self.schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def label(self) -> str:
        return f"{self.workload}/schemas/{self.path.name}"


@dataclass(frozen=True)
class Finding:
    """One schema file that is not what it should be."""

    label: str
    problem: str
    breaking: tuple[str, ...] = ()
    """What the model broke, one sentence each. Writing the file would hide it."""

    def __str__(self) -> str:
        return f"{self.label}: {self.problem}" + "".join(f"\n  - {each}" for each in self.breaking)


def contracts(root: Path = HANDLERS) -> list[Contract]:
    """Every public model of every contracts.py, sorted. A name with an underscore in front is not published."""
    found = []
    for file in sorted(root.glob("*/contracts.py")):
        module = _load(file)
        for name, model in sorted(vars(module).items()):
            if inspect.isclass(model) and issubclass(model, BaseModel) and model.__module__ == module.__name__ and name[0] != "_":
                path = file.parent / "schemas" / f"{name}.json"
                found.append(Contract(file.parent.name, name, path, model.model_json_schema()))
    return found


def check(root: Path = HANDLERS) -> Iterator[Finding]:
    """Every schema file that is missing, differs from its model, or has no model any more."""
    published = contracts(root)
    for contract in published:
        if not contract.path.is_file():
            yield Finding(contract.label, "there is no such file; run `make docs` and commit it")
        elif (committed := contract.path.read_text(encoding="utf-8")) != contract.text:
            broken = tuple(breaks(json.loads(committed), contract.schema))
            yield Finding(
                contract.label,
                "the model breaks what is published; take the change back, or give the model that has it a new name"
                if broken else "the model says something else, compatibly; run `make docs` and commit it",
                broken,
            )  # fmt: skip
    known = {contract.path for contract in published}
    for file in sorted(root.glob("*/schemas/*.json")):
        if file not in known:
            yield Finding(
                f"{file.parents[1].name}/schemas/{file.name}",
                "its model is gone; bring it back while anybody uses it, then remove the file as well",
            )


def write(root: Path = HANDLERS) -> tuple[list[str], list[Finding]]:
    """Writes what is new or compatible. Returns the labels of the written files, and the findings that people must settle."""
    findings = list(check(root))
    refused = [finding for finding in findings if finding.breaking]
    settled = {finding.label for finding in findings} - {finding.label for finding in refused}
    written = []
    for contract in contracts(root):
        if contract.label in settled:
            contract.path.parent.mkdir(exist_ok=True)
            contract.path.write_text(contract.text, encoding="utf-8")
            written.append(contract.label)
    return written, [finding for finding in findings if finding.label not in written]


def main(arguments: Sequence[str] | None = None, root: Path = HANDLERS) -> int:
    """0 if all files are what they should be afterwards."""
    parser = argparse.ArgumentParser(prog="python -m shared.schemas", description="Publishes contracts as JSON schemas.")
    parser.add_argument("--check", action="store_true", help="writes nothing")
    options = parser.parse_args(arguments)
    written, findings = ([], list(check(root))) if options.check else write(root)
    for label in written:
        sys.stdout.write(f"written: {label}\n")
    for finding in findings:
        sys.stderr.write(f"{finding}\n")
    return 1 if findings else 0


def _load(file: Path) -> ModuleType:
    """The module of a file under a name of its own, so that `root` need not be importable."""
    name = f"contracts_of_{file.parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks names of annotations up there
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


if __name__ == "__main__":
    sys.exit(main())
