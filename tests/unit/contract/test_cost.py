"""What a workload costs, with every number reckoned by hand; a new kind cannot be forgotten."""

from pathlib import Path
from typing import get_args

import pytest

from platform_contract.economics.estimate import cost, report
from platform_contract.kinds.rest_api.spec import RestApiSpec
from platform_contract.manifest import Manifest, load_manifests
from platform_contract.manifest.stack_files import stack_settings
from platform_contract.plan.model import alarms_in
from platform_contract.planning import plan_workload
from platform_contract.platform import usage as uses
from platform_contract.platform.prices import PRICES
from platform_contract.registry import ACTIVE, IDLE, KINDS, TRIGGERS, USAGE

from .samples import drop, manifest, put, settings

ROOT = Path(__file__).resolve().parents[3]


def cost_of(*breaks, **changes):
    return cost(Manifest.model_validate(manifest(*breaks)), settings(**changes))


def usd(lines):
    return {line.what: line.usd for line in lines}


def test_a_million_events_by_hand():
    """orders: api (HTTP, 60 ms, 512 MB) reads, writes and sends; worker takes one message a run (no batching window) and puts an object."""
    it = cost_of()
    assert usd(it.lines) == pytest.approx({
        "api: invocations": 0.20,
        "api: 60 ms x 512 MB": 0.400002,  # 1 M x 0.06 s x 0.5 GB x 0.0000133334
        "api: HTTP API requests": 1.11,  # two routes, and an event comes by one
        "orders: reads": 0.1415,
        "orders: writes": 0.705,
        "orders: kept for a month": 0.283,  # 1 M x 1 KB
        "orders: kept for a month, recovery": 0.22,
        "worker: invocations": 0.20,
        "worker: 60 ms x 512 MB": 0.400002,
        "worker: messages sent": 0.40,
        "worker: batches received and deleted": 0.80,
        "receipts: objects put": 5.00,
        "receipts: kept for a month": 0.23,  # 1 M x 10 KB
        "logs: written": 3.3 * 0.57,  # 2 M runs x 1 KB + 2 M x 0.4 KB + 1 M x 0.5 KB
        "logs: kept for 14 days": 3.3 * 14 / 30 * 0.03,
        "traces: one a second and 5 % of the rest": (8333.333 + 0.05 * 991_666.667) * 5e-6,  # at 120 a second
    })  # fmt: skip
    assert it.usd == pytest.approx(0.2 + 0.400002 + 1.11 + 0.1415 + 0.705 + 0.283 + 0.22 + 0.2 + 0.400002 + 0.4 + 0.8 + 5 + 0.23 + 1.881 + 0.0462 + 0.28958, abs=1e-4)  # fmt: skip
    assert it.uncounted == ()


def test_functions_that_read_flags_ask_for_them_now_and_then():
    dev = stack_settings(ROOT, "dev")
    orders = load_manifests(ROOT / "workloads", dev)["orders"]
    assert orders.phase != "pilot" and orders.flags
    assert usd(cost(orders, dev).lines)["flags: asked for, cached"] == pytest.approx(10_000 * 0.2e-6)
    pilot = orders.model_copy(update={"phase": "pilot"})
    assert "flags: asked for, cached" not in usd(cost(pilot, dev).lines), "in the phase pilot nobody is asked"


def test_a_month_without_events_by_hand():
    it = cost_of()
    alarms = len(plan_workload(Manifest.model_validate(manifest()), settings()).alarm_names())
    assert usd(it.idle) == pytest.approx({
        "alarms": alarms * 0.10,
        "key of the workload": 1.00,
        "queues: polls while empty": 5 * 2_628_000 / 20 * 0.4e-6,
    })  # fmt: skip
    assert usd(it.active) == pytest.approx({
        "metrics from code": 4 * 0.30,
        "tables: requests to the key": 12 * 730 * 3e-6,
        "queues: requests to the key": 2 * 730 * 3e-6,
        "buckets: requests to the key": 12 * 730 * 3e-6,
    })  # fmt: skip
    assert it.expected_usd == pytest.approx(2 * it.usd + it.idle_usd + it.active_usd), "2 M a month"


def test_a_stream_of_a_fixed_size_is_paid_by_its_shards():
    """On demand USD 29.20 a month and by the GB; two shards USD 21.90 and by the record."""
    profile, stream = put("profile.trigger", "stream"), {"handler": "orders.count.handler", "triggers": [{"stream": {"stream": "clicks"}}]}
    both = {}
    for name, spec in (("on demand", {}), ("fixed", {"shards": 2})):
        it = cost_of(profile, put("streams", {"clicks": spec}), put("functions.count", stream), put("functions.api.uses.clicks", ["put"]))
        both[name] = usd(it.idle) | usd(it.lines)
        assert it.uncounted == ()
    assert both["on demand"]["streams: hours of the stream"] == pytest.approx(730 * 0.04)
    assert both["fixed"]["streams: hours of each shard"] == pytest.approx(2 * 730 * 0.015)
    assert both["on demand"]["clicks: records written"] == pytest.approx(0.08), "1 M x 1 KB"
    assert both["fixed"]["clicks: records written"] == pytest.approx(0.014), "1 M, each below 25 KB"
    assert both["on demand"]["count: records read"] == pytest.approx(0.04)
    assert "count: records read" not in both["fixed"]


