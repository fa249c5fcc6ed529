"""Who may call a REST API how often: usage tiers, and clients with keys."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import apigateway

from platform_contract.kinds.rest_api.plan import ClientPlan, TierPlan


def make_usage(
    name: str, tiers: Mapping[str, TierPlan], clients: Mapping[str, ClientPlan], *, api_id: pulumi.Input[str],
    stage: pulumi.Input[str], tags: Mapping[str, str], opts: pulumi.ResourceOptions,
) -> dict[str, pulumi.Output[str]]:  # fmt: skip
    """A usage plan for each tier and a key for each client; client -> id of its key.

    Values of keys are API Gateway's: none is in the program, and the engine keeps them encrypted in its state.
    """
    plans = {
        tier: apigateway.UsagePlan(
            f"{name}-{tier}", name=it.physical_name, api_stages=[apigateway.UsagePlanApiStageArgs(api_id=api_id, stage=stage)],
            throttle_settings=apigateway.UsagePlanThrottleSettingsArgs(
                rate_limit=it.requests_per_second, burst_limit=it.burst
            ),
            quota_settings=apigateway.UsagePlanQuotaSettingsArgs(limit=it.requests_per_month, period="MONTH"),
            tags=tags, opts=opts,
        )
        for tier, it in tiers.items()
    }  # fmt: skip
    ids = {}
    for client, it in clients.items():
        key = apigateway.ApiKey(
            f"{name}-{client}", name=it.physical_name, description=f"Of the client {client}, tier {it.tier}.", enabled=True,
            tags=tags, opts=opts,
        )  # fmt: skip
        apigateway.UsagePlanKey(f"{name}-{client}", key_id=key.id, key_type="API_KEY", usage_plan_id=plans[it.tier].id, opts=opts)
        ids[client] = key.id
    return ids
