"""Batches, concurrency and order of queues, as they are sent to the engine: the embedded cloud keeps none of them apart.

It invokes without waiting for a window, and runs one batch of a FIFO queue at a time whatever the mapping says.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.program.breaking import Change, assert_noticed, only, with_
from tests.program.graph import Graph, Node


def fifo(graph: Graph) -> Iterator[str]:
    """What AWS wants of FIFO queues, and what keeps one group from slowing all others."""
    queues = {each.outputs["arn"]: each for each in graph.all("sqs/queue")}
    for queue in queues.values():
        inputs, ordered = queue.inputs, bool(queue.inputs.get("fifoQueue"))
        if inputs["name"].endswith(".fifo") != ordered:
            yield f"{queue.urn}: SQS refuses the name {inputs['name']}"
        if ordered and (inputs.get("deduplicationScope"), inputs.get("fifoThroughputLimit")) != ("messageGroup", "perMessageGroupId"):
            yield f"{queue.urn}: all groups share 300 calls a second"
        if "redrivePolicy" in inputs:
            target = json.loads(inputs["redrivePolicy"])["deadLetterTargetArn"]
            if bool(_by_name(queues, target).inputs.get("fifoQueue")) != ordered:
                yield f"{queue.urn}: SQS refuses a dead-letter queue of the other kind"
    for mapping in graph.all("lambda/eventSourceMapping"):
        source = mapping.inputs["eventSourceArn"]
        if source not in queues or not queues[source].inputs.get("fifoQueue"):
            continue
        if mapping.inputs["maximumBatchingWindowInSeconds"]:
            yield f"{mapping.urn}: Lambda refuses a batching window of a FIFO queue"
        if mapping.inputs["batchSize"] > 10:
            yield f"{mapping.urn}: Lambda refuses more than 10 messages of a FIFO queue"


def _by_name(queues: dict[str, Node], arn: str) -> Node:
    return next(each for each in queues.values() if each.inputs["name"] == arn.rpartition(":")[2])


def test_fifo_queues_are_as_aws_wants_them(graph: Graph):
    assert any(queue.inputs.get("fifoQueue") for queue in graph.all("sqs/queue"))
    assert list(fifo(graph)) == []


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("receipts-worker-paid-orders", {"batchSize": 10, "maximumBatchingWindowInSeconds": 1, "scalingConfig": {"maximumConcurrency": 10}}),
        ("receipts-corrections-corrections", {"batchSize": 10, "maximumBatchingWindowInSeconds": 0, "scalingConfig": {"maximumConcurrency": 5}}),
    ],
)  # fmt: skip
def test_a_mapping_has_the_batch_the_window_and_the_concurrency_of_its_manifest(graph: Graph, name: str, sent: dict[str, Any]):
    inputs = graph.one("lambda/eventSourceMapping", name).inputs
    assert {key: inputs[key] for key in sent} == sent
    assert inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_corrections_of_receipts_are_a_fifo_queue_with_a_fifo_dead_letter_queue(dev: Graph):
    queue, dead = (dev.one("sqs/queue", f"receipts-corrections{end}").inputs for end in ("", "-dead"))
    shared = {"fifoQueue": True, "contentBasedDeduplication": True, "deduplicationScope": "messageGroup",
              "fifoThroughputLimit": "perMessageGroupId"}  # fmt: skip
    assert shared.items() <= queue.items() and shared.items() <= dead.items()
    assert (queue["name"], dead["name"]) == ("dev-receipts-corrections.fifo", "dev-receipts-corrections-dead.fifo")
    assert queue["visibilityTimeoutSeconds"] == 180  # 6 x 30 s, no window
    arn = "arn:aws:sqs:eu-west-1:111111111111:dev-receipts-corrections"
    assert json.loads(queue["redrivePolicy"]) == {"deadLetterTargetArn": f"{arn}-dead.fifo", "maxReceiveCount": 10}
    allow = dev.one("sqs/redriveAllowPolicy", "receipts-corrections-dead").inputs["redriveAllowPolicy"]
    assert json.loads(allow) == {"redrivePermission": "byQueue", "sourceQueueArns": [f"{arn}.fifo"]}


BREAKAGES = [
    ("sqs.Queue", only("-corrections-dead", with_(fifo_queue=None)), "SQS refuses a dead-letter queue of the other kind"),
    ("sqs.Queue", only("-corrections", with_(name="dev-receipts-corrections")), "SQS refuses the name dev-receipts-corrections"),
    ("sqs.Queue", only("-corrections", with_(fifo_throughput_limit="perQueue")), "all groups share 300 calls a second"),
    ("lambda_.EventSourceMapping", only("-corrections", with_(maximum_batching_window_in_seconds=1)), "a batching window of a FIFO queue"),
    ("lambda_.EventSourceMapping", only("-corrections", with_(batch_size=100)), "more than 10 messages of a FIFO queue"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "change", "says"), BREAKAGES, ids=[says for _, _, says in BREAKAGES])
def test_the_check_notices(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, says: str):
    assert_noticed(monkeypatch, ("receipts",), kind, change, fifo, says)
