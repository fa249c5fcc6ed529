"""How a finding is told: a full sentence with component kind and name, workload, field, value, rule and fix."""

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import Finding, NotKnown, Rule
from guardrails.values import Undecided, Unknown, Values

LONGEST_VALUE = 120
MOST_NAMES = 4


def subject(resource: Resource, memory: Memory) -> str:
    workload = memory.workload(resource)
    return f"{resource.kind} '{resource.name}'" + (f" of workload '{workload}'" if workload else "")


def show(value: object) -> str:
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, Values):
        try:
            value = value.plain()
        except Undecided:
            value = "(partly unknown)"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # every number arrives as a float
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def tell(rule: Rule, finding: Finding, resource: Resource, memory: Memory) -> str:
    return (
        f"{subject(resource, memory)}: {finding.path}={show(finding.value)}: {finding.problem}; "
        f"{finding.fix or rule.fix}. Rule {rule.id}, see {rule.page}"
    )


def tell_crash(rule_id: str, error: BaseException, resource: Resource, memory: Memory) -> str:
    return (
        f"{subject(resource, memory)}: rule {rule_id} could not judge it and so refuses it ({type(error).__name__}: {error}); "
        f"repair the rule in policies/guardrails/rules, or waive it for a limited time in policies/waivers.yaml"
    )


def tell_waiting(waits: list[tuple[str, str, Resource]], memory: Memory) -> str:
    by_value: dict[tuple[str, str], list[str]] = {}
    for rule_id, path, resource in waits:
        by_value.setdefault((rule_id, path), []).append(subject(resource, memory))
    told = []
    for (rule_id, path), subjects in sorted(by_value.items()):
        names = list(dict.fromkeys(subjects))
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        told.append(f"  {rule_id}: {path} of {', '.join(names[:MOST_NAMES])}{more}")
    return "\n".join(told)


def tell_still_unknown(rule: Rule, outcome: NotKnown, resource: Resource, memory: Memory) -> str:
    return (
        f"{subject(resource, memory)}: {outcome.path} is still unknown in the update, so rule {rule.id} refuses it; "
        f"give it a value that the program knows, see {rule.page}"
    )
