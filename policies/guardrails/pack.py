"""From rules to the SDK's policies.

Every rule becomes one resource policy, one stack policy, or both. Nothing passes in silence: a rule that raises is a
mandatory finding that names it; a value that is not known yet is told, and judged in the update before the resource is made.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from guardrails import catalogue, findings
from guardrails.memory import MEMORY, Memory
from guardrails.phase import in_update
from guardrails.resource import STACK, WORKLOAD_COMPONENT, Resource, Stack, current_type
from guardrails.rule import Finding, Level, NotKnown, Outcome, Rule
from guardrails.values import Undecided, Values
from guardrails.waivers import WAIVER_FILE, Waivers, load_waivers

FOLDER = Path(__file__).resolve().parents[1]
PACK_NAME = "serverless-platform-guardrails"
HANDSHAKE_TYPE = "pulumi:index:Stash"
HANDSHAKE_NAME = "guardrails"
JOINED = "-joined"
"""Suffix of the policy that holds a rule's check of the whole stack."""

LEVELS = {Level.MANDATORY: EnforcementLevel.MANDATORY, Level.ADVISORY: EnforcementLevel.ADVISORY}


@cache
def pack_version() -> str:
    """The version in PulumiPolicy.yaml, which the handshake hands to the program."""
    return str(yaml.safe_load((FOLDER / "PulumiPolicy.yaml").read_text())["version"])


def judge(check: Callable[[], Iterator[Outcome]]) -> tuple[list[Outcome], Exception | None]:
    """What a check says, to its end, to the first value that is not known, or to its crash."""
    outcomes: list[Outcome] = []
    try:
        for outcome in check():
            outcomes.append(outcome)  # noqa: PERF402 - what was said before a crash must stay
    except Undecided as undecided:
        outcomes.append(NotKnown(undecided.path))
    except UnknownValueError as unknown:
        outcomes.append(NotKnown(".".join(unknown.props)))
    except Exception as error:  # a crash must become a finding, whatever it is
        return outcomes, error
    return outcomes, None


def resource_view(args: ResourceValidationArgs | PolicyResource) -> Resource:
    provider = Values(args.provider.props) if args.provider else None
    return Resource(current_type(args.resource_type), args.name, args.urn, Values(args.props), provider)


def stack_view(args: StackValidationArgs) -> Stack:
    """All resources with their references; resources refer to each other, so the mappings are filled in afterwards."""
    references: dict[str, dict[str, tuple[Resource, ...]]] = {raw.urn: {} for raw in args.resources}
    views = {
        raw.urn: Resource(current_type(raw.resource_type), raw.name, raw.urn, Values(raw.props),
                          Values(raw.provider.props) if raw.provider else None, references[raw.urn])
        for raw in args.resources
    }  # fmt: skip
    for raw in args.resources:
        for path, others in raw.property_dependencies.items():
            references[raw.urn][path] = tuple(views[other.urn] for other in others if other.urn in views)
    return Stack(tuple(views.values()))


def policies(rules: Iterable[Rule] | None = None, waivers: Waivers | None = None, memory: Memory = MEMORY) -> list[Policy]:
    """Everything the pack holds, the handshake first."""
    rules = list(catalogue.RULES if rules is None else rules)
    waivers = load_waivers(FOLDER / WAIVER_FILE, {rule.id for rule in rules}) if waivers is None else waivers
    made: list[Policy] = [_handshake(), _soundness(rules, waivers, memory)]
    for rule in rules:
        if rule.check:
            made.append(_resource_policy(rule, waivers, memory))
        if rule.check_stack:
            made.append(_stack_policy(rule, waivers, memory))
    return [*made, _waiting(memory)]


def _handshake() -> Policy:
    def remediate(args: ResourceValidationArgs) -> Any:  # the SDK's type knows only awaitables
        if args.resource_type != HANDSHAKE_TYPE or args.name != HANDSHAKE_NAME:
            return None
        args.props["input"] = pack_version()  # type: ignore[index]  # in place: a copy would lose what is secret
        return args.props

    return ResourceValidationPolicy(
        name="guardrails-answer-the-program",
        description="Tells the program that the guardrails judge this update.",
        remediate=remediate,
        enforcement_level=EnforcementLevel.REMEDIATE,
    )


