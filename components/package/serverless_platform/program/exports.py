"""What a stack exports: the inventory that operations read, and the text that product teams' own projects take."""

from typing import Any

import pulumi

from platform_contract.inventory import Inventory
from platform_contract.plan.platform import Platform
from platform_contract.platform.settings import Settings

from ..foundation import Foundation
from ..workload import Workload


def export_inventory(settings: Settings, foundation: Foundation, workloads: dict[str, Workload]) -> pulumi.Output[Any]:
    """The contract's Inventory as plain JSON. Not validated in a preview, where AWS has not assigned its parts yet."""
    managed = settings.identity.managed
    return pulumi.Output.from_input(
        {
            "environment": settings.environment,
            "account_id": settings.account_id,
            "region": settings.region,
            "identity": {
                "issuer": foundation.token_issuer,
                "user_pool_id": foundation.user_pool_id,
                "client_id": foundation.token_audiences.apply(lambda audiences: audiences[0]) if managed else "",
            },
            "alarm_topic_arn": foundation.alarm_topic_arn,
            "workloads": {name: workload.resources for name, workload in workloads.items()},
        }
    ).apply(lambda plain: Inventory.model_validate(plain).to_plain())


def export_platform(settings: Settings, foundation: Foundation, guardrails: str) -> pulumi.Output[str]:
    """The contract's Platform as text, with what AWS has assigned and the digest of the guardrails."""
    return pulumi.Output.all(**foundation.shared()).apply(
        lambda given: Platform(settings=settings, guardrails=guardrails, **given).to_text()
    )
