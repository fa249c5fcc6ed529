"""What a reviewed list shows of a resource: every input, in short, but for those in HIDDEN.

What is hidden is named, so that a property nobody thought of is shown. Names, ARNs and addresses are written the same for every stack.
"""

import contextlib
import json
import re
from typing import Any

import pulumi

from tests.program.graph import Node
from tests.program.stacks import STACKS

HIDDEN = {
    "*": {"name", "bucket", "tags", "description"},
    "apigateway/apiKey": {"value"},
    "apigateway/deployment": {"triggers"},  # a digest of what is deployed
    "apigateway/model": {"schema"},  # test_rest_api.py
    "apigateway/response": {"responseTemplates"},
    "apigateway/stage": {"accessLogSettings.format"},
    "apigatewayv2/stage": {"accessLogSettings.format"},
    "appsync/function": {"code"},  # of handlers/, like those below
    "appsync/graphQLApi": {"schema"},
    "appsync/resolver": {"code"},
    "cloudwatch/logDataProtectionPolicy": {"policyDocument"},  # data_class.masks says what it has to be
    "cloudwatch/metricAlarm": {"alarmDescription"},
    "glue/catalogTable": {"storageDescriptor.columns", "parameters"},  # test_datasets.py
    "lambda/function": {"code"},
    "lambda/layerVersion": {"code"},
    "schemas/schema": {"content"},
    "sfn/stateMachine": {"definition"},  # test_workflows.py
}
"""Kind -> inputs that are left out: text for people, code, and documents that a test of their own reads. "*" is every kind."""

COMPARISONS = {
    "GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": ">=", "LessThanThreshold": "<", "LessThanOrEqualToThreshold": "<=",
}  # fmt: skip


SHORT = 40
"""Characters of a structure that stands on one line with others."""


def shown(node: Node, stack: str) -> tuple[list[str], list[str]]:
    """(scalars as "name value", lines that stand for themselves: statements, conditions of an alarm)."""
    inputs = {key: value for key, value in node.inputs.items() if not _hidden(node.kind, key)}
    lines: list[str] = []
    if node.kind == "cloudwatch/metricAlarm" and "metricName" in inputs:
        lines.append(_anywhere(_alarm(inputs), stack))
    if node.kind == "cloudwatch/dashboard":
        lines += [_anywhere(_widget(each), stack) for each in json.loads(inputs.pop("dashboardBody"))["widgets"] if each["type"] != "text"]
    for key in ("assumeRolePolicy", "policy"):
        if isinstance(inputs.get(key), str):
            lines += [_anywhere(_statement(each), stack) for each in json.loads(inputs.pop(key))["Statement"]]
    scalars = []
    for key, value in sorted(inputs.items()):
        if not isinstance(value, pulumi.Asset | pulumi.Archive):
            text = _anywhere(f"{key} {_short(node.kind, value, key)}", stack)
            (lines if isinstance(value, dict | list) and len(text) > SHORT else scalars).append(text)
    return scalars, lines


def in_stacks(name: str, told: dict[str, tuple[list[str], list[str]]]) -> tuple[str, list[str]]:
    """(the resource, its lines): what is the same in all stacks that have it on one line, what is not with the names of the stacks."""
    places: dict[str, list[str]] = {}
    for stack, (scalars, lines) in told.items():
        for each in (*scalars, *lines):
            places.setdefault(each, []).append(stack)
    first = next(iter(told.values()))
    same = ", ".join(each for each in first[0] if len(places[each]) == len(told))
    alike = [each for each in first[1] if len(places[each]) == len(told)]
    apart = sorted(f"{each} [{', '.join(stacks)}]" for each, stacks in places.items() if len(stacks) < len(told))
    where = f" [{', '.join(told)}]" if len(told) < len(STACKS) else ""
    return f"{name}{where}", [*([same] if same else []), *alike, *apart]


def _hidden(kind: str, path: str) -> bool:
    return path in HIDDEN["*"] or path in HIDDEN.get(kind, ())


def _alarm(inputs: dict[str, Any]) -> str:
    """The condition, in words; what is said here is taken out of the inputs."""
    statistic, metric, space = inputs.pop("statistic", None) or inputs.pop("extendedStatistic"), inputs.pop("metricName"), inputs.pop("namespace")
    beyond, threshold = COMPARISONS[inputs.pop("comparisonOperator")], _short("", inputs.pop("threshold"), "")
    points, periods, seconds = (_short("", inputs.pop(key), "") for key in ("datapointsToAlarm", "evaluationPeriods", "period"))
    of = " ".join(f"{key}={value}" for key, value in sorted(inputs.pop("dimensions", {}).items()))
    missing = inputs.pop("treatMissingData")
    return f"{statistic} of {space} {metric} {beyond} {threshold} in {points} of {periods} x {seconds} s, no data: {missing}; {of}"


def _widget(widget: dict[str, Any]) -> str:
    """What it is called, how much it draws, and its thresholds; test_dashboards.py reads it whole."""
    drawn = widget["properties"]
    of = [row[-1].get("label", "") for row in drawn.get("metrics", ())]
    at = [f"{_short('', line['value'], '')} ({line['label']})" for line in drawn.get("annotations", {}).get("horizontal", ())]
    return f"{widget['type']} {drawn['title']}" + (f": {', '.join(of)}" if of else "") + (f"; lines at {', '.join(at)}" if at else "")


def _statement(statement: dict[str, Any]) -> str:
    """One line: effect, principals, actions, resources, conditions."""
    parts = [statement["Effect"]]
    for key, before in (("Principal", "to"), ("NotPrincipal", "to all but"), ("Action", ""), ("NotAction", "all but"), ("Resource", "on"), ("NotResource", "on all but")):
        if key in statement:
            value = statement[key]
            named = [f"{kind}:{each}" for kind, many in value.items() for each in _many(many)] if isinstance(value, dict) else _many(value)
            parts += [before, *sorted(map(str, named))] if before else sorted(map(str, named))
    for operator, conditions in sorted(statement.get("Condition", {}).items()):
        parts += [f"if {operator} {key} {','.join(sorted(map(str, _many(value))))}" for key, value in sorted(conditions.items())]
    return " ".join(parts)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _short(kind: str, value: Any, path: str) -> str:
    """A value without spaces that say nothing: {a: 1, b: [x, y]}."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        kept = {key: each for key, each in sorted(value.items()) if not _hidden(kind, f"{path}.{key}")}
        return "{" + ", ".join(f"{key}: {_short(kind, each, f'{path}.{key}')}" for key, each in kept.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(kind, each, path) for each in value) + "]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value).replace("\n", " ")


def _anywhere(line: str, stack: str) -> str:
    """Without what differs between stacks by their names and addresses alone."""
    line = re.sub(r"arn:aws:([a-z0-9-]+):[a-z0-9-]*:\d*:", r"\1:", line)
    line = re.sub(r"\b\d{12}\b", "ACCOUNT", line).replace("eu-west-1", "REGION")
    return re.sub(rf"(?<![a-z-]){stack}(?=[-_/])", "STACK", line)
