"""Resource policies of queues: which service may send, on behalf of what."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def admit(service: str, queue_arn: str, source_arns: Sequence[str]) -> dict[str, Any]:
    """Statement that lets `service` send to a queue on behalf of `source_arns`, and of nothing else (the confused deputy)."""
    return {
        "Sid": f"From{service.split('.')[0].capitalize()}", "Effect": "Allow", "Principal": {"Service": service},
        "Action": "sqs:SendMessage", "Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": list(source_arns)}},
    }  # fmt: skip


def queue_policy(arn: str, admitted: Sequence[Mapping[str, Any]]) -> str:
    """Resource policy of a queue, as JSON text: the statements `admitted`, and every call without TLS is denied."""
    tls = {
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [*admitted, tls]})
