"""API Gateway. Source of the limits: API Gateway guide, "Quotas for configuring and running an HTTP API"."""

INTEGRATION_TIMEOUT_MS = 30_000
"""How long API Gateway waits for an integration at most, in milliseconds; it cannot be raised."""

MAXIMUM_FUNCTION_TIMEOUT_SECONDS = INTEGRATION_TIMEOUT_MS // 1000
"""A function behind a route that runs longer works for a caller who has got a 503."""

INTEGRATION_MARGIN_MS = 1000
"""API Gateway waits this much longer than the function may run, so that the caller gets the function's own answer."""

MAXIMUM_AUTHORIZER_TIMEOUT_SECONDS = 10
"""How long API Gateway waits for a Lambda authorizer. Source: same page, "Authorizer timeout"."""

MAXIMUM_AUDIENCES = 50
"""Of a JWT authorizer. Source: same page, "Audiences per authorizer"."""

AUTHORIZER_CACHE_SECONDS = 300
"""How long a decision of a Lambda authorizer holds for one caller and route: what it takes for a lost right to be lost."""

MAXIMUM_RATE_PER_SECOND, MAXIMUM_BURST = 10_000, 5_000
"""The account's throttle in most regions, which all APIs share."""

MAXIMUM_CACHE_SECONDS = 3600
"""How long a REST API can give an answer again."""

REST_INTEGRATION_TIMEOUT_MS = 29_000
"""How long a REST API waits for an integration at most, in milliseconds, unless AWS has raised it for the account. Source: API Gateway
guide, "Quotas for configuring and running a REST API"."""

MAXIMUM_REST_FUNCTION_TIMEOUT_SECONDS = REST_INTEGRATION_TIMEOUT_MS // 1000

REST_STAGE = "live"
"""The one stage of a REST API: environments are stacks, not stages."""

SOCKET_STAGE = "live"
"""The one stage of a WebSocket API."""

OWN_PATHS = ("/ping", "/sping")
"""Paths that callers of an API cannot have. Source: API Gateway guide, "Important notes"."""

STAGE = "$default"
"""The stage without a path of its own."""

ROUTE_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def integration_timeout_ms(function_timeout_seconds: int) -> int:
    """How long API Gateway waits for a function, in milliseconds."""
    return min(function_timeout_seconds * 1000 + INTEGRATION_MARGIN_MS, INTEGRATION_TIMEOUT_MS)


def rest_integration_timeout_ms(function_timeout_seconds: int) -> int:
    """How long a REST API waits for a function, in milliseconds."""
    return min(function_timeout_seconds * 1000 + INTEGRATION_MARGIN_MS, REST_INTEGRATION_TIMEOUT_MS)

LOG_DEPLOY_ACTIONS = (
    "logs:CreateLogDelivery", "logs:CreateLogGroup", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
)  # fmt: skip
"""What who deploys needs for the access logs of APIs, besides the log groups themselves. Source: API Gateway developer guide, "Configure logging
for HTTP APIs", and CloudWatch Logs guide, "Logging that requires additional permissions [V1]"."""
