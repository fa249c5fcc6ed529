"""What is watched of streams."""

from platform_contract.kinds.kind import Metrics, Traffic
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold, hot_key_throttles

_STREAM = {"StreamName": "{stream_name}"}

METRICS = {
    "stream": Metrics("Streams", (
        hot_key_throttles("write-throttles", "AWS/Kinesis", "WriteProvisionedThroughputExceeded", _STREAM, "records a minute are refused"),
        AlarmStandard(
            "iterator-age", "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", _STREAM, Threshold(0.5, "retention_ms"), "GreaterThanThreshold",
            (0, None), "records wait half as long as they are kept: the next half loses them", "page", statistic="Maximum",
            datapoints_to_alarm=5, evaluation_periods=5,
        ),
    ), ("retention_ms",), (Traffic("IncomingRecords", "Sum"),)),
}  # fmt: skip
"""What is watched -> its metrics."""
