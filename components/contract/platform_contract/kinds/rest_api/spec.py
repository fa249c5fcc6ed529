"""A route of a REST API, for callers with keys, and what holds for the API as a whole."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from platform_contract.platform import apigateway
from platform_contract.platform.diagnostics import broken, choices, did_you_mean
from platform_contract.platform.routes import PublicOr, Route
from platform_contract.platform.text_types import Form, ModelName, Name, Strict, once, plain

RestAuthorizer = Literal["key", "cognito", "iam"]

QueryName = Annotated[
    str,
    Form(r"[A-Za-z0-9_.-]{1,64}", "must be the name of a parameter: letters, digits, `_`, `.` and `-`", "write it like currency"),
]


class RestTrigger(PublicOr):
    """A route of the workload's REST API: checked at the edge before the function is invoked."""

    route: Route = Field(description="Method and path, such as POST /quotes or GET /quotes/{quote_id}.")
    authorizer: RestAuthorizer = Field(
        default="key",
        description="key: a client's API key, which says whose quota it counts on; cognito: an ID token of the managed user pool; iam: a "
        "request signed by an AWS principal that is allowed execute-api:Invoke.",
    )  # fmt: skip
    body: ModelName | None = Field(
        default=None, description="Model that the body has to fit, in handlers/WORKLOAD/contracts.py; without it the body is not checked."
    )
    query: Annotated[list[QueryName], AfterValidator(once)] = Field(default=[], max_length=20, description="Query parameters that have to be there.")
    cache_seconds: int = Field(
        default=0, ge=0, le=apigateway.MAXIMUM_CACHE_SECONDS,
        description="Seconds for which an answer to GET is given again to the same caller and query; needs rest_api.cache_gb.",
    )  # fmt: skip

    example: Annotated[Any, AfterValidator(plain)] = Field(default=None, description="Body of a request that succeeds: smoke checks send it.")

    @model_validator(mode="after")
    def _one_meaning(self) -> "RestTrigger":
        method, _, path = self.route.partition(" ")
        if self.body and method in ("GET", "DELETE", "HEAD", "OPTIONS"):
            raise broken(f"is for methods with a body, and {method} has none", "remove it", field="body")
        if self.cache_seconds and method != "GET":
            raise broken(f"is for GET, and {method} changes something", "remove it", field="cache_seconds")
        if self.cache_seconds and not self.public and self.authorizer != "key":
            raise broken(f"would tell one caller another's answer: the cache knows callers by their key, and not with `authorizer: {self.authorizer}`",
                         "remove it, or choose `authorizer: key`", field="cache_seconds")  # fmt: skip
        if "+}" in path:
            raise broken("takes any rest of a path, which is for HTTP APIs", "write one segment for each {parameter}", field="route")
        names = re.findall(r"\{(\w+)", self.route)
        if len(names) != len(set(names)):
            raise broken("names one path parameter twice", "give each its own name", field="route")
        return self


CacheGb = Annotated[
    Literal["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"] | None,
    Field(description="Size of the cache of answers, in GB, billed by the hour; without it nothing is cached."),
]


class TierSpec(Strict):
    """How much a client of this tier may call; beyond, it is answered 429."""

    requests_per_second: float = Field(gt=0, le=apigateway.MAXIMUM_RATE_PER_SECOND, description="On average.")
    burst: int = Field(ge=1, le=apigateway.MAXIMUM_BURST, description="At once.")
    requests_per_month: int = Field(ge=1, le=10_000_000_000, description="Quota; it begins anew on the first of the month.")


class RestApiSpec(Strict):
    """What holds for the workload's REST API as a whole."""

    tiers: dict[Name, TierSpec] = Field(default={}, max_length=20, description="Usage tiers.")
    clients: dict[Name, Name] = Field(
        default={}, max_length=200, description="Client -> tier. Each gets an API key, whose value API Gateway makes and no file holds."
    )
    cache_gb: CacheGb = None

    @model_validator(mode="after")
    def _tiers_and_clients(self) -> "RestApiSpec":
        for client, tier in self.clients.items():
            if tier not in self.tiers:
                raise broken(f"names the tier '{tier}' for '{client}', and there is {choices(self.tiers)}",
                             did_you_mean(tier, self.tiers) or "add the tier, or correct it", field="clients")  # fmt: skip
        if unused := [tier for tier in self.tiers if tier not in self.clients.values()]:
            raise broken(f"holds '{unused[0]}', which no client has", "give it to a client, or remove it", field="tiers")
        return self
