"""Times that have to fit each other, and bounds without which something would go on for ever."""

import json
import re
from collections.abc import Iterator

from tests.program.graph import Graph, Node


def timings(graph: Graph) -> Iterator[str]:
    """Visibility >= 6 x timeout + window; a function's timeout <= its integration's; a failed message is kept longer."""
    for node in graph.all("lambda/eventSourceMapping"):
        function = function_of(graph, node.inputs["functionName"])
        if ":sqs:" not in node.inputs["eventSourceArn"]:
            yield from _bounded(node)
            continue
        queue = next(each for each in graph.all("sqs/queue") if each.outputs["arn"] == node.inputs["eventSourceArn"])
        least = 6 * function.inputs["timeout"] + node.inputs["maximumBatchingWindowInSeconds"]
        if queue.inputs["visibilityTimeoutSeconds"] < least:
            yield f"{queue.urn}: visibility {queue.inputs['visibilityTimeoutSeconds']} s, must be at least {least} s"
        if json.loads(queue.inputs["redrivePolicy"])["maxReceiveCount"] < 5:
            yield f"{queue.urn}: gives a message up after fewer than 5 receives, AWS's least for Lambda"
        if node.inputs["functionResponseTypes"] != ["ReportBatchItemFailures"]:
            yield f"{node.urn}: one bad message fails its whole batch"
        dead = next(each for each in graph.all("sqs/queue") if each.name == f"{queue.name}-dead")
        if dead.inputs["messageRetentionSeconds"] <= queue.inputs["messageRetentionSeconds"]:
            yield f"{dead.urn}: keeps a failed message no longer than the queue does"
    for node in graph.all("apigatewayv2/integration"):
        function = function_of(graph, node.inputs["integrationUri"])
        if not function.inputs["timeout"] * 1000 <= node.inputs["timeoutMilliseconds"] <= 30000:
            yield f"{function.urn}: may run {function.inputs['timeout']} s, API Gateway waits {node.inputs['timeoutMilliseconds']} ms"


    for node in graph.all("apigateway/integration"):
        function = function_of(graph, node.inputs["uri"])
        if not function.inputs["timeout"] * 1000 <= node.inputs["timeoutMilliseconds"] <= 29000:
            yield f"{function.urn}: may run {function.inputs['timeout']} s, API Gateway waits {node.inputs['timeoutMilliseconds']} ms"


def _bounded(mapping: Node) -> Iterator[str]:
    """A mapping of an ordered source gives up at some time, keeps what it gave up, and begins at the oldest record."""
    inputs = mapping.inputs
    if inputs.get("maximumRetryAttempts", -1) < 0 or inputs.get("maximumRecordAgeInSeconds", -1) < 0:
        yield f"{mapping.urn}: one bad record blocks its shard until it expires"
    if not inputs.get("bisectBatchOnFunctionError"):
        yield f"{mapping.urn}: one bad record fails its whole batch"
    if not (inputs.get("destinationConfig") or {}).get("onFailure", {}).get("destinationArn"):
        yield f"{mapping.urn}: what it gives up is lost"
    if inputs.get("startingPosition") != "TRIM_HORIZON":
        yield f"{mapping.urn}: loses what came before it was made"


def function_of(graph: Graph, arn: str, kind: str = "lambda/function") -> Node:
    name = re.search(r"function:([^:/]+)", arn)
    assert name, arn
    function = next(each for each in graph.all("lambda/function") if each.inputs["name"] == name.group(1))
    return next(each for each in graph.all(kind) if each.parent == function.parent)
