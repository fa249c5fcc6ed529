"""Schedules as they are sent to the engine: when they start, who may start what, and where a run ends that cannot be started or fails.

The embedded cloud asks no role, keeps no window, tries nothing again and fills no dead-letter queue: AWS does all of it. What the function
itself does is in tests/end_to_end/test_scheduled_job.py.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import available_timezones

import pytest

from tests.program.graph import Graph, Node
from tests.program.stacks import graph_of
from tests.program.test_websocket_api import changed, unordered

INPUT = {
    "schedule_arn": "<aws.scheduler.schedule-arn>", "scheduled_time": "<aws.scheduler.scheduled-time>",
    "execution_id": "<aws.scheduler.execution-id>", "attempt": "<aws.scheduler.attempt-number>",
}  # fmt: skip
"""What Scheduler tells the function. Source: EventBridge Scheduler user guide, context attributes."""

LONGEST_AGE, LONGEST_WINDOW, MOST_RETRIES = 86_400, 1_440, 185
"""Seconds, minutes, times. Source: EventBridge Scheduler API reference, RetryPolicy and FlexibleTimeWindow."""


def role_of(graph: Graph, schedule: Node) -> Node:
    (role,) = (each for each in graph.all("iam/role") if each.outputs["arn"] == schedule.inputs["target"]["roleArn"])
    return role


def function_of(graph: Graph, schedule: Node) -> Node:
    arn = schedule.inputs["target"]["arn"].rpartition(":")[0]
    (function,) = (each for each in graph.all("lambda/function") if each.outputs["arn"] == arn)
    return function


def policies_of(graph: Graph, role: Node) -> list[Node]:
    return [each for each in graph.all("iam/rolePolicy") if each.inputs["role"] == role.inputs["name"]]


def statements_of(policies: list[Node]) -> list[dict[str, Any]]:
    return [statement for policy in policies for statement in json.loads(policy.inputs["policy"])["Statement"]]


def timing(graph: Graph) -> Iterator[str]:
    """A run starts when people of its time zone expect it, within a window, and is told which one it is."""
    for schedule in graph.all("scheduler/schedule"):
        inputs = schedule.inputs
        if inputs.get("scheduleExpressionTimezone") not in available_timezones():
            yield f"{schedule.name}: its time zone is {inputs.get('scheduleExpressionTimezone')}"
        if inputs.get("state") != "ENABLED":
            yield f"{schedule.name}: never starts"
        window = inputs.get("flexibleTimeWindow") or {}
        wanted = window.get("mode") == "FLEXIBLE" and 1 <= window.get("maximumWindowInMinutes", 0) <= LONGEST_WINDOW
        if not (wanted or (window.get("mode") == "OFF" and not window.get("maximumWindowInMinutes"))):
            yield f"{schedule.name}: AWS refuses the window {window}"
        told = json.loads(inputs["target"].get("input") or "{}")
        if told.items() & INPUT.items() != INPUT.items():
            yield f"{schedule.name}: its function is told {told}, so that a repeated run looks like a new one"
        if not inputs["target"]["arn"].endswith(":live"):
            yield f"{schedule.name}: starts whatever was uploaded last"


def undelivered(graph: Graph) -> Iterator[str]:
    """A run that cannot be started is tried again for a while, and then kept in a watched, encrypted standard queue."""
    for schedule in graph.all("scheduler/schedule"):
        target = schedule.inputs["target"]
        retry = target.get("retryPolicy") or {}
        least = 0 if schedule.name.endswith("-probe-schedules-run") else 1  # a late run of the probe says nothing about now: test_probe.py
        if not (least <= retry.get("maximumRetryAttempts", -1) <= MOST_RETRIES and 60 <= retry.get("maximumEventAgeInSeconds", 0) <= LONGEST_AGE):
            yield f"{schedule.name}: tries again {retry}"
        arn = (target.get("deadLetterConfig") or {}).get("arn")
        queue = next((each for each in graph.all("sqs/queue") if each.outputs["arn"] == arn), None)
        if queue is None or queue.inputs.get("fifoQueue"):
            yield f"{schedule.name}: {arn or 'nothing'} is no standard queue of the program"
            continue
        function = function_of(graph, schedule)
        if queue.inputs.get("kmsMasterKeyId") != function.inputs["kmsKeyArn"]:
            yield f"{queue.name}: is not encrypted with the workload's key"
        watched = [each for each in graph.all("cloudwatch/metricAlarm")
                   if each.inputs.get("dimensions") == {"QueueName": queue.inputs["name"]} and each.inputs["threshold"] == 0]  # fmt: skip
        if not watched:
            yield f"{queue.name}: nobody learns of what is in it"
        policies = [each for each in graph.all("sqs/queuePolicy") if each.inputs["queueUrl"] == queue.outputs["url"]]
        for policy in policies or [None]:
            said = [] if policy is None else json.loads(policy.inputs["policy"])["Statement"]
            if not any(each["Effect"] == "Deny" and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for each in said):
                yield f"{queue.name}: takes messages that anybody on the way can read"
            if any(each["Effect"] == "Allow" and not each.get("Condition") for each in said):
                yield f"{queue.name}: takes messages of anybody"
            if policy is not None and not graph.comes_after(schedule, policy):
                yield f"{schedule.name}: may put a run into {queue.name} before its policy is in force"


def trust(graph: Graph) -> Iterator[str]:
    """Scheduler takes the role for schedules of this group of this account alone: no confused deputy."""
    for schedule in graph.all("scheduler/schedule"):
        (group,) = (each for each in graph.all("scheduler/scheduleGroup") if each.inputs["name"] == schedule.inputs["groupName"])
        role = role_of(graph, schedule)
        account = group.outputs["arn"].split(":")[4]
        said = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        wanted = {
            "Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": group.outputs["arn"]}},
        }  # fmt: skip
        if [{key: value for key, value in each.items() if key != "Sid"} for each in said] != [wanted]:
            yield f"{role.name}: is taken by more than {group.inputs['name']}"
        if any(each.inputs["role"] == role.outputs["arn"] for each in graph.all("lambda/function")):
            yield f"{role.name}: is a function's role, too"


def access(graph: Graph) -> Iterator[str]:
    """The role may start the functions of its schedules and keep what could not be started, and nothing else."""
    for role in {role_of(graph, each).urn: role_of(graph, each) for each in graph.all("scheduler/schedule")}.values():
        mine = [each for each in graph.all("scheduler/schedule") if role_of(graph, each) is role]
        policies = policies_of(graph, role)
        granted = {(action, resource, json.dumps(each.get("Condition"))) for each in statements_of(policies)
                   for action in each["Action"] for resource in each["Resource"]}  # fmt: skip
        through = json.dumps({"StringEquals": {"kms:ViaService": f"sqs.{mine[0].inputs['target']['arn'].split(':')[3]}.amazonaws.com"}})
        needed = {("lambda:InvokeFunction", each.inputs["target"]["arn"], "null") for each in mine}
        needed |= {("sqs:SendMessage", (each.inputs["target"].get("deadLetterConfig") or {}).get("arn"), "null") for each in mine}
        needed |= {(f"kms:{action}", function_of(graph, each).inputs["kmsKeyArn"], through) for each in mine
                   for action in ("Decrypt", "GenerateDataKey")}  # fmt: skip
        yield from (f"{role.name}: may not {action} on {resource}" for action, resource, _ in sorted(needed - granted, key=str))
        yield from (f"{role.name}: may {action} on {resource}, which it does not need" for action, resource, _ in sorted(granted - needed, key=str))
        for schedule in mine:
            if not policies or not all(graph.comes_after(schedule, policy) for policy in policies):
                yield f"{schedule.name}: may start before its role may"


def given_up(graph: Graph) -> Iterator[str]:
    """A run that was started and fails is tried again, and then kept in the function's queue of failures."""
    for schedule in graph.all("scheduler/schedule"):
        function = function_of(graph, schedule)
        configs = [each.inputs for each in graph.all("lambda/functionEventInvokeConfig")
                   if each.inputs["functionName"] == function.inputs["name"] and each.inputs.get("qualifier") == "live"]  # fmt: skip
        if len(configs) != 1:
            yield f"{function.name}: has {len(configs)} settings for its alias"
            continue
        (config,) = configs
        if not 0 <= config.get("maximumRetryAttempts", -1) <= 2 or not 60 <= config.get("maximumEventAgeInSeconds", 0) <= 21_600:
            yield f"{function.name}: tries again as often as AWS likes"
        arn = ((config.get("destinationConfig") or {}).get("onFailure") or {}).get("destination")
        queue = next((each for each in graph.all("sqs/queue") if each.outputs["arn"] == arn), None)
        if queue is None or queue.inputs.get("fifoQueue"):
            yield f"{function.name}: gives up into {arn}, which is no standard queue of the program"
            continue
        (role,) = (each for each in graph.all("iam/role") if each.outputs["arn"] == function.inputs["role"])
        if not any("sqs:SendMessage" in each["Action"] and arn in each["Resource"] for each in statements_of(policies_of(graph, role))):
            yield f"{function.name}: may not put a run into {queue.name}"


