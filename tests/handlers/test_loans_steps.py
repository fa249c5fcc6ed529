"""The steps of the loans' workflows, as a workflow calls them: plain JSON in, plain JSON out."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from handler_support import Context, items, make_table, numbers

from tests.fakes.bureau import Bureau

LOAN_ID = "loan_" + "a" * 32
TODAY = datetime.now(UTC).date()
DOCUMENTS = [
    {"document_id": "id-1", "kind": "identity", "issued_on": "2024-01-01", "expires_on": str(TODAY + timedelta(days=400))},
    {"document_id": "pay-1", "kind": "income", "issued_on": str(TODAY - timedelta(days=10)), "expires_on": None},
]
REQUEST = {"amount": 1_000_000, "months": 24, "monthly_income": 250_000, "documents": DOCUMENTS}
APPLICATION = {"loan_id": LOAN_ID, "applicant_id": "anna", "request": REQUEST}


def step(module: str, **content) -> dict:
    """The result of a step, proved to be JSON."""
    import importlib

    handler = importlib.import_module(f"loans.{module}").handler
    result = handler({"correlation_id": "corr-7", **content}, Context(remaining_milliseconds=20_000))
    assert json.loads(json.dumps(result)) == result
    return result


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"monthly_income": 104_167}, []),  # 40 % of 24 incomes is the amount
        ({"monthly_income": 104_166}, ["the repayment takes more than 40 % of the income"]),
        ({"documents": DOCUMENTS[:1]}, ["a document of kind 'income' is missing"]),
        ({"documents": [DOCUMENTS[1], DOCUMENTS[1]]}, ["a document of kind 'identity' is missing", "document 'pay-1' is there twice"]),
    ],
)  # fmt: skip
def test_validate_tells_all_broken_rules_as_an_outcome(changes, reasons):
    result = step("validate", application={**APPLICATION, "request": {**REQUEST, **changes}})
    assert result == {"outcome": "invalid" if reasons else "valid", "reasons": reasons}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (DOCUMENTS[0], None),
        (DOCUMENTS[1], None),
        ({**DOCUMENTS[0], "expires_on": str(TODAY)}, None),
        ({**DOCUMENTS[0], "expires_on": str(TODAY - timedelta(days=1))}, "expired"),
        ({**DOCUMENTS[0], "expires_on": None}, "a document of identity needs the day on which it expires"),
        ({**DOCUMENTS[1], "issued_on": str(TODAY - timedelta(days=101))}, "older than 100 days"),
        ({**DOCUMENTS[1], "issued_on": str(TODAY + timedelta(days=2))}, "issued in the future"),
    ],
)
def test_check_document_rejects_as_an_outcome(document, reason):
    result = step("check_document", loan_id=LOAN_ID, document=document)
    assert result == {
        "document_id": document["document_id"], "outcome": "rejected" if reason else "accepted", "reason": reason,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "months", "expected"),
    [
        (1_000_000, 24, {"monthly_payment": 44_276, "total": 1_062_624, "rate_percent": "5.90"}),
        (7_500_000, 120, {"monthly_payment": 90_600, "total": 10_872_000, "rate_percent": "7.90"}),
        (50_000, 6, {"monthly_payment": 8_477, "total": 50_862, "rate_percent": "5.90"}),
    ],
)
def test_price(amount, months, expected):
    """Against the annuity formula in floating point, too."""
    rate = float(expected["rate_percent"]) / 1200
    assert expected["monthly_payment"] == round(amount * rate / (1 - (1 + rate) ** -months))
    assert step("price", request={"amount": amount, "months": months}) == expected


@pytest.mark.parametrize(
    ("module", "content", "field"),
    [
        ("validate", {}, "application"),
        ("validate", {"application": {**APPLICATION, "loan_id": "x"}}, "application.loan_id"),
        ("check_document", {"loan_id": LOAN_ID, "document": {}}, "document.document_id"),
        ("price", {"request": {"amount": 1, "months": 24}}, "request.amount"),
        ("ask", {"application": APPLICATION}, "task_token"),
        ("record", {"application": APPLICATION, "decision": {"status": "maybe"}}, "decision.status"),
        ("score", {"application": None}, "application"),
    ],
)
def test_a_definition_that_gives_a_step_the_wrong_input_is_a_permanent_failure(module, content, field, log):
    from shared.errors import PermanentFailure

    with pytest.raises(PermanentFailure, match=f"^{field}: "):
        step(module, **content)
    assert [line["correlation_id"] for line in log.of("ERROR")] == ["corr-7"]


@pytest.mark.parametrize("event", [None, [], "text", {"correlation_id": 5}, {}])
def test_an_input_that_is_no_object_or_has_no_correlation_id_is_a_permanent_failure(event):
    from loans.validate import handler
    from shared.errors import PermanentFailure

    with pytest.raises(PermanentFailure):
        handler(event, Context())


def test_every_log_line_has_the_correlation_id_and_no_applicant(log):
    step("validate", application=APPLICATION)
    step("check_document", loan_id=LOAN_ID, document=DOCUMENTS[0])
    lines = log.all()
    assert [(line["correlation_id"], line["loan_id"], line["outcome"]) for line in lines] == [
        ("corr-7", LOAN_ID, "valid"), ("corr-7", LOAN_ID, "accepted"),
    ]  # fmt: skip
    assert "anna" not in log.stream.getvalue()


# ---- score


@pytest.fixture
def bureau():
    with Bureau(slow_seconds=10) as running:
        yield running


@pytest.fixture
def scoring(aws, bureau, monkeypatch):
    """(cloud, name of the secret), with a fresh function."""
    from loans import score

    secret, table = f"bureau-{next(numbers)}", make_table(aws, "name")
    aws.client("secretsmanager").create_secret(Name=secret, SecretString='{"api_key": "key-1"}')
    parameter = f"/test/loans/bureau-url-{next(numbers)}"
    aws.client("ssm").put_parameter(Name=parameter, Value=bureau.url, Type="String")
    for name, value in {
        "WORKLOAD": "loans", "TABLE_BREAKERS": table, "SECRET_BUREAU": secret, "PARAMETER_BUREAU_URL": parameter,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    score.parts.cache_clear()
    yield aws, secret, table
    score.parts.cache_clear()


def score() -> dict:
    return step("score", application=APPLICATION)


@pytest.mark.parametrize(("points", "band"), [(1000, "good"), (650, "good"), (649, "middle"), (450, "middle"), (449, "poor"), (0, "poor")])
def test_score(scoring, bureau, points, band):
    bureau.scores["anna"] = points
    assert score() == {"outcome": "scored", "band": band, "score": points, "reference": "bureau-1"}
    [seen] = bureau.seen
    assert (seen.path, seen.body) == ("/v1/scores", {"applicant_id": "anna", "amount": 1_000_000})
    assert (seen.headers["idempotency-key"], seen.headers["x-correlation-id"]) == (LOAN_ID, "corr-7")


def test_an_applicant_without_history_is_an_outcome(scoring, bureau):
    bureau.default = "unknown"
    assert score() == {"outcome": "no-history", "band": "unknown", "score": None, "reference": None}


def test_a_bureau_that_recovers_within_the_call_is_not_noticed(scoring, bureau):
    bureau.then("500", "wrong")
    assert score()["outcome"] == "scored"
    assert [seen.answered for seen in bureau.seen] == ["500", "wrong", "ok"]


@pytest.mark.parametrize("word", ["500", "429", "garbage", "wrong", "cut"])
def test_one_that_does_not_is_a_transient_failure_by_exactly_that_name(scoring, bureau, word):
    bureau.default = word
    with pytest.raises(Exception, match=r"^bureau: ") as caught:
        score()
    assert caught.type.__name__ == "TransientFailure"  # what the workflow's Retry matches
    assert len(bureau.seen) == 3


def test_the_last_retry_tells_an_outage_as_an_outcome(scoring, bureau, log):
    from shared.errors import TransientFailure

    bureau.default = "500"
    with pytest.raises(TransientFailure):
        step("score", application=APPLICATION, attempt=2, retries=3)
    result = step("score", application=APPLICATION, attempt=3, retries=3)
    assert (result["outcome"], result["band"]) == ("unavailable", "unknown")
    assert [line["reason"] for line in log.of("WARNING")] == ["bureau: answered 500"]
    assert len(bureau.seen) == 6


@pytest.mark.parametrize("word", ["400", "422"])
def test_a_refusal_of_the_request_is_a_permanent_failure_and_sent_once(scoring, bureau, word):
    from shared.errors import PermanentFailure

    bureau.default = word
    with pytest.raises(PermanentFailure, match=f"^bureau: answered {word}$"):
        score()
    assert len(bureau.seen) == 1


def test_after_failures_in_a_row_nobody_calls_and_the_outcome_says_so_until_a_probe_succeeds(scoring, bureau, monkeypatch, log):
    from loans import score as module
    from shared.errors import TransientFailure

    bureau.default = "503"
    for _ in range(5):
        module.parts.cache_clear()  # another execution environment each time: the state is shared
        with pytest.raises(TransientFailure):
            score()
    calls = len(bureau.seen)
    bureau.default = "ok"
    assert score() == {"outcome": "unavailable", "band": "unknown", "score": None, "reference": None}
    assert len(bureau.seen) == calls
    cloud, _, table = scoring
    cloud.client("dynamodb").update_item(  # the pause is over
        TableName=table, Key={"name": {"S": "bureau"}}, UpdateExpression="SET open_until = :past",
        ExpressionAttributeValues={":past": {"N": "1000"}},
    )  # fmt: skip
    assert score()["outcome"] == "scored"
    assert (len(bureau.seen), items(cloud, table)[0]["state"]) == (calls + 1, {"S": "closed"})
    assert [line["message"] for line in log.of("WARNING")] == ["circuit opened", "bureau not asked"]


def test_a_rotated_secret_is_read_again_once_and_the_score_comes(scoring, bureau, log):
    cloud, secret, _ = scoring
    assert score()["outcome"] == "scored"
    bureau.keys = {"key-2"}
    cloud.client("secretsmanager").put_secret_value(SecretId=secret, SecretString='{"api_key": "key-2"}')
    assert score()["outcome"] == "scored"
    assert [seen.answered for seen in bureau.seen] == ["ok", "401", "ok"]
    assert "key-1" not in log.stream.getvalue() and "key-2" not in log.stream.getvalue()


def test_a_key_that_is_not_rotated_is_refused_for_good_and_is_not_the_bureaus_failure(scoring, bureau):
    from shared.errors import PermanentFailure

    bureau.keys = {"key-2"}
    with pytest.raises(PermanentFailure, match="the credential is refused"):
        score()
    assert len(bureau.seen) == 1
    assert items(scoring[0], scoring[2]) == []


def test_a_slow_bureau_does_not_take_the_function_beyond_its_time(scoring, bureau, monkeypatch):
    from loans.score import handler
    from shared.errors import TransientFailure
    from shared.external import ExternalApi

    monkeypatch.setitem(ExternalApi.__init__.__kwdefaults__, "monotonic", lambda: 100.0)
    bureau.default = "slow"
    with pytest.raises(TransientFailure, match=r"no answer within 0\.4 s"):  # of 1.9 s, and 1.5 s are kept
        handler({"correlation_id": "c", "application": APPLICATION}, Context(remaining_milliseconds=1_900))


# ---- record


@pytest.fixture
def loans(aws, monkeypatch):
    """The loans table with one loan that was received."""
    from loans import record
    from loans.contracts import Application, Loan
    from loans.store import KeptLoan

    table = make_table(aws, "loan_id")
    monkeypatch.setenv("WORKLOAD", "loans")
    monkeypatch.setenv("TABLE_LOANS", table)
    record.store.cache_clear()
    loan = Loan(loan_id=LOAN_ID, status="received", amount=1_000_000, months=24, created_at="2026-01-01T00:00:00.000Z")
    record.store().add(
        KeptLoan(loan=loan, application=Application.model_validate(APPLICATION), correlation_id="corr-7", request_digest="d")
    )
    yield lambda: record.store().find(LOAN_ID).loan
    record.store.cache_clear()


@pytest.mark.parametrize(
    ("given", "status", "reason"),
    [
        ({"decision": {"status": "declined", "reason": "poor"}}, "declined", "poor"),
        ({"decision": {"status": "expired"}}, "expired", ""),
        ({"approval": {"approved": True, "reason": "known", "by": "bob"}}, "approved", "known"),
        ({"approval": {"approved": False, "reason": "no", "by": "bob"}}, "declined", "no"),
    ],
)
def test_record_writes_the_decision_once(loans, given, status, reason, metric_values):
    expected = {"loan_id": LOAN_ID, "status": status, "reason": reason}
    assert step("record", application=APPLICATION, **given) == expected
    first = loans()
    assert (first.status, first.reason) == (status, reason) and first.decided_at
    assert step("record", application=APPLICATION, **given) == expected  # tried again, though it had written
    other = {"decision": {"status": "failed", "reason": "late"}}
    assert step("record", application=APPLICATION, **other) == expected
    assert loans() == first
    assert metric_values() == {"LoansDecided": 1}


@pytest.mark.parametrize("given", [{}, {"decision": {"status": "declined"}, "approval": {"approved": True, "reason": "r", "by": "b"}}])
def test_record_needs_exactly_one_side(loans, given):
    from shared.errors import PermanentFailure

    with pytest.raises(PermanentFailure, match="exactly one of decision and approval"):
        step("record", application=APPLICATION, **given)
    assert loans().status == "received"


def test_record_of_an_unknown_loan_is_a_permanent_failure(loans):
    from shared.errors import PermanentFailure

    other = {**APPLICATION, "loan_id": "loan_" + "b" * 32}
    with pytest.raises(PermanentFailure, match="there is no loan of this id"):
        step("record", application=other, decision={"status": "declined"})
