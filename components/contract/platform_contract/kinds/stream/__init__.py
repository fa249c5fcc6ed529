"""A Kinesis stream."""

from platform_contract.kinds.kind import Kind, Metrics, Permission, Traffic, Trigger, Verb
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold, hot_key_throttles
from platform_contract.platform.prices import HOURS_PER_MONTH
from platform_contract.platform.usage import GB, KEY_REQUESTS, RECORD_KB, Use

_STREAM = {"StreamName": "{stream_name}"}

FIXED = "stream of a fixed size"
"""Its shards are paid by the hour, so its records cost less to write and nothing to read."""

KIND = Kind(
    "stream", section="streams", service="kinesis", variable="STREAM_",
    verbs={
        "put": Verb(
            (Permission(("kinesis:PutRecords",)),), ("kms:GenerateDataKey",), "put up to 500 records in one call",
            (Use("records written", "kinesis_in", RECORD_KB * GB),), {FIXED: (Use("records written", "kinesis_put"),)}, wakes=True,
        ),
        "consume": Verb(
            (Permission(("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards")),),
            ("kms:Decrypt",), "read records in order; a stream trigger implies it", (),
        ),
    },
    triggers={"stream": Trigger((Use("records read", "kinesis_out", RECORD_KB * GB),), "ordered")},
    metrics={
        "stream": Metrics("Streams", (
            hot_key_throttles("write-throttles", "AWS/Kinesis", "WriteProvisionedThroughputExceeded", _STREAM, "records a minute are refused"),
            AlarmStandard(
                "iterator-age", "AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", _STREAM, Threshold(0.5, "retention_ms"), "GreaterThanThreshold",
                (0, None), "records wait half as long as they are kept: the next half loses them", "page", statistic="Maximum",
                datapoints_to_alarm=5, evaluation_periods=5,
            ),
        ), ("retention_ms",), (Traffic("IncomingRecords", "Sum"),)),
    },
    idle=(Use("hours of the stream", "kinesis_stream_hour", HOURS_PER_MONTH),),
    idle_as={FIXED: (Use("hours of each shard", "kinesis_shard_hour", HOURS_PER_MONTH),)},
    active=(KEY_REQUESTS,),
)  # fmt: skip
