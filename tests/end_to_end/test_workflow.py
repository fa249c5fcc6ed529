"""The workflow of loans on the embedded cloud: its rules, the person who is asked, a bureau that misbehaves, and what fails for good.

The embedded cloud calls every error of a step `Runtime.HandlerError`, which its Retry names there besides `TransientFailure`: it tries
again what AWS would not, a PermanentFailure too.
"""

import contextlib
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.end_to_end.calls import log_lines, token_of, within
from tests.end_to_end.loan_office import SECONDS, Desk, application

pytestmark = pytest.mark.end_to_end


@pytest.fixture
def desk(office: Desk) -> Iterator[Desk]:
    """A bureau that is well, and a circuit that is closed, before and after."""
    yield office
    office.bureau.default = "ok"
    office.bureau.scores.clear()
    office.forget_failures()


def of_applicant(desk: Desk) -> str:
    """Id of the demo user, as the bureau knows it."""
    loan_id = desk.apply()
    desk.decided(loan_id)
    return json.loads(desk.item("loans", loan_id=loan_id)["application"]["S"])["applicant_id"]


@pytest.mark.parametrize(("score", "decision"), [(700, ("approved", "good score")), (300, ("declined", "poor score"))])
def test_a_rule_decides_where_the_score_is_clear(desk: Desk, score: int, decision: tuple[str, str]):
    desk.bureau.scores[of_applicant(desk)] = score
    loan_id = desk.apply()
    assert desk.decided(loan_id) == decision
    assert desk.ended(loan_id) == "SUCCEEDED"
    assert desk.item("approvals", loan_id=loan_id) is None, "nobody was asked"


def test_an_application_that_breaks_a_rule_is_declined_before_anybody_else_is_asked(desk: Desk):
    loan_id = desk.apply(monthly_income=10_000)
    reason = "the application breaks a rule: the repayment takes more than 40 % of the income"
    assert desk.decided(loan_id) == ("declined", reason)
    assert (desk.ended(loan_id), desk.answers(loan_id)) == ("SUCCEEDED", [])
    assert desk.output(loan_id, "Validate")["validation"]["outcome"] == "invalid"
    assert "ParallelStateEntered" not in desk.kinds(loan_id)


@pytest.mark.parametrize(("approved", "status"), [(True, "approved"), (False, "declined")])
def test_a_person_decides_about_a_rejected_document(desk: Desk, approved: bool, status: str):
    loan_id = desk.apply(income_days_ago=200)
    desk.asked(loan_id)
    token = token_of(desk.platform)
    assert desk.approve(loan_id, approved, token)[0] == 403, "no approver"
    assert desk.approve(loan_id, approved)[0] == 200
    assert desk.decided(loan_id) == (status, "looked at")
    assert desk.ended(loan_id) == "SUCCEEDED"
    assert desk.approve(loan_id, approved)[0] == 200, "the same once more changes nothing"
    assert desk.approve(loan_id, not approved)[0] == 409
    assert desk.decided(loan_id) == (status, "looked at")


def test_logs_say_that_it_was_decided_and_not_what(desk: Desk):
    """The class of its data is `restricted`: only ids, counts and durations are shown."""
    loan_id = desk.apply(income_days_ago=200)
    desk.asked(loan_id)
    assert desk.approve(loan_id, True)[0] == 200
    desk.decided(loan_id)
    lines = [line for line in log_lines(desk.platform, "loans", "api") if line.get("loan_id") == loan_id]
    (given,) = [line for line in lines if line["message"] == "decision about loan given"]
    assert (given["approved"], given["service"], given["level"]) == ("***", "loans", "INFO")
    assert given["correlation_id"]
    applicant = json.loads(desk.item("loans", loan_id=loan_id)["application"]["S"])["applicant_id"]
    for function in desk.workload.functions:
        assert applicant not in json.dumps(log_lines(desk.platform, "loans", function))


def test_nobody_decides_about_their_own_loan(desk: Desk):
    own = token_of(desk.platform, "approvers")
    status, loan = desk.call("POST", "/loans", application(income_days_ago=200), own, idempotency_key=next(desk.keys))
    assert status == 202
    question = {"loan_id": loan["loan_id"]}
    assert within(SECONDS, lambda: desk.item("approvals", **question) is not None)
    assert desk.approve(loan["loan_id"], True, own)[0] == 403
    assert (desk.status(loan["loan_id"]), "approval" in desk.item("approvals", **question)) == ("RUNNING", False)
    assert desk.approve(loan["loan_id"], False)[0] == 200
    assert desk.ended(loan["loan_id"]) == "SUCCEEDED"


