"""Step `score`: asks the external credit bureau."""

from functools import cache
from typing import Any

from pydantic import Field

from loans.bureau import Bureau
from loans.contracts import ScoreInput
from loans.steps import run_step
from shared.breaker import Breaker
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.external import HTTPS_OR_LOCAL, ExternalApi
from shared.observability import instrumented


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_breakers: str = Field(min_length=3)
    secret_bureau: str = Field(min_length=1)
    bureau_url: str = Field(pattern=HTTPS_OR_LOCAL, description="Base URL of the bureau; from the manifest's `environment`")


@cache
def bureau() -> Bureau:
    """Made once. Raises ConfigurationError naming every variable that is missing."""
    from shared.secrets import ApiCredential, Secret  # with boto3

    config = load_config(Config)
    breaker = Breaker(client("dynamodb"), config.table_breakers, "bureau")
    secret = Secret(client("secretsmanager"), config.secret_bureau, ApiCredential)
    return Bureau(ExternalApi(config.bureau_url, breaker), secret)


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """ScoreInput -> ScoreResult. Raises TransientFailure for the workflow to retry; see `loans.steps`."""
    return run_step(
        event,
        context,
        ScoreInput,
        lambda given: bureau().score(given.application, lambda: context.get_remaining_time_in_millis() / 1000),
    )


if in_lambda():
    bureau()
