"""Firewall: AWS WAF before every stage of a REST API and every GraphQL API, with rules that AWS keeps, a limit for each address, and a log.

One list of rules for all APIs of a workload: a list is paid by the month, and an address is counted once whichever API it calls. HTTP and WebSocket
APIs cannot have one; before an HTTP API stands a distribution that has (cdn).
"""

from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.plan.web_acl import WebAclPlan, plan_web_acl
from platform_contract.platform import edge_names, waf
from platform_contract.platform.base import Plain
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import Use

FEATURE = "firewall"

IDLE = (Use("web ACLs", "waf_acl"), Use("rules of web ACLs", "waf_rule", 1 + len(waf.GROUPS)))
"""A month, of one list: the limit of each address and the groups."""
LOOKED_AT = Use("requests that the firewall looks at", "waf_request")
REQUESTS = {"rest_api_request": (LOOKED_AT,), "graphql_operation": (LOOKED_AT,)}
"""Price of a request to an API -> what each costs besides. What is refused is paid too, and expected by no profile."""


class FirewallPlan(Plain):
    """What stands before the APIs of a workload."""

    acl: WebAclPlan
    rest_apis: tuple[str, ...]
    """APIs of the plan whose stages it protects."""
    graphql: tuple[str, ...]
    """GraphQL APIs of the plan that it protects."""


def plan_firewall(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> FirewallPlan | None:
    """The firewall of a planned workload; None where it has no API that WAF protects."""
    if not (plan.rest_apis or plan.graphql):
        return None
    kinds = [kind for kind, apis in (("REST API", plan.rest_apis), ("GraphQL API", plan.graphql)) if apis]
    acl = plan_web_acl(
        settings, manifest, name=edge_names.web_acl_name(settings, manifest.name), scope=waf.REGIONAL, component=FEATURE, what=f"the {' and the '.join(kinds)}"
    )
    return FirewallPlan(acl=acl, rest_apis=tuple(plan.rest_apis), graphql=tuple(plan.graphql))
