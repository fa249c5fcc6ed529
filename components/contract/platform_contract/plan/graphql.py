"""The GraphQL API of a workload, decided."""

from platform_contract.kinds.graphql_api import limits as appsync
from platform_contract.manifest import Manifest
from platform_contract.plan.access import key_statements, resource_statements
from platform_contract.plan.retention import log_protection, retention_days
from platform_contract.platform import iam, naming
from platform_contract.platform.alarm_standard import DEFAULT_LATENCY_MS_P99
from platform_contract.platform.base import AlarmPlan, KeyStatementPlan, Plain, StatementPlan
from platform_contract.platform.settings import Settings
from platform_contract.registry import plan_alarms


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


def plan_graphql(settings: Settings, manifest: Manifest) -> dict[str, GraphqlPlan]:
    """The workload's GraphQL API, if it has one."""
    spec = manifest.graphql
    if spec is None:
        return {}
    table = naming.table_name(settings, manifest.name, spec.table, manifest.tables[spec.table].generation)
    promised = manifest.slo.latency_ms_p99 if manifest.slo else DEFAULT_LATENCY_MS_P99
    logs = naming.log_group_arn(settings, f"{appsync.LOG_GROUP_PREFIX}*")
    # AppSync has no environment variables to decrypt, unlike a function.
    key = tuple(each for each in key_statements(settings, [("table", spec.verbs)]) if "Lambda" not in each.sid)
    return {
        naming.GRAPHQL: GraphqlPlan(
            physical_name=naming.api_name(settings, manifest.name, naming.GRAPHQL), table=spec.table,
            role_name=naming.service_role_name(settings, manifest.name, naming.GRAPHQL),
            log_role_name=naming.service_role_name(settings, manifest.name, f"{naming.GRAPHQL}-logs"),
            log_group_prefix=appsync.LOG_GROUP_PREFIX, log_retention_days=retention_days(settings, manifest), log_protection=log_protection(settings, manifest),
            query_depth=spec.query_depth, resolver_count=appsync.RESOLVER_COUNT, introspection=spec.introspection,
            runtime_name=appsync.RUNTIME_NAME, runtime_version=appsync.RUNTIME_VERSION,
            statements=tuple(resource_statements("table", spec.table, naming.table_arn(settings, table), spec.verbs)),
            key_statements=key,
            log_statements=(
                StatementPlan(sid="Logs", actions=iam.LOG_ACTIONS, resources=tuple(logs + suffix for suffix in iam.LOG_ARN_SUFFIXES)),
            ),
            alarms=plan_alarms(manifest.scope(settings), "graphql_api", naming.GRAPHQL, {}, {"latency_ms_p99": promised}),
        )
    }  # fmt: skip
