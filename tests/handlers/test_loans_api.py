"""The loans API, with real workflows of the embedded cloud behind it: started once, run while the caller waits."""

import itertools
import json

import pytest
from handler_support import items, whichever_is_lost
from loans_support import BODY, PRICED, call, loans_world, post, problem


@pytest.fixture
def world(aws, monkeypatch):
    yield from loans_world(aws, monkeypatch)


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
