"""Components that belong to no manifest: the same resources with the same inputs as the manifest would have."""

from typing import Any

import pulumi
import pytest
import yaml

from serverless_platform.resources.bucket import Bucket, UploadTrigger
from serverless_platform.resources.bus import EventBus, EventTrigger
from serverless_platform.resources.function import Function
from serverless_platform.resources.http_api import HttpApi
from serverless_platform.resources.queue import Queue, QueueTrigger
from serverless_platform.resources.secret import Parameter, Secret
from serverless_platform.resources.stream import Stream, StreamSubscription
from serverless_platform.resources.table import Table
from serverless_platform.resources.topic import Topic
from serverless_platform.workload import Workload
from serverless_platform.workload_scope import WorkloadScope
from tests.program.graph import ROOT, Graph, run
from tests.program.stacks import graph_of


@pytest.fixture(scope="module")
def platform() -> str:
    return graph_of("prod").exports["platform"]


def code() -> pulumi.Archive:
    return pulumi.AssetArchive({"code.py": pulumi.StringAsset("")})


def orders_of_components(platform: str) -> None:
    """workloads/orders.yaml in its first phase, as a platform engineer would write it."""
    scope: Any = {
        "platform": platform, "workload": "orders", "owner": "commerce", "data_class": "internal", "summary": "Takes an order over HTTP and keeps it.",
    }  # fmt: skip
    base = WorkloadScope("orders", {"scope": scope, "monthly_budget_usd": 80, "delivering": []})
    common: Any = {"scope": scope, "key_arn": base.key_arn}
    orders = Table("orders", {
        **common, "partition_key": "order_id", "indexes": {"by-customer": {"partition_key": "customer_id", "sort_key": "created_at"}},
        "maximum_read_units_per_second": 40_000, "maximum_write_units_per_second": 40_000,
    })  # fmt: skip
    idempotency = Table("idempotency", {**common, "partition_key": "id", "expires_at": "expiration"})
    api = Function("api", {
        **common, "code": code(), "handler": "orders.api.handler", "timeout_seconds": 10, "memory_mb": 512,
        "uses": {"orders": {"kind": "table", "verbs": ["get", "put", "query"]}}, "flags": {"taking": True}, "idempotency": {"expires_after_hours": 24},
        "resources": {"orders": orders.physical_name, "idempotency": idempotency.physical_name},
    })  # fmt: skip
    gate = Function("gate", {**common, "code": code(), "handler": "orders.gate.handler", "timeout_seconds": 8, "decides": True})
    HttpApi("http", {
        **common, "allowed_origins": ["https://shop.example.com", "http://localhost:3000"], "timeouts_seconds": {"api": 10}, "latency_ms_p99": 800,
        "targets": {"api": api.target, "gate": gate.target},
        "routes": [
            {"route": "POST /orders", "function": "api"},
            {"route": "GET /orders", "function": "api"},
            {"route": "GET /orders/{order_id}", "function": "api"},
            {"route": "GET /internal/orders/{order_id}", "authorizer": "iam", "function": "api"},
            {"route": "GET /support/orders/{order_id}", "authorizer": "lambda", "authorizer_function": "gate", "function": "api"},
            {"route": "GET /support/customers/{customer_id}/orders", "authorizer": "lambda", "authorizer_function": "gate", "function": "api"},
        ],
    })  # fmt: skip


def orders_of_manifest(platform: str) -> None:
    manifest = (ROOT / "workloads" / "orders.yaml").read_text()
    Workload("orders", {"manifest": manifest, "code": {"api": code(), "gate": code()}, "platform": platform, "phase": "pilot"})


def test_orders_of_components_is_orders_of_its_manifest(platform: str):
    ours = run(lambda: orders_of_components(platform), account="222222222222")
    theirs = run(lambda: orders_of_manifest(platform), account="222222222222")
    assert resources(ours, "orders") == resources(theirs, "orders")
    assert len(resources(ours, "orders")) > 40


