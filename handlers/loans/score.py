"""Step `score`: asks the external credit bureau."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from loans.bureau import Bureau
from loans.contracts import ScoreInput, ScoreResult
from loans.steps import run_step
from shared.breaker import Breaker
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import TransientFailure
from shared.external import HTTPS_OR_LOCAL, ExternalApi
from shared.observability import instrumented, logger

if TYPE_CHECKING:
    from shared.parameters import Parameter


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_breakers: str = Field(min_length=3)
    secret_bureau: str = Field(min_length=1)
    parameter_bureau_url: str = Field(min_length=1, description="Parameter that holds the base URL of the bureau")


@cache
def parts() -> tuple["Parameter", Callable[[str], Bureau]]:
    """Where the bureau's URL is, and the bureau at a URL. Made once. Raises ConfigurationError naming every variable that is missing."""
    from shared.parameters import Parameter  # with boto3, like the next
    from shared.secrets import ApiCredential, Secret

    config = load_config(Config)
    breaker = Breaker(client("dynamodb"), config.table_breakers, "bureau")
    secret = Secret(client("secretsmanager"), config.secret_bureau, ApiCredential)
    url = Parameter(client("ssm"), config.parameter_bureau_url, HTTPS_OR_LOCAL)
    return url, cache(lambda base_url: Bureau(ExternalApi(base_url, breaker), secret))


def bureau() -> Bureau:
    """The bureau where its parameter says. Raises TransientFailure or PermanentFailure if that cannot be told."""
    url, at = parts()
    return at(url.value())


def score(given: ScoreInput, seconds_left: Callable[[], float]) -> ScoreResult:
    """The score, or that there is none to be had: after the workflow's last retry an outage is an outcome, not a failure,
    because a person can decide without a score. Raises TransientFailure before that, PermanentFailure always."""
    try:
        return bureau().score(given.application, seconds_left)
    except TransientFailure as failure:
        if given.attempt < given.retries:
            raise
        logger.warning("bureau given up", reason=str(failure), attempt=given.attempt)
        return ScoreResult(outcome="unavailable", band="unknown")


@instrumented
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """ScoreInput -> ScoreResult. Raises TransientFailure for the workflow to retry; see `loans.steps`."""
    return run_step(
        event, context, ScoreInput, lambda given: score(given, lambda: context.get_remaining_time_in_millis() / 1000)
    )


if in_lambda():
    parts()
