"""What all workloads of a stack share, decided."""

from platform_contract.plan.access import key_policy, topic_policy, trace_policy
from platform_contract.plan.model import KeyPlan
from platform_contract.platform import kms, naming, tags
from platform_contract.platform.base import Plain
from platform_contract.platform.settings import Settings

DATA_CLASS = "internal"
"""Class of what alarms say."""


class FoundationPlan(Plain):
    """Names, documents and numbers of the shared part of a stack."""

    key: KeyPlan
    topic_name: str
    topic_arn: str
    topic_policy: str
    trace_policy_name: str
    trace_policy: str
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
    topic_name, identity = naming.alarm_topic_name(settings), settings.identity
    topic_arn = naming.topic_arn(settings, topic_name)
    return FoundationPlan(
        key=KeyPlan(
            alias=naming.key_alias(settings, naming.ALARMS_KEY),
            description="Encrypts the alarm topic.",
            policy=key_policy(settings, kms.ALARM_TOPIC_SERVICES, DATA_CLASS),
            deletion_window_days=deletion_window_days(settings),
        ),
        topic_name=topic_name,
        topic_arn=topic_arn,
        topic_policy=topic_policy(settings, topic_arn, kms.ALARM_TOPIC_SERVICES),
        trace_policy_name=naming.trace_policy_name(settings),
        trace_policy=trace_policy(settings),
        alarm_receivers=tuple(settings.alarm_receivers),
        layer_name=naming.layer_name(settings),
        layer_architecture=settings.lambda_architecture,
        layer_runtime=settings.lambda_runtime,
        user_pool_name=naming.user_pool_name(settings) if identity.managed else None,
        token_issuer=identity.issuer,
        token_audiences=tuple(identity.audiences),
        protect=settings.protect_state,
        tags=own_tags(settings, tags.PLATFORM, tags.PLATFORM, DATA_CLASS),
    )


def deletion_window_days(settings: Settings) -> int:
    """Days for which a deleted key can be brought back."""
    return kms.DELETION_WINDOW_DAYS_PROTECTED if settings.protect_state else kms.DELETION_WINDOW_DAYS


def stack_tags(settings: Settings) -> dict[str, str]:
    """Default tags of the stack's provider: what is the same for everything in it."""
    return {tags.ENVIRONMENT: settings.environment, tags.MANAGED_BY: tags.MANAGED_BY_VALUE}


def own_tags(settings: Settings, owner: str, workload: str, data_class: str) -> dict[str, str]:
    """The required tags that differ within a stack; the rest are default tags, and to repeat them would be a diff forever."""
    team = settings.teams.get(owner)
    required = tags.required_tags(
        owner=owner, workload=workload, environment=settings.environment, data_class=data_class,
        cost_centre=team.cost_centre if team else owner,
    )  # fmt: skip
    return {name: value for name, value in required.items() if name not in stack_tags(settings)}
