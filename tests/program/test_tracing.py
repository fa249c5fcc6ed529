"""Tracing is on at every hop that has it, in every stack; which hops have none, and why."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

import pytest

from aws_provider import data
from tests.program.graph import Graph, Node

TRACED = {
    "lambda/function": ("tracingConfig.mode", "Active"),
    "apigateway/stage": ("xrayTracingEnabled", True),
    "appsync/graphQLApi": ("xrayEnabled", True),
    "sfn/stateMachine": ("tracingConfiguration.enabled", True),
    "sns/topic": ("tracingConfig", "Active"),
}
"""Kind of resource -> its setting, and what it must be."""

PASSES_ON = {
    "apigatewayv2/stage": "HTTP and WebSocket APIs have no tracing (API Gateway guide, choosing between REST APIs and HTTP APIs; tracing with"
    " X-Ray is of REST APIs): the trace begins in the function",
    "sqs/queue": "no setting: a message keeps the trace header of its sender as AWSTraceHeader, and Lambda links to it (X-Ray guide, Amazon SQS)",
    "s3/bucket": "no setting: an upload's trace header goes on with the notification (X-Ray guide, Amazon S3)",
    "cloudwatch/eventBus": "no setting: the trace header of PutEvents goes on to targets (X-Ray guide, Amazon EventBridge)",
    "dynamodb/table": "no setting, and a stream's records hold no trace header: the consumer begins a trace of its own; both have the"
    " correlation id as annotation",
    "kinesis/stream": "no setting, and records hold no trace header: as with a table's stream",
    "scheduler/schedule": "no setting: the function that it starts begins the trace",
}
"""Kind of resource that requests pass and that has no tracing of its own -> what becomes of the trace, by AWS's documentation."""

OFF_THE_PATH = {"platform-alarms": "CloudWatch and Budgets publish to it: no request, and no trace header",
                "orders-cdn-alarms": "the same, in the region of CloudFront's metrics"}  # fmt: skip
"""Name of a resource that could be traced and is not -> why."""


def at(inputs: Any, path: str) -> Any:
    for name in path.split("."):
        inputs = inputs.get(name) if isinstance(inputs, dict) else None
    return inputs


def untraced(graph: Graph) -> Iterator[str]:
    """Every hop that could be traced and is not."""
    for kind, (setting, wanted) in TRACED.items():
        for node in graph.all(kind):
            if at(node.inputs, setting) != wanted and node.name not in OFF_THE_PATH:
                yield f"{node.kind} {node.name}: {setting} is {at(node.inputs, setting)}, not {wanted}"


def unsent(graph: Graph) -> Iterator[str]:
    """Every topic whose traces X-Ray does not take: SNS has no role here, a policy of X-Ray's admits it."""
    statements = [each for node in graph.all("xray/resourcePolicy") for each in json.loads(node.inputs["policyDocument"])["Statement"]]
    for topic in graph.all("sns/topic"):
        arn = topic.outputs["arn"]
        admitted = {
            action
            for each in statements
            if each["Effect"] == "Allow" and each["Principal"] == {"Service": "sns.amazonaws.com"}
            and each["Condition"]["StringEquals"] == {"aws:SourceAccount": arn.split(":")[4]}
            and fnmatch(arn, each["Condition"]["ArnLike"]["aws:SourceArn"])
            for action in each["Action"]
        }  # fmt: skip
        missing = {"xray:PutTraceSegments", "xray:GetSamplingRules", "xray:GetSamplingTargets"} - admitted
        if missing and topic.name not in OFF_THE_PATH:
            yield f"{topic.name}: may not {', '.join(sorted(missing))}"


def test_every_hop_that_can_be_is_traced(graph: Graph):
    assert list(untraced(graph)) == []
    assert {kind for kind in TRACED if not graph.all(kind)} == set(), "the check looks at something of every kind"


def test_topics_may_send_what_they_know_of_a_trace(graph: Graph):
    assert list(unsent(graph)) == []
    policies = graph.all("xray/resourcePolicy")
    assert len(policies) == 1, "a region of an account takes five"
    assert all(len(each.inputs["policyDocument"].encode()) < 5 * 1024 for each in policies)


def test_no_kind_with_a_setting_for_it_is_forgotten(graph: Graph):
    """By the provider's own types: whatever has an input that names tracing is in the table."""
    kinds = {node.kind: node.type for node in graph.nodes if node.custom and node.type.startswith("aws:")}
    setting = re.compile("tracing|xray", re.IGNORECASE)
    found = {kind for kind, token in kinds.items() if any(setting.search(name) for name in data.types(token.split(":")[1].split("/")[0])["types"][token]["inputs"])}
    assert found == set(TRACED)


def test_every_trigger_s_source_is_in_one_of_the_tables(graph: Graph):
    """A resource that hands something to a function is a hop."""
    sources = {
        "lambda/eventSourceMapping": lambda node: node.inputs["eventSourceArn"].split(":")[2],
        "lambda/permission": lambda node: node.inputs["principal"].split(".")[0],
    }
    known = {
        "sqs": "sqs/queue", "dynamodb": "dynamodb/table", "kinesis": "kinesis/stream", "s3": "s3/bucket", "events": "cloudwatch/eventBus",
        "scheduler": "scheduler/schedule", "apigateway": "apigatewayv2/stage", "sns": "sns/topic", "states": "sfn/stateMachine",
    }  # fmt: skip
    services = {read(node) for kind, read in sources.items() for node in graph.all(kind)} - {"secretsmanager"}
    assert {known.get(service, service) for service in services} <= {*TRACED, *PASSES_ON}
    assert {kind for kind in PASSES_ON if not graph.all(kind)} == set()


def without(node: Node, setting: str) -> Node:
    name = setting.split(".")[0]
    return replace(node, properties={key: value for key, value in node.properties.items() if key != name})


@pytest.mark.parametrize("kind", TRACED)
def test_a_hop_that_lost_its_tracing_is_noticed(graph: Graph, kind: str):
    setting, _ = TRACED[kind]
    lost = next(node for node in graph.all(kind) if node.name not in OFF_THE_PATH)
    broken = replace(graph, nodes=[without(node, setting) if node is lost else node for node in graph.nodes])
    [said] = untraced(broken)
    assert said.startswith(f"{kind} {lost.name}: {setting} is None")


def test_a_policy_that_is_gone_is_noticed(graph: Graph):
    broken = replace(graph, nodes=[node for node in graph.nodes if node.kind != "xray/resourcePolicy"])
    assert len(list(unsent(broken))) == len(graph.all("sns/topic")) - len(OFF_THE_PATH) > 0