def test_a_middle_score_and_an_applicant_without_history_are_for_a_person(desk: Desk):
    desk.bureau.scores[of_applicant(desk)] = 500
    middle = desk.apply()
    desk.asked(middle)
    desk.bureau.then("unknown")
    stranger = desk.apply()
    desk.asked(stranger)
    assert [desk.output(each, "Look into it")["found"]["score"]["band"] for each in (middle, stranger)] == ["middle", "unknown"]
    assert [desk.approve(each)[0] for each in (middle, stranger)] == [200, 200]
    assert [desk.decided(each)[0] for each in (middle, stranger)] == ["approved", "approved"]


def test_documents_are_checked_one_by_one_while_the_bureau_is_asked(desk: Desk):
    desk.bureau.then("slow")  # silent for longer than an attempt takes; the second one is answered
    loan_id = desk.apply(more_documents=3, correlation=(correlation := f"corr-{uuid.uuid4().hex}"))
    assert desk.decided(loan_id)[0] == "approved"
    assert desk.answers(loan_id) == ["slow", "ok"]
    told = [(event["type"], str(event)) for event in desk.history(loan_id)]
    scored = next(at for at, (kind, what) in enumerate(told) if kind == "TaskSucceeded" and "-score:" in what)
    begun = [at for at, (kind, what) in enumerate(told) if kind == "TaskScheduled" and "-check-document:" in what]
    assert len(begun) == 5 and max(begun) < scored, "they did not wait for the score, nor for each other"
    found = desk.output(loan_id, "Look into it")["found"]
    assert [each["document_id"] for each in found["documents"]] == ["d1", "d2", "more-0", "more-1", "more-2"]
    assert len([line for line in desk.lines("check-document", correlation) if line["message"] == "step done"]) == 5


def test_one_correlation_id_is_in_the_log_of_every_step_and_at_the_bureau(desk: Desk):
    correlation = f"corr-{uuid.uuid4().hex}"
    loan_id = desk.apply(income_days_ago=200, correlation=correlation)
    desk.asked(loan_id)
    assert desk.approve(loan_id)[0] == 200
    desk.decided(loan_id)
    for function in ("api", "validate", "score", "check-document", "ask", "record"):
        assert within(SECONDS, lambda function=function: desk.lines(function, correlation) != []), function
        assert any(line.get("loan_id") == loan_id for line in desk.lines(function, correlation)), function
    told = {seen.headers["x-correlation-id"] for seen in desk.bureau.seen if seen.headers.get("idempotency-key") == loan_id}
    assert told == {correlation}


def test_a_loan_that_is_sent_several_times_is_decided_once(desk: Desk):
    key = next(desk.keys)
    with ThreadPoolExecutor(4) as senders:
        ids = set(senders.map(lambda _: desk.apply(key), range(4)))
    (loan_id,) = ids
    desk.decided(loan_id)
    assert desk.apply(key) == loan_id
    assert desk.ended(loan_id) == "SUCCEEDED"
    runs = desk.steps.list_executions(stateMachineArn=desk.workload.workflows["decide"].arn, maxResults=1000)["executions"]
    assert [run["name"] for run in runs].count(loan_id) == 1
    assert desk.answers(loan_id) == ["ok"]
    assert desk.call("POST", "/loans", application(months=48), idempotency_key=key)[0] == 422


@contextlib.contextmanager
def patience(desk: Desk, seconds: int, *path: str | int) -> Iterator[None]:
    """The workflow as it is, but for how long it waits at one state: a week, or 25 s, is too long for a test."""
    arn = desk.workload.workflows["decide"].arn
    definition = desk.steps.describe_state_machine(stateMachineArn=arn)["definition"]
    shorter = json.loads(definition)
    state = shorter["States"]
    for part in path:
        state = state[part]
    state["TimeoutSeconds"] = seconds
    desk.steps.update_state_machine(stateMachineArn=arn, definition=json.dumps(shorter))
    try:
        yield
    finally:
        desk.steps.update_state_machine(stateMachineArn=arn, definition=definition)


def test_a_step_that_takes_too_long_is_not_tried_again_and_its_loan_is_failed(desk: Desk):
    """The bureau is silent for 5 s, and the step's time is 1 s."""
    desk.bureau.default = "slow"
    with patience(desk, 1, "Look into it", "Branches", 0, "States", "Score"):
        loan_id = desk.apply()
        assert desk.decided(loan_id) == ("failed", "a step failed for good; somebody looks into it")
    assert desk.ended(loan_id) == "FAILED"
    desk.bureau.default = "ok"
    assert within(SECONDS, lambda: "ok" in desk.answers(loan_id)), "the run itself goes on to its end"
    assert desk.decided(loan_id)[0] == "failed", "and changes nothing"


def test_a_loan_about_which_nobody_decides_in_time_expires(desk: Desk):
    with patience(desk, 2, "Ask a person"):
        loan_id = desk.apply(income_days_ago=200)
        assert desk.decided(loan_id) == ("expired", "nobody decided within a week")
    assert desk.ended(loan_id) == "SUCCEEDED", "an outcome, and no failure"
    assert desk.approve(loan_id)[0] == 409, "too late"
    assert desk.decided(loan_id)[0] == "expired"


