"""The loans API, with real workflows of the embedded cloud behind it: started once, answered by a person, run while waiting."""

import itertools
import json
import time

import pytest
from handler_support import Context, items, make_role, make_table, numbers, whichever_is_lost
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
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = self.cloud.client("sqs").receive_message(QueueUrl=self.queue, WaitTimeSeconds=1).get("Messages", [])
            if found:
                return json.loads(found[0]["Body"])
        raise AssertionError("the workflow sent no token")

    def ended(self) -> dict:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = self.states.describe_execution(executionArn=self.executions()[0]["executionArn"])
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.05)
        raise AssertionError("the workflow did not end")


@pytest.fixture
def world(aws, monkeypatch):
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
    event = {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
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


def test_post_keeps_the_loan_and_starts_one_workflow_of_its_name(world, metric_values):
    reply = post(x_correlation_id="corr-1")
    loan = json.loads(reply["body"])
    assert (reply["statusCode"], loan["status"], reply["headers"]["location"]) == (202, "received", f"/loans/{loan['loan_id']}")
    [execution] = world.executions()
    assert execution["name"] == loan["loan_id"]
    assert world.token()["input"] == {
        "correlation_id": "corr-1",
        "application": {"loan_id": loan["loan_id"], "applicant_id": "anna", "request": BODY},
    }
    again = post(x_correlation_id="corr-2")
    assert (again["statusCode"], again["body"]) == (202, reply["body"])
    assert len(world.executions()) == 1 and len(items(world.cloud, world.tables["TABLE_LOANS"])) == 1
    assert metric_values() == {"LoansReceived": 1}


def test_whichever_answer_is_lost_a_loan_is_accepted_started_and_counted_once(world, losing, metric_values):
    keys = itertools.count(1)

    def run() -> tuple:
        before, key = len(world.executions()), f"key-{next(keys)}"
        reply, again = post(key=key), post(key=key)
        return reply["statusCode"], again["statusCode"], reply["body"] == again["body"], len(world.executions()) - before, metric_values()

    told = dict(whichever_is_lost(losing, run))
    assert {name.split(": ")[-1] for name in told} == {"none", "PutItem", "StartExecution", "GetItem"}
    assert {name: each for name, each in told.items() if each != (202, 202, True, 1, {"LoansReceived": 1})} == {}


def test_a_loan_is_counted_once_though_step_functions_takes_the_same_execution_twice(world, monkeypatch, metric_values):
    """On AWS the same name and input succeed again as long as the first execution runs (API reference, StartExecution)."""
    from loans import api

    started: list[dict] = []
    monkeypatch.setattr(api.parts().decide._client, "start_execution", lambda **given: started.append(given))
    assert [post()["statusCode"] for _ in range(2)] == [202, 202]
    assert started[0] == started[1]
    assert metric_values() == {"LoansReceived": 1}


def test_a_function_that_died_before_it_started_the_workflow_is_mended_by_the_next_attempt(world, monkeypatch, metric_values):
    from loans import api

    def die(*_):
        raise OSError("gone")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(api.parts().decide, "start", die)
        post(x_correlation_id="corr-1")
    assert world.executions() == []
    assert post(x_correlation_id="corr-2")["statusCode"] == 202
    assert world.token()["input"]["correlation_id"] == "corr-1"  # the loan's own, from first to last
    assert metric_values() == {"LoansReceived": 1}


def test_the_same_key_with_another_body_is_422_and_starts_nothing(world):
    post()
    assert problem(post({**BODY, "months": 36})) == (
        422, "this key was used before with another body; use a new key", "Idempotency-Key",
    )  # fmt: skip
    assert len(world.executions()) == 1


def test_two_callers_with_one_key_are_two_loans_and_see_their_own_only(world):
    anna, bob = (json.loads(post(caller=who)["body"])["loan_id"] for who in ("anna", "bob"))
    assert anna != bob
    assert json.loads(call("GET", f"/loans/{anna}")["body"])["loan_id"] == anna
    for other in (bob, "loan_x"):
        assert problem(call("GET", f"/loans/{other}")) == (404, "you have no loan of this id", "loan_id")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"amount": 49_999}, "amount"), ({"months": 5}, "months"), ({"documents": []}, "documents"), ({"amount": "1000000"}, "amount"), ({"x": 1}, "x")],
)  # fmt: skip
def test_a_bad_body_is_400_and_nothing_is_started(world, changes, field):
    assert problem(post({**BODY, **changes}))[0::2] == (400, field)
    assert world.executions() == [] and items(world.cloud, world.tables["TABLE_LOANS"]) == []


def test_without_key_400_and_without_caller_401(world):
    assert problem(call("POST", "/loans", BODY))[0::2] == (400, "Idempotency-Key")
    for method, path in (("POST", "/loans"), ("GET", "/loans/x"), ("POST", "/loans/x/approval"), ("POST", "/quotes-for-loans")):
        assert problem(call(method, path, BODY, caller=None))[0] == 401


@pytest.mark.parametrize("approved", [True, False])
def test_a_persons_decision_reaches_the_workflow(world, approved, log):
    path, _ = waiting(world)
    assert approve(path, approved)["statusCode"] == 200
    ended = world.ended()
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"approved": approved, "reason": "known", "by": "bob"})
    assert "edge-request" in {line["correlation_id"] for line in log.all()}


def test_the_same_decision_again_succeeds_another_one_is_409(world):
    path, _ = waiting(world)
    first = approve(path)
    world.ended()
    again = approve(path)
    assert (again["statusCode"], again["body"]) == (200, first["body"])
    for other in (approve(path, False), approve(path, caller="carl")):
        assert problem(other)[:2] == (409, "somebody has decided otherwise")


