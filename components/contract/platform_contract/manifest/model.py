"""The manifest of a workload."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from platform_contract.kinds.bucket.spec import BucketSpec
from platform_contract.kinds.bus.spec import BusSpec
from platform_contract.kinds.dataset.spec import DatasetSpec
from platform_contract.kinds.function.spec import FunctionSpec
from platform_contract.kinds.graphql_api.spec import GraphqlSpec
from platform_contract.kinds.http_api.spec import HttpApiSpec
from platform_contract.kinds.parameter.spec import ParameterSpec
from platform_contract.kinds.queue.spec import QueueSpec
from platform_contract.kinds.rest_api.spec import RestApiSpec
from platform_contract.kinds.secret.spec import SecretSpec
from platform_contract.kinds.stream.spec import StreamSpec
from platform_contract.kinds.table.spec import TableSpec
from platform_contract.kinds.topic.spec import TopicSpec
from platform_contract.kinds.websocket_api.spec import WebSocketApiSpec
from platform_contract.kinds.workflow.spec import WorkflowSpec, steps_of
from platform_contract.manifest.capacity import BudgetUsd, CapacitySpec, PeakPerSecond, RequestsPerMonth, written
from platform_contract.manifest.firewall import FirewallSpec
from platform_contract.manifest.flag import FlagSpec
from platform_contract.manifest.metric import MetricSpec
from platform_contract.manifest.operations import OperationsSpec
from platform_contract.manifest.probe import ProbeSpec
from platform_contract.platform import naming
from platform_contract.platform.data_class import DataClass
from platform_contract.platform.scope import Scope
from platform_contract.platform.settings import Environment, Phase, Settings
from platform_contract.platform.text_types import Name, Sentence, Strict
from platform_contract.registry import SECTIONS


class BoundarySpec(Strict):
    """Where the workload ends. Whoever cannot say it has no workload yet."""

    accepts: Sentence = Field(description="What it takes: the request or event that it answers for.")
    owns: Sentence = Field(description="The state that it alone writes.")
    leaves_out: Sentence = Field(description="What others do, though one could think it does.")


class ProfileSpec(Strict):
    """What the workload is like: judged by the criteria of serverless fit."""

    trigger: Literal["request", "queue", "event", "schedule", "stream", "upload"] = Field(description="What it reacts to.")
    duration_ms_p95: int = Field(ge=1, description="How long one run takes, in milliseconds, at the 95th percentile.")
    requests_per_month: RequestsPerMonth
    peak_per_second: PeakPerSecond
    state: Literal["none", "external", "memory"] = Field(
        description="Where state lives between two runs: memory means in the process itself."
    )
    latency_target_ms: int = Field(ge=1, description="Time within which an answer or effect is wanted, in milliseconds.")
    traffic: Literal["bursty", "steady"] = Field(
        default="bursty", description="Whether load comes and goes, or is there all the time."
    )
    chained_calls: int = Field(default=0, ge=0, description="Other services that one run waits for, one after the other.")
    custom_runtime: bool = Field(
        default=False, description="Whether it needs control of the operating system or a runtime that Lambda lacks."
    )


class SloSpec(Strict):
    """What the workload promises."""

    # Below 95 no outage is 14 times as bad as promised, and the quickest alarm of features/slo.py could not fire.
    availability_percent: float = Field(ge=95, lt=100, description="Share of requests that are answered without an error of ours.")
    latency_ms_p99: int = Field(ge=1, description="Time within which 99 of 100 requests are answered, in milliseconds.")


class CostSpec(Strict):
    """What the workload may cost."""

    monthly_budget_usd: BudgetUsd


class FitWaiverSpec(Strict):
    """Why a workload that does not fit is built all the same, until when."""

    reason: Sentence = Field(description="Why it is built on this platform all the same.")
    expires_on: date = Field(description="Day after which the waiver is void.")


class Manifest(Strict):
    """A workload, as its team writes it: what it needs. The platform decides how."""

    name: Name = Field(description="Name of the workload: that of the file.")
    summary: Sentence = Field(description="What it does, in one sentence.")
    owner: Name = Field(description="Team that owns it, one of `teams` in the stack's settings.")
    boundary: BoundarySpec = Field(description="Where it ends.")
    phase: Phase = Field(default="pilot", description="How much the platform demands and gives; a stack may hold it back.")
    data_class: DataClass = Field(description="How secret its data is: decides who may use its key, how long logs are kept "
                                  "and what they mask. The table: reference/standards.md, data_class.")
    profile: ProfileSpec = Field(description="What it is like: judged by the criteria of serverless fit.")
    fit_waiver: FitWaiverSpec | None = Field(default=None, description="Lets a profile pass that is judged unfit.")
    functions: dict[Name, FunctionSpec] = Field(default={}, description="Its functions; none only with a GraphQL API.")
    tables: dict[Name, TableSpec] = Field(default={}, description="Its DynamoDB tables.")
    queues: dict[Name, QueueSpec] = Field(default={}, description="Its SQS queues, each with a dead-letter queue.")
    buckets: dict[Name, BucketSpec] = Field(default={}, description="Its S3 buckets.")
    topics: dict[Name, TopicSpec] = Field(default={}, description="Its SNS topics.")
    buses: dict[Name, BusSpec] = Field(default={}, description="Its EventBridge buses.")
    streams: dict[Name, StreamSpec] = Field(default={}, description="Its Kinesis streams.")
    workflows: dict[Name, WorkflowSpec] = Field(default={}, description="Its Step Functions workflows.")
    secrets: dict[Name, SecretSpec] = Field(default={}, description="Its secrets; values are set by people or by rotation, never here.")
    parameters: dict[Name, ParameterSpec] = Field(default={}, description="Its plain parameters.")
    datasets: dict[Name, DatasetSpec] = Field(default={}, description="Files in its bucket that can be queried with SQL.")
    flags: dict[Name, FlagSpec] = Field(default={}, description="Its feature flags, which `operations flags` switches from the phase standardize on; before that "
                                        "functions have the defaults.")
    http_api: HttpApiSpec = Field(default=HttpApiSpec(), description="What holds for its HTTP API as a whole.")
    rest_api: RestApiSpec = Field(default=RestApiSpec(), description="What holds for its REST API as a whole.")
    websocket_api: WebSocketApiSpec = Field(default=WebSocketApiSpec(), description="What holds for its WebSocket API as a whole.")
    graphql: GraphqlSpec | None = Field(default=None, description="Its GraphQL API.")
    firewall: FirewallSpec = Field(default=FirewallSpec(), description="What the firewall before its APIs lets in, from the phase scale on.")
    metrics: dict[Name, MetricSpec] = Field(default={}, description="What its functions count of its business: orders-accepted is what the code counts as "
                                            "OrdersAccepted.")
    shares: dict[Name, list[Name]] = Field(default={}, description="Resource of this workload -> workloads that may use it.")
    slo: SloSpec | None = Field(default=None, description="What it promises.")
    cost: CostSpec = Field(description="What it may cost.")
    probe: ProbeSpec = Field(default=ProbeSpec(), description="How the platform calls it as a client does, from the phase scale on.")
    operations: OperationsSpec = Field(default=OperationsSpec(), description="How it is operated: what the phases after pilot ask.")
    environments: dict[Environment, CapacitySpec] = Field(
        default={}, description="Environment -> capacity that is different there: memory, timeouts, concurrency, throughput, shards, retention, cache, load, budget."
    )

    def in_environment(self, environment: str) -> "Manifest":
        """The workload as it is there: with the capacity of that environment, and without those of others."""
        given = self.environments.get(environment, CapacitySpec())
        changed: dict[str, Any] = {"environments": {}}
        for section in ("functions", "tables", "streams"):
            there = getattr(given, section)
            changed[section] = {name: spec.model_copy(update=written(there.get(name))) for name, spec in self.section(section).items()}
        for part in ("rest_api", "profile", "cost"):
            changed[part] = getattr(self, part).model_copy(update=written(getattr(given, part)))
        return self.model_copy(update=changed)

    def scope(self, settings: Settings) -> Scope:
        """The workload in a stack, as its kinds are planned."""
        return Scope(settings, self.name, self.owner, self.data_class, self.summary)

    def section(self, name: str) -> Mapping[str, Any]:
        """The resources of a section, by name."""
        resources: Mapping[str, Any] = getattr(self, name)
        return resources

    def kind_of(self, resource: str) -> str | None:
        """Kind of a resource of this workload, or None."""
        if resource == naming.SOCKET and self.socket_routes:
            return "socket"  # a resource of that name is told
        return next((kind for section, kind in SECTIONS.items() if resource in self.section(section)), None)

    @property
    def resources(self) -> list[str]:
        """Names of everything in it that functions can use."""
        return [*(name for section in SECTIONS for name in self.section(section)), *([naming.SOCKET] if self.socket_routes else [])]

    @property
    def socket_routes(self) -> dict[str, str]:
        """Route of its WebSocket API -> function; the first one where two have a route."""
        routes: dict[str, str] = {}
        for name, function in self.functions.items():
            for trigger in function.triggers:
                if trigger.websocket:
                    routes.setdefault(trigger.websocket.route, name)
        return routes

    @property
    def authorizer_functions(self) -> set[str]:
        """Functions that decide for routes who may call."""
        named = [trigger.authorizer_function for function in self.functions.values() for trigger in function.http_triggers]
        named.append(self.websocket_api.authorizer_function)
        return {name for name in named if name}

    @property
    def rotating_functions(self) -> dict[str, str]:
        """Function that hands new values of a secret to the other side -> the secret; the last one where it does so for several."""
        return {spec.rotation.function: name for name, spec in self.secrets.items() if spec.rotation and spec.rotation.function}

    @property
    def models(self) -> dict[str, str]:
        """Field path -> model whose JSON schema is published there: events of buses, bodies of REST routes."""
        events = {f"buses.{bus}.events[{index}]": event for bus, spec in self.buses.items() for index, event in enumerate(spec.events)}
        bodies = {
            f"functions.{name}.triggers[{index}].rest.body": trigger.rest.body
            for name, function in self.functions.items() for index, trigger in enumerate(function.triggers)
            if trigger.rest and trigger.rest.body
        }  # fmt: skip
        return events | bodies

    @property
    def steps(self) -> set[str]:
        """Functions that are steps of its workflows."""
        return {function for workflow in self.workflows.values() for function in steps_of(workflow.states)}
