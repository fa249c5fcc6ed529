"""The firewall before the REST API and the GraphQL API of one workload."""


import pulumi
from pulumi_aws import wafv2

from platform_contract.features.firewall import FirewallPlan

from ..monitoring.alarms import make_math_alarm
from ..planned import Planned
from .context import Context
from .web_acl import make_web_acl


class Firewall(pulumi.ComponentResource):
    """A list of rules, its log and its alarms, and what it stands before."""

    def __init__(self, name: str, made: Planned[FirewallPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:Firewall", name, {"requestsPerAddress": plan.acl.requests_per_address}, opts)
        child = pulumi.ResourceOptions(parent=self)
        acl, logging = make_web_acl(name, plan.acl, key_arn=made.shared.key_arn, tags=made.shared.tags, opts=child)
        for api in (*plan.rest_apis, *plan.graphql):
            wafv2.WebAclAssociation(
                f"{name}-{api}", web_acl_arn=acl.arn, resource_arn=made.given["protected_arns"][api],
                opts=pulumi.ResourceOptions(parent=self, depends_on=[logging]),
            )  # fmt: skip
        for alarm in plan.acl.alarms:
            make_math_alarm(name, alarm, topic_arn=made.shared.alarm_topic_arn, tags=made.shared.tags, opts=child)
        self.register_outputs({})


def make(context: Context, plan: FirewallPlan, opts: pulumi.ResourceOptions) -> Firewall:
    """The firewall of one workload."""
    protected = {**{name: context.apis[name].stage_arn for name in plan.rest_apis}, **{name: context.apis[name].arn for name in plan.graphql}}
    return Firewall(f"{context.name}-firewall", context.planned(plan, protected_arns=protected), opts)
