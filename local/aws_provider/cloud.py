"""Where the provider's calls go: the embedded cloud on this machine, or nowhere (offline)."""

import ipaddress
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

OFFLINE = "SERVERLESS_PLATFORM_OFFLINE"


class Misconfigured(Exception):
    """The provider's arguments cannot be used; the text says which and why."""


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def endpoints(text: Any) -> dict[str, str]:
    """Service -> URL, from the provider's `endpoints` (JSON text of a list of objects, or that list)."""
    listed = json.loads(text) if isinstance(text, str) else (text or [])
    found = {key: url for each in listed for key, url in each.items() if url}
    for service, url in found.items():
        if not is_loopback(url):
            raise Misconfigured(
                f"endpoints.{service}={url}: this provider only speaks to an embedded cloud on this machine (127.0.0.1, ::1 or "
                "localhost); for a real account use the official provider: make up STACK=dev"
            )
    return found


@dataclass
class Cloud:
    """Region, account and endpoints, with one botocore client per service and region, made when it is first needed."""

    region: str = ""
    account: str = ""
    partition: str = "aws"
    urls: dict[str, str] = field(default_factory=dict)
    default_tags: dict[str, str] = field(default_factory=dict)
    offline: bool = field(default_factory=lambda: os.environ.get(OFFLINE) == "1")
    _clients: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _session: Any = None

    @property
    def endpoint(self) -> str:
        return next(iter(self.urls.values()), "")

    def words(self, state: Mapping[str, Any]) -> dict[str, str]:
        """Words of every template. A resource may have a region of its own."""
        return {
            "region": str(state.get("region") or self.region), "account": self.account, "partition": self.partition,
            "endpoint": self.endpoint,
        }  # fmt: skip

    def client(self, service: str, region: str = "") -> Any:
        """region: that of a resource that has one of its own."""
        if self.offline:
            raise RuntimeError(f"offline: a call of {service} was about to be made")
        with self._lock:  # making a client is not thread-safe
            key = f"{service} {region or self.region}"
            if key not in self._clients:
                self._clients[key] = self._make(service, region or self.region)
            return self._clients[key]

    def _make(self, service: str, region: str) -> Any:
        import botocore.session
        from botocore.config import Config

        if self._session is None:
            self._session = botocore.session.Session()
            self._session.set_credentials("local", "local")
        return self._session.create_client(
            service, region_name=region, endpoint_url=self.endpoint,
            config=Config(
                s3={"addressing_style": "path"}, retries={"max_attempts": 2}, connect_timeout=5, read_timeout=60,
                parameter_validation=True, max_pool_connections=32, proxies={},
            ),
        )  # fmt: skip

    def check_account(self, allowed: list[str], forbidden: list[str]) -> None:
        """Asks who we are, before anything is made. Raises Misconfigured when it is another account."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.account = self.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise Misconfigured(f"the embedded cloud at {self.endpoint} does not answer ({error}); start it: make up") from error
        if (allowed and self.account not in allowed) or self.account in forbidden:
            wanted = f"allowedAccountIds: {', '.join(allowed)}" if allowed else f"forbiddenAccountIds: {', '.join(forbidden)}"
            raise Misconfigured(
                f"the account at {self.endpoint} is {self.account}, which this stack must not touch ({wanted}); nothing was made"
            )
