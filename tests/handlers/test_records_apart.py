"""Nothing in one record touches another one: each field of each kind of record, missing or of a wrong kind, in every position of a batch."""

import base64
import copy
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from handler_support import Context
from stream_support import change, kinesis

MISSING: Any = object()
WRONG: tuple[Any, ...] = (MISSING, None, True, -1, 10**40, "", "x", "\ud800", [], {})
POSITIONS = 3
Path = tuple[Any, ...]


@dataclass
class Worker:
    """A function that is handed batches, with what it keeps in memory."""

    handler: Callable[[dict, Any], dict]
    make: Callable[[int], dict]
    """A good record; its content as it is before it becomes text."""
    encode: Callable[[dict], dict]
    done: Callable[[], set[str]]
    """Names of the records that are done: "0", "1", "2"."""
    named: Callable[[int], str]
    """How the answer names a record that failed."""
    in_order: bool = False
    """What comes after a failed record waits for it."""


def sqs(number: int, body: Any, group: str | None = None) -> dict:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1772368200000"} | ({"MessageGroupId": group} if group else {})
    return {
        "messageId": f"m-{number}", "receiptHandle": f"r-{number}", "body": body, "attributes": attributes, "md5OfBody": "m",
        "messageAttributes": {"correlation_id": {"stringValue": f"c-{number}", "dataType": "String"}}, "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:q" + (".fifo" if group else ""), "awsRegion": "eu-west-1",
    }  # fmt: skip


def with_text(record: Any) -> Any:
    """A message of SQS whose body, if it is not broken itself, is JSON."""
    if isinstance(record, dict) and isinstance(record.get("body"), dict):
        return {**record, "body": json.dumps(record["body"])}
    return record


def with_data(record: Any) -> Any:
    """A record of Kinesis whose data is JSON in base64, as long as nothing above it is broken."""
    part = record.get("kinesis") if isinstance(record, dict) else None
    if isinstance(part, dict) and isinstance(part.get("data"), dict):
        return {**record, "kinesis": {**part, "data": base64.b64encode(json.dumps(part["data"]).encode()).decode()}}
    return record


@pytest.fixture
def hidden(monkeypatch):
    from shared import batch

    monkeypatch.setattr(batch, "client", lambda _: SimpleNamespace(change_message_visibility_batch=lambda **_: {}))


def receipts_worker(monkeypatch) -> Worker:
    from receipts import worker

    kept: set[str] = set()
    store = SimpleNamespace(add=lambda key, content, _: content.encode() and (kept.add(key.removesuffix(".json")[-1]) or True))
    monkeypatch.setattr(worker, "parts", lambda: (SimpleNamespace(queue_paid_orders="https://q"), store))
    line = {"sku": "BOOK-1", "quantity": 1, "unit_price": 100}
    return Worker(
        worker.handler,
        lambda n: sqs(n, {"order_id": f"o-{n}", "currency": "EUR", "paid_at": "2026-01-01T00:00:00Z", "lines": [line]}),
        with_text, lambda: kept, lambda n: f"m-{n}",
    )  # fmt: skip


def receipts_corrections(monkeypatch) -> Worker:
    from receipts import corrections
    from receipts.models import Receipt

    kept: set[str] = set()

    class Store:
        def around(self, order_id: str, sequence: int) -> dict:
            return {}

        def last(self, order_id: str) -> int:
            return 0

        def add(self, corrected, _: str) -> bool:
            corrected.model_dump_json().encode()
            kept.add(corrected.receipt.order_id[-1])
            return True

    def get(key: str) -> Receipt:
        order = key.removeprefix("receipts/").removesuffix(".json")
        return Receipt(order_id=order, paid_at="2026-01-01T00:00:00Z", currency="EUR", lines=[], total=0)

    monkeypatch.setattr(corrections, "parts", lambda: (SimpleNamespace(queue_corrections="https://q"), SimpleNamespace(get=get), Store()))
    line = {"sku": "BOOK-1", "quantity": 1, "unit_price": 100}

    def make(n: int) -> dict:
        body = {"order_id": f"o-{n}", "sequence": 1, "corrected_at": "2026-01-02T00:00:00Z", "reason": "r", "lines": [line]}
        return sqs(n, body, group=f"o-{n}")

    return Worker(corrections.handler, make, with_text, lambda: kept, lambda n: f"m-{n}")


