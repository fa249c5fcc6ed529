"""Tags."""

OWNER_TAG = "owner"
REQUIRED = (OWNER_TAG, "workload", "environment", "cost_centre", "data_class", "managed_by")
"""On everything that can be tagged; cost allocation and the on-call's first question hang on them."""
MANAGED_BY = "serverless-platform"
