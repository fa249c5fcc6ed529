"""State machines: what is found in a definition before AWS would refuse it, and what the type tests do not show."""

import json
from typing import Any

import pytest

from aws_provider.services.sfn_definition import problems

from . import wire
from .cases_workflows import MACHINE, definition

ROLE = f"arn:aws:iam::{wire.ACCOUNT}:role/loans"
INVOKE = "arn:aws:states:::lambda:invoke"
PASS, DONE = {"Type": "Pass", "End": True}, {"Type": "Succeed"}


def machine(**states: Any) -> dict[str, Any]:
    """Begins with the first of the states."""
    return {"StartAt": next(iter(states)), "States": states}


def found(content: dict[str, Any], kind: str = "STANDARD") -> list[str]:
    return problems(json.dumps(content), kind)


GOOD = machine(
    Check={
        "Type": "Parallel", "Next": "Documents",
        "Branches": [machine(Validate={"Type": "Task", "Resource": INVOKE, "End": True}), machine(Score={"Type": "Pass", "End": True})],
        "Retry": [{"ErrorEquals": ["Later"], "BackoffRate": 2.0}, {"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]},
    Documents={"Type": "Map", "ItemProcessor": machine(Document=PASS), "ItemsPath": "$.documents", "Next": "Ask"},
    Ask={"Type": "Task", "Resource": f"{INVOKE}.waitForTaskToken", "HeartbeatSeconds": 60, "TimeoutSeconds": 3600, "Next": "Approved"},
    Approved={"Type": "Choice", "Choices": [{"Variable": "$.approved", "BooleanEquals": True, "Next": "Later"}], "Default": "Failed"},
    Later={"Type": "Wait", "Seconds": 0, "Next": "Done"},
    Done=DONE,
    Failed={"Type": "Fail", "Error": "Refused"},
)  # fmt: skip


def test_a_definition_that_aws_takes_passes() -> None:
    assert found(GOOD) == []
    first = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input %}", "End": True}
    assert found(machine(First=first)) == [] == found(machine(First=PASS), "EXPRESS")
    inside = machine(Either={**PASS, "Output": {}})
    assert found(machine(First={"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": [inside], "End": True})) == []


@pytest.mark.parametrize(("states", "told"), [
    (machine(A={"Type": "Pass", "Next": "B"}, C=DONE), ["/States/A/Next='B': is no state here; there is A, C"]),
    (machine(A=PASS, C=DONE), ["/States/C: is never reached"]),
    ({"StartAt": "B", "States": {"A": PASS}}, ["/StartAt='B': is no state here; there is A"]),
    ({"States": {"A": PASS}}, ["/StartAt: is no state here; there is A"]),
    ({"StartAt": "A"}, ["/States: must hold states: name -> what it does"]),
    (machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}), ["/States: have no end: each leads to another one, round and round"]),
    (machine(A={"Type": "Pas", "End": True}), ["/States/A/Type='Pas': must be one of Task, Choice, Parallel, Map, Wait, Pass, Succeed, Fail"]),
    (machine(A={"Type": "Pass"}, B=DONE), ["/States/A: has neither Next nor End: true"]),
    (machine(A={"Type": "Succeed", "End": True}), ["/States/A/End: is not for a Succeed"]),
    (machine(A={"Type": "Task", "End": True}), ["/States/A/Resource: is required in a Task"]),
    (machine(A={"Type": "Map", "ItemProcessor": machine(B=PASS), "Iterator": machine(C=PASS), "End": True}),
     ["/States/A/ItemProcessor: is there beside Iterator, and a Map has one of them"]),
    (machine(A={"Type": "Parallel", "Branches": [machine(A=PASS)], "End": True}),
     ["/States/A/Branches[0]/States/A: has the name of A, and a name is unique in the whole workflow"]),
    (machine(A={"Type": "Map", "ItemProcessor": machine(B={"Type": "Pass", "Next": "A"}), "End": True}),
     ["/States/A/ItemProcessor/States/B/Next='A': is no state here; there is B"]),
    (machine(A={**PASS, "Output": {}}), ["/States/A/Output: is not known in a Pass in JSONPath"]),
    (machine(A={**PASS, "QueryLanguage": "JSONata", "ResultPath": "$"}), ["/States/A/ResultPath: is not known in a Pass in JSONata"]),
    ({"QueryLanguage": "JSONata", **machine(A={**PASS, "QueryLanguage": "JSONPath"})},
     ["/States/A/QueryLanguage='JSONPath': is not for a state of a machine in JSONata; the reverse is possible"]),
    (machine(A={"Type": "Task", "Resource": INVOKE, "HeartbeatSeconds": 60, "TimeoutSeconds": 60, "End": True}),
     ["/States/A/HeartbeatSeconds=60: must be less than TimeoutSeconds, 60"]),
    (machine(A={**PASS, "Parameters": {"id.$": "$.orders[?(@.id == 1"}}),
     ["/States/A/Parameters/id.$='$.orders[?(@.id == 1': needs `)` at the end of the filter behind `$.orders[?(@.id == 1`"]),
    (machine(A={**PASS, "Parameters": {"id.$": "States.Format('{} {}', $.id)"}}),
     ["/States/A/Parameters/id.$=\"States.Format('{} {}', $.id)\": has 2 {} in its text and 1 value for them"]),
])  # fmt: skip
def test_what_aws_refuses_is_told_with_its_place(states: dict, told: list[str]) -> None:
    """A few of each kind: the language's own tests have them all."""
    assert found(states) == told