def test_every_alarm_of_a_plan_is_counted():
    plan = plan_workload(Manifest.model_validate(manifest()), settings(reserved_concurrency=10))
    assert sorted(alarm.physical_name for alarm in alarms_in(plan)) == plan.alarm_names() != []


def test_batches_save_invocations_and_requests_but_no_writes():
    queue = {"queue": {"queue": "paid", "batch_size": 10, "batching_window_seconds": 1}}
    before, after = usd(cost_of().lines), usd(cost_of(put("functions.worker.triggers", [queue])).lines)
    for what in ("worker: invocations", "worker: 60 ms x 512 MB", "worker: batches received and deleted"):
        assert after[what] == pytest.approx(before[what] / 10)
    for what in ("worker: messages sent", "receipts: objects put"):
        assert after[what] == before[what]


def test_a_graphql_api_pays_for_its_table_and_its_log():
    """No function: nothing is invoked, and what resolvers do with the table is still billed."""
    spec = {"table": "orders", "verbs": ["get", "put", "query"]}
    lines = usd(cost_of(drop("functions"), put("queues", {}), put("graphql", spec)).lines)
    assert lines == pytest.approx({
        "graphql: operations": 4.00,
        "graphql: real-time updates, each to 3": 6.00,
        "graphql: connection minutes, 10 an operation": 0.80,
        "orders: reads": 2 * 0.1415,  # get and query
        "orders: writes": 0.705,
        "orders: kept for a month": 0.283,
        "orders: kept for a month, recovery": 0.22,
        "logs: written": 0.5 * 0.57,  # a line of 0.5 KB for each operation
        "logs: kept for 14 days": 0.5 * 14 / 30 * 0.03,
        "traces: one a second and 5 % of the rest": (8333.333 + 0.05 * 991_666.667) * 5e-6,
    })  # fmt: skip


def test_idempotency_writes_twice():
    lines = usd(cost_of(put("functions.api.idempotency", {})).lines)
    assert lines["idempotency: claim and answer written"] == pytest.approx(1.41)


def test_a_fifo_queue_has_its_own_price():
    lines = cost_of(put("queues.paid", {"fifo": True})).lines
    assert {line.what: line.price for line in lines}["worker: messages sent"] == "sqs_fifo_request"


def test_a_cache_of_answers_is_paid_for_by_the_hour_in_every_size():
    sizes = get_args(get_args(RestApiSpec.model_fields["cache_gb"].annotation)[0])
    assert len(sizes) == 8
    for size in sizes:
        line = usd(cost_of(put("rest_api", {"cache_gb": size})).idle)["cache of the REST API, asked or not"]
        assert line == pytest.approx(730 * PRICES[f"rest_cache_{size}"].usd)
    assert line == pytest.approx(2774)


def test_the_processor_and_the_region_of_the_stack_count():
    it = cost_of(lambda_architecture="x86_64", region="eu-central-1")
    assert usd(it.lines)["api: 60 ms x 512 MB"] == pytest.approx(0.500001)
    assert "prices are those of eu-west-1, and the stack is in eu-central-1" in it.assumptions


def test_the_report_marks_what_is_not_confirmed_and_adds_up():
    told = report(Manifest.model_validate(manifest()), settings())
    assert "| key of the workload | 1 | 1 / keys (unconfirmed) | 1.00 |" in told
    assert "| api: HTTP API requests | 1,000,000 | 1.11 / 1 M requests | 1.11 |" in told
    assert f"| **1 M events** | | | **{cost_of().usd:.2f}** |" in told
    assert "(budget: 50)" in told
    assert "The budget is too small" not in told


def test_a_budget_below_what_is_expected_is_told():
    told = report(Manifest.model_validate(manifest(put("cost.monthly_budget_usd", 1))), settings())
    assert f"**The budget is too small**: USD {cost_of().expected_usd:.2f} are expected and 1 allowed" in told


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "workloads").glob("*.yaml")))
def test_the_budget_of_every_workload_covers_what_it_expects(name):
    told = load_manifests(ROOT / "workloads", None)[name]
    assert cost(told, stack_settings(ROOT, "prod")).expected_usd <= told.cost.monthly_budget_usd


def test_every_row_has_a_price_and_every_price_a_source():
    rows = [*(it.usage for it in (*TRIGGERS.values(), *KINDS.values())), *USAGE.values(), *IDLE.values(), *ACTIVE.values(), uses.IDEMPOTENCY, uses.FLAGS]
    assert {use.price for row in rows for use in row} <= set(PRICES)
    assert all(price.source and price.usd >= 0 for price in PRICES.values())
    assert all("AWS price list" in price.source or not price.confirmed or price.usd == 0 for price in PRICES.values())


def test_what_is_queried_is_scanned_and_paid_for():
    queried = {"receipts": {"bucket": "receipts", "prefix": "receipts/", "first_year": 2026, "columns": {"order_id": "string"}}}
    (line,) = [line for line in cost_of(put("datasets", queried)).lines if line.what.startswith("datasets: scanned by queries")]
    assert (line.price, round(line.quantity, 6), round(line.usd, 4)) == ("athena_scanned", 0.01, 0.05)  # 1 M x 1 KB x 10 at USD 5 a TB
    assert not any(line.price == "athena_scanned" for line in cost_of().lines)
