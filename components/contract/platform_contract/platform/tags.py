"""Tags that every resource carries: who answers for it, what it belongs to, who pays, how secret its data is."""

OWNER, WORKLOAD, ENVIRONMENT, COST_CENTRE, DATA_CLASS, MANAGED_BY = (
    "owner", "workload", "environment", "cost_centre", "data_class", "managed_by",
)  # fmt: skip

REQUIRED = (OWNER, WORKLOAD, ENVIRONMENT, COST_CENTRE, DATA_CLASS, MANAGED_BY)
"""In the order in which they are shown. `workload` is the tag that budgets filter by: activate it as cost allocation tag."""

MANAGED_BY_VALUE = "serverless-platform"

OWNER_TAG = OWNER
"""The tag that guardrails ask for on its own."""

TOLD_BY = "told_by"
"""On an alarm that tells nobody by itself: name of the composite alarm that does so in its place."""

PLATFORM = "platform"
"""Workload and owner of what all workloads of a stack share, in its tags."""


def required_tags(*, owner: str, workload: str, environment: str, cost_centre: str, data_class: str) -> dict[str, str]:
    """All required tags of one resource."""
    values = (owner, workload, environment, cost_centre, data_class, MANAGED_BY_VALUE)
    return dict(zip(REQUIRED, values, strict=True))
