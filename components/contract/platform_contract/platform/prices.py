"""List prices in USD of what the patterns use, for eu-west-1 (Ireland), without free tiers and without the discounts of high volumes.

Every price has its source and the day as of which it holds. "AWS price list" is the public offer file of the service for the
region, with the day on which AWS published it. A price that could be had for another region only, or second-hand, is not
confirmed, and is shown so wherever it is used. Second-hand lists and AWS's own examples agree with those (looked up in 2026-11: EventBridge,
Scheduler, AppSync, X-Ray, WebSocket), but none of them names eu-west-1.
"""

from dataclasses import dataclass

REGION = "eu-west-1"
"""Region of all prices."""

HOURS_PER_MONTH = 730
"""365 days x 24 h / 12, as AWS's own examples reckon."""

MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """What one unit costs."""

    usd: float
    """For `per` units."""
    per: int
    unit: str
    source: str
    confirmed: bool = True

    @property
    def each(self) -> float:
        """USD for one unit."""
        return self.usd / self.per

    def __str__(self) -> str:
        amount = {1: "", 1000: "1,000 ", 10_000: "10,000 ", 100_000: "100,000 ", MILLION: "1 M "}[self.per]
        return f"{self.usd:.10f}".rstrip("0").rstrip(".") + f" / {amount}{self.unit}{'' if self.confirmed else ' (unconfirmed)'}"


_LIST = "AWS price list, published {}"
_LAMBDA, _API = _LIST.format("2026-10-01"), _LIST.format("2026-10-02")
_WATCH, _TABLES, _OBJECTS = _LIST.format("2026-09-22"), _LIST.format("2026-09-11"), _LIST.format("2026-09-28")
_OTHER_REGION = "{} page, us-east-1, 2026-06; the price of eu-west-1 may be higher"
_WAF = 'AWS blog, "Cost-effective ways for securing your web applications using AWS WAF": the same in all regions; the numbers by second-hand lists of 2026'

