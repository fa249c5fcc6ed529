"""The two workflows, as the functions of this workload start and answer them."""

import json
from typing import Any

from loans.contracts import Approval
from shared.errors import TransientFailure

GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""Codes of a task that waits no more."""


class Decide:
    """The standard workflow, through a Step Functions client."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, name: str, content: dict[str, Any]) -> bool:
        """Starts the execution `name`; False if there is one of that name already, running or ended."""
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(content, sort_keys=True))
        except self._client.exceptions.ExecutionAlreadyExists:
            return False
        return True


def send_answer(client: Any, token: str, approval: Approval) -> bool:
    """Gives a waiting task its result; False if it waits no more. Other AWS errors pass through."""
    from botocore.exceptions import ClientError

    try:
        client.send_task_success(taskToken=token, output=approval.model_dump_json())
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return False
        raise
    return True


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
