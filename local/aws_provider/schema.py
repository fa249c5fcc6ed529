"""Types as pulumi_aws has them: inputs, nested objects, outputs."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from . import data

Type = Any
"""\"string\", "integer", "number", "boolean", "any", "archive", "asset", ["list", T], ["map", T] or ["object", NAME]."""


@dataclass(frozen=True)
class Fields:
    """Properties of a resource type or of a nested object."""

    module: str
    inputs: dict[str, Type]
    required: list[str]
    outputs: dict[str, Type]

    def nested(self, kind: Type) -> "Fields | None":
        """Fields of an object type; None where it is not an object, or where its fields are not known."""
        if not isinstance(kind, list) or kind[0] != "object":
            return None
        return _nested(self.module, kind[1])

    @property
    def all(self) -> dict[str, Type]:
        return {**self.outputs, **self.inputs}


@cache
def _nested(module: str, name: str) -> Fields | None:
    source = data.provider() if module == "" else data.types(module)
    found = source["nested"].get(name)
    return Fields(module, found["inputs"], found["required"], {}) if found else None


@cache
def fields(token: str) -> Fields:
    """Fields of a resource type.

    `id` is an output of every type. `tagsAll` is an input of ours, as it is one for the official provider: the tags of the
    program and the provider's default tags together.
    """
    module = token.split(":")[1].split("/")[0]
    found = data.types(module)["types"][token]
    return Fields(module, found["inputs"], found["required"], {"id": "string", **found["outputs"]})


@cache
def provider_fields() -> Fields:
    found = data.provider()
    return Fields("", found["inputs"], found["required"], {})
