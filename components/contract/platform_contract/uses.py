"""What triggers, verbs and resources use of what is billed. A new kind is one more row.

Quantities are upper bounds where the manifest does not say: an event uses every verb once, and no item is larger than a unit.
"""

from dataclasses import dataclass

from .standards.prices import HOURS_PER_MONTH

ITEM_KB, OBJECT_KB, RECORD_KB, EVENT_KB = 1, 10, 1, 1
"""Sizes of an item, an object, a record and an event, for storage and transfer."""
LOG_KB_PER_RUN, LOG_KB_PER_EVENT = 1.0, 0.4
"""Lambda's own lines and the line of metrics; and one line of JSON of ours for each event, with its keys."""
API_LOG_KB = 0.5
"""One line of an API's access log."""
TRACED_SHARE = 0.05
"""X-Ray's default sampling: the first request of each second, and 5 % of the rest."""
METRICS_PER_FUNCTION = 2
"""Metrics that a function counts, such as OrdersAccepted."""
CONNECTED_MINUTES, RECEIVERS = 10, 3
"""Minutes of connection for one message of a WebSocket or a GraphQL subscription, and connections that it is sent on to."""
TRANSITIONS, EXPRESS_GB_S = 12, 0.0625
"""States that one run of a standard workflow enters; and an express run of one second in 64 MB, the least that is billed."""
KEY_REQUESTS_PER_HOUR = 12
"""DynamoDB keeps a table's key for five minutes."""
POLLS_PER_MONTH = 5 * HOURS_PER_MONTH * 3600 / 20
"""Five pollers of Lambda that ask an empty queue every 20 s."""

_GB = 1 / 1_000_000
"""GB in a KB."""


@dataclass(frozen=True)
class Use:
    """So much of what has this price, for one event; or for one run, which may take a batch of events."""

    what: str
    price: str
    quantity: float = 1
    per_run: bool = False


TRIGGERS: dict[str, tuple[Use, ...]] = {
    "http": (Use("HTTP API requests", "http_api_request"),),
    "rest": (Use("REST API requests", "rest_api_request"),),
    "websocket": (
        Use("messages received", "websocket_message"),
        Use(f"connection minutes, {CONNECTED_MINUTES} a message", "websocket_minute", CONNECTED_MINUTES),
    ),
    "queue": (Use("messages sent", "sqs_request"), Use("batches received and deleted", "sqs_request", 2, per_run=True)),
    "event": (),  # delivery within an account is free; the publisher pays
    "schedule": (Use("runs of the schedule", "schedule_run"),),
    "upload": (Use("uploads", "s3_put"),),
    "changes": (Use("stream reads", "dynamodb_stream_read", per_run=True),),
    "stream": (Use("records read", "kinesis_out", RECORD_KB * _GB),),
    "workflow": (),  # its states are counted where it is started
}
"""Kind of trigger -> what an event uses on its way in."""

_READ = (Use("reads", "dynamodb_read"),)
_WRITE = (
    Use("writes", "dynamodb_write"),
    Use("kept for a month", "dynamodb_storage", ITEM_KB * _GB),
    Use("kept for a month, recovery", "dynamodb_recovery", ITEM_KB * _GB),
)
_UPDATE = (Use("writes", "dynamodb_write"),)
_PUT = (Use("objects put", "s3_put"), Use("kept for a month", "s3_storage", OBJECT_KB * _GB))
_PUBLISH_EVENT = (Use("events published", "event"), Use("events archived", "event_archived", EVENT_KB * _GB))

