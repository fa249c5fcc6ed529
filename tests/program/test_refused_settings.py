"""Settings that AWS refuses, charges for or acts on and the emulator does not look at; the ids are in test_refused_by_aws.py."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.program.graph import Graph, Node
from tests.program.stacks import graph_of
from tests.program.test_websocket_api import changed


def allowed(graph: Graph, parent: str) -> list[dict[str, Any]]:
    """Statements of the policies beside a function, or in a component."""
    return [statement for policy in graph.all("iam/rolePolicy") if policy.parent == parent
            for statement in json.loads(policy.inputs["policy"])["Statement"]]  # fmt: skip


def rules(graph: Graph) -> Iterator[str]:
    """A rule has five targets at most, and no target may send what its own rule matches."""
    per_rule = Counter((each.inputs["eventBusName"], each.inputs["rule"]) for each in graph.all("cloudwatch/eventTarget"))
    yield from (f"{rule}: has {count} targets" for (_, rule), count in per_rule.items() if count > 5)
    functions = {each.outputs["arn"]: each for each in graph.all("lambda/function")}
    for target in graph.all("cloudwatch/eventTarget"):
        (bus,) = (each for each in graph.all("cloudwatch/eventBus") if each.inputs["name"] == target.inputs["eventBusName"])
        function = functions[target.inputs["arn"].removesuffix(":live")]
        if any("events:PutEvents" in each["Action"] and bus.outputs["arn"] in each["Resource"] for each in allowed(graph, function.parent)):
            yield f"{function.name}: may send to the bus whose events start it, for ever"


def streams(graph: Graph) -> Iterator[str]:
    """Who writes into a stream may have data keys of its key; who reads is in test_ordered_sources.py."""
    arns = {each.outputs["arn"]: each.inputs["kmsKeyId"] for each in graph.all("kinesis/stream")}
    for function in graph.all("lambda/function"):
        statements = allowed(graph, function.parent)
        for arn, key in arns.items():
            writes = any(arn in each["Resource"] and {"kinesis:PutRecord", "kinesis:PutRecords"} & {*each["Action"]} for each in statements)
            keys = [each for each in statements if "kms:GenerateDataKey" in each["Action"] and key in each["Resource"]
                    and each["Condition"]["StringEquals"]["kms:ViaService"].startswith("kinesis.")]  # fmt: skip
            if writes and not keys:
                yield f"{function.name}: is refused by {arn}, whose key it may not use"


def notifications(graph: Graph) -> Iterator[str]:
    """S3 tells no FIFO queue and no FIFO topic."""
    fifo = {each.outputs["arn"] for each in [*graph.all("sqs/queue"), *graph.all("sns/topic")]
            if each.inputs.get("fifoQueue") or each.inputs.get("fifoTopic")}  # fmt: skip
    for node in graph.all("s3/bucketNotification"):
        told = [each.get("topicArn", each.get("queueArn")) for kind in ("topics", "queues") for each in node.inputs.get(kind) or []]
        yield from (f"{node.name}: {arn} is FIFO" for arn in told if arn in fifo or arn.endswith(".fifo"))


def values(graph: Graph) -> Iterator[str]:
    """Parameters are of the tier that costs nothing, and match their own pattern; registries have no name of AWS's."""
    for node in graph.all("ssm/parameter"):
        if node.inputs.get("tier", "Standard") != "Standard" or len(node.inputs["value"].encode()) > 4096:
            yield f"{node.name}: is charged for, and cannot become a standard parameter again"
        if not re.search(node.inputs.get("allowedPattern", ""), node.inputs["value"]):
            yield f"{node.name}: its value does not match its pattern"
    for node in graph.all("schemas/registry"):
        if node.inputs["name"].startswith("aws.") or node.inputs["name"] == "discovered-schemas":
            yield f"{node.name}: {node.inputs['name']} is AWS's"


