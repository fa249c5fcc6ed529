"""A function that belongs to no manifest: what its component is asked for."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from platform_contract.kinds.function.plan import FunctionPlan, plan_function
from platform_contract.kinds.function.spec import (
    FunctionSpec,
    Handler,
    IdempotencySpec,
    MemoryMb,
    ReservedConcurrency,
    TimeoutSeconds,
    Variable,
)
from platform_contract.kinds.stream import limits as ordered
from platform_contract.platform import lambda_
from platform_contract.platform.diagnostics import broken, choices, did_you_mean
from platform_contract.platform.scope import Connections, Scope, Used
from platform_contract.platform.text_types import Generation, Name, Strict
from platform_contract.registry import KINDS, VERBS, used, variable

Invoker = Literal["queue", "event", "upload", "schedule", "changes", "stream"]


class UseSpec(Strict):
    """A resource of the workload that the function uses."""

    kind: Literal["table", "queue", "bucket", "topic", "bus", "stream", "workflow", "secret", "parameter"] = Field(description="What it is.")
    verbs: list[str] = Field(min_length=1, description="What it does with it, as in `uses` of a manifest: docs/reference/manifest.md.")
    known: bool = Field(default=True, description="Whether it has to know it, and so has it in `resources`; false for what Lambda reads for it, such as a stream.")
    generation: int = Generation
    fifo: bool = Field(default=False, description="Whether it is a FIFO queue.")

    @model_validator(mode="after")
    def _known(self) -> "UseSpec":
        for verb in self.verbs:
            if verb not in VERBS[self.kind]:
                raise broken(f"is no verb of a {self.kind}", did_you_mean(verb, VERBS[self.kind]) or f"choose one of {choices(VERBS[self.kind])}", field="verbs")
        return self


class FunctionSpecByItself(Strict):
    """A function with a role, a log group and alarms of its own."""

    handler: Handler = Field(description="Entry point: api.handler is `handler` in api.py of its code.")
    timeout_seconds: TimeoutSeconds = lambda_.DEFAULT_TIMEOUT_SECONDS
    memory_mb: MemoryMb = lambda_.DEFAULT_MEMORY_MB
    uses: dict[Name, UseSpec] = Field(default={}, description="Resource -> what it does with it: its permissions. Those that it has to know are in `resources`.")
    environment: dict[Variable, str] = Field(default={}, description="Environment variables of your own. No secrets: they are readable in the console.")
    reserved_concurrency: ReservedConcurrency = None
    invoked_by: list[Invoker] = Field(
        default=[], description="What invokes it besides APIs: queue, event, upload, schedule, changes, stream. Its queue of failures and its alarms follow from it."
    )
    buses: list[Name] = Field(default=[], description="Buses whose events invoke it, in the order of its rules, with `event` among `invoked_by`.")
    maximum_record_age_seconds: int = Field(
        default=ordered.DEFAULT_RECORD_AGE_SECONDS, ge=ordered.MINIMUM_RECORD_AGE_SECONDS, le=ordered.MAXIMUM_RECORD_AGE_SECONDS,
        description="Age from which its StreamSubscriptions give a record up; its alarm fires at half of it.",
    )  # fmt: skip
    idempotency: IdempotencySpec | None = Field(
        default=None, description="Answer a request that comes twice once; {} takes the default. Needs `idempotency` in `resources`: the Table of that name, with partition_key id and expires_at expiration."
    )
    flags: dict[Name, bool] = Field(default={}, description="Feature flag that it reads -> its value.")
    decides: bool = Field(default=False, description="Whether it decides for routes of an API who may call, and so has to know whose tokens are good.")


def plan_by_itself(scope: Scope, name: str, spec: FunctionSpecByItself) -> FunctionPlan:
    """One function."""
    asked = FunctionSpec(
        handler=spec.handler, timeout_seconds=spec.timeout_seconds, memory_mb=spec.memory_mb, environment=spec.environment,
        reserved_concurrency=spec.reserved_concurrency, idempotency=spec.idempotency, flags=list(spec.flags),
        triggers=[_trigger(kind, bus, spec) for kind in spec.invoked_by for bus in (spec.buses if kind == "event" else [""])],  # type: ignore[misc]
    )  # fmt: skip
    connections = Connections(used={name: tuple(_used(scope, spec))}, flags=spec.flags, deciding=frozenset([name] if spec.decides else []))
    return plan_function(scope, name, asked, connections)


def _used(scope: Scope, spec: FunctionSpecByItself) -> Iterator[Used]:
    for name, use in sorted(spec.uses.items()):
        arn = KINDS[use.kind].arn
        yield used(use.kind, name, arn(scope.settings, scope.workload, name, use) if arn else "", use.verbs, variable=variable(use.kind, name) if use.known else "")


def _trigger(kind: Invoker, bus: str, spec: FunctionSpecByItself) -> Mapping[str, Any]:
    """As little as makes a trigger: the components that connect say the rest."""
    age = {"maximum_record_age_seconds": spec.maximum_record_age_seconds}
    given: dict[Invoker, Mapping[str, Any]] = {
        "queue": {"queue": "q"}, "event": {"bus": bus, "pattern": {"source": ["any"], "detail_type": ["any"]}}, "upload": {"bucket": "b"},
        "schedule": {"expression": "rate(1 hour)"}, "changes": {"table": "t", **age}, "stream": {"stream": "s", **age},
    }  # fmt: skip
    return {kind: given[kind]}
