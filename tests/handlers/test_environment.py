"""What handlers read from their environment is what the platform sets for them, by the manifests."""

import pytest
from pydantic import BaseModel

from local.up import ROOT, read_settings
from orders import api
from platform_contract.plan import plan_workload
from platform_contract.specs import load_manifests
from platform_contract.standards import environment
from receipts import worker
from shared.config import FunctionConfig, load_config

ENTRIES: dict[str, type[FunctionConfig]] = {"orders.api.handler": api.Config, "receipts.worker.handler": worker.Config}
SETTINGS = read_settings("dev", {})
FUNCTIONS = {
    plan.handler: plan
    for manifest in load_manifests(ROOT / "workloads", SETTINGS).values()
    for plan in plan_workload(manifest, SETTINGS).functions.values()
}


def read_by(config: type[BaseModel]) -> set[str]:
    return {name.upper() for name in config.model_fields}


def test_every_function_of_the_manifests_is_looked_at():
    """Otherwise the test below would pass over a new one."""
    assert set(FUNCTIONS) == set(ENTRIES)


@pytest.mark.parametrize("handler", sorted(ENTRIES))
def test_a_function_reads_what_it_is_given_and_no_more(handler):
    given = {*FUNCTIONS[handler].environment, *FUNCTIONS[handler].references}
    assert given - set(environment.ALWAYS) == read_by(ENTRIES[handler]) - set(environment.ALWAYS)
    assert set(environment.ALWAYS) <= given


@pytest.mark.parametrize("handler", sorted(ENTRIES))
def test_a_function_accepts_the_planned_values(handler):
    plan = FUNCTIONS[handler]
    references = {name: "https://sqs.example/queue" if name.startswith("QUEUE_") else "resource" for name in plan.references}
    config = load_config(ENTRIES[handler], {**plan.environment, **references})
    assert config.environment == "dev"
    assert config.workload == handler.split(".")[0]


def test_metrics_from_code_go_where_alarms_look():
    given = {plan.environment["POWERTOOLS_METRICS_NAMESPACE"] for plan in FUNCTIONS.values()}
    assert given == {"serverless-platform"}
