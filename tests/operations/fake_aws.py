"""Lambda, Systems Manager and CodeDeploy, as far as releases use them, with a clock that the test moves."""

import io
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from operations.releases.subject import Subject
from platform_contract.features.strategy import Strategy
from platform_contract.inventory import Inventory

PREFIX = "dev-shop-"


class Lambda:
    """Functions with numbered versions and the alias `live`. answers: what the function that checks says of (hook, function, version)."""

    def __init__(self, *functions: str) -> None:
        self.published = {PREFIX + name: ["1"] for name in functions}
        self.live = {PREFIX + name: "1" for name in functions}
        self.revision = 0
        self.answers: Callable[[str, str, str], list[str]] = lambda hook, function, version: []
        self.crash = False
        self.steal: str | None = None
        """Function that somebody else moves between the look and the move."""
        self.moves: list[tuple[str, str]] = []
        self.pinned: dict[str, set[str]] = {}
        """Function -> versions that an alias gives traffic to."""
        self.meta = SimpleNamespace(endpoint_url="http://127.0.0.1:1")

    def publish(self, function: str) -> str:
        versions = self.published[PREFIX + function]
        versions.append(str(int(versions[-1]) + 1))
        return versions[-1]

    def get_alias(self, FunctionName: str, Name: str) -> dict[str, str]:
        assert Name == "live"
        if FunctionName not in self.live:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no such function"}}, "GetAlias")
        return {"FunctionVersion": self.live[FunctionName], "RevisionId": str(self.revision)}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_versions_by_function"
        return SimpleNamespace(paginate=lambda FunctionName: [
            {"Versions": [{"Version": "$LATEST", "CodeSha256": "-"}, *({"Version": each, "CodeSha256": f"sha-{each}"} for each in self.published.get(FunctionName, []))]}
        ])  # fmt: skip

    def update_alias(self, FunctionName: str, Name: str, FunctionVersion: str, RoutingConfig: Any, RevisionId: str) -> None:
        assert RoutingConfig == {"AdditionalVersionWeights": {}}
        if self.steal == FunctionName:
            raise ClientError({"Error": {"Code": "PreconditionFailedException", "Message": "revision"}}, "UpdateAlias")
        assert RevisionId == str(self.revision)
        self.revision += 1
        self.live[FunctionName] = FunctionVersion
        self.moves.append((FunctionName, FunctionVersion))

    def delete_function(self, FunctionName: str, Qualifier: str) -> None:
        if Qualifier in self.pinned.get(FunctionName, ()):
            raise ClientError({"Error": {"Code": "ResourceConflictException", "Message": "referenced by alias"}}, "DeleteFunction")
        self.published[FunctionName].remove(Qualifier)

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        assert FunctionName == "dev-shop-release-checks:live"
        if self.crash:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorType": "KeyError", "errorMessage": "no"}')}
        event = json.loads(Payload)
        problems = self.answers(event["hook"], event["function"].removeprefix(PREFIX), event["version"])
        return {"Payload": io.BytesIO(json.dumps({"problems": problems}).encode())}


