"""The four steps of a rotation, each of which may come twice, late, or after one that was left half done.

Until `finishSecret`, readers get the value that they had: whatever fails before leaves it in force. The value before that one keeps
the label AWSPREVIOUS until the next rotation.

No value leaves this module but for Secrets Manager: not in a log line, not in an error, not in what the hook is told, which reads it
under its own role.
"""

import json
import logging
import secrets
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
INITIAL = "INITIAL"
"""Label of the version that the platform made because a secret without a version cannot be rotated; it holds no value."""
VALUE_BYTES = 32
"""256 bits of the operating system's randomness: 43 characters, letters, digits, - and _."""

logger = logging.getLogger("rotation")
logger.setLevel(logging.INFO)


class RotationError(Exception):
    """A step cannot be done; the current value stays in force. The message never holds a value."""


class Steps:
    """The steps for one kind of secret.

    manager: client of Secrets Manager. functions: client of Lambda; only for a hook. field: field of the secret's JSON object that holds
    the value; None: the whole text is the value. hook: ARN of the alias of the workload's function that hands a new value to the other
    side (setSecret) and tries it (testSecret); None: nobody else has to know the value.
    """

    def __init__(self, manager: Any, functions: Any = None, *, field: str | None = None, hook: str | None = None) -> None:
        self._manager, self._functions = manager, functions
        self._field, self._hook = field, hook

    def run(self, step: str, secret_id: str, token: str) -> None:
        """Does `step` for the version `token` of a secret. Raises RotationError; nothing is lost by trying again."""
        work = {"createSecret": self._create, "setSecret": self._set, "testSecret": self._test, "finishSecret": self._finish}.get(step)
        if work is None:
            raise RotationError(f"{step!r} is no step of a rotation")
        labels = self._labels(secret_id)
        if token not in labels:
            raise RotationError(
                f"{token} is no version of the secret {secret_id} with a label: nothing has begun its rotation, or a later one has taken its place"
            )
        if CURRENT in labels[token]:
            _tell("the version is current already, nothing is left to do", step, secret_id, token)
            return
        if PENDING not in labels[token]:
            raise RotationError(f"version {token} of the secret {secret_id} is {', '.join(labels[token])} and not {PENDING}: its rotation is over")
        work(secret_id, token, labels)
        _tell("rotation step done", step, secret_id, token)

    def _create(self, secret_id: str, token: str, labels: dict[str, list[str]]) -> None:
        """Generates the value and keeps it as pending, unless this rotation has one."""
        if self._pending(secret_id, token) is not None:
            return  # the other side may know it already
        if self._hook and _is_initial(labels):
            raise RotationError(f"the secret {secret_id} has no value yet: somebody has to set the first one, which the next is handed over with")
        text = self._new_text(secret_id, labels)
        with suppress(self._manager.exceptions.ResourceExistsException):  # the same step, running twice: the other run's value is the one
            self._manager.put_secret_value(SecretId=secret_id, ClientRequestToken=token, VersionStages=[PENDING], SecretString=text)

    def _set(self, secret_id: str, token: str, labels: dict[str, list[str]]) -> None:  # as its siblings
        """Hands the pending value to the other side, if there is one."""
        self._value(self._needed(secret_id, token), secret_id)
        self._call_hook("setSecret", secret_id, token)

    def _test(self, secret_id: str, token: str, labels: dict[str, list[str]]) -> None:
        """Tries the pending value. Secrets Manager takes this step alone when a rotation is configured that does not begin at once."""
        text = self._needed(secret_id, token)
        if _is_initial(labels) and self._hook:
            logger.warning("the secret has no value yet, there is nothing to test", extra=_about("testSecret", secret_id, token))
            return
        self._value(text, secret_id)
        self._call_hook("testSecret", secret_id, token)

    def _finish(self, secret_id: str, token: str, labels: dict[str, list[str]]) -> None:
        """Makes the pending value the current one, and so the current one the previous one, in one call."""
        self._needed(secret_id, token)
        holder = _current(labels)
        gone = {"RemoveFromVersionId": holder} if holder else {}
        try:
            self._manager.update_secret_version_stage(SecretId=secret_id, VersionStage=CURRENT, MoveToVersionId=token, **gone)
        except ClientError:
            if _current(self._labels(secret_id)) != token:  # the same step, running twice, has moved it
                raise

    def _labels(self, secret_id: str) -> dict[str, list[str]]:
        """Version -> its labels."""
        secret = self._manager.describe_secret(SecretId=secret_id)
        if not secret.get("RotationEnabled"):
            raise RotationError(f"the secret {secret_id} is not enabled for rotation")
        labels: dict[str, list[str]] = secret.get("VersionIdsToStages", {})
        return labels

    def _pending(self, secret_id: str, token: str) -> str | None:
        """Text of the version; None if it has no value yet."""
        try:
            found = self._manager.get_secret_value(SecretId=secret_id, VersionId=token, VersionStage=PENDING)
        except self._manager.exceptions.ResourceNotFoundException:
            return None  # Secrets Manager labels the version before it has a value
        text: str | None = found.get("SecretString")
        return text

    def _needed(self, secret_id: str, token: str) -> str:
        text = self._pending(secret_id, token)
        if text is None:
            raise RotationError(f"version {token} of the secret {secret_id} has no value: createSecret has not been done")
        return text

    def _new_text(self, secret_id: str, labels: dict[str, list[str]]) -> str:
        """The secret's text with a new value; with a field, the other fields stay as they are."""
        value = secrets.token_urlsafe(VALUE_BYTES)
        if self._field is None:
            return value
        content: dict[str, Any] = {}
        if not _is_initial(labels):
            current = self._manager.get_secret_value(SecretId=secret_id, VersionStage=CURRENT)
            content = _object(current.get("SecretString"), secret_id)
        return json.dumps({**content, self._field: value})

    def _value(self, text: str, secret_id: str) -> None:
        """Raises RotationError if `text` has no value where readers will look for it."""
        value = text if self._field is None else _object(text, secret_id).get(self._field)
        if not isinstance(value, str) or not value:
            raise RotationError(f"the pending version of the secret {secret_id} has no text in the field {self._field!r}")

    def _call_hook(self, step: str, secret_id: str, token: str) -> None:
        if self._hook is None:
            return
        asked = {"step": step, "secret_id": secret_id, "version_id": token}
        answer = self._functions.invoke(FunctionName=self._hook, Payload=json.dumps(asked))
        told = answer["Payload"].read()
        if "FunctionError" in answer:
            # The kind alone: the message is somebody else's text, and may quote what it was given.
            raise RotationError(f"{step}: {self._hook} failed with {_kind(told)}; its log says why")


def _current(labels: dict[str, list[str]]) -> str | None:
    return next((version for version, held in labels.items() if CURRENT in held), None)


def _is_initial(labels: dict[str, list[str]]) -> bool:
    """Whether nobody has set a value: the current version is the one that the platform made, or there is none."""
    version = _current(labels)
    return version is None or INITIAL in labels[version]


def _object(text: str | None, secret_id: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise RotationError(f"the secret {secret_id} does not hold a JSON object, which its manifest says by naming a field")
    return found


def _kind(told: bytes) -> str:
    try:
        return str(json.loads(told).get("errorType", "an error"))
    except (ValueError, AttributeError):
        return "an error"


def _about(step: str, secret_id: str, token: str) -> dict[str, str]:
    return {"step": step, "secret_id": secret_id, "version_id": token}


def _tell(message: str, step: str, secret_id: str, token: str) -> None:
    logger.info(message, extra=_about(step, secret_id, token))
