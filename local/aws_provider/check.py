"""Check: what is wrong with the inputs of a resource, all at once; and the inputs as the official provider would fill them in."""

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import data
from .entry import Resource, State
from .schema import Fields, Type
from .wire import ARCHIVE, ASSET, UNKNOWN, has_unknown, signature, with_hash

DEFAULTS = "__defaults"
"""Names of the inputs that the program did not give; the official provider keeps them under the same key."""

WORDS = {"string": "a string", "integer": "a whole number", "number": "a number", "boolean": "true or false",
         "archive": "an archive", "asset": "an asset"}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    property: str
    reason: str


def problems(entry: Resource, fields: Fields, inputs: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong with `inputs`, in their order. Unknown values pass: they are judged in the update."""
    limits = {**data.limits(entry.token), **entry.limits}
    found = list(_in_object(fields, inputs, "", limits, optional=entry.named))
    if not found:
        found += [Problem(name, reason) for check in entry.checks for name, reason in check(_known(inputs))]
    return found


def _known(inputs: Mapping[str, Any]) -> State:
    """For checks: properties that are wholly known, and unknown ones as UNKNOWN."""
    return {key: UNKNOWN if has_unknown(value) else value for key, value in inputs.items()}


def _in_object(
    fields: Fields, values: Mapping[str, Any], path: str, limits: Mapping[str, Any], optional: str = ""
) -> Iterator[Problem]:
    for name, value in values.items():
        if name.startswith("__") or value is None:
            continue
        if name not in fields.inputs:
            yield Problem(f"{path}{name}", unknown_property(name, fields))
        else:
            yield from _in_value(fields, value, fields.inputs[name], f"{path}{name}", limits)
    for name in fields.required:
        if values.get(name) is None and name != optional:
            yield Problem(f"{path}{name}", f"missing required property '{path}{name}'")


def unknown_property(name: str, fields: Fields) -> str:
    near = difflib.get_close_matches(name, fields.inputs, n=1, cutoff=0.6)
    plain = {each.lower().replace("_", ""): each for each in fields.inputs}
    near = [plain[name.lower().replace("_", "")]] if name.lower().replace("_", "") in plain else near
    hint = f"did you mean '{near[0]}'?" if near else f"it accepts {', '.join(sorted(fields.inputs))}"
    return f"unknown property '{name}'; {hint}"


def _in_value(fields: Fields, value: Any, kind: Type, path: str, limits: Mapping[str, Any]) -> Iterator[Problem]:
    if value is UNKNOWN or value is None:
        return
    match kind:
        case ["list", inner]:
            if not isinstance(value, list):
                yield _wrong(path, value, "a list")
                return
            for index, each in enumerate(value):
                yield from _in_value(fields, each, inner, f"{path}[{index}]", limits)
        case ["map", inner]:
            if not isinstance(value, dict):
                yield _wrong(path, value, "a map")
                return
            for key, each in value.items():
                yield from _in_value(fields, each, inner, f"{path}.{key}", limits)
        case ["object", _]:
            nested = fields.nested(kind)
            if nested is None:  # an enumeration
                yield from _limits(value, path, limits)
            elif not isinstance(value, dict):
                yield _wrong(path, value, "an object")
            else:
                yield from _in_object(nested, value, f"{path}.", limits)
        case _:
            if not _fits(value, kind):
                yield _wrong(path, value, WORDS[kind])
            else:
                yield from _limits(value, path, limits)


def _fits(value: Any, kind: Type) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer()
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "archive":
            return signature(value) == ARCHIVE
        case "asset":
            return signature(value) in (ASSET, ARCHIVE)
    return True


def _wrong(path: str, value: Any, wanted: str) -> Problem:
    return Problem(path, f"{path}={shown(value)}: must be {wanted}")


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = (
        value
        if isinstance(value, str)
        else ("an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else str(value))
    )
    return f"'{text[:80]}'" if isinstance(value, str) else text


def _limits(value: Any, path: str, limits: Mapping[str, Any]) -> Iterator[Problem]:
    limit = limits.get(re.sub(r"\[\d+\]", "", path))
    if not limit:
        return
    told = f"{path}={shown(value)}"
    if "enum" in limit and value not in limit["enum"]:
        allowed = [str(each) for each in limit["enum"]]
        near = difflib.get_close_matches(str(value), allowed, n=1) if isinstance(value, str) else []
        yield Problem(path, f"{told}: must be one of {', '.join(allowed)}" + (f"; did you mean '{near[0]}'?" if near else ""))
    if "pattern" in limit and isinstance(value, str) and not re.fullmatch(limit["pattern"], value, re.DOTALL):
        yield Problem(path, f"{told}: must match {limit['pattern']}")
    if isinstance(value, str):
        if len(value) < limit.get("minLength", 0) or len(value) > limit.get("maxLength", len(value)):
            yield Problem(path, f"{told}: has {len(value)} characters, must have {_between(limit, 'minLength', 'maxLength')}")
    elif isinstance(value, (int, float)) and (value < limit.get("min", value) or value > limit.get("max", value)):
        yield Problem(path, f"{told}: must be {_between(limit, 'min', 'max')}")


def _between(limit: Mapping[str, Any], low: str, high: str) -> str:
    if low in limit and high in limit:
        return f"{limit[low]} to {limit[high]}"
    return f"at least {limit[low]}" if low in limit else f"at most {limit[high]}"


def taken_away(entry: Resource, inputs: State, olds: State) -> Iterator[Problem]:
    """Inputs that the same resource had and has no more, though no update takes them away."""
    if entry.named and inputs.get(entry.named) != olds.get(entry.named):
        return  # another one takes its place
    for name, instead in entry.stays.items():
        if olds.get(name) is not None and inputs.get(name) is None:
            yield Problem(name, f"{name}: an update cannot take it away; {instead}")


def filled(
    entry: Resource, fields: Fields, inputs: State, olds: State, *, name: str, seed: bytes, default_tags: Mapping[str, str],
    proposed: str = "",
) -> State:  # fmt: skip
    """The inputs with the provider's defaults, a made-up name and all tags, as the official provider would have them.

    Defaults that are false, 0 or empty are not filled in: the official provider leaves them out too.
    """
    checked = {key: with_hash(value) if not has_unknown(value) else value for key, value in inputs.items() if value is not None}
    checked.pop(DEFAULTS, None)
    added = []
    for key, value in data.replace(entry.token).get("defaults", {}).items():
        if value and key not in checked and key in fields.inputs and not _excluded(key, checked):
            checked[key] = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
            added.append(key)
    if entry.named and entry.named not in checked:
        kept = olds.get(entry.named) if entry.named in olds.get(DEFAULTS, []) else None
        checked[entry.named] = kept or proposed or made_up_name(entry, checked, name, seed)
        added.append(entry.named)
    if "tagsAll" in fields.outputs and "tags" in fields.inputs:
        tags = checked.get("tags", {})
        tags = tags if tags is UNKNOWN else {**default_tags, **tags}
        if tags:
            checked["tagsAll"] = tags
    checked[DEFAULTS] = added
    return checked


def _excluded(key: str, checked: State) -> bool:
    """Defaults that the provider does not set beside what the program gave."""
    return key == "connectionType" and has_unknown(checked.get("connectionId"))


def made_up_name(entry: Resource, inputs: State, name: str, seed: bytes) -> str:
    """`<logical name>-<7 hex digits>`, the way the official provider names; the digits come from the engine's seed."""
    digits = hashlib.sha256(seed + name.encode()).hexdigest()[:7]
    prefix = inputs.get(f"{entry.named}Prefix") or inputs.get("namePrefix")
    suffix = ".fifo" if inputs.get("fifoQueue") or inputs.get("fifoTopic") else ""
    room = entry.name_limit - len(entry.name_stem) - len("-") - len(digits) - len(suffix)
    stem = prefix if isinstance(prefix, str) else f"{entry.name_stem}{name[:room]}-"
    made = f"{stem}{digits}{suffix}"
    return made.lower() if entry.service == "s3" else made