@pytest.mark.parametrize("fault", ["500", "garbage", "cut", "429:1"])
def test_what_passes_at_the_bureau_is_tried_again_within_the_step(desk: Desk, fault: str):
    desk.bureau.then(fault)
    loan_id = desk.apply()
    assert desk.decided(loan_id) == ("approved", "good score")
    assert desk.answers(loan_id) == [fault, "ok"]
    first, second = (seen.at for seen in desk.bureau.seen if seen.headers.get("idempotency-key") == loan_id)
    assert second - first >= (1 if fault == "429:1" else 0), "as long as it asked for"
    assert "TaskFailed" not in desk.kinds(loan_id), "the workflow did not notice"


def test_what_lasts_longer_is_tried_again_by_the_workflow(desk: Desk):
    desk.bureau.then("500", "500", "500", "503")
    loan_id = desk.apply()
    assert desk.decided(loan_id) == ("approved", "good score")
    assert desk.answers(loan_id) == ["500", "500", "500", "503", "ok"], "three attempts of the first step, two of the second"


def test_a_key_that_was_rotated_is_read_anew_after_the_first_refusal(desk: Desk):
    desk.decided(desk.apply())  # the function has the old key in memory now
    rotated = uuid.uuid4().hex
    before = desk.bureau.keys
    desk.bureau.keys = {rotated}
    desk.keep_key(rotated)
    try:
        loan_id = desk.apply()
        assert desk.decided(loan_id) == ("approved", "good score")
        assert desk.answers(loan_id) == ["401", "ok"]
    finally:
        desk.bureau.keys = before | {rotated}


def test_an_outage_of_the_bureau_opens_the_circuit_and_makes_work_for_people_only(desk: Desk):
    desk.bureau.default = "500"
    first, second, third = (outage_loan(desk) for _ in range(3))
    assert desk.answers(first) == ["500"] * 12, "three attempts of each of four steps; the last of them gives up"
    assert desk.answers(second) == ["500"] * 3, "the fifth step that failed opened the circuit"
    assert desk.answers(third) == [], "nobody calls"
    name = desk.workload.tables["breakers"].physical_name
    assert desk.item("breakers", name="bureau")["state"] == {"S": "open"}
    desk.platform.cloud.client("dynamodb").update_item(  # the pause is over
        TableName=name, Key={"name": {"S": "bureau"}}, UpdateExpression="SET open_until = :past", ExpressionAttributeValues={":past": {"N": "1000"}},
    )  # fmt: skip
    desk.bureau.default = "ok"
    fourth = desk.apply()
    assert desk.decided(fourth) == ("approved", "good score")
    assert desk.item("breakers", name="bureau")["state"] == {"S": "closed"}
    assert {desk.approve(each)[0] for each in (first, second, third)} == {200}
    assert {desk.decided(each)[0] for each in (first, second, third)} == {"approved"}


def outage_loan(desk: Desk) -> str:
    """A loan that a person is asked about, because there is no score."""
    loan_id = desk.apply()
    desk.asked(loan_id)
    score = desk.output(loan_id, "Look into it")["found"]["score"]
    assert (score["outcome"], score["band"]) == ("unavailable", "unknown")
    return loan_id


def test_a_step_that_fails_for_good_ends_the_loan_as_failed_and_the_execution_too(desk: Desk):
    """The bureau has withdrawn the key, and nobody has put the new one into the secret. On AWS the step is not tried again."""
    before, desk.bureau.keys = desk.bureau.keys, {"another"}
    try:
        loan_id = desk.apply()
        assert desk.decided(loan_id) == ("failed", "a step failed for good; somebody looks into it")
    finally:
        desk.bureau.keys = before
    assert desk.ended(loan_id) == "FAILED"
    assert set(desk.answers(loan_id)) == {"401"}
    assert desk.item("approvals", loan_id=loan_id) is None
    assert "step failed for good" in desk.steps.describe_execution(executionArn=desk.execution(loan_id))["cause"]
    desk.forget_failures()
    assert desk.decided(desk.apply())[0] == "approved", "the next loan is not held up"


def test_the_express_workflow_answers_while_the_caller_waits(desk: Desk):
    correlation = f"corr-{uuid.uuid4().hex}"
    body = {"amount": 1_000_000, "months": 24}
    status, quote = desk.call("POST", "/quotes-for-loans", body, x_correlation_id=correlation)
    assert (status, quote) == (200, {"monthly_payment": 44_276, "total": 1_062_624, "rate_percent": "5.90"})
    assert [line["message"] for line in desk.lines("price", correlation)] == ["step done"]
    assert desk.call("POST", "/quotes-for-loans", {**body, "months": 5})[0] == 400
