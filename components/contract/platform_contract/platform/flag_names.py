"""Names in AWS of what holds a workload's feature flags; see `naming`."""

from platform_contract.platform import naming
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings

PROFILE = "flags"
"""Name of the configuration profile in the application; and what the role of its monitors is called after."""


def application_name(settings: Settings, workload: str) -> str:
    """Of the AppConfig application, by which functions ask for it."""
    return checked_name("configuration application", naming.prefix(settings, workload), {"workload name": workload})


def strategy_name(settings: Settings, workload: str) -> str:
    """Strategies belong to an account: the name carries the workload."""
    return checked_name("deployment strategy", naming.prefix(settings, workload), {"workload name": workload})


def monitor_role_name(settings: Settings, workload: str) -> str:
    """Role in which AppConfig asks for the states of alarms."""
    return naming.service_role_name(settings, workload, PROFILE)
