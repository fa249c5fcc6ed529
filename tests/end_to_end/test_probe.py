"""The probe on the embedded cloud: its own function under its own role, over HTTP, with a token of its own user; and what it sees that smoke events do not."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.checkout import Checkout
from tests.end_to_end.calls import log_lines

pytestmark = pytest.mark.end_to_end

READ = "GET /orders/no-order-of-this-id"
FINE = {"POST /orders": "", "GET /orders?limit=1": "", READ: ""}


@pytest.fixture(scope="module")
def access(small: Checkout) -> Any:
    """The stack, whose probe has been given a user."""
    done = small.run("local.operate", "probe-login", "orders")
    assert done.returncode == 0, done.stdout
    assert "the user probe-orders@local.invalid" in done.stdout
    return small.access()


def probed(small: Checkout) -> dict[str, str]:
    """What one run by hand says: request -> what was wrong."""
    done = small.run("local.operate", "run-schedule", "orders/probe")
    assert done.returncode == 0, done.stdout
    answer: dict[str, str] = json.loads(done.stdout[done.stdout.index("\n{\n") :])
    return answer


def counted(access: Any, route: str, since: datetime) -> tuple[float, float]:
    """(least, number) of the values that a route got."""
    dimensions = {"service": "orders", "api": "local-orders-http", "route": route}
    points = access.cloud.client("cloudwatch").get_metric_statistics(
        Namespace="serverless-platform", MetricName="ProbeSucceeded", StartTime=since, EndTime=datetime.now(UTC) + timedelta(minutes=1), Period=60,
        Statistics=["Minimum", "SampleCount"], Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return min((each["Minimum"] for each in points), default=-1), sum(each["SampleCount"] for each in points)


def log_of_probe(access: Any) -> str:
    group = access.inventory.workloads["orders"].probe.function.log_group
    pages = access.cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return "\n".join(event["message"] for page in pages for event in page["events"])


@contextmanager
def failing_version(access: Any, function: str) -> Iterator[None]:
    """Callers get a version that fails, as if a release had let one pass."""
    lambdas = access.cloud.client("lambda")
    sound = lambdas.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
    handler = lambdas.get_function_configuration(FunctionName=function)["Handler"]
    lambdas.update_function_configuration(FunctionName=function, Handler="orders.api.nothing_of_this_name")
    broken = lambdas.publish_version(FunctionName=function)["Version"]
    lambdas.update_function_configuration(FunctionName=function, Handler=handler)
    lambdas.update_alias(FunctionName=function, Name="live", FunctionVersion=broken)
    try:
        yield
    finally:
        lambdas.update_alias(FunctionName=function, Name="live", FunctionVersion=sound)
        lambdas.delete_function(FunctionName=function, Qualifier=broken)


@contextmanager
def other_authorizer(access: Any, route_key: str) -> Iterator[None]:
    """API Gateway lets other callers in than before, as after a change by hand; the function is as sound as ever."""
    gateway, api = access.cloud.client("apigatewayv2"), access.inventory.workloads["orders"].apis["http"].api_id
    route = next(each for each in gateway.get_routes(ApiId=api)["Items"] if each["RouteKey"] == route_key)
    gateway.update_route(ApiId=api, RouteId=route["RouteId"], AuthorizationType="AWS_IAM")
    try:
        yield
    finally:
        gateway.update_route(ApiId=api, RouteId=route["RouteId"], AuthorizationType="JWT", AuthorizerId=route["AuthorizerId"])


def test_a_healthy_workload_is_called_as_a_client_calls_it(small: Checkout, access):
    since = datetime.now(UTC) - timedelta(minutes=1)
    before = counted(access, "GET /orders/{order_id}", since)[1]
    assert probed(small) == FINE
    assert counted(access, "GET /orders/{order_id}", since)[1] > before
    seen = [line for line in log_lines(access, "orders", "api") if str(line.get("correlation_id", "")).startswith("probe-")]
    assert {line["message"] for line in seen} >= {"request refused", "orders listed now"}, "its ids begin so that its requests can be told from callers'"
    assert "eyJ" not in log_of_probe(access), "no token is in its log"


def test_a_version_that_fails_is_seen_with_its_reason(small: Checkout, access):
    function = access.inventory.workloads["orders"].functions["api"].physical_name
    since = datetime.now(UTC)
    with failing_version(access, function):
        told = probed(small)
        assert all(problem.startswith("answered with 50") for problem in told.values()), told
    assert counted(access, "GET /orders/{order_id}", since - timedelta(minutes=1))[0] == 0
    assert "GET /orders/{order_id}: answered with 50" in log_of_probe(access)
    assert probed(small) == FINE, "and it is seen that it is well again"


def test_it_sees_what_smoke_events_cannot(small: Checkout, access):
    """They invoke the function directly, which still answers as it should: it is the way to it that is closed."""
    function = access.inventory.workloads["orders"].functions["api"]
    with other_authorizer(access, "GET /orders/{order_id}"):
        told = probed(small)
        assert re.match("answered with 40[13], not 404", told[READ]), told
        assert {name: problem for name, problem in told.items() if name != READ} == {name: "" for name in FINE if name != READ}
        checks = access.inventory.workloads["orders"].release.checks_name
        event = {"hook": "BeforeAllowTraffic", "function": function.physical_name, "version": "live"}
        reply = access.cloud.client("lambda").invoke(FunctionName=checks, Payload=json.dumps(event))
        assert json.loads(reply["Payload"].read()) == {"problems": []}
    assert probed(small) == FINE


def test_without_a_value_in_its_secret_nothing_is_counted(small: Checkout, access):
    """Nobody is called at night because nobody has given the probe a user yet: no data is what the ticket is for."""
    secrets, name = access.cloud.client("secretsmanager"), access.inventory.workloads["orders"].probe.secret_name
    kept = secrets.get_secret_value(SecretId=name)["SecretString"]
    secrets.put_secret_value(SecretId=name, SecretString="{}")
    since = datetime.now(UTC) - timedelta(minutes=10)
    before = counted(access, "GET /orders", since)[1]
    try:
        told = probed(small)
    finally:
        secrets.put_secret_value(SecretId=name, SecretString=kept)
    assert set(told.values()) == {f"not called: the secret {name} is no JSON object with username"}
    assert counted(access, "GET /orders", since)[1] == before
