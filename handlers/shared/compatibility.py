"""What a new JSON schema breaks for those who rely on the old one. Knows the keywords that pydantic writes.

Run by people and tests, imported by no function.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

FLOORS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
CEILINGS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
OPAQUE = ("pattern", "format", "multipleOf", "uniqueItems", "contentEncoding", "propertyNames", "prefixItems", "allOf", "not")
"""Which of two values is the narrower one is not judged: any new or changed one counts as narrower."""
COMPARED = {*FLOORS, *CEILINGS, *OPAQUE, "type", "enum", "const", "properties", "required", "additionalProperties", "items",
            "anyOf", "oneOf"}  # fmt: skip
ANNOTATIONS = {"title", "description", "default", "examples", "deprecated", "discriminator", "$defs", "$ref", "$schema"}
"""Say nothing on what is valid."""


def breaks(old: Schema, new: Schema) -> Iterator[str]:
    """What the change from `old` to `new` breaks, one sentence each; nothing if it breaks nothing."""
    return _Comparison(old.get("$defs", {}), new.get("$defs", {})).compare(old, new, "")


class _Comparison:
    def __init__(self, old_definitions: Schema, new_definitions: Schema) -> None:
        self._old, self._new = old_definitions, new_definitions
        self._at_work: set[tuple[str, str]] = set()
        """Pairs of references that are being compared: models that hold themselves end there."""

    def compare(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        pair = (old.get("$ref", ""), new.get("$ref", ""))
        if any(pair) and pair in self._at_work:
            return
        self._at_work.add(pair)
        try:
            yield from self._alternatives(_resolve(old, self._old), _resolve(new, self._new), at)
        finally:
            self._at_work.discard(pair)

    def _alternatives(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        old_ways, new_ways = _ways(old), _ways(new)
        if len(old_ways) == len(new_ways) == 1:
            yield from self._plain(old, new, at)
            return
        for number, way in enumerate(old_ways, start=1):
            # Each in a list: a generator would leave its pair at work when it is not run to its end.
            if all(list(self.compare(way, other, at)) for other in new_ways):
                yield f"{_place(at)}: alternative {number} ({_kind(way, self._old)}) is no longer accepted"

    def _plain(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        yield from _types(old, new, at)
        yield from _values(old, new, at)
        for keyword in FLOORS:
            if keyword in new and (keyword not in old or new[keyword] > old[keyword]):
                yield f"{_place(at)}: {keyword} is {new[keyword]}, was {old.get(keyword, 'not given')}"
        for keyword in CEILINGS:
            if keyword in new and (keyword not in old or new[keyword] < old[keyword]):
                yield f"{_place(at)}: {keyword} is {new[keyword]}, was {old.get(keyword, 'not given')}"
        for keyword in (*OPAQUE, *sorted(set(new) - COMPARED - ANNOTATIONS)):
            if keyword in new and new[keyword] != old.get(keyword):
                yield f"{_place(at)}: {keyword} is {new[keyword]!r}, was {old.get(keyword, 'not given')!r}"
        yield from self._fields(old, new, at)
        if "items" in new:
            yield from self.compare(old.get("items", {}), new["items"], f"{at}[]")

    def _fields(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required = set(new.get("required", ())) - set(old.get("required", ()))
        for name, field in before.items():
            inside = f"{at}.{name}".lstrip(".")
            if name not in after:
                yield f"{inside}: removed"
                continue
            if name in required:
                yield f"{inside}: made required"
            yield from self.compare(field, after[name], inside)
        for name in sorted(required - set(before)):
            yield f"{f'{at}.{name}'.lstrip('.')}: new and required"
        more_before, more_after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if more_after is False and more_before is not False:
            yield f"{_place(at)}: further fields are no longer accepted"
        elif isinstance(more_after, Mapping) and more_before is not False:
            yield from self.compare({} if more_before is True else more_before, more_after, f"{at}{{}}")


def _resolve(schema: Schema, definitions: Schema) -> Schema:
    while "$ref" in schema:
        more = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **more}
    return schema


def _ways(schema: Schema) -> list[Schema]:
    ways = schema.get("anyOf") or schema.get("oneOf")
    return list(ways) if ways else [schema]


def _types(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = _type_names(old), _type_names(new)
    accepted = after | ({"integer"} if "number" in after else set())
    if after and not before:
        yield f"{_place(at)}: must be {_spoken(after)}, was anything"
    elif after and (lost := before - accepted):
        yield f"{_place(at)}: {_spoken(lost)} is no longer accepted"


def _values(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = _enumerated(old), _enumerated(new)
    if after is None:
        return
    if before is None:
        yield f"{_place(at)}: only {after} are accepted, was any value"
    elif lost := [value for value in before if value not in after]:
        yield f"{_place(at)}: {lost} is no longer accepted"


def _enumerated(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _type_names(schema: Schema) -> set[str]:
    named = schema.get("type", [])
    return {named} if isinstance(named, str) else set(named)


def _spoken(types: set[str]) -> str:
    return " or ".join(sorted(types))


def _kind(schema: Schema, definitions: Schema) -> str:
    resolved = _resolve(schema, definitions)
    return str(resolved.get("title") or _spoken(_type_names(resolved)) or "anything")


def _place(at: str) -> str:
    return at or "the whole"
