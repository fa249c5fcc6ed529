"""The clients of AWS that the verbs share."""

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

Client = Callable[[str], Any]
"""Name of a service -> its boto3 client."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_RUN_SECONDS = 900
"""The longest that a function may run (Lambda quotas), so the longest wait for its answer."""


def clients_in(region: str, profile: str | None = None) -> Client:
    """boto3's clients with the caller's credentials, or those of a profile, in the stack's region; one of each service."""
    session = boto3.Session(profile_name=profile, region_name=region)

    @cache
    def client(service: str) -> Any:
        # An invocation must not be sent again because its answer is late: that would run the function twice.
        settings = Config(read_timeout=LONGEST_RUN_SECONDS + 10, retries={"total_max_attempts": 1}) if service == "lambda" else None
        return session.client(service, config=settings)

    return client


def is_embedded(client: Any) -> bool:
    """Whether a client talks to a cloud on this machine."""
    return urlsplit(client.meta.endpoint_url).hostname in LOOPBACK
