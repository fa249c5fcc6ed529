"""Writes that depend on what is there, of the workloads that take requests, messages, loans and files."""

from datetime import UTC, datetime
from typing import Any

from test_loans_steps import APPLICATION, LOAN_ID
from write_world import World

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UPLOAD = "upl_" + "0" * 32


def an_order(world: World) -> Any:
    from orders.models import Item, KeptOrder, Order
    from orders.store import OrderStore

    order = Order(order_id="ord_1", created_at="2026-01-01T00:00:00Z", items=[Item(sku="A", quantity=1)])
    store = OrderStore(world.client("dynamodb"), world.table("order_id"))
    world.lose("PutItem")
    return store.add(KeptOrder(order=order, customer_id="anna", request_digest="d"))


def a_quote(world: World) -> Any:
    from partners import logic
    from partners.contracts import QuoteRequest
    from partners.store import QuoteStore

    request = QuoteRequest(reference="r", destination="DE", service="standard", parcels_grams=[1])
    store = QuoteStore(world.client("dynamodb"), world.table("quote_id"))
    world.lose("PutItem")
    quote, new = logic.create(request, "partner", store, lambda: 1_800_000_000)
    return quote, new


def a_delivery(world: World) -> Any:
    from notifications import logic
    from notifications.contracts import NotificationRequested
    from notifications.store import DeliveryStore

    asked = NotificationRequested(
        notification_id="ntf_" + "0" * 32, requested_by="anna", requested_at="2026-01-01T00:00:00.000Z", recipient="berta",
        subject="s", text="t", priority="high",
    )  # fmt: skip
    store = DeliveryStore(world.client("dynamodb"), world.table("notification_id"))
    world.lose("PutItem")
    return logic.deliver(asked, "event", "c", store)


def a_receipt(world: World) -> Any:
    from receipts.store import ReceiptStore

    store = ReceiptStore(world.client("s3"), world.bucket())
    world.lose("PUT")
    return store.add("receipts/o-1.json", "{}", "c"), store.add("receipts/o-1.json", "{}", "c")


def a_correction(world: World) -> Any:
    from receipts.models import CorrectedReceipt, Receipt
    from receipts.store import CorrectionStore

    receipt = Receipt(order_id="o-1", paid_at="2026-01-01T00:00:00Z", currency="EUR", lines=[], total=0)
    corrected = CorrectedReceipt(receipt=receipt, sequence=1, corrected_at="2026-01-02T00:00:00Z", reason="r", digest="d")
    store = CorrectionStore(world.client("dynamodb"), world.table("order_id", "sequence"))
    world.lose("PutItem")
    return store.add(corrected, "c"), store.add(corrected, "c")


def a_result(world: World) -> Any:
    from documents.contracts import Preview
    from documents.store import Results

    store = Results(world.client("dynamodb"), world.table("document_key", "kind"))
    world.lose("PutItem")
    return [store.keep("incoming/a", "preview", Preview(lines=[]), "c", sequencer) for sequencer in ("02", "01", "02")]


def loans(world: World) -> Any:
    from loans.contracts import Application, Loan
    from loans.store import KeptLoan, LoanStore

    loan = Loan(loan_id=LOAN_ID, status="received", amount=1, months=12, created_at="2026-01-01T00:00:00Z")
    kept = KeptLoan(loan=loan, application=Application.model_validate(APPLICATION), correlation_id="c", request_digest="d")
    return LoanStore(world.client("dynamodb"), world.table("loan_id")), kept


def a_loan(world: World) -> Any:
    store, kept = loans(world)
    world.lose("PutItem")
    return store.add(kept), store.add(kept)


def a_decision(world: World) -> Any:
    from loans.contracts import Decision

    store, kept = loans(world)
    store.add(kept)
    world.lose("UpdateItem")
    decision = Decision(status="approved", reason="good")
    return [store.decide(LOAN_ID, decision, NOW) for _ in range(2)]


def questions(world: World) -> Any:
    from loans.store import ApprovalStore, KeptApproval

    store = ApprovalStore(world.client("dynamodb"), world.table("loan_id"))
    return store, KeptApproval(loan_id=LOAN_ID, applicant_id="anna", task_token="token")


def a_question(world: World) -> Any:
    store, question = questions(world)
    world.lose("UpdateItem")
    store.ask(question, NOW, NOW, "c")
    return store.find(LOAN_ID)


def an_answer(world: World) -> Any:
    from loans.contracts import Approval

    store, question = questions(world)
    store.ask(question, NOW, NOW, "c")
    world.lose("UpdateItem")
    given = Approval(approved=True, reason="fine", by="berta")
    return [store.answer(LOAN_ID, given) for _ in range(2)]


def a_claim(world: World) -> Any:
    files = files_with_one_expected(world)
    world.lose("UpdateItem")
    return files.claim(UPLOAD, "etag"), files.claim(UPLOAD, "another")


def what_became_of_a_file(world: World) -> Any:
    files = files_with_one_expected(world)
    world.lose("UpdateItem")
    return files.decide(UPLOAD, "kept", None), files.decide(UPLOAD, "kept", None)


def files_with_one_expected(world: World) -> Any:
    from media.contracts import UploadRequest
    from media.store import Files

    files = Files(world.client("dynamodb"), world.table("upload_id"))
    files.expect(UPLOAD, "anna", UploadRequest(file_name="a.png", content_type="image/png", size_bytes=1), "c")
    return files


def an_upload(world: World) -> Any:
    world.lose("PutItem")
    return files_with_one_expected(world).find(UPLOAD)
