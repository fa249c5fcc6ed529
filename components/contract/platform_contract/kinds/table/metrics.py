"""What is watched of tables and their indexes."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import hot_key_throttles

_TABLE = {"TableName": "{table_name}"}
_INDEX = {"TableName": "{table_name}", "GlobalSecondaryIndexName": "{index_name}"}
TRAFFIC = (Traffic("ConsumedReadCapacityUnits", "Sum"), Traffic("ConsumedWriteCapacityUnits", "Sum"))

METRICS = {
    "table": Metrics("Tables", (
        hot_key_throttles("read-throttles", "AWS/DynamoDB", "ReadThrottleEvents", _TABLE, "reads a minute are throttled"),
        hot_key_throttles("write-throttles", "AWS/DynamoDB", "WriteThrottleEvents", _TABLE, "writes a minute are throttled"),
    ), traffic=TRAFFIC),
    "index": Metrics("Tables", (
        # By table alone neither counts what is throttled at an index; and a write that its index cannot take is refused for the table.
        hot_key_throttles("read-throttles", "AWS/DynamoDB", "ReadThrottleEvents", _INDEX, "reads of an index a minute are throttled"),
        hot_key_throttles("write-throttles", "AWS/DynamoDB", "WriteThrottleEvents", _INDEX, "writes to an index a minute are throttled, and those to its table with them"),
    ), traffic=TRAFFIC, name_suffix="-index"),
}  # fmt: skip
"""What is watched -> its metrics."""