VERBS: dict[tuple[str, str], tuple[Use, ...]] = {
    ("table", "read"): _READ, ("table", "get"): _READ, ("table", "query"): _READ, ("table", "batch-get"): _READ,
    ("table", "write"): _WRITE, ("table", "put"): _WRITE, ("table", "batch-write"): _WRITE,
    ("table", "update"): _UPDATE, ("table", "delete"): _UPDATE, ("table", "check"): (Use("checks in transactions", "dynamodb_write", 2),),
    ("table", "follow"): (),
    ("queue", "send"): (),  # counted at the trigger of its consumer
    ("queue", "consume"): (),
    ("bucket", "read"): (Use("objects got", "s3_get"),), ("bucket", "get"): (Use("objects got", "s3_get"),),
    ("bucket", "write"): _PUT, ("bucket", "put"): _PUT, ("bucket", "delete"): (), ("bucket", "list"): (Use("lists", "s3_put"),),
    ("topic", "publish"): (Use("messages published", "sns_publish"),),
    ("bus", "publish"): _PUBLISH_EVENT,
    ("stream", "put"): (Use("records written", "kinesis_in", RECORD_KB * _GB),), ("stream", "consume"): (),
    ("stream of a fixed size", "put"): (Use("records written", "kinesis_put"),), ("stream of a fixed size", "consume"): (),
    ("secret", "read"): (Use("reads, cached", "secret_request", 0.01),),
    ("parameter", "read"): (),
    ("socket", "send"): (Use(f"messages sent, each to {RECEIVERS}", "websocket_message", RECEIVERS),),
    ("workflow", "start"): (Use(f"transitions, {TRANSITIONS} a run", "transition", TRANSITIONS),),
    ("workflow", "run"): (Use("express runs", "express_run"), Use("express runs of 1 s, 64 MB", "express_compute", EXPRESS_GB_S)),
    ("workflow", "answer"): (),
}  # fmt: skip
"""(kind of resource, verb) -> what an event uses of it."""

APIS: dict[str, tuple[Use, ...]] = {
    "graphql": (
        Use("operations", "graphql_operation"),
        Use(f"real-time updates, each to {RECEIVERS}", "graphql_update", RECEIVERS),
        Use(f"connection minutes, {CONNECTED_MINUTES} an operation", "graphql_minute", CONNECTED_MINUTES),
    ),
}
"""Field of a manifest that stands for an API without functions -> what an event uses of it."""

SCANS = 10
"""Times that each record of a dataset is read by queries."""

DATASETS = (Use(f"scanned by queries, each record {SCANS} times", "athena_scanned", SCANS * RECORD_KB * _GB / 1000),)
"""What an event uses if it is queried later. A few tables and databases in the catalogue are free of charge."""

IDEMPOTENCY = (
    Use("claim and answer written", "dynamodb_write", 2),
    Use("kept for a month", "dynamodb_storage", ITEM_KB * _GB),
)
"""Powertools puts an item when a request begins and updates it with the answer."""

FLAGS = (Use("asked for, cached", "configuration_request", 0.01),)
"""What an event uses in a function that reads feature flags: an execution environment in use asks twice a minute."""

_KEY_REQUESTS = Use("requests to the key", "kms_request", KEY_REQUESTS_PER_HOUR * HOURS_PER_MONTH)

IDLE: dict[str, tuple[Use, ...]] = {
    "table": (),
    "queue": (),
    "polled queue": (Use("polls while empty", "sqs_request", POLLS_PER_MONTH),),
    "bucket": (),
    "topic": (),
    "bus": (),
    "stream": (Use("hours of the stream", "kinesis_stream_hour", HOURS_PER_MONTH),),
    "stream of a fixed size": (Use("hours of each shard", "kinesis_shard_hour", HOURS_PER_MONTH),),
    "secret": (Use("secrets", "secret"),),
    "parameter": (),
    "workflow": (),
    "socket": (),
}
"""Kind of resource -> what it uses a month though nothing happens."""

ACTIVE: dict[str, tuple[Use, ...]] = {
    "table": (_KEY_REQUESTS,),
    "queue": (Use("requests to the key", "kms_request", 2 * HOURS_PER_MONTH),),  # it keeps its data key for an hour
    "bucket": (_KEY_REQUESTS,),
    "stream": (_KEY_REQUESTS,),
    "stream of a fixed size": (_KEY_REQUESTS,),
}
"""Kind of resource -> what it uses a month, however much or little happens, as soon as something happens in each hour."""

ASSUMPTIONS = (
    "an event goes once through every function of the workload, uses each of its verbs once, and every run takes the 95th percentile "
    "of its duration: as a rule it costs less; retries come on top",
    f"items, records and events of {ITEM_KB} KB, objects of {OBJECT_KB} KB, all kept for a month",
    "batches are as large as the load fills them within the batching window: at the peak if it is bursty, on average if it is steady",
    f"{LOG_KB_PER_RUN} KB of log a run and {LOG_KB_PER_EVENT} KB an event, {API_LOG_KB} KB a line of access log, X-Ray's default sampling, {METRICS_PER_FUNCTION} metrics a function",
)
"""Behind every number."""
