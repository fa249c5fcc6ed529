"""What handlers read from their environment is what the platform sets for them, by the manifests."""

from pathlib import Path

import pytest
import yaml

from orders import api
from platform_contract.specs.manifest import Manifest
from platform_contract.standards import environment
from receipts import worker
from shared.config import FunctionConfig

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = {"orders.api.handler": api.Config, "receipts.worker.handler": worker.Config}


def read_by(config: type[FunctionConfig]) -> set[str]:
    return {name.upper() for name in config.model_fields}


def set_for(manifest: Manifest, function: str) -> set[str]:
    """Names of the resources that a manifest lets the function use, of its queues, and of idempotency if it asks for it."""
    spec = manifest.functions[function]
    used = {*spec.uses, *(trigger.queue.queue for trigger in spec.triggers if trigger.queue)}
    owned = {"table": manifest.tables, "queue": manifest.queues, "bucket": manifest.buckets}
    names = {environment.variable(kind, name) for kind, resources in owned.items() for name in used & set(resources)}
    if spec.idempotency:
        names |= {environment.variable("table", "idempotency"), environment.IDEMPOTENCY_EXPIRES}
    return names | set(spec.environment)


@pytest.mark.parametrize("file", sorted((ROOT / "workloads").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_function_reads_what_it_is_given_and_no_more(file):
    manifest = Manifest.model_validate(yaml.safe_load(file.read_text()))
    for function, spec in manifest.functions.items():
        assert read_by(ENTRIES[spec.handler]) - set(environment.ALWAYS) == set_for(manifest, function)


def test_what_all_functions_read_is_always_set():
    assert {"ENVIRONMENT", "WORKLOAD"} == read_by(FunctionConfig) == read_by(FunctionConfig) & set(environment.ALWAYS)


def test_each_manifest_entry_is_known_here():
    """Otherwise the test above would pass over a new workload."""
    handlers = {
        spec["handler"]
        for file in (ROOT / "workloads").glob("*.yaml")
        for spec in yaml.safe_load(file.read_text())["functions"].values()
    }
    assert handlers == set(ENTRIES)