def documents(kind: str) -> Callable[[Any], Worker]:
    def made(monkeypatch) -> Worker:
        import importlib

        from documents.store import Document

        kept: set[str] = set()

        def keep(key: str, *_: Any) -> bool:
            key.encode()
            kept.add(key[-1])
            return True

        module = importlib.import_module(f"documents.{kind}")
        monkeypatch.setattr(module, "settings", lambda _: SimpleNamespace(**{f"queue_{kind}": "https://q"}, bucket_documents="b", table_results="t"))
        stores = SimpleNamespace(get=lambda _: Document(b"Dear Anna", "c")), SimpleNamespace(keep=keep)
        monkeypatch.setattr(module, "stores", lambda *_: stores)

        def make(n: int) -> dict:
            return sqs(n, {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": f"incoming/{n}", "sequencer": "0A"}}}]})

        return Worker(module.handler, make, with_text, lambda: kept, lambda n: f"m-{n}")

    return made


def search_index(monkeypatch) -> Worker:
    from search_index import index
    from search_index.models import State

    kept: set[str] = set()

    class Index:
        def state(self, product_id: str) -> State | None:
            return None

        def replace(self, product_id: str, before, after: State, hit) -> bool:
            after.model_dump_json()
            kept.add(product_id[-1])
            return True

    monkeypatch.setattr(index, "parts", Index)

    def make(n: int) -> dict:
        product = {"product_id": f"p-{n}", "name": "Lamp", "tags": ["new"], "description": "bright", "price_cents": 100, "correlation_id": "c"}
        return change("INSERT", {"product_id": f"p-{n}"}, product, sequence=100 + n)

    return Worker(index.handler, make, lambda record: record, lambda: kept, lambda n: str(100 + n), in_order=True)


def clickstream(monkeypatch) -> Worker:
    from clickstream import transform

    kept: set[str] = set()

    def put(key: str, content: bytes) -> None:
        for line in gzip.decompress(content).splitlines():
            told = json.loads(line)
            kept.add(str(told.get("sequence_number") or told["click_id"])[-1])

    monkeypatch.setattr(transform, "parts", lambda: SimpleNamespace(put=put))

    def make(n: int) -> dict:
        click = {"click_id": f"c-{n}", "session_id": "s", "occurred_at": "2026-03-01T12:00:00Z", "page": "/"}
        record = kinesis({}, 100 + n)
        record["kinesis"]["data"] = {"meta": {"correlation_id": f"r-{n}"}, "data": click}
        return record

    return Worker(transform.handler, make, with_data, lambda: kept, lambda n: str(100 + n))  # a click is not worth the shard's standstill


WORKERS: dict[str, Callable[[Any], Worker]] = {
    "receipts.worker": receipts_worker, "receipts.corrections": receipts_corrections, "documents.text": documents("text"),
    "documents.preview": documents("preview"), "documents.metadata": documents("metadata"), "search_index.index": search_index,
    "clickstream.transform": clickstream,
}  # fmt: skip


def paths(value: Any, before: Path = ()) -> Iterator[Path]:
    yield before
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield from paths(each, (*before, name))


def broken(record: dict, path: Path, value: Any) -> Any:
    if not path:
        return None if value is MISSING else value
    changed = copy.deepcopy(record)
    part = changed
    for name in path[:-1]:
        part = part[name]
    if value is MISSING:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return changed


@pytest.mark.parametrize("name", WORKERS)
def test_a_record_of_any_shape_touches_no_other(hidden, monkeypatch, log, capsys, name):
    worker = WORKERS[name](monkeypatch)
    good = [worker.make(n) for n in range(POSITIONS)]
    assert worker.handler({"Records": [worker.encode(record) for record in good]}, Context()) == {"batchItemFailures": []}
    assert worker.done() == {"0", "1", "2"}
    wrong: list[str] = []
    for position in range(POSITIONS):
        for path in paths(good[position]):
            for value in WRONG:
                worker.done().clear()
                records = [worker.encode(broken(record, path, value) if n == position else record) for n, record in enumerate(good)]
                try:
                    failed = [item["itemIdentifier"] for item in worker.handler({"Records": records}, Context())["batchItemFailures"]]
                except Exception as error:
                    failed = [f"the batch, with {type(error).__name__}: {error}"]
                others = {str(n) for n in range(POSITIONS) if n != position and not (worker.in_order and failed and n > position)}
                if failed not in ([], [worker.named(position)]) or not worker.done() >= others:
                    wrong.append(f"{position}: {'.'.join(map(str, path)) or 'record'}={value!r:.20}: failed {failed}, done {worker.done()}")
    assert wrong == [], f"{len(wrong)}: " + "\n".join(wrong[:20])


def test_every_worker_is_there():
    """Whatever a queue, a table's changes or a stream calls."""
    from pathlib import Path as File

    from platform_contract.manifest import load_manifests

    manifests = load_manifests(File(__file__).resolve().parents[2] / "workloads", None)
    called = {
        spec.handler.removesuffix(".handler")
        for manifest in manifests.values()
        for spec in manifest.functions.values()
        if any(trigger.queue or trigger.changes or trigger.stream for trigger in spec.triggers)
    }
    assert called == set(WORKERS)
