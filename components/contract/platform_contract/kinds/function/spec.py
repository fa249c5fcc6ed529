"""A Lambda function and what triggers it."""

from typing import Annotated

from pydantic import Field, model_validator

from platform_contract.kinds import bucket, bus, schedule, stream, table
from platform_contract.kinds.bucket.trigger import UploadTrigger
from platform_contract.kinds.bus.trigger import EventTrigger
from platform_contract.kinds.function.provisioned import ProvisionedConcurrencySpec
from platform_contract.kinds.function.smoke import SmokeSpec
from platform_contract.kinds.http_api.trigger import HttpTrigger
from platform_contract.kinds.queue.trigger import QueueTrigger
from platform_contract.kinds.rest_api.spec import RestTrigger
from platform_contract.kinds.schedule.trigger import ScheduleTrigger
from platform_contract.kinds.stream.trigger import ChangesTrigger, StreamTrigger
from platform_contract.kinds.websocket_api.spec import WebSocketTrigger
from platform_contract.platform import lambda_
from platform_contract.platform.diagnostics import broken
from platform_contract.platform.text_types import Form, Name, Strict

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


TimeoutSeconds = Annotated[
    int, Field(ge=1, le=lambda_.MAXIMUM_TIMEOUT_SECONDS, description="Longest run; behind an HTTP route at most 30.")
]

MemoryMb = Annotated[
    int, Field(ge=lambda_.MINIMUM_MEMORY_MB, le=lambda_.MAXIMUM_MEMORY_MB, description="Memory; the share of a processor grows with it.")
]

ReservedConcurrency = Annotated[
    int | None,
    Field(ge=1, le=lambda_.MAXIMUM_RESERVED_CONCURRENCY,
          description="Most runs at the same time, taken out of the account's pool; without it the stack's setting holds."),
]  # fmt: skip

ProvisionedConcurrency = Annotated[
    ProvisionedConcurrencySpec | None, Field(description="Runs that are kept ready, from the phase scale on; null keeps none ready.")
]


class TriggerSpec(Strict):
    """What invokes a function: exactly one of these."""

    http: HttpTrigger | None = Field(default=None, description="A route of the workload's HTTP API.")
    rest: RestTrigger | None = Field(default=None, description="A route of the workload's REST API, for callers with keys.")
    websocket: WebSocketTrigger | None = Field(default=None, description="A route of the workload's WebSocket API.")
    queue: QueueTrigger | None = Field(default=None, description="A queue of the workload.")
    event: EventTrigger | None = Field(default=None, description="Events on a bus of the workload.")
    upload: UploadTrigger | None = Field(default=None, description="Objects that arrive in a bucket of the workload.")
    schedule: ScheduleTrigger | None = Field(default=None, description="A time.")
    changes: ChangesTrigger | None = Field(default=None, description="Changes of a table of the workload.")
    stream: StreamTrigger | None = Field(default=None, description="Records of a stream of the workload.")

    @model_validator(mode="after")
    def _exactly_one(self) -> "TriggerSpec":
        if len([kind for kind in TRIGGER_KINDS if getattr(self, kind)]) != 1:
            raise broken(f"must have exactly one of {', '.join(TRIGGER_KINDS)}", "write each trigger as an entry of its own in the list")
        return self


TRIGGER_KINDS = tuple(TriggerSpec.model_fields)

_LATER = {name: it.delivery for kind in (bucket.KIND, bus.KIND, schedule.KIND, stream.KIND, table.KIND) for name, it in kind.triggers.items()}

ASYNCHRONOUS = frozenset(name for name, delivery in _LATER.items() if delivery == "asynchronous")
"""Triggers behind which nobody waits: Lambda itself tries again, and then gives the event up."""

ORDERED = frozenset(name for name, delivery in _LATER.items() if delivery == "ordered")
"""Triggers that are read in order: a batch that fails holds up what is behind it."""


class IdempotencySpec(Strict):
    """Requests that come twice are answered once."""

    expires_after_hours: int = Field(
        default=24, ge=1, le=168, description="Hours for which a request is remembered with its answer."
    )


class FunctionSpec(Strict):
    """A function with a role, a log group and alarms of its own."""

    handler: Handler = Field(description="Entry point: orders.api.handler is `handler` in handlers/orders/api.py.")
    timeout_seconds: TimeoutSeconds = lambda_.DEFAULT_TIMEOUT_SECONDS
    memory_mb: MemoryMb = lambda_.DEFAULT_MEMORY_MB
    triggers: list[TriggerSpec] = Field(
        default=[], description="What invokes it; empty only for a function that a route names as its authorizer, a workflow as a step, or a secret as what rotates it."
    )
    uses: dict[str, list[str]] = Field(
        default={}, description="Resource -> verbs: its permissions. A resource of another workload is WORKLOAD.RESOURCE."
    )
    flags: list[Name] = Field(default=[], description="Flags of the workload that it reads.")
    idempotency: IdempotencySpec | None = Field(
        default=None, description="Answer a request that comes twice once; {} takes the default."
    )
    environment: dict[Variable, str] = Field(
        default={}, description="Environment variables of your own. No secrets: they are readable in the console."
    )
    reserved_concurrency: ReservedConcurrency = None
    provisioned_concurrency: ProvisionedConcurrency = None
    snap_start: bool = Field(
        default=False, description="Start from a snapshot that Lambda takes of each version after its imports, from the phase scale on; instead of "
        "provisioned_concurrency. What is made while importing, such as random numbers and connections, is then the same in every copy.",
    )  # fmt: skip
    smoke: list[SmokeSpec] = Field(
        default=[], max_length=20, description="Events that a new version must answer before it gets traffic, from the phase standardize on. They run against real resources under "
        "the function's own role: choose those that leave nothing behind.",
    )  # fmt: skip

    @property
    def http_triggers(self) -> list[HttpTrigger]:
        return [trigger.http for trigger in self.triggers if trigger.http]

    @property
    def queue_triggers(self) -> list[QueueTrigger]:
        return [trigger.queue for trigger in self.triggers if trigger.queue]

    def kinds(self) -> set[str]:
        """Kinds of its triggers."""
        return {kind for trigger in self.triggers for kind in TRIGGER_KINDS if getattr(trigger, kind)}

    @property
    def gives_up(self) -> bool:
        """Whether something that it is invoked for can be given up, and is then kept in its queue of failures."""
        return bool(self.kinds() & {*ASYNCHRONOUS, *ORDERED})
