"""A recorded run of the program, judged in this process by the same code as in the policy server.

What the engine would send is made once from the graph; a test that breaks something makes only the broken resources anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi
from guardrails.catalogue import RULES
from guardrails.judge import Judge, Told
from guardrails.resource import Resource, Stack, current_type
from guardrails.rule import UNKNOWN
from guardrails.values import Values
from guardrails.waivers import Waivers
from pulumi.output import Unknown

from tests.program.graph import Graph, Node


def on_the_wire(value: Any) -> Any:
    """As the engine sends it: numbers as floats, unknowns as their sentinel, without assets, which no rule looks at."""
    if isinstance(value, Mapping):
        return {key: on_the_wire(each) for key, each in value.items() if not isinstance(each, pulumi.Archive | pulumi.Asset)}
    if isinstance(value, list):
        return [on_the_wire(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return UNKNOWN if isinstance(value, Unknown) else value


@dataclass(frozen=True)
class Sent:
    """One resource as the engine sends it: inputs before it is made, outputs with the whole stack."""

    type: str
    name: str
    urn: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    provider: Mapping[str, Any] | None
    dependencies: Mapping[str, list[str]]

    def changed(self, changes: Mapping[str, Any]) -> "Sent":
        """With other properties; `None` takes one away."""
        kept, new = ({key: value for key, value in changes.items() if (value is not None) is wanted} for wanted in (False, True))
        inputs, outputs = (
            {key: value for key, value in values.items() if key not in kept} | on_the_wire(new)
            for values in (self.inputs, self.outputs)
        )
        return replace(self, inputs=inputs, outputs=outputs)


@dataclass(frozen=True)
class Recorded:
    """What one run of the program sent, in its order."""

    resources: tuple[Sent, ...]

    @classmethod
    def of(cls, graph: Graph) -> "Recorded":
        providers = {node.urn: on_the_wire(node.inputs) for node in graph.nodes if node.type.startswith("pulumi:providers:")}

        def sent(node: Node) -> Sent:
            return Sent(node.type, node.name, node.urn, on_the_wire(node.inputs), on_the_wire(node.outputs if node.custom else node.registered_outputs or {}),
                        providers.get(node.provider.rsplit("::", 1)[0]), node.property_dependencies)  # fmt: skip

        return cls(tuple(sent(node) for node in graph.nodes))

    def broken(self, type_: str, changes: Mapping[str, Any]) -> "Recorded":
        """With changed inputs of all resources of a type."""
        return self.each(lambda sent: sent.changed(changes) if sent.type == type_ else sent)

    def each(self, change: Callable[[Sent], Sent]) -> "Recorded":
        return Recorded(tuple(change(sent) for sent in self.resources))

    def without(self, type_: str) -> "Recorded":
        return Recorded(tuple(sent for sent in self.resources if sent.type != type_))

    def judged(self, *, preview: bool) -> list[Told]:
        """Everything the engine would be told: each resource before it is made, then the stack."""
        judge = Judge(RULES, Waivers(), updating=not preview)
        told = []
        for sent in self.resources:
            if judge.wants(current_type(sent.type)):
                told += judge.resource(resource_of(sent, sent.inputs, {}))
        references: dict[str, dict[str, tuple[Resource, ...]]] = {sent.urn: {} for sent in self.resources}
        views = {sent.urn: resource_of(sent, sent.outputs, references[sent.urn]) for sent in self.resources}
        for sent in self.resources:
            for path, urns in sent.dependencies.items():
                references[sent.urn][path] = tuple(views[urn] for urn in urns if urn in views)
        return told + judge.stack(Stack(tuple(views.values())))


def resource_of(sent: Sent, properties: Mapping[str, Any], references: Mapping[str, tuple[Resource, ...]]) -> Resource:
    provider = Values(sent.provider) if sent.provider is not None else None
    return Resource(current_type(sent.type), sent.name, sent.urn, Values(properties), provider, references)
