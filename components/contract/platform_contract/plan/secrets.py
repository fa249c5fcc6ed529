"""Secrets and parameters, decided."""

from platform_contract.kinds.secret import limits as secrets
from platform_contract.manifest import Manifest
from platform_contract.plan.plain import Plain
from platform_contract.platform import naming
from platform_contract.platform.settings import Settings


class SecretPlan(Plain):
    physical_name: str
    arn: str
    """Without the six characters that Secrets Manager puts behind it."""
    description: str
    recovery_days: int
    protect: bool


class ParameterPlan(Plain):
    physical_name: str
    arn: str
    value: str


def plan_secrets(settings: Settings, manifest: Manifest) -> dict[str, SecretPlan]:
    days = secrets.RECOVERY_DAYS_PROTECTED if settings.protect_state else secrets.RECOVERY_DAYS
    plans = {}
    for name, spec in manifest.secrets.items():
        physical = naming.secret_name(settings, manifest.name, name)
        plans[name] = SecretPlan(
            physical_name=physical, arn=naming.secret_arn(settings, physical), description=spec.holds,
            recovery_days=days, protect=settings.protect_state,
        )  # fmt: skip
    return plans


def plan_parameters(settings: Settings, manifest: Manifest) -> dict[str, ParameterPlan]:
    plans = {}
    for name, spec in manifest.parameters.items():
        physical = naming.parameter_name(settings, manifest.name, name)
        plans[name] = ParameterPlan(
            physical_name=physical, arn=naming.parameter_arn(settings, physical), value=spec.value_in(settings.environment)
        )
    return plans
