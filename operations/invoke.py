"""One run of a function by hand, through its alias, with the answer and the end of its log."""

import base64
import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from operations.clients import clients_in
from operations.errors import OperationError
from operations.inventory import function_of
from operations.logs import rendered
from platform_contract.inventory import Inventory


def lines(options: Namespace, inventory: Inventory) -> Iterator[str]:
    """Runs the function with the event and waits for its answer. Raises OperationError where the function failed."""
    function = function_of(inventory, options.function)
    yield from invoked(clients_in(inventory.region)("lambda"), function.alias_arn, event_of(options.event), options.function)


def invoked(client: Any, alias_arn: str, event: Any, called: str) -> Iterator[str]:
    """`called`: what the person calls the function. Raises OperationError where it failed, after the end of its log."""
    reply = client.invoke(FunctionName=alias_arn, Payload=json.dumps(event).encode(), LogType="Tail")
    for line in base64.b64decode(reply.get("LogResult", "")).decode(errors="replace").strip().splitlines():
        yield from rendered(line)
    answer = reply["Payload"].read().decode()
    if reply.get("FunctionError"):
        raise OperationError(f"the function failed: {_failure(answer)}\n  Its log: make logs FUNCTION={called}")
    try:
        yield json.dumps(json.loads(answer), indent=2)
    except ValueError:
        yield answer


def _failure(answer: str) -> str:
    try:
        told = json.loads(answer)
        trace = "".join(f"\n  {line}".rstrip() for line in told.get("stackTrace") or ())
        return f"{told.get('errorType', '')}: {told.get('errorMessage', '')}{trace}"
    except (ValueError, AttributeError):
        return answer


def event_of(text: str) -> Any:
    """The event that `EVENT` names: a file with JSON, `-` for standard input, or JSON itself. Raises OperationError."""
    if text.lstrip()[:1] in ("{", "[", '"'):
        content, where = text, "EVENT"
    elif text == "-":
        content, where = sys.stdin.read(), "standard input"
    else:
        try:
            content, where = Path(text).read_text(), text
        except OSError as error:
            raise OperationError(f"EVENT={text}: cannot read it: {error.strerror}; give a file with JSON, - or JSON itself") from None
    try:
        return json.loads(content)
    except ValueError as error:
        raise OperationError(f"{where} is not JSON: {error}") from None