CHECKS = (timing, undelivered, trust, access, given_up)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_holds_for_every_schedule(graph: Graph, check: Callable[[Graph], Iterator[str]]):
    assert list(check(graph)) == []


def test_housekeeping_is_done_at_night_as_its_manifest_says(graph: Graph):
    (schedule,) = [each for each in graph.all("scheduler/schedule") if each.name == SCHEDULE[1]]
    inputs = schedule.inputs
    assert (inputs["scheduleExpression"], inputs["scheduleExpressionTimezone"]) == ("cron(30 3 * * ? *)", "Europe/Berlin")
    assert inputs["flexibleTimeWindow"] == {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15}
    assert inputs["target"]["retryPolicy"] == {"maximumRetryAttempts": 3, "maximumEventAgeInSeconds": 3600}
    assert json.loads(inputs["target"]["input"]) == INPUT


SCHEDULE, ROLE, FAILED = ("scheduler/schedule", "housekeeping-schedules-sweep-0"), ("iam/role", "housekeeping-schedules-role"), "housekeeping-sweep-failed"
ASYNC = ("lambda/functionEventInvokeConfig", "housekeeping-sweep")


def target(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Settings of the target replaced."""
    return lambda inputs: {"target": {**inputs["target"], **changes}}


def condition(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The trust without one of its conditions."""

    def change(inputs: dict[str, Any]) -> dict[str, Any]:
        policy = json.loads(inputs["assumeRolePolicy"])
        del policy["Statement"][0]["Condition"][name]
        return {"assumeRolePolicy": json.dumps(policy)}

    return change


def without_statement(sid: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(inputs: dict[str, Any]) -> dict[str, Any]:
        policy = json.loads(inputs["policy"])
        kept = [each for each in policy["Statement"] if each["Sid"] != sid]
        assert len(kept) < len(policy["Statement"])
        return {"policy": json.dumps({**policy, "Statement": kept})}

    return change


def one_more(inputs: dict[str, Any]) -> dict[str, Any]:
    policy = json.loads(inputs["policy"])
    more = {"Sid": "More", "Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": ["*"]}
    return {"policy": json.dumps({**policy, "Statement": [*policy["Statement"], more]})}


BREAKS: list[tuple[Any, tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]], str]] = [
    (timing, SCHEDULE, lambda _: {"scheduleExpressionTimezone": None}, "its time zone is None"),
    (timing, SCHEDULE, lambda _: {"state": "DISABLED"}, "never starts"),
    (timing, SCHEDULE, lambda _: {"flexibleTimeWindow": {"mode": "FLEXIBLE"}}, "AWS refuses the window"),
    (timing, SCHEDULE, target(input=None), "a repeated run looks like a new one"),
    (timing, SCHEDULE, target(arn="arn:aws:lambda:eu-west-1:111111111111:function:dev-housekeeping-sweep"), "whatever was uploaded last"),
    (undelivered, SCHEDULE, target(retryPolicy=None), "tries again {}"),
    (undelivered, SCHEDULE, target(deadLetterConfig=None), "is no standard queue"),
    (undelivered, ("sqs/queue", FAILED), lambda _: {"fifoQueue": True}, "is no standard queue"),
    (undelivered, ("sqs/queue", FAILED), lambda _: {"kmsMasterKeyId": None}, "is not encrypted"),
    (undelivered, ("sqs/queuePolicy", FAILED), lambda _: {"policy": '{"Statement": []}'}, "on the way can read"),
    (trust, ROLE, condition("StringEquals"), "is taken by more"),
    (trust, ROLE, condition("ArnLike"), "is taken by more"),
    (access, ("iam/rolePolicy", "housekeeping-schedules-access"), without_statement("Start"), "may not lambda:InvokeFunction"),
    (access, ("iam/rolePolicy", "housekeeping-schedules-access"), without_statement("Failed"), "may not sqs:SendMessage"),
    (access, ("iam/rolePolicy", "housekeeping-schedules-key"), without_statement("KeyThroughSqs"), "may not kms:Decrypt"),
    (access, ("iam/rolePolicy", "housekeeping-schedules-access"), one_more, "which it does not need"),
    (given_up, ASYNC, lambda _: {"qualifier": None}, "has 0 settings for its alias"),
    (given_up, ASYNC, lambda _: {"maximumRetryAttempts": 3}, "as often as AWS likes"),
    (given_up, ASYNC, lambda _: {"destinationConfig": None}, "gives up into None"),
    (given_up, ("iam/rolePolicy", "housekeeping-sweep-access"), without_statement("Failed"), "may not put a run into"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "node", "change", "says"), BREAKS)
@pytest.mark.thorough
def test_a_break_is_noticed(check: Any, node: tuple[str, str], change: Callable[[dict[str, Any]], dict[str, Any]], says: str):
    told = list(check(changed(graph_of("dev"), *node, change)))
    assert told, "nothing is noticed"
    assert says in told[0]


@pytest.mark.parametrize(("check", "before"), [(undelivered, "sqs/queuePolicy"), (access, "iam/rolePolicy")])
def test_a_lost_order_is_noticed(check: Any, before: str):
    told = list(check(unordered(graph_of("dev"), *SCHEDULE, before)))
    assert told and "before its" in told[0]


def test_an_alarm_that_is_gone_is_noticed(dev: Graph):
    kept = [each for each in dev.all("cloudwatch/metricAlarm") if "housekeeping-sweep-failed" not in str(each.inputs.get("dimensions"))]
    nodes = [node for node in dev.nodes if node.kind != "cloudwatch/metricAlarm"]
    assert list(undelivered(Graph([*nodes, *kept], dev.exports, dev.log))) == [f"{FAILED}: nobody learns of what is in it"]
