"""Events: what is sent keeps its contract, what the bus does not take is told, what arrives is parsed."""

import contextlib
import json

import pytest
from pydantic import BaseModel, Field

from shared.errors import PermanentFailure
from shared.events import LARGEST_ENTRY_BYTES, ContractBroken, EventBus, EventRefused, entry_bytes, make_entry, read_event


class TeaBrewed(BaseModel):
    """A contract."""

    pot: str = Field(min_length=1)
    cups: int = Field(ge=1)
    note: str = ""


TEA = TeaBrewed(pot="blue", cups=2)


class Bus:
    """EventBridge as a client shows it: answers with status 200 whatever became of the entries."""

    def __init__(self, *entries: dict) -> None:
        self.entries = entries or ({"EventId": "e-1"},)
        self.calls: list[dict] = []

    def put_events(self, **call):
        self.calls.append(call)
        return {"FailedEntryCount": sum("ErrorCode" in entry for entry in self.entries), "Entries": list(self.entries)}


def test_an_event_is_sent_under_the_name_of_its_contract_with_the_correlation_id():
    bus = Bus()
    assert EventBus(bus, "notices", "kitchen").publish(TEA, "corr-1") == "e-1"
    [call] = bus.calls
    [entry] = call["Entries"]
    assert {**entry, "Detail": json.loads(entry["Detail"])} == {
        "EventBusName": "notices", "Source": "kitchen", "DetailType": "TeaBrewed",
        "Detail": {"meta": {"correlation_id": "corr-1"}, "data": {"pot": "blue", "cups": 2, "note": ""}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (TEA.model_copy(update={"cups": 0}), "TeaBrewed: cups: Input should be greater than or equal to 1"),
        (TEA.model_copy(update={"cups": "many", "pot": ""}), "TeaBrewed: pot: String should have at least 1 character (and 1 more)"),
        (TeaBrewed.model_construct(pot="blue"), "TeaBrewed: cups: Field required"),
    ],
)
def test_what_breaks_its_contract_is_not_sent(broken, told):
    bus = Bus()
    with pytest.raises(ContractBroken) as caught:
        EventBus(bus, "notices", "kitchen").publish(broken, "corr-1")
    assert (str(caught.value), bus.calls) == (told, [])


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}, "TeaBrewed: ThrottlingException: slow down"),
        ({"ErrorCode": "InternalFailure"}, "TeaBrewed: InternalFailure: no reason given"),
        ({}, "TeaBrewed: unknown: no reason given"),
    ],
)
def test_what_the_bus_does_not_take_is_told_though_the_call_succeeds(entry, told):
    with pytest.raises(EventRefused) as caught:
        EventBus(Bus(entry), "notices", "kitchen").publish(TEA, "corr-1")
    assert str(caught.value) == told


def test_an_entry_may_be_as_large_as_the_limit_and_not_larger():
    room = LARGEST_ENTRY_BYTES - entry_bytes(make_entry(TEA, "c", "kitchen"))
    # JSON escapes what is not ASCII: six bytes each.
    fits = TEA.model_copy(update={"note": "é" * (room // 6) + "x" * (room % 6)})
    assert entry_bytes(make_entry(fits, "c", "kitchen")) == LARGEST_ENTRY_BYTES == 262_144
    with pytest.raises(ContractBroken, match="TeaBrewed: 262145 bytes; EventBridge takes 262144 at most"):
        make_entry(fits.model_copy(update={"note": fits.note + "x"}), "c", "kitchen")


def arrived(**changes) -> dict:
    return {
        "version": "0", "id": "e-1", "source": "kitchen", "detail-type": "TeaBrewed", "account": "1", "region": "r", "time": "t",
        "resources": [], "detail": {"meta": {"correlation_id": "corr-1", "later": 1}, "data": {**TEA.model_dump(), "later": 1}},
        **changes,
    }  # fmt: skip


def test_an_event_that_arrives_is_parsed_and_its_fields_of_tomorrow_are_ignored(log):
    from shared.observability import correlation_id

    event = read_event(arrived(), TeaBrewed)
    assert (event.id, event.source, event.detail_type, event.detail.data) == ("e-1", "kitchen", "TeaBrewed", TEA)
    assert (event.detail.meta.correlation_id, correlation_id()) == ("corr-1", "corr-1")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"detail": {"meta": {"correlation_id": "c"}, "data": {"pot": "secret"}}}, "detail.data.cups: Field required"),
        ({"detail": {"data": TEA.model_dump()}}, "detail.meta: Field required"),
        ({"detail": "text"}, "detail: Input should be a valid dictionary or instance of Envelope[TeaBrewed]"),
        ({"id": ""}, "id: String should have at least 1 character"),
    ],
)
def test_an_event_that_breaks_its_contract_fails_for_good_and_its_content_is_not_told(changes, told):
    with pytest.raises(PermanentFailure) as caught:
        read_event(arrived(**changes), TeaBrewed)
    assert str(caught.value) == told


@pytest.mark.parametrize("meta", [{"correlation_id": "bad id\n"}, {"correlation_id": 5}, {}, None])
def test_without_a_well_formed_correlation_id_the_event_id_is_used(meta):
    from shared.observability import correlation_id

    with contextlib.suppress(PermanentFailure):  # where `meta` is broken as well
        read_event(arrived(detail={"meta": meta, "data": TEA.model_dump()}), TeaBrewed)
    assert correlation_id() == "e-1"
