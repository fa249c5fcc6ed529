"""Saved queries on the logs of one workload."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi
from pulumi_aws import cloudwatch

from platform_contract.features.queries import QueriesPlan

from ..arguments import validated
from .context import Context


class SavedQueriesArgs(TypedDict):
    """Arguments of SavedQueries."""

    queries: Mapping[str, Any]
    """Their plan (platform_contract.features.queries.QueriesPlan)."""
    log_group_names: list[pulumi.Input[str]]
    """Log groups that they search: outputs, because a query of a group that does not exist fails when somebody runs it."""


class SavedQueries(pulumi.ComponentResource):
    """One query definition for each question."""

    def __init__(self, name: str, args: SavedQueriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = validated("SavedQueries", name, QueriesPlan, args["queries"])
        super().__init__("serverless-platform:index:SavedQueries", name, {}, opts)
        for question, query in plan.queries.items():
            cloudwatch.QueryDefinition(
                f"{name}-{question}", name=query.physical_name, query_string=query.text, log_group_names=args["log_group_names"],
                opts=pulumi.ResourceOptions(parent=self),
            )  # fmt: skip
        self.register_outputs({})


def make(context: Context, queries: QueriesPlan, opts: pulumi.ResourceOptions) -> SavedQueries:
    """The saved queries of one workload."""
    return SavedQueries(f"{context.name}-queries", {
        "queries": queries.model_dump(mode="json"), "log_group_names": [context.functions[name].log_group_name for name in queries.functions],
    }, opts)  # fmt: skip
