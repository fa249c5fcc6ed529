"""Metrics from code: what the bundles of a workload's functions count, under the namespace and service that they are told."""

import re
import zipfile
from collections.abc import Mapping
from typing import Any

from tests.program.graph import Graph, Node

COUNTED = {
    ("service",): re.compile(r'\bcount\(\s*"(\w+)"(?: if [^"]+ else "(\w+)")?'),
    ("function_name", "service"): re.compile(r'\bcount_by_function\(\s*"(\w+)"()'),
}
"""Dimensions -> the call that counts under them (handlers/shared/observability.py)."""


def counted(graph: Graph, namespace: str, dimensions: Mapping[str, Any]) -> dict[str, bool]:
    """Metrics that are published under these dimensions; none of them is a rate."""
    pattern = COUNTED.get(tuple(sorted(dimensions)))
    if pattern is None:
        return {}
    found: dict[str, bool] = {}
    for function in graph.all("lambda/function"):
        variables = function.inputs["environment"]["variables"]
        told = (variables["POWERTOOLS_METRICS_NAMESPACE"], {"service": variables["POWERTOOLS_SERVICE_NAME"], "function_name": function.inputs["name"]})
        if told[0] == namespace and all(told[1][name] == value for name, value in dimensions.items()):
            found |= dict.fromkeys((name for names in pattern.findall(_code(function)) for name in names if name), False)
    return found


def _code(function: Node) -> str:
    if not hasattr(function.inputs["code"], "path"):  # the platform's own, which counts nothing
        return ""
    with zipfile.ZipFile(function.inputs["code"].path) as bundle:
        return "".join(bundle.read(name).decode() for name in bundle.namelist())
