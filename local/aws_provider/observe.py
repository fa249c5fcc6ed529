"""What a service says against what the state holds: which is drift, and which is the service's way of telling the same."""

from collections.abc import Mapping
from typing import Any

from .check import DEFAULTS
from .diff import equal, same_document
from .entry import Resource, State
from .schema import Fields, Type

HIDDEN = ("aws:", "ms-custom-id")
"""Tags that are not the program's: AWS's own, and the one by which the emulator gives an API a stable id."""

DRIFT = "__drift"
"""In what was seen: inputs that the program does not have, put there so that the next update notices a change."""


def hidden(key: str) -> bool:
    return key.startswith(HIDDEN)


def reconcile(old: Any, seen: Any, kind: Type, fields: Fields, *, json: bool = False) -> Any:
    """The old value, as far as what was seen means the same; else what was seen.

    Of an object, only the properties that are in the old value count, because services add defaults; what a service does
    not tell keeps its old value. Maps (tags, variables) are compared whole.
    """
    if seen is None or (json and same_document(old, seen)):
        return old
    if isinstance(kind, list) and kind[0] == "object" and isinstance(old, dict) and isinstance(seen, dict):
        nested = fields.nested(kind)
        kinds = nested.inputs if nested else {}
        return {key: reconcile(value, seen.get(key), kinds.get(key, "any"), nested or fields) for key, value in old.items()}
    if isinstance(kind, list) and kind[0] == "list" and isinstance(old, list) and isinstance(seen, list):
        if len(old) != len(seen):
            return seen
        if old and isinstance(old[0], dict):
            return _pairs(old, list(seen), kind[1], fields)
    return old if equal(old, seen) else seen


def _pairs(old: list[Any], seen: list[Any], kind: Type, fields: Fields) -> list[Any]:
    """Each old object with the one seen that means the same, where there is one, else with the next."""
    result = []
    for each in old:
        tried = [reconcile(each, other, kind, fields) for other in seen]
        index = next((index for index, value in enumerate(tried) if equal(value, each)), 0)
        result.append(tried[index])
        seen.pop(index)
    return result


def fits(kind: Type, value: Any) -> bool:
    """Whether a value has the shape that the SDK expects: it refuses a mapping where pulumi_aws has a list (route settings)."""
    expected = {"list": list, "map": dict, "object": dict}.get(kind[0]) if isinstance(kind, list) else None
    return value is None or (isinstance(value, expected) if expected else kind == "any" or not isinstance(value, list | dict))


def outputs(entry: Resource, fields: Fields, inputs: State, state: State, seen: State) -> State:
    """Properties of the resource: the inputs, then what was seen, then what the state held."""
    kinds = fields.all
    result = {key: value for key, value in state.items() if key in fields.outputs and key not in fields.inputs}
    result |= {key: value for key, value in seen.items() if key in fields.outputs and fits(fields.outputs[key], value)}
    for key, value in inputs.items():
        if key in kinds and key not in ("tags", "tagsAll"):
            result[key] = reconcile(value, seen.get(key), kinds[key], fields, json=key in entry.json)
    if "tagsAll" in fields.outputs and "tags" in fields.inputs:
        result["tags"] = _own_tags(inputs, seen)
        result["tagsAll"] = seen.get("tagsAll", inputs.get("tagsAll", {}))
    return {key: value for key, value in result.items() if value is not None and not key.startswith("__")}


def _own_tags(inputs: State, seen: State) -> Mapping[str, str]:
    """Tags of the resource itself: all that were seen, without those that the provider adds by default."""
    own = inputs.get("tags", {})
    if "tagsAll" not in seen:
        return own
    by_default = {key: value for key, value in inputs.get("tagsAll", {}).items() if key not in own}
    return {key: value for key, value in seen["tagsAll"].items() if by_default.get(key) != value}


def inputs_after(entry: Resource, fields: Fields, inputs: State, seen: State) -> State:
    """The inputs as they are in the cloud now (refresh): drift shows as another value of an input that the program gave."""
    result = dict(inputs)
    for key, value in inputs.items():
        if key in fields.inputs and key not in entry.unread and key != "tags":
            result[key] = reconcile(value, seen.get(key), fields.inputs[key], fields, json=key in entry.json)
    result |= seen.get(DRIFT, {})
    if "tagsAll" in seen and "tags" in fields.inputs:
        own = dict(_own_tags(inputs, seen))
        for key, value in (("tags", own), ("tagsAll", dict(seen["tagsAll"]))):
            if value or key in inputs:
                result[key] = value
    return result


def imported(entry: Resource, fields: Fields, seen: State, default_tags: Mapping[str, str]) -> State:
    """Inputs of a resource that no program has described yet: what was seen, without what is empty or switched off."""
    result: State = {
        key: value for key, value in seen.items()
        if key in fields.inputs and key not in ("tagsAll", "region", "id") and value not in ("", [], {}, False)
    }  # fmt: skip
    tags = seen.get("tagsAll", {})
    own = {key: value for key, value in tags.items() if default_tags.get(key) != value}
    if "tags" in fields.inputs and tags:
        result["tagsAll"] = dict(tags)
        if own:
            result["tags"] = own
    result[DEFAULTS] = []
    return result
