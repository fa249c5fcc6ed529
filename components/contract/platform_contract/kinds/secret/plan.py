"""What is made of a secret in the manifest."""

from platform_contract.kinds.secret import limits
from platform_contract.kinds.secret.spec import SecretSpec
from platform_contract.platform import naming
from platform_contract.platform.base import Plain
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings


class SecretPlan(Plain):
    physical_name: str
    arn: str
    """Without the six characters that Secrets Manager puts behind it."""
    description: str
    recovery_days: int
    protect: bool


def plan_secret(scope: Scope, name: str, spec: SecretSpec, connections: Connections) -> SecretPlan:
    """One secret."""
    settings = scope.settings
    physical = naming.secret_name(settings, scope.workload, name)
    return SecretPlan(
        physical_name=physical, arn=naming.secret_arn(settings, physical), description=spec.holds,
        recovery_days=limits.RECOVERY_DAYS_PROTECTED if settings.protect_state else limits.RECOVERY_DAYS, protect=settings.protect_state,
    )  # fmt: skip


def secret_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.secret_arn(settings, naming.secret_name(settings, workload, name))
