"""Rotates the key of the credit bureau's API: hands the new one over with the current one, and tries it.

The bureau accepts the key that asked and the one that it was given, until the next one is given; so runs that have the old key in memory go on.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from shared.breaker import Breaker, CircuitOpen
from shared.clients import client, in_lambda
from shared.config import FunctionConfig, load_config
from shared.errors import PermanentFailure, TransientFailure
from shared.external import HTTPS_OR_LOCAL, Answer, Call, ExternalApi, Refused, json_call
from shared.observability import instrumented
from shared.rotation import Versions, rotate

if TYPE_CHECKING:
    from shared.parameters import Parameter
    from shared.secrets import ApiCredential


class Config(FunctionConfig):
    """What the platform must set for this function."""

    table_breakers: str = Field(min_length=3)
    secret_bureau: str = Field(min_length=1)
    parameter_bureau_url: str = Field(min_length=1, description="Parameter that holds the base URL of the bureau")


class BureauKeys:
    """The keys that the bureau accepts. `seconds_left` tells what is left of the invocation."""

    def __init__(self, api: ExternalApi, seconds_left: Callable[[], float]) -> None:
        self._api, self._seconds_left = api, seconds_left

    def accept(self, current: "ApiCredential", pending: "ApiCredential") -> None:
        """Gives the bureau `pending`; the same one twice is no error there. Raises PermanentFailure if it takes neither that nor `current`."""
        body = json.dumps({"api_key": pending.api_key.get_secret_value()})
        try:
            self._call(json_call("PUT", "/keys/next", body, _headers(current), repeatable=True))
        except Refused:
            self.check(pending)  # the current key was withdrawn since; then the new one is in force, or nothing is

    def check(self, pending: "ApiCredential") -> None:
        """Raises PermanentFailure if the bureau does not accept `pending`."""
        try:
            self._call(Call("GET", "/keys/current", None, _headers(pending), repeatable=True))
        except Refused as refused:
            raise PermanentFailure(f"{refused}; the new key is not accepted") from None

    def _call(self, call: Call) -> None:
        try:
            self._api.call(call, _read, self._seconds_left)
        except CircuitOpen as error:
            raise TransientFailure(str(error), "circuit-open", error.retry_after_seconds) from None


def _headers(credential: "ApiCredential") -> dict[str, str]:
    return {"authorization": f"Bearer {credential.api_key.get_secret_value()}"}


def _read(answer: Answer) -> None:
    """Raises PermanentFailure for anything but success; the answer's text is not quoted, it may hold the key."""
    if answer.status not in (200, 204):
        raise PermanentFailure(f"bureau: answered {answer.status}")


@cache
def parts() -> tuple["Versions[ApiCredential]", "Parameter", Breaker]:
    """Values of the secret, where the bureau's URL is, and its breaker. Raises ConfigurationError naming every variable that is missing."""
    from shared.parameters import Parameter  # with boto3, like the next
    from shared.secrets import ApiCredential

    config = load_config(Config)
    breaker = Breaker(client("dynamodb"), config.table_breakers, "bureau")
    versions = Versions(client("secretsmanager"), config.secret_bureau, ApiCredential)
    return versions, Parameter(client("ssm"), config.parameter_bureau_url, HTTPS_OR_LOCAL), breaker


@instrumented
def handler(event: dict[str, Any], context: Any) -> None:
    """RotationStep -> nothing. Raises if the bureau does not take the key: then the current one stays; see `shared.rotation`."""
    versions, url, breaker = parts()
    api = ExternalApi(url.value(), breaker)
    rotate(event, context, versions, BureauKeys(api, lambda: context.get_remaining_time_in_millis() / 1000))


if in_lambda():
    parts()
