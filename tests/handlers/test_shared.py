"""What handlers share: configuration, imports and their cost, the correlation id."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from handler_support import Context

HANDLERS = Path(__file__).resolve().parents[2] / "handlers"


def test_configuration_tells_everything_that_is_wrong_at_once():
    from orders.api import Config
    from shared.config import ConfigurationError, load_config

    given = {"ENVIRONMENT": "dev", "WORKLOAD": "orders", "TABLE_ORDERS": "", "FLAGS": "{}", "IDEMPOTENCY_EXPIRES_AFTER_SECONDS": "soon"}
    with pytest.raises(ConfigurationError) as caught:
        load_config(Config, given)
    assert str(caught.value) == (
        "Config: environment variables are wrong: TABLE_ORDERS: String should have at least 3 characters; "
        "TABLE_IDEMPOTENCY: Field required; IDEMPOTENCY_EXPIRES_AFTER_SECONDS: Input should be a valid integer, unable to "
        "parse string as an integer. Declare the resource under `uses` of this function in its workload's manifest."
    )


def test_configuration_is_frozen_and_ignores_what_is_not_its_own():
    from receipts.worker import Config
    from shared.config import load_config

    config = load_config(Config, {
        "ENVIRONMENT": "dev", "WORKLOAD": "receipts", "QUEUE_PAID_ORDERS": "https://sqs/q", "BUCKET_RECEIPTS": "bucket",
        "PATH": "/bin",
    })  # fmt: skip
    assert config.model_dump() == {
        "environment": "dev", "workload": "receipts", "queue_paid_orders": "https://sqs/q", "bucket_receipts": "bucket",
    }  # fmt: skip
    with pytest.raises(ValueError, match="frozen"):
        config.workload = "other"  # type: ignore[misc]


def loaded_by(statement: str, **environment: str) -> set[str]:
    """Modules that a fresh interpreter holds after `statement`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(HANDLERS), "POWERTOOLS_SERVICE_NAME": "x", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_logic_knows_neither_lambda_nor_aws():
    loaded = loaded_by("import " + ", ".join(sorted(f"{file.parent.name}.logic" for file in HANDLERS.glob("*/logic.py"))))
    assert not {name for name in loaded if name.split(".")[0] in ("boto3", "botocore", "aws_lambda_powertools", "aws_xray_sdk")}


IMPORT_BUDGET = {
    "orders.api": 307, "receipts.worker": 307, "housekeeping.sweep": 304, "partners.quotes": 307,
    "loans.api": 308, "loans.validate": 301, "loans.check_document": 301, "loans.price": 301, "loans.score": 328,
    "loans.ask": 304, "loans.record": 304,
    "search_index.api": 311, "search_index.index": 350, "clickstream.collect": 304, "clickstream.transform": 344,
    "inventory.api": 307,
    "chat.socket": 315, "chat.gate": 377,
    "notifications.api": 307, "notifications.deliver": 306, "notifications.escalate": 306,
    "media.tickets": 306, "media.process": 304,
    "documents.submit": 307, "documents.text": 308, "documents.preview": 308, "documents.metadata": 308,
}  # fmt: skip
"""Modules after the import of an entry, outside of Lambda, as measured (orders.api 292, receipts.worker 292, the simplest step of a
workflow 287), plus a twentieth. INIT grows with them."""


@pytest.mark.thorough
@pytest.mark.parametrize("module", sorted(IMPORT_BUDGET))
def test_an_entry_imports_no_more_than_it_needs(module):
    loaded = loaded_by(f"import {module}")
    assert not {"boto3", "botocore.session", "aws_xray_sdk", "opentelemetry", "aws_lambda_powertools.event_handler"} & loaded
    unused = {"parameters", "feature_flags", "idempotency", "validation", "data_masking", "batch", "parser"}
    assert not {f"aws_lambda_powertools.utilities.{name}" for name in unused} & loaded
    assert len(loaded) <= IMPORT_BUDGET[module]


def test_in_lambda_everything_is_made_ready_before_the_first_request():
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "ENVIRONMENT": "dev", "WORKLOAD": "orders", "TABLE_ORDERS": "orders", "TABLE_IDEMPOTENCY": "idempotency",
        "IDEMPOTENCY_EXPIRES_AFTER_SECONDS": "3600", "FLAGS": "{}",
    }  # fmt: skip
    assert "boto3" in loaded_by("import orders.api; assert orders.api.parts.cache_info().currsize == 1", **variables)


def test_clients_are_made_without_boto3():
    variables = {
        "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "ENVIRONMENT": "dev", "WORKLOAD": "receipts", "QUEUE_PAID_ORDERS": "https://sqs/q", "BUCKET_RECEIPTS": "bucket",
    }  # fmt: skip
    loaded = loaded_by("import receipts.worker", **variables)
    assert ("botocore.session" in loaded, "boto3" in loaded) == (True, False)


def test_garbage_is_looked_for_from_the_first_request_on_and_not_before():
    program = """
import gc
from types import SimpleNamespace
from shared.observability import instrumented
assert not gc.isenabled()
instrumented(lambda event, context: None)({}, SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="", aws_request_id=""))
assert gc.isenabled()
"""
    loaded_by(program, AWS_LAMBDA_FUNCTION_NAME="f")


def test_a_function_without_its_environment_ends_before_the_first_request():
    done = subprocess.run(
        [sys.executable, "-c", "import receipts.worker"], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(HANDLERS), "AWS_LAMBDA_FUNCTION_NAME": "f", "ENVIRONMENT": "dev", "WORKLOAD": "receipts"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "shared.config.ConfigurationError: Config: environment variables are wrong: QUEUE_PAID_ORDERS: Field required; "
        "BUCKET_RECEIPTS: Field required. Declare the resource under `uses` of this function in its workload's manifest."
    )


def test_only_the_module_of_observability_knows_traces():
    """Besides those that make calls, and what is written of them."""
    knowing = {path.relative_to(HANDLERS).as_posix() for path in HANDLERS.rglob("*.py") if re.search(r"\bsegments\b|[Tt]racer|aws_xray", path.read_text())}
    assert knowing == {"shared/observability.py", "shared/clients.py"}


def test_clients_have_timeouts_and_bounded_retries(aws):
    from shared.clients import client

    config = client("dynamodb").meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert client("dynamodb") is client("dynamodb")


def test_a_call_that_hangs_ends_before_its_function_does():
    """So that the failure is logged and answered, and is no timeout. `score` of loans has time limits of its own besides."""
    from platform_contract.manifest import load_manifests
    from shared.clients import ATTEMPTS, CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS

    longest = ATTEMPTS * (CONNECT_TIMEOUT_SECONDS + READ_TIMEOUT_SECONDS)
    short = [
        f"{name}.{function}"
        for name, manifest in load_manifests(Path(__file__).resolve().parents[2] / "workloads", None).items()
        for function, spec in manifest.functions.items()
        if spec.uses and spec.timeout_seconds <= longest
    ]
    assert short == []


def test_an_id_of_one_invocation_does_not_stay_for_the_next(log):
    from shared.observability import accept_correlation_id, instrumented, logger

    @instrumented
    def first(event, context):
        accept_correlation_id("first")
        logger.append_keys(left="behind")

    @instrumented
    def second(event, context):
        logger.info("second")

    first({}, Context())
    second({}, Context())
    [line] = log.all()
    assert "left" not in line and line.get("correlation_id") is None


def test_every_id_is_new_where_none_is_sent(log):
    from shared.observability import accept_correlation_id

    ids = {accept_correlation_id(None, "") for _ in range(50)}
    assert len(ids) == 50 and {len(one) for one in ids} == {32}
