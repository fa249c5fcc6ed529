"""What all workloads of a stack share, decided."""

from platform_contract.naming import arn, physical_name
from platform_contract.plan.access import key_policy, topic_policy
from platform_contract.plan.model import KeyPlan, Plain
from platform_contract.settings import Settings
from platform_contract.standards import kms, tags

OWNER = "platform"
"""Owner and workload of what all share."""
PUBLISHERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com")
"""Services that tell the alarm topic: CloudWatch of alarms, Budgets of costs."""


class FoundationPlan(Plain):
    key: KeyPlan
    topic_name: str
    topic_arn: str
    topic_policy: str
    alarm_receivers: tuple[str, ...]
    layer_name: str
    layer_architecture: str
    layer_runtime: str
    user_pool_name: str | None
    token_issuer: str | None
    token_audiences: tuple[str, ...]
    protect: bool
    tags: dict[str, str]


def plan_foundation(settings: Settings) -> FoundationPlan:
    """Names, documents and numbers of the shared part of a stack."""
    topic_name = physical_name("topic", settings, "alarms")
    topic_arn = arn(settings, "sns", topic_name)
    identity = settings.identity
    return FoundationPlan(
        key=KeyPlan(
            alias=physical_name("key_alias", settings, "alarms"),
            description=f"Encrypts the alarm topic of {settings.environment}.",
            policy=key_policy(settings, publishers=PUBLISHERS),
            deletion_window_days=kms.DELETION_WINDOW_DAYS["protected" if settings.protect_state else "unprotected"],
        ),
        topic_name=topic_name,
        topic_arn=topic_arn,
        topic_policy=topic_policy(settings, topic_arn, PUBLISHERS),
        alarm_receivers=settings.alarm_receivers,
        layer_name=physical_name("layer", settings, "packages"),
        layer_architecture=settings.lambda_architecture,
        layer_runtime=settings.lambda_runtime,
        user_pool_name=physical_name("user_pool", settings, "users") if identity.managed else None,
        token_issuer=identity.issuer,
        token_audiences=identity.audiences,
        protect=settings.protect_state,
        tags=own_tags(settings, OWNER, OWNER, "internal"),
    )


def stack_tags(settings: Settings) -> dict[str, str]:
    """Default tags of the stack's provider: what is the same for everything in it."""
    return {"environment": settings.environment, "managed_by": tags.MANAGED_BY}


def own_tags(settings: Settings, owner: str, workload: str, data_class: str) -> dict[str, str]:
    """Tags of one workload, besides the provider's default tags."""
    team = settings.teams.get(owner)
    cost_centre = team.cost_centre if team else owner
    return {tags.OWNER_TAG: owner, "workload": workload, "cost_centre": cost_centre, "data_class": data_class}
