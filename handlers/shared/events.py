"""Events on an EventBridge bus: what is sent keeps its contract, and what arrives is parsed before it is used.

The detail is `{"meta": {"correlation_id": ...}, "data": {...}}`. The detail type is the name of the contract, so a new
version of a contract is a new detail type, and consumers move to it when they are ready.
"""

import json
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import PermanentFailure, first_fault
from shared.observability import CORRELATION_ATTRIBUTE, accept_correlation_id, sent_id

LARGEST_ENTRY_BYTES = 256 * 1024
"""EventBridge: a PutEvents request, which here is one entry. Larger ones are refused."""

Data = TypeVar("Data", bound=BaseModel)


class Meta(BaseModel):
    """What travels with every event, whatever it is about."""

    model_config = ConfigDict(frozen=True)

    correlation_id: str


class Envelope(BaseModel, Generic[Data]):
    """The `detail` of an event."""

    model_config = ConfigDict(frozen=True)

    meta: Meta
    data: Data


class Event(BaseModel, Generic[Data]):
    """An event as EventBridge hands it to a target; fields that nothing here reads are left out."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1, description="Drawn by EventBridge; a redelivered or replayed event keeps it")
    source: str
    detail_type: str = Field(alias="detail-type")
    detail: Envelope[Data]


class ContractBroken(Exception):
    """The sender made data that its own contract refuses: the fault is in the code, so this is no problem of a caller."""


class EventRefused(Exception):
    """EventBridge did not take an event. The code is AWS's (`ThrottlingException`, `InternalFailure` ...); one that may
    pass has been retried by the client only if the whole call failed, so the caller should try again."""


class EventBus:
    """Publishes to one bus with a low-level EventBridge client, as one source."""

    def __init__(self, client: Any, bus: str, source: str) -> None:
        self._client = client
        self._bus = bus
        self._source = source

    def publish(self, data: BaseModel, correlation_id: str) -> str:
        """Sends `data` under the name of its model; returns the event's id.

        Raises ContractBroken if the model refuses its own content or the entry is too large, EventRefused if PutEvents
        reports a failed entry. PutEvents answers 200 for those, so that nothing else would tell.
        """
        entry = make_entry(data, correlation_id, self._source)
        reply = self._client.put_events(Entries=[{**entry, "EventBusName": self._bus}])
        [result] = reply["Entries"]
        if reply.get("FailedEntryCount") or "EventId" not in result:
            code, message = result.get("ErrorCode", "unknown"), result.get("ErrorMessage", "no reason given")
            raise EventRefused(f"{entry['DetailType']}: {code}: {message}")
        return str(result["EventId"])


def make_entry(data: BaseModel, correlation_id: str, source: str) -> dict[str, str]:
    """The entry of PutEvents, without its bus. Raises ContractBroken as `EventBus.publish` does."""
    detail_type = type(data).__name__
    # Looked at again, because model_copy(update=...) and model_construct() make models that nothing has validated.
    content = data.model_dump(mode="json", warnings=False)
    try:
        type(data).model_validate(content)
    except ValidationError as error:
        raise ContractBroken(f"{detail_type}: {first_fault(error).text}") from None
    detail = {"meta": {"correlation_id": correlation_id}, "data": content}
    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail, separators=(",", ":"), sort_keys=True)}
    if (size := entry_bytes(entry)) > LARGEST_ENTRY_BYTES:
        raise ContractBroken(f"{detail_type}: {size} bytes; EventBridge takes {LARGEST_ENTRY_BYTES} at most")
    return entry


def entry_bytes(entry: dict[str, str]) -> int:
    """The size that EventBridge counts: source, detail type and detail in UTF-8; the name of the bus does not count."""
    return sum(len(value.encode()) for value in entry.values())


def read_event(event: dict[str, Any], model: type[Data]) -> Event[Data]:
    """An event of EventBridge whose data is `model`; from here on every log line carries its correlation id.

    Raises PermanentFailure naming the first field at fault: another attempt would not help.
    """
    accept_correlation_id(sent_id(event, "detail", "meta", CORRELATION_ATTRIBUTE), sent_id(event, "id"))
    return parse(event, Event[model])  # type: ignore[valid-type]


Model = TypeVar("Model", bound=BaseModel)


def parse(content: Any, model: type[Model]) -> Model:
    """`content` as `model`. Raises PermanentFailure naming the first field at fault, never its value."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise PermanentFailure(first_fault(error).text) from None
