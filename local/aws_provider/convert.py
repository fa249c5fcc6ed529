"""Values between properties (camelCase, all numbers floats) and API parameters, led by botocore's shapes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .names import match as match_names
from .schema import Fields, Type

COUNTED = {"Quantity", "Items"}
"""Members of the structures in which CloudFront has its lists."""


def to_api(value: Any, shape: Any, kind: Type, fields: Fields, api: Mapping[str, str]) -> Any:
    """A property's value as the shape wants it. Objects without known fields go through as they are."""
    match shape.type_name:
        case "structure":
            if isinstance(value, list) and set(shape.members) >= COUNTED:
                return {"Quantity": len(value), "Items": to_api(value, shape.members["Items"], kind, fields, api)}
            nested = fields.nested(kind)
            if nested is None or not isinstance(value, dict):
                return value
            return to_members(value, shape, nested, api)
        case "list":
            inner = kind[1] if isinstance(kind, list) and kind[0] == "list" else kind
            values = value if isinstance(value, list) else [value]  # Pulumi shows a block that may occur once as an object
            return [to_api(each, shape.member, inner, fields, api) for each in values]
        case "map":
            if not isinstance(value, dict):
                return value
            inner = kind[1] if isinstance(kind, list) and kind[0] == "map" else "any"
            return {key: to_api(each, shape.value, inner, fields, api) for key, each in value.items()}
        case "integer" | "long":
            return int(float(value))
        case "float" | "double":
            return float(value)
        case "boolean":
            return value == "true" if isinstance(value, str) else bool(value)
        case "string":
            return to_text(value)
    return value


def to_text(value: Any) -> str:
    """true and false as services write them, whole numbers without a fraction."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def to_members(values: Mapping[str, Any], shape: Any, fields: Fields, api: Mapping[str, str]) -> dict[str, Any]:
    """Members of a structure from the inputs that match them, or whatever `api` names; what is None is left out."""
    members = {}
    for member, name in match_names(shape.members, sendable(fields, api), api).items():
        if values.get(name) is not None:
            members[member] = to_api(values[name], shape.members[member], fields.all[name], fields, api)
    if set(shape.members) >= COUNTED and "Items" in members:
        members["Quantity"] = len(members["Items"])
    return members


def sendable(fields: Fields, api: Mapping[str, str]) -> list[str]:
    """Properties that may be sent: inputs, and those outputs that `api` names (ids that AWS assigned)."""
    return [*fields.inputs, *(name for name in api.values() if name in fields.outputs and name not in fields.inputs)]


def from_api(value: Any, kind: Type, fields: Fields, api: Mapping[str, str]) -> Any:
    """A value of an answer as the property has it, led by the property's type."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(kind, list):
        if kind[0] == "list" and isinstance(value, dict) and "Quantity" in value:
            value = value.get("Items", [])
        if kind[0] == "list" and isinstance(value, list):
            return [from_api(each, kind[1], fields, api) for each in value]
        if kind[0] == "map" and isinstance(value, dict):
            return {key: from_api(each, kind[1], fields, api) for key, each in value.items()}
        if kind[0] == "object":
            value = (value[0] if value else None) if isinstance(value, list) else value
            nested = fields.nested(kind)
            return from_members(value, nested, api) if nested and isinstance(value, dict) else value
        return value
    if kind in ("integer", "number") and value not in (None, ""):
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if kind == "string" and isinstance(value, (int, float)):
        return to_text(value)
    return value


def from_members(values: Mapping[str, Any], fields: Fields, api: Mapping[str, str]) -> dict[str, Any]:
    """Properties that the members of an answer match; members that are None or unknown to the type are left out."""
    found = {}
    for member, name in match_names(values, fields.all, api).items():
        converted = from_api(values[member], fields.all[name], fields, api)
        if converted is not None:
            found[name] = converted
    return found
