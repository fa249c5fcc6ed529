"""How a finding is told: component kind and name, workload, field, value, problem; then what to do, and the rule.

What the program marks as secret is shown by no message, nor is a whole document.
"""

from collections.abc import Iterable

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import Finding, NotKnown, Rule
from guardrails.values import Unknown, Values
from guardrails.waivers import Waiver

LONGEST_VALUE = 120
MOST_NAMES = 4
MOST_ELEMENTS = 3
SECRET = "(secret)"
SHORTEST_HIDDEN = 4
"""Characters from which on a secret text is hidden wherever it stands: a shorter one is part of too many words."""


def subject(resource: Resource, memory: Memory) -> str:
    workload = memory.workload(resource)
    return f"{resource.kind} '{resource.name}'" + (f" of workload '{workload}'" if workload else "")


def show(value: object) -> str:
    """A value as a finding names it: never a whole document."""
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, Values):
        return _show_elements(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # every number arrives as a float
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if text.lstrip().startswith(("{", "[")):
        return f"(a document of {len(text)} characters)"
    return cut(text)


def _show_elements(values: Values) -> str:
    elements = [value for _, value in values.items()]
    if not elements:
        return "(empty)"
    if values.is_list() and len(elements) <= MOST_ELEMENTS and not any(isinstance(each, Values) for each in elements):
        return cut(", ".join(map(show, elements)))
    return f"(a list of {len(elements)})" if values.is_list() else f"(a mapping of {len(elements)})"


def cut(text: str) -> str:
    """One line of it, of bounded length."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text without what is secret, the longest first, since one may contain another."""
    for secret in sorted((each for each in secrets if len(each) >= SHORTEST_HIDDEN), key=len, reverse=True):
        text = text.replace(secret, SECRET).replace(cut(secret), SECRET)
    return text


def tell(rule: Rule, finding: Finding, resource: Resource, memory: Memory, secrets: set[str]) -> str:
    """Two lines: what is wrong where, and what to do. The second is the same for many resources, so a tool can tell it once."""
    shown = show(finding.value)
    if shown in secrets or (len(shown) >= SHORTEST_HIDDEN and any(shown in each for each in secrets)):  # or a part of one
        shown = SECRET
    place = hide(f"{finding.path}={shown}: {finding.problem}", secrets)
    return f"{subject(resource, memory)}: {place}.\n{_fix(rule, hide(finding.fix, secrets))}"


def _fix(rule: Rule, fix: str) -> str:
    text = fix or rule.fix
    return f"{text[0].upper()}{text[1:]}. Rule {rule.id}, see {rule.page}"


def tell_crash(rule_id: str, error: BaseException, resource: Resource, memory: Memory, secrets: set[str]) -> str:
    said = hide(cut(str(error)), secrets)
    return (
        f"{subject(resource, memory)}: rule {rule_id} could not judge it and so refuses it ({type(error).__name__}: {said}).\n"
        f"Repair the rule in policies/guardrails/rules, or waive it for a limited time in policies/waivers.yaml"
    )


def tell_waiting(waits: list[tuple[str, str, Resource]], memory: Memory) -> str:
    """A line for each value and those that it is a value of, with all rules that wait for it."""
    by_value: dict[tuple[str, str], list[str]] = {}
    for rule_id, path, resource in waits:
        by_value.setdefault((rule_id, path), []).append(subject(resource, memory))
    rules: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (rule_id, path), subjects in sorted(by_value.items()):
        rules.setdefault((path, tuple(dict.fromkeys(subjects))), []).append(rule_id)
    told = []
    for (path, names), ids in rules.items():
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        told.append(f"  {', '.join(ids)}: {path} of {', '.join(names[:MOST_NAMES])}{more}")
    return "\n".join(told)


def tell_unused(waiver: Waiver) -> str:
    return (
        f"Waiver of rule {waiver.rule} for '{waiver.urn}' (owner {waiver.owner}): the rule finds nothing there any more.\n"
        f"Remove it from policies/waivers.yaml"
    )


def tell_still_unknown(rule: Rule, outcome: NotKnown, resource: Resource, memory: Memory) -> str:
    return (
        f"{subject(resource, memory)}: {outcome.path} is still unknown in the update.\n"
        f"Give it a value that the program knows. Rule {rule.id}, see {rule.page}"
    )
