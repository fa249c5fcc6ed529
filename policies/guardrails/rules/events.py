"""SNS, EventBridge and EventBridge Scheduler: what is sent is encrypted, and what cannot be delivered is kept."""

import re
from typing import Any

from guardrails.rule import Level, Severity
from guardrails.setting import Setting, at_least, at_most, equals, is_set, matches, none_of, one_of, rule

TOPIC, SUBSCRIPTION = "aws:sns/topic:Topic", "aws:sns/topicSubscription:TopicSubscription"
BUS, TARGET = "aws:cloudwatch/eventBus:EventBus", "aws:cloudwatch/eventTarget:EventTarget"
SCHEDULE = "aws:scheduler/schedule:Schedule"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/7b1f2a9c"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:000000000000:local-thing-failed"
OWN_KEY = matches(lambda key: bool(key) and not str(key).startswith("alias/aws/"), good=(KEY,), bad=("alias/aws/sns", ""))


def _is_seldom(expression: Any) -> bool:
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", str(expression).strip())
    if rate:
        return int(rate[1]) * {"minute": 1, "hour": 60, "day": 1440}[rate[2]] >= 5
    cron = re.fullmatch(r"cron\((\S+) .*\)", str(expression).strip())
    minutes = cron[1] if cron else ""
    step = re.fullmatch(r"[\d*]+/(\d+)", minutes)
    return minutes != "*" and (step is None or int(step[1]) >= 5)


