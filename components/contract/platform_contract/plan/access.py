"""Who may do what, as statements and documents: verbs become the least actions, services get what they need of a topic."""

import json
from collections.abc import Sequence
from typing import Any

from platform_contract.kinds.topic import limits as sns
from platform_contract.manifest import Manifest
from platform_contract.platform import kms, naming
from platform_contract.platform.data_class import CLASSES
from platform_contract.platform.settings import Settings


def services_of(manifest: Manifest) -> tuple[str, ...]:
    """Services that the workload's key has to admit, because they encrypt or deliver for it."""
    services = list(kms.WORKLOAD_SERVICES)
    if manifest.buses:
        services += ["bus", "bus_lookup"]
    if any(trigger.event for function in manifest.functions.values() for trigger in function.triggers):
        services.append("events")
    if any(queue.from_topic for queue in manifest.queues.values()):
        services.append("sns")
    if any(topic.from_bucket for topic in manifest.topics.values()):
        services.append("s3")
    if manifest.workflows:
        services.append("log_delivery")
    return tuple(services)


def key_policy(settings: Settings, services: tuple[str, ...], data_class: str, own_roles: Sequence[str] = (), restoring_roles: Sequence[str] = ()) -> str:
    """Key policy as JSON text that admits `services` of the contract's catalogue, and who may use the key by the class of data."""
    named = settings.restricted_data
    return json.dumps(
        kms.key_policy(
            services, partition=settings.partition, account_id=settings.account_id, region=settings.region,
            key_users=CLASSES[data_class].key_users, own_roles=own_roles, restoring_roles=restoring_roles, deploying_roles=named.deploying_roles if named else (),
            break_glass_roles=named.break_glass_roles if named else (),
        )
    )  # fmt: skip


def topic_policy(settings: Settings, topic_arn: str, services: tuple[str, ...]) -> str:
    """Policy of a topic as JSON text: `services` may publish for this account, nobody without TLS."""
    publishers = [kms.SERVICES[service]["principal"].format(region=settings.region) for service in services]
    statements: list[dict[str, Any]] = [
        {
            "Sid": "Publishers", "Effect": "Allow", "Principal": {"Service": publishers}, "Action": "sns:Publish",
            "Resource": topic_arn, "Condition": {"StringEquals": {"aws:SourceAccount": settings.account_id}},
        },
        {
            "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic_arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trace_policy(settings: Settings) -> str:
    """Policy of X-Ray as JSON text: topics of this account and region may send what they know of a trace.

    Source: X-Ray guide, "Amazon SNS and AWS X-Ray". A region of an account takes five such policies, so it is one for all topics.
    """
    statement = {
        "Sid": "Topics", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": list(sns.TRACE_ACTIONS),
        "Resource": "*",  # X-Ray has no resources for them
        "Condition": {
            "StringEquals": {"aws:SourceAccount": settings.account_id},
            "ArnLike": {"aws:SourceArn": naming.topic_arn(settings, "*")},
        },
    }  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
