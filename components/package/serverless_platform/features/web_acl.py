"""A list of rules of AWS WAF with its log: what firewall and distribution of a workload have in common."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import wafv2

from platform_contract.plan.web_acl import ManagedGroupPlan, WebAclPlan
from platform_contract.platform import waf

from ..monitoring.logs import make_log_group


def make_web_acl(
    name: str, plan: WebAclPlan, *, key_arn: pulumi.Input[str], tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> tuple[wafv2.WebAcl, wafv2.WebAclLoggingConfiguration]:
    """The list `NAME`, and its logging: what the list is to stand before comes after that, or the first to be refused would leave no trace.

    key_arn: of a key in the region of the list, which encrypts its log.
    """
    region = waf.GLOBAL_REGION if plan.scope == waf.GLOBAL else None
    rules = [_rate_limit(plan, 0), *(_managed(plan, group, number) for number, group in enumerate(plan.groups, 1))]
    acl = wafv2.WebAcl(
        name, name=plan.physical_name, scope=plan.scope, description=plan.description, region=region,
        # Rules say what is refused; whoever breaks none comes through, and the API decides who they are.
        default_action=wafv2.WebAclDefaultActionArgs(allow=wafv2.WebAclDefaultActionAllowArgs()), rules=rules,
        visibility_config=wafv2.WebAclVisibilityConfigArgs(
            cloudwatch_metrics_enabled=True, metric_name=plan.physical_name, sampled_requests_enabled=_sampled(plan)
        ), tags=tags, opts=opts,
    )  # fmt: skip
    return acl, _make_log(name, plan, acl, region, key_arn, tags, opts)


def _sampled(plan: WebAclPlan) -> bool:
    """Samples hold whole headers and queries for three hours, redacted or not: none where queries are kept out of the log."""
    return not plan.redacts_query


def _seen(plan: WebAclPlan, rule: str) -> wafv2.WebAclRuleVisibilityConfigArgs:
    return wafv2.WebAclRuleVisibilityConfigArgs(cloudwatch_metrics_enabled=True, metric_name=rule, sampled_requests_enabled=_sampled(plan))


def _rate_limit(plan: WebAclPlan, priority: int) -> wafv2.WebAclRuleArgs:
    return wafv2.WebAclRuleArgs(
        name=waf.RATE_LIMIT, priority=priority, visibility_config=_seen(plan, waf.RATE_LIMIT),
        action=wafv2.WebAclRuleActionArgs(block=wafv2.WebAclRuleActionBlockArgs(
            custom_response=wafv2.WebAclRuleActionBlockCustomResponseArgs(response_code=plan.too_many_status)
        )),
        statement=wafv2.WebAclRuleStatementArgs(rate_based_statement=wafv2.WebAclRuleStatementRateBasedStatementArgs(
            limit=plan.requests_per_address, aggregate_key_type="IP", evaluation_window_sec=plan.window_seconds
        )),
    )  # fmt: skip


def _managed(plan: WebAclPlan, group: ManagedGroupPlan, priority: int) -> wafv2.WebAclRuleArgs:
    override = wafv2.WebAclRuleOverrideActionArgs(count=wafv2.WebAclRuleOverrideActionCountArgs()) if group.counts else (
        wafv2.WebAclRuleOverrideActionArgs(none=wafv2.WebAclRuleOverrideActionNoneArgs())
    )  # fmt: skip
    counted = [
        wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs(
            name=rule, action_to_use=wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs(
                count=wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs()
            ),
        )
        for rule in group.counted_rules
    ]  # fmt: skip
    return wafv2.WebAclRuleArgs(
        name=group.name, priority=priority, override_action=override, visibility_config=_seen(plan, group.name),
        statement=wafv2.WebAclRuleStatementArgs(managed_rule_group_statement=wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
            vendor_name=group.vendor, name=group.group, rule_action_overrides=counted or None
        )),
    )  # fmt: skip


def _make_log(
    name: str, plan: WebAclPlan, acl: wafv2.WebAcl, region: str | None, key_arn: pulumi.Input[str], tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> wafv2.WebAclLoggingConfiguration:
    group = make_log_group(
        name, group_name=plan.log_group_name, retention_days=plan.log_retention_days, key_arn=key_arn, tags=tags, opts=opts,
        protection=plan.log_protection, region=region,
    )  # fmt: skip
    kept = wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs(
        behavior="KEEP", requirement="MEETS_ANY",
        conditions=[
            wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs(
                action_condition=wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs(action=action)
            )
            for action in plan.logged_actions
        ],
    )  # fmt: skip
    redacted = [
        wafv2.WebAclLoggingConfigurationRedactedFieldArgs(single_header=wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header))
        for header in plan.redacted_headers
    ]
    if plan.redacts_query:
        redacted.append(wafv2.WebAclLoggingConfigurationRedactedFieldArgs(query_string=wafv2.WebAclLoggingConfigurationRedactedFieldQueryStringArgs()))
    return wafv2.WebAclLoggingConfiguration(
        name, resource_arn=acl.arn, log_destination_configs=[group.arn], redacted_fields=redacted, region=region,
        logging_filter=wafv2.WebAclLoggingConfigurationLoggingFilterArgs(default_behavior="DROP", filters=[kept]), opts=opts,
    )  # fmt: skip
