"""What is made of the GraphQL API of a workload."""

from platform_contract.kinds.graphql_api import limits as appsync
from platform_contract.kinds.graphql_api.metrics import METRICS
from platform_contract.kinds.graphql_api.spec import GraphqlSpec
from platform_contract.kinds.kind import plan_metrics
from platform_contract.platform import grants, iam, naming
from platform_contract.platform.base import AlarmPlan, KeyStatementPlan, Plain, StatementPlan
from platform_contract.platform.retention import log_protection, retention_days
from platform_contract.platform.scope import Connections, Scope


class GraphqlPlan(Plain):
    physical_name: str
    table: str
    """Table of the workload that resolvers work on."""
    role_name: str
    """Role that AppSync takes to work on the table."""
    log_role_name: str
    """Role that AppSync takes to write its log."""
    log_group_prefix: str
    log_retention_days: int
    log_protection: str | None
    """Data protection policy of its log group, as JSON text."""
    query_depth: int
    resolver_count: int
    introspection: bool
    runtime_name: str
    runtime_version: str
    statements: tuple[StatementPlan, ...]
    key_statements: tuple[KeyStatementPlan, ...]
    log_statements: tuple[StatementPlan, ...]
    alarms: tuple[AlarmPlan, ...]


def plan_graphql_api(scope: Scope, name: str, spec: GraphqlSpec, connections: Connections) -> GraphqlPlan:
    """One GraphQL API, whose resolvers work on `connections.resolved`."""
    settings, used = scope.settings, connections.resolved
    if used is None:
        raise ValueError(f"GraphQL API '{name}': its table is not among the connections")
    logs = naming.log_group_arn(settings, f"{appsync.LOG_GROUP_PREFIX}*")
    return GraphqlPlan(
        physical_name=naming.api_name(settings, scope.workload, name), table=spec.table,
        role_name=naming.service_role_name(settings, scope.workload, name),
        log_role_name=naming.service_role_name(settings, scope.workload, f"{name}-logs"),
        log_group_prefix=appsync.LOG_GROUP_PREFIX, log_retention_days=retention_days(scope), log_protection=log_protection(scope),
        query_depth=spec.query_depth, resolver_count=appsync.RESOLVER_COUNT, introspection=spec.introspection,
        runtime_name=appsync.RUNTIME_NAME, runtime_version=appsync.RUNTIME_VERSION,
        statements=tuple(grants.resource_statements(used)),
        key_statements=grants.key_statements(settings, [used], environment=False),  # AppSync has no environment variables to decrypt
        log_statements=(
            StatementPlan(sid="Logs", actions=iam.LOG_ACTIONS, resources=tuple(logs + suffix for suffix in iam.LOG_ARN_SUFFIXES)),
        ),
        alarms=plan_metrics(scope, "graphql_api", METRICS["graphql_api"], name, {}, {"latency_ms_p99": connections.latency_ms_p99}),
    )  # fmt: skip
