"""What hands requests to a function, read from a stack's state; and the steps of workflows, read from the embedded cloud.

Functions do not know of the topic before their queue, or of the state that called them: `local.traces` asks here.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

NAMES = {"sqs": "queue {}", "kinesis": "stream {}", "dynamodb": "changes of table {}", "sns": "topic {}", "s3": "bucket {}"}


@dataclass(frozen=True)
class Step:
    """A state of an execution, from when it was entered until it was left. Times in seconds since 1970."""

    workflow: str
    state: str
    start: float
    end: float


def wiring(resources: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Physical name of a function -> `queue Q < topic T < bucket B`, the nearest first. `resources`: those of a stack's export."""
    held = [(each["type"], each.get("inputs") or {}) for each in resources]
    before: dict[str, list[str]] = {}
    """ARN of a function, queue or topic -> what it is handed things by: an ARN, or the words for it."""

    def hands(target: str, source: str) -> None:
        before.setdefault(target.removesuffix(":live"), []).append(source)

    for kind, inputs in held:
        if kind == "aws:lambda/eventSourceMapping:EventSourceMapping":
            hands(inputs["functionName"], inputs["eventSourceArn"])
        elif kind == "aws:sns/topicSubscription:TopicSubscription" and inputs["protocol"] == "sqs":
            hands(inputs["endpoint"], inputs["topic"])
        elif kind == "aws:s3/bucketNotification:BucketNotification":
            for each in (*inputs.get("topics", ()), *inputs.get("lambdaFunctions", ())):
                hands(each.get("topicArn") or each["lambdaFunctionArn"], f"arn:aws:s3:::{inputs['bucket']}")
        elif kind == "aws:cloudwatch/eventTarget:EventTarget":
            changed = ", its input transformed" if inputs.get("inputTransformer") else ""
            hands(inputs["arn"], f"rule {inputs['rule']}{changed} < bus {inputs['eventBusName']}")
        elif kind == "aws:scheduler/schedule:Schedule":
            hands(inputs["target"]["arn"], f"schedule {inputs['name']}")
        elif kind == "aws:sfn/stateMachine:StateMachine":
            for function, states in _called(json.loads(inputs["definition"])).items():
                hands(function, f"{' or '.join(states)} < workflow {inputs['name']}")

    def told(source: str) -> str:
        words = [_words(source)] if source.startswith("arn:") else [source]
        words += [told(each) for each in before.get(source, ())[:1]]
        return " < ".join(words)

    return {arn.rpartition(":")[2]: told(sources[0]) for arn, sources in before.items() if ":function:" in arn}


def _words(arn: str) -> str:
    parts = arn.split(":", 5)
    name = parts[5].split("/")[1] if "/" in parts[5] else parts[5]
    return NAMES[parts[2]].format(name)


def _called(definition: dict[str, Any]) -> dict[str, list[str]]:
    """ARN of a function -> the states that call it, those of branches and maps too."""
    found: dict[str, list[str]] = {}
    for name, state in definition.get("States", {}).items():
        for arn in (state.get("Resource", ""), (state.get("Parameters") or {}).get("FunctionName", "")):
            if ":function:" in str(arn):
                found.setdefault(arn, []).append(f"state '{name}'")
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor") or {}):
            for arn, states in _called(inner).items():
                found.setdefault(arn, []).extend(states)
    return found


def steps_of(stepfunctions: Any, machines: Iterable[str], correlation: str, since: float) -> list[Step]:
    """States of the executions whose input has the correlation id; `machines`: ARNs, `since`: when the request began.

    The embedded cloud does not tell of states inside of branches and maps: those show as functions only.
    """
    steps = []
    for machine in machines:
        for each in stepfunctions.list_executions(stateMachineArn=machine, maxResults=100)["executions"]:
            if each["startDate"].timestamp() < since - 1:
                continue
            described = stepfunctions.describe_execution(executionArn=each["executionArn"])
            if json.loads(described["input"]).get("correlation_id") == correlation:
                events = stepfunctions.get_execution_history(executionArn=each["executionArn"], maxResults=1000)["events"]
                steps += _states(machine.rpartition(":")[2], events)
    return steps


def _states(workflow: str, events: Iterable[dict[str, Any]]) -> list[Step]:
    entered: dict[str, float] = {}
    steps = []
    for event in events:
        at = event["timestamp"].timestamp()
        if event["type"].endswith("StateEntered"):
            entered[event["stateEnteredEventDetails"]["name"]] = at
        elif event["type"].endswith("StateExited"):
            name = event["stateExitedEventDetails"]["name"]
            steps.append(Step(workflow, name, entered.pop(name, at), at))
    return steps
