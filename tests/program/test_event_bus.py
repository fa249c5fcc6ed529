"""Buses, rules and what asynchronous functions give up: what AWS would notice and the emulator would not."""

import json
from collections.abc import Iterator
from dataclasses import replace

import jsonschema
import pytest

from platform_contract.platform import kms
from tests.program import checks
from tests.program.breaking import Change, assert_noticed, not_made, only, run_workloads, unordered, with_
from tests.program.breaking import without as without_input
from tests.program.graph import ROOT, Graph, Node
from tests.program.stacks import graph_of


def undelivered(graph: Graph) -> Iterator[str]:
    """Targets whose undelivered events would be lost."""
    for target in graph.all("cloudwatch/eventTarget"):
        rule = next(each for each in graph.all("cloudwatch/eventRule") if each.inputs["name"] == target.inputs["rule"])
        arn = (target.inputs.get("deadLetterConfig") or {}).get("arn", "")
        queue = next((each for each in graph.all("sqs/queue") if each.outputs["arn"] == arn), None)
        if queue is None or queue.inputs.get("fifoQueue"):
            yield f"{target.name}: {arn or 'nothing'} is no standard queue of the program"
            continue
        (policy,) = (each for each in graph.all("sqs/queuePolicy") if each.inputs["queueUrl"] == queue.outputs["url"])
        admitted = [statement for statement in json.loads(policy.inputs["policy"])["Statement"] if statement["Effect"] == "Allow"
                    and statement["Principal"] == {"Service": "events.amazonaws.com"}
                    and rule.outputs["arn"] in statement["Condition"]["ArnEquals"]["aws:SourceArn"]]  # fmt: skip
        if not admitted:
            yield f"{target.name}: the policy of {queue.name} does not admit its rule"
        if not graph.comes_after(target, policy):
            yield f"{target.name}: may deliver before the policy of {queue.name} is in force"
        if not _admits(graph, queue.inputs["kmsMasterKeyId"], "events.amazonaws.com"):
            yield f"{target.name}: the key of {queue.name} does not admit EventBridge"
        retry = target.inputs["retryPolicy"]
        if not (retry["maximumRetryAttempts"] > 0 and 60 <= retry["maximumEventAgeInSeconds"] <= 86_400):
            yield f"{target.name}: retries {retry}"


def unprocessed(graph: Graph) -> Iterator[str]:
    """Buses whose events would be lost when their key fails, or whose key does not do what bus and archive need."""
    for bus in graph.all("cloudwatch/eventBus"):
        key = next(each for each in graph.all("kms/key") if each.outputs["arn"] == bus.inputs["kmsKeyIdentifier"])
        lookup, use = (_allowed(key, context=context) for context in (False, True))
        if "kms:DescribeKey" not in lookup:
            yield f"{bus.name}: EventBridge may not look its key up, which it does without a context and without a source"
        if missing := {"kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncrypt*"} - use:
            yield f"{bus.name}: for bus and archive EventBridge may not {sorted(missing)}"
        arn = (bus.inputs.get("deadLetterConfig") or {}).get("arn", "")
        queue = next((each for each in graph.all("sqs/queue") if each.outputs["arn"] == arn), None)
        if queue is None or queue.inputs.get("fifoQueue"):
            yield f"{bus.name}: {arn or 'nothing'} is no standard queue of the program"
            continue
        if queue.inputs.get("kmsMasterKeyId") or not queue.inputs.get("sqsManagedSseEnabled"):
            yield f"{bus.name}: its dead letters would need the key that fails"
        (policy,) = (each for each in graph.all("sqs/queuePolicy") if each.inputs["queueUrl"] == queue.outputs["url"])
        sources = [source for statement in json.loads(policy.inputs["policy"])["Statement"]
                   if statement["Effect"] == "Allow" and statement["Principal"] == {"Service": "events.amazonaws.com"}
                   for source in statement["Condition"]["ArnEquals"]["aws:SourceArn"]]  # fmt: skip
        if bus.outputs["arn"] not in sources:
            yield f"{bus.name}: the policy of {queue.name} does not admit it"
        if not graph.comes_after(bus, policy):
            yield f"{bus.name}: may come before the policy of {queue.name} is in force"


CONTEXT = "kms:EncryptionContext:aws:events:event-bus:arn"


