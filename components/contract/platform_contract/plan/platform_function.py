"""A function of the platform's own code that works for one workload."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from platform_contract import naming
from platform_contract.plan import access
from platform_contract.plan.alarms import plan_alarms
from platform_contract.plan.functions import DESCRIPTION_CHARACTERS, platform_variables
from platform_contract.plan.model import FunctionPlan, ReferencePlan
from platform_contract.plan.plain import KeyStatementPlan, StatementPlan
from platform_contract.plan.retention import log_protection, retention_days
from platform_contract.settings import Settings
from platform_contract.specs import Manifest
from platform_contract.standards import iam


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


def plan_platform_function(settings: Settings, manifest: Manifest, given: PlatformFunction) -> FunctionPlan:
    """With the log, tracing and alarms that every function has. Its alias follows each update: nobody but the platform calls it."""
    log_group = naming.function_log_group(settings, manifest.name, given.component)
    facts = {"timeout_ms": given.timeout_seconds * 1000, "reserved_concurrency": None}
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
        log_retention_days=retention_days(settings, manifest), log_protection=log_protection(settings, manifest),
        log_level=settings.log_level,
        reserved_concurrency=None,  # it would be taken from others all the time, for a handful of runs a month
        environment={**platform_variables(settings, manifest), **given.environment},
        references=dict(given.references),
        statements=(*access.base_statements(naming.log_group_arn(settings, log_group)), *given.statements),
        key_statements=(access.through_service(settings, iam.VIA_SERVICE["environment"], set(iam.ENVIRONMENT_KEY_ACTIONS)), *given.key_statements),
        assigned_statements=(),
        failures=None,
        asynchronous=None,
        alarms=plan_alarms(settings, manifest, "function", given.component, {"function_name": given.physical_name}, facts),
    )