RULES = tuple(map(rule, (
    Setting(
        "sns-topic-is-encrypted", "Topics are encrypted with a key of ours.",
        "Messages quote business data. And the key that AWS manages cannot admit CloudWatch, S3 or EventBridge, so their messages are lost.",
        "set kmsMasterKeyId to the workload's key, as the platform's Topic does", Severity.HIGH, ("checkov CKV_AWS_26", "cdk-nag HIPAA.Security-SNSEncryptedKMS", "Security Hub SNS.1"), TOPIC, "kmsMasterKeyId", OWN_KEY,
        "messages would be kept in the clear, or under a key that admits no service",
    ),
    Setting(
        "sns-delivery-is-logged", "Topics log what they deliver.", "It takes a role, and is paid by volume.", "set sqsFailureFeedbackRoleArn or lambdaFailureFeedbackRoleArn", Severity.LOW, ("Security Hub SNS.2",), TOPIC,
        "sqsFailureFeedbackRoleArn", is_set("arn:aws:iam::000000000000:role/feedback"), "failed deliveries leave nothing to read", level=Level.OPT_IN,
    ),
    Setting(
        "sns-subscription-uses-tls", "Topics do not send over plain HTTP.", "Messages quote business data.", "subscribe with https", Severity.HIGH, ("prowler sns_subscription_not_using_http_endpoints",), SUBSCRIPTION, "protocol",
        none_of("http", good="sqs"), "messages would travel in the clear",
    ),
    Setting(
        "sns-subscription-has-failure-path", "What a topic cannot deliver is kept.", "SNS drops what it cannot deliver, and nobody learns of it.", "set redrivePolicy, as the platform's Topic does", Severity.HIGH,
        ("serverless-rules ES7000", "cdk-nag Serverless-SNSRedrivePolicy"), SUBSCRIPTION, "redrivePolicy", is_set('{"deadLetterTargetArn":"' + QUEUE_ARN + '"}'), "a message that cannot be delivered would be lost without a trace",
        when=(("protocol", one_of("sqs", "lambda", "https", "firehose", bad="email"), None),),
    ),
    Setting(
        "event-bus-is-encrypted", "Buses are encrypted with a key of ours.", "What is published on a bus, and its archive, is business data.", "set kmsKeyIdentifier to the workload's key, as the platform's EventBus does",
        Severity.MEDIUM, ("EventBridge guide, encrypting event buses",), BUS, "kmsKeyIdentifier", is_set(KEY), "events would be kept under a key that AWS owns",
    ),
    Setting(
        "event-archive-is-encrypted", "Archives are encrypted with a key of ours.", "An archive holds every event of weeks.", "set kmsKeyIdentifier to the workload's key, as the platform's EventBus does", Severity.MEDIUM,
        ("EventBridge guide, encrypting archives",), "aws:cloudwatch/eventArchive:EventArchive", "kmsKeyIdentifier", is_set(KEY), "events would be kept under a key that AWS owns",
    ),
    Setting(
        "event-archive-forgets", "Archives forget.", "Kept for ever is paid for ever, and personal data beyond its purpose.", "set retentionDays", Severity.MEDIUM, ("EventBridge guide, archives",),
        "aws:cloudwatch/eventArchive:EventArchive", "retentionDays", at_least(1), "events would be kept, and paid for, for ever",
    ),
    Setting(
        "event-bus-keeps-what-it-cannot-read", "What a bus cannot encrypt or deliver is kept.", "When its key refuses, a bus without a dead-letter queue drops events.", "set deadLetterConfig.arn, as the platform's EventBus does",
        Severity.MEDIUM, ("EventBridge guide, encrypting event buses",), BUS, "deadLetterConfig.arn", is_set(QUEUE_ARN), "events would be lost when the key refuses", when=(("kmsKeyIdentifier", is_set(KEY), None),),
    ),
    Setting(
        "event-target-has-failure-path", "What a rule cannot deliver is kept.", "EventBridge drops an event that it cannot deliver, and nobody learns of it.",
        "set deadLetterConfig.arn to a queue, as the platform's EventTrigger does", Severity.HIGH, ("serverless-rules ES4000", "cdk-nag Serverless-EventBusDLQ"), TARGET, "deadLetterConfig.arn", is_set(QUEUE_ARN),
        "an event that cannot be delivered would be lost without a trace",
    ),
    Setting(
        "event-target-retries-end", "A rule does not try for a whole day.", "By default an event is tried for 24 hours; by then, what it asks for may do harm.", "set retryPolicy.maximumEventAgeInSeconds", Severity.LOW,
        ("EventBridge guide, retrying events",), TARGET, "retryPolicy.maximumEventAgeInSeconds", matches(lambda age: 60 <= age <= 21_600, good=(60, 21_600), bad=(21_601,)), "an event would be tried for a day",
    ),
    Setting(
        "event-rule-names-what-it-wants", "A rule names source or type of its events.", "A rule without them invokes its target for every event of the bus.", "name source or detail-type in eventPattern", Severity.MEDIUM,
        ("EventBridge guide, best practices for rules",), "aws:cloudwatch/eventRule:EventRule", "eventPattern", matches(lambda text: any(f'"{name}"' in str(text) for name in ("source", "detail-type")),
        good=('{"source": ["orders"]}',), bad=('{"account": ["000000000000"]}',)), "takes every event of the bus", when=(("scheduleExpression", matches(lambda text: not text, good=(None,), bad=("rate(1 hour)",)), ""),),
    ),
    Setting(
        "event-endpoint-replicates", "A global endpoint replicates its events.", "After a failover, what was not replicated waits in the region that is away.", "set replicationConfig.state ENABLED", Severity.MEDIUM,
        ("Security Hub EventBridge.4",), "aws:cloudwatch/eventEndpoint:EventEndpoint", "replicationConfig.state", equals("ENABLED", "DISABLED"), "events would wait in the region that is away", default="ENABLED",
    ),
    Setting(
        "schedule-has-failure-path", "A run that cannot be started is kept.", "EventBridge Scheduler gives a run up after its retries, and the work is not done.",
        "set target.deadLetterConfig.arn to a queue, as the platform's Schedules do", Severity.HIGH, ("EventBridge Scheduler guide, dead-letter queues",), SCHEDULE, "target.deadLetterConfig.arn", is_set(QUEUE_ARN),
        "a run that cannot be started would be lost without a trace",
    ),
    Setting(
        "schedule-retries-end", "A run is not started a day late.", "By default a run is tried for 24 hours and 185 times; by then, the next one is due.", "set target.retryPolicy.maximumEventAgeInSeconds", Severity.MEDIUM,
        ("EventBridge Scheduler guide, retry policy",), SCHEDULE, "target.retryPolicy.maximumEventAgeInSeconds", matches(lambda age: 60 <= age <= 21_600, good=(60, 21_600), bad=(21_601,)), "a run could start a day late",
    ),
    Setting(
        "schedule-retries-are-few", "A run is tried a few times.", "By default it is tried 185 times.", "set target.retryPolicy.maximumRetryAttempts", Severity.LOW, ("EventBridge Scheduler guide, retry policy",), SCHEDULE,
        "target.retryPolicy.maximumRetryAttempts", at_most(10), "a run that fails would be tried without measure", default=185,
    ),
    Setting(
        "schedule-is-not-too-frequent", "A schedule runs every five minutes at most.", "A run each minute is 43,800 a month, most of them to find nothing. An event or a queue costs nothing while nothing happens.",
        "run it less often, or let an event start the work", Severity.LOW, ("AWS Lambda pricing",), SCHEDULE, "scheduleExpression",
        matches(_is_seldom, good=("rate(5 minutes)", "rate(1 hour)", "cron(0/5 * * * ? *)", "cron(15 3 * * ? *)", "at(2027-01-01T00:00:00)"), bad=("rate(4 minutes)", "rate(1 minute)", "cron(* * * * ? *)", "cron(0/2 * * * ? *)")),
        "runs more often than every five minutes",
    ),
    Setting(
        "schedule-names-its-time-zone", "A schedule says in which time zone it runs.", "Three at night in UTC is the middle of the day for somebody.", "set scheduleExpressionTimezone", Severity.LOW, ("EventBridge Scheduler guide, time zones",), SCHEDULE,
        "scheduleExpressionTimezone", is_set("Europe/Berlin"), "leaves the hour to whoever reads it",
    ),
    Setting(
        "schedule-is-encrypted", "Schedules are encrypted with a key of ours.", "Their input is kept under a key of AWS otherwise. It costs a key's use with every run.", "set kmsKeyArn", Severity.LOW, ("checkov CKV_AWS_297",), SCHEDULE, "kmsKeyArn",
        is_set(KEY), "its input is kept under a key that AWS owns", level=Level.OPT_IN,
    ),
)))  # fmt: skip
