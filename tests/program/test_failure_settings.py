"""How often AWS itself tries, how much it lets in, and when it gives up: what the embedded cloud keeps and does not go by.

Where it does go by it, tests/end_to_end/test_failing_requests.py and test_failing_events.py have it run.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from platform_contract.manifest.stack_files import stack_settings
from tests.program.graph import ROOT, Graph
from tests.program.stacks import graph_of

TRIES = 2
"""Of an asynchronous call after the first one: one and two minutes later (Lambda guide, "Error handling for asynchronous invocations")."""
HOUR = 3600


def unlimited(graph: Graph) -> Iterator[str]:
    """APIs that take in more than the settings of the stack say."""
    settings = stack_settings(ROOT, "dev")
    wanted = (float(settings.api_rate_per_second), float(settings.api_burst))
    throttled = [(stage, stage.inputs.get("defaultRouteSettings") or {}) for stage in graph.all("apigatewayv2/stage")]
    throttled += [(each, each.inputs.get("settings") or {}) for each in graph.all("apigateway/methodSettings")]
    for node, limits in throttled:
        found = (limits.get("throttlingRateLimit"), limits.get("throttlingBurstLimit"))
        if found != wanted:
            yield f"{node.name}: lets in {found}, the settings say {wanted}"


def forgotten(graph: Graph) -> Iterator[str]:
    """Functions whose asynchronous calls are not tried as the pages say."""
    for each in graph.all("lambda/functionEventInvokeConfig"):
        found = (each.inputs.get("maximumRetryAttempts"), each.inputs.get("maximumEventAgeInSeconds"), each.inputs.get("qualifier"))
        # A run of the probe that is tried again would count twice, and a late one says nothing about now.
        if found != ((0, 60, "live") if each.name.endswith("-probe") else (TRIES, HOUR, "live")):
            yield f"{each.name}: is tried {found[0]} times more within {found[1]} s, as {found[2]}"


def unbounded(graph: Graph) -> Iterator[str]:
    """Consumers of queues that could take all concurrency of the account, and topics that lose what they cannot put into a queue."""
    for mapping in graph.all("lambda/eventSourceMapping"):
        if ":sqs:" in mapping.inputs["eventSourceArn"] and not 2 <= (mapping.inputs.get("scalingConfig") or {}).get("maximumConcurrency", 0) <= 1000:
            yield f"{mapping.name}: runs as often at once as the account lets it"
    for subscription in graph.all("sns/topicSubscription"):
        if subscription.inputs["protocol"] == "sqs" and not subscription.inputs.get("redrivePolicy"):
            yield f"{subscription.name}: loses what SNS cannot deliver"


def test_every_api_lets_in_what_the_settings_say(dev: Graph):
    assert {each.kind for each in (*dev.all("apigatewayv2/stage"), *dev.all("apigateway/methodSettings"))} == {
        "apigatewayv2/stage", "apigateway/methodSettings",
    }  # fmt: skip
    assert list(unlimited(dev)) == []


def test_asynchronous_calls_are_tried_three_times_within_the_hour(graph: Graph):
    assert graph.all("lambda/functionEventInvokeConfig")
    assert list(forgotten(graph)) == []


def test_no_consumer_takes_all_concurrency_and_no_subscription_loses_anything(graph: Graph):
    assert any(each.inputs["protocol"] == "sqs" for each in graph.all("sns/topicSubscription"))
    assert list(unbounded(graph)) == []


@pytest.mark.parametrize(
    ("check", "kind", "name"),
    [
        (unlimited, "apigatewayv2/stage", "defaultRouteSettings"), (unlimited, "apigateway/methodSettings", "settings"),
        (forgotten, "lambda/functionEventInvokeConfig", "maximumRetryAttempts"),
        (forgotten, "lambda/functionEventInvokeConfig", "maximumEventAgeInSeconds"),
        (unbounded, "lambda/eventSourceMapping", "scalingConfig"), (unbounded, "sns/topicSubscription", "redrivePolicy"),
    ],
)  # fmt: skip
def test_a_setting_that_is_gone_is_noticed(check, kind: str, name: str):
    graph = graph_of("dev")
    nodes = [
        replace(node, properties={key: value for key, value in node.properties.items() if key != name}) if node.kind == kind else node
        for node in graph.nodes
    ]
    assert list(check(Graph(nodes, graph.exports, graph.log)))
