"""What is made of a function in the manifest, or of one that belongs to none."""

import json
from collections.abc import Sequence

from platform_contract.kinds import table
from platform_contract.kinds.function.failures import plan_failures
from platform_contract.kinds.function.metrics import METRICS
from platform_contract.kinds.function.spec import ASYNCHRONOUS, ORDERED, FunctionSpec
from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.table import limits as dynamodb
from platform_contract.platform import environment, grants, iam, lambda_, naming
from platform_contract.platform.base import AlarmPlan, AssignedStatementPlan, KeyStatementPlan, Plain, StatementPlan
from platform_contract.platform.dead_letters import FailuresPlan
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.scope import Connections, Scope, Used

DESCRIPTION_CHARACTERS = 256
"""Longest description of a function (Lambda API reference, CreateFunction)."""

IDEMPOTENCY_ACTIONS = ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
"""All that Powertools' DynamoDBPersistenceLayer calls: a refused put brings the earlier item along, so it gets none."""


class ReferencePlan(Plain):
    """A resource of the workload that a function is told of: so the function is made after it."""

    kind: str
    name: str
    """Kind of resource, or what the platform tells (issuer, audiences, keys); and its name in the manifest."""
    known_as: str = ""
    """What the function is told, where that is not what AWS assigns; it is made after the resource all the same."""


class AsynchronousPlan(Plain):
    """How Lambda deals with an event that nobody waits for."""

    maximum_retries: int
    maximum_age_seconds: int


class FunctionPlan(Plain):
    physical_name: str
    arn: str
    role_name: str
    log_group_name: str
    description: str
    handler: str
    runtime: str
    architecture: str
    memory_mb: int
    timeout_seconds: int
    log_retention_days: int
    log_protection: str | None
    """Data protection policy of its log group, as JSON text."""
    log_level: str
    reserved_concurrency: int | None
    environment: dict[str, str]
    references: dict[str, ReferencePlan]
    """Environment variable -> the resource whose name or URL it holds."""
    statements: tuple[StatementPlan, ...]
    key_statements: tuple[KeyStatementPlan, ...]
    assigned_statements: tuple[AssignedStatementPlan, ...]
    failures: FailuresPlan | None
    """Of a function that is invoked asynchronously or from an ordered source."""
    asynchronous: AsynchronousPlan | None
    alarms: tuple[AlarmPlan, ...]
    released: bool = False
    snap_start: bool = False
    """released: releases move its alias to new versions; otherwise each update does. snap_start: its versions start from a snapshot."""


def plan_function(scope: Scope, name: str, spec: FunctionSpec, connections: Connections) -> FunctionPlan:
    """One function, which may do what `connections.used` says and what its triggers need."""
    settings, workload = scope.settings, scope.workload
    physical = naming.function_name(settings, workload, name)
    log_group = naming.function_log_group(settings, workload, name)
    used = connections.used.get(name, ())
    failures = plan_failures(scope, name, spec)
    return FunctionPlan(
        physical_name=physical,
        arn=naming.function_arn(settings, physical),
        role_name=naming.role_name(settings, workload, name),
        log_group_name=log_group,
        description=(f"{name} of {workload}: {scope.summary}" if scope.summary else f"{name} of {workload}")[:DESCRIPTION_CHARACTERS],
        handler=spec.handler,
        runtime=settings.lambda_runtime,
        architecture=settings.lambda_architecture,
        memory_mb=spec.memory_mb,
        timeout_seconds=spec.timeout_seconds,
        log_retention_days=retention_days(scope), log_protection=log_protection(scope),
        log_level=settings.log_level,
        reserved_concurrency=spec.reserved_concurrency or settings.reserved_concurrency,
        environment=_variables(scope, spec, connections),
        references=_references(name, spec, used, connections),
        statements=_statements(scope, spec, used, log_group, failures),
        key_statements=_key_statements(scope, spec, used, failures),
        assigned_statements=_assigned(used),
        failures=failures,
        asynchronous=AsynchronousPlan(
            maximum_retries=lambda_.ASYNCHRONOUS_RETRIES, maximum_age_seconds=lambda_.ASYNCHRONOUS_AGE_SECONDS
        ) if spec.kinds() & ASYNCHRONOUS else None,
        alarms=_alarms(scope, name, spec, physical),
    )  # fmt: skip


