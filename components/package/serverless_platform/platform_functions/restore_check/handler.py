"""Entry point, for the schedules: {"step": "start"} or {"step": "finish"}. Environment: POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME."""

import json
import logging
import os
import random
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from .check import Check, metric

logger = logging.getLogger("restore_check")

DATA = "tables.json"
"""Beside the package, in the bundle."""


@cache
def check() -> Check:
    """Made once per execution environment."""
    bounds = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
    copies = json.loads((Path(os.environ.get("LAMBDA_TASK_ROOT", Path(__file__).parents[1])) / DATA).read_text())
    return Check(boto3.client("dynamodb", config=bounds), copies, time.time, random.Random())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # Lambda passes both
    """{table: {state, problems}}; a check that ended is counted. Raises KeyError for a step that there is not."""
    step = {"start": check().start, "finish": check().finish}[event["step"]]
    outcomes = step()
    for outcome in outcomes:
        for problem in outcome.problems:
            logger.error("%s: %s", outcome.table, problem)
        if outcome.ended:
            # Not logged: metrics are read from a line that holds nothing else.
            line = metric(outcome, os.environ["POWERTOOLS_METRICS_NAMESPACE"], os.environ["POWERTOOLS_SERVICE_NAME"], time.time())
            sys.stdout.write(f"{line}\n")
    return {outcome.table: {"state": outcome.state, "problems": list(outcome.problems)} for outcome in outcomes}
