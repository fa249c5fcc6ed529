"""Amazon SQS."""

from ..calls import Work
from ..entry import Call, Const, Refusal, Resource, Tagging
from .common import attribute_of, range_of

QUEUE_ATTRIBUTES = {
    "visibilityTimeoutSeconds": "VisibilityTimeout", "messageRetentionSeconds": "MessageRetentionPeriod",
    "maxMessageSize": "MaximumMessageSize", "delaySeconds": "DelaySeconds",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds", "policy": "Policy", "redrivePolicy": "RedrivePolicy",
    "redriveAllowPolicy": "RedriveAllowPolicy", "kmsMasterKeyId": "KmsMasterKeyId",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds", "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "fifoQueue": "FifoQueue", "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope", "fifoThroughputLimit": "FifoThroughputLimit", "arn": "QueueArn",
}  # fmt: skip
TAGS = Tagging("tags", "tag_queue", "untag_queue", "list_queue_tags", {"QueueUrl": "url"})
AT_CREATION_ONLY = {"fifoQueue", "arn"}


def _create_attributes(work: Work) -> dict[str, str]:
    # SQS refuses FifoQueue=false: a standard queue is one without the attribute.
    only = [name for name in QUEUE_ATTRIBUTES if name != "arn" and not (name == "fifoQueue" and not work.state.get(name))]
    return work.to_attributes(only)


def _update_attributes(work: Work) -> dict[str, str] | None:
    return work.to_attributes(work.changed - AT_CREATION_ONLY) or None


def _set(work: Work) -> None:
    attributes = _update_attributes(work)
    if attributes:
        work.call("set_queue_attributes", QueueUrl=work.state["url"], Attributes=attributes)


def _url(id: str) -> dict[str, str]:
    return {"id": id, "url": id, "name": id.rsplit("/", 1)[-1]}


def _fifo_name(state: dict) -> list[tuple[str, str]]:
    name, fifo = state.get("name"), bool(state.get("fifoQueue"))
    if isinstance(name, str) and name.endswith(".fifo") != fifo:
        rule = "the name of a FIFO queue ends with .fifo, and no other does"
        return [("name", f"name='{name}', fifoQueue={str(fifo).lower()}: {rule}")]
    return []


RESOURCES = [
    Resource(
        "aws:sqs/queue:Queue", "sqs", id="{url}", named="name", name_limit=80, identify=_url, tags=TAGS,
        api={"QueueName": "name", "QueueUrl": "url"}, attributes=QUEUE_ATTRIBUTES,
        known={"arn": "arn:{partition}:sqs:{region}:{account}:{name}"},
        create=Call("create_queue", {"Attributes": _create_attributes}),
        update=(_set,),
        read=Call("get_queue_attributes", {"AttributeNames": Const(["All"])}, take="Attributes"),
        delete=(Call("delete_queue"),),
        json=frozenset({"policy", "redrivePolicy", "redriveAllowPolicy"}),
        assigned=frozenset({"kmsDataKeyReusePeriodSeconds", "sqsManagedSseEnabled", "maxMessageSize", "policy", "deduplicationScope", "fifoThroughputLimit"}),
        limits={  # SQS API reference, SetQueueAttributes
            "visibilityTimeoutSeconds": range_of(0, 43_200), "messageRetentionSeconds": range_of(60, 1_209_600),
            "maxMessageSize": range_of(1_024, 1_048_576), "delaySeconds": range_of(0, 900),
            "receiveWaitTimeSeconds": range_of(0, 20), "kmsDataKeyReusePeriodSeconds": range_of(60, 86_400),
            "deduplicationScope": {"enum": ["messageGroup", "queue"]},
            "fifoThroughputLimit": {"enum": ["perMessageGroupId", "perQueue"]},
            "name": {"pattern": r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo"},
        },
        checks=(_fifo_name,),
        aws_refuses=(
            Refusal("sqs-name-again-after-a-minute", "A queue of the same name can be made only 60 seconds after its deletion."),
            Refusal("sqs-dead-letter-queue-of-the-same-kind", "The dead-letter queue of a FIFO queue is a FIFO queue, in the same account and region.",
                    needs="sqs/queue of redrivePolicy"),
            Refusal("sqs-key-admits-the-sender", "A service that sends to an encrypted queue (SNS, EventBridge, S3) needs kms:GenerateDataKey and kms:Decrypt in the key's policy; without them messages are lost."),
        ),
    ),
    Resource(
        "aws:sqs/queuePolicy:QueuePolicy", "sqs", id="{queueUrl}", api={"QueueUrl": "queueUrl"}, json=frozenset({"policy"}),
        attributes={"policy": "Policy"}, **attribute_of("sqs", "Policy", "policy"),
        aws_refuses=(
            Refusal("sqs-policy-names-existing-principals", "A principal in a queue policy that does not exist is refused.", needs="sqs/queue of queueUrl"),
        ),
    ),
    Resource(
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "sqs", id="{queueUrl}", api={"QueueUrl": "queueUrl"},
        json=frozenset({"redriveAllowPolicy"}), attributes={"redriveAllowPolicy": "RedriveAllowPolicy"},
        **attribute_of("sqs", "RedriveAllowPolicy", "redriveAllowPolicy"),
        aws_refuses=(
            Refusal("sqs-allow-policy-after-its-queue", "The policy is an attribute of the dead-letter queue, which has to exist.", needs="sqs/queue of queueUrl"),
        ),
    ),
]  # fmt: skip
