"""Rotation of loans' key in the program: order, permissions, the first version, the alarm; and each taken away is noticed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.program.graph import Graph, Node

AT = "eu-west-1:111111111111"
SECRET = f"arn:aws:secretsmanager:{AT}:secret:dev-loans-bureau.secret-??????"
NAME = "loans-bureau-rotation"


def wrong(graph: Graph) -> Iterator[str]:
    """Whatever would make AWS refuse a rotation, or let more in than one secret."""
    for rotation in graph.all("secretsmanager/secretRotation"):
        (secret,) = [node for node in graph.all("secretsmanager/secret") if node.outputs["arn"] == rotation.inputs["secretId"]]
        permissions = [
            node for node in graph.all("lambda/permission")
            if node.inputs["principal"] == "secretsmanager.amazonaws.com" and node.inputs.get("sourceArn") == secret.outputs["arn"]
        ]  # fmt: skip
        if not permissions:
            yield f"{rotation.name}: nobody lets Secrets Manager invoke the function for this secret"
        for permission in permissions:
            if permission.inputs.get("sourceAccount") != "111111111111":
                yield f"{permission.name}: is for every account"
            if not graph.comes_after(rotation, permission):
                yield f"{rotation.name}: may be configured before {permission.name}, and AWS tries at once"
        versions = [node for node in graph.all("secretsmanager/secretVersion") if node.inputs["secretId"] == secret.outputs["arn"]]
        if not any(graph.comes_after(rotation, version) for version in versions):
            yield f"{rotation.name}: may be configured before the secret has a version"
        if not 1 <= rotation.inputs["rotationRules"]["automaticallyAfterDays"] <= 90:
            yield f"{rotation.name}: is longer than is recommended"


def test_a_rotation_is_configured_after_all_that_aws_tries_at_once(dev: Graph):
    assert list(wrong(dev)) == []
    rotation = dev.one("secretsmanager/secretRotation", NAME)
    for kind, name in (("iam/rolePolicy", f"{NAME}-access"), ("iam/rolePolicy", f"{NAME}-key"), ("kms/key", "loans-key"), ("lambda/function", "loans-rotate-key")):
        assert dev.comes_after(rotation, dev.one(kind, name)), name


@pytest.mark.parametrize(
    ("kind", "name", "change", "told"),
    [
        ("lambda/permission", f"{NAME}-invoke", {"principal": "events.amazonaws.com"}, "nobody lets Secrets Manager invoke"),
        ("lambda/permission", f"{NAME}-invoke", {"sourceAccount": None}, "is for every account"),
        ("lambda/permission", f"{NAME}-invoke", {"sourceArn": None}, "nobody lets Secrets Manager invoke"),
        ("secretsmanager/secretRotation", NAME, {"rotationRules": {"automaticallyAfterDays": 365}}, "is longer than is recommended"),
    ],
)
def test_what_is_changed_is_noticed(dev: Graph, kind: str, name: str, change: dict[str, Any], told: str):
    nodes = [replace(node, properties={**node.inputs, **change}) if (node.kind, node.name) == (kind, name) else node for node in dev.nodes]
    assert [each for each in wrong(Graph(nodes, dev.exports, dev.log)) if told in each] != []


@pytest.mark.parametrize(("dropped", "told"), [("Permission", "before loans-bureau-rotation-invoke"), ("SecretVersion", "before the secret has a version")])
def test_a_dropped_edge_is_noticed(dev: Graph, dropped: str, told: str):
    def cut(node: Node) -> Node:
        left = [urn for urn in node.dependencies if f":{dropped}::" not in urn]
        return replace(node, dependencies=left) if node.kind == "secretsmanager/secretRotation" else node

    assert [each for each in wrong(Graph([cut(node) for node in dev.nodes], dev.exports, dev.log)) if told in each] != []


def test_the_function_may_rotate_this_one_secret_and_ask_the_one_function(dev: Graph):
    statements = json.loads(dev.one("iam/rolePolicy", f"{NAME}-access").inputs["policy"])["Statement"]
    assert statements[2:] == [
        {
            "Sid": "Rotate", "Effect": "Allow", "Resource": [SECRET],
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue",
                       "secretsmanager:UpdateSecretVersionStage"],
        },
        {"Sid": "HandOver", "Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": [f"arn:aws:lambda:{AT}:function:dev-loans-rotate-key:live"]},
    ]  # fmt: skip
    on_key = json.loads(dev.one("iam/rolePolicy", f"{NAME}-key").inputs["policy"])["Statement"]
    assert {each["Condition"]["StringEquals"]["kms:ViaService"]: each["Action"] for each in on_key} == {
        "lambda.eu-west-1.amazonaws.com": ["kms:Decrypt"],
        "secretsmanager.eu-west-1.amazonaws.com": ["kms:Decrypt", "kms:GenerateDataKey"],
    }


def test_the_function_has_the_packages_code_and_no_value(dev: Graph):
    function = dev.one("lambda/function", NAME)
    assert sorted(function.inputs["code"].assets) == ["rotation/__init__.py", "rotation/handler.py", "rotation/steps.py"]
    assert function.inputs.get("layers") in (None, []), "what it imports is in the runtime"
    told = function.inputs["environment"]["variables"]
    assert {key: value for key, value in told.items() if key.startswith("ROTATION_")} == {
        "ROTATION_FIELD": "api_key", "ROTATION_HOOK_SECONDS": "20", "ROTATION_HOOK": dev.one("lambda/alias", "loans-rotate-key-live").outputs["arn"],
    }  # fmt: skip
    assert function.inputs["timeout"] > dev.one("lambda/function", "loans-rotate-key").inputs["timeout"]


def test_the_first_version_holds_nothing_and_takes_no_value_away(dev: Graph):
    """With a label of its own it becomes the current version only where there is none; a later update must not put it there again."""
    version = dev.one("secretsmanager/secretVersion", f"{NAME}-initial")
    assert (version.inputs["secretString"], version.inputs["versionStages"]) == ("{}", ["INITIAL"])
    assert sorted(version.ignore_changes) == ["secretString", "versionStages"]


def test_a_value_that_the_other_side_must_know_is_not_replaced_before_somebody_has_set_it(dev: Graph):
    assert dev.one("secretsmanager/secretRotation", NAME).inputs["rotateImmediately"] is False


def test_one_step_that_fails_is_told(dev: Graph):
    alarm = dev.one("cloudwatch/metricAlarm", f"{NAME}-failed").inputs
    assert (alarm["metricName"], alarm["dimensions"], alarm["threshold"]) == ("Errors", {"FunctionName": "dev-loans-bureau-rotation"}, 1)
    assert (alarm["statistic"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == ("Sum", 1, 1)
