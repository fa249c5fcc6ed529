"""Rotates a secret of the embedded cloud as Secrets Manager would, which is not done there: labels a version, then calls the function."""

import json
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

FIRST_STEPS = ("createSecret", "setSecret", "testSecret")
"""What happens before the new value is the current one."""


@dataclass
class Rotator:
    """`platform`: whatever has the running cloud as `cloud`. `secret`: name of the secret."""

    platform: Any
    secret: str

    @cached_property
    def manager(self) -> Any:
        return self.platform.cloud.client("secretsmanager")

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.manager.describe_secret(SecretId=self.secret)
        return found

    def text(self, **which: str) -> str:
        return str(self.manager.get_secret_value(SecretId=self.secret, **which)["SecretString"])

    def begin(self) -> str:
        """A version with the label AWSPENDING and without a value; its id."""
        token = str(uuid.uuid4())
        for version, labels in self.described()["VersionIdsToStages"].items():
            if "AWSPENDING" in labels:
                self.manager.update_secret_version_stage(SecretId=self.secret, VersionStage="AWSPENDING", RemoveFromVersionId=version)
        self.manager.put_secret_value(SecretId=self.secret, ClientRequestToken=token, VersionStages=["AWSPENDING"])
        return token

    def step(self, step: str, token: str) -> str | None:
        """Calls the deployed function by its alias; kind of the error with which it ended, None for none."""
        secret = self.described()
        asked = {"Step": step, "SecretId": secret["ARN"], "ClientRequestToken": token, "RotationToken": str(uuid.uuid4())}
        reply = self.platform.cloud.client("lambda").invoke(FunctionName=secret["RotationLambdaARN"], Payload=json.dumps(asked))
        told = reply["Payload"].read()
        if "FunctionError" not in reply:
            return None
        return "RotationError" if "its log says why" in told.decode() else told.decode()

    def log_text(self, group: str) -> str:
        events = self.platform.cloud.client("logs").filter_log_events(logGroupName=group)["events"]
        return "\n".join(event["message"] for event in events)
