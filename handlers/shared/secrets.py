"""Secrets from Secrets Manager, kept in memory for a while through Powertools' Parameters, and never logged.

A secret may be rotated while it is in memory: whoever is refused with it calls `refreshed` and tries once more.
Apart from other modules, because importing it costs boto3.
"""

from typing import Any, Generic, TypeVar

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shared.errors import PermanentFailure, TransientFailure, first_fault
from shared.observability import logger

SHORTEST_CACHE_SECONDS = 5
LONGEST_CACHE_SECONDS = 3600
"""Bounds of the time in memory: every read is billed and throttled, and a withdrawn secret must go some day."""

NOT_SET = "{}"
"""Text of a secret that rotates until somebody sets its first value: AWS rotates no secret without a version."""

Value = TypeVar("Value", bound=BaseModel)


class ApiCredential(BaseModel):
    """A secret that holds the key of an external API: `{"api_key": "..."}`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    api_key: SecretStr = Field(min_length=1)


class Secret(Generic[Value]):
    """The secret `name`, whose text is JSON of `model`. The model's fields should be SecretStr: those print as asterisks."""

    def __init__(self, client: Any, name: str, model: type[Value], cache_seconds: int = 300) -> None:
        if not SHORTEST_CACHE_SECONDS <= cache_seconds <= LONGEST_CACHE_SECONDS:
            raise ValueError(
                f"cache_seconds={cache_seconds}: must be from {SHORTEST_CACHE_SECONDS} to {LONGEST_CACHE_SECONDS} seconds"
            )
        self._provider = SecretsProvider(boto3_client=client)
        self._name = name
        self._model = model
        self._cache_seconds = cache_seconds

    def value(self) -> Value:
        """The secret, from memory if it was read within the cache's seconds.

        Raises TransientFailure if it cannot be read or was not set yet, PermanentFailure if it is not what the model says: neither quotes it.
        """
        return self._read(force=False)

    def refreshed(self, refused: Value) -> Value | None:
        """The secret after the other side refused `refused`; None if it is still that one, so that another try is no use."""
        current = self._read(force=False)
        if current == refused:  # otherwise it was read anew since then
            current = self._read(force=True)
        logger.info("secret read again after a refusal", secret=self._name, changed=current != refused)
        return None if current == refused else current

    def _read(self, force: bool) -> Value:
        try:
            text = self._provider.get(self._name, max_age=self._cache_seconds, force_fetch=force)
        except GetParameterError as error:  # its text is the service's, which does not quote secrets
            raise TransientFailure(f"secret {self._name} cannot be read: {error}", "secret-unreadable") from None
        if not isinstance(text, str):
            raise PermanentFailure(f"secret {self._name} is not text")
        if text == NOT_SET:
            raise TransientFailure(f"secret {self._name} has no value yet", "secret-unreadable")
        try:
            return self._model.model_validate_json(text)
        except ValidationError as error:
            field = first_fault(error, "no JSON object").field
            raise PermanentFailure(f"secret {self._name} is not a {self._model.__name__}: {field}") from None
