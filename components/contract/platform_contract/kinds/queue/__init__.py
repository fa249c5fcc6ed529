"""An SQS queue with its dead-letter queue."""

from platform_contract.kinds.kind import Kind, Metrics, Permission, Traffic, Trigger, Verb
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold, any_waiting
from platform_contract.platform.prices import HOURS_PER_MONTH
from platform_contract.platform.usage import POLLS_PER_MONTH, Use

_QUEUE = {"QueueName": "{queue_name}"}
POLLED = "polled queue"
"""A queue that a function consumes."""

KIND = Kind(
    "queue", section="queues", service="sqs", variable="QUEUE_", told="url",
    verbs={
        "send": Verb((Permission(("sqs:SendMessage",)),), ("kms:GenerateDataKey", "kms:Decrypt"), "send messages", (), wakes=True),
        "consume": Verb(
            (Permission(("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes")),),
            ("kms:Decrypt",), "receive and delete messages; a queue trigger implies it", (),
        ),
    },
    triggers={"queue": Trigger((Use("messages sent", "sqs_request"), Use("batches received and deleted", "sqs_request", 2, per_run=True)), "polled")},
    metrics={
        "queue": Metrics("Queues", (
            AlarmStandard(
                "oldest-message", "AWS/SQS", "ApproximateAgeOfOldestMessage", _QUEUE, Threshold(0.5, "retention_seconds"),
                "GreaterThanThreshold", (0, None), "messages wait half as long as they are kept: the next half loses them", "page",
                statistic="Maximum", datapoints_to_alarm=15, evaluation_periods=15,
            ),
            AlarmStandard(
                "backlog", "AWS/SQS", "ApproximateAgeOfOldestMessage", _QUEUE, Threshold(10, "visibility_seconds"),
                "GreaterThanThreshold", (0, None), "the oldest message has waited ten times as long as a run may take", "ticket",
                statistic="Maximum", datapoints_to_alarm=15, evaluation_periods=15,
            ),
        ), ("retention_seconds", "visibility_seconds"),
        (Traffic("NumberOfMessagesSent", "Sum"), Traffic("ApproximateNumberOfMessagesVisible", "Maximum"))),
        # Not NumberOfMessagesSent: it does not count what a redrive policy moves.
        "dead_letter_queue": Metrics("Dead-letter queues and failures", (any_waiting("a message was given up and waits for somebody"),), name_suffix="-dead"),
        # Of what functions were invoked for and gave up.
        "failures": Metrics("Dead-letter queues and failures", (any_waiting("something was given up and waits for somebody"),), name_suffix="-failed"),
    },
    active=(Use("requests to the key", "kms_request", 2 * HOURS_PER_MONTH),),  # it keeps its data key for an hour
    idle_as={POLLED: (Use("polls while empty", "sqs_request", POLLS_PER_MONTH),)},
)  # fmt: skip
