"""Step `score`: asks the external credit bureau."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from loans.bureau import Bureau
from loans.contracts import ScoreInput
from loans.steps import run_step
from shared.breaker import Breaker
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.external import HTTPS_OR_LOCAL, ExternalApi
from shared.observability import instrumented

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
    parts()
