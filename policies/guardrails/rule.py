"""A rule: who it is for, what it looks at, how to satisfy it, and the cases that prove it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from guardrails.memory import Memory
from guardrails.resource import Resource, Stack
from guardrails.values import UNKNOWN_STRING_VALUE

UNKNOWN = UNKNOWN_STRING_VALUE
"""In cases: a value that only the update knows."""


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(StrEnum):
    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    OPT_IN = "opt-in"
    """Off until the pack's configuration gives it a level: what costs money, or is a matter of taste or of compliance."""


STRICTEST = "prod"
ENVIRONMENTS = ("local", "dev", STRICTEST)


def environment(resource: Resource) -> str:
    """The environment that a stack is named for (`prod`, `orders-prod`). A stack with another name is judged as the strictest."""
    last = resource.stack.removeprefix("urn:pulumi:").split("::")[0].rsplit("-", 1)[-1]
    return last if last in ENVIRONMENTS else STRICTEST


class Scope(StrEnum):
    RESOURCE = "resource"
    STACK = "stack"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `problem` is a clause that follows `path=value`; `fix` replaces the rule's own."""

    path: str
    value: object
    problem: str
    fix: str = ""


@dataclass(frozen=True)
class NotKnown:
    """The rule could not look at `path` yet. Yielded where the rest of the resource can still be judged."""

    path: str


Outcome = Finding | NotKnown
ResourceCheck = Callable[[Resource, Memory], Iterator[Outcome]]
StackCheck = Callable[[Resource, Stack], Iterator[Outcome]]


@dataclass(frozen=True)
class Given:
    """A resource in a case. `refers` says which input was made from which other resource of the case (logical name)."""

    type: str
    props: Mapping[str, Any]
    name: str = "subject"
    refers: Mapping[str, str] = field(default_factory=dict)
    provider: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Case:
    """What the rule says about `subject`: passes, or finds each text of `finds`, or waits for each path of `waits`.

    `given` are resources that the engine registered before it.
    """

    name: str
    subject: Given
    finds: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    scope: Scope = Scope.RESOURCE
    environment: str = STRICTEST


@dataclass(frozen=True)
class Rule:
    """A guardrail.

    `id` is a sentence that holds when the rule is satisfied. `check` judges a resource before it is made, `check_stack`
    a resource with all others at hand, at the end of the preview and again of the update. `reads` are the properties it looks at, per type (a test compares them with
    the installed provider's). `remembers` are types that `check` later looks up in the memory.
    """

    id: str
    title: str
    why: str
    fix: str
    severity: Severity
    reads: Mapping[str, tuple[str, ...]]
    cases: tuple[Case, ...]
    sources: tuple[str, ...]
    check: ResourceCheck | None = None
    check_stack: StackCheck | None = None
    judges: tuple[str, ...] = ()
    """Types that `check` is called for; all of `reads` when empty."""
    spares: frozenset[str] = frozenset()
    """When not empty, `check` is called for every type but these, and `judges` says nothing."""
    joins: tuple[str, ...] = ()
    """Types that `check_stack` is called for."""
    remembers: tuple[str, ...] = ()
    level: Level = Level.MANDATORY
    environments: tuple[str, ...] = ()
    """Where it holds; everywhere when empty."""
    service: str = ""

    @property
    def types(self) -> tuple[str, ...]:
        """Types that `check` is called for."""
        return () if self.spares else self.judges or tuple(self.reads)

    def holds_in(self, resource: Resource) -> bool:
        """Whether the rule holds in the environment of the resource."""
        return not self.environments or environment(resource) in self.environments

    @property
    def page(self) -> str:
        return f"docs/reference/rules/{self.id}.md"
