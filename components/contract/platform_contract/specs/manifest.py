"""The manifest of one workload, with what its parts must agree on."""

from typing import Literal

from pydantic import Field, model_validator

from platform_contract.specs.resources import BucketSpec, FunctionSpec, Name, QueueSpec, Spec, TableSpec
from platform_contract.standards import apigateway, dynamodb

KIND_VERBS = {"table": ("read", "write"), "queue": ("send", "consume"), "bucket": ("read", "write", "delete")}


class BoundarySpec(Spec):
    """Where the workload begins and ends."""

    accepts: str = Field(min_length=3, description="What comes in")
    owns: str = Field(min_length=3, description="What state is its own")
    leaves_out: str = Field(min_length=3, description="What is deliberately somebody else's")


class ProfileSpec(Spec):
    """How it is used: fit, throttles and cost follow from it."""

    trigger: Literal["request", "event", "schedule", "stream"] = Field(description="What starts most runs")
    duration_ms_p95: int = Field(ge=1, le=900_000, description="95 % of the runs end within, in milliseconds")
    requests_per_month: int = Field(ge=0, description="Runs in a month")
    peak_per_second: float = Field(gt=0, description="Most requests in a second")
    state: Literal["none", "external", "local", "memory"] = Field(description="Where state is: external = a managed store")
    latency_target_ms: int | None = Field(default=None, ge=1, description="What callers are promised, in milliseconds")


class SloSpec(Spec):
    availability_percent: float = Field(ge=90, lt=100, description="Share of requests that must succeed, in percent")
    latency_ms_p99: int = Field(ge=1, description="99 % of the requests end within, in milliseconds")


class CostSpec(Spec):
    monthly_budget_usd: float = Field(
        gt=0, description="What it may cost a month, in US dollars; told at 80 % and when 100 % is forecast"
    )


class Manifest(Spec):
    """What a product team asks for."""

    name: Name = Field(description="Name of the workload and of its file")
    summary: str = Field(min_length=10, max_length=200, description="One sentence: what it is for")
    owner: str = Field(description="Team that answers for it: one of the stack's `teams`")
    boundary: BoundarySpec
    phase: Literal["pilot", "standardize", "scale"] = Field(description="How far it has come")
    data_class: Literal["public", "internal", "confidential", "restricted"] = Field(
        description="Decides keys, retention and log redaction"
    )
    profile: ProfileSpec
    functions: dict[Name, FunctionSpec] = Field(min_length=1)
    tables: dict[Name, TableSpec] = {}
    queues: dict[Name, QueueSpec] = {}
    buckets: dict[Name, BucketSpec] = {}
    slo: SloSpec | None = None
    cost: CostSpec

    def kind_of(self, resource: str) -> str | None:
        """table, queue or bucket; None if the manifest has no such resource."""
        for kind, known in (("table", self.tables), ("queue", self.queues), ("bucket", self.buckets)):
            if resource in known:
                return kind
        return None

    def http_functions(self) -> list[str]:
        return [name for name, function in self.functions.items() if any(trigger.http for trigger in function.triggers)]

    @model_validator(mode="after")
    def _agrees(self) -> "Manifest":
        wrong = [*self._duplicates(), *self._uses(), *self._routes(), *self._queues(), *self._reserved()]
        if wrong:
            raise ValueError(wrong[0] if len(wrong) == 1 else " | ".join(wrong))
        return self

    def _duplicates(self) -> list[str]:
        names = [*self.tables, *self.queues, *self.buckets]
        return [
            f"{name!r} names two resources; give each its own name" for name in sorted({n for n in names if names.count(n) > 1})
        ]

    def _uses(self) -> list[str]:
        wrong = []
        for name, function in self.functions.items():
            for resource, verbs in function.uses.items():
                where, kind = f"functions.{name}.uses.{resource}", self.kind_of(resource)
                if kind is None:
                    known = ", ".join([*self.tables, *self.queues, *self.buckets]) or "none"
                    wrong.append(f"{where} is no resource of this workload; it has {known}")
                elif bad := [verb for verb in verbs if verb not in KIND_VERBS[kind]]:
                    wrong.append(f"{where}: a {kind} has no verb {', '.join(bad)}; it has {', '.join(KIND_VERBS[kind])}")
        return wrong

    def _routes(self) -> list[str]:
        wrong, owners = [], {}
        for name, function in self.functions.items():
            for trigger in function.triggers:
                if not trigger.http:
                    continue
                if (other := owners.setdefault(trigger.http.route, name)) != name:
                    wrong.append(f"route {trigger.http.route!r} is claimed by {other!r} and {name!r}; keep it in one of them")
                if function.timeout_seconds > apigateway.INTEGRATION_TIMEOUT_SECONDS_MAXIMUM:
                    wrong.append(
                        f"functions.{name}.timeout_seconds={function.timeout_seconds} must be <= "
                        f"{apigateway.INTEGRATION_TIMEOUT_SECONDS_MAXIMUM}, the HTTP API's limit; lower it or use a queue"
                    )
        return sorted(set(wrong))

    def _queues(self) -> list[str]:
        wrong, consumers = [], {}
        for name, function in self.functions.items():
            for trigger in function.triggers:
                if not trigger.queue:
                    continue
                queue = trigger.queue.queue
                if queue not in self.queues:
                    wrong.append(f"functions.{name}: the trigger's queue {queue!r} is not under `queues`; add it there")
                elif (other := consumers.setdefault(queue, name)) != name:
                    wrong.append(
                        f"queue {queue!r} is consumed by {other!r} and {name!r}, each message by one of them; give each a queue"
                    )
        return wrong

    def _reserved(self) -> list[str]:
        if dynamodb.IDEMPOTENCY_TABLE in self.tables and any(f.idempotency for f in self.functions.values()):
            return [f"tables.{dynamodb.IDEMPOTENCY_TABLE} is made by `idempotency`; choose another name for yours"]
        return []
