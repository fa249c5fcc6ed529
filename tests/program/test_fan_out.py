"""Topics, their receivers, and buckets that tell of objects: what AWS would notice and the emulator would not."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.program.graph import Graph, Node
from tests.program.stacks import graph_of


def statements(node: Node) -> list[dict]:
    return [each for each in json.loads(node.inputs["policy"])["Statement"] if each["Effect"] == "Allow"]


def unfed(graph: Graph) -> Iterator[str]:
    """Queues that a topic feeds, and that would not get its messages."""
    for subscription in graph.all("sns/topicSubscription"):
        if subscription.inputs["protocol"] != "sqs":
            continue
        queue = next(each for each in graph.all("sqs/queue") if each.outputs["arn"] == subscription.inputs["endpoint"])
        (policy,) = (each for each in graph.all("sqs/queuePolicy") if each.inputs["queueUrl"] == queue.outputs["url"])
        topic = subscription.inputs["topic"]
        admitted = [each for each in statements(policy) if each["Principal"] == {"Service": "sns.amazonaws.com"}
                    and topic in each["Condition"]["ArnEquals"]["aws:SourceArn"]]  # fmt: skip
        if not admitted:
            yield f"{subscription.name}: the policy of {queue.name} does not admit the topic"
        if not graph.comes_after(subscription, policy):
            yield f"{subscription.name}: SNS may deliver before the policy of {queue.name} is in force"
        if not key_admits(graph, queue.inputs["kmsMasterKeyId"], "sns.amazonaws.com"):
            yield f"{subscription.name}: the key of {queue.name} does not admit SNS"
        if not subscription.inputs.get("rawMessageDelivery"):
            yield f"{subscription.name}: wraps messages in an envelope"
        if "deadLetterTargetArn" not in json.loads(subscription.inputs.get("redrivePolicy") or "{}"):
            yield f"{subscription.name}: what SNS cannot deliver would be lost"
        if queue.inputs.get("fifoQueue"):
            yield f"{subscription.name}: a standard topic cannot feed a FIFO queue"


def untold(graph: Graph) -> Iterator[str]:
    """Listeners of buckets that S3 would be refused by."""
    for notification in graph.all("s3/bucketNotification"):
        bucket = next(each for each in graph.all("s3/bucket") if each.inputs["bucket"] == notification.inputs["bucket"])
        for listener in notification.inputs.get("topics") or []:
            topic = next(each for each in graph.all("sns/topic") if each.outputs["arn"] == listener["topicArn"])
            policies = [each for each in graph.all("sns/topicPolicy") if each.inputs["arn"] == topic.outputs["arn"]]
            admitted = [each for policy in policies for each in statements(policy)
                        if each["Principal"] == {"Service": "s3.amazonaws.com"}
                        and each["Condition"].get("ArnEquals") == {"aws:SourceArn": bucket.outputs["arn"]}
                        and "aws:SourceAccount" in each["Condition"].get("StringEquals", {})]  # fmt: skip
            if not admitted:
                yield f"{notification.name}: the topic {topic.name} does not admit S3 for this bucket of this account"
            if not all(graph.comes_after(notification, policy) for policy in policies):
                yield f"{notification.name}: S3 tries the topic {topic.name} before its policy is in force"
            if not key_admits(graph, topic.inputs["kmsMasterKeyId"], "s3.amazonaws.com"):
                yield f"{notification.name}: the key of {topic.name} does not admit S3"
        for listener in notification.inputs.get("lambdaFunctions") or []:
            permissions = [each for each in graph.all("lambda/permission") if each.inputs["principal"] == "s3.amazonaws.com"
                           and each.inputs["sourceArn"] == bucket.outputs["arn"] and each.inputs.get("sourceAccount")
                           and f":{each.inputs['function']}:{each.inputs['qualifier']}" in listener["lambdaFunctionArn"]]  # fmt: skip
            if not permissions:
                yield f"{notification.name}: S3 may not invoke {listener['lambdaFunctionArn']}"
            if not all(graph.comes_after(notification, each) for each in permissions):
                yield f"{notification.name}: S3 tries {listener['lambdaFunctionArn']} before it may"


def key_admits(graph: Graph, arn: str, service: str) -> bool:
    (key,) = (each for each in graph.all("kms/key") if each.outputs["arn"] == arn)
    return any(each["Principal"] == {"Service": service} and {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(each["Action"])
               for each in statements(key))  # fmt: skip


def test_what_is_published_reaches_its_queues(graph: Graph):
    fed = [each for each in graph.all("sns/topicSubscription") if each.inputs["protocol"] == "sqs"]
    assert sorted(each.name for each in fed) == [f"documents-arrived-{queue}" for queue in ("metadata", "preview", "text")]
    assert list(unfed(graph)) == []


def test_what_arrives_is_told(graph: Graph):
    assert graph.all("s3/bucketNotification")
    assert list(untold(graph)) == []


def test_a_bucket_has_one_list_of_listeners(graph: Graph):
    buckets = [each.inputs["bucket"] for each in graph.all("s3/bucketNotification")]
    assert len(buckets) == len(set(buckets)), "a second one would replace the first"


BREAKS = [
    (unfed, "sns/topicSubscription", {"rawMessageDelivery": False}), (unfed, "sns/topicSubscription", {"redrivePolicy": None}),
    (unfed, "sqs/queuePolicy", {"policy": '{"Statement": []}'}), (unfed, "kms/key", {"policy": '{"Statement": []}'}),
    (untold, "sns/topicPolicy", {"policy": '{"Statement": []}'}), (untold, "kms/key", {"policy": '{"Statement": []}'}),
]  # fmt: skip


@pytest.mark.parametrize(("check", "kind", "changes"), BREAKS)
@pytest.mark.thorough
def test_a_break_is_noticed(check, kind: str, changes: dict):
    graph = graph_of("dev")
    nodes = [replace(node, properties={**node.properties, **changes}) if node.kind == kind else node for node in graph.nodes]
    assert list(check(Graph(nodes, graph.exports, graph.log)))


@pytest.mark.parametrize(("check", "kind"), [(unfed, "sns/topicSubscription"), (untold, "s3/bucketNotification")])
def test_a_dropped_edge_is_noticed(check, kind: str):
    graph = graph_of("dev")
    nodes = [replace(node, dependencies=[], property_dependencies={}) if node.kind == kind else node for node in graph.nodes]
    assert list(check(Graph(nodes, graph.exports, graph.log)))
