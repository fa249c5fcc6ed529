"""What handlers read from their environment is what the platform sets for them, by the manifests."""

from importlib import import_module

import pytest
from pydantic import BaseModel

from local.up import ROOT, read_settings
from platform_contract.manifest import load_manifests
from platform_contract.planning import plan_workload
from platform_contract.platform import environment
from shared.config import FunctionConfig, load_config

SETTINGS = read_settings("dev", {})
FUNCTIONS = {
    (name, function): plan
    for name, manifest in load_manifests(ROOT / "workloads", SETTINGS).items()
    for function, plan in plan_workload(manifest, SETTINGS).functions.items()
}
EACH = pytest.mark.parametrize("function", sorted(FUNCTIONS), ids=".".join)


def config_of(function: tuple[str, str]) -> type[FunctionConfig]:
    """`Config` of the handler's module; a function without one reads what every function has."""
    module = import_module(FUNCTIONS[function].handler.rpartition(".")[0])
    return getattr(module, "Config", FunctionConfig)


def read_by(config: type[BaseModel]) -> set[str]:
    return {name.upper() for name in config.model_fields}


@EACH
def test_a_function_reads_what_it_is_given_and_no_more(function):
    given = {*FUNCTIONS[function].environment, *FUNCTIONS[function].references}
    assert given - set(environment.ALWAYS) == read_by(config_of(function)) - set(environment.ALWAYS)
    assert set(environment.ALWAYS) <= given


@EACH
def test_a_function_accepts_the_planned_values(function):
    plan = FUNCTIONS[function]
    values = {
        "QUEUE": "https://sqs.example/queue", "TOPIC": "arn:aws:sns:eu-west-1:1:t", "WORKFLOW": "arn:aws:states:eu-west-1:1:w",
        "SOCKET": "https://socket.example/live", "TOKEN": "https://issuer.example", "JWKS": "https://issuer.example/keys",
    }  # fmt: skip
    references = {name: values.get(name.partition("_")[0], "resource") for name in plan.references}
    config = load_config(config_of(function), {**plan.environment, **references})
    assert config.environment == "dev"
    assert config.workload == function[0]


def test_metrics_from_code_go_where_alarms_look():
    given = {plan.environment["POWERTOOLS_METRICS_NAMESPACE"] for plan in FUNCTIONS.values()}
    assert given == {"serverless-platform"}
