"""Names in AWS of what releases a workload's functions; see `naming`."""

from platform_contract.platform import naming
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings

CHECKS = "release-checks"
"""What the function that checks new versions is called after; no function of a manifest may be called so."""


def checks_name(settings: Settings, workload: str) -> str:
    return naming.function_name(settings, workload, CHECKS)


def checks_role_name(settings: Settings, workload: str) -> str:
    return naming.role_name(settings, workload, CHECKS)


def application_name(settings: Settings, workload: str) -> str:
    """Of the CodeDeploy application."""
    return checked_name("deployment application", naming.prefix(settings, workload), {"workload name": workload})


def record_name(settings: Settings, workload: str) -> str:
    """Of the parameter whose versions are the releases."""
    return checked_name("parameter", f"/{settings.environment}/{workload}/release.record", {"workload name": workload})
