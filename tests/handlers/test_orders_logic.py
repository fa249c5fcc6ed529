"""Taking an order, without Lambda and without AWS."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from orders import logic
from orders.models import Item, KeptOrder, NewOrder, Page, Position

REQUEST = NewOrder(items=[Item(sku="BOOK-1", quantity=2)], reference="mine")


class Memory:
    def __init__(self) -> None:
        self.kept: dict[str, KeptOrder] = {}

    def add(self, kept: KeptOrder) -> bool:
        return self.kept.setdefault(kept.order.order_id, kept) is kept

    def find(self, order_id: str) -> KeptOrder | None:
        return self.kept.get(order_id)

    def page(self, customer_id: str, limit: int, after: Position | None) -> Page:
        raise AssertionError("not asked for here")


def at(hour: int):
    return lambda: datetime(2026, 1, 2, hour, 30, 5, 123456, tzinfo=UTC)


def test_an_order_is_kept_with_its_customer_and_told_without():
    store = Memory()
    order, _ = logic.create(REQUEST, "anna", "k1", store, at(9))
    assert order.model_dump(mode="json") == {
        "order_id": logic.order_id("anna", "k1"),
        "status": "accepted",
        "created_at": "2026-01-02T09:30:05.123Z",
        "items": [{"sku": "BOOK-1", "quantity": 2}],
        "reference": "mine",
    }
    assert [kept.customer_id for kept in store.kept.values()] == ["anna"]
    assert logic.ORDER_ID.fullmatch(order.order_id)


def test_the_same_request_again_is_the_order_as_first_accepted():
    store = Memory()
    first, new = logic.create(REQUEST, "anna", "k1", store, at(9))
    assert new and logic.create(REQUEST, "anna", "k1", store, at(17)) == (first, False)
    assert len(store.kept) == 1


def test_another_request_under_the_same_key_is_refused_and_changes_nothing():
    store = Memory()
    first, _ = logic.create(REQUEST, "anna", "k1", store, at(9))
    with pytest.raises(logic.KeyReused):
        logic.create(NewOrder(items=REQUEST.items), "anna", "k1", store, at(9))
    assert [kept.order for kept in store.kept.values()] == [first]


@pytest.mark.parametrize(
    ("one", "other"), [(("anna", "k"), ("bob", "k")), (("anna", "k"), ("anna", "l")), (("a", "bc"), ("ab", "c"))]
)
def test_customer_and_key_together_make_the_order(one, other):
    assert logic.order_id(*one) != logic.order_id(*other)


def test_only_the_customer_reads_an_order():
    store = Memory()
    order, _ = logic.create(REQUEST, "anna", "k1", store, at(9))
    assert logic.get(order.order_id, "anna", store) == order
    assert logic.get(order.order_id, "bob", store) is None
    assert logic.get(logic.order_id("anna", "k2"), "anna", store) is None


def test_a_malformed_id_is_not_looked_up():
    class NoStore(Memory):
        def find(self, order_id: str) -> KeptOrder | None:
            raise AssertionError("looked up")

    assert logic.get("ord_1' OR 1=1", "anna", NoStore()) is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [{"sku": "BOOK-1", "quantity": 1}] * 101}, "items"),
        ({"items": [{"sku": "book", "quantity": 1}]}, "items.0.sku"),
        ({"items": [{"sku": "BOOK-1", "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"sku": "BOOK-1", "quantity": 1001}]}, "items.0.quantity"),
        ({"items": [{"sku": "BOOK-1", "quantity": "2"}]}, "items.0.quantity"),
        ({"items": [{"sku": "BOOK-1", "quantity": 1, "price": 0}]}, "items.0.price"),
        ({"items": [{"sku": "BOOK-1", "quantity": 1}], "reference": ""}, "reference"),
        ({"items": [{"sku": "BOOK-1", "quantity": 1}], "customer_id": "bob"}, "customer_id"),
    ],
)
def test_what_is_no_order(body, field):
    with pytest.raises(ValidationError) as caught:
        NewOrder.model_validate(body)
    assert [".".join(map(str, error["loc"])) for error in caught.value.errors()] == [field]
