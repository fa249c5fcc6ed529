"""Saved queries on the logs of one workload."""


import pulumi
from pulumi_aws import cloudwatch

from platform_contract.features.queries import QueriesPlan

from ..planned import Planned
from .context import Context


class SavedQueries(pulumi.ComponentResource):
    """One query definition for each question."""

    def __init__(self, name: str, made: Planned[QueriesPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        plan = made.plan
        super().__init__("serverless-platform:index:SavedQueries", name, {}, opts)
        for question, query in plan.queries.items():
            cloudwatch.QueryDefinition(
                f"{name}-{question}", name=query.physical_name, query_string=query.text, log_group_names=made.given["log_group_names"],
                opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, queries: QueriesPlan, opts: pulumi.ResourceOptions) -> SavedQueries:
    """The saved queries of one workload."""
    return SavedQueries(f"{context.name}-queries", context.planned(queries, log_group_names=[context.functions[name].log_group_name for name in queries.functions]), opts)
