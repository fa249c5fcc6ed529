"""AWS clients: one per service and execution environment, made on first use, with timeouts and bounded retries.

Made by botocore, without boto3: that brings its resources and the managed transfers of S3 with it, which nothing here uses.
"""

import os
from functools import cache
from typing import Any

from shared import segments
from shared.observability import text_for_traces

CONNECT_TIMEOUT_SECONDS = 1
READ_TIMEOUT_SECONDS = 2
ATTEMPTS = 3
"""Calls in total, the first included. One that hangs costs 3 x (1 + 2) s, which is below the timeout of every
function here that has something to call; past a function's timeout the caller or the queue tries again."""


@cache
def client(
    service: str, read_timeout_seconds: float = READ_TIMEOUT_SECONDS, attempts: int = ATTEMPTS, endpoint: str | None = None
) -> Any:
    """The client of `service` (`dynamodb`, `s3`, `sqs` ...). The endpoint comes from AWS_ENDPOINT_URL where set. Its calls are
    parts of the invocation's trace.

    `endpoint` is for the one API that has no endpoint of its own, the management of a WebSocket API.
    Only a call that waits for somebody's work, such as a synchronous workflow's, needs other numbers than the default ones.
    """
    from botocore.config import Config  # here, because it costs an eighth of a second of INIT that plain logic need not pay

    made = _session().create_client(
        service,
        region_name=os.environ.get("AWS_REGION"),
        endpoint_url=endpoint,
        config=Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=read_timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            # For signed URLs botocore still takes version 2, with which S3 refuses objects under a key of KMS.
            signature_version="s3v4" if service == "s3" else None,
            s3={"us_east_1_regional_endpoint": "regional"} if service == "s3" else None,  # in us-east-1 botocore still takes the global one
            # Some calls go to a host of their own (sync-states.REGION...), which an endpoint of one address has not.
            inject_host_prefix="AWS_ENDPOINT_URL" not in os.environ,
        ),
    )
    segments.observe(made.meta.events, text_for_traces)
    return made


@cache
def _session() -> Any:
    """A session that looks up only what a client needs. botocore's own looks into the folder of each of its 400 services, twice, and
    parses a megabyte of endpoints, which its newer rules for endpoints (`endpoint-rule-set-1`) then replace."""
    from botocore.loaders import Loader
    from botocore.session import Session

    class Models(Loader):
        def list_available_services(self, type_name: str) -> list[str]:
            """Names of folders: whether a service has the file is seen when it is read."""
            return [name for path in self.search_paths if os.path.isdir(path) for name in os.listdir(path)]

        def load_data_with_path(self, name: str) -> Any:
            if name != "endpoints":
                return super().load_data_with_path(name)
            # The path says that they are botocore's own; endpoints of somebody else's would be taken for an address to call.
            return self._endpoints(), os.path.join(self.BUILTIN_DATA_PATH, name)

        def _endpoints(self) -> dict[str, Any]:
            """In the form of `endpoints.json`, what is the same for all services of a partition."""
            return {"version": 3, "partitions": [
                {
                    "partition": each["id"], "dnsSuffix": each["outputs"]["dnsSuffix"], "regionRegex": each["regionRegex"],
                    "regions": each["regions"], "services": {},
                    "defaults": {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"], "signatureVersions": ["v4"]},
                }
                for each in self.load_data("partitions")["partitions"]
            ]}  # fmt: skip

    session = Session()
    session.register_component("data_loader", Models())
    return session


def in_lambda() -> bool:
    """Whether this runs as a Lambda function: INIT has the full CPU, so clients are made there and not in a request."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
