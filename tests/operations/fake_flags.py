"""AppConfig, CloudWatch and STS, as far as `operations flags` uses them, with a clock that the test moves."""

import io
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from operations.flags import AT_ONCE, Flags
from platform_contract.inventory import FlagsEntry

from .fake_aws import paginated

MINUTES, BAKE = 20, 10
STARTED = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def refused(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class AppConfig:
    """One application. Deployments grow by the clock, as the strategy says; an alarm of a monitor rolls them back. Pages have two items."""

    def __init__(self, **first: bool) -> None:
        self.minutes = 0.0
        self.versions = {1: json.dumps({name: {"default": value} for name, value in first.items()})}
        self.deployments: list[dict[str, Any]] = [{"number": 1, "version": 1, "began": -100.0, "strategy": "strategy-1", "said": "The manifest's defaults.", "end": ""}]
        self.monitors = [{"AlarmArn": "arn:alarm:dev-shop-http-server-errors", "AlarmRoleArn": "role"}]
        self.alarms: dict[str, str] = {"dev-shop-http-server-errors": "OK"}
        self.alarm_at: float | None = None
        """Minutes after which the alarm fires."""
        self.somebody_else = False
        """Makes a version between the look and the change."""

    def sleep(self, seconds: float) -> None:
        self.minutes += seconds / 60
        if self.alarm_at is not None and self.minutes >= self.alarm_at:
            self.alarms = dict.fromkeys(self.alarms, "ALARM")

    def flags(self, *names: str, minutes: int = MINUTES) -> Flags:
        entry = FlagsEntry.model_validate({
            "application_id": "app", "environment_id": "env", "profile_id": "profile", "strategy_id": "strategy-1", "minutes": minutes, "bake_minutes": BAKE,
            "first_version": 1, "monitors": ["dev-shop-http-server-errors"], "monitor_role_arn": "role",
            "flags": {name: {"description": f"{name} is done.", "default": True} for name in names},
        })  # fmt: skip
        services = {
            "appconfig": self, "cloudwatch": self,
            "sts": SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::111111111111:user/anna"}),
        }  # fmt: skip
        return Flags("shop", entry, services.__getitem__, self.sleep)

    def content(self, version: int) -> dict[str, bool]:
        return {name: each["default"] for name, each in json.loads(self.versions[version]).items()}

    @property
    def served(self) -> dict[str, bool]:
        """What functions get once all have it."""
        return self.content(next(each["version"] for each in reversed(self.deployments) if self._state(each) not in ("ROLLED_BACK", "REVERTED")))

    def _state(self, it: dict[str, Any]) -> str:
        if it["end"]:
            return str(it["end"])
        grow, bake = (0, BAKE) if it["strategy"] == AT_ONCE else (MINUTES, BAKE)
        if it["number"] > 1 and self.monitors and self.minutes < it["began"] + grow + bake and "ALARM" in self.alarms.values():
            it["end"] = "ROLLED_BACK"
            it["why"] = "CLOUDWATCH_ALARM"
            return "ROLLED_BACK"
        gone = self.minutes - it["began"]
        if gone >= grow + bake:
            it["end"] = "COMPLETE"
        return "DEPLOYING" if gone < grow else "BAKING" if gone < grow + bake else "COMPLETE"

    def _view(self, it: dict[str, Any]) -> dict[str, Any]:
        state = self._state(it)
        share = min(100.0, 10 * 2 ** ((self.minutes - it["began"]) // 5)) if state == "DEPLOYING" else 100.0
        events = [{"EventType": "ROLLBACK_STARTED", "TriggeredBy": it["why"], "Description": "alarm"}] if "why" in it else []
        return {
            "DeploymentNumber": it["number"], "ConfigurationVersion": str(it["version"]), "State": state, "PercentageComplete": share,
            "Description": it["said"], "StartedAt": STARTED + timedelta(minutes=it["began"]), "EventLog": events,
        }  # fmt: skip

    @staticmethod
    def _page(items: list[dict[str, Any]], token: str) -> dict[str, Any]:
        start = int(token)
        return {"Items": items[start : start + 2], **({"NextToken": str(start + 2)} if start + 2 < len(items) else {})}

    def get_paginator(self, operation: str) -> Any:
        return paginated(self, operation)

    def list_deployments(self, ApplicationId: str, EnvironmentId: str, NextToken: str = "0") -> dict[str, Any]:
        return self._page([self._view(each) for each in self.deployments], NextToken)

    def get_deployment(self, ApplicationId: str, EnvironmentId: str, DeploymentNumber: int) -> dict[str, Any]:
        return self._view(self.deployments[DeploymentNumber - 1])

    def start_deployment(
        self, ApplicationId: str, EnvironmentId: str, ConfigurationProfileId: str, ConfigurationVersion: str, DeploymentStrategyId: str, Description: str
    ) -> dict[str, Any]:
        if any(self._state(each) in ("DEPLOYING", "BAKING") for each in self.deployments):
            raise refused("ConflictException", "StartDeployment")
        made = {"number": len(self.deployments) + 1, "version": int(ConfigurationVersion), "began": self.minutes, "strategy": DeploymentStrategyId, "said": Description, "end": ""}
        self.deployments.append(made)
        return {"DeploymentNumber": made["number"]}

    def stop_deployment(self, ApplicationId: str, EnvironmentId: str, DeploymentNumber: int, AllowRevert: bool) -> None:
        it = self.deployments[DeploymentNumber - 1]
        it["end"] = "REVERTED" if self._state(it) == "COMPLETE" else "ROLLED_BACK"

    def list_hosted_configuration_versions(self, ApplicationId: str, ConfigurationProfileId: str, NextToken: str = "0") -> dict[str, Any]:
        return self._page([{"VersionNumber": number} for number in self.versions], NextToken)

    def get_hosted_configuration_version(self, ApplicationId: str, ConfigurationProfileId: str, VersionNumber: int) -> dict[str, Any]:
        return {"Content": io.BytesIO(self.versions[VersionNumber].encode())}

    def create_hosted_configuration_version(
        self, ApplicationId: str, ConfigurationProfileId: str, Content: bytes, ContentType: str, LatestVersionNumber: int
    ) -> dict[str, Any]:
        if self.somebody_else:
            self.versions[max(self.versions) + 1] = "{}"
        if max(self.versions) != LatestVersionNumber:
            raise refused("ConflictException", "CreateHostedConfigurationVersion")
        number = max(self.versions) + 1
        self.versions[number] = Content.decode()
        return {"VersionNumber": number}

    def delete_hosted_configuration_version(self, ApplicationId: str, ConfigurationProfileId: str, VersionNumber: int) -> None:
        del self.versions[VersionNumber]

    def get_environment(self, ApplicationId: str, EnvironmentId: str) -> dict[str, Any]:
        return {"Monitors": self.monitors}

    def update_environment(self, ApplicationId: str, EnvironmentId: str, Monitors: list[dict[str, str]]) -> None:
        self.monitors = Monitors

    def describe_alarms(self, AlarmNames: list[str], StateValue: str = "") -> dict[str, Any]:
        found = [name for name in AlarmNames if StateValue in ("", self.alarms[name])]
        return {"MetricAlarms": [{"AlarmName": name, "AlarmArn": f"arn:alarm:{name}"} for name in found]}
