"""Notifications of Amazon S3: what a bucket tells functions, queues, topics and EventBridge."""

from collections.abc import Iterator
from typing import Any

from ..calls import Work
from ..entry import Refusal, Resource, State

DESTINATIONS = {
    "lambdaFunctions": ("LambdaFunctionConfigurations", "LambdaFunctionArn", "lambdaFunctionArn"),
    "queues": ("QueueConfigurations", "QueueArn", "queueArn"),
    "topics": ("TopicConfigurations", "TopicArn", "topicArn"),
}
"""Input -> the API's list, its member for the destination's ARN, and our property for that."""

EVENT = (
    r"s3:(TestEvent|ReducedRedundancyLostObject|ObjectCreated:(\*|Put|Post|Copy|CompleteMultipartUpload)"
    r"|ObjectRemoved:(\*|Delete|DeleteMarkerCreated)|ObjectRestore:(\*|Post|Completed|Delete)"
    r"|Replication:(\*|OperationFailedReplication|OperationNotTracked|OperationMissedThreshold|OperationReplicatedAfterThreshold)"
    r"|LifecycleExpiration:(\*|Delete|DeleteMarkerCreated)|LifecycleTransition|IntelligentTiering|ObjectAcl:Put"
    r"|ObjectTagging:(\*|Put|Delete))"
)
"""Amazon S3 user guide, "Supported event types for SQS, SNS, and Lambda"."""


def _to_api(each: State, arn: str, property: str) -> dict[str, Any]:
    rules = [{"Name": name, "Value": each[key]} for name, key in (("prefix", "filterPrefix"), ("suffix", "filterSuffix"))
             if each.get(key)]  # fmt: skip
    named = {"Id": each["id"]} if each.get("id") else {}
    filtered = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {**named, arn: each[property], "Events": each["events"], **filtered}


def _from_api(each: dict[str, Any], arn: str, property: str) -> State:
    rules = {rule["Name"].lower(): rule["Value"] for rule in each.get("Filter", {}).get("Key", {}).get("FilterRules", [])}
    found = {"id": each.get("Id"), property: each[arn], "events": each["Events"]}
    filters = {"filterPrefix": rules.get("prefix"), "filterSuffix": rules.get("suffix")}
    return {**found, **{key: value for key, value in filters.items() if value}}


def _put(work: Work) -> State:
    """S3 keeps one configuration per bucket, and takes it whole."""
    wanted: dict[str, Any] = {
        member: [_to_api(each, arn, property) for each in work.state[name]]
        for name, (member, arn, property) in DESTINATIONS.items() if work.state.get(name)
    }  # fmt: skip
    if work.state.get("eventbridge"):
        wanted["EventBridgeConfiguration"] = {}
    work.call("put_bucket_notification_configuration", Bucket=work.state["bucket"], NotificationConfiguration=wanted)
    return {}


def _read(work: Work) -> State | None:
    answer = work.call("get_bucket_notification_configuration", Bucket=work.state["bucket"])
    found: State = {
        name: [_from_api(each, arn, property) for each in answer.get(member, [])]
        for name, (member, arn, property) in DESTINATIONS.items()
    }
    found["eventbridge"] = "EventBridgeConfiguration" in answer
    return {**found, "bucket": work.state["bucket"]} if any(found.values()) else None


def _remove(work: Work) -> None:
    work.call("put_bucket_notification_configuration", Bucket=work.state["bucket"], NotificationConfiguration={})


def _each(inputs: State) -> Iterator[tuple[str, State]]:
    """Path and value of every destination whose filter and events are known."""
    for name in DESTINATIONS:
        given = inputs.get(name)
        for index, each in enumerate(given if isinstance(given, list) else []):
            if isinstance(each, dict) and isinstance(each.get("events"), list):
                yield f"{name}[{index}]", each


def _overlap(one: State, other: State) -> bool:
    """Whether an object could match both: S3 refuses that for the same event, across all kinds of destinations."""
    ends = ((str(one.get(key) or ""), str(other.get(key) or "")) for key in ("filterPrefix", "filterSuffix"))
    (prefix, prefix_2), (suffix, suffix_2) = ends
    names = prefix.startswith(prefix_2) or prefix_2.startswith(prefix)
    return names and (suffix.endswith(suffix_2) or suffix_2.endswith(suffix)) and bool(_shared(one, other))


def _shared(one: State, other: State) -> set[str]:
    def covers(wide: str, narrow: str) -> bool:
        return wide == narrow or (wide.endswith(":*") and narrow.startswith(wide[:-1]))

    pairs = ((a, b) for a in one["events"] for b in other["events"])
    return {a if covers(b, a) else b for a, b in pairs if covers(a, b) or covers(b, a)}


def _ambiguous(inputs: State) -> Iterator[tuple[str, str]]:
    seen: list[tuple[str, State]] = []
    for path, each in _each(inputs):
        for other_path, other in seen:
            if _overlap(each, other):
                events = ", ".join(sorted(_shared(each, other)))
                told = f"{path}: S3 refuses it beside {other_path}: an object may match the filters of both for {events}"
                yield path.partition("[")[0], told
        seen.append((path, each))


RESOURCES = [
    Resource(
        "aws:s3/bucketNotification:BucketNotification", "s3", id="{bucket}", create=_put, update=(_put,), read=_read, delete=(_remove,),
        limits={f"{name}.events": {"pattern": EVENT} for name in DESTINATIONS}, checks=(_ambiguous,),
        aws_refuses=(
            Refusal("s3-notification-after-its-bucket", "The bucket has to exist; it has one notification configuration, and a second resource for the same bucket overwrites the first.", needs="s3/bucket of bucket"),
            Refusal("s3-notification-after-permission", "PutBucketNotificationConfiguration is refused while a function does not give s3.amazonaws.com permission for this bucket.", needs="lambda/permission of lambdaFunctions"),
            Refusal("s3-notification-after-queue-policy", "It is refused while a queue's policy does not admit s3.amazonaws.com: S3 sends a test message first.", needs="sqs/queuePolicy of queues"),
            Refusal("s3-notification-after-topic-policy", "It is refused while a topic's policy does not admit s3.amazonaws.com: S3 sends a test message first.", needs="sns/topicPolicy of topics"),
            Refusal("s3-notification-key-admits-s3", "An encrypted queue or topic needs kms:GenerateDataKey and kms:Decrypt for s3.amazonaws.com in its key's policy."),
            Refusal("s3-notification-no-fifo", "S3 notifies no FIFO queue and no FIFO topic."),
            Refusal("s3-notification-comes-twice", "S3 delivers at least once and in no order, keys URL-encoded; the emulator delivers once and in order."),
        ),
    ),
]  # fmt: skip
