"""Amazon CloudWatch: dashboards, and what their body may hold (user guide, "Dashboard body structure and syntax")."""

import json
from collections.abc import Iterator
from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State

WIDGETS = 500
METRICS_OF_A_WIDGET = 500
METRICS = 2500
"""CloudWatch user guide, "Service quotas": of a dashboard, of one widget, and of all widgets of a dashboard."""
ALARMS_OF_A_WIDGET = 100
NEEDS = {
    "alarm": ("alarms",), "custom": ("endpoint",), "explorer": ("metrics",), "log": ("query", "region"), "metric": ("region",),
    "text": ("markdown",),
}  # fmt: skip
"""Type of a widget -> the properties that it has to have."""
PLACE = {"x": (0, 23), "y": (0, 9999), "width": (1, 24), "height": (1, 1000)}


def _body(inputs: State) -> list[tuple[str, str]]:
    """The emulator keeps any text; PutDashboard refuses what it cannot draw, and warns of the rest."""
    content = inputs.get("dashboardBody")
    if not isinstance(content, str):
        return []
    try:
        document = json.loads(content)
    except ValueError as error:
        return [("dashboardBody", f"dashboardBody: is no JSON document: {error}")]
    widgets = document.get("widgets") if isinstance(document, dict) else None
    if not isinstance(widgets, list):
        return [("dashboardBody", "dashboardBody: is an object with widgets, a list")]
    found = [f"{len(widgets)} widgets, at most {WIDGETS} are taken"] if len(widgets) > WIDGETS else []
    drawn = sum(len(_metrics(each)) for each in widgets)
    if drawn > METRICS:
        found.append(f"{drawn} metrics in all widgets, at most {METRICS} are taken")
    found += [f"widgets[{index}]{told}" for index, each in enumerate(widgets) for told in _widget(each)]
    return [("dashboardBody", f"dashboardBody: {each}") for each in found]


def _metrics(widget: Any) -> list[Any]:
    properties = widget.get("properties") if isinstance(widget, dict) else None
    metrics = properties.get("metrics") if isinstance(properties, dict) else None
    return metrics if isinstance(metrics, list) else []


def _widget(widget: Any) -> Iterator[str]:
    kind = widget.get("type") if isinstance(widget, dict) else None
    if kind not in NEEDS:
        yield f".type={kind!r}: must be one of {', '.join(NEEDS)}"
        return
    for name, (low, high) in PLACE.items():
        value = widget.get(name)
        if value is not None and not (isinstance(value, int) and low <= value <= high):
            yield f".{name}={value!r}: must be {low} to {high}"
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield ": missing 'properties'"
        return
    for name in NEEDS[kind]:
        if name not in properties:
            yield f".properties: missing '{name}'"
    if kind == "alarm" and len(properties.get("alarms", ())) > ALARMS_OF_A_WIDGET:
        yield f".properties.alarms: at most {ALARMS_OF_A_WIDGET} are taken"
    if kind == "metric":
        yield from _graph(widget, properties)


def _graph(widget: Any, properties: State) -> Iterator[str]:
    metrics = _metrics(widget)
    if not metrics and not properties.get("annotations"):
        yield ".properties: has neither metrics nor annotations"
    if len(metrics) > METRICS_OF_A_WIDGET:
        yield f".properties.metrics: has {len(metrics)} entries, at most {METRICS_OF_A_WIDGET} are taken"
    for index, row in enumerate(metrics):
        words = [each for each in row if isinstance(each, str)] if isinstance(row, list) else []
        options = [each for each in row if isinstance(each, dict)] if isinstance(row, list) else []
        is_expression = not words and len(options) == 1 and "expression" in options[0]
        if not is_expression and (len(words) < 2 or len(words) % 2 or len(options) > 1):
            yield f".properties.metrics[{index}]: is a namespace, a name and pairs of dimensions, or one object with an expression"


def _read(work: Work) -> State | None:
    return work.properties(Call("get_dashboard"), work.call("get_dashboard", DashboardName=work.state["id"]))


RESOURCES = [
    Resource(
        "aws:cloudwatch/dashboard:Dashboard", "cloudwatch", id="{dashboardName}", named="dashboardName", name_limit=255,
        known={"dashboardArn": "arn:{partition}:cloudwatch::{account}:dashboard/{dashboardName}"},
        create=Call("put_dashboard"), update=(Call("put_dashboard"),), read=_read,
        delete=(Call("delete_dashboards", {"DashboardNames": lambda work: [work.state["id"]]}),),
        json=frozenset({"dashboardBody"}), ordered=frozenset({"dashboardBody"}), checks=(_body,),
        limits={"dashboardName": {"pattern": r"[A-Za-z0-9_-]{1,255}"}},  # CloudWatch API reference, PutDashboard
        aws_refuses=(
            Refusal("cloudwatch-dashboard-overwrites", "PutDashboard overwrites a dashboard of the same name, whoever made it; dashboards belong to the account and not to a region."),
            Refusal("cloudwatch-dashboard-draws-what-exists", "A widget whose metric, alarm or log group does not exist is drawn empty; nothing looks when the dashboard is made."),
        ),
    ),
]  # fmt: skip
