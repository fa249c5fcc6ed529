"""What callers and operators of a REST API read of requests that never reach a function."""

ACCESS_LOG = {
    "requestId": "$context.requestId", "time": "$context.requestTime", "route": "$context.httpMethod $context.resourcePath",
    "status": "$context.status", "latencyMs": "$context.responseLatency", "responseBytes": "$context.responseLength",
    "integrationStatus": "$context.integration.status", "error": "$context.error.responseType",
    "validationError": "$context.error.validationErrorString", "apiKeyId": "$context.identity.apiKeyId",
    "caller": "$context.authorizer.claims.sub", "awsPrincipal": "$context.identity.userArn",
    "sourceIp": "$context.identity.sourceIp", "userAgent": "$context.identity.userAgent", "traceId": "$context.xrayTraceId",
}  # fmt: skip
"""One JSON line a request: how API Gateway names it and what it is called in the log."""


def _told(message: str, field: str = "null") -> str:
    """The shape in which functions tell of problems, too; the id is API Gateway's, which is in its access log."""
    return f'{{"message": {message}, "field": {field}, "correlation_id": "$context.requestId"}}'


REFUSALS: dict[str, tuple[str, str]] = {
    "BAD_REQUEST_BODY": ("400", _told("$context.error.messageString", '"body"')),
    "BAD_REQUEST_PARAMETERS": ("400", _told("$context.error.messageString", '"query"')),
    "INVALID_API_KEY": ("403", _told('"an API key that is known here is needed"', '"x-api-key"')),
    "THROTTLED": ("429", _told('"too many requests at once; slow down and try again"')),
    "QUOTA_EXCEEDED": ("429", _told('"the quota of this month is used up"')),
}
"""Kind of refusal -> status, body. Why a body does not fit is in the access log: API Gateway does not escape its own words for it. Others keep API Gateway's own words."""
