"""A Lambda function and what triggers it."""

from typing import Annotated

from pydantic import Field, model_validator

from ..problems import broken
from ..standards import lambda_
from ..words import Form, Strict
from .http_trigger import HttpTrigger
from .queue_trigger import QueueTrigger

Handler = Annotated[
    str,
    Form(
        r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){2,}",
        "must be WORKLOAD.MODULE.FUNCTION, as Python imports it from `handlers/`",
        "write it like orders.api.handler for `handler` in handlers/orders/api.py",
    ),
]

Variable = Annotated[
    str,
    Form(
        "[A-Z][A-Z0-9_]*",
        "must be upper-case letters, digits and underscores, beginning with a letter",
        "write it like PAGE_SIZE",
    ),
]


class TriggerSpec(Strict):
    """What invokes a function: exactly one of these."""

    http: HttpTrigger | None = Field(default=None, description="A route of the workload's HTTP API.")
    queue: QueueTrigger | None = Field(default=None, description="A queue of the workload.")

    @model_validator(mode="after")
    def _exactly_one(self) -> "TriggerSpec":
        if len([kind for kind in (self.http, self.queue) if kind]) != 1:
            raise broken("must have exactly one of http, queue", "write each trigger as an entry of its own in the list")
        return self


class IdempotencySpec(Strict):
    """Requests that come twice are answered once."""

    expires_after_hours: int = Field(
        default=24, ge=1, le=168, description="Hours for which a request is remembered with its answer."
    )


class FunctionSpec(Strict):
    """A function with a role, a log group and alarms of its own."""

    handler: Handler = Field(description="Entry point: orders.api.handler is `handler` in handlers/orders/api.py.")
    timeout_seconds: int = Field(
        default=lambda_.DEFAULT_TIMEOUT_SECONDS, ge=1, le=lambda_.MAXIMUM_TIMEOUT_SECONDS,
        description="Longest run; behind an HTTP route at most 30.",
    )  # fmt: skip
    memory_mb: int = Field(
        default=lambda_.DEFAULT_MEMORY_MB, ge=lambda_.MINIMUM_MEMORY_MB, le=lambda_.MAXIMUM_MEMORY_MB,
        description="Memory; the share of a processor grows with it.",
    )  # fmt: skip
    triggers: list[TriggerSpec] = Field(min_length=1, description="What invokes it.")
    uses: dict[str, list[str]] = Field(
        default={}, description="Resource -> verbs: its permissions. A resource of another workload is WORKLOAD.RESOURCE."
    )
    idempotency: IdempotencySpec | None = Field(
        default=None, description="Answer a request that comes twice once; {} takes the default."
    )
    environment: dict[Variable, str] = Field(
        default={}, description="Environment variables of your own. No secrets: they are readable in the console."
    )
    reserved_concurrency: int | None = Field(
        default=None, ge=1, le=lambda_.MAXIMUM_RESERVED_CONCURRENCY,
        description="Most runs at the same time, taken out of the account's pool; without it the stack's setting holds.",
    )  # fmt: skip

    @property
    def http_triggers(self) -> list[HttpTrigger]:
        return [trigger.http for trigger in self.triggers if trigger.http]

    @property
    def queue_triggers(self) -> list[QueueTrigger]:
        return [trigger.queue for trigger in self.triggers if trigger.queue]
