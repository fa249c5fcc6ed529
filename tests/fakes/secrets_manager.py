"""One secret of Secrets Manager as AWS keeps it, as strict about versions and labels as it is there, and the steps in which it rotates.

Like a boto3 client, for the calls that a rotation makes.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:local-loans-bureau-AbCdEf"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class ResourceNotFoundException(ClientError):
    def __init__(self, action: str) -> None:
        super().__init__({"Error": {"Code": "ResourceNotFoundException", "Message": "no such value"}}, action)


class ResourceExistsException(ClientError):
    def __init__(self, action: str) -> None:
        super().__init__({"Error": {"Code": "ResourceExistsException", "Message": "the version has another value"}}, action)


class Exceptions:
    ResourceNotFoundException = ResourceNotFoundException
    ResourceExistsException = ResourceExistsException


@dataclass
class SecretsManager:
    """`texts`: version -> value, None for a version that has only labels yet. `labels`: label -> version."""

    texts: dict[str, str | None] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    rotates: bool = True
    calls: list[str] = field(default_factory=list)
    exceptions = Exceptions

    def begin(self, token: str = "") -> str:
        """Labels a version without a value, as RotateSecret does; its id."""
        token = token or str(uuid.uuid4())
        self.texts.setdefault(token, None)
        self.labels["AWSPENDING"] = token
        return token

    def value(self, label: str = "AWSCURRENT") -> str | None:
        return self.texts[self.labels[label]]

    def describe_secret(self, SecretId: str) -> dict[str, Any]:  # as boto3 names them, like the next
        assert SecretId == SECRET
        self.calls.append("DescribeSecret")
        stages: dict[str, list[str]] = {}
        for label, version in self.labels.items():
            stages.setdefault(version, []).append(label)
        return {"VersionIdsToStages": stages, **({"RotationEnabled": True} if self.rotates else {})}

    def get_secret_value(self, SecretId: str, VersionId: str = "", VersionStage: str = "") -> dict[str, Any]:
        assert SecretId == SECRET
        self.calls.append("GetSecretValue")
        version = VersionId or self.labels.get(VersionStage or "AWSCURRENT", "")
        if VersionStage and self.labels.get(VersionStage) != version:
            raise ResourceNotFoundException("GetSecretValue")
        text = self.texts.get(version)
        if text is None:
            raise ResourceNotFoundException("GetSecretValue")
        return {"VersionId": version, "SecretString": text}

    def put_secret_value(self, SecretId: str, ClientRequestToken: str, VersionStages: list[str], SecretString: str) -> None:
        assert SecretId == SECRET
        self.calls.append("PutSecretValue")
        if self.texts.get(ClientRequestToken) not in (None, SecretString):
            raise ResourceExistsException("PutSecretValue")
        self.texts[ClientRequestToken] = SecretString
        for label in VersionStages:
            self.labels[label] = ClientRequestToken

    def update_secret_version_stage(self, SecretId: str, VersionStage: str, MoveToVersionId: str, RemoveFromVersionId: str = "") -> None:
        assert SecretId == SECRET
        self.calls.append("UpdateSecretVersionStage")
        holder = self.labels.get(VersionStage, "")
        if holder and RemoveFromVersionId != holder:
            raise ClientError({"Error": {"Code": "InvalidParameterException", "Message": "the label is elsewhere"}}, "UpdateSecretVersionStage")
        if VersionStage == "AWSCURRENT" and holder:
            self.labels["AWSPREVIOUS"] = holder
        self.labels[VersionStage] = MoveToVersionId


def rotate(run: Callable[[str, str, str], None], token: str) -> None:
    """All four steps, as Secrets Manager asks for them; what a step raises ends the rotation."""
    for step in STEPS:
        run(step, SECRET, token)
