"""Entry point, for CodeDeploy and for `operations release`.

CodeDeploy sends {DeploymentId, LifecycleEventHookExecutionId} and wants the result told; which version and which hook it is about is asked of
it. `operations release` on the embedded cloud, which has no CodeDeploy, sends {hook, function, version, since} and gets {problems}.
"""

import json
import logging
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from .checks import Checks, Version

logger = logging.getLogger("release")

BEFORE, AFTER = "BeforeAllowTraffic", "AfterAllowTraffic"
DATA = "checks.json"
"""Beside the package, in the bundle."""
READ_SECONDS = 60
"""For calls of functions of the workload, whose smoke events are short."""


@cache
def client(service: str) -> Any:
    bounds = Config(connect_timeout=2, read_timeout=READ_SECONDS, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.client(service, config=bounds)


@cache
def checks() -> Checks:
    """Made once per execution environment."""
    data = json.loads((Path(os.environ.get("LAMBDA_TASK_ROOT", Path(__file__).parents[1])) / DATA).read_text())
    return Checks(client("lambda"), client("cloudwatch"), client("logs"), data, time.time)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # Lambda passes both
    """{"problems": [...]}, empty if the version may go on."""
    if "DeploymentId" not in event:
        return {"problems": _check(event["hook"], Version(event["function"], str(event["version"]), event.get("since") or 0))}
    deployment, execution = event["DeploymentId"], event["LifecycleEventHookExecutionId"]
    try:
        hook, version = _asked(deployment)
        problems = _check(hook, version)
    except Exception as error:
        problems = [f"the check itself failed: {type(error).__name__}: {error}"]
    for problem in problems:
        logger.error("%s: %s", deployment, problem)
    client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=deployment, lifecycleEventHookExecutionId=execution, status="Failed" if problems else "Succeeded"
    )
    return {"problems": problems}


def _check(hook: str, version: Version) -> list[str]:
    return checks().before(version) if hook == BEFORE else checks().after(version)


def _asked(deployment: str) -> tuple[str, Version]:
    """(hook, version) that the deployment is at. Raises ValueError where it is at none."""
    codedeploy = client("codedeploy")
    identities = codedeploy.list_deployment_targets(deploymentId=deployment)["targetIds"]
    targets = codedeploy.batch_get_deployment_targets(deploymentId=deployment, targetIds=identities)["deploymentTargets"]
    for target in (each["lambdaTarget"] for each in targets):
        events = {each["lifecycleEventName"]: each for each in target["lifecycleEvents"]}
        began = events.get("AllowTraffic", {}).get("startTime")
        version = Version(
            target["lambdaFunctionInfo"]["functionName"], target["lambdaFunctionInfo"]["targetVersion"], began.timestamp() if began else 0
        )
        for hook in (BEFORE, AFTER):
            if events.get(hook, {}).get("status") == "InProgress":
                return hook, version
    raise ValueError(f"the deployment {deployment} is at no hook")
