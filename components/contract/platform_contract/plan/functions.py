"""Functions of a workload and the API in front of them."""

import json
from collections.abc import Mapping
from typing import Protocol

from platform_contract.kinds.function.spec import ASYNCHRONOUS, ORDERED
from platform_contract.kinds.table import limits as dynamodb
from platform_contract.manifest import FunctionSpec, HttpTrigger, Manifest
from platform_contract.plan import access
from platform_contract.plan.model import ApiPlan, AsynchronousPlan, FunctionPlan, ReferencePlan, RoutePlan
from platform_contract.plan.retention import log_protection, retention_days
from platform_contract.plan.triggers import plan_failures
from platform_contract.platform import apigateway, environment, iam, lambda_, naming
from platform_contract.platform.alarm_standard import DEFAULT_LATENCY_MS_P99
from platform_contract.platform.base import AlarmPlan, AssignedStatementPlan, StatementPlan
from platform_contract.platform.settings import Settings
from platform_contract.registry import plan_alarms, variable

API = naming.API
DESCRIPTION_CHARACTERS = 256
"""Longest description of a function (Lambda API reference, CreateFunction)."""


class HasArn(Protocol):
    """A planned resource that functions can use."""

    @property
    def arn(self) -> str: ...


State = Mapping[str, Mapping[str, HasArn]]
"""Kind -> name in the manifest -> plan."""


def plan_function(settings: Settings, manifest: Manifest, name: str, state: State) -> FunctionPlan:
    """One function, which may use what is in `state`."""
    spec = manifest.functions[name]
    physical = naming.function_name(settings, manifest.name, name)
    log_group = naming.function_log_group(settings, manifest.name, name)
    statements = access.base_statements(naming.log_group_arn(settings, log_group))
    references, used = {}, []
    assigned: tuple[AssignedStatementPlan, ...] = ()
    for resource, verbs in access.verbs_of(spec).items():
        kind = manifest.kind_of(resource)
        if kind is None:
            raise ValueError(f"functions.{name}.uses.{resource}: resources of other workloads cannot be used yet")
        if kind == "socket":
            assigned = access.assigned_statements(kind, resource, verbs)
            references[environment.SOCKET_ENDPOINT] = ReferencePlan(kind=kind, name=resource)
            continue
        statements += access.resource_statements(kind, resource, state[kind][resource].arn, verbs)
        if resource in spec.uses or kind == "queue":  # Lambda itself reads tables' changes and streams; a worker sets its queue's visibility
            references[variable(kind, resource)] = ReferencePlan(kind=kind, name=resource)
        used.append((kind, verbs))
    if spec.idempotency:
        table = dynamodb.IDEMPOTENCY_TABLE
        resources = (state["table"][table].arn,)
        statements.append(StatementPlan(sid="Idempotency", actions=access.IDEMPOTENCY_ACTIONS, resources=resources))
        references[variable("table", table)] = ReferencePlan(kind="table", name=table)
        used.append(("table", ["read", "write"]))
    if name in manifest.authorizer_functions:
        for told in (environment.TOKEN_ISSUER, environment.TOKEN_AUDIENCES, environment.JWKS_URL):
            references[told] = ReferencePlan(kind="identity", name=told)
    failures = plan_failures(settings, manifest, name)
    if failures:
        statements.append(StatementPlan(sid="Failed", actions=iam.FAILURE_ACTIONS, resources=(failures.arn,)))
    asynchronous = bool(spec.kinds() & ASYNCHRONOUS)
    return FunctionPlan(
        physical_name=physical,
        arn=naming.function_arn(settings, physical),
        role_name=naming.role_name(settings, manifest.name, name),
        log_group_name=log_group,
        description=f"{name} of {manifest.name}: {manifest.summary}"[:DESCRIPTION_CHARACTERS],
        handler=spec.handler,
        runtime=settings.lambda_runtime,
        architecture=settings.lambda_architecture,
        memory_mb=spec.memory_mb,
        timeout_seconds=spec.timeout_seconds,
        log_retention_days=retention_days(settings, manifest), log_protection=log_protection(settings, manifest),
        log_level=settings.log_level,
        reserved_concurrency=spec.reserved_concurrency or settings.reserved_concurrency,
        environment=_variables(settings, manifest, spec),
        references=references,
        statements=tuple(access.with_own_sids(statements)),
        key_statements=access.key_statements(settings, used, keeps_failures=failures is not None),
        assigned_statements=assigned,
        failures=failures,
        asynchronous=AsynchronousPlan(
            maximum_retries=lambda_.ASYNCHRONOUS_RETRIES, maximum_age_seconds=lambda_.ASYNCHRONOUS_AGE_SECONDS
        ) if asynchronous else None,
        alarms=_alarms(settings, manifest, name, physical),
    )


