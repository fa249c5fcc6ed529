"""Lambda authorizer of the WebSocket API: lets a connection in by a token of the stack's issuer.

A token that is not good is answered with a policy that denies (403), never with an exception: those count as errors of the
function, and anybody could raise an alarm with them. Where the issuer's keys cannot be had the function fails, and that is one.
"""

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.clients import in_lambda
from shared.config import load_config
from shared.observability import CORRELATION_HEADER, accept_correlation_id, count, instrumented, logger
from shared.tokens import GateConfig, Keys, Refused, verify

Config = GateConfig


class ConnectRequest(BaseModel):
    """The authorizer's event as far as it is read."""

    model_config = ConfigDict(frozen=True)

    method_arn: str = Field(alias="methodArn", min_length=1)
    headers: dict[str, Any] | None = None
    query: dict[str, Any] | None = Field(default=None, alias="queryStringParameters")

    def token(self) -> str:
        """Header `Authorization: Bearer TOKEN`, else query parameter `token`: browsers cannot set headers of a socket, but
        whatever logs addresses learns such a token. Raises Refused."""
        sent = {name.lower(): value for name, value in (self.headers or {}).items()}
        scheme, _, token = str(sent.get("authorization") or "").partition(" ")
        if not scheme:
            token = str((self.query or {}).get("token") or "")
        elif scheme.lower() != "bearer":
            raise Refused("header Authorization is no bearer token")
        if not token.strip():
            raise Refused("no token")
        return token.strip()


@cache
def parts() -> tuple[Config, Keys]:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    return config, Keys(config.jwks_url)


def policy(effect: str, arn: str, principal: str, user: str) -> dict[str, Any]:
    """An answer about this one request. `context` reaches every event of the connection."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": arn}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": principal, "policyDocument": document, "context": {"user": user}}


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    request = ConnectRequest.model_validate(event)
    sent = {name.lower(): value for name, value in (request.headers or {}).items()}
    accept_correlation_id(sent.get(CORRELATION_HEADER), event.get("requestContext", {}).get("requestId"))
    config, keys = parts()
    try:
        claims = verify(request.token(), keys, config.token_issuer, config.token_audiences, config.token_groups_claim)
    except Refused as refused:
        count("ConnectionsDenied")
        logger.warning("connection denied", reason=str(refused))
        return policy("Deny", request.method_arn, "nobody", "nobody")
    logger.info("connection allowed")
    return policy("Allow", request.method_arn, claims.sub, claims.user)


if in_lambda():
    parts()
