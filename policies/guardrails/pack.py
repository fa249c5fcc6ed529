"""What the pack tells the engine it holds: a policy for each rule, and those that guard the guardrails.

The SDK wants a function with each policy. These never run, because the server judges by itself (`server.py`).
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pulumi_policy import EnforcementLevel, Policy, ResourceValidationPolicy, Severity, StackValidationPolicy

from guardrails.judge import JOINED, SOUND, UNUSED, WAITING
from guardrails.rule import Level, Rule

FOLDER = Path(__file__).resolve().parents[1]
PACK_NAME = "serverless-platform-guardrails"

LEVELS = {Level.MANDATORY: EnforcementLevel.MANDATORY, Level.ADVISORY: EnforcementLevel.ADVISORY, Level.OPT_IN: EnforcementLevel.DISABLED}


@cache
def pack_version() -> str:
    """The version in PulumiPolicy.yaml."""
    return str(yaml.safe_load((FOLDER / "PulumiPolicy.yaml").read_text())["version"])


def policies(rules: Iterable[Rule]) -> list[Policy]:
    """Everything the pack holds; first what guards the guardrails."""
    made: list[Policy] = [
        ResourceValidationPolicy(
            SOUND,
            "Waivers are valid and every rule can judge.",
            _judged_by_the_server,
            enforcement_level=EnforcementLevel.MANDATORY,
        )
    ]
    for rule in rules:
        if rule.check:
            made.append(ResourceValidationPolicy(rule.id, validate=_judged_by_the_server, **_texts(rule)))
        if rule.check_stack:
            made.append(StackValidationPolicy(rule.id + JOINED, validate=_judged_by_the_server, **_texts(rule)))
    return [
        *made,
        StackValidationPolicy(UNUSED, "Waivers still waive something.", _judged_by_the_server, enforcement_level=EnforcementLevel.ADVISORY),
        StackValidationPolicy(
            WAITING, "Not known before the update; judged then, before the resource is made.", _judged_by_the_server,
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
    ]  # fmt: skip


def _judged_by_the_server(*_: Any) -> NoReturn:
    raise AssertionError("a server of the SDK judges instead of the guardrails' own; the pack's __main__.py must install it")


def _texts(rule: Rule) -> dict[str, Any]:
    return {
        "description": rule.title,
        "display_name": rule.title,
        "severity": Severity(rule.severity.value),
        "enforcement_level": LEVELS[rule.level],
        "remediation_steps": rule.fix,
        "tags": list(rule.sources),
    }
