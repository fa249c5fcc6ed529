"""AWS Lambda: how often asynchronous calls of a function are tried, and where failed ones go."""

from typing import Any

from ..calls import Work
from ..entry import Refusal, Resource, State
from .common import last, range_of

HOURS_6 = 21_600
RETRIES = 2
"""Lambda developer guide, "Error handling for asynchronous invocations": what holds where nothing else is said."""


def _target(work: Work) -> dict[str, str]:
    qualifier = work.state.get("qualifier")
    return {"FunctionName": work.state["functionName"], **({"Qualifier": qualifier} if qualifier else {})}


def _words(state: State) -> State:
    qualifier = state.get("qualifier")
    return {"path": f"{state.get('functionName')}{f':{qualifier}' if qualifier else ''}"}


def _id(id: str) -> State:
    """`FUNCTION` or `FUNCTION:QUALIFIER`; the function may be an ARN."""
    head, tail = (id[: id.index(":function:") + 10], id[id.index(":function:") + 10 :]) if id.startswith("arn:") else ("", id)
    name, _, qualifier = tail.partition(":")
    return {"id": id, "functionName": f"{head}{name}"} | ({"qualifier": qualifier} if qualifier else {})


def _wanted(work: Work) -> dict[str, Any]:
    """The whole configuration: Put replaces what was there."""
    names = {"MaximumRetryAttempts": "maximumRetryAttempts", "MaximumEventAgeInSeconds": "maximumEventAgeInSeconds"}
    numbers = {member: int(work.state[name]) for member, name in names.items() if work.state.get(name) is not None}
    given = work.state.get("destinationConfig") or {}
    kinds = {"OnFailure": "onFailure", "OnSuccess": "onSuccess"}
    destinations = {member: {"Destination": given[name]["destination"]} for member, name in kinds.items() if given.get(name)}
    return {**numbers, **({"DestinationConfig": destinations} if destinations else {})}


def _put(work: Work) -> State:
    work.call("put_function_event_invoke_config", **_target(work), **_wanted(work))
    return {}


def _read(work: Work) -> State | None:
    answer = work.call("get_function_event_invoke_config", **_target(work))
    kinds = {"OnFailure": "onFailure", "OnSuccess": "onSuccess"}
    destinations = {name: {"destination": each["Destination"]} for member, name in kinds.items()
                    if (each := answer.get("DestinationConfig", {}).get(member)) and each.get("Destination")}  # fmt: skip
    return {
        "functionName": work.state["functionName"], "qualifier": work.state.get("qualifier"),
        "maximumRetryAttempts": float(answer.get("MaximumRetryAttempts", RETRIES)),
        "maximumEventAgeInSeconds": float(answer.get("MaximumEventAgeInSeconds", HOURS_6)), "destinationConfig": destinations,
    }  # fmt: skip


def _remove(work: Work) -> None:
    work.call("delete_function_event_invoke_config", **_target(work))


def _says_something(inputs: State) -> list[tuple[str, str]]:
    given = inputs.get("destinationConfig")
    if isinstance(given, dict) and not given.get("onFailure") and not given.get("onSuccess"):
        return [("destinationConfig", "destinationConfig: one of onFailure, onSuccess has to be given")]
    if ":" in last_part(inputs.get("functionName")):
        return [("functionName", f"functionName='{inputs['functionName']}': give the alias or version in qualifier")]
    return []


def last_part(name: Any) -> str:
    """What stands behind `function:` in an ARN, or the name itself; empty while it is unknown."""
    if not isinstance(name, str):
        return ""
    return name.split(":function:", 1)[1] if ":function:" in name else last(name) if name.startswith("arn:") else name


RESOURCES = [
    Resource(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "lambda", id="{path}", words=_words, identify=_id,
        create=_put, update=(_put,), read=_read, delete=(_remove,), assigned=frozenset({"maximumEventAgeInSeconds"}),
        limits={"maximumRetryAttempts": range_of(0, 2), "maximumEventAgeInSeconds": range_of(60, HOURS_6)},  # botocore's model of the operation
        checks=(_says_something,),
        aws_refuses=(
            Refusal("lambda-async-after-its-alias", "The alias or version in qualifier has to exist.", needs="lambda/alias of qualifier"),
            Refusal("lambda-async-role-may-send", "PutFunctionEventInvokeConfig is refused unless the function's role may already send to the destination.", needs="iam/rolePolicy"),
            Refusal("lambda-async-destination-is-standard", "The destination is a standard queue, a standard topic, a bucket (for failures), a function or a bus; a queue with a key of its own needs kms:GenerateDataKey and kms:Decrypt for the function's role."),
            Refusal("lambda-async-of-an-alias", "The emulator keeps the configuration of an alias or a version and does not use it: calls of an alias are tried three times, and a failure ends only where the function's deadLetterConfig says. It never delivers to onSuccess."),
            Refusal("lambda-async-from-eventbridge", "Events of an EventBridge rule and messages of a topic are asynchronous calls on AWS; the emulator calls the function once and forgets the failure. Uploads (S3) and Invoke are tried again."),
        ),
    ),
]  # fmt: skip