PRICES: dict[str, Price] = {
    "lambda_request": Price(0.20, MILLION, "requests", _LAMBDA),
    "lambda_arm64": Price(0.0000133334, 1, "GB-s", f"{_LAMBDA}, first 7.5 billion"),
    "lambda_x86_64": Price(0.0000166667, 1, "GB-s", f"{_LAMBDA}, first 6 billion"),
    "http_api_request": Price(1.11, MILLION, "requests", f"{_API}, first 300 million, 512 KB each"),
    "rest_api_request": Price(3.50, MILLION, "requests", f"{_LIST.format('2026-09-21')}, first 333 million"),
    **{
        f"rest_cache_{size}": Price(usd, 1, f"hours of {size} GB", _OTHER_REGION.format("API Gateway pricing"), confirmed=False)
        for size, usd in {"0.5": 0.02, "1.6": 0.038, "6.1": 0.2, "13.5": 0.25, "28.4": 0.5, "58.2": 1.0, "118": 1.9, "237": 3.8}.items()
    },
    "websocket_message": Price(1.00, MILLION, "messages", _OTHER_REGION.format("API Gateway pricing"), confirmed=False),
    "websocket_minute": Price(0.25, MILLION, "connection minutes", _OTHER_REGION.format("API Gateway pricing"), confirmed=False),
    "sqs_request": Price(0.40, MILLION, "requests", f"{_LIST.format('2026-09-11')}, 64 KB each"),
    "sqs_fifo_request": Price(0.50, MILLION, "requests", f"{_LIST.format('2026-09-11')}, 64 KB each"),
    "sns_publish": Price(0.50, MILLION, "publishes", f"{_LIST.format('2026-09-15')}, 64 KB each; delivery to SQS and Lambda is free"),
    "sns_email": Price(2.00, 100_000, "e-mails", _OTHER_REGION.format("SNS pricing"), confirmed=False),
    "event": Price(1.00, MILLION, "events", _OTHER_REGION.format("EventBridge pricing"), confirmed=False),
    "event_archived": Price(0.10, 1, "GB archived", _OTHER_REGION.format("EventBridge pricing"), confirmed=False),
    "schedule_run": Price(1.00, MILLION, "runs", _OTHER_REGION.format("EventBridge pricing, Scheduler"), confirmed=False),
    "transition": Price(0.025, 1000, "transitions", _LIST.format("2026-09-11")),
    "express_run": Price(1.00, MILLION, "runs", _OTHER_REGION.format("Step Functions pricing"), confirmed=False),
    "express_compute": Price(0.00001667, 1, "GB-s", _OTHER_REGION.format("Step Functions pricing"), confirmed=False),
    "dynamodb_read": Price(0.1415, MILLION, "read units", f"{_TABLES}; one unit: a consistent read of up to 4 KB"),
    "dynamodb_write": Price(0.705, MILLION, "write units", f"{_TABLES}; one unit: a write of up to 1 KB"),
    "dynamodb_storage": Price(0.283, 1, "GB-months", _TABLES),
    "dynamodb_recovery": Price(0.22, 1, "GB-months", f"{_TABLES}, point-in-time recovery"),
    "dynamodb_restore": Price(0.15, 1, "GB restored", _OTHER_REGION.format("DynamoDB pricing"), confirmed=False),
    "backup_storage": Price(0.10, 1, "GB-months", _OTHER_REGION.format("AWS Backup pricing, DynamoDB, warm"), confirmed=False),
    "dynamodb_stream_read": Price(0.0, MILLION, "stream reads", "DynamoDB pricing page: reads by a Lambda trigger are free"),
    "kinesis_stream_hour": Price(0.04, 1, "stream hours", _OTHER_REGION.format("Kinesis Data Streams pricing, on-demand"), confirmed=False),
    "kinesis_shard_hour": Price(0.015, 1, "shard hours", _OTHER_REGION.format("Kinesis Data Streams pricing, provisioned"), confirmed=False),
    "kinesis_put": Price(0.014, MILLION, "records put, 25 KB each", _OTHER_REGION.format("Kinesis Data Streams pricing, provisioned"), confirmed=False),
    "kinesis_in": Price(0.08, 1, "GB in", _OTHER_REGION.format("Kinesis Data Streams pricing, on-demand"), confirmed=False),
    "kinesis_out": Price(0.04, 1, "GB out", _OTHER_REGION.format("Kinesis Data Streams pricing, on-demand"), confirmed=False),
    "s3_put": Price(0.005, 1000, "PUT, COPY, LIST", _OBJECTS),
    "s3_get": Price(0.004, 10_000, "GET", _OBJECTS),
    "s3_storage": Price(0.023, 1, "GB-months", f"{_OBJECTS}, first 50 TB"),
    "kms_key": Price(1.00, 1, "keys", _OTHER_REGION.format("KMS pricing"), confirmed=False),
    "kms_rotation": Price(1.00, 1, "rotations of a key, the first two of each", _OTHER_REGION.format("KMS pricing"), confirmed=False),
    "kms_request": Price(0.03, 10_000, "requests", _LIST.format("2026-09-25")),
    "logs_in": Price(0.57, 1, "GB", f"{_WATCH}, standard class"),
    "logs_masked": Price(0.12, 1, "GB", _OTHER_REGION.format("CloudWatch pricing"), confirmed=False),
    "logs_storage": Price(0.03, 1, "GB-months", _WATCH),
    "alarm": Price(0.10, 1, "alarms", f"{_WATCH}, one metric each"),
    "lambda_ready_arm64": Price(0.0000033334, 1, "GB-s", _OTHER_REGION.format("Lambda pricing"), confirmed=False),
    "lambda_ready_x86_64": Price(0.0000041667, 1, "GB-s", _OTHER_REGION.format("Lambda pricing"), confirmed=False),
    "lambda_snapshot": Price(0.0000015046, 1, "GB-s", _OTHER_REGION.format("Lambda pricing"), confirmed=False),
    "composite_alarm": Price(0.50, 1, "alarms of alarms", _OTHER_REGION.format("CloudWatch pricing"), confirmed=False),
    "dashboard": Price(3.00, 1, "dashboards, beyond three of an account", _OTHER_REGION.format("CloudWatch pricing"), confirmed=False),
    "configuration_request": Price(0.20, MILLION, "requests", _OTHER_REGION.format("Systems Manager pricing, AppConfig"), confirmed=False),
    "metric": Price(0.30, 1, "metrics", f"{_WATCH}, first 10,000"),
    "trace": Price(5.00, MILLION, "traces", _OTHER_REGION.format("X-Ray pricing"), confirmed=False),
    "secret": Price(0.40, 1, "secrets", _LIST.format("2026-09-11")),
    "secret_request": Price(0.05, 10_000, "requests", _LIST.format("2026-09-11")),
    "graphql_operation": Price(4.00, MILLION, "operations", _OTHER_REGION.format("AppSync pricing"), confirmed=False),
    "graphql_update": Price(2.00, MILLION, "updates", _OTHER_REGION.format("AppSync pricing"), confirmed=False),
    "graphql_minute": Price(0.08, MILLION, "connection minutes", _OTHER_REGION.format("AppSync pricing"), confirmed=False),
    "cdn_request": Price(0.012, 10_000, "requests over HTTPS", "CloudFront pricing page, Europe, 2026-06", confirmed=False),
    "cdn_out": Price(0.085, 1, "GB out", "CloudFront pricing page, Europe, first 10 TB, 2026-06", confirmed=False),
    "waf_acl": Price(5.00, 1, "web ACLs", _WAF, confirmed=False),
    "waf_rule": Price(1.00, 1, "rules", f"{_WAF}; a group that AWS keeps is one rule", confirmed=False),
    "waf_request": Price(0.60, MILLION, "requests", f"{_WAF}, refused ones too", confirmed=False),
    "athena_scanned": Price(5.00, 1, "TB scanned", _LIST.format("until 2026-05-01")),
    "glue_objects": Price(1.00, 100_000, "catalogue objects beyond 1 M", _OTHER_REGION.format("Glue pricing"), confirmed=False),
    "fargate_vcpu": Price(0.03238, 1, "vCPU-hours", f"{_LIST.format('until 2026-05-01')}, Linux on ARM"),
    "fargate_gb": Price(0.00356, 1, "GB-hours", f"{_LIST.format('until 2026-05-01')}, Linux on ARM"),
    "load_balancer_hour": Price(0.0252, 1, "hours", "a bill of 2026-07 for eu-west-1: 595 h for USD 15.00", confirmed=False),
}  # fmt: skip
"""What is billed -> its price."""

FARGATE_SIZES: tuple[tuple[float, float], ...] = (
    (0.25, 0.5), (0.25, 1), (0.25, 2), (0.5, 3), (0.5, 4), (1, 5), (1, 6), (1, 7), (1, 8), (2, 12), (2, 16), (4, 30),
)  # fmt: skip
"""(vCPU, GB) of a task from small to large, the cheapest for its memory. Source: ECS guide, "Task CPU and memory"."""

MB_PER_VCPU = 1769
"""Memory at which a Lambda function has one whole processor. Source: Lambda guide, "Configure Lambda function memory"."""
