"""A release on AWS: one CodeDeploy deployment for each function, followed until all have ended.

CodeDeploy shifts the traffic in steps, asks the function that checks, watches the alarms of the group, and goes back by itself. Here it is
started, shown, and what it leaves half done is taken back: where one function of the workload fails, none is released.
"""

import hashlib
import json
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.errors import OperationError, reason_of
from operations.releases.record import Move, Release
from operations.releases.shifting import AFTER, BEFORE
from operations.releases.subject import Subject
from operations.versions import ALIAS

POLL_SECONDS = 5.0
ENDED = ("Succeeded", "Failed", "Stopped")
UNDER_WAY = ["Created", "Queued", "InProgress", "Baking", "Ready"]


def specification(subject: Subject, function: str, move: Move) -> str:
    """The revision of a deployment, given inline: which alias goes from which version to which, and who is asked.

    Source: CodeDeploy guide, "AppSpec file structure for an AWS Lambda compute platform".
    """
    properties = {"Name": subject.physical(function), "Alias": ALIAS, "CurrentVersion": move.before, "TargetVersion": move.after}
    hooks = [{hook: subject.release.checks_name} for hook in (BEFORE, AFTER)]
    content = {"version": 0.0, "Resources": [{"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}], "Hooks": hooks}
    return json.dumps(content)


class Deployments:
    """The deployments of one release."""

    def __init__(self, subject: Subject, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic) -> None:
        self._subject, self._sleep, self._clock = subject, sleep, clock
        self._codedeploy = subject.clients("codedeploy")
        self._shown: dict[tuple[str, str], str] = {}

    def release(self, release: Release, *, ignore_alarms: bool) -> Iterator[str]:
        """Raises OperationError with the reason where callers do not have the new versions at the end."""
        began = self._clock()
        self._refuse_running()
        started: dict[str, str] = {}
        self._subject.records.write(release)
        try:
            for function, move in release.functions.items():
                started[function] = self._start(function, move, ignore_alarms)
                yield f"  {function}: deployment {started[function]}, version {move.before} -> {move.after}"
                self._subject.records.write(release.model_copy(update={"deployments": started}))
            ended: dict[str, Any] = {}
            while len(ended) < len(started):
                for function, identity in started.items():
                    if function not in ended:
                        deployment = yield from self._look(function, identity)
                        if deployment["status"] in ENDED:
                            ended[function] = deployment
                if any(each["status"] != "Succeeded" for each in ended.values()):
                    break
                if len(ended) < len(started):
                    self._sleep(POLL_SECONDS)
            if failed := {function: each for function, each in ended.items() if each["status"] != "Succeeded"}:
                raise OperationError("\n".join(f"  {function}: {_reason(each)}" for function, each in failed.items()))
        except BaseException as wrong:
            yield from self._take_back(release, started)
            reason = reason_of(wrong)
            ended_release = release.model_copy(update={"deployments": started}).ended("rolled_back", self._clock() - began, reason)
            self._subject.records.write(ended_release)
            if not isinstance(wrong, OperationError):
                raise
            raise OperationError(f"the release of {self._subject.name} was rolled back: callers have the version before\n{reason}") from None
        self._subject.records.write(release.model_copy(update={"deployments": started}).ended("released", self._clock() - began))

    def status(self, deployments: dict[str, str]) -> dict[str, str]:
        """Function -> what became of its deployment."""
        return {function: self._codedeploy.get_deployment(deploymentId=each)["deploymentInfo"]["status"] for function, each in deployments.items()}

    def _refuse_running(self) -> None:
        for function in self._subject.workload.functions:
            found = self._codedeploy.list_deployments(
                applicationName=self._subject.release.application_name, deploymentGroupName=self._subject.physical(function),
                includeOnlyStatuses=UNDER_WAY,
            )["deployments"]  # fmt: skip
            if found:
                raise OperationError(f"the deployment {found[0]} of {self._subject.name}/{function} runs already: wait for it, or stop it in CodeDeploy")

    def _start(self, function: str, move: Move, ignore_alarms: bool) -> str:
        content = specification(self._subject, function, move)
        override = {"overrideAlarmConfiguration": {"enabled": False, "ignorePollAlarmFailure": True}} if ignore_alarms else {}
        try:
            answer = self._codedeploy.create_deployment(
                applicationName=self._subject.release.application_name, deploymentGroupName=self._subject.physical(function),
                revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}},
                description=f"{self._subject.name}/{function}: version {move.after}", **override,
            )  # fmt: skip
        except ClientError as error:
            if error.response["Error"]["Code"] != "DeploymentLimitExceededException":
                raise
            raise OperationError(f"another deployment of {self._subject.name}/{function} has just begun: wait for it") from None
        return str(answer["deploymentId"])

    def _look(self, function: str, identity: str) -> Generator[str, None, Any]:
        """The deployment now; lines for every lifecycle event whose state is new."""
        deployment = self._codedeploy.get_deployment(deploymentId=identity)["deploymentInfo"]
        targets = self._codedeploy.list_deployment_targets(deploymentId=identity)["targetIds"]
        for target in self._codedeploy.batch_get_deployment_targets(deploymentId=identity, targetIds=targets)["deploymentTargets"] if targets else ():
            for event in target["lambdaTarget"]["lifecycleEvents"]:
                name, state = event["lifecycleEventName"], event["status"]
                if state != "Pending" and self._shown.get((identity, name)) != state:
                    self._shown[identity, name] = state
                    yield f"  {function}: {name} {state}"
        return deployment

    def _take_back(self, release: Release, started: dict[str, str]) -> Iterator[str]:
        """Stops what runs, which CodeDeploy then takes back by itself, and moves back what had ended well."""
        for function, identity in started.items():
            status = self.status({function: identity})[function]
            if status not in ENDED:
                self._codedeploy.stop_deployment(deploymentId=identity, autoRollbackEnabled=True)
                yield f"  {function}: deployment {identity} stopped, and taken back by CodeDeploy"
            elif status == "Succeeded":
                move = release.functions[function]
                self._subject.move(function, move.before, expected=move.after)
                yield f"  {function}: back on version {move.before}, because another function of the workload failed"


def _reason(deployment: Any) -> str:
    told = deployment.get("errorInformation") or {}
    back = deployment.get("rollbackInfo") or {}
    parts = [deployment["status"], told.get("code", ""), told.get("message", ""), back.get("rollbackMessage", "")]
    return ": ".join(part for part in parts if part)
