"""Names in AWS of what stands before an API; see `naming`."""

from platform_contract.platform import naming, waf
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings


def web_acl_name(settings: Settings, workload: str) -> str:
    """Of the list of a workload's REST and GraphQL APIs, and of its metrics."""
    return checked_name("web acl", naming.prefix(settings, workload), {"workload name": workload})


def waf_log_group(web_acl: str) -> str:
    return checked_name("log group", f"{waf.LOG_GROUP_PREFIX}{web_acl}", {"workload name": web_acl})


def cdn_web_acl_name(settings: Settings, workload: str) -> str:
    """Of the list of a distribution. Distributions are of no region: the name carries that of the stack."""
    return checked_name("web acl", f"{naming.prefix(settings, workload)}-cdn-{settings.region}", {"workload name": workload})


def cache_policy_name(settings: Settings, workload: str, seconds: int) -> str:
    return checked_name("cache policy", f"{naming.prefix(settings, workload)}-{seconds}s-{settings.region}", {"workload name": workload})


def cdn_topic_name(settings: Settings, workload: str) -> str:
    """Of the topic that alarms of a distribution tell: beside their metrics, in another region than the stack's own."""
    return checked_name("topic", f"{naming.prefix(settings, workload)}-cdn-alarms-{settings.region}", {"workload name": workload})


def cdn_key_alias(settings: Settings, workload: str) -> str:
    return checked_name("key alias", f"alias/{naming.prefix(settings, workload)}-cdn-{settings.region}", {"workload name": workload})


def host_name(domain: str, workload: str) -> str:
    """Name under which callers reach the distribution of a workload."""
    return checked_name("host", f"{workload}.{domain}", {"workload name": workload})
