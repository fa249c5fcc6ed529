"""What every kind is planned from, besides its own part of the manifest: for whom, in which stack, and what others have to do with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from platform_contract.platform.alarm_standard import DEFAULT_LATENCY_MS_P99
from platform_contract.platform.data_class import DataClass
from platform_contract.platform.settings import Settings, Team
from platform_contract.platform.text_types import Name, Strict
from platform_contract.platform.verbs import Verb


class NamedSpec(Strict):
    """What a component is called that belongs to no manifest."""

    name: Name


class OwnerSpec(Strict):
    """For whom a component is made that belongs to no manifest."""

    workload: Name = Field(description="Name of the workload: part of every name in AWS.")
    owner: Name = Field(description="Team of the settings that answers for it.")
    data_class: DataClass = Field(description="How secret its data is: decides about keys, logs and access.")
    summary: str = Field(default="", max_length=256, description="What the workload does, in a sentence.")


@dataclass(frozen=True)
class Scope:
    """One workload in one stack."""

    settings: Settings
    workload: str
    owner: str
    data_class: DataClass
    summary: str = ""
    """What the workload does, in a sentence."""

    @property
    def team(self) -> Team:
        """The owner, as the settings know it."""
        return self.settings.teams[self.owner]


Addressed = Any
"""A part of a manifest: what of it is in the ARN of a resource, `generation` and `fifo`, where its kind has it."""


@dataclass(frozen=True)
class Used:
    """A resource that a function, or a service in the name of the workload, may use."""

    kind: str
    name: str
    arn: str
    """Empty where AWS assigns it."""
    verbs: Mapping[str, Verb]
    service: str
    """Through which the workload's key is used."""
    variable: str = ""
    """Environment variable that tells the function of it; empty where the function need not know it."""


@dataclass(frozen=True)
class Triggered:
    """A trigger of a function."""

    function: str
    index: int
    """Among the function's triggers."""
    timeout_seconds: int
    """Of the function."""
    trigger: Any
    """As the kind of the trigger describes it."""


@dataclass(frozen=True)
class Consumer:
    """The function that a queue invokes."""

    function: str
    timeout_seconds: int
    batching_window_seconds: int


@dataclass(frozen=True)
class Listener:
    """Who is told of new objects in a bucket."""

    kind: Literal["function", "topic"]
    name: str
    prefix: str
    suffix: str


@dataclass(frozen=True)
class Connections:
    """What the kinds of one workload must know of each other; by names of the manifest."""

    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    """Queue -> what it invokes."""
    listeners: Mapping[str, tuple[Listener, ...]] = field(default_factory=dict)
    """Bucket -> who is told of its new objects."""
    fed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Topic -> queue that gets its messages -> ARN of the queue."""
    bucket_arns: Mapping[str, str] = field(default_factory=dict)
    """Bucket -> its ARN."""
    used: Mapping[str, tuple[Used, ...]] = field(default_factory=dict)
    """Function -> what it uses."""
    resolved: Used | None = None
    """Table that the resolvers of the GraphQL API work on."""
    triggers: Mapping[str, tuple[Triggered, ...]] = field(default_factory=dict)
    """Kind of trigger -> those of all functions."""
    timeouts: Mapping[str, int] = field(default_factory=dict)
    """Function -> its timeout in seconds, of those that an API or a workflow invokes."""
    deciding: frozenset[str] = frozenset()
    """Functions that decide for routes who may call."""
    flags: Mapping[str, Any] = field(default_factory=dict)
    """Feature flag -> its default."""
    latency_ms_p99: float = DEFAULT_LATENCY_MS_P99
    """What callers of its APIs are promised, or the platform's default."""
    expiring: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Bucket -> folder of what can be had again -> days after which it is deleted."""
