"""The two workflows, as the functions of this workload start and answer them."""

import json
from contextlib import suppress
from typing import Any, Literal

from loans.contracts import Approval
from shared.errors import TransientFailure

GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""Codes of a task that waits no more."""

Arrival = Literal["arrived", "gone", "gone-after-another-try"]
"""What became of an answer to a waiting task. A task that waits no more after an earlier try of the same call may have got it then."""


class Decide:
    """The standard workflow, through a Step Functions client."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, name: str, content: dict[str, Any]) -> None:
        """Starts the execution `name` unless there is one of that name already, running or ended."""
        with suppress(self._client.exceptions.ExecutionAlreadyExists):
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(content, sort_keys=True))


def send_answer(client: Any, token: str, approval: Approval) -> Arrival:
    """Gives a waiting task its result. Other AWS errors than those of a task that waits no more pass through."""
    from botocore.exceptions import ClientError

    try:
        client.send_task_success(taskToken=token, output=approval.model_dump_json())
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        return "gone-after-another-try" if error.response["ResponseMetadata"]["RetryAttempts"] else "gone"
    return "arrived"


class Price:
    """The express workflow, run while the caller waits."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def run(self, content: dict[str, Any]) -> dict[str, Any]:
        """The workflow's output. Raises TransientFailure with the workflow's error if it did not succeed."""
        reply = self._client.start_sync_execution(stateMachineArn=self._arn, input=json.dumps(content, sort_keys=True))
        if reply["status"] != "SUCCEEDED":
            raise TransientFailure(f"workflow price: {reply['status']}, {reply.get('error', 'no error named')}", "workflow")
        return dict(json.loads(reply["output"]))
