"""Conditional writes that recognise their own first try.

AWS SDKs send a call again when its answer was lost. Of a conditional write the first try may have been done: then the second one finds what
the first one wrote and is refused, and who asks "was it me?" gets a no. So each call draws an id, which every try of it writes along; a
refusal that shows this id is a success. Transactions carry a token instead, which boto3 draws once per call and DynamoDB remembers for ten
minutes (API reference, TransactWriteItems, ClientRequestToken).

Functions take what boto3's method of the same name takes. Single writes that meet a transaction on their item are tried again: that
refusal (TransactionConflictException) is one that SDKs do not repeat.
"""

import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import TransientFailure
from shared.refusals import kind_of_codes

ATTRIBUTE, METADATA = "write_id", "write-id"
"""Of an item: the id of the last conditional write of it. Of an object in S3: of the one that made it."""
ATTEMPTS = 4
"""Of a write that met a transaction on the same item. One takes milliseconds, so do the waits."""
FIRST_WAIT_SECONDS = 0.05


@dataclass(frozen=True)
class Written:
    """What became of a conditional write."""

    item: dict[str, Any]
    """As it is after the write; if that was refused, as DynamoDB has it instead, {} if there is none."""
    refusal: Exception | None = None
    """ConditionalCheckFailedException, if it was not this call that wrote."""

    @property
    def done(self) -> bool:
        """Whether this call wrote, by whichever of its tries."""
        return self.refusal is None


def put_item(client: Any, **request: Any) -> Written:
    """DynamoDB's PutItem with a ConditionExpression. Other AWS errors pass through."""
    item = {**request["Item"], ATTRIBUTE: {"S": uuid.uuid4().hex}}
    return _written(client, client.put_item, item[ATTRIBUTE], {**request, "Item": item}, lambda _: item)


def update_item(client: Any, **request: Any) -> Written:
    """DynamoDB's UpdateItem with a ConditionExpression. Other AWS errors pass through."""
    mine, change = {"S": uuid.uuid4().hex}, str(request["UpdateExpression"])
    change = change.replace("SET ", f"SET {ATTRIBUTE} = :{ATTRIBUTE}, ", 1) if "SET " in change else f"SET {ATTRIBUTE} = :{ATTRIBUTE} {change}"
    request = {
        **request, "UpdateExpression": change, "ReturnValues": "ALL_NEW",
        # What is written may satisfy the condition again: an ADD would then be done twice.
        "ConditionExpression": f"({request['ConditionExpression']}) AND (attribute_not_exists({ATTRIBUTE}) OR {ATTRIBUTE} <> :{ATTRIBUTE})",
        "ExpressionAttributeValues": {**request.get("ExpressionAttributeValues", {}), f":{ATTRIBUTE}": mine},
    }  # fmt: skip
    return _written(client, client.update_item, mine, request, lambda reply: dict(reply["Attributes"]))


def _written(client: Any, call: Callable[..., Any], mine: Any, request: dict[str, Any], after: Callable[[Any], dict[str, Any]]) -> Written:
    try:
        return Written(after(calmly(client, call, **request, ReturnValuesOnConditionCheckFailure="ALL_OLD")))
    except client.exceptions.ConditionalCheckFailedException as error:
        found = error.response.get("Item", {})
        return Written(found) if found.get(ATTRIBUTE) == mine else Written(found, error)


def calmly(client: Any, call: Callable[..., Any], **request: Any) -> Any:
    """`call`, a single write of DynamoDB, again as long as it meets a transaction on its item, at most ATTEMPTS times."""
    for attempt in range(1, ATTEMPTS):
        try:
            return call(**request)
        except client.exceptions.TransactionConflictException:
            _wait(attempt)
    return call(**request)


def transact_write_items(client: Any, actions: Sequence[dict[str, Any]], attempts: int = ATTEMPTS) -> list[str]:
    """DynamoDB's TransactWriteItems: all or none. Empty if all; else per action why not: `ConditionalCheckFailed`, another code, `None`.

    One that only met other transactions, or a throttle, is tried again, and raises TransientFailure after the last attempt. One that is
    refused for what no attempt can mend passes through, like all other AWS errors.
    """
    for attempt in range(1, attempts + 1):
        try:
            client.transact_write_items(TransactItems=list(actions))
            return []
        except client.exceptions.TransactionCanceledException as error:
            codes = [str(reason.get("Code", "None")) for reason in error.response.get("CancellationReasons") or ()]
            others = set(codes) - {"ConditionalCheckFailed", "None"}
            if not codes or (others and kind_of_codes(others) != "passing"):
                raise
            if "ConditionalCheckFailed" in codes:
                return codes
        if attempt < attempts:
            _wait(attempt)
    raise TransientFailure(f"other transactions are at work on the same items: {', '.join(sorted(others))}", "conflict")


def put_object(client: Any, **request: Any) -> bool:
    """S3's PutObject unless the key is there; tells whether this call put it. Needs the right to read the object, which tells whose it is.

    Other AWS errors pass through.
    """
    from botocore.exceptions import ClientError  # with boto3, which is there by then

    mine = uuid.uuid4().hex
    try:
        client.put_object(**{**request, "Metadata": {**request.get("Metadata", {}), METADATA: mine}}, IfNoneMatch="*")
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        there = client.head_object(Bucket=request["Bucket"], Key=request["Key"])
        return bool(there["Metadata"].get(METADATA) == mine)
    return True


class Recognising:
    """A DynamoDB client for code that is not ours: its conditional PutItem recognises its own first try."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **request: Any) -> dict[str, Any]:
        request.pop("ReturnValuesOnConditionCheckFailure", None)
        written = put_item(self._client, **request)
        if written.refusal:
            raise written.refusal
        return {}


def _wait(attempt: int) -> None:
    time.sleep(random.uniform(0, FIRST_WAIT_SECONDS * 2**attempt))
