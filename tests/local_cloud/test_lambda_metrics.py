"""What the embedded cloud records of a function's runs: the metrics and dimensions that Lambda publishes, whoever invoked it."""

import io
import json
import socket
import time
import urllib.request
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from local import cloud as clouds
from local.ministack_entry import dimensions_of, embedded_metrics

pytestmark = pytest.mark.emulator

ACCOUNT, REGION = "000000000000", "eu-west-1"
NAME = "measured"
CODE = """
def handler(event, context):
    if VERSION == 1:
        print('{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{"Namespace": "own", "Dimensions": [["service"]], "Metrics": [{"Name": "Seen", "Unit": "Count"}]}]}, "service": "it", "Seen": [2, 1]}')
    if VERSION == 2:
        raise ValueError("of the new version")
    return {"statusCode": 200, "body": context.invoked_function_arn}
"""


def code(version: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", f"VERSION = {version}\n{CODE}")
    return packed.getvalue()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    folder = tmp_path_factory.mktemp("metrics")
    with socket.socket() as probe:
        probe.bind((clouds.HOST, 0))
        port = probe.getsockname()[1]
    running, _ = clouds.start(ACCOUNT, REGION, port, folder)
    try:
        yield running
    finally:
        clouds.stop(folder)


@pytest.fixture
def function(cloud):
    """A function with versions 1, which answers, and 2, which fails; alias `live` at 1."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    role = cloud.client("iam").create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    made = cloud.client("lambda")
    made.create_function(
        FunctionName=NAME, Runtime="python3.13", Handler="app.handler", Role=role, Code={"ZipFile": code(1)}, Publish=True
    )
    made.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    made.update_function_code(FunctionName=NAME, ZipFile=code(2), Publish=True)
    yield made
    made.delete_function(FunctionName=NAME)
    cloud.client("iam").delete_role(RoleName=NAME)
    urllib.request.urlopen(urllib.request.Request(f"{cloud.endpoint}/_ministack/reset", method="POST")).read()  # metrics too


def total(cloud, metric: str, statistic: str = "Sum", namespace: str = "AWS/Lambda", **dimensions: str) -> float:
    """Of the last ten minutes, by GetMetricStatistics; 0 where nothing was recorded."""
    now = datetime.now(UTC)
    points = cloud.client("cloudwatch").get_metric_statistics(
        Namespace=namespace, MetricName=metric, Period=3600, Statistics=[statistic], StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1), Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
    )["Datapoints"]  # fmt: skip
    return sum(point[statistic] for point in points)


def query(cloud, metric: str, statistic: str, **dimensions: str) -> list[float]:
    """The same by GetMetricData."""
    now = datetime.now(UTC)
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    stat = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": named}, "Period": 3600, "Stat": statistic}
    answer = cloud.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "it", "MetricStat": stat}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
    )
    return answer["MetricDataResults"][0]["Values"]


BY_FUNCTION = {"FunctionName": NAME}
BY_ALIAS = {**BY_FUNCTION, "Resource": f"{NAME}:live"}
BY_VERSION = {**BY_FUNCTION, "Resource": f"{NAME}:1"}
NEW, OLD = {**BY_ALIAS, "ExecutedVersion": "2"}, {**BY_ALIAS, "ExecutedVersion": "1"}


def test_a_new_version_behind_the_alias_is_measured_apart(cloud, function):
    for _ in range(3):
        function.invoke(FunctionName=NAME, Qualifier="live")
    function.update_alias(FunctionName=NAME, Name="live", FunctionVersion="2")
    for _ in range(2):
        assert function.invoke(FunctionName=NAME, Qualifier="live")["FunctionError"]
    function.invoke(FunctionName=NAME, Qualifier="1")
    function.invoke(FunctionName=NAME)
    assert {metric: total(cloud, metric, **NEW) for metric in ("Invocations", "Errors")} == {"Invocations": 2, "Errors": 2}
    assert {metric: total(cloud, metric, **OLD) for metric in ("Invocations", "Errors")} == {"Invocations": 3, "Errors": 0}
    assert total(cloud, "Invocations", **BY_ALIAS) == 5 and total(cloud, "Invocations", **BY_VERSION) == 1
    assert total(cloud, "Invocations", **BY_FUNCTION) == 7 and total(cloud, "Errors", **BY_FUNCTION) == 3
    assert total(cloud, "Errors", "Average", **NEW) == 1 and query(cloud, "Errors", "Average", **NEW) == [1]
    assert query(cloud, "Errors", "Average", **OLD) == [0]
    (slowest,) = query(cloud, "Duration", "Maximum", **NEW)
    (p99,) = query(cloud, "Duration", "p99", **NEW)
    assert 0 < p99 <= slowest < 60_000
    assert query(cloud, "Invocations", "Sum", **BY_ALIAS, ExecutedVersion="3") == [], "of a version that never ran"


def test_calls_of_an_api_are_measured_and_know_their_alias(cloud, function):
    apis = cloud.client("apigatewayv2")
    api = apis.create_api(Name=NAME, ProtocolType="HTTP")["ApiId"]
    alias = function.get_alias(FunctionName=NAME, Name="live")["AliasArn"]
    integration = apis.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
        IntegrationUri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{alias}/invocations",
    )["IntegrationId"]  # fmt: skip
    apis.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{integration}")
    apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    for _ in range(2):
        with urllib.request.urlopen(f"{cloud.endpoint}/_aws/execute-api/{api}/$default/", timeout=30) as answer:
            assert answer.read().decode() == alias
    assert [total(cloud, "Invocations", **each) for each in (BY_FUNCTION, BY_ALIAS, OLD)] == [2, 2, 2]
    assert total(cloud, "Duration", "SampleCount", **OLD) == 2


def test_messages_of_a_queue_are_measured(cloud, function):
    queues = cloud.client("sqs")
    queue = queues.create_queue(QueueName=NAME)["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    function.create_event_source_mapping(EventSourceArn=arn, FunctionName=f"{NAME}:live", BatchSize=1)
    queues.send_message(QueueUrl=queue, MessageBody="{}")
    deadline = time.monotonic() + 20
    while total(cloud, "Invocations", **OLD) == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [total(cloud, "Invocations", **each) for each in (BY_FUNCTION, BY_ALIAS, OLD)] == [1, 1, 1]


def test_what_is_throttled_was_not_invoked(cloud, function):
    function.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=0)
    with pytest.raises(function.exceptions.TooManyRequestsException) as refused:
        function.invoke(FunctionName=NAME)  # ministack applies no reserved concurrency behind an alias
    calls = refused.value.response["ResponseMetadata"]["RetryAttempts"] + 1
    assert (total(cloud, "Throttles", **BY_FUNCTION), total(cloud, "Invocations", **BY_FUNCTION)) == (calls, 0)


def test_an_asynchronous_call_is_measured_when_it_runs(cloud, function):
    function.invoke(FunctionName=NAME, Qualifier="live", InvocationType="Event")
    deadline = time.monotonic() + 20
    while total(cloud, "Invocations", **OLD) == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [total(cloud, "Invocations", **each) for each in (BY_FUNCTION, BY_ALIAS, OLD)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("qualifier", "version", "sets"),
    [("", "$LATEST", 1), (":$LATEST", "$LATEST", 1), (":7", "7", 2), (":live", "7", 3), (":live", "$LATEST", 3)],
)
def test_sets_of_dimensions(qualifier: str, version: str, sets: int):
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}{qualifier}"
    found = dimensions_of({"FunctionName": NAME, "Version": version, "FunctionArn": arn})
    every = [{"FunctionName": NAME}, {"FunctionName": NAME, "Resource": f"{NAME}{qualifier}"}]
    assert found == [*every, {**every[1], "ExecutedVersion": version}][:sets]


def test_what_a_function_counts_in_its_log_is_a_metric(cloud, function):
    for _ in range(2):
        function.invoke(FunctionName=NAME, Qualifier="1")
    assert total(cloud, "Seen", namespace="own", service="it") == 6
    assert total(cloud, "Seen", namespace="own", service="other") == 0


def test_lines_that_count_nothing_are_text():
    fine = {"_aws": {"CloudWatchMetrics": [{"Namespace": "n", "Dimensions": [["a"], []], "Metrics": [{"Name": "m"}]}]}, "a": 1, "m": 2}
    lines = ["CloudWatchMetrics", '{"CloudWatchMetrics"', json.dumps({"_aws": {"CloudWatchMetrics": [{}]}}), json.dumps(fine)]
    assert list(embedded_metrics("\n".join(lines))) == [("n", "m", 2.0, "None", {"a": "1"}), ("n", "m", 2.0, "None", {})]
