"""What a rule sees of the stack: one resource, or all of them with their references."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guardrails.values import Undecided, Unknown, Values, as_mapping

WORKLOAD_COMPONENT = "serverless-platform:index:Workload"
STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Resource:
    """A resource as the engine is about to make it: checked inputs in a resource rule, (planned) outputs in a stack rule."""

    type: str
    name: str
    urn: str
    props: Values
    provider: Values | None = None
    references: Mapping[str, tuple["Resource", ...]] = field(default_factory=dict)
    """Stack rules only: input property (top level, camelCase) -> resources that its value was made from."""

    def get(self, path: str) -> Any:
        return self.props.get(path)

    @property
    def stack(self) -> str:
        """`urn:pulumi:<stack>::<project>`, which keeps two stacks apart."""
        return "::".join(self.urn.split("::")[:2])

    @property
    def kind(self) -> str:
        """The type's class, as people call it: `Queue` of `aws:sqs/queue:Queue`."""
        return self.type.rsplit(":", 1)[-1]

    def tags(self) -> dict[str, Any]:
        """Its tags, with the provider's default tags where the resource does not set the key itself."""
        found: dict[str, Any] = {}
        default = as_mapping(self.provider.get("defaultTags"), "defaultTags") if self.provider else None
        sources = [as_mapping(default.get("tags"), "tags") if isinstance(default, Values) else default]
        for source in (*sources, self.get("tagsAll"), self.get("tags")):
            if isinstance(source, Unknown):
                raise Undecided(source.path)
            if source is not None:
                found |= dict(source.items())
        return found

    def referred(self, path: str, type_: str) -> Iterator["Resource"]:
        """Resources of a type that the property was made from, also through another one (function <- alias <- mapping)."""
        seen: set[str] = set()
        pending = list(self.references.get(path, ()))
        while pending:
            other = pending.pop()
            if other.urn in seen:
                continue
            seen.add(other.urn)
            if other.type == type_:
                yield other
            elif other.type == "aws:lambda/alias:Alias":
                pending.extend(other.references.get("functionName", ()))


@dataclass(frozen=True)
class Stack:
    resources: tuple[Resource, ...]

    def of(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in types]


def logical_name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
