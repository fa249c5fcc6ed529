"""Cold starts of one workload as a metric, from the lines that Lambda writes itself."""


import pulumi
from pulumi_aws import cloudwatch

from platform_contract.features.cold_starts import METRIC, PATTERN, UNIT, VALUE, ColdStartsPlan

from ..planned import Planned
from .context import Context


class ColdStarts(pulumi.ComponentResource):
    """A metric filter on the log group of each function, all of them into one metric."""

    def __init__(self, name: str, made: Planned[ColdStartsPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:ColdStarts", name, {}, opts)
        for function in plan.functions:
            cloudwatch.LogMetricFilter(
                f"{name}-{function}", name=plan.filter_name, log_group_name=made.given["log_group_names"][function], pattern=PATTERN,
                metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                    name=METRIC, namespace=plan.namespace, value=VALUE, unit=UNIT
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, cold_starts: ColdStartsPlan, opts: pulumi.ResourceOptions) -> ColdStarts:
    """The cold starts of one workload."""
    return ColdStarts(f"{context.name}-cold-starts", context.planned(cold_starts, log_group_names={name: context.functions[name].log_group_name for name in cold_starts.functions}), opts)
