"""One property of the program's graph broken at a time, and what the guardrails say: only what the break changes is judged again."""

import copy
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from guardrails.catalogue import RULES
from guardrails.judge import Judge
from guardrails.resource import COMPONENTS, Resource, Stack, current_type
from guardrails.rule import Rule
from guardrails.values import Values
from guardrails.waivers import Waivers
from recorded import Recorded, Sent

FOLDER = Path(__file__).with_name("breaks")


@dataclass(frozen=True)
class Break:
    """A property of one resource set to `value`, or taken away (`None`), and the policies that have to say so; none where nobody does yet."""

    type: str
    name: str
    path: str
    value: Any
    finds: frozenset[str]

    @property
    def id(self) -> str:
        return f"{self.type.rsplit(':', 1)[-1]} {self.name} {self.path}={self.value}"


def breaks() -> list[Break]:
    """The lists in breaks/: type -> [resource, path, value, [policies]]."""
    lists = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yaml"))]
    return [Break(f"aws:{type_}", name, path, value, frozenset(finds)) for found in lists for type_, rows in found.items() for name, path, value, finds in rows]


def with_value(properties: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The properties with another value at the path. Raises KeyError where there is nothing to break."""
    changed = copy.deepcopy(dict(properties))
    current: Any = changed
    *steps, last = path.split(".")
    for step in steps:
        current = current[int(step)] if isinstance(current, list) else current.setdefault(step, {})
    if value is None:
        del current[int(last) if isinstance(current, list) else last]
    else:
        current[int(last) if isinstance(current, list) else last] = value
    return changed


class Broken:
    """A recorded run with everything at hand to judge it with one resource changed."""

    def __init__(self, recorded: Recorded) -> None:
        self._sent = recorded.resources
        self._inputs = {sent.urn: _view(sent, sent.inputs, {}) for sent in self._sent}
        self._references: dict[str, dict[str, tuple[Resource, ...]]] = {sent.urn: {} for sent in self._sent}
        self._outputs = {sent.urn: _view(sent, sent.outputs, self._references[sent.urn]) for sent in self._sent}
        self._holders: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for sent in self._sent:
            for path, urns in sent.dependencies.items():
                self._references[sent.urn][path] = tuple(self._outputs[urn] for urn in urns if urn in self._outputs)
                for urn in urns:
                    self._holders[urn].append((sent.urn, path))

    def find(self, type_: str, name: str) -> Sent:
        return next(sent for sent in self._sent if sent.type == type_ and sent.name == name)

    def judged(self, broken: Break) -> set[str]:
        """The policies that say something about the run with this break."""
        sent = self.find(broken.type, broken.name)
        value = float(broken.value) if isinstance(broken.value, int) and not isinstance(broken.value, bool) else broken.value
        changed = replace(sent, inputs=with_value(sent.inputs, broken.path, value), outputs=with_value(sent.outputs, broken.path, value))
        rules = _concerned(current_type(sent.type))
        judge = Judge(rules, Waivers(), updating=True)
        judged_types = {type_ for rule in rules if sent.type in rule.remembers for type_ in rule.types}
        needed = {type_ for rule in rules for type_ in rule.remembers} | judged_types
        told = []
        for each in self._sent:
            if each is sent:
                told += judge.resource(_view(changed, changed.inputs, {}))
            elif each.type in needed or each.type.startswith(COMPONENTS):
                told += judge.resource(self._inputs[each.urn])
        return {each.policy for each in [*told, *judge.stack(self._with(changed, broken.path.split('.')[0]))]}

    def _with(self, changed: Sent, property_: str) -> Stack:
        """The stack with the changed resource; a property that is a literal now was made from nothing."""
        view = _view(changed, changed.outputs, {path: others for path, others in self._references[changed.urn].items() if path != property_})
        replaced = {changed.urn: view}
        for holder in {urn for urn, _ in self._holders[changed.urn]} - {changed.urn}:
            old = self._outputs[holder]
            references = {path: tuple(view if other.urn == changed.urn else other for other in others) for path, others in old.references.items()}
            replaced[holder] = replace(old, references=references)
        return Stack(tuple(replaced.get(urn, self._outputs[urn]) for urn in self._outputs))


@cache
def _concerned(type_: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if type_ in rule.reads or type_ in rule.joins or type_ in rule.types)


def _view(sent: Sent, properties: Mapping[str, Any], references: Mapping[str, tuple[Resource, ...]]) -> Resource:
    provider = Values(sent.provider) if sent.provider is not None else None
    return Resource(current_type(sent.type), sent.name, sent.urn, Values(properties), provider, references)
