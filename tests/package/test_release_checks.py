"""The function that checks new versions: what it asks of them, what it makes of the answers, and what it tells CodeDeploy."""

import base64
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from serverless_platform.platform_functions.release import handler as entry
from serverless_platform.platform_functions.release.checks import Checks, Version

EVENT = {"name": "GET /orders/none", "event": {"routeKey": "GET /orders/{order_id}"}, "status": 404}
NOW = 1_800_000_000.0


class Cloud:
    """Clients of Lambda, CloudWatch and CloudWatch Logs in one."""

    def __init__(self) -> None:
        self.answer: Any = {"statusCode": 404, "body": "{}"}
        self.failed: str | None = None
        self.log = ""
        self.measured = {"invocations": [100.0], "errors": [0.0], "duration": [40.0]}
        self.events: list[dict[str, str]] = []
        self.invoked: list[str] = []
        self.queries: list[dict[str, Any]] = []

    def invoke(self, FunctionName: str, Payload: bytes, LogType: str) -> dict[str, Any]:
        assert LogType == "Tail"
        self.invoked.append(FunctionName)
        reply: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(self.answer).encode()), "LogResult": base64.b64encode(self.log.encode()).decode()}
        return reply | ({"FunctionError": self.failed} if self.failed else {})

    def get_metric_data(self, MetricDataQueries: list[dict[str, Any]], StartTime: datetime, EndTime: datetime) -> dict[str, Any]:
        assert StartTime < EndTime
        self.queries, self.window = MetricDataQueries, (StartTime, EndTime)
        return {"MetricDataResults": [{"Id": name, "Values": values} for name, values in self.measured.items()]}

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        assert asked["logGroupName"] == "/aws/lambda/dev-shop-api"
        return {"events": self.events}


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def checks(cloud: Cloud, **event: Any) -> Checks:
    wanted = {name: value for name, value in {**EVENT, **event}.items() if value is not None}
    data = {"dev-shop-api": {"log_group": "/aws/lambda/dev-shop-api", "failing_share": 0.05, "slow_ms": 8000, "events": [wanted]}}
    return Checks(cloud, cloud, cloud, data, lambda: NOW)


NEW = Version("dev-shop-api", "7", NOW - 600)


def test_before_the_shift_the_new_version_itself_is_asked(cloud: Cloud):
    assert checks(cloud).before(NEW) == []
    assert cloud.invoked == ["dev-shop-api:7"]


