"""Entry point. Environment: ROTATION_FIELD, ROTATION_HOOK and ROTATION_HOOK_SECONDS, each only where the manifest says so."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from .steps import Steps

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 1, 4, 2
"""For calls of Secrets Manager, which answers in milliseconds: two attempts of each of the four calls of a step take 40 s at worst."""
HOOK_MARGIN_SECONDS = 5
"""Longer than the hook may run, so that its own timeout is what ends it."""


@cache
def steps() -> Steps:
    """Made once per execution environment."""
    hook = os.environ.get("ROTATION_HOOK")
    seconds = int(os.environ.get("ROTATION_HOOK_SECONDS", "0"))
    return Steps(
        _client("secretsmanager", READ_SECONDS, ATTEMPTS),
        # One attempt: Secrets Manager itself begins a step again, and the hook may be at work still.
        _client("lambda", seconds + HOOK_MARGIN_SECONDS, 1) if hook else None,
        field=os.environ.get("ROTATION_FIELD"),
        hook=hook,
    )


def _client(service: str, read_seconds: int, attempts: int) -> Any:
    bounds = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=read_seconds, retries={"mode": "standard", "total_max_attempts": attempts}
    )
    return boto3.client(service, config=bounds)


def handler(event: dict[str, Any], context: Any) -> None:  # Lambda passes both
    """One step, as Secrets Manager asks for it: Step, SecretId, ClientRequestToken. Raises RotationError, which ends the rotation."""
    steps().run(event["Step"], event["SecretId"], event["ClientRequestToken"])
