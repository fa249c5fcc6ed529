"""The firewall before the REST API and the GraphQL API of one workload."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi
from pulumi_aws import wafv2

from platform_contract.features.firewall import FirewallPlan

from ..arguments import validated
from ..monitoring.alarms import make_math_alarm
from .context import Context
from .web_acl import make_web_acl


class FirewallArgs(TypedDict):
    """Arguments of Firewall."""

    firewall: Mapping[str, Any]
    """Its plan (platform_contract.features.firewall.FirewallPlan)."""
    protected_arns: Mapping[str, pulumi.Input[str]]
    """API of the plan -> ARN of its stage, or of the GraphQL API: an output, because WAF refuses what is not there."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key, with which its log is encrypted."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that alarms tell."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class Firewall(pulumi.ComponentResource):
    """A list of rules, its log and its alarms, and what it stands before."""

    def __init__(self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = validated("Firewall", name, FirewallPlan, args["firewall"])
        super().__init__("serverless-platform:index:Firewall", name, {"requestsPerAddress": plan.acl.requests_per_address}, opts)
        child = pulumi.ResourceOptions(parent=self)
        acl, logging = make_web_acl(name, plan.acl, key_arn=args["key_arn"], tags=args["tags"], opts=child)
        for api in (*plan.rest_apis, *plan.graphql):
            wafv2.WebAclAssociation(
                f"{name}-{api}", web_acl_arn=acl.arn, resource_arn=args["protected_arns"][api],
                opts=pulumi.ResourceOptions(parent=self, depends_on=[logging]),
            )  # fmt: skip
        for alarm in plan.acl.alarms:
            make_math_alarm(name, alarm, topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=child)
        self.register_outputs({})


def make(context: Context, plan: FirewallPlan, opts: pulumi.ResourceOptions) -> Firewall:
    """The firewall of one workload."""
    return Firewall(f"{context.name}-firewall", {
        "firewall": plan.model_dump(mode="json"), "key_arn": context.key_arn, "alarm_topic_arn": context.alarm_topic_arn, "tags": context.plan.tags,
        "protected_arns": {
            **{name: context.apis[name].stage_arn for name in plan.rest_apis}, **{name: context.apis[name].arn for name in plan.graphql},
        },
    }, opts)  # fmt: skip