def _alarms(settings: Settings, manifest: Manifest, name: str, physical: str) -> tuple[AlarmPlan, ...]:
    spec = manifest.functions[name]
    facts = {
        "timeout_ms": spec.timeout_seconds * 1000,
        "reserved_concurrency": spec.reserved_concurrency or settings.reserved_concurrency,
    }
    names, kinds = {"function_name": physical}, spec.kinds()
    alarms = plan_alarms(manifest.scope(settings), "function", name, names, facts)
    if "queue" in kinds:
        alarms += plan_alarms(manifest.scope(settings), "queue_consumer", name, names)
    if kinds & ASYNCHRONOUS:
        alarms += plan_alarms(manifest.scope(settings), "asynchronous", name, names)
    if kinds & ORDERED:
        ages = [given.maximum_record_age_seconds for trigger in spec.triggers if (given := trigger.changes or trigger.stream)]
        alarms += plan_alarms(manifest.scope(settings), "ordered_consumer", name, names, {"record_age_ms": min(ages) * 1000})
    return alarms


def _variables(settings: Settings, manifest: Manifest, spec: FunctionSpec) -> dict[str, str]:
    variables = platform_variables(settings, manifest)
    if spec.flags:
        variables[environment.FLAGS] = json.dumps({flag: manifest.flags[flag].default for flag in spec.flags})
    if spec.idempotency:
        variables[environment.IDEMPOTENCY_EXPIRES_AFTER_SECONDS] = str(spec.idempotency.expires_after_hours * 3600)
    return {**spec.environment, **variables}


def platform_variables(settings: Settings, manifest: Manifest) -> dict[str, str]:
    """What every function of a workload is told."""
    return {
        environment.ENVIRONMENT: settings.environment,
        environment.WORKLOAD: manifest.name,
        environment.DATA_CLASS: manifest.data_class,
        environment.SERVICE_NAME: manifest.name,
        environment.METRICS_NAMESPACE: environment.METRICS_NAMESPACE_VALUE,
        environment.LOG_LEVEL: settings.log_level,
        environment.TOKEN_GROUPS_CLAIM: settings.identity.groups_claim,
    }


def plan_apis(settings: Settings, manifest: Manifest) -> dict[str, ApiPlan]:
    """The workload's HTTP API, if a function has a route."""
    routes = [
        RoutePlan(
            route=trigger.route, suffix=naming.route_suffix(trigger.route), function=name, authorizer=_authorizer(trigger),
            authorizer_function=trigger.authorizer_function, public_reason=trigger.public_reason, example=trigger.example,
        )
        for name, function in manifest.functions.items()
        for trigger in function.http_triggers
    ]  # fmt: skip
    if not routes:
        return {}
    log_group = naming.api_log_group(settings, manifest.name, API)
    promised = manifest.slo.latency_ms_p99 if manifest.slo else DEFAULT_LATENCY_MS_P99
    return {
        API: ApiPlan(
            physical_name=naming.api_name(settings, manifest.name, API),
            description=manifest.summary,
            log_group_name=log_group,
            log_retention_days=retention_days(settings, manifest), log_protection=log_protection(settings, manifest),
            routes=tuple(routes),
            integration_timeouts_ms={
                route.function: apigateway.integration_timeout_ms(manifest.functions[route.function].timeout_seconds)
                for route in routes
            },
            allowed_origins=tuple(manifest.http_api.allowed_origins),
            authorizer_cache_seconds=apigateway.AUTHORIZER_CACHE_SECONDS,
            throttle_rate_per_second=settings.api_rate_per_second,
            throttle_burst=settings.api_burst,
            alarms=plan_alarms(manifest.scope(settings), "http_api", API, {}, {"latency_ms_p99": promised}),
        )
    }


def _authorizer(trigger: HttpTrigger) -> str:
    """How API Gateway does it: tokens of the managed user pool are checked like those of any other issuer."""
    return "jwt" if trigger.access == "cognito" else trigger.access
