"""Amazon Kinesis Data Streams."""

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..wire import has_unknown
from .common import fixed, range_of, refused

ARN = "arn:{partition}:kinesis:{region}:{account}:stream/{name}"
# The two calls that tag take a map, the one that lists answers a list: `_read` does the listing.
TAGS = Tagging("", "add_tags_to_stream", "remove_tags_from_stream", "", {"StreamName": "name"})
ON_DEMAND_SHARDS = 4
"""Shards of a new on-demand stream on AWS ("On-demand mode" in the developer guide: 4 MB/s of writes)."""


def _mode(of: State) -> str:
    return (of.get("streamModeDetails") or {}).get("streamMode", "PROVISIONED")


def _shards(work: Work) -> int:
    # AWS refuses a number for an on-demand stream and makes four; the emulator would make one, and hide what happens between shards.
    return ON_DEMAND_SHARDS if _mode(work.state) == "ON_DEMAND" else int(work.state["shardCount"])


def _retention(work: Work) -> None:
    hours = int(work.state.get("retentionPeriod") or 24)
    now = int(_describe(work)["RetentionPeriodHours"])
    if hours != now:
        operation = "increase_stream_retention_period" if hours > now else "decrease_stream_retention_period"
        work.call(operation, StreamName=work.state["name"], RetentionPeriodHours=hours)


def _encryption(work: Work) -> None:
    if not work.changed & {"encryptionType", "kmsKeyId"} and work.old is not None:
        return
    if work.state.get("encryptionType") == "KMS":
        work.call("start_stream_encryption", StreamName=work.state["name"], EncryptionType="KMS", KeyId=work.state["kmsKeyId"])
    elif work.old is not None:
        key = work.old.get("kmsKeyId")
        if key:
            work.call("stop_stream_encryption", StreamName=work.state["name"], EncryptionType="KMS", KeyId=key)


def _reshard(work: Work) -> None:
    if work.old is not None and "shardCount" in work.changed and _mode(work.state) == "PROVISIONED":
        count = int(work.state["shardCount"])
        if count != int(_describe(work)["OpenShardCount"]):
            work.call("update_shard_count", StreamName=work.state["name"], TargetShardCount=count, ScalingType="UNIFORM_SCALING")


def _metrics(work: Work) -> None:
    wanted, before = set(work.state.get("shardLevelMetrics", [])), set((work.old or {}).get("shardLevelMetrics", []))
    for operation, names in (("enable_enhanced_monitoring", wanted - before), ("disable_enhanced_monitoring", before - wanted)):
        if names:
            work.call(operation, StreamName=work.state["name"], ShardLevelMetrics=sorted(names))


def _describe(work: Work) -> dict:
    return work.call("describe_stream_summary", StreamName=work.state["name"])["StreamDescriptionSummary"]


def _read(work: Work) -> State | None:
    seen = _describe(work)
    tags = work.call("list_tags_for_stream", StreamName=work.state["name"])["Tags"]
    found: State = {
        "name": seen["StreamName"], "arn": seen["StreamARN"], "retentionPeriod": float(seen["RetentionPeriodHours"]),
        "encryptionType": seen.get("EncryptionType", "NONE"), "kmsKeyId": seen.get("KeyId") or None,
        "streamModeDetails": {"streamMode": seen.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED")},
        "tagsAll": {each["Key"]: each["Value"] for each in tags},
    }  # fmt: skip
    if found["streamModeDetails"]["streamMode"] == "PROVISIONED":
        found["shardCount"] = float(seen["OpenShardCount"])
    return found


def _shards_by_mode(inputs: State) -> list[tuple[str, str]]:
    details, count = inputs.get("streamModeDetails"), inputs.get("shardCount")
    if has_unknown(details) or has_unknown(count):
        return []
    if _mode(inputs) == "ON_DEMAND" and count is not None:
        return [("shardCount", "shardCount: AWS finds it itself with streamMode=ON_DEMAND; leave it out")]
    if _mode(inputs) == "PROVISIONED" and count is None:
        return [("shardCount", "missing 'shardCount': streamMode=PROVISIONED needs it")]
    return []


def _key_given(inputs: State) -> list[tuple[str, str]]:
    if inputs.get("encryptionType") == "KMS" and inputs.get("kmsKeyId") is None:
        return [("kmsKeyId", "missing 'kmsKeyId': encryptionType=KMS needs one, as alias/aws/kinesis")]
    if inputs.get("kmsKeyId") is not None and inputs.get("encryptionType", "NONE") == "NONE":
        return [("encryptionType", "encryptionType: 'kmsKeyId' encrypts nothing without encryptionType=KMS")]
    return []


def _named(id: str) -> State:
    return {"name": id.rsplit("/", 1)[-1]}


RESOURCES = [
    Resource(
        "aws:kinesis/stream:Stream", "kinesis", id="{arn}", named="name", name_limit=128, identify=_named, tags=TAGS, known={"arn": ARN},
        api={"StreamName": "name", "StreamARN": "arn", "Tags": "", "RetentionPeriodHours": "retentionPeriod"},
        create=Call("create_stream", {"ShardCount": _shards}), steps=(_retention, _encryption, _reshard, _metrics),
        update=(fixed(_read, "streamModeDetails"),), read=_read, delete=(Call("delete_stream", {"EnforceConsumerDeletion": "enforceConsumerDeletion"}),),
        assigned=frozenset({"arn", "streamModeDetails"}), unread=frozenset({"enforceConsumerDeletion", "shardLevelMetrics"}),
        checks=(_shards_by_mode, _key_given, refused(dict.fromkeys(("maxRecordSizeInKib", "warmThroughputMibPs"), "the emulator has neither larger records nor warm throughput"))),
        limits={  # API reference: CreateStream, IncreaseStreamRetentionPeriod; quotas of Kinesis Data Streams
            "retentionPeriod": range_of(24, 8_760), "shardCount": range_of(1, 20_000), "encryptionType": {"enum": ["KMS", "NONE"]},
            "shardLevelMetrics": {"enum": ["ALL", "IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords", "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded"]},
        },
        aws_refuses=(
            Refusal("kinesis-mode-twice-a-day", "The mode of a stream can be changed twice in 24 hours; the emulator cannot change it at all."),
            Refusal("kinesis-limits-of-a-shard", "A shard takes 1 MB and 1000 records a second and gives 2 MB; beyond that ProvisionedThroughputExceededException. A new on-demand stream takes 4 MB/s, and doubles its past peak only. The emulator throttles nothing."),
            Refusal("kinesis-records-survive-resharding", "AWS keeps the records of a parent shard until they expire; the emulator drops them with UpdateShardCount."),
            Refusal("kinesis-key-exists", "The key has to exist and be enabled.", needs="kms/key of kmsKeyId"),
            Refusal("kinesis-key-admits-both-ends", "Who writes needs kms:GenerateDataKey of the stream's key, who reads kms:Decrypt; the emulator encrypts nothing."),
            Refusal("kinesis-failed-records-are-tried-again", "A mapping tries a failed batch until it succeeds, expires or is given up (maximumRetryAttempts, bisectBatchOnFunctionError, onFailure); the emulator skips what ReportBatchItemFailures names, and tries the rest forever."),
        ),
    ),
]  # fmt: skip
