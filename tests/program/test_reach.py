"""Who besides its own roles may reach what the program makes: nobody of another account, and no service on anybody's behalf."""

import json
from dataclasses import replace

import pytest

from platform_contract.platform.resource_policies import POLICIES, Reach, reaches, report
from tests.program.graph import Graph, stack_config
from tests.program.stacks import graph_of

UNBOUNDED = {
    ("kms/key", "events.amazonaws.com"): "EventBridge tells KMS of no source when it delivers to an encrypted queue: with a condition, events are lost",
}
"""(type, service) -> why nothing bounds it."""


def of(graph: Graph, stack: str) -> list[Reach]:
    account = stack_config(stack)["serverless-platform:account_id"]
    return reaches([(node.type, node.name, node.inputs) for node in graph.nodes if node.custom], account)


def wrong(found: list[Reach]) -> list[str]:
    told = [f"{each.resource}: {each.who} {each.principal} may {each.actions}" for each in found if each.who in ("other account", "everybody")]
    return told + [
        f"{each.resource}: {each.principal} may {each.actions} on behalf of anybody" for each in found
        if each.who == "service" and not each.bounded_by and (each.type, each.principal) not in UNBOUNDED
    ]  # fmt: skip


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_nobody_else_reaches_anything(stack: str):
    found = of(graph_of(stack), stack)
    assert {each.type for each in found} == {"iam/role", "kms/key", "lambda/permission", "sns/topicPolicy", "sqs/queuePolicy"}
    assert wrong(found) == []


def test_every_exception_is_needed(dev: Graph):
    used = {(each.type, each.principal) for each in of(dev, "dev") if each.who == "service" and not each.bounded_by}
    assert used == set(UNBOUNDED)


@pytest.mark.parametrize(
    ("type_", "principal", "condition", "told"),
    [
        ("aws:sqs/queuePolicy:QueuePolicy", {"AWS": "arn:aws:iam::999999999999:root"}, {}, "other account"),
        ("aws:s3/bucketPolicy:BucketPolicy", "*", {}, "everybody"),
        ("aws:sns/topicPolicy:TopicPolicy", {"Service": "s3.amazonaws.com"}, {}, "on behalf of anybody"),
        ("aws:iam/role:Role", {"AWS": ["999999999999"]}, {}, "other account"),
    ],
)
def test_what_is_opened_is_noticed(dev: Graph, type_: str, principal, condition, told: str):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "x:Y", "Resource": "*", "Condition": condition}
    opened = json.dumps({"Version": "2012-10-17", "Statement": statement})
    nodes = [replace(node, properties={**node.properties, POLICIES[type_]: opened}) if node.type == type_ else node for node in dev.nodes]
    assert any(told in each for each in wrong(of(Graph(nodes, dev.exports, dev.log), "dev")))


def test_a_permission_without_a_source_is_noticed(dev: Graph):
    nodes = [replace(node, properties={key: value for key, value in node.properties.items() if not key.startswith("source")})
             if node.kind == "lambda/permission" else node for node in dev.nodes]  # fmt: skip
    assert any("on behalf of anybody" in each for each in wrong(of(Graph(nodes, dev.exports, dev.log), "dev")))


def test_the_report_names_who_what_and_for_whom(dev: Graph):
    lines = report(of(dev, "dev")).splitlines()
    (line,) = [each for each in lines if "sns/topicPolicy documents-arrived " in each]
    assert line == (
        "| service | s3.amazonaws.com | sns/topicPolicy documents-arrived | sns:Publish | "
        "aws:SourceAccount=111111111111; aws:SourceArn=arn:aws:s3:::dev-documents-documents-111111111111-eu-west-1 |"
    )
