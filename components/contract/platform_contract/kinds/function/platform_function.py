"""A function of the platform's own code that works for one workload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from platform_contract.kinds.function.metrics import METRICS
from platform_contract.kinds.function.plan import (
    DESCRIPTION_CHARACTERS,
    AsynchronousPlan,
    FunctionPlan,
    ReferencePlan,
    platform_variables,
)
from platform_contract.kinds.kind import plan_metrics
from platform_contract.platform import grants, iam, lambda_, naming
from platform_contract.platform.base import KeyStatementPlan, StatementPlan
from platform_contract.platform.dead_letters import FailuresPlan
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.scope import Scope


@dataclass(frozen=True)
class PlatformFunction:
    """What such functions differ in."""

    component: str
    """What it is called after, in names of its log group and alarms and in the program."""
    physical_name: str
    role_name: str
    handler: str
    """Entry point in platform_functions."""
    description: str
    timeout_seconds: int
    memory_mb: int
    statements: Sequence[StatementPlan]
    """Besides log and traces."""
    key_statements: Sequence[KeyStatementPlan] = ()
    """Besides that of its environment."""
    environment: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, ReferencePlan] = field(default_factory=dict)
    failures: FailuresPlan | None = None
    """Of one that is invoked without anybody who waits: its queue of failures."""


def plan_platform_function(scope: Scope, given: PlatformFunction) -> FunctionPlan:
    """With the log, tracing and alarms that every function has. Its alias follows each update: nobody but the platform calls it."""
    settings = scope.settings
    log_group = naming.function_log_group(settings, scope.workload, given.component)
    statements, key_actions = [*grants.base_statements(naming.log_group_arn(settings, log_group)), *given.statements], list(given.key_statements)
    alarms = plan_metrics(scope, "function", METRICS["function"], given.component, {"function_name": given.physical_name}, _facts(given))
    if given.failures:
        statements.append(StatementPlan(sid="Failed", actions=iam.FAILURE_ACTIONS, resources=(given.failures.arn,)))
        key_actions += grants.failure_key_statements(settings)
        alarms += plan_metrics(scope, "asynchronous", METRICS["asynchronous"], given.component, {"function_name": given.physical_name})
    return FunctionPlan(
        physical_name=given.physical_name,
        arn=naming.function_arn(settings, given.physical_name),
        role_name=given.role_name,
        log_group_name=log_group,
        description=given.description[:DESCRIPTION_CHARACTERS],
        handler=given.handler,
        runtime=settings.lambda_runtime,
        architecture=settings.lambda_architecture,
        memory_mb=given.memory_mb,
        timeout_seconds=given.timeout_seconds,
        log_retention_days=retention_days(scope), log_protection=log_protection(scope),
        log_level=settings.log_level,
        reserved_concurrency=None,  # it would be taken from others all the time, for a handful of runs a month
        environment={**platform_variables(scope), **given.environment},
        references=dict(given.references),
        statements=tuple(statements),
        key_statements=(grants.through_service(settings, iam.ENVIRONMENT_SERVICE, set(iam.ENVIRONMENT_KEY_ACTIONS)), *key_actions),
        assigned_statements=(),
        failures=given.failures,
        asynchronous=AsynchronousPlan(
            maximum_retries=lambda_.ASYNCHRONOUS_RETRIES, maximum_age_seconds=lambda_.ASYNCHRONOUS_AGE_SECONDS
        ) if given.failures else None,
        alarms=alarms,
    )


def _facts(given: PlatformFunction) -> dict[str, float | None]:
    return {"timeout_ms": given.timeout_seconds * 1000, "reserved_concurrency": None}
