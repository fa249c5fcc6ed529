"""The registry of owners as a stack is now: releases, alarms and error budgets of fakes; what a service does not say is unknown, never well."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations import owners
from operations.owners import COLUMNS, Registry, aligned, page
from operations.releases.record import Move, Records, Release
from platform_contract.inventory import Inventory
from tests.operations.fake_aws import Ssm, inventory, paginated

NOW = datetime(2026, 11, 30, 8, 0, 30, tzinfo=UTC)
SINCE = datetime(2026, 11, 30, 7, 55, tzinfo=UTC)
PAGE, TICKET, OTHER = "dev-shop-http-availability-burn-1h", "dev-shop-http-latency-burn-1d", "dev-shop-api-errors"
HTTP = {"namespace": "AWS/ApiGateway", "dimensions": {"ApiId": "a1", "Stage": "$default"}}


def objective(indicator: str, budget: float, bad: str, alarm: str, **metrics: tuple[str, str]) -> dict[str, Any]:
    return {
        "api": "http", "indicator": indicator, "budget": budget, "days": 30, "alarms": [alarm], "bad": bad,
        "metrics": {name: {**HTTP, "metric_name": metric, "statistic": statistic} for name, (metric, statistic) in metrics.items()},
    }  # fmt: skip


OBJECTIVES = [
    objective("availability", 0.001, "failed", PAGE, failed=("5xx", "Sum"), total=("Count", "SampleCount")),
    objective("latency", 0.01, "(100 - within) / 100 * total", TICKET, within=("Latency", "PR(:800)"), total=("Latency", "SampleCount")),
]
REGISTRY = {"contact": "#shop", "on_call": "shop@example.com", "cost_centre": "CC-1", "expected_usd": 1234.5, "budget_usd": 2000}


def stack(*, phase: str = "scale", **changes: Any) -> Inventory:
    plain = inventory("dev-shop-api", phase=phase).to_plain()
    known = {"registry": REGISTRY, "objectives": OBJECTIVES if phase == "scale" else [], "alarms": [PAGE, TICKET, OTHER]}
    plain["workloads"]["shop"] |= known | changes
    return Inventory.model_validate(plain)


class CloudWatch:
    """Alarms with their states, in pages of two; and data points by what is asked for."""

    def __init__(self, endpoint: str = "https://monitoring.eu-west-1.amazonaws.com", **states: str) -> None:
        self.states = {PAGE: "OK", TICKET: "OK", OTHER: "OK", **states}
        self.points: dict[str, list[float]] = {"failed": [1, 0], "total": [4000, 6000], "bad": [20, 30]}
        self.asked: list[dict[str, Any]] = []
        self.meta = SimpleNamespace(endpoint_url=endpoint)

    def get_paginator(self, operation: str) -> Any:
        return paginated(self, operation)

    def describe_alarms(self, AlarmNames: list[str], AlarmTypes: list[str], NextToken: str = "0") -> dict[str, Any]:
        assert len(AlarmNames) <= 100 and AlarmTypes == ["MetricAlarm", "CompositeAlarm"], "without the second, alarms of alarms are not told"
        start, known = int(NextToken), [name for name in AlarmNames if name in self.states]
        shown = [{"AlarmName": name, "StateValue": self.states[name], "StateUpdatedTimestamp": SINCE} for name in known[start : start + 2]]
        more = {"NextToken": str(start + 2)} if start + 2 < len(known) else {}
        return {"MetricAlarms": [it for it in shown if "burn" not in it["AlarmName"]], "CompositeAlarms": [it for it in shown if "burn" in it["AlarmName"]], **more}

    def get_metric_data(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"MetricDataResults": [{"Id": each["Id"], "Values": self.points[each["Id"]]} for each in asked["MetricDataQueries"] if each["ReturnData"]]}


class Denied(CloudWatch):
    def describe_alarms(self, **_: Any) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeAlarms")


def told(given: Inventory, cloudwatch: CloudWatch, ssm: Ssm | None = None, functions: Any = None) -> tuple[dict[str, str], list[str]]:
    """(the row of `shop`, notes)."""
    services = {"cloudwatch": cloudwatch, "ssm": ssm or Ssm(), "lambda": functions}
    registry = Registry(given, services.__getitem__, lambda: NOW)
    [row] = registry.rows()
    return dict(zip(COLUMNS, row, strict=True)), registry.notes


def release(result: Any, who: str = "anna") -> Release:
    return Release(id=f"{result}-{who}", result=result, functions={"api": Move(before="1", after="2")}, who=who, began="2026-11-29T19:47:07+00:00", host="h", pid=1)


def test_a_row_says_who_answers_and_what_was_released_last():
    ssm = Ssm()
    records = Records(ssm, "/dev/shop/release.record")
    records.write(release("released"))
    records.write(release("rolled_back_by_hand", "ben"))
    row, notes = told(stack(), CloudWatch(), ssm)
    assert row == {
        "workload": "shop", "owner": "team", "on call": "shop@example.com", "phase": "scale", "expected / budget a month": "1,234.50 / 2,000.00 USD",
        "last release": "2026-11-29 19:47 rolled back by hand api 1->2", "by": "ben", "objectives": "kept",
        "error budget left": "http availability 90 %, http latency 50 %", "alarms on": "0 of 3",
    }  # fmt: skip
    assert notes == []


def test_an_alarm_of_another_region_is_asked_for_there():
    """Metrics of a distribution are in one region of the world, and their alarms with them."""
    here, there, asked = CloudWatch(), CloudWatch(), []

    def elsewhere(region: str) -> Any:
        asked.append(region)
        return {"cloudwatch": there}.__getitem__

    here.states.pop(OTHER)
    there.states[OTHER] = "ALARM"
    services = {"cloudwatch": here, "ssm": Ssm(), "lambda": None}
    [row] = Registry(stack(alarm_regions={OTHER: "us-east-1"}), services.__getitem__, lambda: NOW, elsewhere).rows()
    assert (row[COLUMNS.index("alarms on")], asked) == ("1 of 3", ["us-east-1"])
    assert told(stack(), here)[0]["alarms on"] == "0 of 3, 1 missing"


def test_before_any_release_that_is_said():
    assert told(stack(), CloudWatch())[0]["last release"] == "none since the first update"


def test_a_pilot_goes_live_with_each_update_and_promises_nothing():
    asked: list[dict[str, str]] = []

    def configuration(**given: str) -> dict[str, str]:
        asked.append(given)
        return {"LastModified": "2026-11-29T19:47:28.000+0000"}

    row, _ = told(stack(phase="pilot"), CloudWatch(), functions=SimpleNamespace(get_function_configuration=configuration))
    assert (row["last release"], row["by"], row["objectives"], row["error budget left"]) == ("2026-11-29 19:47 with an update", "-", "none", "-")
    assert asked == [{"FunctionName": "dev-shop-api", "Qualifier": "live"}]


def test_the_error_budget_is_that_of_the_days_of_the_objective():
    cloudwatch = CloudWatch()
    told(stack(), cloudwatch)
    availability, latency = cloudwatch.asked
    assert availability["EndTime"] - availability["StartTime"] == timedelta(days=30) and availability["EndTime"] == NOW.replace(second=0)
    assert [(each["Id"], each.get("Expression"), each["ReturnData"]) for each in availability["MetricDataQueries"]] == [("failed", None, True), ("total", None, True)]
    assert [(each["Id"], each.get("Expression"), each["ReturnData"]) for each in latency["MetricDataQueries"]] == [
        ("within", None, False), ("total", None, True), ("bad", "(100 - within) / 100 * total", True),
    ]  # fmt: skip
    stat = latency["MetricDataQueries"][0]["MetricStat"]
    assert (stat["Stat"], stat["Period"]) == ("PR(:800)", 86_400)
    assert stat["Metric"]["Dimensions"] == [{"Name": "ApiId", "Value": "a1"}, {"Name": "Stage", "Value": "$default"}]


@pytest.mark.parametrize(("points", "left"), [
    ({"failed": [], "total": []}, "http availability no requests"), ({"failed": [30], "total": [10_000]}, "http availability -200 %"),
    ({"failed": [], "total": [10_000]}, "http availability 100 %"),
])  # fmt: skip
def test_more_than_all_of_it_may_be_gone(points, left: str):
    cloudwatch = CloudWatch()
    cloudwatch.points |= points
    assert told(stack(objectives=OBJECTIVES[:1]), cloudwatch)[0]["error budget left"] == left


@pytest.mark.parametrize(("states", "objectives", "on"), [
    ({PAGE: "ALARM"}, "at risk: http availability since 2026-11-30 07:55 (1h)", "1 of 3"),
    ({PAGE: "ALARM", TICKET: "ALARM", OTHER: "ALARM"}, "at risk: http availability since 2026-11-30 07:55 (1h), http latency since 2026-11-30 07:55 (1d)", "3 of 3"),
    ({PAGE: "INSUFFICIENT_DATA"}, "no data yet", "0 of 3"), ({OTHER: "ALARM"}, "kept", "1 of 3"),
])  # fmt: skip
def test_an_objective_is_at_risk_while_its_alarm_lasts(states, objectives: str, on: str):
    cloudwatch = CloudWatch()
    cloudwatch.states |= states
    row, _ = told(stack(), cloudwatch)
    assert (row["objectives"], row["alarms on"]) == (objectives, on)


def test_an_alarm_that_is_gone_is_no_good_news():
    cloudwatch = CloudWatch()
    del cloudwatch.states[PAGE]
    row, _ = told(stack(), cloudwatch)
    assert (row["objectives"], row["alarms on"]) == (f"unknown: no alarm {PAGE}", "0 of 3, 1 missing")


def test_what_may_not_be_read_is_unknown_and_told_once():
    row, notes = told(stack(), Denied())
    assert (row["objectives"], row["alarms on"]) == ("unknown", "unknown")
    assert notes == ["alarms: An error occurred (AccessDenied) when calling the DescribeAlarms operation: no"]


def test_many_alarms_are_asked_for_in_parts():
    names = [f"dev-shop-{number}-errors" for number in range(250)]
    cloudwatch = CloudWatch(**dict.fromkeys(names, "OK"))
    assert told(stack(alarms=[PAGE, TICKET, *names]), cloudwatch)[0]["alarms on"] == "0 of 252"


def test_the_embedded_cloud_says_that_it_computes_nothing():
    row, notes = told(stack(), CloudWatch("http://127.0.0.1:4566"))
    assert (row["error budget left"], row["objectives"]) == ("unknown", "not evaluated"), "no news is no good news there"
    assert notes == ["objectives: the embedded cloud computes no metrics, its APIs publish none, and its alarms of metric math are never evaluated"]
    assert told(stack(), CloudWatch("http://127.0.0.1:4566", **{PAGE: "ALARM"}))[0]["objectives"].startswith("at risk: http availability")


def test_a_page_holds_the_table_and_no_text_of_the_stack_breaks_it():
    given = stack()
    text = page(given, [("a|b", "<script>", *["x"] * (len(COLUMNS) - 2))], ["no\nline"], NOW)
    assert "As of 2026-11-30 08:00 UTC, from account 111111111111 in eu-west-1" in text
    assert r"| a\|b | &lt;script> |" in text and "- no line" in text


def test_a_terminal_gets_columns():
    assert list(aligned([("workload", "by"), ("a-long-name", "-")])) == ["workload     by", "a-long-name  -"]


def test_a_page_that_cannot_be_written_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(owners, "clients_in", lambda _: {"cloudwatch": CloudWatch(), "ssm": Ssm()}.__getitem__)
    options = SimpleNamespace(page=str(tmp_path / "none" / "page.md"))
    with pytest.raises(owners.OperationError, match=r"cannot write .*: No such file or directory"):
        list(owners.lines(options, stack()))  # type: ignore[arg-type]
    options.page = str(tmp_path / "page.md")
    assert list(owners.lines(options, stack())) == [f"{tmp_path / 'page.md'}: 1 workloads of dev"]  # type: ignore[arg-type]