def _allowed(key: Node, *, context: bool) -> set[str]:
    """What EventBridge may do with a key under the one condition that it meets for a bus and for an archive, or under none."""
    return {
        action
        for statement in json.loads(key.inputs["policy"])["Statement"]
        if statement["Principal"] == {"Service": "events.amazonaws.com"}
        and {name for test in statement.get("Condition", {}).values() for name in test} == ({CONTEXT} if context else set())
        for action in statement["Action"]
    }


def _admits(graph: Graph, key_arn: str, service: str) -> bool:
    (key,) = (each for each in graph.all("kms/key") if each.outputs["arn"] == key_arn)
    return any(statement["Principal"] == {"Service": service} and {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(statement["Action"])
               for statement in json.loads(key.inputs["policy"])["Statement"])  # fmt: skip


def given_up(graph: Graph) -> Iterator[str]:
    """Functions that something invokes without waiting, and whose failures would be lost."""
    asynchronous = {"events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com"}
    called = {each.inputs["function"] for each in graph.all("lambda/permission") if each.inputs["principal"] in asynchronous}
    called |= {schedule.inputs["target"]["arn"].split(":")[6] for schedule in graph.all("scheduler/schedule")}
    for name in sorted(called):
        configs = [each for each in graph.all("lambda/functionEventInvokeConfig") if each.inputs["functionName"] == name]
        if len(configs) != 1 or configs[0].inputs.get("qualifier") != "live":
            yield f"{name}: has {len(configs)} settings for its alias"
            continue
        arn = ((configs[0].inputs.get("destinationConfig") or {}).get("onFailure") or {}).get("destination")
        queue = next((each for each in graph.all("sqs/queue") if each.outputs["arn"] == arn), None)
        if queue is None or queue.inputs.get("fifoQueue"):
            yield f"{name}: gives up into {arn}, which is no standard queue of the program"
        function = next(each for each in graph.all("lambda/function") if each.inputs["name"] == name)
        if not _may(graph, function, "sqs:SendMessage", str(arn)):
            yield f"{name}: may not put what it gave up into {arn}"
        if not _may(graph, function, "kms:GenerateDataKey", function.inputs["kmsKeyArn"]):
            yield f"{name}: may not use the key of its queue of failures"


def _may(graph: Graph, function: Node, action: str, resource: str) -> bool:
    policies = [each for each in graph.all("iam/rolePolicy") if each.parent == function.parent]
    return any(action in statement["Action"] and resource in statement["Resource"]
               for policy in policies for statement in json.loads(policy.inputs["policy"])["Statement"])  # fmt: skip


def without(graph: Graph, kind: str, name: str) -> Graph:
    """The graph with one input of all resources of a kind taken away."""
    nodes = [
        replace(node, properties={key: value for key, value in node.properties.items() if key != name}) if node.kind == kind else node
        for node in graph.nodes
    ]
    return Graph(nodes, graph.exports, graph.log)


def test_what_a_rule_cannot_deliver_is_kept(graph: Graph):
    assert len(graph.all("cloudwatch/eventTarget")) == 2
    assert list(undelivered(graph)) == []


def test_what_a_function_gives_up_is_kept(graph: Graph):
    assert graph.all("lambda/functionEventInvokeConfig")
    assert list(given_up(graph)) == []


@pytest.mark.parametrize(
    ("check", "kind", "name"),
    [(undelivered, "cloudwatch/eventTarget", "deadLetterConfig"), (given_up, "lambda/functionEventInvokeConfig", "destinationConfig"),
     (given_up, "lambda/functionEventInvokeConfig", "qualifier")],
)  # fmt: skip
def test_a_dropped_failure_path_is_noticed(check, kind: str, name: str):
    assert list(check(without(graph_of("dev"), kind, name)))


def test_what_a_bus_cannot_process_is_kept(graph: Graph):
    assert graph.all("cloudwatch/eventBus")
    assert list(unprocessed(graph)) == []


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "change", "says"), [
    ("cloudwatch.EventBus", without_input("dead_letter_config"), "nothing is no standard queue"),
    ("cloudwatch.EventBus", unordered, "may come before the policy"),
    ("sqs.Queue", only("-notices-dead", with_(kms_master_key_id="arn:aws:kms:eu-west-1:111111111111:key/notifications-key")), "would need the key that fails"),
    ("sqs.QueuePolicy", only("-notices-dead", with_(policy='{"Statement": []}')), "does not admit it"),
    ("cloudwatch.MetricAlarm", only("-notices-dead-messages", not_made), "a dead-letter queue without an alarm on its depth"),
])  # fmt: skip
def test_a_bus_that_loses_events_is_noticed(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, says: str):
    def both(graph: Graph) -> Iterator[str]:
        yield from unprocessed(graph)
        yield from checks.alarms(graph)

    assert_noticed(monkeypatch, ("notifications",), kind, change, both, says)


