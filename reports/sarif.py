"""Findings of the guardrails as SARIF 2.1.0, so that a code host shows each at the line of the manifest that it comes from.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0". GitHub shows the first 5,000 results of a run.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"mandatory": "error", "advisory": "warning"}
RULE = re.compile(r"\bRule ([a-z0-9-]+)")
SUBJECT = re.compile(r"'(?P<name>[^']+)'(?: of workload '(?P<workload>[^']+)')?")
"""Of the line that says what is wrong where: Queue 'orders-jobs' of workload 'orders': ..."""
KEY = re.compile(r"^ {2}([a-z][a-z0-9-]*):")
"""A resource or function in a section of a manifest."""


def sarif(findings: Iterable[tuple[str, str, str]], root: Path, stack: str) -> dict[str, Any]:
    """A SARIF log of one run. findings: (enforcement level, URN, message), as the engine gives them. root: of the project. stack: whose settings a finding is
    about that belongs to no workload."""
    results = [_result(level, urn, message, root, stack) for level, urn, message in dict.fromkeys(findings)]
    rules = [{"id": each} for each in sorted({result["ruleId"] for result in results})]
    driver = {"name": "serverless-platform guardrails", "informationUri": "docs/reference/rules/README.md", "rules": rules}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(level: str, urn: str, message: str, root: Path, stack: str) -> dict[str, Any]:
    rule = RULE.search(message)
    file, line = _place(message, urn, root, stack)
    location = {"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": line}}, "logicalLocations": [{"fullyQualifiedName": urn}]}
    return {
        "ruleId": rule[1] if rule else "guardrail", "level": LEVELS.get(level, "note"), "message": {"text": message}, "locations": [location],
        # The same finding in the next run, whatever line it is then at.
        "partialFingerprints": {"resourceAndRule/v1": f"{urn.rpartition('::')[2]}:{rule[1] if rule else ''}"},
    }  # fmt: skip


def _place(message: str, urn: str, root: Path, stack: str) -> tuple[str, int]:
    """(file, line): the manifest's line that names most of the resource, its first line where none does; else the stack's settings."""
    found = next((subject for line in message.splitlines() if (subject := SUBJECT.search(line))), None)
    workload = found["workload"] if found else None
    file = f"workloads/{workload}.yaml"
    if not workload or not (root / file).is_file():
        return f"Pulumi.{stack}.yaml", 1
    name, best = urn.rpartition("::")[2].removeprefix(f"{workload}-"), (0, 1)
    for number, line in enumerate((root / file).read_text(encoding="utf-8").splitlines(), 1):
        key = KEY.match(line)
        if key and f"-{key[1]}-" in f"-{name}-" and len(key[1]) > best[0]:
            best = (len(key[1]), number)
    return file, best[1]
