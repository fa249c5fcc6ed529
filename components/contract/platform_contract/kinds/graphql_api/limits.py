"""AppSync. Source of the limits: AppSync API reference, CreateGraphqlApi; AppSync guide, "Quotas"."""

QUERY_DEPTH, MAXIMUM_QUERY_DEPTH = 8, 75
"""How deep a query may be nested: without a limit, a short query can ask for everything."""

RESOLVER_COUNT = 200
"""Resolvers that one query may run; AppSync's own limit is 10,000."""

RUNTIME_NAME, RUNTIME_VERSION = "APPSYNC_JS", "1.0.0"

MAXIMUM_CODE_BYTES = 32_768
"""Code of one resolver or function."""

MAXIMUM_FUNCTIONS = 10
"""Functions that one resolver runs."""

NAME = r"[_A-Za-z][_0-9A-Za-z]*"
"""Of a function or data source. Source: API reference, CreateFunction."""

LOG_GROUP_PREFIX = "/aws/appsync/apis/"
"""Followed by the id of the API, which AWS assigns; AppSync writes nowhere else."""
