"""Cold starts of one workload as a metric, from the lines that Lambda writes itself."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi
from pulumi_aws import cloudwatch

from platform_contract.features.cold_starts import METRIC, PATTERN, UNIT, VALUE, ColdStartsPlan

from ..arguments import validated
from .context import Context


class ColdStartsArgs(TypedDict):
    """Arguments of ColdStarts."""

    cold_starts: Mapping[str, Any]
    """Their plan (platform_contract.features.cold_starts.ColdStartsPlan)."""
    log_group_names: Mapping[str, pulumi.Input[str]]
    """Function of the plan -> its log group: an output, because a filter is refused on a group that does not exist."""


class ColdStarts(pulumi.ComponentResource):
    """A metric filter on the log group of each function, all of them into one metric."""

    def __init__(self, name: str, args: ColdStartsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = validated("ColdStarts", name, ColdStartsPlan, args["cold_starts"])
        super().__init__("serverless-platform:index:ColdStarts", name, {}, opts)
        for function in plan.functions:
            cloudwatch.LogMetricFilter(
                f"{name}-{function}", name=plan.filter_name, log_group_name=args["log_group_names"][function], pattern=PATTERN,
                metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                    name=METRIC, namespace=plan.namespace, value=VALUE, unit=UNIT
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, cold_starts: ColdStartsPlan, opts: pulumi.ResourceOptions) -> ColdStarts:
    """The cold starts of one workload."""
    return ColdStarts(f"{context.name}-cold-starts", {
        "cold_starts": cold_starts.model_dump(mode="json"),
        "log_group_names": {name: context.functions[name].log_group_name for name in cold_starts.functions},
    }, opts)  # fmt: skip
