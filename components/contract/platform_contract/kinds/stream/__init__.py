"""A Kinesis stream."""

from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.kinds.stream.metrics import METRICS
from platform_contract.kinds.stream.plan import plan_stream, stream_arn
from platform_contract.platform.prices import HOURS_PER_MONTH
from platform_contract.platform.usage import GB, KEY_REQUESTS, RECORD_KB, Use
from platform_contract.platform.verbs import Permission, Verb

FIXED = "stream of a fixed size"
"""Its shards are paid by the hour, so its records cost less to write and nothing to read."""

KIND = Kind(
    "stream", plan=plan_stream, arn=stream_arn, section="streams", service="kinesis", variable="STREAM_",
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
    metrics=METRICS,
    idle=(Use("hours of the stream", "kinesis_stream_hour", HOURS_PER_MONTH),),
    idle_as={FIXED: (Use("hours of each shard", "kinesis_shard_hour", HOURS_PER_MONTH),)},
    active=(KEY_REQUESTS,),
)  # fmt: skip