@pytest.mark.parametrize("states", [
    machine(A={**PASS, "Parameters": {"id.$": "$order.id", "other.$": "States.Format('{}', $order.name)"}, "Assign": {"order.$": "$.order"}}),
    machine(A={"Type": "Task", "Resource": INVOKE, "TimeoutSecondsPath": "$.seconds", "Credentials": {"RoleArn": "arn:aws:iam::1:role/a"}, "End": True}),
    machine(A={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "B"}]}, B=DONE),
    machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "C"}], "Default": "D"},
            C={"Type": "Pass", "Next": "C"}, D=DONE),
])  # fmt: skip
def test_what_only_a_manifest_may_not_hold_is_taken(states: dict) -> None:
    assert found(states) == []


def test_the_text_is_json() -> None:
    assert problems("StartAt: First") == ["must be JSON: Expecting value: line 1 column 1 (char 0)"]


@pytest.mark.parametrize("resource", [f"{INVOKE}.waitForTaskToken", "arn:aws:states:::states:startExecution.sync:2",
                                      f"arn:aws:states:{wire.REGION}:{wire.ACCOUNT}:activity:print"])  # fmt: skip
def test_an_express_workflow_waits_for_nobody(resource: str) -> None:
    content = machine(A={"Type": "Task", "Resource": resource, "End": True})
    assert found(content) == []
    assert found(content, "EXPRESS") == [f"/States/A/Resource: '{resource}': an express workflow waits for no callback, job or activity"]
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **content}
    mapped = found(machine(All={"Type": "Map", "ItemProcessor": processor, "End": True}))
    assert len(mapped) == 1 and mapped[0].startswith("/States/All/ItemProcessor/States/A/Resource"), mapped
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **machine(B=PASS)}
    content = machine(All={"Type": "Map", "ItemProcessor": processor, "End": True})
    assert found(content) == [] and found(content, "EXPRESS") == ["/States/All/ItemProcessor: an express workflow has no distributed map"]


@pytest.mark.emulator
@pytest.mark.parametrize(("inputs", "told"), [
    ({"definition": "{}"}, "definition: /States: must hold states"),
    ({"loggingConfiguration": {"level": "ALL"}}, "missing 'loggingConfiguration.logDestination': level=ALL needs the log group's ARN"),
    ({"loggingConfiguration": {"level": "ALL", "logDestination": "arn:aws:logs:eu-west-1:000000000000:log-group:a"}}, "has to end with :*"),
    ({"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY"}}, "missing 'encryptionConfiguration.kmsKeyId'"),
    ({"encryptionConfiguration": {"type": "AWS_OWNED_KEY", "kmsKeyId": "a"}}, "only with type=CUSTOMER_MANAGED_KMS_KEY"),
    ({"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "a", "kmsDataKeyReusePeriodSeconds": 59}}, "must be 60 to 900"),
    ({"type": "STANDRAD"}, "did you mean 'STANDARD'?"),
])  # fmt: skip
def test_a_machine_that_aws_refuses_is_not_made(provider: wire.Provider, inputs: dict, told: str) -> None:
    given = {"name": "decide", "roleArn": ROLE, "definition": definition()}
    (reason,) = [reason for _, reason in provider.check(MACHINE, {**given, **inputs})[1]]
    assert told in reason
    assert provider.check(MACHINE, given)[1] == []


@pytest.mark.emulator
def test_an_express_machine_is_made_and_changed_without_a_new_version(provider: wire.Provider, client: Any) -> None:
    role = client("iam").create_role(RoleName="loans", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    given = {"name": "price", "roleArn": role, "definition": definition(), "type": "EXPRESS"}
    id, state, inputs = provider.make(MACHINE, given)
    seen = client("stepfunctions").describe_state_machine(stateMachineArn=id)
    assert seen["type"] == "EXPRESS" and "stateMachineVersionArn" not in state and "encryptionConfiguration" not in state
    spaced = provider.checked(MACHINE, {**given, "definition": json.dumps(json.loads(definition()), indent=1)}, olds=inputs)
    assert provider.diff(MACHINE, id, state, inputs, spaced).changes == 1, "the same document, written otherwise"
    tagged = provider.checked(MACHINE, {**given, "tags": {"a": "1"}}, olds=inputs)
    updated = provider.update(MACHINE, id, state, inputs, tagged)
    assert updated["revisionId"] == state["revisionId"] and updated["tags"] == {"a": "1"}
    provider.delete(MACHINE, id, updated)
    client("iam").delete_role(RoleName="loans")
