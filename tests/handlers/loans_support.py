"""The loans API with its tables and real workflows of the embedded cloud, for its tests."""

import json
import time
from collections.abc import Iterator

from handler_support import Context, make_role, make_table, numbers
from http_support import routed
from test_loans_steps import DOCUMENTS, REQUEST

BODY = {**REQUEST, "documents": DOCUMENTS}
PRICED = {"monthly_payment": 44_276, "total": 1_062_624, "rate_percent": "5.90"}


class World:
    """The API with its tables and workflows; `decide` sends its task token to a queue and waits."""

    def __init__(self, cloud) -> None:
        self.cloud = cloud
        self.states, self.role = cloud.client("stepfunctions"), make_role(cloud)
        self.tables = {"TABLE_LOANS": make_table(cloud, "loan_id"), "TABLE_APPROVALS": make_table(cloud, "loan_id")}
        self.queue = cloud.client("sqs").create_queue(QueueName=f"tokens-{next(numbers)}")["QueueUrl"]
        ask = {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True,
            "Parameters": {"QueueUrl": self.queue, "MessageBody": {"token.$": "$$.Task.Token", "input.$": "$"}},
        }  # fmt: skip
        self.decide = self.machine("STANDARD", ask)
        self.price = self.machine("EXPRESS", {"Type": "Pass", "Result": PRICED, "End": True})

    def machine(self, kind: str, state: dict) -> str:
        return self.states.create_state_machine(
            name=f"machine-{next(numbers)}", type=kind, roleArn=self.role,
            definition=json.dumps({"StartAt": "Only", "States": {"Only": state}}),
        )["stateMachineArn"]  # fmt: skip

    def executions(self) -> list[dict]:
        return self.states.list_executions(stateMachineArn=self.decide)["executions"]

    def token(self) -> dict:
        """The message that the waiting workflow sent."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.cloud.client("sqs").receive_message(QueueUrl=self.queue, WaitTimeSeconds=1).get("Messages", [])
            if found:
                return json.loads(found[0]["Body"])
        raise AssertionError("the workflow sent no token")

    def ended(self) -> dict:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self.states.describe_execution(executionArn=self.executions()[0]["executionArn"])
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.05)
        raise AssertionError("the workflow did not end")


def loans_world(aws, monkeypatch) -> Iterator[World]:
    from loans import api, ask

    made = World(aws)
    for name, value in {
        **made.tables, "WORKLOAD": "loans", "WORKFLOW_DECIDE": made.decide, "WORKFLOW_PRICE": made.price,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    api.parts.cache_clear()
    ask.approvals.cache_clear()
    yield made
    api.parts.cache_clear()
    ask.approvals.cache_clear()


def call(method: str, path: str, body=None, caller: str | None = "anna", groups: str | None = None, **headers: str) -> dict:
    from loans.api import handler

    context: dict = {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "edge-request"}
    if caller:
        claims = {"sub": caller, **({"cognito:groups": groups} if groups else {})}
        context["authorizer"] = {"jwt": {"claims": claims, "scopes": []}}
    route, parameters = routed(method, path)
    event = {
        "version": "2.0", "routeKey": route, "pathParameters": parameters, "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()}, "requestContext": context,
    }  # fmt: skip
    if body is not None:
        event["body"] = json.dumps(body)
    return handler(event, Context())


def post(body=BODY, key: str = "k1", **options) -> dict:
    return call("POST", "/loans", body, idempotency_key=key, **options)


def problem(reply: dict) -> tuple[int, str, str | None]:
    told = json.loads(reply["body"])
    assert told["correlation_id"] == reply["headers"]["x-correlation-id"]
    return reply["statusCode"], told["message"], told["field"]


def waiting(world, key: str = "k1") -> tuple[str, str]:
    """A loan whose workflow has asked a person: (path of its approval, task token)."""
    from loans.ask import handler

    loan_id = json.loads(post(key=key)["body"])["loan_id"]
    sent = world.token()
    handler({**sent["input"], "task_token": sent["token"]}, Context())
    return f"/loans/{loan_id}/approval", sent["token"]


def approve(path: str, approved: bool = True, reason: str = "known", caller: str = "bob", groups: str = "[approvers]") -> dict:
    return call("POST", path, {"approved": approved, "reason": reason}, caller=caller, groups=groups)
