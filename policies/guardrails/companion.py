"""Rules that ask for a resource beside another one: a row each. They look at the whole graph, and work on ARNs that are not
known yet, because the engine says which resource a value was made from."""

from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.resource import Resource, Stack
from guardrails.rule import UNKNOWN, Case, Finding, Given, Level, Outcome, Rule, Scope, Severity


@dataclass(frozen=True)
class Companion:
    """One rule; id to sources as a Rule has them.

    type: what needs a companion. named: the property that names it in a finding. companions: (type, path) of what may be one;
    the path leads to the resource. problem: the clause that follows `named=value`.
    """

    id: str
    title: str
    why: str
    fix: str
    severity: Severity
    sources: tuple[str, ...]
    type: str
    named: str
    companions: tuple[tuple[str, str], ...]
    problem: str
    level: Level = Level.MANDATORY
    environments: tuple[str, ...] = ()


def rule(companion: Companion) -> Rule:
    """The rule that a row stands for."""

    def check(resource: Resource, stack: Stack) -> Iterator[Outcome]:
        holders = [stack.holders(type_, path) for type_, path in companion.companions]
        if any(each.to(resource) for each in holders):
            return
        for each in holders:
            each.may_lead_to(resource)  # raises where one may
        yield Finding(companion.named, resource.get(companion.named), companion.problem)

    reads: dict[str, tuple[str, ...]] = {companion.type: (companion.named,)}
    for type_, path in companion.companions:
        reads[type_] = (*reads.get(type_, ()), path)
    return Rule(
        id=companion.id, title=companion.title, why=companion.why, fix=companion.fix, severity=companion.severity,
        sources=companion.sources, reads=reads, joins=(companion.type,), check_stack=check, cases=tuple(_cases(companion)),
        level=companion.level, environments=companion.environments,
    )  # fmt: skip


def _cases(companion: Companion) -> Iterator[Case]:
    subject = Given(companion.type, {companion.named: "thing"})
    for type_, path in companion.companions:
        first = path.split(".")[0]
        kind = type_.rsplit(":", 1)[-1]

        def made(value: object, refers: bool, type_: str = type_, path: str = path, first: str = first) -> Given:
            nested: object = value
            for step in reversed(path.split(".")):
                nested = {step: nested}
            return Given(type_, nested, "companion", {first: "subject"} if refers else {})  # type: ignore[arg-type]

        yield Case(f"{kind}, made from it", subject, given=(made(UNKNOWN, True),), scope=Scope.STACK)
        yield Case(f"{kind}, by its name in letters", subject, given=(made("thing", False),), scope=Scope.STACK)
        yield Case(f"{kind} of something else", subject, given=(made("another", False),), scope=Scope.STACK, finds=(f"{companion.named}=thing: {companion.problem}",))
        yield Case(f"{kind}, of what is not known yet", subject, given=(made(UNKNOWN, False),), scope=Scope.STACK, waits=(path,))
    yield Case("none", subject, scope=Scope.STACK, finds=(f"{companion.named}=thing: {companion.problem}",))
    if companion.environments:
        yield Case("does not hold elsewhere", subject, scope=Scope.STACK, environment="local")
