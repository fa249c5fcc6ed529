"""AWS Lambda: environments of a version that are kept ready."""

from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State


def _not_latest(inputs: State) -> list[tuple[str, str]]:
    """PutProvisionedConcurrencyConfig: of a published version, or of an alias that leads to one."""
    if inputs.get("qualifier") == "$LATEST":
        return [("qualifier", "qualifier='$LATEST': provisioned concurrency is of a published version or an alias of one")]
    return []


def _read(work: Work) -> State | None:
    named = {"functionName": work.state["functionName"], "qualifier": work.state["qualifier"]}
    answer = work.call("get_provisioned_concurrency_config", FunctionName=named["functionName"], Qualifier=named["qualifier"])
    return {**named, "provisionedConcurrentExecutions": float(answer["RequestedProvisionedConcurrentExecutions"])}


def _delete(work: Work) -> Any:
    if not work.state.get("skipDestroy"):
        work.do(Call("delete_provisioned_concurrency_config"))


RESOURCES = [
    Resource(
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig", "lambda", id="{functionName},{qualifier}",
        create=Call("put_provisioned_concurrency_config"), update=(Call("put_provisioned_concurrency_config"),), read=_read, delete=(_delete,),
        unread=frozenset({"skipDestroy"}), checks=(_not_latest,),
        aws_refuses=(
            Refusal("lambda-provisioned-after-its-alias", "The alias or version in qualifier has to exist; an alias that leads to $LATEST is refused.", needs="lambda/alias of qualifier"),
            Refusal("lambda-provisioned-or-snapstart", "A version with SnapStart takes no provisioned concurrency."),
            Refusal("lambda-provisioned-without-weights", "An alias with weights takes none, and one that has some takes weights from a release only: the program must not set routingConfig beside it."),
            Refusal("lambda-provisioned-within-reserved", "It is at most what the function reserves; and what it takes from the account's concurrency leaves 100 unreserved executions."),
            Refusal("lambda-provisioned-takes-minutes", "It is ready minutes after it was asked for, and again after each move of the alias; the official provider waits."),
            Refusal("lambda-provisioned-does-nothing", "The emulator says READY at once and keeps nothing ready."),
        ),
    ),
]  # fmt: skip
