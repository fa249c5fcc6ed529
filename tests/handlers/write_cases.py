"""Every write that depends on what is there, as `test_lost_answers` makes it lose its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handler_support import REGION, Context, items, make_role, make_table, numbers
from test_loans_steps import APPLICATION, LOAN_ID

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UPLOAD = "upl_" + "0" * 32


@dataclass
class World:
    """Tables, buckets and clients of one case. The clients go through the proxy."""

    cloud: Any
    losing: Any
    lost: bool

    def client(self, service: str) -> Any:
        from shared.clients import client

        return client(service)

    def table(self, key: str, sort_key: str | None = None) -> str:
        return make_table(self.cloud, key, sort_key=sort_key)

    def bucket(self) -> str:
        name = f"lost-{next(numbers)}"
        self.cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def lose(self, operation: str, within: str = "") -> None:
        """From here on: the answer to the next such call is lost, in the run of the case that loses one."""
        if self.lost:
            self.losing.lose(operation, within)


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


def leases(world: World) -> Any:
    from shared.lease import Leases

    return Leases(world.client("dynamodb"), world.table("name"), lambda: 1_800_000_000.0, lambda: 0.0)


def a_lease(world: World) -> Any:
    held = leases(world)
    world.lose("UpdateItem")
    return held.acquire("sweep", 30, "monday").token


def a_lease_that_is_renewed(world: World) -> Any:
    lease = leases(world).acquire("sweep", 30, "monday")
    world.lose("TransactWriteItems")
    lease.renew()
    return items(world.cloud, lease._leases.table)[0]["fence"]


def a_lease_that_is_given_back(world: World) -> Any:
    """And taken and given back by another run, before the call is sent again."""
    held = leases(world)
    lease = held.acquire("sweep", 30, "monday")
    world.lose("TransactWriteItems")
    lease.release(done=True)
    return items(world.cloud, held.table)


def breaker(world: World, now: list[float]) -> Any:
    from shared.breaker import Breaker, BreakerPolicy

    return Breaker(world.client("dynamodb"), world.table("name"), "bureau", BreakerPolicy(failures=2), lambda: now[0])


def state_of(one: Any) -> Any:
    [item] = one._client.scan(TableName=one._table)["Items"]
    return {name: value for name, value in item.items() if name not in ("write_id", "probe")}


def a_failure_that_is_counted(world: World) -> Any:
    one = breaker(world, [1000.0])
    world.lose("UpdateItem", "window_started = :now")
    one.failed(one.enter())
    return state_of(one)


def another_failure_that_is_counted(world: World) -> Any:
    from shared.breaker import BreakerPolicy

    one = breaker(world, [1000.0])
    one._policy = BreakerPolicy(failures=3)
    one.failed(one.enter())
    world.lose("UpdateItem", "ADD failures")
    one.failed(one.enter())
    return state_of(one)


def a_circuit_that_opens(world: World) -> Any:
    from shared.observability import metrics

    one = breaker(world, [1000.0])
    one.failed(one.enter())
    world.lose("UpdateItem", "open_until = :until REMOVE")
    one.failed(one.enter())
    told = sorted(metrics.metric_set)
    metrics.clear_metrics()
    return told, state_of(one)


def a_probe(world: World) -> Any:
    from shared.observability import metrics

    now = [1000.0]
    one = breaker(world, now)
    for _ in range(2):
        one.failed(one.enter())
    metrics.clear_metrics()
    now[0] = 2000.0
    world.lose("UpdateItem", "probe_until = :until")
    permit = one.enter()
    assert permit.probe
    one.succeeded(permit)
    return state_of(one)


def rooms(world: World) -> Any:
    from chat.store import ConnectionStore

    store = ConnectionStore(world.client("dynamodb"), world.table("room", "connection_id"), world.table("connection_id"), lambda: 1000.0)
    store.open("c-1", "anna")
    return store


def a_room_that_is_joined(world: World) -> Any:
    store = rooms(world)
    world.lose("TransactWriteItems")
    return store.join("c-1", "lobby", 1), store.rooms("c-1"), list(store.members("lobby"))


def a_connection_that_is_closed(world: World) -> Any:
    store = rooms(world)
    for room in ("hall", "lobby"):
        store.join("c-1", room, 10)
    world.lose("UpdateItem")
    store.close("c-1")
    return store.rooms("c-1"), list(store.members("hall")), list(store.members("lobby"))


def products(world: World) -> Any:
    from search_index.contracts import Product
    from search_index.store import ProductTable

    return ProductTable(world.client("dynamodb"), world.table("product_id")), Product(
        product_id="p", name="Lamp", price_cents=1, updated_at="2026-01-01T00:00:00Z"
    )


def a_product(world: World) -> Any:
    store, product = products(world)
    world.lose("UpdateItem")
    return [store.put(product, owner, "c") for owner in ("anna", "anna", "berta")]


def a_product_that_is_replaced(world: World) -> Any:
    store, product = products(world)
    store.put(product, "anna", "c")
    world.lose("UpdateItem")
    return store.put(product, "anna", "c")


def a_product_that_is_removed(world: World) -> Any:
    store, product = products(world)
    store.put(product, "anna", "c")
    world.lose("TransactWriteItems")
    return store.remove("p", "berta"), store.remove("p", "anna"), store.remove("p", "anna")


def a_product_in_the_index(world: World) -> Any:
    from search_index.logic import follow
    from search_index.models import Indexed, sortable
    from search_index.store import IndexTable

    index = IndexTable(world.client("dynamodb"), world.table("term", "product_id"))
    world.lose("TransactWriteItems")
    return follow("p", Indexed(name="Lamp", price_cents=1), sortable("1"), index), index.postings("lamp", "", inclusive=False)


def drafts(world: World) -> Any:
    from housekeeping.contracts import Draft
    from housekeeping.store import DraftStore

    return DraftStore(world.client("dynamodb"), world.table("owner", "draft_id")), Draft(owner="anna", draft_id="d", expires_at=1_767_225_600)


def a_draft(world: World) -> Any:
    store, draft = drafts(world)
    world.lose("TransactWriteItems")
    store.keep(draft)
    return store.due("2026-01-01", draft.expires_at, 10)


def drafts_that_are_removed(world: World) -> Any:
    store, draft = drafts(world)
    store.keep(draft)
    lease = leases(world).acquire("sweep", 30, "monday")
    world.lose("TransactWriteItems")
    return store.remove(store.due("2026-01-01", draft.expires_at, 10), draft.expires_at, lease.condition())


def stock(world: World) -> Any:
    from inventory.logic import Inventory
    from inventory.store import InventoryStore

    store = InventoryStore(world.client("dynamodb"), world.table("shard_key"), world.table("reservation_id"))
    return Inventory(store, clock=lambda: 1_800_000_000.0)


def an_item_that_is_reserved(world: World) -> Any:
    from inventory.contracts import NewReservation

    inventory = stock(world)
    inventory.restock("A", 10)
    world.lose("TransactWriteItems", "reservation_id")
    return inventory.reserve(NewReservation(), "A", "anna", "key"), inventory.stock("A")


def an_item_that_is_confirmed(world: World) -> Any:
    from inventory.contracts import NewReservation

    inventory = stock(world)
    inventory.restock("A", 10)
    reserved, _ = inventory.reserve(NewReservation(), "A", "anna", "key")
    world.lose("TransactWriteItems")
    return inventory.confirm("A", reserved.reservation_id, "anna"), inventory.stock("A")


def stock_that_is_set(world: World) -> Any:
    inventory = stock(world)
    inventory.restock("A", 10)
    world.lose("TransactWriteItems")
    return inventory.restock("A", 25), inventory.stock("A")


def an_idempotency_key(world: World) -> Any:
    from shared.idempotency import Idempotency

    keys = Idempotency("orders-create", world.table("id"), 3600, world.client("dynamodb"))
    done: list[int] = []

    def work() -> dict[str, Any]:
        done.append(1)
        return {"done": len(done)}

    world.lose("PutItem")
    return [keys.run(Context(), caller="anna", key="k", payload={"a": 1}, work=work) for _ in range(2)], done


def a_workflow_that_is_started(world: World) -> Any:
    from loans.workflows import Decide

    machine = world.cloud.client("stepfunctions").create_state_machine(
        name=f"lost-{next(numbers)}", roleArn=make_role(world.cloud), definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
    )["stateMachineArn"]  # fmt: skip
    world.lose("StartExecution")
    Decide(world.client("stepfunctions"), machine).start("loan-1", {})
    return len(world.cloud.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"])


CASES: dict[Callable[[World], Any], str] = {
    an_order: "orders.store.OrderStore.add",
    a_quote: "partners.store.QuoteStore.add",
    a_delivery: "notifications.store._put_once",
    a_receipt: "receipts.store.ReceiptStore.add",
    a_result: "documents.store.Results.keep",
    a_correction: "receipts.store.CorrectionStore.add",
    a_loan: "loans.store.LoanStore.add",
    a_decision: "loans.store.LoanStore.decide",
    a_question: "loans.store.ApprovalStore.ask",
    an_answer: "loans.store.ApprovalStore.answer",
    a_workflow_that_is_started: "loans.workflows.Decide.start",
    an_upload: "media.store.Files.expect",
    a_claim: "media.store.Files.claim",
    what_became_of_a_file: "media.store.Files.decide",
    a_lease: "shared.lease.Leases.acquire",
    a_lease_that_is_renewed: "shared.lease.Leases.update",
    a_lease_that_is_given_back: "shared.lease.Leases.update",
    a_failure_that_is_counted: "shared.breaker.Breaker._write",
    another_failure_that_is_counted: "shared.breaker.Breaker._write",
    a_circuit_that_opens: "shared.breaker.Breaker._write",
    a_probe: "shared.breaker.Breaker._write",
    a_room_that_is_joined: "chat.store.ConnectionStore.join",
    a_connection_that_is_closed: "chat.store.ConnectionStore.close",
    a_product: "search_index.store.ProductTable.put",
    a_product_that_is_replaced: "search_index.store.ProductTable.put",
    a_product_that_is_removed: "search_index.store.ProductTable.remove",
    a_product_in_the_index: "search_index.store.IndexTable.replace",
    a_draft: "housekeeping.store.DraftStore.keep",
    drafts_that_are_removed: "housekeeping.store.DraftStore.remove",
    an_item_that_is_reserved: "inventory.store.InventoryStore._together",
    an_item_that_is_confirmed: "inventory.store.InventoryStore._together",
    stock_that_is_set: "inventory.store.InventoryStore._together",
    an_idempotency_key: "shared.idempotency.Idempotency.__init__",
}
"""Case -> the function whose write it loses the answer of."""
