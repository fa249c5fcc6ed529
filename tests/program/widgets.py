"""Reads the body of a dashboard: what each of its graphs draws."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SEARCH = re.compile(r"SEARCH\('\{(?P<schema>[^}]+)\} (?P<terms>.+)', '(?P<statistic>\w+)', (?P<period>\d+)\)")


@dataclass(frozen=True)
class Drawn:
    """One metric of a graph; a dimension of None is searched for, whatever value it has."""

    graph: str
    namespace: str
    metric: str
    dimensions: dict[str, str | None]
    statistic: str


def widgets(body: str, kind: str) -> list[dict[str, Any]]:
    """Properties of the widgets of a kind."""
    return [each["properties"] for each in json.loads(body)["widgets"] if each["type"] == kind]


def drawn(body: str) -> Iterator[Drawn]:
    for graph in widgets(body, "metric"):
        for row in graph["metrics"]:
            *words, options = row
            if not words:
                if graph["view"] == "singleValue" or "id" in options:
                    continue  # computed from the metrics that stand beside it
                found = SEARCH.fullmatch(options["expression"])
                assert found, options["expression"]
                namespace, *names = found["schema"].split(",")
                terms = dict(re.findall(r'(\w+)="([^"]*)"', found["terms"]))
                metric = terms.pop("MetricName")
                assert set(terms) <= set(names), options["expression"]
                yield Drawn(graph["title"], namespace, metric, {name: terms.get(name) for name in names}, found["statistic"])
                continue
            namespace, metric, *pairs = words
            yield Drawn(graph["title"], namespace, metric, dict(zip(pairs[::2], pairs[1::2], strict=True)), options["stat"])