def _statements(scope: Scope, spec: FunctionSpec, used: Sequence[Used], log_group: str, failures: FailuresPlan | None) -> tuple[StatementPlan, ...]:
    settings = scope.settings
    statements = grants.base_statements(naming.log_group_arn(settings, log_group))
    for each in used:
        statements += grants.resource_statements(each) if each.arn else []
    if spec.idempotency:
        arn = naming.table_arn(settings, naming.table_name(settings, scope.workload, dynamodb.IDEMPOTENCY_TABLE))
        statements.append(StatementPlan(sid="Idempotency", actions=IDEMPOTENCY_ACTIONS, resources=(arn,)))
    if failures:
        statements.append(StatementPlan(sid="Failed", actions=iam.FAILURE_ACTIONS, resources=(failures.arn,)))
    return tuple(grants.with_own_sids(statements))


def _key_statements(scope: Scope, spec: FunctionSpec, used: Sequence[Used], failures: FailuresPlan | None) -> tuple[KeyStatementPlan, ...]:
    needing = [each for each in used if each.arn]
    if spec.idempotency:
        kind = table.KIND
        needing.append(Used(kind.name, dynamodb.IDEMPOTENCY_TABLE, "", {verb: kind.verbs[verb] for verb in ("read", "write")}, kind.service))
    return grants.key_statements(scope.settings, needing, keeps_failures=failures is not None)


def _assigned(used: Sequence[Used]) -> tuple[AssignedStatementPlan, ...]:
    return tuple(statement for each in used if not each.arn for statement in grants.assigned_statements(each))


def _references(name: str, spec: FunctionSpec, used: Sequence[Used], connections: Connections) -> dict[str, ReferencePlan]:
    references = {each.variable: ReferencePlan(kind=each.kind, name=each.name) for each in used if each.variable}
    if spec.idempotency:
        references[environment.resource_variable(table.KIND.variable, dynamodb.IDEMPOTENCY_TABLE)] = ReferencePlan(kind="table", name=dynamodb.IDEMPOTENCY_TABLE)
    if name in connections.deciding:
        for variable in (environment.TOKEN_ISSUER, environment.TOKEN_AUDIENCES, environment.JWKS_URL):
            references[variable] = ReferencePlan(kind="identity", name=variable)
    return references


def _alarms(scope: Scope, name: str, spec: FunctionSpec, physical: str) -> tuple[AlarmPlan, ...]:
    facts = {
        "timeout_ms": spec.timeout_seconds * 1000,
        "reserved_concurrency": spec.reserved_concurrency or scope.settings.reserved_concurrency,
    }
    names, kinds = {"function_name": physical}, spec.kinds()
    alarms = plan_metrics(scope, "function", METRICS["function"], name, names, facts)
    if "queue" in kinds:
        alarms += plan_metrics(scope, "queue_consumer", METRICS["queue_consumer"], name, names)
    if kinds & ASYNCHRONOUS:
        alarms += plan_metrics(scope, "asynchronous", METRICS["asynchronous"], name, names)
    if kinds & ORDERED:
        ages = [given.maximum_record_age_seconds for trigger in spec.triggers if (given := trigger.changes or trigger.stream)]
        alarms += plan_metrics(scope, "ordered_consumer", METRICS["ordered_consumer"], name, names, {"record_age_ms": min(ages) * 1000})
    return alarms


def _variables(scope: Scope, spec: FunctionSpec, connections: Connections) -> dict[str, str]:
    variables = platform_variables(scope)
    if spec.flags:
        variables[environment.FLAGS] = json.dumps({flag: connections.flags[flag] for flag in spec.flags})
    if spec.idempotency:
        variables[environment.IDEMPOTENCY_EXPIRES_AFTER_SECONDS] = str(spec.idempotency.expires_after_hours * 3600)
    return {**spec.environment, **variables}


def platform_variables(scope: Scope) -> dict[str, str]:
    """What every function of a workload knows of where it runs."""
    settings = scope.settings
    return {
        environment.ENVIRONMENT: settings.environment,
        environment.WORKLOAD: scope.workload,
        environment.DATA_CLASS: scope.data_class,
        environment.SERVICE_NAME: scope.workload,
        environment.METRICS_NAMESPACE: environment.METRICS_NAMESPACE_VALUE,
        environment.LOG_LEVEL: settings.log_level,
        environment.TOKEN_GROUPS_CLAIM: settings.identity.groups_claim,
    }