def test_after_it_the_alias_is_asked_and_the_version_measured(cloud: Cloud):
    assert checks(cloud).after(NEW) == []
    assert cloud.invoked == ["dev-shop-api:live"]
    for query in cloud.queries:
        dimensions = {each["Name"]: each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"]}
        assert dimensions == {"FunctionName": "dev-shop-api", "Resource": "dev-shop-api:live", "ExecutedVersion": "7"}
    assert cloud.window[0] <= datetime.fromtimestamp(NEW.since, UTC)


@pytest.mark.parametrize(("event", "answer", "failed", "told"), [
    ({}, {"statusCode": 500, "body": "broken"}, None, "GET /orders/none: was answered with 500, not 404: broken"),
    ({}, {"errorType": "KeyError", "errorMessage": "'id'"}, "Unhandled", "GET /orders/none: failed with KeyError: 'id'"),
    ({"status": None, "answer": {"a": {"b": 1}}}, {"a": {"b": 2, "c": 3}}, None, 'GET /orders/none: was answered with {"a": {"b": 2, "c": 3}}, which lacks {"a": {"b": 1}}'),
    ({"status": None, "error": "ValidationError"}, {"ok": True}, None, "GET /orders/none: was accepted, and should fail with ValidationError"),
    ({"status": None, "error": "ValidationError"}, {"errorType": "KeyError", "errorMessage": "x"}, "Unhandled", "GET /orders/none: failed with KeyError: x"),
])  # fmt: skip
def test_a_wrong_answer_is_told(cloud: Cloud, event, answer, failed, told):
    cloud.answer, cloud.failed = answer, failed
    assert checks(cloud, **event).before(NEW) == [told]


@pytest.mark.parametrize(("event", "answer", "failed"), [
    ({"status": None, "answer": {"a": {"b": 1}}}, {"a": {"b": 1, "c": 2}, "d": 3}, None),
    ({"status": None, "error": "ValidationError"}, {"errorType": "ValidationError", "errorMessage": "x"}, "Unhandled"),
    ({"status": None, "answer": {"batchItemFailures": []}}, {"batchItemFailures": []}, None),
])  # fmt: skip
def test_a_right_answer_is_not(cloud: Cloud, event, answer, failed):
    cloud.answer, cloud.failed = answer, failed
    assert checks(cloud, **event).before(NEW) == []


def test_what_the_log_says_of_a_failure_is_told_with_it(cloud: Cloud):
    cloud.answer, cloud.log = {"statusCode": 500}, "START\nTraceback (most recent call last):\nKeyError: 1\nEND"
    assert checks(cloud).before(NEW)[1:] == ["  Traceback (most recent call last):", "  KeyError: 1"]
    cloud.log = "cut off ERROR\n" + "x" * 4000 + "\nERROR whole"
    assert checks(cloud).before(NEW)[1:] == ["  ERROR whole"], "the first line of a full tail is a part of one"


def test_too_many_failures_are_told_with_the_log_of_the_version(cloud: Cloud):
    cloud.measured = {"invocations": [60.0, 40.0], "errors": [4.0, 2.0], "duration": [40.0]}
    cloud.events = [{"message": "ERROR of the old one", "logStreamName": "2026/01/01/[6]a"}, {"message": "ERROR of the new one", "logStreamName": "2026/01/01/[7]b"}]
    assert checks(cloud).after(NEW) == ["6 of 100 invocations of version 7 failed, and 5% may", "  ERROR of the new one"]
    cloud.measured["errors"] = [5.0]
    assert checks(cloud).after(NEW) == [], "5 of 100 may"


def test_slow_runs_are_told(cloud: Cloud):
    cloud.measured["duration"] = [40.0, 8001.0]
    assert checks(cloud).after(NEW) == ["one in a hundred runs of version 7 took 8001 ms or more, and 8000 is the most"]


def test_without_a_run_the_smoke_events_speak_alone(cloud: Cloud):
    cloud.measured = {"invocations": [], "errors": [], "duration": []}
    assert checks(cloud).after(NEW) == []


class CodeDeploy:
    def __init__(self, **states: str) -> None:
        events = [{"lifecycleEventName": name, "status": state, "startTime": datetime.fromtimestamp(NEW.since, UTC)} for name, state in states.items()]
        self.target = {"lambdaFunctionInfo": {"functionName": "dev-shop-api", "targetVersion": "7"}, "lifecycleEvents": events}
        self.told: list[dict[str, str]] = []

    def list_deployment_targets(self, deploymentId: str) -> Any:
        return {"targetIds": ["t"]}

    def batch_get_deployment_targets(self, deploymentId: str, targetIds: list[str]) -> Any:
        return {"deploymentTargets": [{"lambdaTarget": self.target}]}

    def put_lifecycle_event_hook_execution_status(self, **told: str) -> None:
        self.told.append(told)


@pytest.mark.parametrize(("states", "answer", "qualifier", "status"), [
    ({"BeforeAllowTraffic": "InProgress", "AfterAllowTraffic": "Pending"}, 404, "7", "Succeeded"),
    ({"BeforeAllowTraffic": "InProgress", "AfterAllowTraffic": "Pending"}, 500, "7", "Failed"),
    ({"BeforeAllowTraffic": "Succeeded", "AllowTraffic": "Succeeded", "AfterAllowTraffic": "InProgress"}, 404, "live", "Succeeded"),
    ({"BeforeAllowTraffic": "Succeeded", "AllowTraffic": "Succeeded", "AfterAllowTraffic": "InProgress"}, 500, "live", "Failed"),
    ({"BeforeAllowTraffic": "Succeeded"}, 404, None, "Failed"),
])  # fmt: skip
def test_codedeploy_is_always_told(monkeypatch, cloud: Cloud, states, answer, qualifier, status):
    """Otherwise the deployment would wait for an hour. Where no hook waits, the check itself is what failed."""
    codedeploy = CodeDeploy(**states)
    cloud.answer = {"statusCode": answer}
    monkeypatch.setattr(entry, "client", lambda service: codedeploy)
    monkeypatch.setattr(entry, "checks", lambda: checks(cloud))
    entry.handler({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "e-1"}, SimpleNamespace())
    assert codedeploy.told == [{"deploymentId": "d-1", "lifecycleEventHookExecutionId": "e-1", "status": status}]
    assert cloud.invoked == ([f"dev-shop-api:{qualifier}"] if qualifier else [])


def test_a_check_that_breaks_is_a_no(monkeypatch):
    codedeploy = CodeDeploy(BeforeAllowTraffic="InProgress")
    monkeypatch.setattr(entry, "client", lambda service: codedeploy)
    monkeypatch.setattr(entry, "checks", lambda: SimpleNamespace(before=lambda version: 1 / 0))
    assert "ZeroDivisionError" in entry.handler({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "e-1"}, None)["problems"][0]
    assert codedeploy.told[0]["status"] == "Failed"
