"""A dashboard as data, and as the JSON document that CloudWatch takes.

Source: CloudWatch user guide, "Dashboard body structure and syntax".
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from platform_contract.platform.base import AlarmMetricPlan, Plain

WIDGETS = 500
"""At most, of one dashboard. Source: CloudWatch user guide, "Service quotas"."""
COLUMNS = 24
"""CloudWatch's grid is so wide."""
PERIOD_SECONDS = 60
"""Of a data point; CloudWatch takes longer ones for long times."""


class SeriesPlan(Plain):
    """One metric of a graph; or, with `versions_of`, one for each version of a function that was behind its alias."""

    label: str
    namespace: str
    metric_name: str
    statistic: str
    dimensions: dict[str, str]
    assigned_dimensions: tuple[str, ...] = ()
    """Dimensions whose value is the id of `api`, which AWS assigns."""
    api: str = ""
    by_version: bool = False


class LinePlan(Plain):
    """A threshold."""

    label: str
    value: float


class WidgetPlan(Plain):
    """One thing on a dashboard."""

    kind: Literal["text", "alarm", "metric", "log", "number", "band"]
    title: str = ""
    width: int = 8
    height: int = 6
    text: str = ""
    """Markdown of a text, query of a log."""
    alarm_arns: tuple[str, ...] = ()
    series: tuple[SeriesPlan, ...] = ()
    lines: tuple[LinePlan, ...] = ()
    period_seconds: int = PERIOD_SECONDS
    """Of a data point of its series."""
    metrics: dict[str, AlarmMetricPlan] = {}
    """What a number, or the line in a band, is computed from: name in `text`, its expression -> metric."""
    band: float = 0
    """Standard deviations that are still usual."""
    days: int = 0
    """Up to now, that a number is about, whatever time the dashboard shows."""
    api: str = ""
    """Whose id the metrics of a number or a band have as a dimension."""
    region: str = ""
    """Of its metrics, if not the dashboard's own."""


class DashboardPlan(Plain):
    physical_name: str
    widgets: tuple[WidgetPlan, ...] = Field(max_length=WIDGETS)

    def apis(self) -> list[str]:
        """APIs whose ids it needs."""
        return sorted({api for widget in self.widgets for api in (widget.api, *(each.api for each in widget.series)) if api})


def body_of(plan: DashboardPlan, region: str, api_ids: Mapping[str, str]) -> str:
    """The dashboard as CloudWatch takes it. api_ids: of the APIs that it needs, as AWS assigned them."""
    widgets, x, y, height = [], 0, 0, 0
    for widget in plan.widgets:
        if x + widget.width > COLUMNS:
            x, y, height = 0, y + height, 0
        place: dict[str, Any] = {"x": x, "y": y, "width": widget.width, "height": widget.height}
        place["type"] = "metric" if widget.kind in ("number", "band") else widget.kind
        widgets.append({**place, "properties": _properties(widget, region, api_ids)})
        x, height = x + widget.width, max(height, widget.height)
    return json.dumps({"widgets": widgets}, sort_keys=True)


def _properties(widget: WidgetPlan, region: str, api_ids: Mapping[str, str]) -> dict[str, Any]:
    match widget.kind:
        case "text":
            return {"markdown": widget.text}
        case "alarm":
            return {"title": widget.title, "alarms": list(widget.alarm_arns)}
        case "number":
            return _number(widget, region, api_ids)
        case "band":
            return _band(widget, region, api_ids)
        case "log":
            return {"title": widget.title, "region": region, "query": widget.text, "view": "table"}
    drawn = {
        "title": widget.title, "region": widget.region or region, "view": "timeSeries", "stacked": False, "period": widget.period_seconds,
        "yAxis": {"left": {"min": 0}}, "metrics": [_metric(each, api_ids) for each in widget.series],
    }  # fmt: skip
    lines = [{"label": line.label, "value": line.value} for line in widget.lines]
    return {**drawn, "annotations": {"horizontal": lines}} if lines else drawn


def _number(widget: WidgetPlan, region: str, api_ids: Mapping[str, str]) -> dict[str, Any]:
    """One value for all of its days: the period is the whole time."""
    rows: list[Any] = [[{"expression": widget.text, "label": widget.title, "id": "number"}], *_hidden(widget, api_ids)]
    return {
        "title": widget.title, "region": region, "view": "singleValue", "setPeriodToTimeRange": True, "period": PERIOD_SECONDS,
        "start": f"-P{widget.days}D", "end": "P0D", "metrics": rows,
    }  # fmt: skip


def _band(widget: WidgetPlan, region: str, api_ids: Mapping[str, str]) -> dict[str, Any]:
    """A line, and what is usual of it: the same expression and period as of the alarm, so that CloudWatch draws the band which that one has learnt."""
    usual = {"expression": f"ANOMALY_DETECTION_BAND(watched, {widget.band:g})", "label": "usual", "id": "usual"}
    rows = [[{"expression": widget.text, "label": widget.title, "id": "watched"}], [usual], *_hidden(widget, api_ids)]
    return {
        "title": widget.title, "region": region, "view": "timeSeries", "stacked": False, "period": widget.period_seconds, "yAxis": {"left": {"min": 0}},
        "metrics": rows,
    }  # fmt: skip


def _hidden(widget: WidgetPlan, api_ids: Mapping[str, str]) -> list[list[Any]]:
    """The metrics that an expression is computed from."""
    rows: list[list[Any]] = []
    for name, metric in widget.metrics.items():
        dimensions = {**metric.dimensions, **dict.fromkeys(metric.assigned_dimensions, api_ids[widget.api] if widget.api else "")}
        words = [word for pair in dimensions.items() for word in pair]
        rows.append([metric.namespace, metric.metric_name, *words, {"id": name, "stat": metric.statistic, "visible": False, "label": name}])
    return rows


def _metric(series: SeriesPlan, api_ids: Mapping[str, str]) -> list[Any]:
    dimensions = {**series.dimensions, **dict.fromkeys(series.assigned_dimensions, api_ids[series.api] if series.api else "")}
    if not series.by_version:
        words = [word for pair in dimensions.items() for word in pair]
        return [series.namespace, series.metric_name, *words, {"label": series.label, "stat": series.statistic}]
    schema = ",".join([series.namespace, *dimensions, "ExecutedVersion"])
    terms = " ".join(f'{name}="{value}"' for name, value in [("MetricName", series.metric_name), *dimensions.items()])
    return [{"expression": f"SEARCH('{{{schema}}} {terms}', '{series.statistic}', {PERIOD_SECONDS})", "label": series.label}]
