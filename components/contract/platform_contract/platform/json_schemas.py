"""JSON schemas of pydantic models as AWS reads them: draft 4, each whole in itself."""

import json
from typing import Any

UNSUPPORTED = ("discriminator", "readOnly", "if", "then", "else", "prefixItems", "unevaluatedProperties", "$dynamicRef")
"""What API Gateway refuses or reads as nothing (API Gateway guide, "Data models for REST APIs")."""


class SchemaError(ValueError):
    """A schema that draft 4 cannot say. The text names the place and what to do."""


def draft4(text: str) -> str:
    """A model's JSON schema (draft 2020-12, as pydantic writes it) as draft 4 without references. Raises SchemaError."""
    schema = json.loads(text)
    if not isinstance(schema, dict):
        raise SchemaError("it is no JSON object")
    definitions = schema.pop("$defs", {})
    whole = _draft4(schema, definitions, "", ())
    return json.dumps({"$schema": "http://json-schema.org/draft-04/schema#", **whole}, sort_keys=True)


def _draft4(node: Any, definitions: dict[str, Any], at: str, inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_draft4(each, definitions, f"{at}[{index}]", inside) for index, each in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if reference := node.get("$ref"):
        name = reference.rpartition("/")[2]
        if name not in definitions:
            raise SchemaError(f"{at or 'it'} refers to {name}, which is not in it")
        if name in inside:
            raise SchemaError(f"{at or 'it'} holds {name} within itself, and draft 4 at API Gateway knows no references here; flatten it")
        more = {key: value for key, value in node.items() if key != "$ref"}
        return {**_draft4(definitions[name], definitions, at, (*inside, name)), **_draft4(more, definitions, at, inside)}
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key in UNSUPPORTED:
            raise SchemaError(f"{at or 'it'} uses {key}, which API Gateway does not read; say it more simply")
        if key == "properties":
            result[key] = {name: _draft4(each, definitions, f"{at}.{name}".strip("."), inside) for name, each in value.items()}
        elif key == "const":
            result["enum"] = [value]
        elif key in ("exclusiveMinimum", "exclusiveMaximum"):
            result |= {key: True, key.replace("exclusiveM", "m"): value}
        elif key in ("enum", "required", "default", "examples"):
            result[key] = value
        else:
            result[key] = _draft4(value, definitions, at, inside)
    return result
