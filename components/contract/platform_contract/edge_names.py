"""Names in AWS of what stands before an API; see `naming`."""

from platform_contract import naming
from platform_contract.name_limits import checked_name
from platform_contract.settings import Settings
from platform_contract.standards import waf


def web_acl_name(settings: Settings, workload: str) -> str:
    """Of the list of a workload's REST and GraphQL APIs, and of its metrics."""
    return checked_name("web acl", naming.prefix(settings, workload), {"workload name": workload})


def waf_log_group(web_acl: str) -> str:
    return checked_name("log group", f"{waf.LOG_GROUP_PREFIX}{web_acl}", {"workload name": web_acl})
