"""Diff: which inputs changed, and whether that replaces. Only inputs are compared: drift shows through Read."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import data
from .check import DEFAULTS
from .entry import Resource, State
from .schema import Fields
from .wire import ARCHIVE, ASSET, signature


@dataclass(frozen=True)
class Change:
    path: str
    kind: str
    """"add", "delete" or "update"."""
    replaces: bool

    @property
    def property(self) -> str:
        return re.split(r"[.\[]", self.path)[0]


def equal(old: Any, new: Any, *, ordered: bool = False) -> bool:
    """Whether two values mean the same: lists as sets (unless ordered), archives by their hash, 1 and 1.0 alike."""
    if isinstance(old, dict) and isinstance(new, dict):
        if signature(old) in (ASSET, ARCHIVE) and signature(old) == signature(new):
            return old.get("hash") == new.get("hash")
        return old.keys() == new.keys() and all(equal(old[key], new[key], ordered=ordered) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return False
        if ordered:
            return all(equal(a, b, ordered=True) for a, b in zip(old, new, strict=True))
        rest = list(new)
        for each in old:
            found = next((index for index, other in enumerate(rest) if equal(each, other)), None)
            if found is None:
                return False
            rest.pop(found)
        return True
    if isinstance(old, bool) != isinstance(new, bool):
        return False
    return bool(old == new)


def same_document(old: Any, new: Any, *, ordered: bool = False) -> bool:
    """Whether two JSON texts hold the same document; its lists are sets, unless ordered."""
    if not isinstance(old, str) or not isinstance(new, str):
        return bool(old == new)
    try:
        return equal(json.loads(old), json.loads(new), ordered=ordered)
    except ValueError:
        return old == new


def same(entry: Resource, name: str, old: Any, new: Any) -> bool:
    """Whether an input means the same before and after."""
    if not old and not new:
        return True  # nothing, false, 0 and empty are one, as they are for the official provider
    if name in entry.json:
        return same_document(old, new, ordered=name in entry.ordered)
    return equal(old, new, ordered=name in entry.ordered)


def changes(entry: Resource, fields: Fields, old: State, new: State, ignore: tuple[str, ...] = ()) -> list[Change]:
    """What changed between two sets of checked inputs."""
    found = []
    for name in sorted({*old, *new}):
        if name.startswith("__") or same(entry, name, old.get(name), new.get(name)):
            continue
        if name in entry.assigned and new.get(name) is None:
            continue  # what AWS had filled in stays
        found += [change for change in _paths(name, old.get(name), new.get(name)) if not _ignored(change[0], ignore)]
    return [Change(path, kind, _replaces(entry, path, kind)) for path, kind in found]


def _ignored(path: str, ignore: tuple[str, ...]) -> bool:
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in ignore)


def _paths(path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    if old is None or new is None:
        yield path, "add" if old is None else "delete"
    elif isinstance(old, dict) and isinstance(new, dict) and not signature(old):
        for key in sorted({*old, *new}):
            if not equal(old.get(key), new.get(key)):
                inner = f"{path}.{key}" if re.fullmatch(r"\w+", key) else f'{path}["{key}"]'
                yield from _paths(inner, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and all(isinstance(each, dict) for each in old):
        for index, (a, b) in enumerate(zip(old, new, strict=True)):
            if not equal(a, b):
                yield from _paths(f"{path}[{index}]", a, b)
    else:
        yield path, "update"


def _replaces(entry: Resource, path: str, kind: str) -> bool:
    """By data/replace.json: an input, or a block that stands for all its inputs."""
    plain = re.sub(r"\[[^\]]*\]", "", path)
    known = data.replace(entry.token)
    if plain in entry.in_place:
        return False
    whole = kind != "update"  # of a block that is added or removed, every input changes
    forcing = [*known.get("replace", ()), *entry.replaces]
    if any(plain == each or plain.startswith(f"{each}.") or (whole and each.startswith(f"{plain}.")) for each in forcing):
        return True
    return whole and known.get("conditional", {}).get(plain) == "added or removed"


def deletes_first(entry: Resource, old: State, new: State) -> bool:
    """A name that the program gave is still taken while the old resource exists."""
    if not entry.named or entry.named in new.get(DEFAULTS, []):
        return False
    return bool(old.get(entry.named) == new.get(entry.named))


def changed_inputs(old: Mapping[str, Any], new: Mapping[str, Any], entry: Resource) -> frozenset[str]:
    return frozenset(
        name for name in {*old, *new} if not name.startswith("__") and not same(entry, name, old.get(name), new.get(name))
    )