def paginated(client: Any, operation: str) -> Any:
    """boto3's paginator over a fake's operation, which answers with NextToken where there is more."""

    def pages(**asked: Any) -> Iterator[dict[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = getattr(client, operation)(**asked, **token)
            yield page
            if "NextToken" not in page:
                return
            token = {"NextToken": page["NextToken"]}

    return SimpleNamespace(paginate=pages)


class Ssm:
    """One parameter with its history, in pages of two."""

    def __init__(self) -> None:
        self.texts = ["{}"]

    def put_parameter(self, Name: str, Value: str, Type: str, Overwrite: bool) -> None:
        assert (Name, Type, Overwrite) == ("/dev/shop/release.record", "String", True)
        assert len(Value) <= 4096
        self.texts.append(Value)

    def get_paginator(self, operation: str) -> Any:
        return paginated(self, operation)

    def get_parameter_history(self, Name: str, NextToken: str = "0") -> dict[str, Any]:
        assert Name == "/dev/shop/release.record"
        start = int(NextToken)
        more = {"NextToken": str(start + 2)} if start + 2 < len(self.texts) else {}
        return {"Parameters": [{"Value": each} for each in self.texts[start : start + 2]], **more}


class Clock:
    def __init__(self) -> None:
        self.minutes = 0.0

    def __call__(self) -> float:
        return self.minutes * 60

    def sleep(self, seconds: float) -> None:
        self.minutes += seconds / 60


class CodeDeploy:
    """Deployments that go their steps by the clock: checked, shifted as the strategy says, checked again; an alarm takes them back."""

    def __init__(self, functions: Lambda, clock: Clock, strategy: Strategy) -> None:
        self.functions, self.clock, self.strategy = functions, clock, strategy
        self.deployments: dict[str, dict[str, Any]] = {}
        self.alarm_at: dict[str, float] = {}
        """Function -> minutes after its first share when an alarm of its group fires."""
        self.weights: list[tuple[float, str, int]] = []
        """(minute, function, percent of its new version) as seen at each look."""

    def list_deployments(self, applicationName: str, deploymentGroupName: str, includeOnlyStatuses: list[str]) -> dict[str, list[str]]:
        assert applicationName == "dev-shop"
        found = [key for key, each in self.deployments.items() if each["group"] == deploymentGroupName and self._status(key) in includeOnlyStatuses]
        return {"deployments": found}

    def create_deployment(self, applicationName: str, deploymentGroupName: str, revision: Any, description: str, **override: Any) -> dict[str, str]:
        content = json.loads(revision["appSpecContent"]["content"])
        properties = content["Resources"][0]["Function"]["Properties"]
        identity = f"d-{len(self.deployments) + 1}"
        self.deployments[identity] = {
            "group": deploymentGroupName, "began": self.clock.minutes, "properties": properties, "hooks": content["Hooks"], "stopped": False,
            "override": override,
        }  # fmt: skip
        return {"deploymentId": identity}

    def _status(self, identity: str) -> str:
        it = self.deployments[identity]
        name, new = it["properties"]["Name"].removeprefix(PREFIX), it["properties"]["TargetVersion"]
        if it["stopped"]:
            return "Stopped"
        if self.functions.answers("BeforeAllowTraffic", name, new):
            return "Failed"
        minute = self.clock.minutes - it["began"]
        if name in self.alarm_at and minute >= self.alarm_at[name] and not it["override"]:
            return "Stopped"
        if minute < self.strategy.minutes_in_all:
            return "InProgress"
        if self.functions.answers("AfterAllowTraffic", name, new):
            return "Failed"
        return "Succeeded"

    def get_deployment(self, deploymentId: str) -> dict[str, Any]:
        status, it = self._status(deploymentId), self.deployments[deploymentId]
        properties = it["properties"]
        if status == "Succeeded":
            self.functions.live[properties["Name"]] = properties["TargetVersion"]
        minute = self.clock.minutes - it["began"]
        share = self.strategy.share_at(minute) if status in ("InProgress", "Succeeded") else 0
        self.weights.append((minute, properties["Name"].removeprefix(PREFIX), share))
        error = {"errorInformation": {"code": "ALARM_ACTIVE", "message": "an alarm fired"}} if status == "Stopped" and not it["stopped"] else {}
        return {"deploymentInfo": {"status": status, **error}}

    def list_deployment_targets(self, deploymentId: str) -> dict[str, list[str]]:
        return {"targetIds": [deploymentId]}

    def batch_get_deployment_targets(self, deploymentId: str, targetIds: list[str]) -> dict[str, Any]:
        status = self._status(deploymentId)
        states = {"Succeeded": ("Succeeded",) * 3, "InProgress": ("Succeeded", "InProgress", "Pending"), "Failed": ("Failed", "Skipped", "Skipped")}
        names = ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
        events = [
            {"lifecycleEventName": name, "status": state}
            for name, state in zip(names, states.get(status, ("Succeeded", "Failed", "Skipped")), strict=True)
        ]
        return {"deploymentTargets": [{"lambdaTarget": {"lifecycleEvents": events}}]}

    def stop_deployment(self, deploymentId: str, autoRollbackEnabled: bool) -> None:
        assert autoRollbackEnabled
        self.deployments[deploymentId]["stopped"] = True


def subject(functions: Lambda, ssm: Ssm, codedeploy: CodeDeploy | None = None) -> Subject:
    """The workload `shop` of a made-up stack; on AWS where there is CodeDeploy."""
    if codedeploy:
        functions.meta = SimpleNamespace(endpoint_url="https://lambda.eu-west-1.amazonaws.com")
    services = {
        "lambda": functions, "ssm": ssm, "codedeploy": codedeploy,
        "sts": SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::111111111111:user/anna"}),
    }  # fmt: skip
    return Subject.of(inventory(*functions.published), "shop", services.__getitem__)


def inventory(*physical: str, phase: str = "standardize", platform: tuple[str, ...] = ()) -> Inventory:
    entries = {
        name.removeprefix(PREFIX): {"physical_name": name, "alias_arn": "-", "log_group": "-", "timeout_seconds": 10, "failures_url": ""}
        for name in physical
    }
    release = {
        "application_name": "dev-shop", "strategy": "canary", "percent": 10, "minutes": 10, "checks_name": "dev-shop-release-checks",
        "record_name": "/dev/shop/release.record",
    }  # fmt: skip
    sections = ("tables", "queues", "buckets", "topics", "buses", "streams", "datasets", "workflows", "secrets", "parameters", "schedules", "apis")
    workload = {
        **{name: {} for name in sections}, "owner": "team", "phase": phase, "data_class": "internal", "functions": entries, "alarms": [],
        "release": release if phase != "pilot" else None, "platform_functions": list(platform),
    }  # fmt: skip
    return Inventory.model_validate({
        "environment": "dev", "account_id": "111111111111", "region": "eu-west-1", "identity": {"issuer": "-"}, "alarm_topic_arn": "-",
        "workloads": {"shop": workload},
    })  # fmt: skip
