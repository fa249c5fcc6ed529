"""`make dashboard [WORKLOAD=orders]`: the deployed dashboards with this machine's own data, as pages under `.local/dashboards`.

The bodies are read from the embedded cloud, as CloudWatch would draw them; so are the data and the states of alarms. Without a workload the
stack's index is drawn, and the dashboards of all workloads that have some.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.dashboard_page import Data, Line, clock, page
from local.paths import LOCAL, ROOT
from local.running import running
from local.steps import Refusal, console, run_command
from platform_contract.features.dashboards import dashboard_name
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.platform.tags import PLATFORM

FOLDER = LOCAL / "dashboards"
INDEX = "index"
QUERIES = 500
"""Of one call of GetMetricData (CloudWatch API reference)."""
SEARCH = re.compile(r"SEARCH\('\{([^}]+)\} (.+)', '(\w+)', (\d+)\)")
NUMBER = "singleValue"
"""View of a widget that is one number, computed over many days."""
ON_AWS = "Logs Insights runs this query on AWS; here: make logs FUNCTION=NAME/FUNCTION"
LEARNT = "CloudWatch learns on AWS what is usual, from two weeks of data, and draws it as a band"
OF_DAYS = "CloudWatch computes it on AWS, from the requests of many days: a local stack has none"


@dataclass(frozen=True)
class Wanted:
    """One series of a graph."""

    widget: int
    label: str
    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    period: int

    def query(self, identity: str) -> dict[str, Any]:
        """As GetMetricData takes it."""
        metric = {"Namespace": self.namespace, "MetricName": self.metric, "Dimensions": _named(self.dimensions)}
        return {"Id": identity, "MetricStat": {"Metric": metric, "Period": self.period, "Stat": self.statistic}}


def _named(dimensions: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def series_of(body: dict[str, Any], metrics: Any) -> Iterator[Wanted]:
    """Every series of every graph; a search becomes one for each metric that it finds. `metrics`: a client of CloudWatch."""
    for number, widget in enumerate(body["widgets"]):
        if widget["type"] != "metric" or widget["properties"].get("view") == NUMBER:
            continue
        for *words, options in widget["properties"]["metrics"]:
            if words:
                dimensions = dict(zip(words[2::2], words[3::2], strict=True))
                yield Wanted(number, options["label"], words[0], words[1], dimensions, options["stat"], widget["properties"]["period"])
            elif "id" not in options:  # else a band, or what it is learnt of: the metric itself is drawn
                yield from _found(number, options, metrics)


def _found(number: int, options: dict[str, Any], metrics: Any) -> Iterator[Wanted]:
    """CloudWatch answers a search here with nothing, so its metrics are listed."""
    search = SEARCH.fullmatch(options["expression"])
    if search is None:
        raise Refusal(f"a graph has an expression of a form that is not known here: {options['expression']}")
    namespace, *names = search[1].split(",")
    terms = dict(re.findall(r'(\w+)="([^"]*)"', search[2]))
    metric = terms.pop("MetricName")
    pages = metrics.get_paginator("list_metrics").paginate(Namespace=namespace, MetricName=metric, Dimensions=_named(terms))
    for each in (it for answer in pages for it in answer["Metrics"]):
        dimensions = {it["Name"]: it["Value"] for it in each["Dimensions"]}
        if sorted(dimensions) == sorted(names):
            label = options["label"]
            for name, value in dimensions.items():
                label = label.replace(f"${{PROP('Dim.{name}')}}", value)
            yield Wanted(number, label, namespace, metric, dimensions, search[3], int(search[4]))


def data_of(body: dict[str, Any], metrics: Any, start: float, end: float) -> Data:
    """What the embedded cloud has measured from `start` to `end` (seconds since 1970) for a dashboard, and how its alarms are."""
    lines: dict[int, tuple[Line, ...]] = {}
    wanted = list(series_of(body, metrics))
    for some in in_parts(wanted, QUERIES):
        queries = {f"q{number}": each for number, each in enumerate(some)}
        answer = metrics.get_metric_data(
            MetricDataQueries=[each.query(identity) for identity, each in queries.items()], ScanBy="TimestampAscending",
            StartTime=datetime.fromtimestamp(start, UTC), EndTime=datetime.fromtimestamp(end, UTC),
        )["MetricDataResults"]  # fmt: skip
        for result in answer:
            series = queries[result["Id"]]
            points = sorted((at.timestamp(), value) for at, value in zip(result["Timestamps"], result["Values"], strict=True))
            if points:
                lines[series.widget] = (*lines.get(series.widget, ()), Line(series.label, tuple(points)))
    measured = {each["Namespace"] for answer in metrics.get_paginator("list_metrics").paginate() for each in answer["Metrics"]}
    notes = {each.widget: f"the embedded cloud has measured nothing of {each.namespace}" for each in wanted if each.namespace not in measured}
    notes |= {number: OF_DAYS for number, widget in enumerate(body["widgets"]) if widget["properties"].get("view") == NUMBER}
    notes |= {number: LEARNT for number, widget in enumerate(body["widgets"]) if "ANOMALY_DETECTION_BAND" in str(widget["properties"].get("metrics"))}
    notes |= {number: ON_AWS for number, widget in enumerate(body["widgets"]) if widget["type"] == "log"}
    return Data(start, end, lines, notes, states_of(body, metrics))


def in_parts(series: list[Wanted], size: int) -> Iterable[list[Wanted]]:
    return [series[start : start + size] for start in range(0, len(series), size)]


def states_of(body: dict[str, Any], metrics: Any) -> dict[str, str]:
    """ARN of each alarm of the dashboard that exists -> its state."""
    arns = {arn for widget in body["widgets"] if widget["type"] == "alarm" for arn in widget["properties"]["alarms"]}
    places = sorted({tuple(arn.split(":")[3:5]) for arn in arns})
    clients = [metrics, *(_elsewhere(metrics, region, account) for region, account in places if region != metrics.meta.region_name)]
    answers = [answer for client in clients for answer in client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])]
    found = (alarm for answer in answers for alarm in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())))
    return {alarm["AlarmArn"]: alarm["StateValue"] for alarm in found if alarm["AlarmArn"] in arns}


def _elsewhere(metrics: Any, region: str, account: str) -> Any:
    """The same embedded cloud in another region, where a distribution has its alarms."""
    import boto3

    return boto3.client(
        "cloudwatch", endpoint_url=metrics.meta.endpoint_url, region_name=region, aws_access_key_id=account, aws_secret_access_key="local"
    )


def draw(title: str, names: Iterable[str], metrics: Any, pages: dict[str, str], minutes: int, folder: Path) -> Path:
    """Writes the page of some dashboards. pages: name of a dashboard -> title of the page that it is on."""
    end = time.time()
    start = end - minutes * 60
    boards = []
    for name in names:
        body = json.loads(metrics.get_dashboard(DashboardName=name)["DashboardBody"])
        boards.append((name, body, data_of(body, metrics, start, end)))
    told = f"Drawn by make dashboard from the embedded cloud's own data, {clock(start)} to {clock(end)} UTC. On AWS, CloudWatch draws the same body."
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{title}.html"
    file.write_text(page(title, told, boards, lambda name: f"{pages.get(name, title)}.html#{name}"), encoding="utf-8")
    return file


def main() -> None:
    parser = argparse.ArgumentParser(prog="make dashboard", description=__doc__)
    parser.add_argument("--workload", default="", help="name of a workload; all that have dashboards without it")
    parser.add_argument("--minutes", type=int, default=60, help="how far back to look")
    args = parser.parse_args(sys.argv[1:])
    access = running()
    boards = {name: list(entry.dashboards.values()) for name, entry in access.inventory.workloads.items() if entry.dashboards}
    if args.workload and args.workload not in boards:
        told = ", ".join(boards) or "none"
        raise Refusal(f"'{args.workload}' has no dashboards: a workload of the local stack has some from `phase: standardize` on. Those that do: {told}")
    pages = {board: name for name, names in boards.items() for board in names}
    index = dashboard_name(stack_settings(ROOT, "local"), PLATFORM, INDEX)
    chosen = {args.workload: boards[args.workload]} if args.workload else {**({INDEX: [index]} if boards else {}), **boards}
    if not chosen:
        raise Refusal("no workload of the local stack has dashboards: they come with `phase: standardize`")
    metrics = access.cloud.client("cloudwatch")
    for title, names in chosen.items():
        console.print(draw(title, names, metrics, {**pages, index: INDEX}, args.minutes, FOLDER).as_uri(), markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(run_command(main))