def secrets(graph: Graph) -> Iterator[str]:
    """A secret is asked for by its name, never by a part of its ARN, and granted with exactly six characters more.

    Its name does not end as an ARN does: a person who asks by a part of an ARN would be led astray.
    """
    names = {each.inputs["name"] for each in graph.all("secretsmanager/secret")}
    yield from (f"{name}: ends with a dash and six characters" for name in names if re.search(r"-[A-Za-z0-9]{6}$", name))
    for function in graph.all("lambda/function"):
        told = {key: value for key, value in function.inputs["environment"]["variables"].items() if key.startswith("SECRET_")}
        yield from (f"{function.name}: {key} is not the name of a secret, but {value}" for key, value in told.items() if value not in names)
    for policy in graph.all("iam/rolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            if any(action.startswith("secretsmanager:") for action in statement["Action"]):
                yield from (f"{policy.name}: {resource} leads to no one secret of the program" for resource in statement["Resource"]
                            if resource.split(":secret:")[-1].removesuffix("-??????") not in names or not resource.endswith("-??????"))  # fmt: skip


def workflows(graph: Graph) -> Iterator[str]:
    """Logs need no entry of their own in the account's policy; each function that a state names may be started; no variables."""
    for machine in graph.all("sfn/stateMachine"):
        definition = machine.inputs["definition"]
        group = machine.inputs["loggingConfiguration"]["logDestination"].split(":log-group:")[1]
        if not group.startswith("/aws/vendedlogs/"):
            yield f"{machine.name}: {group} fills the account's resource policy of CloudWatch Logs"
        named = {*re.findall(r"arn:aws[a-z-]*:lambda:[^\"]+", definition)}
        granted = {resource for each in allowed(graph, machine.parent) if "lambda:InvokeFunction" in each["Action"]
                   for resource in each["Resource"]}  # fmt: skip
        if named != granted or not named:
            yield f"{machine.name}: names {sorted(named - granted)} besides what it may start, and may start {sorted(granted - named)}"
        if '"Assign"' in definition:
            yield f"{machine.name}: has variables, which are empty in the emulator"


CHECKS = (rules, streams, notifications, values, secrets, workflows)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_holds(graph: Graph, check: Callable[[Graph], Iterator[str]]):
    assert list(check(graph)) == []


def test_there_is_something_to_look_at(graph: Graph):
    for kind in ("cloudwatch/eventTarget", "kinesis/stream", "s3/bucketNotification", "ssm/parameter", "schemas/registry",
                 "secretsmanager/secret", "sfn/stateMachine"):  # fmt: skip
        assert graph.all(kind), kind


def _more_targets(graph: Graph) -> Graph:
    target = graph.one("cloudwatch/eventTarget", "notifications-deliver-0")
    return Graph([*graph.nodes, *[target] * 5], graph.exports, graph.log)


BREAKS: list[tuple[Any, str, str, Any, str]] = [
    (rules, "iam/rolePolicy", "notifications-deliver-access", lambda node: {"policy": json.dumps({"Statement": [{
        "Action": ["events:PutEvents"], "Resource": ["arn:aws:events:eu-west-1:111111111111:event-bus/dev-notifications-notices"]}]})}, "for ever"),
    (streams, "iam/rolePolicy", "clickstream-collect-key", lambda node: {"policy": '{"Statement": []}'}, "whose key it may not use"),
    (notifications, "s3/bucketNotification", "documents-documents-uploads", lambda node: {"topics": [{"topicArn": "arn:a.fifo"}]}, "is FIFO"),
    (values, "ssm/parameter", "loans-bureau-url", lambda node: {"tier": "Advanced"}, "is charged for"),
    (values, "ssm/parameter", "loans-bureau-url", lambda node: {"allowedPattern": "^[0-9]+$"}, "does not match"),
    (values, "schemas/registry", "notifications-notices", lambda node: {"name": "aws.notices"}, "is AWS's"),
    (secrets, "lambda/function", "loans-score", lambda node: {"environment": {"variables": {"SECRET_BUREAU": "arn:secret:dev-loans-bureau.secret"}}},
     "is not the name"),
    (secrets, "iam/rolePolicy", "loans-score-access", lambda node: {"policy": node.inputs["policy"].replace("bureau.secret-??????", "*")}, "no one secret"),
    (workflows, "sfn/stateMachine", "loans-price", lambda node: {"loggingConfiguration": {"logDestination": "a:log-group:/loans:*"}}, "fills"),
    (workflows, "sfn/stateMachine", "loans-price", lambda node: {"definition": node.inputs["definition"].replace("-price:", "-cost:")}, "besides"),
    (workflows, "sfn/stateMachine", "loans-price", lambda node: {"definition": node.inputs["definition"].replace('"End"', '"Assign": {}, "End"')},
     "has variables"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "kind", "name", "change", "says"), BREAKS)
@pytest.mark.thorough
def test_a_break_is_noticed(check: Any, kind: str, name: str, change: Callable[[Node], dict[str, Any]], says: str):
    graph = graph_of("dev")
    node = graph.one(kind, name)
    (told,) = check(changed(graph, kind, name, lambda _: change(node)))
    assert says in told


def test_a_secret_that_ends_as_an_arn_does_is_noticed():
    assert "dev-loans-bureau: ends with a dash and six characters" in secrets(
        changed(graph_of("dev"), "secretsmanager/secret", "loans-bureau", lambda _: {"name": "dev-loans-bureau"})
    )


def test_a_sixth_target_is_noticed():
    (told,) = rules(_more_targets(graph_of("dev")))
    assert told == "dev-notifications-deliver-0: has 6 targets"