PARTS = """
name: parts
summary: Every kind of which a component can be used by itself.
owner: commerce
boundary: {accepts: anything, owns: everything here, leaves_out: the rest}
phase: pilot
data_class: confidential
profile: {trigger: queue, duration_ms_p95: 60, requests_per_month: 1000, peak_per_second: 1, state: external, latency_target_ms: 30000}
functions:
  worker:
    handler: parts.worker.handler
    timeout_seconds: 20
    triggers: [{queue: {queue: jobs, batch_size: 5, maximum_concurrency: 4}}, {queue: {queue: copies}}]
    uses: {jobs: [consume], copies: [consume], seen: [read, write], files: [read], limit: [read], login: [read]}
  listener:
    handler: parts.listener.handler
    triggers: [{event: {bus: facts, pattern: {source: [parts], detail_type: [Happened]}}}]
    uses: {fan: [publish]}
  reader:
    handler: parts.reader.handler
    triggers: [{stream: {stream: clicks, maximum_retries: 3}}]
    uses: {limit: [read]}
  mirror:
    handler: parts.mirror.handler
    triggers: [{changes: {table: seen, batch_size: 20}}]
    uses: {clicks: [put]}
  loader:
    handler: parts.loader.handler
    triggers: [{upload: {bucket: files, prefix: in/}}]
    uses: {files: [read], facts: [publish]}
tables: {seen: {partition_key: id, stream: true}}
queues: {jobs: {max_receive_count: 6, retention_days: 3}, copies: {from_topic: fan}}
buckets: {files: {expire_after_days: 30, upload_origins: ["https://shop.example.com"]}}
topics: {fan: {}}
buses: {facts: {archive_days: 7}}
streams: {clicks: {shards: 2}}
secrets: {login: {holds: The password of the other side; whoever runs it sets it.}}
parameters: {limit: {value: "10"}}
cost: {monthly_budget_usd: 10}
"""


