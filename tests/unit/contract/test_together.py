"""All problems of all files are told at once; what manifests say about each other; which of them are chosen."""

from pathlib import Path

import pytest
import yaml

from platform_contract.manifest import Manifest, Used, check_handlers, load_manifests, parse_manifest, read_manifest, resolve
from platform_contract.manifest.names import services
from platform_contract.planning import plan_workload
from platform_contract.platform.diagnostics import ProblemsError

from .samples import TODAY, drop, put, settings, text


def write(folder: Path, **manifests: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in manifests.items():
        (folder / f"{name}.yaml").write_text(content)
    return folder


def other(*breaks, name: str = "billing") -> str:
    content = yaml.safe_load(text(*breaks, put("name", name)))
    for function in content["functions"].values():
        function["handler"] = function["handler"].replace("orders.", f"{name.replace('-', '_')}.")
    return yaml.safe_dump(content)


def problems_of(folder: Path, judged=None) -> list[str]:
    with pytest.raises(ProblemsError) as refused:
        load_manifests(folder, judged or settings(), TODAY)
    return [str(problem) for problem in refused.value.problems]


def test_right_manifests_are_loaded_by_name(tmp_path):
    loaded = load_manifests(write(tmp_path / "workloads", orders=text(), billing=other()), settings(), TODAY)
    assert list(loaded) == ["billing", "orders"]
    assert loaded["orders"].functions["api"].memory_mb == 512


def test_all_problems_of_all_files_at_once(tmp_path):
    folder = write(
        tmp_path / "workloads",
        orders=text(put("owner", "nobody"), put("functions.api.timeout_seconds", 31), put("functions.api.uses.x", ["read"])),
        billing=other(put("colour", "red"), drop("cost")),
        broken="a: [\n",
        empty="",
    )
    (folder / "late.yml").write_text(text())
    said = problems_of(folder)
    assert len(said) == 8, said
    assert [each.split(":")[0] for each in said] == [
        *["workloads/billing.yaml"] * 2, "workloads/broken.yaml", "workloads/empty.yaml", "workloads/late.yml",
        *["workloads/orders.yaml"] * 3,
    ]  # fmt: skip
    assert "workloads/late.yml: has another ending than .yaml; rename it to late.yaml" in said


def test_the_report_names_each_file_once_and_counts(tmp_path):
    folder = write(
        tmp_path / "workloads", orders=text(put("owner", "nobody"), put("colour", 1)), billing=other(put("owner", "nobody"))
    )
    with pytest.raises(ProblemsError) as refused:
        load_manifests(folder, settings(), TODAY)
    assert str(refused.value) == (
        "2 problems, so nothing was made:\n"
        "\n"
        "workloads/billing.yaml\n"
        "  owner = nobody\n"
        "    is no team of the stack's settings; there is commerce, finance\n"
        "    fix: add the team to `teams` in the stack's settings\n"
        "\n"
        "workloads/orders.yaml\n"
        "  colour\n"
        "    is not known here\n"
        f"    fix: remove it; known are {', '.join(Manifest.model_fields)}"
    )


def test_manifests_are_read_even_if_the_settings_are_broken(tmp_path):
    folder = write(tmp_path / "workloads", orders=text(put("owner", "nobody"), put("functions.api.timeout_seconds", 31)))
    with pytest.raises(ProblemsError) as refused:
        load_manifests(folder, None, TODAY)
    assert [problem.field for problem in refused.value.problems] == ["functions.api.timeout_seconds"]


def test_no_manifest_at_all(tmp_path):
    assert problems_of(write(tmp_path / "workloads")) == ["workloads/: holds no manifest; add one: docs/how-to/add-a-workload.md"]


def test_a_shared_resource_is_found_by_who_may_use_it():
    billing = parse_manifest(other(put("shares", {"orders": ["orders"]})), "billing.yaml")
    orders = parse_manifest(text(), "orders.yaml")
    assert resolve(orders, "billing.orders", {"billing": billing, "orders": orders}) == Used("billing", "orders", "table")
    assert resolve(orders, "billing.paid", {"billing": billing}) is None
    assert resolve(orders, "paid", {}) == Used("orders", "paid", "queue")


def test_a_resource_that_its_owner_does_not_share(tmp_path):
    folder = write(tmp_path / "workloads", orders=text(put("functions.api.uses", {"billing.orders": ["read"]})), billing=other())
    assert problems_of(folder) == [
        "workloads/orders.yaml: functions.api.uses.billing.orders: 'billing' does not share 'orders' with 'orders'; "
        "ask its owner, commerce, to add `shares: {orders: [orders]}` to billing.yaml"
    ]


def test_what_no_component_makes_yet_is_refused(tmp_path):
    folder = write(
        tmp_path / "workloads", orders=text(put("functions.api.uses", {"billing.orders": ["read"]})),
        billing=other(put("shares", {"orders": ["orders"]})),
    )  # fmt: skip
    assert problems_of(folder) == [
        "workloads/billing.yaml: shares.orders[0]=orders: is not built yet: a workload uses its own resources only; "
        "remove it; orders gets what it needs over an API of billing",
        "workloads/orders.yaml: functions.api.uses.billing.orders: is not built yet: a workload uses its own resources only; "
        "send it what it needs over its API",
    ]


def test_a_broken_manifest_is_not_blamed_on_those_that_use_it(tmp_path):
    folder = write(
        tmp_path / "workloads", orders=text(put("functions.api.uses", {"billing.orders": ["read"]})), billing=other(drop("cost")),
    )  # fmt: skip
    assert problems_of(folder) == ["workloads/billing.yaml: cost: is required: what it may cost; add `cost`"]


def test_two_workloads_whose_names_clash_in_aws(tmp_path):
    front = {"handler": "orders_web.api.handler", "triggers": [{"http": {"route": "GET /"}}]}
    one = other(put("functions", {"api": front}), put("queues", {}), name="orders-web")
    two = text(put("functions", {"web-api": {**front, "handler": "orders.api.handler"}}), put("queues", {}))
    folder = write(tmp_path / "workloads", **{"orders-web": one, "orders": two})
    assert problems_of(folder) == [
        "workloads/orders.yaml: functions.web-api: would have the function name 'dev-orders-web-api' in AWS, like functions.api of workload "
        "'orders-web'; rename one of the two"
    ]


def test_a_queue_named_like_the_dead_letters_of_another(tmp_path):
    folder = write(tmp_path / "workloads", orders=text(put("queues.paid-dead", {}), put("functions.worker.uses.paid-dead", ["consume"])))
    assert problems_of(folder) == [
        "workloads/orders.yaml: queues.paid-dead: would have the queue name 'dev-orders-paid-dead' in AWS, like queues.paid; rename one of the two"
    ]


def test_two_alarms_with_one_name(tmp_path):
    """PutMetricAlarm overwrites: only one of the two would be there, and nobody told."""
    reader = {"handler": "orders.reader.handler", "triggers": [{"http": {"route": "GET /"}}]}
    folder = write(tmp_path / "workloads", orders=text(put("functions.orders-read", reader)))
    assert problems_of(folder) == [
        "workloads/orders.yaml: tables.orders: would have the alarm name 'dev-orders-orders-read-throttles' in AWS, like functions.orders-read; "
        "rename one of the two"
    ]


def test_every_planned_alarm_is_among_the_names_that_are_compared():
    manifest = read_manifest(text(put("functions.api.idempotency", {})), "manifest", settings(), TODAY)
    compared = {make() for kind, _, make in services(manifest, settings()) if kind == "alarm"}
    assert set(plan_workload(manifest, settings(reserved_concurrency=10)).alarm_names()) == compared


def test_the_key_of_the_alarm_topic_keeps_its_alias(tmp_path):
    folder = write(tmp_path / "workloads", alarms=other(name="alarms"))
    assert problems_of(folder) == [
        "workloads/alarms.yaml: name: would have the key alias name 'alias/dev-alarms' in AWS, like the key of the platform's alarm topic; "
        "rename one of the two"
    ]


def test_a_table_named_like_the_one_for_idempotency_of_another(tmp_path):
    key = {"partition_key": "id"}
    folder = write(
        tmp_path / "workloads", **{"orders-web": other(put("functions.api.idempotency", {}), name="orders-web")},
        orders=text(put("tables", {"orders": key, "web-idempotency": key})),
    )  # fmt: skip
    assert problems_of(folder) == [
        "workloads/orders.yaml: tables.web-idempotency: would have the table name 'dev-orders-web-idempotency' in AWS, like "
        "functions.api.idempotency of workload 'orders-web'; rename one of the two"
    ]


def test_a_name_that_aws_would_refuse_names_the_part_to_shorten(tmp_path):
    name = "takes-orders-of-customers-and-partners2"
    front = {"handler": "orders.api.handler", "triggers": [{"http": {"route": "GET /"}}]}
    folder = write(tmp_path / "workloads", orders=text(put("functions", {name: front}), put("queues", {})))
    assert problems_of(folder, settings(region="ap-southeast-1")) == [
        f"workloads/orders.yaml: functions.{name}: its role name in AWS, 'dev-orders-{name}-ap-southeast-1', has 65 characters, and AWS allows "
        f"64 for a role (IAM API reference, CreateRole); shorten the function name '{name}' by 1 character"
    ]


LOCAL = {"account_id": "000000000000", "endpoint_url": "http://127.0.0.1:4566"}


def test_the_embedded_cloud_may_bring_up_some(tmp_path):
    folder = write(tmp_path / "workloads", orders=text(), billing=other())
    assert list(load_manifests(folder, settings(workloads=["orders"], **LOCAL), TODAY)) == ["orders"]
    assert problems_of(folder, settings(workloads=["order"], **LOCAL)) == [
        "settings: workloads=order: is no workload; there is billing, orders; did you mean 'orders'?"
    ]


def test_one_manifest_by_itself_is_checked_as_well():
    assert read_manifest(text(), "orders", settings(), TODAY).name == "orders"
    with pytest.raises(ProblemsError) as refused:
        read_manifest(text(put("functions.api.timeout_seconds", 45), put("owner", "x")), "orders", settings(), TODAY)
    assert [problem.field for problem in refused.value.problems] == ["functions.api.timeout_seconds", "owner"]


def test_every_handler_has_its_code(tmp_path):
    handlers = tmp_path / "handlers"
    (handlers / "orders").mkdir(parents=True)
    (handlers / "orders" / "api.py").write_text("def handle(event, context): ...\n")
    manifests = {"orders": parse_manifest(text(), "orders.yaml")}
    with pytest.raises(ProblemsError) as refused:
        check_handlers(manifests, handlers)
    assert [str(problem) for problem in refused.value.problems] == [
        "workloads/orders.yaml: functions.api.handler=orders.api.handler: handlers/orders/api.py defines no `handler`; did you mean 'handle'?",
        "workloads/orders.yaml: functions.worker.handler=orders.worker.handler: there is no file handlers/orders/worker.py; "
        "write it, or correct the handler",
    ]
    (handlers / "orders" / "api.py").write_text("from x import handler\n")
    (handlers / "orders" / "worker.py").write_text("handler = wrapped(work)\n")
    check_handlers(manifests, handlers)


def test_a_handler_that_is_no_python_is_told_with_its_line(tmp_path):
    manifests = load_manifests(write(tmp_path / "workloads", orders=text()), settings())
    handlers = tmp_path / "handlers"
    (handlers / "orders").mkdir(parents=True)
    (handlers / "orders" / "worker.py").write_text("handler = 1\n")
    (handlers / "orders" / "api.py").write_text("def handler(event, context):\n    return 1\ndef broken(:\n")
    with pytest.raises(ProblemsError) as refused:
        check_handlers(manifests, handlers)
    assert [str(problem) for problem in refused.value.problems] == [
        "workloads/orders.yaml: functions.api.handler=orders.api.handler: handlers/orders/api.py is not Python: line 3: invalid syntax; "
        "correct it there"
    ]
    (handlers / "orders" / "api.py").write_bytes(b"\xff\xfe")
    with pytest.raises(
        ProblemsError, match="is not text in UTF-8"
    ):
        check_handlers(manifests, handlers)
