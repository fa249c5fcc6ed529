"""Every case of every rule: in this process, with the proxies that rules really get, and through the real policy server."""

from collections.abc import Callable, Iterator

import pytest
from guardrails.catalogue import RULES
from guardrails.judge import JOINED, WAITING, Judge
from guardrails.resource import Resource, Stack, current_type
from guardrails.rule import Case, Given, Level, Rule, Scope
from guardrails.values import Values
from guardrails.waivers import Waivers
from wire import POLICIES, Server, urn, without_nones

CASES = [pytest.param(rule, case, id=f"{rule.id}: {case.name}") for rule in RULES for case in rule.cases]


def resource(given: Given, stack: str, references: dict[str, tuple[Resource, ...]]) -> Resource:
    provider = Values(without_nones(given.provider)) if given.provider is not None else None
    properties = Values(without_nones(given.props))
    return Resource(current_type(given.type), given.name, urn(given, stack), properties, provider, references)


def in_process(rule: Rule, case: Case, stack: str) -> tuple[list[str], list[str]]:
    """Messages about the subject, and the paths that the rule waits for."""
    judge, given = Judge([rule], Waivers()), [*case.given, case.subject]
    judge.off = frozenset()
    references: dict[str, dict[str, tuple[Resource, ...]]] = {each.name: {} for each in given}
    views = {each.name: resource(each, stack, references[each.name]) for each in given}
    for each in given:
        references[each.name].update({path: (views[other],) for path, other in each.refers.items()})
    before = [told for each in given for told in judge.resource(views[each.name])]
    at_end = (
        judge.stack(Stack(tuple(views.values())))
        if case.scope is Scope.STACK
        else judge.stack(Stack((views[case.subject.name],)))
    )
    told = [each for each in (at_end if case.scope is Scope.STACK else before) if each.urn == urn(case.subject, stack)]
    policy = rule.id if case.scope is Scope.RESOURCE else rule.id + JOINED
    return [each.message for each in told], waiting([each.message for each in at_end if each.policy == WAITING], policy)


def waiting(messages: list[str], policy: str) -> list[str]:
    """The paths that a policy waits for, of the message that tells what is decided in the update."""
    lines = [line.removeprefix("  ").split(": ", 1) for message in messages for line in message.splitlines() if line.startswith("  ")]
    return [rest.split(" of ")[0] for rules, rest in lines if policy in rules.split(", ")]


def through_server(server: Server, rule: Rule, case: Case, stack: str) -> tuple[list[str], list[str]]:
    """The same as `in_process`, as the engine does it: all resources in order, then the stack."""
    told = []
    for each in case.given:
        server.analyze(each, stack)
    before = server.analyze(case.subject, stack)
    told += before if case.scope is Scope.RESOURCE else []
    at_end = server.analyze_stack([*case.given, case.subject], stack)
    told += at_end if case.scope is Scope.STACK else []
    policy = rule.id if case.scope is Scope.RESOURCE else rule.id + JOINED
    mine = [t for t in told if t.policy == policy]
    assert {t.level for t in mine} <= {"advisory" if rule.level is Level.ADVISORY else "mandatory"}
    waits = [t for t in at_end if t.policy == WAITING]
    assert {t.level for t in waits} <= {"advisory"}
    return [t.message for t in mine if t.urn == urn(case.subject, stack)], waiting([t.message for t in waits], policy)


def judged(run: Callable[[], tuple[list[str], list[str]]], rule: Rule, case: Case) -> None:
    messages, waits = run()
    assert sorted(waits) == sorted(case.waits)
    assert len(messages) == len(case.finds), messages
    for text, message in zip(case.finds, messages, strict=True):
        assert text in message
        assert rule.id in message and rule.page in message  # every finding leads to its page
        assert case.subject.name in message


@pytest.fixture(scope="module")
def asked() -> Iterator[Server]:
    """The pack with a level for every rule that has to be asked for."""
    with Server(POLICIES) as running:
        running.configure({name: "mandatory" for rule in RULES if rule.level is Level.OPT_IN for name in policies_of(rule)})
        yield running


def policies_of(rule: Rule) -> list[str]:
    return [name for name, check in ((rule.id, rule.check), (rule.id + JOINED, rule.check_stack)) if check]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case_in_process(rule: Rule, case: Case) -> None:
    judged(lambda: in_process(rule, case, f"test-{case.environment}"), rule, case)


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case_through_the_policy_server(asked: Server, rule: Rule, case: Case) -> None:
    stack = f"case-{rule.id}-{rule.cases.index(case)}-{case.environment}"
    judged(lambda: through_server(asked, rule, case, stack), rule, case)