@pytest.mark.parametrize(("service", "change", "says"), [
    ("bus", {"actions": ("kms:Decrypt", "kms:GenerateDataKey")}, "EventBridge may not ['kms:ReEncrypt*']"),
    ("bus", {"condition": {"StringLike": {CONTEXT: "*"}, "StringEquals": {"aws:SourceAccount": "{account_id}"}}}, "EventBridge may not ['kms:Decrypt'"),
    ("bus_lookup", {"condition": {"StringEquals": {"aws:SourceAccount": "{account_id}"}}}, "may not look its key up"),
])  # fmt: skip
def test_a_key_that_archives_cannot_use_is_noticed(monkeypatch: pytest.MonkeyPatch, service: str, change: dict, says: str):
    monkeypatch.setitem(kms.SERVICES, service, kms.SERVICES[service] | change)
    assert any(says in problem for problem in unprocessed(run_workloads("notifications")))


def test_a_dropped_grant_or_policy_is_noticed(dev: Graph):
    empty = json.dumps({"Version": "2012-10-17", "Statement": []})
    for kind, check in (("iam/rolePolicy", given_up), ("sqs/queuePolicy", undelivered), ("kms/key", undelivered)):
        nodes = [replace(node, properties={**node.properties, "policy": empty}) if node.kind == kind else node for node in dev.nodes]
        assert list(check(Graph(nodes, dev.exports, dev.log))), kind


def test_events_are_kept_under_the_workloads_key(dev: Graph):
    bus, archive = dev.one("cloudwatch/eventBus", "notifications-notices"), dev.one("cloudwatch/eventArchive", "notifications-notices")
    key = dev.one("kms/key", "notifications-key")
    assert bus.inputs["kmsKeyIdentifier"] == archive.inputs["kmsKeyIdentifier"] == key.outputs["arn"]
    assert (archive.inputs["eventSourceArn"], archive.inputs["retentionDays"]) == (bus.outputs["arn"], 30)
    statements = {each["Sid"]: each for each in json.loads(key.inputs["policy"])["Statement"]}
    assert statements["ServiceBus"]["Condition"] == {"StringLike": {CONTEXT: "arn:aws:events:eu-west-1:111111111111:event-bus/*"}}


def test_patterns_and_inputs_are_what_the_manifest_says(dev: Graph):
    patterns = {rule.name: json.loads(rule.inputs["eventPattern"]) for rule in dev.all("cloudwatch/eventRule")}
    assert patterns == {
        "notifications-deliver-0": {"source": ["notifications"], "detail-type": ["NotificationRequested"]},
        "notifications-escalate-0": {
            "source": ["notifications"], "detail-type": ["NotificationRequested"], "detail": {"data": {"priority": ["high"]}},
        },
    }  # fmt: skip
    transformer = dev.one("cloudwatch/eventTarget", "notifications-deliver-0").inputs["inputTransformer"]
    assert transformer["inputPaths"]["notification"] == "$.detail.data"
    assert "inputTransformer" not in dev.one("cloudwatch/eventTarget", "notifications-escalate-0").inputs


def test_contracts_are_published_as_aws_reads_them(dev: Graph):
    registry = dev.one("schemas/registry", "notifications-notices")
    for schema in dev.all("schemas/schema"):
        assert schema.inputs["registryName"] == registry.inputs["name"]
        assert schema.inputs["type"] == "JSONSchemaDraft4"
        content = json.loads(schema.inputs["content"])
        jsonschema.Draft4Validator.check_schema(content)
        assert "$defs" not in content
        published = json.loads((ROOT / "handlers/notifications/schemas" / f"{schema.inputs['name']}.json").read_text())
        assert set(content["properties"]) == set(published["properties"])
    assert [schema.inputs["name"] for schema in dev.all("schemas/schema")] == ["NotificationRequested"]
