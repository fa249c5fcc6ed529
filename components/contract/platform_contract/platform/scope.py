"""What every kind is planned from, besides its own part of the manifest: for whom, in which stack, and what others have to do with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from platform_contract.platform.data_class import DataClass
from platform_contract.platform.settings import Settings, Team
from platform_contract.platform.text_types import Name, Strict


class NamedSpec(Strict):
    """What a component is called that belongs to no manifest."""

    name: Name


class OwnerSpec(Strict):
    """For whom a component is made that belongs to no manifest."""

    workload: Name = Field(description="Name of the workload: part of every name in AWS.")
    owner: Name = Field(description="Team of the settings that answers for it.")
    data_class: DataClass = Field(description="How secret its data is: decides about keys, logs and access.")


@dataclass(frozen=True)
class Scope:
    """One workload in one stack."""

    settings: Settings
    workload: str
    owner: str
    data_class: DataClass

    @property
    def team(self) -> Team:
        """The owner, as the settings know it."""
        return self.settings.teams[self.owner]


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
    expiring: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Bucket -> folder of what can be had again -> days after which it is deleted."""
