"""AWS clients: one per service and execution environment, made on first use, with timeouts and bounded retries."""

import os
from functools import cache
from typing import Any

CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 2
ATTEMPTS = 3
"""Calls in total, the first included. One that hangs costs 3 x (1 + 2) s, which is below the timeout of every
function here that has something to call; past a function's timeout the caller or the queue tries again."""


@cache
def client(
    service: str, read_timeout_seconds: float = READ_TIMEOUT_SECONDS, attempts: int = ATTEMPTS, endpoint: str | None = None
) -> Any:
    """The boto3 client of `service` (`dynamodb`, `s3`, `sqs` ...). The endpoint comes from AWS_ENDPOINT_URL where set.

    `endpoint` is for the one API that has no endpoint of its own, the management of a WebSocket API.
    Only a call that waits for somebody's work, such as a synchronous workflow's, needs other numbers than the default ones.
    """
    import boto3  # here, because it costs a quarter of a second of INIT that plain logic need not pay
    from botocore.config import Config

    return boto3.client(
        service,
        region_name=os.environ.get("AWS_REGION"),
        endpoint_url=endpoint,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=read_timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            # For signed URLs botocore still takes version 2, with which S3 refuses objects under a key of KMS.
            signature_version="s3v4" if service == "s3" else None,
            # Some calls go to a host of their own (sync-states.REGION...), which an endpoint of one address has not.
            inject_host_prefix="AWS_ENDPOINT_URL" not in os.environ,
        ),
    )


def in_lambda() -> bool:
    """Whether this runs as a Lambda function: INIT has the full CPU, so clients are made there and not in a request."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
