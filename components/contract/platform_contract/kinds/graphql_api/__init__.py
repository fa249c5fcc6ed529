"""A GraphQL API of AppSync, whose resolvers work on a table without a function."""

from platform_contract.kinds.graphql_api.metrics import METRICS
from platform_contract.kinds.graphql_api.plan import plan_graphql_api
from platform_contract.kinds.kind import Kind
from platform_contract.platform.usage import CONNECTED_MINUTES, RECEIVERS, Use

KIND = Kind(
    "graphql_api", plan=plan_graphql_api,
    metrics=METRICS,
    usage=(
        Use("operations", "graphql_operation"),
        Use(f"real-time updates, each to {RECEIVERS}", "graphql_update", RECEIVERS),
        Use(f"connection minutes, {CONNECTED_MINUTES} an operation", "graphql_minute", CONNECTED_MINUTES),
    ),
)  # fmt: skip
