"""Lambda authorizer of the support routes: what the caller's role allows, as a policy.

A token that is not good, or a role that allows nothing here, is answered with a policy that denies (403), never with an exception:
those count as errors of the function, and anybody could raise an alarm with them.
"""

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from orders.roles import allowed
from shared.clients import in_lambda
from shared.config import load_config
from shared.observability import CORRELATION_HEADER, accept_correlation_id, count, instrumented, logger
from shared.tokens import GateConfig, Keys, Refused, verify

Config = GateConfig


class Call(BaseModel):
    """The authorizer's event (payload format 2.0) as far as it is read."""

    model_config = ConfigDict(frozen=True)

    route_arn: str = Field(alias="routeArn", pattern=r"^arn:[^:]+:execute-api:[^:]+:\d{12}:[^/]+/[^/]+/[A-Z]+/")
    headers: dict[str, str] = {}

    def header(self, name: str) -> str:
        return {key.lower(): value for key, value in self.headers.items()}.get(name, "")

    @property
    def api_arn(self) -> str:
        """ARN of the API's stage, to which method and path are added."""
        return "/".join(self.route_arn.split("/")[:2])


@cache
def parts() -> tuple[GateConfig, Keys]:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    config = load_config(Config)
    return config, Keys(config.jwks_url)


def policy(call: Call, principal: str, role: str, routes: tuple[str, ...]) -> dict[str, Any]:
    """Allows `routes` (METHOD/path, `*` for any segment), and nothing where there are none."""
    statement = {
        "Action": "execute-api:Invoke", "Effect": "Allow" if routes else "Deny",
        "Resource": [f"{call.api_arn}/{route}" for route in routes] or [f"{call.api_arn}/*"],
    }  # fmt: skip
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": principal, "policyDocument": document, "context": {"role": role}}


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    call = Call.model_validate(event)
    accept_correlation_id(call.header(CORRELATION_HEADER), event.get("requestContext", {}).get("requestId"))
    config, keys = parts()
    scheme, _, token = call.header("authorization").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise Refused("no bearer token")
        claims = verify(token.strip(), keys, config.token_issuer, config.token_audiences, config.token_groups_claim)
    except Refused as refused:
        count("SupportDenied")
        logger.warning("support denied", reason=str(refused))
        return policy(call, "nobody", "none", ())
    role, routes = allowed(claims.groups)
    logger.info("support decided", role=role, principal=claims.sub)
    return policy(call, claims.sub, role, routes)


if in_lambda():
    parts()
