"""What `data_class` decides, in the graph of every stack; and what is broken of it, the checks notice."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from platform_contract.platform import kms
from platform_contract.platform.data_class import CLASSES
from tests.program import data_class
from tests.program.graph import Graph, Node, stack_config
from tests.program.stacks import graph_of

STACKS = pytest.mark.parametrize("stack", ["local", "dev", "prod"])
DEV = stack_config("dev")
ROLE = "arn:aws:iam::111111111111:role/"


@STACKS
def test_keys_are_used_by_whom_the_class_says(stack: str):
    assert list(data_class.key_users(graph_of(stack), stack_config(stack))) == []


@STACKS
def test_log_groups_mask_what_the_class_says(stack: str):
    assert list(data_class.masks(graph_of(stack))) == []


def test_every_class_with_something_to_show_has_a_workload(dev: Graph):
    used = {data_class.class_of(key): [] for key in dev.all("kms/key")}
    for key in dev.all("kms/key"):
        used[data_class.class_of(key)].append(key.inputs["tags"]["workload"])
    assert "loans" in used["restricted"]
    assert {"receipts", "chat"} <= set(used["confidential"])
    assert {"orders", "platform"} <= set(used["internal"])
    assert set(CLASSES) - set(used) == {"public"}  # which decides what internal does


def test_loans_is_used_by_its_roles_and_those_of_the_settings(dev: Graph):
    policy = json.loads(dev.one("kms/key", "loans-key").inputs["policy"])
    users = {
        each["Sid"]: each["Condition"]["ArnEquals"][kms.CALLER] for each in policy["Statement"]
        if "ArnEquals" in each.get("Condition", {}) and "kms:Decrypt" in each["Action"]
    }  # fmt: skip
    assert users["DeployingRoles"] == [f"{ROLE}deploy"]
    assert users["BreakGlassRoles"] == [f"{ROLE}break-glass"]
    assert {f"{ROLE}dev-loans-api-eu-west-1", f"{ROLE}dev-loans-decide-states-eu-west-1"} <= set(users["OwnRoles"])
    assert not [each for each in users["OwnRoles"] if "/dev-loans-" not in each]
    admits = [each["Sid"] for each in policy["Statement"] if "Service" in each["Principal"]]
    assert admits == ["ServiceLogs", "ServiceLogDelivery"]


def test_nothing_is_denied(dev: Graph):
    """A denial would hold for the grants of services, too, which KMS knows by no name that a policy could except."""
    for key in dev.all("kms/key"):
        assert {each["Effect"] for each in json.loads(key.inputs["policy"])["Statement"]} == {"Allow"}


def test_key_policies_fit(graph: Graph):
    for key in graph.all("kms/key"):
        assert len(key.inputs["policy"]) <= 32 * 1024  # bytes, KMS API reference, PutKeyPolicy


Change = Callable[[Any], Any]


def changed(kind: str, name: str, property_: str, change: Change) -> Graph:
    graph = graph_of("dev")

    def of(node: Node) -> Node:
        value = json.dumps(change(json.loads(node.properties[property_])))
        return replace(node, properties={**node.properties, property_: value})

    nodes = [of(node) if (node.kind, node.name) == (kind, name) else node for node in graph.nodes]
    assert nodes != graph.nodes
    return Graph(nodes, graph.exports, graph.log)


def statement(sid: str, change: Change) -> Change:
    """A policy in which one statement is changed, or left out where the change returns nothing."""
    return lambda policy: {**policy, "Statement": [new for old in policy["Statement"] if (new := change(old) if old["Sid"] == sid else old)]}


def without_first_caller(each: dict[str, Any]) -> dict[str, Any]:
    return {**each, "Condition": {"ArnEquals": {kms.CALLER: each["Condition"]["ArnEquals"][kms.CALLER][1:]}}}


def with_caller(each: dict[str, Any]) -> dict[str, Any]:
    return {**each, "Condition": {"ArnEquals": {kms.CALLER: [*each["Condition"]["ArnEquals"][kms.CALLER], f"{ROLE}admin"]}}}


def unconditional(each: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in each.items() if key != "Condition"}


@pytest.mark.parametrize(
    ("key", "change", "says"),
    [
        ("loans-key", statement("OwnRoles", unconditional), "OwnRoles lets whoever IAM allows read"),
        ("loans-key", statement("Administration", lambda each: {**each, "Action": "kms:*"}), "Administration lets whoever IAM allows read"),
        ("loans-key", statement("OwnRoles", without_first_caller), f"the workload's role {ROLE}dev-loans-api-eu-west-1 may not use it"),
        ("loans-key", statement("DeployingRoles", with_caller), f"{ROLE}admin may use it"),
        ("loans-key", statement("BreakGlassRoles", lambda _: None), f"{ROLE}break-glass may not use it, and the settings say it may"),
        ("loans-key", statement("Administration", lambda _: None), "nobody could mend its policy any more"),
        ("loans-key", statement("DeployingRolesGrantToServices", lambda each: {**each, "Condition": {"Bool": each["Condition"]["Bool"]}}), "make grants"),
        ("receipts-key", statement("GrantsToServices", unconditional), "lets the key be handed to anybody"),
        ("receipts-key", statement("AccountThroughServices", unconditional), "AccountThroughServices lets whoever IAM allows read"),
        ("receipts-key", statement("OwnRoles", without_first_caller), "may not use it"),
    ],
)
def test_a_key_that_others_may_use_or_its_own_roles_may_not_is_noticed(key: str, change: Change, says: str):
    found = list(data_class.key_users(changed("kms/key", key, "policy", change), DEV))
    assert any(says in problem for problem in found), found


def other_identifiers(policy: dict[str, Any]) -> dict[str, Any]:
    first, second = policy["Statement"]
    return {**policy, "Statement": [first, {**second, "DataIdentifier": second["DataIdentifier"][1:]}]}


def fewer_identifiers(policy: dict[str, Any]) -> dict[str, Any]:
    return {**policy, "Statement": [{**each, "DataIdentifier": each["DataIdentifier"][1:]} for each in policy["Statement"]]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda policy: {**policy, "Statement": policy["Statement"][:1]}, "CloudWatch Logs wants one that finds and one that masks"),
        (other_identifiers, "which CloudWatch Logs refuses"),
        (fewer_identifiers, "it masks something else than the class of data says"),
        (lambda policy: {**policy, "Description": "x" * 30_720}, "characters"),
    ],
)
def test_a_policy_that_does_not_mask_is_noticed(change: Change, says: str):
    found = list(data_class.masks(changed(data_class.PROTECTION, "loans-api-logs", "policyDocument", change)))
    assert any(says in problem for problem in found), found
    assert {problem.partition(":")[0] for problem in found} == {"loans-api-logs"}


def test_a_log_group_without_its_policy_is_noticed(dev: Graph):
    left = [node for node in dev.nodes if node.kind != data_class.PROTECTION]
    found = list(data_class.masks(Graph(left, dev.exports, dev.log)))
    secret = [group for group in dev.all(data_class.LOG_GROUP) if CLASSES[data_class.class_of(group)].masked_identifiers]
    assert len(found) == len(secret) > 10


def test_a_function_that_may_log_before_its_group_masks_is_noticed(dev: Graph):
    function = dev.one("lambda/function", "loans-api")
    policy = dev.one(data_class.PROTECTION, "loans-api-logs").urn
    nodes = [replace(node, dependencies=[urn for urn in node.dependencies if urn != policy]) if node is function else node for node in dev.nodes]
    assert any("loans-api may log before it masks" in each for each in data_class.masks(Graph(nodes, dev.exports, dev.log)))


def test_a_log_group_of_a_class_that_is_not_masked_is_noticed(dev: Graph):
    group = dev.one(data_class.LOG_GROUP, "loans-api-logs")
    cheap = replace(group, properties={**group.properties, "logGroupClass": "INFREQUENT_ACCESS"})
    found = data_class.masks(Graph([cheap if node is group else node for node in dev.nodes], dev.exports, dev.log))
    assert any("of the class INFREQUENT_ACCESS" in each for each in found)
