"""AWS clients: one per service and execution environment, made on first use, with timeouts and bounded retries."""

import os
from functools import cache
from typing import Any

CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 2
ATTEMPTS = 3
"""Calls in total, the first included. One that hangs costs 3 x (1 + 2) s, which is below the shortest timeout of a
function here (10 s); past a function's timeout the caller or the queue tries again."""


@cache
def client(service: str) -> Any:
    """The boto3 client of `service` (`dynamodb`, `s3`, `sqs` ...). The endpoint comes from AWS_ENDPOINT_URL where set."""
    import boto3  # here, because it costs a quarter of a second of INIT that plain logic need not pay
    from botocore.config import Config

    return boto3.client(
        service,
        region_name=os.environ.get("AWS_REGION"),
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ),
    )


def in_lambda() -> bool:
    """Whether this runs as a Lambda function: INIT has the full CPU, so clients are made there and not in a request."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
