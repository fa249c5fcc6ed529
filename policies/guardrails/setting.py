"""Rules that ask for one setting of a type: a row each, and from the row the rule, its check and its cases.

A row says which value satisfies it (`equals`, `one_of`, `at_least` ...), what AWS takes where nothing is set, under which
other settings it holds, and what differs by environment. Its cases are made from the same data: a value that is good, one
at the boundary, one beyond it, one that is not set, one that is not known yet.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from guardrails.memory import Memory
from guardrails.resource import Resource
from guardrails.rule import STRICTEST, UNKNOWN, Case, Finding, Given, Level, NotKnown, Outcome, Rule, Severity, environment
from guardrails.values import Unknown, Values, each

EACH = "*"
"""A step of a path: every element of the list."""


@dataclass(frozen=True)
class Need:
    """What a value has to be. good, bad: values for the cases, those at the boundary among them."""

    accepts: Callable[[Any], bool]
    good: tuple[Any, ...]
    bad: tuple[Any, ...] = ()


def equals(value: Any, *bad: Any) -> Need:
    return Need(lambda found: found == value, (value,), bad or ((not value,) if isinstance(value, bool) else ()))


def one_of(*values: Any, bad: Any) -> Need:
    return Need(lambda found: found in values, values, (bad,))


def none_of(*values: Any, good: Any) -> Need:
    return Need(lambda found: found not in values, (good,), values)


def at_least(number: int) -> Need:
    return Need(lambda found: found >= number, (number, number + 1), (number - 1,))


def at_most(number: int) -> Need:
    return Need(lambda found: found <= number, (number,), (number + 1,))


def between(least: int, most: int) -> Need:
    return Need(lambda found: least <= found <= most, (least, most), (least - 1, most + 1))


def is_set(example: Any) -> Need:
    return Need(bool, (example,), (type(example)(),))


def matches(test: Callable[[Any], bool], *, good: tuple[Any, ...], bad: tuple[Any, ...]) -> Need:
    return Need(test, good, bad)


def holds(element: Any, *, bad: Any) -> Need:
    """A list that has the element."""
    return Need(lambda found: element in each(found), ([element],), ([bad], []))


def holds_none_of(*elements: Any, good: Any) -> Need:
    """A list without any of the elements, or none at all."""
    return Need(lambda found: not any(element in each(found) for element in elements), ([good],), tuple([good, element] for element in elements))


@dataclass(frozen=True)
class Setting:
    """One rule about one setting; id to sources as a Rule has them.

    type: whose setting. path: which; a step `*` is every element of a list. needs: what it has to be, where nothing else is
    said in `by_environment`. problem: the clause that follows `path=value` in a finding. default: what AWS takes where
    nothing is set. when: other settings (path, need) under which the rule holds, with what AWS takes where they are not set.
    """

    id: str
    title: str
    why: str
    fix: str
    severity: Severity
    sources: tuple[str, ...]
    type: str
    path: str
    needs: Need
    problem: str
    default: Any = None
    when: tuple[tuple[str, Need, Any], ...] = ()
    by_environment: Mapping[str, Need] = field(default_factory=dict)
    environments: tuple[str, ...] = ()
    level: Level = Level.MANDATORY


def rule(setting: Setting) -> Rule:
    """The rule that a row stands for."""
    paths = (setting.path, *(path for path, _, _ in setting.when))
    return Rule(
        id=setting.id, title=setting.title, why=setting.why, fix=setting.fix, severity=setting.severity, sources=setting.sources,
        reads={setting.type: tuple(path.replace(f"{EACH}.", "").removesuffix(f".{EACH}") for path in paths)},
        check=_check(setting), cases=tuple(_cases(setting)), level=setting.level, environments=setting.environments,
    )  # fmt: skip


def found(resource: Resource, path: str) -> Iterator[tuple[str, Any]]:
    """(path, value) of every place that a path with `*` names."""
    before, star, after = path.partition(EACH)
    if not star:
        yield path, resource.get(path)
        return
    elements = resource.get(before.rstrip("."))
    if isinstance(elements, Unknown):
        yield before.rstrip("."), elements
    elif isinstance(elements, Values):
        for position in range(len(elements)) if elements.is_list() else (0,):
            place = f"{before}{position}{after}" if elements.is_list() else f"{before.rstrip('.')}{after}"
            yield from found(resource, place)


def _check(setting: Setting) -> Callable[[Resource, Memory], Iterator[Outcome]]:
    def check(resource: Resource, _: Memory) -> Iterator[Outcome]:
        for path, need, default in setting.when:
            value = resource.get(path)
            if isinstance(value, Unknown):
                yield NotKnown(value.path)
                return
            if not need.accepts(default if value is None else value):
                return
        needed = setting.by_environment.get(environment(resource), setting.needs)
        for path, value in found(resource, setting.path):
            if isinstance(value, Unknown):
                yield NotKnown(path)
                continue
            judged = setting.default if value is None else value
            if judged is None or not needed.accepts(judged):
                yield Finding(path, value, setting.problem)

    return check


def _cases(setting: Setting) -> Iterator[Case]:
    needs = setting.by_environment.get(STRICTEST, setting.needs)
    shown = setting.path.replace(EACH, "0")
    # A rule that holds in some environments only is shown there; cases are judged as the strictest unless they say otherwise.
    for position, value in enumerate(needs.good):
        yield Case(f"good{' ' + str(position + 1) if position else ''}: {_brief(value)}", _given(setting, value))
    for value in needs.bad:
        yield Case(f"not good enough: {_brief(value)}", _given(setting, value), finds=(f"{shown}=",))
    if EACH not in setting.path:
        missing = () if setting.default is not None and needs.accepts(setting.default) else (f"{setting.path}=not set: {setting.problem}",)
        yield Case("not set", _given(setting, None), finds=missing)
    yield Case("not known yet", _given(setting, UNKNOWN), waits=(shown,))
    for position, (path, need, _) in enumerate(setting.when):
        before = setting.when[:position]
        yield Case(f"{path} not known yet", Given(setting.type, _merged(*(_nested(p, n.good[0]) for p, n, _ in before), _nested(path, UNKNOWN))), waits=(path,))
        if need.bad:
            others = [_nested(p, n.good[0]) for p, n, _ in setting.when if p != path]
            yield Case(f"does not hold where {path} is {_brief(need.bad[0])}", Given(setting.type, _merged(*others, _nested(path, need.bad[0]))))
    for name, need in setting.by_environment.items():
        if name != STRICTEST:
            yield Case(f"good enough in {name}: {_brief(need.good[0])}", _given(setting, need.good[0]), environment=name)
    if setting.environments:
        other = "local" if "local" not in setting.environments else "dev"
        bad = needs.bad[0] if needs.bad else None
        yield Case(f"does not hold in {other}", _given(setting, bad), environment=other)


def _brief(value: Any) -> str:
    text = "nothing" if value == "" else str(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _given(setting: Setting, value: Any) -> Given:
    conditions = [_nested(path, need.good[0]) for path, need, _ in setting.when]
    return Given(setting.type, _merged(*conditions, _nested(setting.path, value)) or {"name": "thing"})


def _nested(path: str, value: Any) -> Any:
    first, _, rest = path.partition(".")
    inner = _nested(rest, value) if rest else value
    return [inner] if first == EACH else {} if inner is None else {first: inner}


def _merged(*values: Mapping[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for value in values:
        for key, entry in value.items():
            both = isinstance(entry, Mapping) and isinstance(merged.get(key), Mapping)
            merged[key] = _merged(merged[key], entry) if both else entry
    return merged
