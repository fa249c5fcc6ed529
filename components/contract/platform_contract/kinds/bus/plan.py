"""What is made of a bus in the manifest, and of the triggers that listen on it."""

from typing import Any

from platform_contract.kinds.bus import limits
from platform_contract.kinds.bus.metrics import METRICS
from platform_contract.kinds.bus.spec import BusSpec
from platform_contract.kinds.bus.trigger import EventTrigger
from platform_contract.kinds.kind import plan_metrics
from platform_contract.platform import dead_letters, naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.dead_letters import FailuresPlan
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings

DAY = 86_400
"""Seconds."""


class BusPlan(Plain):
    physical_name: str
    arn: str
    description: str
    archive_name: str
    archive_days: int
    registry_name: str
    events: tuple[str, ...]
    """Names of the models that are published here."""
    schema_type: str
    dead_letters: FailuresPlan


class RulePlan(Plain):
    """One event trigger."""

    physical_name: str
    description: str
    bus: str
    function: str
    pattern: dict[str, Any]
    input_paths: dict[str, str] | None
    input_template: str | None
    maximum_age_seconds: int
    maximum_retries: int
    alarms: tuple[AlarmPlan, ...]


def plan_bus(scope: Scope, name: str, spec: BusSpec, connections: Connections) -> BusPlan:
    """One bus, with its archive, its registry and its dead-letter queue."""
    settings, workload = scope.settings, scope.workload
    physical = naming.bus_name(settings, workload, name)
    return BusPlan(
        physical_name=physical, arn=naming.bus_arn(settings, physical), description=f"Events of {workload}: {name}.", archive_name=naming.archive_name(settings, workload, name), archive_days=spec.archive_days,
        registry_name=naming.registry_name(settings, workload, name), events=tuple(spec.events), schema_type=limits.SCHEMA_TYPE,
        dead_letters=_dead_letters(scope, name, physical),
    )  # fmt: skip


def _dead_letters(scope: Scope, name: str, bus: str) -> FailuresPlan:
    """What a bus could not process because of its key. For the bus itself, and for what it does on behalf of a rule."""
    settings = scope.settings
    queue = naming.dead_letter_name(settings, scope.workload, name)
    return FailuresPlan(
        physical_name=queue, arn=naming.queue_arn(settings, queue), retention_seconds=dead_letters.DEAD_LETTER_RETENTION_DAYS * DAY,
        key_reuse_seconds=None, source_arns=(naming.bus_arn(settings, bus), naming.rule_arn(settings, bus, "*")),
        protect=settings.protect_state, alarms=plan_metrics(scope, "bus", METRICS["bus"], name, {"queue_name": queue}),
    )  # fmt: skip


def plan_rule(scope: Scope, function: str, index: int, trigger: EventTrigger) -> RulePlan:
    """The rule of the function's trigger number `index`."""
    settings, workload = scope.settings, scope.workload
    physical, bus = naming.rule_name(settings, workload, function, index), naming.bus_name(settings, workload, trigger.bus)
    given = trigger.input
    return RulePlan(
        physical_name=physical, description=f"Invokes {function} of {workload}.", bus=trigger.bus, function=function, pattern=trigger.pattern.document(),
        input_paths=dict(given.paths) if given else None, input_template=given.template if given else None,
        maximum_age_seconds=trigger.maximum_age_seconds, maximum_retries=trigger.maximum_retries,
        alarms=plan_metrics(scope, "rule", METRICS["rule"], f"{function}-{index}", {"bus_name": bus, "rule_name": physical}),
    )  # fmt: skip


def plan_rules(scope: Scope, connections: Connections) -> dict[str, RulePlan]:
    """By FUNCTION-INDEX."""
    return {f"{it.function}-{it.index}": plan_rule(scope, it.function, it.index, it.trigger) for it in connections.triggers.get("event", ())}


def bus_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.bus_arn(settings, naming.bus_name(settings, workload, name))
