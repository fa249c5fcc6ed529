"""A function's part in the rotation of a secret that somebody outside has to know too: to hand the new value over, and to try it.

The platform's own function generates the value and decides which one is current; it invokes this one with `{"step": "setSecret" or "testSecret",
"secret_id": .., "version_id": ..}`, without any value: those are read here, under this function's own role. A step may come twice.
"""

import re
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import PermanentFailure, TransientFailure, first_fault
from shared.observability import accept_correlation_id, logger

Value = TypeVar("Value", bound=BaseModel)
Given = TypeVar("Given", contravariant=True)


class RotationStep(BaseModel):
    """What the platform's function sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: Literal["setSecret", "testSecret"]
    secret_id: str = Field(min_length=1, max_length=2048, description="ARN of the secret.")
    version_id: str = Field(min_length=32, max_length=64, description="The version that is to become the current one.")


class OtherSide(Protocol[Given]):
    """Who has to know the value besides this workload. Both raise if it cannot be done, which ends the rotation and changes nothing here."""

    def accept(self, current: Given, pending: Given) -> None:
        """Makes the other side accept `pending` besides `current`, with which this workload proves who it is."""

    def check(self, pending: Given) -> None:
        """Tries `pending`, without any other effect."""


class Versions(Generic[Value]):
    """The values of the secret `name` during its rotation. Never from a cache: it would not know the pending one."""

    def __init__(self, client: Any, name: str, model: type[Value]) -> None:
        self._client, self._name, self._model = client, name, model

    def check(self, secret_id: str) -> None:
        """Raises PermanentFailure if that is another secret's ARN: its value must not reach this one's other side."""
        if not re.fullmatch(rf"arn:[\w-]+:secretsmanager:[\w-]+:\d{{12}}:secret:{re.escape(self._name)}-\w{{6}}", secret_id):
            raise PermanentFailure(f"secret_id: is not the ARN of the secret {self._name}")

    def current(self, secret_id: str) -> Value:
        """The value that readers get. Raises TransientFailure if it cannot be read, PermanentFailure if it is not what the model says."""
        return self._read(secret_id, VersionStage="AWSCURRENT")

    def pending(self, secret_id: str, version_id: str) -> Value:
        """The value that may become the current one. Raises like `current`."""
        return self._read(secret_id, VersionId=version_id)

    def _read(self, secret_id: str, **which: str) -> Value:
        from botocore.exceptions import BotoCoreError, ClientError  # with boto3, which is there by then

        try:
            text = self._client.get_secret_value(SecretId=secret_id, **which).get("SecretString")
        except (BotoCoreError, ClientError) as error:  # the service's text, which does not quote secrets
            raise TransientFailure(f"secret {secret_id} cannot be read: {error}", "secret-unreadable") from None
        try:
            return self._model.model_validate_json(text or "")
        except ValidationError as error:
            field = first_fault(error, "text").field
            raise PermanentFailure(f"secret {secret_id}, {', '.join(which.values())}: {field} is not as {self._model.__name__} says") from None


def rotate(event: Any, context: Any, versions: Versions[Value], other_side: OtherSide[Value]) -> None:
    """One step. Raises PermanentFailure naming the first field at fault if `event` is no step, and what `other_side` raises."""
    try:
        asked = RotationStep.model_validate(event)
    except ValidationError as error:
        raise PermanentFailure(first_fault(error, "input").text) from None
    accept_correlation_id(asked.version_id, context.aws_request_id)  # one for all steps of a rotation
    versions.check(asked.secret_id)
    pending = versions.pending(asked.secret_id, asked.version_id)
    if asked.step == "setSecret":
        other_side.accept(versions.current(asked.secret_id), pending)
    else:
        other_side.check(pending)
    logger.info("rotation step done", step=asked.step, secret=asked.secret_id, version=asked.version_id)
