"""What the rules say about a resource or a stack: rules are chosen by type, and nothing passes in silence.

A rule that raises is a mandatory finding that names it; a value that is not known yet is told, and judged in the update
before the resource is made. Nothing here knows the SDK: the policy server and the tests judge through the same code.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from guardrails import findings
from guardrails.memory import Memory
from guardrails.resource import COMPONENTS, STACK, WORKLOAD_COMPONENT, Resource, Stack
from guardrails.rule import Finding, Level, NotKnown, Outcome, Rule
from guardrails.values import Undecided
from guardrails.waivers import Waiver, Waivers

JOINED = "-joined"
"""Suffix of the policy that holds a rule's check of the whole stack."""
SOUND = "guardrails-can-judge"
"""The policy that reports what would weaken the guardrails themselves: a bad waiver, a rule that crashes."""
UNUSED = "waivers-are-used"
"""Policy that names waivers of which nothing is left to waive."""
WAITING = "decided-in-the-update"
"""The policy that tells what could not be looked at in the preview."""


class Told(NamedTuple):
    """One message of a policy. No URN where it concerns the whole stack."""

    policy: str
    urn: str | None
    message: str


def run(check: Callable[[], Iterator[Outcome]]) -> tuple[list[Outcome], Exception | None]:
    """What a check says, to its end, to the first value that is not known, or to its crash."""
    outcomes: list[Outcome] = []
    try:
        for outcome in check():
            outcomes.append(outcome)  # noqa: PERF402 - what was said before a crash must stay
    except Undecided as undecided:
        outcomes.append(NotKnown(undecided.path))
    except Exception as error:  # a crash must become a finding, whatever it is
        return outcomes, error
    return outcomes, None


def secret_texts(resources: Iterable[Resource]) -> set[str]:
    """What the program marks as secret in any of these resources: a rule that joins may quote another one."""
    return {text for resource in resources for text in resource.props.secret_texts()}


class Judge:
    """Judges one stack in one phase: each resource before it is made, in the engine's order, then the whole stack.

    updating: whether resources are being made; in an update nothing may be unknown any more.
    off: names of policies that are not judged: those that have to be asked for, or that the pack's configuration disables.
    """

    def __init__(self, rules: Iterable[Rule], waivers: Waivers, *, updating: bool = False) -> None:
        self.updating = updating
        rules = tuple(rules)
        self.off = frozenset(name for rule in rules if rule.level is Level.OPT_IN for name in (rule.id, rule.id + JOINED))
        self._waivers, self._memory = waivers, Memory()
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        self._sparing = [rule for rule in rules if rule.spares]
        self._joins: list[Rule] = []
        self._remembered = {WORKLOAD_COMPONENT}
        self._given: dict[str, frozenset[str]] = {}
        self._used: set[Waiver] = set()
        self._asked: dict[str, Resource] = {}
        """URN -> component with what it was asked for: with the whole stack, the engine gives no more of it than its outputs."""
        for rule in rules:
            for type_ in rule.types if rule.check else ():
                self._rules[type_].append(rule)
            if rule.check_stack:
                self._joins.append(rule)
            self._remembered.update(rule.remembers)

    def wants(self, type_: str) -> bool:
        """Whether any rule looks at resources of this type before they are made."""
        known = type_ in self._rules or type_ in self._remembered or type_ == STACK or (type_.startswith(COMPONENTS) and bool(self._joins))
        return known or any(type_ not in rule.spares for rule in self._sparing)

    def resource(self, resource: Resource) -> list[Told]:
        """Judges a resource that is about to be made."""
        memory, told = self._memory, []
        secrets = cache(lambda: secret_texts([resource, *memory.all(resource)]))
        self._given[resource.urn] = resource.props.names()
        if resource.type.startswith(COMPONENTS):
            self._asked[resource.urn] = resource
        if resource.type in self._remembered:
            memory.remember(resource)
        if resource.type == STACK:
            told += [Told(SOUND, resource.urn, problem) for problem in self._waivers.problems()]
        for rule in (*self._rules.get(resource.type, ()), *(each for each in self._sparing if resource.type not in each.spares)):
            check = rule.check
            assert check
            told += self._judged(rule, rule.id, resource, lambda check=check: check(resource, memory), secrets)  # type: ignore[misc]
        return told

    def stack(self, stack: Stack) -> list[Told]:
        """Judges all resources together, and in a preview tells what waits for the update."""
        stack = replace(stack, given=self._given, resources=tuple(self._with_inputs(each) for each in stack.resources))
        told: list[Told] = []
        secrets = cache(lambda: secret_texts(stack.resources))
        for rule in self._joins:
            check = rule.check_stack
            assert check
            for resource in stack.of(*rule.joins):
                told += self._judged(
                    rule, rule.id + JOINED, resource, lambda check=check, resource=resource: check(resource, stack), secrets  # type: ignore[misc]
                )  # fmt: skip
        if stack.resources and not self.updating:
            told += [Told(UNUSED, None, findings.tell_unused(each)) for each in self._waivers.of_stack(stack.resources[0].stack) if each not in self._used]
        waits = self._memory.waits(stack.resources[0]) if stack.resources and not self.updating else []
        return [*told, Told(WAITING, None, findings.tell_waiting(waits, self._memory))] if waits else told

    def _with_inputs(self, resource: Resource) -> Resource:
        asked = self._asked.get(resource.urn)
        return replace(resource, props=asked.props) if asked else resource

    def _judged(
        self, rule: Rule, policy: str, resource: Resource, check: Callable[[], Iterator[Outcome]], secrets: Callable[[], set[str]]
    ) -> Iterator[Told]:
        """secrets: what no message may show; looked for only where there is something to tell."""
        if policy in self.off or not rule.holds_in(resource):
            return
        if covering := self._waivers.covering(rule.id, resource.urn):
            outcomes, crash = run(check)
            if crash or outcomes:
                self._used.update(covering)
            return
        memory = self._memory
        outcomes, crash = run(check)
        memory.wait(policy, resource, [outcome.path for outcome in outcomes if isinstance(outcome, NotKnown)])
        for outcome in outcomes:
            if isinstance(outcome, Finding):
                yield Told(policy, resource.urn, findings.tell(rule, outcome, resource, memory, secrets()))
            elif self.updating:
                yield Told(policy, resource.urn, findings.tell_still_unknown(rule, outcome, resource, memory))
        if crash:  # under a policy of its own, so that a rule that only advises refuses as well
            yield Told(SOUND, resource.urn, findings.tell_crash(rule.id, crash, resource, memory, secrets()))
