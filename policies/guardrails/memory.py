"""What resource rules have seen so far of the same stack, for rules that need two resources.

A stack rule reports after everything was made when the preview was skipped. A resource that refers to others is
registered after them, so a resource rule can look them up by physical name and refuse before it is made.
The engine calls from up to four threads; size is bounded because the process lives as long as the update.
"""

import threading
from collections import OrderedDict

from guardrails.resource import WORKLOAD_COMPONENT, Resource
from guardrails.values import Unknown

LIMIT = 20_000
"""Entries kept; the engine's own limits are far below (a stack of 20 000 resources)."""


class Memory:
    def __init__(self, limit: int = LIMIT) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[tuple[str, str, str], Resource] = OrderedDict()
        self._workloads: dict[str, set[str]] = {}
        self._waits: dict[tuple[str, str], tuple[Resource, list[str]]] = {}
        self._limit = limit

    def remember(self, resource: Resource) -> None:
        """Keeps it under its physical name (`name`); one whose name is not known yet under its logical name."""
        physical = resource.get("name")
        name = physical if isinstance(physical, str) else resource.name
        with self._lock:
            if resource.type == WORKLOAD_COMPONENT:
                self._workloads.setdefault(resource.stack, set()).add(resource.name)
            self._entries[(resource.stack, resource.type, name)] = resource
            while len(self._entries) > self._limit:
                self._entries.popitem(last=False)

    def find(self, like: Resource, type_: str, name: str) -> Resource | None:
        """The resource of that type and physical name in the same stack as `like`."""
        with self._lock:
            return self._entries.get((like.stack, type_, name))

    def all(self, like: Resource) -> list[Resource]:
        """Everything remembered of the stack of `like`."""
        with self._lock:
            return [resource for (stack, _, _), resource in self._entries.items() if stack == like.stack]

    def wait(self, rule_id: str, resource: Resource, paths: list[str]) -> None:
        """Notes what a rule could not look at; no paths when it now could."""
        with self._lock:
            if paths:
                self._waits[(rule_id, resource.urn)] = (resource, paths)
            else:
                self._waits.pop((rule_id, resource.urn), None)

    def waits(self, like: Resource) -> list[tuple[str, str, Resource]]:
        """(rule, path, resource) of everything that still waits in the stack of `like`."""
        with self._lock:
            found = [(rule_id, held) for (rule_id, _), held in self._waits.items() if held[0].stack == like.stack]
        return [(rule_id, path, resource) for rule_id, (resource, paths) in found for path in paths]

    def workload(self, resource: Resource) -> str | None:
        """Whose it is: its tag `workload`, or the longest workload whose name its logical name starts with."""
        for path in ("tags.workload", "tagsAll.workload", "environment.variables.WORKLOAD"):
            value = resource.get(path)
            if value is not None and not isinstance(value, Unknown):
                return str(value)
        with self._lock:
            names = sorted(self._workloads.get(resource.stack, ()), key=len, reverse=True)
        return next((n for n in names if resource.name == n or resource.name.startswith(n + "-")), None)