def test_whichever_answer_is_lost_a_decision_is_not_told_as_too_late(world, losing):
    """Sent again, Step Functions says that nobody waits for it: the first try has brought it."""
    for operation in ("GetItem", "UpdateItem", "SendTaskSuccess"):
        path, _ = waiting(world, key=operation)
        losing.lose(operation)
        assert (approve(path)["statusCode"], losing.lost) == (200, operation)
        assert json.loads(world.ended()["output"])["approved"] is True


def test_a_decision_whose_answer_was_lost_is_too_late_where_the_loan_has_expired(world, losing, monkeypatch):
    from loans import api
    from loans.contracts import Decision
    from loans.logic import now

    path, _ = waiting(world)
    api.parts().loans.decide(path.split("/")[2], Decision(status="expired"), now())
    losing.lose("SendTaskSuccess")
    assert problem(approve(path))[0] == 409


def test_of_one_decision_that_is_sent_twice_at_once_none_is_too_late(world, monkeypatch):
    from loans import api

    path, _ = waiting(world)
    sent = api.parts().approvals.answer
    replies: list[dict] = []

    def answer(*given):
        if not replies:
            replies.append({})
            replies[0] = approve(path)
        return sent(*given)

    monkeypatch.setattr(api.parts().approvals, "answer", answer)
    assert [approve(path)["statusCode"], replies[0]["statusCode"]] == [200, 200]


def test_a_decision_that_was_kept_but_not_sent_is_sent_by_the_next_attempt(world, monkeypatch):
    from loans import api

    path, _ = waiting(world)

    def die(*_):
        raise OSError("gone")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(api, "send_answer", die)
        approve(path)
    assert world.executions()[0]["status"] == "RUNNING"
    assert approve(path)["statusCode"] == 200
    assert world.ended()["status"] == "SUCCEEDED"


def test_who_may_decide(world):
    path, _ = waiting(world)
    for groups in ("", "[customers]", "[approvers-of-nothing]", "approver"):
        assert problem(approve(path, groups=groups))[:2] == (403, "only members of the group 'approvers' decide about loans")
    assert problem(approve(path, caller="anna"))[:2] == (403, "nobody decides about their own loan")
    assert problem(approve("/loans/loan_x/approval"))[0] == 404
    assert world.executions()[0]["status"] == "RUNNING"
    assert approve(path, groups="[customers approvers]")["statusCode"] == 200


def test_a_workflow_that_waits_no_more_is_409_also_when_it_is_tried_again(world):
    from loans import api
    from loans.contracts import Decision
    from loans.logic import now

    path, _ = waiting(world)
    world.cloud.client("dynamodb").update_item(  # the token of a task that has ended
        TableName=world.tables["TABLE_APPROVALS"], Key={"loan_id": {"S": path.split("/")[2]}},
        UpdateExpression="SET task_token = :gone", ExpressionAttributeValues={":gone": {"S": "gone"}},
    )  # fmt: skip
    late = (409, "it is too late: nobody waits for this decision any more")
    assert problem(approve(path))[:2] == late
    api.parts().loans.decide(path.split("/")[2], Decision(status="expired"), now())
    assert problem(approve(path))[:2] == late


def test_a_step_that_asks_again_asks_the_person_again(world):
    """The first token's task has ended without an answer: what was said to it went nowhere."""
    from loans import ask

    loan_id = json.loads(post()["body"])["loan_id"]
    path, sent = f"/loans/{loan_id}/approval", world.token()
    ask.handler({**sent["input"], "task_token": "token-of-a-task-that-ended"}, Context())
    assert problem(approve(path, False))[0] == 409
    assert ask.handler({**sent["input"], "task_token": sent["token"]}, Context()) == {"outcome": "asked"}
    assert approve(path)["statusCode"] == 200
    assert json.loads(world.ended()["output"])["approved"] is True


def test_a_step_that_runs_twice_with_one_token_keeps_the_answer(world):
    from loans import ask

    path, token = waiting(world)
    approve(path)
    before = items(world.cloud, world.tables["TABLE_APPROVALS"])
    given = {"correlation_id": "c", "application": {"loan_id": path.split("/")[2], "applicant_id": "anna", "request": BODY}}
    ask.handler({**given, "task_token": token}, Context())
    assert items(world.cloud, world.tables["TABLE_APPROVALS"]) == before
    assert approve(path)["statusCode"] == 200


def test_the_task_token_is_not_logged(world, log):
    path, token = waiting(world)
    approve(path)
    assert token not in log.stream.getvalue()


def test_a_price_comes_from_the_workflow_while_the_caller_waits(world):
    reply = call("POST", "/quotes-for-loans", {"amount": 1_000_000, "months": 24})
    assert (reply["statusCode"], json.loads(reply["body"])) == (200, PRICED)


def test_a_price_workflow_that_fails_is_an_error_of_the_function(world, monkeypatch):
    from loans import api
    from shared.errors import TransientFailure

    failing = world.machine("EXPRESS", {"Type": "Fail", "Error": "PermanentFailure", "Cause": "x"})
    monkeypatch.setenv("WORKFLOW_PRICE", failing)
    api.parts.cache_clear()
    with pytest.raises(TransientFailure, match="workflow price: FAILED, PermanentFailure"):
        call("POST", "/quotes-for-loans", {"amount": 1_000_000, "months": 24})
