"""The queue of what a function gives up."""

from platform_contract.kinds.function.spec import FunctionSpec
from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.queue.metrics import METRICS
from platform_contract.platform import dead_letters, naming
from platform_contract.platform.dead_letters import FailuresPlan
from platform_contract.platform.scope import Scope

DAY = 86_400
"""Seconds."""


def plan_failures(scope: Scope, function: str, spec: FunctionSpec) -> FailuresPlan | None:
    """The function's queue of failures, if something that it is invoked for can be given up."""
    if not spec.gives_up:
        return None
    settings, workload = scope.settings, scope.workload
    rules = tuple(
        naming.rule_arn(settings, naming.bus_name(settings, workload, trigger.event.bus), naming.rule_name(settings, workload, function, index))
        for index, trigger in enumerate(spec.triggers)
        if trigger.event
    )
    return failures_of(scope, function, rules)


def failures_of(scope: Scope, function: str, source_arns: tuple[str, ...] = ()) -> FailuresPlan:
    """The queue of failures of a function, the platform's own ones included. source_arns: rules that may send to it by themselves."""
    name = naming.failures_name(scope.settings, scope.workload, function)
    return FailuresPlan(
        physical_name=name, arn=naming.queue_arn(scope.settings, name), retention_seconds=dead_letters.DEAD_LETTER_RETENTION_DAYS * DAY,
        key_reuse_seconds=dead_letters.KEY_REUSE_SECONDS, source_arns=source_arns, protect=scope.settings.protect_state,
        alarms=plan_metrics(scope, "failures", METRICS["failures"], function, {"queue_name": name}),
    )  # fmt: skip
