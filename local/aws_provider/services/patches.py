"""Patches of Amazon API Gateway, version 1: its updates are lists of operations on paths."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..calls import Work
from ..convert import to_text

Paths = Mapping[str, str | tuple[str, Mapping[str, str]]]
"""Property -> its path; a path that ends with /* is that of a map; (path, {name: member}) is an object."""


def token(name: str) -> str:
    """A name as a part of a path (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def operations(paths: Paths, work: Work) -> Iterator[dict[str, str]]:
    """The operations that make what changed as it is wanted. What is gone is removed, a text that is gone is emptied."""
    for name, path in paths.items():
        if name not in work.changed:
            continue
        old, new = (work.old or {}).get(name), work.state.get(name)
        if isinstance(path, tuple):
            path, members = path
            if new is None:
                yield from [{"op": "remove", "path": path}] if old else []
                continue
            for key, member in members.items():
                if new.get(key) is not None:
                    yield _replace(f"{path}/{member}", new[key])
                elif (old or {}).get(key) is not None:
                    yield {"op": "remove", "path": f"{path}/{member}"}
        elif path.endswith("/*"):
            wanted = new or {}
            for key in sorted({*(old or {}), *wanted}):
                where = f"{path[:-1]}{token(key)}"
                yield _replace(where, wanted[key]) if key in wanted else {"op": "remove", "path": where}
        elif new is not None or old is not None:
            yield _replace(path, "" if new is None else new)


def _replace(path: str, value: Any) -> dict[str, str]:
    # The emulator keeps the text: "false" is true to it, an empty text is not.
    return {"op": "replace", "path": path, "value": "" if value is False else to_text(value)}


def patch(operation: str, paths: Paths, **ids: str) -> Callable[[Work], None]:
    """An update. ids: member that names the resource -> property."""

    def update(work: Work) -> None:
        changes = list(operations(paths, work))
        if changes:
            work.call(operation, **{member: work.state[name] for member, name in ids.items()}, patchOperations=changes)

    return update
