"""What AWS refuses, replaces or orders and the emulator does not: each entry of the provider's lists is asserted, or says why not.

An entry with `needs` is an order that the graph shows: proven here for every resource of the program. The others are proven by the
tests named in PROVEN, or are in TIME: they depend on what happens in an account and no graph can show them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from aws_provider.refusals import REFUSALS
from tests.program.climbing import in_phase
from tests.program.graph import ROOT, Graph, Node
from tests.program.refusals_shown import PROVEN, TIME
from tests.program.stacks import graph_of

ALL = {refusal.id: (token.split(":")[1], refusal) for token, refusals in REFUSALS.items() for refusal in refusals}
ORDERS = {id_: (kind, refusal.needs) for id_, (kind, refusal) in ALL.items() if refusal.needs}

NOT_MADE = {
    "codedeploy/deploymentConfig": "groups use CodeDeploy's own configurations: one of ours could not be changed while it is used",
    "apigateway/authorizer": "no reference workload has a REST route with tokens of the user pool",
    "costexplorer/anomalyMonitor": "made by bootstrap/, where the account has none",
    "apigateway/account": "made by bootstrap/, and its order is asserted there",
    "appsync/apiKey": "callers of a GraphQL API have tokens of the user pool; nobody gets in with a key",
    "cloudwatch/eventBusPolicy": "no other account sends to a bus",
    "secretsmanager/secretPolicy": "who may read a secret is in the roles of its functions; no other account does",
    "apigateway-method-after-its-authorizer": "no reference workload has a REST route with tokens of the user pool",
    "appsync-resolver-after-its-source": "resolvers are pipelines; their functions have the data source",
    "events-target-role-is-taken": "targets are functions, which EventBridge invokes by permission",
    "s3-notification-after-queue-policy": "a bucket tells functions and topics; queues follow a topic",
}  # fmt: skip
"""Type, or order of a property, that no reference workload makes -> why. One that is made after all has to be proven."""


def missing_order(graph: Graph, kind: str, needs: str) -> Iterator[str]:
    """Resources of `kind` that may be made before what AWS wants to be there."""
    wanted, _, property_ = needs.partition(" of ")
    for node in graph.all(kind):
        if property_ and node.inputs.get(property_) in (None, [], {}):
            continue
        candidates = [other for other in graph.all(wanted) if other.urn != node.urn and _belongs(graph, node, other, property_)]
        if not any(graph.comes_after(node, other) for other in candidates):
            yield f"{node.urn} may be made before its {wanted}"


def _belongs(graph: Graph, node: Node, other: Node, property_: str) -> bool:
    """Whether `other` is what the property leads to, or is attached to that (a permission to an alias, a policy to a queue)."""
    if not property_:
        return True
    direct = node.property_dependencies.get(property_, [])
    if other.urn in direct or any(graph.comes_after(graph.by_urn[urn], other) for urn in direct if urn in graph.by_urn):
        return True
    if any({*direct} & {*urns} for urns in other.property_dependencies.values()):
        return True
    name = other.inputs.get("name")
    return bool(name) and re.search(rf'[:/]{re.escape(name)}("|$)', str(node.inputs[property_])) is not None


@pytest.mark.parametrize("id_", sorted(ORDERS))
def test_the_order_that_aws_wants_is_in_the_graph(graph: Graph, id_: str):
    kind, needs = ORDERS[id_]
    graph = graph if graph.all(kind) else in_phase("scale")
    if not graph.all(kind):
        assert kind in NOT_MADE or id_ in NOT_MADE, f"the program makes no {kind}: where is this order shown?"
        return
    assert list(missing_order(graph, kind, needs)) == []


@pytest.mark.parametrize("id_", sorted(ORDERS))
def test_a_dropped_edge_is_noticed(id_: str):
    """Without its dependencies, at least one resource of the type may be made too early."""
    kind, needs = ORDERS[id_]
    graph = graph_of("prod") if graph_of("prod").all(kind) else in_phase("scale")
    if not any(property_ in ("", None) or property_ in node.inputs for node in graph.all(kind) for property_ in [needs.partition(" of ")[2]]):
        assert {id_, kind} & set(NOT_MADE)
        return
    cut = [replace(node, dependencies=[], property_dependencies={}) if node.kind == kind else node for node in graph.nodes]
    assert list(missing_order(Graph(cut, graph.exports, graph.log), kind, needs)) != []


def test_every_refusal_is_shown_somewhere_or_says_why_not():
    never = [id_ for id_, (kind, _) in ALL.items() if kind in NOT_MADE]
    assert not {*PROVEN} & {*TIME}
    assert sorted({*ORDERS, *PROVEN, *TIME, *never}) == sorted(ALL)


@pytest.mark.parametrize("what", sorted(NOT_MADE))
def test_what_is_not_made_is_not_made(graph: Graph, what: str):
    kind, needs = (what, "") if what in {kind for kind, _ in ALL.values()} else ORDERS[what]
    property_ = needs.partition(" of ")[2]
    made = [node.name for node in graph.all(kind) if not property_ or node.inputs.get(property_) not in (None, [], {})]
    assert made == [], f"{what}: says that it is not made; {NOT_MADE[what]}"


@pytest.mark.parametrize(("id_", "proof"), sorted(PROVEN.items()))
def test_the_named_proof_is_there(id_: str, proof: str):
    file, _, name = proof.partition("::")
    path = ROOT / file if file != "here" else ROOT / "tests" / "program" / "test_refused_by_aws.py"
    assert path.is_file(), f"{id_}: {proof}"
    assert not name or re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE), f"{id_}: {proof}"


def test_a_budget_has_no_more_notices_than_aws_takes(graph: Graph):
    for budget in graph.all("budgets/budget"):
        assert len(budget.inputs["notifications"]) <= 5
        for notice in budget.inputs["notifications"]:
            assert len(notice.get("subscriberEmailAddresses", [])) <= 10
            assert len(notice.get("subscriberSnsTopicArns", [])) <= 1


def test_policies_of_a_role_go_before_the_role(graph: Graph):
    for policy in graph.all("iam/rolePolicy"):
        roles = [role for role in graph.all("iam/role") if role.inputs["name"] == policy.inputs["role"]]
        assert len(roles) == 1
        assert graph.comes_after(policy, roles[0]), "deleted in the opposite order"


def test_a_queue_has_one_mapping(graph: Graph):
    pairs = [(node.inputs["eventSourceArn"], node.inputs["functionName"]) for node in graph.all("lambda/eventSourceMapping")]
    assert len(pairs) == len(set(pairs)) > 0


def test_variables_of_a_function_have_room(graph: Graph):
    for function in graph.all("lambda/function"):
        variables = function.inputs["environment"]["variables"]
        assert sum(len(key) + len(str(value)) for key, value in variables.items()) < 4096
        assert not [key for key in variables if key.startswith(("AWS_", "LAMBDA_", "_"))]


def test_layer_and_functions_are_of_one_architecture(graph: Graph):
    (layer,) = graph.all("lambda/layerVersion")
    for function in graph.all("lambda/function"):
        assert function.inputs["architectures"] == layer.inputs["compatibleArchitectures"]
        assert [function.inputs["runtime"]] == layer.inputs["compatibleRuntimes"]
