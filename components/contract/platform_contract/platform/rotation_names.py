"""Names in AWS of what rotates a secret; see `naming`."""

from platform_contract.platform import naming
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings


def component(secret: str) -> str:
    """What the function that rotates a secret is called after, in names of alarms and in the program."""
    return f"{secret}-rotation"


def function_name(settings: Settings, workload: str, secret: str) -> str:
    name = f"{naming.prefix(settings, workload)}-{component(secret)}"
    return checked_name("function", name, {"workload name": workload, "secret name": secret})


def role_name(settings: Settings, workload: str, secret: str) -> str:
    name = f"{naming.prefix(settings, workload)}-{component(secret)}-{settings.region}"
    return checked_name("role", name, {"workload name": workload, "secret name": secret})
