"""Functions of a workload and the API in front of them."""

import re

from platform_contract.naming import api_log_group, arn, function_log_group, physical_name
from platform_contract.plan import access
from platform_contract.plan.alarms import plan_alarms
from platform_contract.plan.model import ApiPlan, BucketPlan, FunctionPlan, QueuePlan, ReferencePlan, RoutePlan, TablePlan
from platform_contract.plan.model import StatementPlan
from platform_contract.settings import Settings
from platform_contract.specs import FunctionSpec, Manifest
from platform_contract.standards import apigateway, dynamodb, environment, logs

API = "http"
"""The name of a workload's HTTP API; it has one."""
DESCRIPTION_CHARACTERS = 256  # Lambda CreateFunction

State = dict[str, TablePlan] | dict[str, QueuePlan] | dict[str, BucketPlan]


def retention_days(settings: Settings, manifest: Manifest) -> int:
    """How long the workload's logs are kept, in days."""
    return logs.retention_days(settings.log_retention_days, manifest.data_class, durable=settings.protect_state)


def plan_function(settings: Settings, manifest: Manifest, name: str, state: dict[str, State]) -> FunctionPlan:
    """One function. state: kind -> name in the manifest -> plan."""
    spec = manifest.functions[name]
    physical = physical_name("function", settings, manifest.name, name)
    log_group = function_log_group(physical)
    verbs = {
        resource: (manifest.kind_of(resource) or "", given) for resource, given in access.verbs_of(manifest, spec).items()
    }
    key_verbs = dict(verbs)
    statements = access.base_statements(arn(settings, "logs", f"log-group:{log_group}"))
    for resource, (kind, given) in verbs.items():
        statements += access.resource_statements(kind, resource, state[kind][resource].arn, given)
    references = {
        environment.variable(kind, resource): ReferencePlan(kind=kind, name=resource) for resource, (kind, _) in verbs.items()
    }
    if spec.idempotency:
        table = dynamodb.IDEMPOTENCY_TABLE
        actions, resources = access.IDEMPOTENCY_ACTIONS, (state["table"][table].arn,)
        statements.append(StatementPlan(sid="Idempotency", actions=actions, resources=resources))
        key_verbs[table] = ("table", ("read", "write"))
        references[environment.variable("table", table)] = ReferencePlan(kind="table", name=table)
    return FunctionPlan(
        physical_name=physical,
        arn=arn(settings, "lambda", f"function:{physical}"),
        role_name=physical_name("role", settings, manifest.name, name),
        log_group_name=log_group,
        description=f"{name} of {manifest.name}: {manifest.summary}"[:DESCRIPTION_CHARACTERS],
        handler=spec.handler,
        runtime=settings.lambda_runtime,
        architecture=settings.lambda_architecture,
        memory_mb=spec.memory_mb,
        timeout_seconds=spec.timeout_seconds,
        log_retention_days=retention_days(settings, manifest),
        log_level=settings.log_level,
        reserved_concurrency=(
            spec.reserved_concurrency if spec.reserved_concurrency is not None else settings.reserved_concurrency_default
        ),
        environment=_variables(settings, manifest, spec),
        references=references,
        statements=tuple(statements),
        key_statements=access.key_statements(settings, key_verbs),
        alarms=plan_alarms(
            settings, manifest, "function", name, {"FunctionName": physical}, {"timeout_seconds": spec.timeout_seconds}
        ),
    )


def _variables(settings: Settings, manifest: Manifest, spec: FunctionSpec) -> dict[str, str]:
    variables = {
        "ENVIRONMENT": settings.environment,
        "WORKLOAD": manifest.name,
        "POWERTOOLS_SERVICE_NAME": manifest.name,
        "POWERTOOLS_METRICS_NAMESPACE": environment.METRICS_NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": settings.log_level,
        # Responses may hold what customers sent; traces leave the protection of the log group.
        "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
        "POWERTOOLS_TRACER_CAPTURE_ERROR": "true",
    }
    if spec.idempotency:
        variables[environment.IDEMPOTENCY_EXPIRES] = str(spec.idempotency.expires_after_hours * 3600)
    return {**spec.environment, **variables}


def plan_apis(settings: Settings, manifest: Manifest) -> dict[str, ApiPlan]:
    """The workload's HTTP API, if a function has a route."""
    routes = [
        RoutePlan(
            route=trigger.http.route, suffix=_suffix(trigger.http.route), function=name, authorizer=trigger.http.authorizer,
            public_reason=trigger.http.public_reason, example=trigger.http.example,
        )
        for name, function in manifest.functions.items()
        for trigger in function.triggers
        if trigger.http
    ]  # fmt: skip
    if not routes:
        return {}
    physical = physical_name("api", settings, manifest.name, API)
    rate = manifest.profile.peak_per_second * apigateway.THROTTLE_HEADROOM
    functions = {route.function: manifest.functions[route.function] for route in routes}
    return {
        API: ApiPlan(
            physical_name=physical,
            description=manifest.summary,
            log_group_name=api_log_group(physical),
            log_retention_days=retention_days(settings, manifest),
            routes=tuple(routes),
            # What Lambda may take plus its start, so that its own timeout is what is told; never more than API Gateway allows.
            integration_timeouts_ms={
                name: min(spec.timeout_seconds + 1, apigateway.INTEGRATION_TIMEOUT_SECONDS_MAXIMUM) * 1000
                for name, spec in functions.items()
            },
            throttle_rate_per_second=rate,
            throttle_burst=max(1, round(rate * apigateway.THROTTLE_BURST_FACTOR)),
            alarms=plan_alarms(settings, manifest, "http_api", API, {}),
        )
    }


def _suffix(route: str) -> str:
    """`get-orders-order-id` for `GET /orders/{order_id}`: two routes that differ only in braces are the same to API Gateway."""
    return re.sub(r"[^a-z0-9]+", "-", route.lower()).strip("-") or "root"
