"""What one word in `uses` allows, and what it costs. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from platform_contract.platform.usage import Use


@dataclass(frozen=True)
class Permission:
    """Actions on a resource. Source: Service Authorization Reference."""

    actions: tuple[str, ...]
    arn_suffixes: tuple[str, ...] = ("",)
    """Put behind its ARN, one resource of the statement each; none for actions that IAM knows on no resource."""


@dataclass(frozen=True)
class Verb:
    """What one word in `uses` allows, and what it costs."""

    permissions: tuple[Permission, ...]
    key_actions: tuple[str, ...]
    """On the workload's key, only through the kind's service. Source: each service's guide, its page on encryption at rest."""
    meaning: str
    usage: tuple[Use, ...]
    """What an event uses by it; nothing where it is free, or counted at the trigger of whoever receives it."""
    usage_as: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)
    """The same of a variant of the kind that is billed otherwise, such as a stream of a fixed size."""
    wakes: bool = False
    """Whether something may be invoked by it."""
