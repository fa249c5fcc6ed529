"""Functions, triggers and state as a manifest asks for them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from platform_contract.standards import apigateway, lambda_, s3, sqs
from platform_contract.standards.environment import RESERVED_PREFIXES

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*[a-z0-9]$", max_length=40)]
Attribute = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,254}$")]
Verb = Literal["read", "write", "send", "consume", "delete"]


class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpTriggerSpec(Spec):
    """A route of the workload's HTTP API."""

    route: str = Field(description="Method and path: `POST /orders`, `GET /orders/{order_id}`")
    authorizer: Literal["jwt", "none"] = Field(
        description="Who may call: jwt = holders of a token; none = everybody, with a reason"
    )
    public_reason: str | None = Field(default=None, min_length=10, description="Why everybody may call an open route")
    example: Any = Field(default=None, description="A body that is answered with 2xx: smoke checks send it, `make up` prints it")

    @model_validator(mode="after")
    def _sound(self) -> "HttpTriggerSpec":
        method, _, path = self.route.partition(" ")
        if method not in apigateway.METHODS or not path.startswith("/") or " " in path:
            raise ValueError(
                f"route {self.route!r} must be a method ({', '.join(apigateway.METHODS)}), a space and a path; for example GET /orders"
            )
        if self.authorizer == "none" and not self.public_reason:
            raise ValueError(f"route {self.route!r} is open to everybody; say why in `public_reason`, or use `authorizer: jwt`")
        if self.authorizer != "none" and self.public_reason:
            raise ValueError(
                f"route {self.route!r} has a `public_reason` but is not public; remove it, or use `authorizer: none`"
            )
        return self


class QueueTriggerSpec(Spec):
    """Messages of a queue of this workload, in batches."""

    queue: Name = Field(description="Name of the queue, under `queues` of this manifest")
    batch_size: int = Field(
        default=sqs.BATCH_SIZE_DEFAULT, ge=1, le=sqs.BATCH_SIZE_MAXIMUM, description="Most messages of one run"
    )
    batching_window_seconds: int = Field(
        default=0,
        ge=0,
        le=sqs.BATCHING_WINDOW_SECONDS_MAXIMUM,
        description="How long Lambda waits for a batch to fill, in seconds",
    )
    maximum_concurrency: int | None = Field(
        default=None,
        ge=sqs.MAXIMUM_CONCURRENCY_MINIMUM,
        le=sqs.MAXIMUM_CONCURRENCY_MAXIMUM,
        description="Most runs at the same time",
    )

    @model_validator(mode="after")
    def _window(self) -> "QueueTriggerSpec":
        if self.batch_size > sqs.BATCH_SIZE_WITHOUT_WINDOW and self.batching_window_seconds < 1:
            raise ValueError(
                f"batch_size {self.batch_size} needs batching_window_seconds of at least 1; add it, or use at most 10"
            )
        return self


class TriggerSpec(Spec):
    """What starts a function: exactly one of the kinds."""

    http: HttpTriggerSpec | None = None
    queue: QueueTriggerSpec | None = None

    @model_validator(mode="after")
    def _one(self) -> "TriggerSpec":
        if (self.http is None) == (self.queue is None):
            raise ValueError("a trigger is exactly one of http, queue; make a list entry for each")
        return self


class IdempotencySpec(Spec):
    """Answers are remembered, so that a repeated request is answered alike and done once. Adds the table `idempotency`."""

    expires_after_hours: int = Field(default=24, ge=1, le=24 * 30, description="How long a key gives the same answer, in hours")


class FunctionSpec(Spec):
    """One Lambda function."""

    handler: str = Field(
        pattern=r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+$", description="Entry point under handlers/: `orders.api.handler`"
    )
    timeout_seconds: int = Field(
        default=lambda_.TIMEOUT_SECONDS_HTTP_DEFAULT,
        ge=1,
        le=lambda_.TIMEOUT_SECONDS_MAXIMUM,
        description="Longest run, in seconds",
    )
    memory_mb: int = Field(
        default=lambda_.MEMORY_MB_DEFAULT,
        ge=lambda_.MEMORY_MB_MINIMUM,
        le=lambda_.MEMORY_MB_MAXIMUM,
        description="Memory in MB; CPU grows with it",
    )
    triggers: tuple[TriggerSpec, ...] = Field(min_length=1, description="What starts it")
    uses: dict[str, tuple[Verb, ...]] = Field(
        default={}, description="Resource -> verbs; they become the least IAM actions, KMS included"
    )
    idempotency: IdempotencySpec | None = Field(
        default=None, description="Remember answers by key, for requests that are sent twice"
    )
    environment: dict[str, str] = Field(default={}, description="Plain configuration; no secrets: the console shows it")
    reserved_concurrency: int | None = Field(
        default=None,
        ge=0,
        le=lambda_.RESERVED_CONCURRENCY_MAXIMUM,
        description="Most runs at once, taken from the account; 0 stops it",
    )

    @model_validator(mode="after")
    def _variables(self) -> "FunctionSpec":
        for name in self.environment:
            if (
                (not name.isupper() and not name.replace("_", "").isalnum())
                or name.startswith(RESERVED_PREFIXES)
                or name in ("ENVIRONMENT", "WORKLOAD")
            ):
                raise ValueError(f"environment variable {name!r} is set by Lambda or the platform; choose another name")
        return self


class TableSpec(Spec):
    """A DynamoDB table: encrypted with the workload's key, with point-in-time recovery, paid per request."""

    partition_key: Attribute = Field(description="Attribute (text) that items are found by")
    sort_key: Attribute | None = Field(default=None, description="Attribute (text) that items of one partition are ordered by")
    expires_at: Attribute | None = Field(
        default=None, description="Attribute with the second (Unix time) after which an item is removed"
    )
    generation: int = Field(
        default=1, ge=1, le=99, description="Count up to replace the table on purpose: the name changes with it"
    )


class QueueSpec(Spec):
    """An SQS queue with its dead-letter queue, encrypted with the workload's key."""

    max_receive_count: int = Field(
        default=sqs.MAX_RECEIVE_COUNT_DEFAULT, ge=sqs.MAX_RECEIVE_COUNT_MINIMUM, le=sqs.MAX_RECEIVE_COUNT_MAXIMUM,
        description="Receives after which a message is given up",
    )  # fmt: skip
    retention_days: int = Field(
        default=sqs.RETENTION_DAYS_DEFAULT,
        ge=1,
        le=13,
        description="How long a message waits, in days; less than the dead letters' 14",
    )
    generation: int = Field(default=1, ge=1, le=99, description="Count up to replace the queue on purpose")


class BucketSpec(Spec):
    """An S3 bucket: private, versioned, encrypted with the workload's key."""

    expire_after_days: int | None = Field(
        default=None, ge=1, le=s3.EXPIRE_AFTER_DAYS_MAXIMUM, description="Remove objects after so many days"
    )
    generation: int = Field(default=1, ge=1, le=99, description="Count up to replace the bucket on purpose")
