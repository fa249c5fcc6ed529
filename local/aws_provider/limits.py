"""Limits of inputs (enum, pattern, range, length) from botocore's models. Used when data/limits.json is made, not at run time."""

import re
from typing import Any

from .entry import Call, Resource
from .names import match
from .schema import Fields, Type, fields


def limits_of(entry: Resource) -> dict[str, dict[str, Any]]:
    """Path of an input -> its limits, by the shapes of the calls that send it."""
    import botocore.session

    model = botocore.session.get_session().get_service_model(entry.service)
    operations = {_snake(name): name for name in model.operation_names}
    found: dict[str, dict[str, Any]] = {}
    for call in (entry.create, *entry.steps, *entry.update):
        if not isinstance(call, Call) or call.operation not in operations:
            continue
        shape: Any = model.operation_model(operations[call.operation]).input_shape
        for name in filter(None, call.wrap.split(".")):
            shape = shape.members[name]
        _collect(shape, fields(entry.token), entry.api, call, "", found)
    return {path: limits for path, limits in sorted(found.items()) if limits}


def _snake(name: str) -> str:
    from botocore import xform_name

    return xform_name(name)


def _collect(shape: Any, owner: Fields, api: Any, call: Call | None, prefix: str, found: dict[str, dict[str, Any]]) -> None:
    for member, name in match(shape.members, owner.inputs, api).items():
        if call and (member in call.send or (call.only is not None and name not in call.only)):
            continue
        _limits(shape.members[member], owner.inputs[name], owner, api, f"{prefix}{name}", found)


def _limits(shape: Any, kind: Type, owner: Fields, api: Any, path: str, found: dict[str, dict[str, Any]]) -> None:
    if path in found or path.count(".") > 5:
        return None
    if shape.type_name == "list":
        inner = kind[1] if isinstance(kind, list) and kind[0] == "list" else kind
        return _limits(shape.member, inner, owner, api, path, found)
    if shape.type_name == "structure":
        if nested := owner.nested(kind):
            _collect(shape, nested, api, None, f"{path}.", found)
        return None
    found[path] = {}
    meta = shape.metadata
    if kind == "string" and shape.type_name == "string":
        if meta.get("enum"):
            found[path]["enum"] = sorted(meta["enum"])
        if (pattern := _python(meta.get("pattern", ""))) and not meta.get("enum"):
            found[path]["pattern"] = pattern
        if not meta.get("enum"):
            found[path] |= {key: meta[name] for name, key in (("min", "minLength"), ("max", "maxLength")) if name in meta}
    if kind in ("integer", "number") and shape.type_name in ("integer", "long", "float", "double"):
        found[path] |= {key: meta[key] for key in ("min", "max") if key in meta}
    return None


def _python(pattern: str) -> str:
    """The pattern as Python has it; "" where it cannot be said in Python (Unicode classes)."""
    if "\\p{" in pattern or not pattern or pattern in {".*", ".+", r"\S+", r"[\s\S]*"}:
        return ""
    try:
        re.compile(pattern)
    except re.error:
        return ""
    return pattern
