"""What is billed: the unit in which use is counted, sizes that are assumed, and use that belongs to no kind of resource (kinds/).

Quantities are upper bounds where the manifest does not say: an event uses every verb once, and no item is larger than a unit.
"""

from dataclasses import dataclass

from platform_contract.platform.prices import HOURS_PER_MONTH

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

GB = 1 / 1_000_000
"""GB in a KB."""


@dataclass(frozen=True)
class Use:
    """So much of what has this price, for one event; or for one run, which may take a batch of events."""

    what: str
    price: str
    quantity: float = 1
    per_run: bool = False


IDEMPOTENCY = (
    Use("claim and answer written", "dynamodb_write", 2),
    Use("kept for a month", "dynamodb_storage", ITEM_KB * GB),
)
"""Powertools puts an item when a request begins and updates it with the answer."""

FLAGS = (Use("asked for, cached", "configuration_request", 0.01),)
"""What an event uses in a function that reads feature flags: an execution environment in use asks twice a minute."""

KEY_REQUESTS = Use("requests to the key", "kms_request", KEY_REQUESTS_PER_HOUR * HOURS_PER_MONTH)
"""A month, of a service that keeps a data key for five minutes."""

ASSUMPTIONS = (
    "an event goes once through every function of the workload, uses each of its verbs once, and every run takes the 95th percentile "
    "of its duration: as a rule it costs less; retries come on top",
    f"items, records and events of {ITEM_KB} KB, objects of {OBJECT_KB} KB, all kept for a month",
    "batches are as large as the load fills them within the batching window: at the peak if it is bursty, on average if it is steady",
    f"{LOG_KB_PER_RUN} KB of log a run and {LOG_KB_PER_EVENT} KB an event, {API_LOG_KB} KB a line of access log, X-Ray's default sampling, {METRICS_PER_FUNCTION} metrics a function",
)
"""Behind every number."""
