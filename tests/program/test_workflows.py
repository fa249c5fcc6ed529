"""Workflows as they are sent to AWS: whom they invoke, who may take their role, what encrypts them, and where they log.

The embedded cloud takes any role and any definition, writes no log and encrypts nothing: this is where it is held.
"""

import json
from collections.abc import Iterator
from typing import Any

import pulumi_aws
import pytest

from platform_contract.kinds.workflow import limits as states
from platform_contract.platform import iam
from tests.program.breaking import Change, assert_noticed, only, unordered, with_
from tests.program.graph import Graph, Node

LONGEST_MARGIN_SECONDS = 5
"""A step is given up this long after its function has ended by itself, not minutes later."""

CUT_OFF = {"States.Timeout", "Sandbox.Timedout", "States.TaskFailed", "States.ALL"}
"""Names under which a step or its function that took too long is retried. Sandbox.Timedout is Lambda's, for its own timeout."""


def tasks(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, state) of every Task of a definition, those of branches and maps included."""
    for name, state in machine["States"].items():
        if state["Type"] == "Task":
            yield name, state
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from tasks(inner)


def retries(state: dict[str, Any]) -> set[str]:
    return {error for each in state.get("Retry", []) for error in each["ErrorEquals"] if each.get("MaxAttempts", 3) > 0}


def steps(graph: Graph) -> Iterator[str]:
    """Every step is a function of the same workload, by its alias; it is tried again, and never waited for without end."""
    aliases = {each.outputs["arn"]: each for each in graph.all("lambda/alias")}
    for machine in graph.all("sfn/stateMachine"):
        workload = graph.by_urn[graph.by_urn[machine.parent].parent]
        for name, state in tasks(json.loads(machine.inputs["definition"])):
            callback = state["Resource"].endswith(":lambda:invoke.waitForTaskToken")
            target = state["Parameters"]["FunctionName"] if callback else state["Resource"]
            alias = aliases.get(target)
            if alias is None:
                yield f"{machine.name}, {name}: invokes {target}, which is no alias of the program"
                continue
            if graph.by_urn[graph.by_urn[alias.parent].parent] is not workload:
                yield f"{machine.name}, {name}: invokes a function of another workload"
            function = next(each for each in graph.all("lambda/function") if each.parent == alias.parent)
            if not graph.comes_after(machine, alias):
                yield f"{machine.name}: may be made before {alias.name}"
            waits, longest = state.get("TimeoutSeconds", 0), function.inputs["timeout"]
            if waits < longest or (not callback and waits > longest + LONGEST_MARGIN_SECONDS):
                yield f"{machine.name}, {name}: waits {waits} s for a function of {longest} s"
            if not {states.TRANSIENT, "Lambda.TooManyRequestsException"} <= retries(state):
                yield f"{machine.name}, {name}: is not tried again"
            if retries(state) & CUT_OFF:
                yield f"{machine.name}, {name}: tries again what was cut off for its time"
            if callback and state["Parameters"]["Payload"].get("task_token.$") != "$$.Task.Token":
                yield f"{machine.name}, {name}: hands out no token, so nobody can answer"


def trust(graph: Graph) -> Iterator[str]:
    """Step Functions alone may take the role, for this account's machine alone."""
    for machine, role in _roles(graph):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        account = machine.outputs["arn"].split(":")[4]
        wanted = {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": machine.outputs["arn"]}}
        if statement["Principal"] != {"Service": "states.amazonaws.com"} or statement["Action"] != "sts:AssumeRole":
            yield f"{role.name}: may be taken by {statement['Principal']}"
        if statement.get("Condition") != wanted:
            yield f"{role.name}: may be taken for {statement.get('Condition')}"


def statements(graph: Graph) -> Iterator[str]:
    """The role may invoke its steps, log, trace and use the key for this machine: that, and no more."""
    for machine, role in _roles(graph):
        policies = [each for each in graph.all("iam/rolePolicy") if each.parent == machine.parent]
        held = {each["Sid"]: each for policy in policies for each in json.loads(policy.inputs["policy"])["Statement"]}
        named = {
            state["Parameters"]["FunctionName"] if "waitForTaskToken" in state["Resource"] else state["Resource"]
            for _, state in tasks(json.loads(machine.inputs["definition"]))
        }
        key, region, account = machine.inputs["encryptionConfiguration"]["kmsKeyId"], *machine.outputs["arn"].split(":")[3:5]
        wanted = {
            "Steps": (["lambda:InvokeFunction"], sorted(named), None),
            "Logs": (sorted(iam.WORKFLOW_LOG_ACTIONS), ["*"], None),
            "Traces": (sorted(iam.WORKFLOW_TRACE_ACTIONS), ["*"], None),
            # kms:ViaService would make executions fail: they call KMS with the role directly.
            "Executions": (["kms:Decrypt", "kms:GenerateDataKey"], [key],
                           {"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn": machine.outputs["arn"]}}),
            "LogDelivery": (["kms:GenerateDataKey"], [key],
                            {"StringEquals": {"kms:EncryptionContext:SourceArn": f"arn:aws:logs:{region}:{account}:*"}}),
        }  # fmt: skip
        found = {sid: (sorted(each["Action"]), sorted(each["Resource"]), each.get("Condition")) for sid, each in held.items()}
        for sid in sorted(found.keys() | wanted.keys()):
            if found.get(sid) != wanted.get(sid):
                yield f"{role.name}: {sid} is {found.get(sid)}"
        for policy in policies:
            if not graph.comes_after(machine, policy):
                yield f"{machine.name}: may be made before {policy.name}, and AWS tries the role at once"