def _soundness(rules: list[Rule], waivers: Waivers, memory: Memory) -> Policy:
    """What would weaken the guardrails themselves: a bad waiver, and the crash of a rule that otherwise only advises."""
    advisory = [rule for rule in rules if rule.level is Level.ADVISORY and rule.check]

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = resource_view(args)
        if resource.type == WORKLOAD_COMPONENT:
            memory.remember(resource)
        if resource.type == STACK:
            for problem in waivers.problems():
                report(problem, args.urn)
        for rule in advisory:
            if resource.type in rule.types:
                _, crash = judge(lambda rule=rule: rule.check(resource, memory))  # type: ignore[misc]
                if crash and not waivers.covers(rule.id, args.urn):
                    report(findings.tell_crash(rule.id, crash, resource, memory), args.urn)

    return ResourceValidationPolicy(
        name="guardrails-can-judge",
        description="Waivers are valid and every rule can judge.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
    )


def _texts(rule: Rule) -> dict[str, Any]:
    return {
        "description": rule.title,
        "display_name": rule.title,
        "severity": Severity(rule.severity.value),
        "enforcement_level": LEVELS[rule.level],
        "remediation_steps": rule.fix,
        "tags": list(rule.sources),
    }


def _tell(rule: Rule, outcomes: list[Outcome], crash: Exception | None, resource: Resource, memory: Memory) -> Iterator[str]:
    for outcome in outcomes:
        if isinstance(outcome, Finding):
            yield findings.tell(rule, outcome, resource, memory)
        elif in_update():
            yield findings.tell_still_unknown(rule, outcome, resource, memory)
    if crash:
        yield findings.tell_crash(rule.id, crash, resource, memory)


def _resource_policy(rule: Rule, waivers: Waivers, memory: Memory) -> Policy:
    assert rule.check
    check = rule.check

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        type_ = current_type(args.resource_type)
        if type_ in rule.remembers:
            memory.remember(resource_view(args))
        if type_ not in rule.types or waivers.covers(rule.id, args.urn):
            return
        resource = resource_view(args)
        outcomes, crash = judge(lambda: check(resource, memory))
        memory.wait(rule.id, resource, [outcome.path for outcome in outcomes if isinstance(outcome, NotKnown)])
        for told in _tell(rule, outcomes, crash, resource, memory):
            report(told, args.urn)

    return ResourceValidationPolicy(name=rule.id, validate=validate, **_texts(rule))


def _stack_policy(rule: Rule, waivers: Waivers, memory: Memory) -> Policy:
    assert rule.check_stack
    check = rule.check_stack

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        stack = stack_view(args)
        for resource in stack.of(*rule.joins):
            if waivers.covers(rule.id, resource.urn):
                continue
            outcomes, crash = judge(lambda resource=resource: check(resource, stack))  # type: ignore[misc]
            memory.wait(rule.id + JOINED, resource, [o.path for o in outcomes if isinstance(o, NotKnown)])
            for told in _tell(rule, outcomes, crash, resource, memory):
                report(told, resource.urn)

    return StackValidationPolicy(name=rule.id + JOINED, validate=validate, **_texts(rule))


def _waiting(memory: Memory) -> Policy:
    """One advisory for everything that could not be looked at in the preview: one each would hide what matters.

    The last policy of the pack: the stack policies before it have noted what they wait for.
    """

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        if in_update() or not args.resources:
            return
        waits = memory.waits(resource_view(args.resources[0]))
        if waits:
            report(findings.tell_waiting(waits, memory), None)

    return StackValidationPolicy(
        name="decided-in-the-update",
        description="Not known before the update; judged then, before the resource is made.",
        validate=validate,
        enforcement_level=EnforcementLevel.ADVISORY,
    )
