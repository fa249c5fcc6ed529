"""A person answers a loan's workflow through the API: once, in time, and heard even where an answer is lost."""

import json

import pytest
from handler_support import Context, items
from loans_support import BODY, approve, loans_world, post, problem, waiting


@pytest.fixture
def world(aws, monkeypatch):
    yield from loans_world(aws, monkeypatch)


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