def parts_of_components(platform: str) -> None:
    scope: Any = {
        "platform": platform, "workload": "parts", "owner": "commerce", "data_class": "confidential",
        "summary": "Every kind of which a component can be used by itself.",
    }  # fmt: skip
    base = WorkloadScope("parts", {
        "scope": scope, "monthly_budget_usd": 10, "functions": ["worker", "listener", "reader", "mirror", "loader"],
        "delivering": ["bus", "bus_lookup", "events", "sns"],
    })  # fmt: skip
    placed: Any = {"scope": scope}
    common: Any = {**placed, "key_arn": base.key_arn}
    seen = Table("seen", {**common, "partition_key": "id", "stream": True})
    jobs = Queue("jobs", {**common, "max_receive_count": 6, "retention_days": 3, "consumer_timeout_seconds": 20})
    copies = Queue("copies", {**common, "from_topic": "fan", "consumer_timeout_seconds": 20})
    files = Bucket("files", {**common, "expire_after_days": 30, "upload_origins": ["https://shop.example.com"]})
    fan = Topic("fan", common)
    fan.feed("copies", copies)
    facts = EventBus("facts", {**common, "archive_days": 7})
    clicks = Stream("clicks", {**common, "shards": 2})
    login = Secret("login", {**common, "holds": "The password of the other side; whoever runs it sets it."})
    limit = Parameter("limit", {**placed, "value": "10"})

    def function(name: str, uses: Any, resources: Any, **more: Any) -> Function:
        return Function(name, {**common, "code": code(), "handler": f"parts.{name}.handler", "uses": uses, "resources": resources, **more})

    worker = function("worker", {
        "jobs": {"kind": "queue", "verbs": ["consume"]}, "copies": {"kind": "queue", "verbs": ["consume"]}, "seen": {"kind": "table", "verbs": ["read", "write"]},
        "files": {"kind": "bucket", "verbs": ["read"]}, "limit": {"kind": "parameter", "verbs": ["read"]}, "login": {"kind": "secret", "verbs": ["read"]},
    }, {
        "jobs": jobs.url, "copies": copies.url, "seen": seen.physical_name, "files": files.physical_name, "limit": limit.physical_name, "login": login.physical_name,
    }, timeout_seconds=20, invoked_by=["queue"])  # fmt: skip
    listener = function("listener", {"fan": {"kind": "topic", "verbs": ["publish"]}}, {"fan": fan.arn}, invoked_by=["event"], buses=["facts"])
    reader = function("reader", {
        "clicks": {"kind": "stream", "verbs": ["consume"], "known": False}, "limit": {"kind": "parameter", "verbs": ["read"]},
    }, {"limit": limit.physical_name}, invoked_by=["stream"])  # fmt: skip
    mirror = function("mirror", {
        "clicks": {"kind": "stream", "verbs": ["put"]}, "seen": {"kind": "table", "verbs": ["follow"], "known": False},
    }, {"clicks": clicks.physical_name}, invoked_by=["changes"])  # fmt: skip
    loader = function("loader", {
        "files": {"kind": "bucket", "verbs": ["read"]}, "facts": {"kind": "bus", "verbs": ["publish"]},
    }, {"files": files.physical_name, "facts": facts.physical_name}, invoked_by=["upload"])  # fmt: skip
    QueueTrigger("worker-jobs", {**placed, "queue_arn": jobs.arn, "target": worker.target, "batch_size": 5, "maximum_concurrency": 4})
    QueueTrigger("worker-copies", {**placed, "queue_arn": copies.arn, "target": worker.target})
    EventTrigger("listener-0", {
        **placed, "bus": "facts", "function": "listener", "pattern": {"source": ["parts"], "detail_type": ["Happened"]},
        "bus_name": facts.physical_name, "target": listener.target,
    })  # fmt: skip
    StreamSubscription("reader-clicks", {**placed, "source_arn": clicks.arn, "target": reader.target, "maximum_retries": 3})
    StreamSubscription("mirror-seen", {**placed, "source_arn": seen.stream_arn, "target": mirror.target, "batch_size": 20})
    UploadTrigger("files-uploads", {
        **placed, "bucket_name": files.physical_name, "bucket_arn": files.arn, "listeners": [{"key": "function-loader", "prefix": "in/", "target": loader.target}],
    })  # fmt: skip


def test_every_component_makes_what_its_kind_makes_in_a_manifest(platform: str):
    """In the class confidential: keys, logs and masks depend on it."""
    names = ("worker", "listener", "reader", "mirror", "loader")

    def of_manifest() -> None:
        Workload("parts", {"manifest": PARTS, "code": {name: code() for name in names}, "platform": platform})

    ours = run(lambda: parts_of_components(platform), account="222222222222")
    theirs = run(of_manifest, account="222222222222")
    assert resources(ours, "parts") == resources(theirs, "parts")
    assert len(resources(ours, "parts")) > 100


def resources(graph: Graph, workload: str) -> list[str]:
    """Type and inputs of every AWS resource, as text. Parents and logical names apart: what mocks assign is made of those, so it is compared without the
    workload before it."""
    ids = [node.name for node in graph.nodes if node.custom]
    shorter = {f"{name}-id": f"{name.removeprefix(f'{workload}-')}-id" for name in ids} | {f"/{name}/": f"/{name.removeprefix(f'{workload}-')}/" for name in ids}
    found = []
    for node in graph.nodes:
        if node.custom and node.type.startswith("aws:"):
            text = yaml.safe_dump(_plain(node.inputs), sort_keys=True, width=10_000)
            for long, short in sorted(shorter.items(), key=lambda each: -len(each[0])):
                text = text.replace(long, short)
            found.append(f"{node.type}\n{text}")
    return sorted(found)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__
