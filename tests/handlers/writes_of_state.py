"""Writes that depend on what is there: of leases, breakers, rooms, products, drafts, stock, keys and workflows."""

from typing import Any

from handler_support import Context, items, make_role, numbers
from write_world import World


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