def logs(graph: Graph) -> Iterator[str]:
    """Each logs into a group of its own, which is encrypted and ends some day, without the data that goes through it."""
    for machine in graph.all("sfn/stateMachine"):
        told = machine.inputs["loggingConfiguration"]
        groups = [each for each in graph.all("cloudwatch/logGroup") if f"{each.outputs['arn']}:*" == told.get("logDestination")]
        if not groups:
            yield f"{machine.name}: logs into {told.get('logDestination')}"
            continue
        (group,) = groups
        if not group.inputs["name"].startswith("/aws/vendedlogs/states/"):
            yield f"{group.name}: adds itself to the account's one policy for log delivery"
        if not group.inputs.get("kmsKeyId") or not group.inputs.get("retentionInDays"):
            yield f"{group.name}: has no key or no retention"
        if told["level"] != ("ALL" if machine.inputs["type"] == "EXPRESS" else "ERROR"):
            yield f"{machine.name}: logs {told['level']}"
        if told.get("includeExecutionData"):
            yield f"{machine.name}: logs the data of its executions"
        if not graph.comes_after(machine, group):
            yield f"{machine.name}: may be made before its log group"


def encryption(graph: Graph) -> Iterator[str]:
    """With the workload's key, whose policy lets the log be delivered, and traced."""
    keys = {each.outputs["arn"]: each for each in graph.all("kms/key")}
    for machine in graph.all("sfn/stateMachine"):
        told = machine.inputs.get("encryptionConfiguration") or {}
        key = keys.get(told.get("kmsKeyId", ""))
        if told.get("type") != "CUSTOMER_MANAGED_KMS_KEY" or key is None:
            yield f"{machine.name}: is encrypted with {told.get('type')}"
            continue
        if not 60 <= (told.get("kmsDataKeyReusePeriodSeconds") or 0) <= 900:
            yield f"{machine.name}: reuses a data key for {told.get('kmsDataKeyReusePeriodSeconds')} s"
        admitted = [each for each in json.loads(key.inputs["policy"])["Statement"]
                    if each["Principal"] == {"Service": "delivery.logs.amazonaws.com"} and each["Action"] == ["kms:Decrypt"]]  # fmt: skip
        if not admitted:
            yield f"{key.name}: does not let the log of {machine.name} be delivered"
        if not (machine.inputs.get("tracingConfiguration") or {}).get("enabled"):
            yield f"{machine.name}: is not traced"


def _roles(graph: Graph) -> Iterator[tuple[Node, Node]]:
    roles = {each.outputs["arn"]: each for each in graph.all("iam/role")}
    for machine in graph.all("sfn/stateMachine"):
        yield machine, roles[machine.inputs["roleArn"]]


@pytest.mark.parametrize("check", [steps, trust, statements, logs, encryption], ids=lambda check: check.__name__)
def test_every_workflow_is_as_aws_wants_it(graph: Graph, check: Any):
    assert {each.inputs["type"] for each in graph.all("sfn/stateMachine")} == {"STANDARD", "EXPRESS"}
    assert list(check(graph)) == []


