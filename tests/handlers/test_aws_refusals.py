"""What an error of AWS means for another attempt, and that every worker goes by that one table."""

import decimal
import json

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ParamValidationError, ReadTimeoutError
from handler_support import Context

from shared.errors import PermanentFailure, TransientFailure
from shared.refusals import DENIED, PASSING, PERMANENT, kind_of


def answered(code: str, status: int = 400, reasons: tuple[str, ...] = ()) -> ClientError:
    answer: dict = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if reasons:
        answer["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(answer, "Any")


@pytest.mark.parametrize(("error", "kind"), [
    (answered("ValidationException"), "permanent"),
    (answered("SerializationException"), "permanent"),
    (answered("EntityTooLarge"), "permanent"),
    (answered("InvalidParameterValue"), "permanent"),
    (answered("AWS.SimpleQueueService.BatchRequestTooLong"), "permanent"),
    (answered("TransactionCanceledException", reasons=("None", "ValidationError")), "permanent"),
    (answered("TransactionCanceledException", reasons=("TransactionConflict", "ItemCollectionSizeLimitExceeded")), "permanent"),
    (ParamValidationError(report="r"), "permanent"),
    (decimal.Inexact(), "permanent"),
    (PermanentFailure("p"), "permanent"),
    (answered("TransactionCanceledException", reasons=("None", "TransactionConflict")), "passing"),
    (answered("TransactionCanceledException", reasons=("ThrottlingError",)), "passing"),
    (answered("TransactionConflictException"), "passing"),
    (answered("ProvisionedThroughputExceededException"), "passing"),
    (answered("ConditionalRequestConflict", 409), "passing"),
    (answered("SlowDown", 503), "passing"),
    (answered("KMS.ThrottlingException"), "passing"),
    (answered("SomethingNew", 500), "passing"),
    (answered("SomethingNew", 429), "passing"),
    (TransientFailure("t"), "passing"),
    (answered("AccessDenied", 403), "denied"),
    (answered("AccessDeniedException"), "denied"),
    (answered("KMS.AccessDeniedException"), "denied"),
    (answered("ExpiredToken"), "denied"),
    (answered("NoSuchBucket", 404), "denied"),
    (answered("AWS.SimpleQueueService.NonExistentQueue"), "denied"),
    (ReadTimeoutError(endpoint_url="e"), "away"),
    (ConnectTimeoutError(endpoint_url="e"), "away"),
    (EndpointConnectionError(endpoint_url="e"), "away"),
    (TimeoutError(), "away"),
    (answered("SomethingNew"), "unknown"),
    (answered("ConditionalCheckFailedException"), "unknown"),
    (KeyError("k"), "unknown"),
], ids=lambda it: it if isinstance(it, str) else repr(it)[:70])  # fmt: skip
def test_what_an_error_means_for_another_attempt(error, kind):
    assert kind_of(error) == kind


def test_no_code_means_two_things():
    assert not (PERMANENT & PASSING or PERMANENT & DENIED or PASSING & DENIED)
    assert all(code == code.lower() and not code.endswith("exception") for code in PERMANENT | PASSING | DENIED)


@pytest.mark.parametrize(("error", "seconds"), [(answered("ValidationException"), (0, 0)), (answered("AccessDenied", 403), (240, 320))])
def test_a_message_that_aws_refuses_for_good_comes_back_at_once_and_a_denied_one_later(monkeypatch, log, error, seconds):
    from test_batch import Sqs, record, run

    from shared import batch
    from shared.observability import metrics

    sqs = Sqs()
    monkeypatch.setattr(batch, "client", lambda _: sqs)

    def fail(message) -> None:
        raise error

    assert run([record(0, receives=3)], fail) == ["0"]
    metrics.clear_metrics()
    assert seconds[0] <= sqs.hidden["0"] <= seconds[1]
    assert [line["permanent"] for line in log.of("ERROR")] == [seconds == (0, 0)]


@pytest.mark.parametrize(("error", "name"), [
    (answered("ValidationException"), "PermanentFailure"), (answered("SlowDown", 503), "TransientFailure"),
    (ReadTimeoutError(endpoint_url="e"), "TransientFailure"), (answered("AccessDenied", 403), "TransientFailure"), (KeyError("k"), "KeyError"),
])  # fmt: skip
def test_a_step_fails_by_the_name_that_its_workflow_goes_by(log, error, name):
    from loans.contracts import Step
    from loans.steps import run_step

    def fail(_: Step) -> Step:
        raise error

    with pytest.raises(Exception) as caught:
        run_step({"correlation_id": "c"}, Context(), Step, fail)
    assert caught.type.__name__ == name


@pytest.mark.parametrize("unit_price", [10**37, 10**15])
def test_a_total_that_nobody_can_keep_is_refused_for_good(unit_price):
    from receipts import logic
    from receipts.models import Receipt

    line = {"sku": "BOOK-1", "quantity": 1000, "unit_price": unit_price}
    paid = {"order_id": "o-1", "currency": "EUR", "paid_at": "2026-01-01T00:00:00Z", "lines": [line]}
    with pytest.raises(PermanentFailure, match="lines: they come to more than 1000000000000000 in the currency's smallest unit"):
        logic.receipt_for(logic.read(json.dumps(paid)))

    class Kept:
        def around(self, *_) -> dict:
            return {}

    corrected = {"order_id": "o-1", "sequence": 1, "corrected_at": "2026-01-02T00:00:00Z", "reason": "r", "lines": [line]}
    receipt = Receipt(order_id="o-1", paid_at="2026-01-01T00:00:00Z", currency="EUR", lines=[], total=0)
    with pytest.raises(PermanentFailure, match="lines: they come to more than"):
        logic.correct(json.dumps(corrected), "o-1", Kept(), lambda _: receipt, "c")


def test_a_price_of_the_table_that_no_item_of_the_index_could_hold_is_refused_for_good():
    from stream_support import change

    from search_index.index import read
    from shared.streams import Change

    record = change("INSERT", {"product_id": "p"}, {"product_id": "p", "name": "Lamp", "price_cents": decimal.Decimal("1E+100")})
    with pytest.raises(PermanentFailure, match="price_cents"):
        read(Change(record))
