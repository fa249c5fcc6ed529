"""Access to a resource's properties that cannot mistake an unknown value for a missing one.

The SDK's proxy raises on every touch of an unknown, `"k" in props` included, and ends the whole rule there. Here an
unknown is a value: it can be passed on and told apart (`isinstance(value, Unknown)`, `is None`), and every other use of
it raises `Undecided` with the path, which the pack tells as "decided in the update".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pulumi_policy.proxy import (  # not exported by the package itself
    UNKNOWN_ARCHIVE_VALUE,
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_ASSET_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
)

SENTINELS = frozenset(
    {
        UNKNOWN_ARCHIVE_VALUE, UNKNOWN_ARRAY_VALUE, UNKNOWN_ASSET_VALUE, UNKNOWN_BOOLEAN_VALUE,
        UNKNOWN_NUMBER_VALUE, UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE,
    }
)  # fmt: skip
"""What stands in the inputs, over the wire, for a value that only the update will know."""


class Undecided(Exception):
    """A rule needed the value at `path`, and it is not known yet."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not known before the update")
        self.path = path


class Unknown:
    """A value that is not known yet. Looking into it, comparing it or asking for its truth raises `Undecided`."""

    __slots__ = ("path",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"<unknown {self.path}>"

    def _raise(self, *_: object) -> NoReturn:
        raise Undecided(self.path)

    __bool__ = __iter__ = __len__ = __contains__ = __getitem__ = __str__ = _raise
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __float__ = __int__ = _raise
    __add__ = __radd__ = __mul__ = __rmul__ = _raise

    def __getattr__(self, name: str) -> NoReturn:
        raise Undecided(self.path)


class Secret:
    """A value that the program marks as secret. Rules see what is in it (`Values.get`), messages do not (`secret_texts`)."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Values:
    """A mapping or list of properties. `get("a.b.0.c")` returns the value, `None` where absent, `Unknown` where not known."""

    __slots__ = ("_path", "_raw")

    def __init__(self, raw: Any, path: str = "") -> None:
        self._raw = raw
        self._path = path

    def get(self, path: str) -> Any:
        """The value at a dotted path of camelCase names and list indexes; nested mappings and lists as `Values`."""
        current: Any = self
        for step in path.split("."):
            if isinstance(current, Unknown):
                return Unknown(self._join(path))
            if not isinstance(current, Values):
                return None
            current = current._step(step)
        return current

    def items(self) -> Iterator[tuple[str, Any]]:
        """Names and values; of a list, indexes and elements."""
        keys = list(self._raw) if isinstance(self._raw, Mapping) else range(len(self._raw))
        for key in keys:
            yield str(key), self._step(str(key))

    def names(self) -> frozenset[str]:
        """Of a mapping, what is set in it; no value is looked at."""
        return frozenset(self._raw)

    def elements(self) -> Iterator[Any]:
        yield from dict(self.items()).values()

    def __len__(self) -> int:
        return len(self._raw)

    def is_list(self) -> bool:
        return _is_list(self._raw)

    def plain(self) -> Any:
        """The same as dicts and lists. Raises `Undecided` where something inside is unknown."""

        def convert(value: Any) -> Any:
            if isinstance(value, Unknown):
                raise Undecided(value.path)
            if isinstance(value, Values):
                pairs = list(value.items())
                return [convert(v) for _, v in pairs] if value.is_list() else {k: convert(v) for k, v in pairs}
            return value

        return convert(self)

    def secret_texts(self) -> set[str]:
        """Every text and number that is marked as secret, or lies in something that is."""
        return set(_secret_texts(self._raw, secret=False))

    def _join(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _step(self, key: str) -> Any:
        path = self._join(key)
        raw = None
        if isinstance(self._raw, Mapping):
            raw = self._raw.get(key)
        elif key.isdigit() and int(key) < len(self._raw):
            raw = self._raw[int(key)]
        while isinstance(raw, Secret):
            raw = raw.value
        if isinstance(raw, str) and raw in SENTINELS:
            return Unknown(path)
        return Values(raw, path) if isinstance(raw, Mapping) or _is_list(raw) else raw


def _secret_texts(raw: Any, secret: bool) -> Iterator[str]:
    if isinstance(raw, Secret):
        yield from _secret_texts(raw.value, secret=True)
    elif isinstance(raw, Mapping):
        for value in raw.values():
            yield from _secret_texts(value, secret)
    elif _is_list(raw):
        for value in raw:
            yield from _secret_texts(value, secret)
    elif secret and raw is not None and not isinstance(raw, bool):
        # A number arrives as a float, and is told without the point that it was not written with.
        yield str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def each(value: Any) -> list[Any]:
    """A value that AWS accepts alone or as a list, as a list; nothing for `None`."""
    if isinstance(value, Unknown):
        raise Undecided(value.path)
    if value is None:
        return []
    if isinstance(value, Values) and value.is_list():
        return list(value.elements())
    if _is_list(value):
        return list(value)
    return [value]


def as_mapping(value: Any, path: str) -> Any:
    """A nested value that arrives as a mapping or, from a provider's own inputs, as a JSON text of one."""
    if isinstance(value, str):
        return Values(json.loads(value), path)
    return value


def known(value: Any) -> Any:
    """The value as dicts and lists. Raises `Undecided` where it, or something inside, is unknown."""
    if isinstance(value, Unknown):
        raise Undecided(value.path)
    return value.plain() if isinstance(value, Values) else value


def as_text(value: Any) -> str:
    """A document that arrives as JSON text or as a mapping, as text. Raises `Undecided` where something inside is unknown."""
    found = known(value)
    return found if isinstance(found, str) else json.dumps(found, sort_keys=True)