def test_what_the_embedded_cloud_calls_every_error_is_retried_there_only(graph: Graph, dev: Graph):
    for each in (graph, dev):
        account = each.all("sfn/stateMachine")[0].outputs["arn"].split(":")[4]
        found = {states.EMULATED_ERROR in retries(state) for machine in each.all("sfn/stateMachine")
                 for _, state in tasks(json.loads(machine.inputs["definition"]))}  # fmt: skip
        assert found == {account == "000000000000"}


def test_the_step_that_gives_up_knows_how_often_it_is_tried(dev: Graph):
    """`loans.score` tells an outage as an outcome at its last retry: were there more, they would be lost; were there fewer, the loan."""
    machine = json.loads(dev.one("sfn/stateMachine", "loans-decide").inputs["definition"])
    score = dict(tasks(machine))["Score"]
    assert score["Parameters"]["retries"] == sum(each["MaxAttempts"] for each in score["Retry"])
    assert score["Parameters"]["attempt.$"] == "$$.State.RetryCount"


def test_who_starts_a_workflow_needs_no_key_and_who_reads_its_result_does(dev: Graph):
    (policy,) = [each for each in dev.all("iam/rolePolicy") if each.name == "loans-api-key"]
    through = {each["Condition"]["StringEquals"]["kms:ViaService"].split(".")[0]: each["Action"]
               for each in json.loads(policy.inputs["policy"])["Statement"]}  # fmt: skip
    assert through["states"] == ["kms:Decrypt"]


def redefined(change: Any) -> Change:
    """Changes the definition that a component sends."""
    return lambda _, sent: {**sent, "definition": sent["definition"].apply(lambda text: json.dumps(change(json.loads(text))))}


def in_state(name: str, **values: Any) -> Change:
    def change(definition: dict[str, Any]) -> dict[str, Any]:
        definition["States"][name].update(values)
        return definition

    return only("loans-decide", redefined(change))


VALIDATE = "arn:aws:lambda:eu-west-1:111111111111:function:dev-loans-validate"
OPEN_TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
LOGGING = pulumi_aws.sfn.StateMachineLoggingConfigurationArgs
BREAKAGES = [
    ("sfn.StateMachine", in_state("Validate", Resource=VALIDATE), steps, "which is no alias of the program"),
    ("sfn.StateMachine", in_state("Validate", Resource=f"{VALIDATE}:$LATEST"), steps, "which is no alias of the program"),
    ("sfn.StateMachine", in_state("Validate", Resource=f"{VALIDATE.replace('loans-validate', 'orders-api')}:live"), steps, "of another workload"),
    ("sfn.StateMachine", in_state("Validate", TimeoutSeconds=1), steps, "waits 1 s for a function of 10.0 s"),
    ("sfn.StateMachine", in_state("Validate", Retry=[]), steps, "Validate: is not tried again"),
    ("sfn.StateMachine", in_state("Validate", Retry=[{"ErrorEquals": ["States.ALL"]}]), steps, "tries again what was cut off"),
    ("sfn.StateMachine", only("loans-decide", unordered), statements, "and AWS tries the role at once"),
    ("sfn.StateMachine", with_(encryption_configuration=None), encryption, "is encrypted with None"),
    ("sfn.StateMachine", with_(tracing_configuration=None), encryption, "is not traced"),
    ("sfn.StateMachine", with_(logging_configuration=LOGGING(level="OFF")), logs, "logs into None"),
    ("cloudwatch.LogGroup", only("loans-decide-logs", with_(name="dev-loans-decide")), logs, "the account's one policy"),
    ("cloudwatch.LogGroup", only("loans-decide-logs", with_(retention_in_days=None)), logs, "no key or no retention"),
    ("iam.Role", only("loans-decide-role", with_(assume_role_policy=OPEN_TRUST)), trust, "may be taken for None"),
    ("iam.RolePolicy", only("loans-decide-access", with_(policy='{"Statement": []}')), statements, "Steps is None"),
    ("kms.Key", only("loans-key", with_(policy='{"Statement": []}')), encryption, "does not let the log of loans-decide be delivered"),
]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "change", "check", "says"), BREAKAGES, ids=[f"{number}-{each[3][:30]}" for number, each in enumerate(BREAKAGES)])
def test_the_check_notices(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, check: Any, says: str):
    assert_noticed(monkeypatch, ("loans", ("loans", "orders")), kind, change, check, says)
