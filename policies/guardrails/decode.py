"""Properties as they come over the wire, decoded when a rule first looks at them, and then once.

The SDK decodes a resource's properties anew for every policy, all of them, whether or not the policy looks at that type: of
a preview's processor time that was a third. Here a top-level property is decoded when it is first read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY  # not exported by the package itself

from guardrails.values import Secret


class Decoded(Mapping[str, Any]):
    """A read-only mapping over a message. What is secret is a `Secret`; assets and archives stay the mappings that describe them."""

    __slots__ = ("_known", "_message")

    def __init__(self, message: Struct) -> None:
        self._message = message.fields
        self._known: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._known:
            if key not in self._message:  # reading a field that is not there would make it
                raise KeyError(key)
            self._known[key] = _value(self._message[key])
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._message)

    def __contains__(self, key: object) -> bool:
        return key in self._message

    def __len__(self) -> int:
        return len(self._message)


def _value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "struct_value":
            fields = value.struct_value.fields
            if SPECIAL_SIG_KEY in fields and fields[SPECIAL_SIG_KEY].string_value == SPECIAL_SECRET_SIG:
                return Secret(_value(fields["value"]))
            return {key: _value(each) for key, each in fields.items()}
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_value(each) for each in value.list_value.values]
    return None
