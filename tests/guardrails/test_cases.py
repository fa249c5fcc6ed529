"""Every case of every rule: in this process, with the proxies that rules really get, and through the real policy server."""

from collections.abc import Callable

import pytest
from guardrails.catalogue import RULES
from guardrails.memory import Memory
from guardrails.pack import JOINED, policies
from guardrails.rule import Case, Given, Rule, Scope
from guardrails.waivers import Waivers
from pulumi_policy import (
    PolicyProviderResource,
    PolicyResource,
    ResourceValidationArgs,
    StackValidationArgs,
)
from pulumi_policy.proxy import unknown_checking_proxy
from wire import OPTIONS, Server, urn, without_nones

CASES = [pytest.param(rule, case, id=f"{rule.id}: {case.name}") for rule in RULES for case in rule.cases]


def provider(given: Given) -> PolicyProviderResource | None:
    if given.provider is None:
        return None
    return PolicyProviderResource("pulumi:providers:aws", unknown_checking_proxy(dict(given.provider)), "urn:p", "aws")


def in_process(rule: Rule, case: Case, stack: str) -> tuple[list[str], list[str]]:
    """Messages about the subject, and the paths that the rule waits for."""
    memory, messages = Memory(), []
    by_name = {policy.name: policy for policy in policies([rule], Waivers(), memory)}
    given = [*case.given, case.subject]

    def report(message: str, urn: str | None = None) -> None:
        messages.append((urn, message))

    if case.scope is Scope.RESOURCE:
        for each in given:
            props = unknown_checking_proxy(without_nones(each.props))
            args = ResourceValidationArgs(each.type, props, urn(each, stack), each.name, OPTIONS, provider(each))
            by_name[rule.id].validate(args, report)
    else:
        views = {
            each.name: PolicyResource(each.type, unknown_checking_proxy(without_nones(each.props)), urn(each, stack),
                                      each.name, OPTIONS, provider(each), None, [], {})
            for each in given
        }  # fmt: skip
        for each in given:
            for path, other in each.refers.items():
                views[each.name].property_dependencies[path] = [views[other]]
        by_name[rule.id + JOINED].validate(StackValidationArgs(list(views.values())), report)
    from guardrails.resource import Resource
    from guardrails.values import Values

    waits = memory.waits(Resource("", "", urn(case.subject, stack), Values({})))
    return [m for u, m in messages if u == urn(case.subject, stack)], [path for _, path, _ in waits]


def through_server(server: Server, rule: Rule, case: Case, stack: str) -> tuple[list[str], list[str]]:
    """The same as `in_process`, as the engine does it: all resources in order, then the stack."""
    told = []
    for each in case.given:
        server.analyze(each, stack)
    told += server.analyze(case.subject, stack) if case.scope is Scope.RESOURCE else []
    at_end = server.analyze_stack([*case.given, case.subject], stack)
    told += at_end if case.scope is Scope.STACK else []
    policy = rule.id if case.scope is Scope.RESOURCE else rule.id + JOINED
    mine = [t for t in told if t.policy == policy]
    assert {t.level for t in mine} <= {"mandatory"}
    prefix = f"  {policy}: "
    lines = [line for t in at_end if t.policy == "decided-in-the-update" for line in t.message.splitlines()]
    assert {t.level for t in at_end if t.policy == "decided-in-the-update"} <= {"advisory"}
    waits = [line.removeprefix(prefix).split(" of ")[0] for line in lines if line.startswith(prefix)]
    return [t.message for t in mine if t.urn == urn(case.subject, stack)], waits


def judged(run: Callable[[], tuple[list[str], list[str]]], rule: Rule, case: Case) -> None:
    messages, waits = run()
    assert sorted(waits) == sorted(case.waits)
    assert len(messages) == len(case.finds), messages
    for text, message in zip(case.finds, messages, strict=True):
        assert text in message
        assert rule.id in message and rule.page in message  # every finding leads to its page
        assert case.subject.name in message


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case_in_process(rule: Rule, case: Case) -> None:
    judged(lambda: in_process(rule, case, "test"), rule, case)


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case_through_the_policy_server(server: Server, rule: Rule, case: Case) -> None:
    stack = f"case-{rule.id}-{rule.cases.index(case)}"
    judged(lambda: through_server(server, rule, case, stack), rule, case)
