"""An SQS queue with its dead-letter queue."""

from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.kinds.queue.metrics import METRICS
from platform_contract.kinds.queue.plan import plan_queue, queue_arn
from platform_contract.platform.prices import HOURS_PER_MONTH
from platform_contract.platform.usage import POLLS_PER_MONTH, Use
from platform_contract.platform.verbs import Permission, Verb

POLLED = "polled queue"
"""A queue that a function consumes."""

KIND = Kind(
    "queue", plan=plan_queue, arn=queue_arn, section="queues", service="sqs", variable="QUEUE_", told="url",
    verbs={
        "send": Verb((Permission(("sqs:SendMessage",)),), ("kms:GenerateDataKey", "kms:Decrypt"), "send messages", (), wakes=True),
        "consume": Verb(
            (Permission(("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes")),),
            ("kms:Decrypt",), "receive and delete messages; a queue trigger implies it", (),
        ),
    },
    triggers={"queue": Trigger((Use("messages sent", "sqs_request"), Use("batches received and deleted", "sqs_request", 2, per_run=True)), "polled")},
    metrics=METRICS,
    active=(Use("requests to the key", "kms_request", 2 * HOURS_PER_MONTH),),  # it keeps its data key for an hour
    idle_as={POLLED: (Use("polls while empty", "sqs_request", POLLS_PER_MONTH),)},
)  # fmt: skip
