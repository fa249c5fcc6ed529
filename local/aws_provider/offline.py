"""What is known of a resource without asking anyone: for previews, for offline work, and for types that the emulator lacks."""

import base64
import hashlib
import os
import uuid
from typing import Any

from . import data
from .calls import fill
from .cloud import Cloud
from .entry import Resource, State
from .schema import Fields
from .wire import UNKNOWN, archive_bytes, has_unknown

NAMESPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")  # RFC 4122, "OID": any fixed one serves
LOG = "SERVERLESS_PLATFORM_NOT_EMULATED_LOG"
OFFLINE_KNOWN = {
    "aws:sqs/queue:Queue": {"url": "https://sqs.{region}.amazonaws.com/{account}/{name}"},
}


def words(cloud: Cloud, state: State) -> dict[str, Any]:
    return {**cloud.words(state), **{key: value for key, value in state.items() if not has_unknown(value)}}


def known(entry: Resource, cloud: Cloud, state: State) -> State:
    """Outputs that follow from inputs, as far as those are known; templates may build on one another."""
    found: State = {}
    for name, template in {**entry.known, "id": entry.id}.items():
        try:
            found[name] = fill(template, words(cloud, {**state, **(entry.words(state) if entry.words else {}), **found}))
        except KeyError:
            continue
    return found


def previewed(
    entry: Resource, fields: Fields, cloud: Cloud, inputs: State, old: State | None = None, changed: frozenset[str] = frozenset()
) -> State:
    """Outputs at preview: inputs, what follows from them, in an update what the state has; the rest is unknown."""
    given = {key: value for key, value in inputs.items() if not key.startswith("__")}
    result: State = dict.fromkeys(fields.outputs, UNKNOWN) if old is None else dict(old)
    if old is None:
        for name in fields.inputs:  # an input that the program does not give stays empty, unless AWS fills it in
            if name in result and name not in given:
                result[name] = UNKNOWN if name in entry.assigned else None
        result |= known(entry, cloud, given)
    else:
        for name in fields.inputs:
            if name in result and name not in given and name in changed:
                result[name] = None
        for output, causes in entry.recomputed.items():
            if changed & set(causes):
                result[output] = UNKNOWN
    result |= given
    if "tagsAll" in fields.outputs:
        result["tagsAll"] = given.get("tagsAll", {})
    return {key: value for key, value in result.items() if value is not None}


def made(entry: Resource, fields: Fields, cloud: Cloud, inputs: State, urn: str) -> tuple[str, State]:
    """Id and properties of a resource that is made in state only. What AWS would assign is made from the URN: always the same."""
    state = {key: value for key, value in inputs.items() if not key.startswith("__")}
    for name, kind in entry.fakes.items():
        value = _fake(kind, f"{urn}/{name}", cloud, {**(entry.words(state) if entry.words else {}), **state})
        state[name] = float(value) if fields.outputs.get(name) in ("integer", "number") else value
    state |= OFFLINE_KNOWN.get(entry.token, {}) and {
        name: fill(template, words(cloud, state)) for name, template in OFFLINE_KNOWN[entry.token].items()
    }
    for name, value in known(entry, cloud, state).items():
        state.setdefault(name, value)
    if "id" not in state:
        state["id"] = state.get("arn") or _fake("hex:10", urn, cloud, state)
    if "tagsAll" in fields.outputs:
        state.setdefault("tagsAll", {})
    return str(state["id"]), {key: value for key, value in state.items() if value is not None}


def settled(entry: Resource, fields: Fields, cloud: Cloud, inputs: State, urn: str, previewed: State) -> State:
    """What a preview of an update says, with values for what it leaves unknown: the update of a resource in state only."""
    _, values = made(entry, fields, cloud, inputs, urn)
    return {key: values.get(key) if has_unknown(value) else value for key, value in {**values, **previewed}.items()}


def _fake(kind: str, seed: str, cloud: Cloud, state: State) -> Any:
    digest = hashlib.sha256(seed.encode()).hexdigest()
    if kind == "uuid":
        return str(uuid.uuid5(NAMESPACE, seed))
    if kind.startswith("hex:"):
        return digest[: int(kind[4:])]
    if kind == "code":
        return base64.b64encode(hashlib.sha256(archive_bytes(state["code"])).digest()).decode() if state.get("code") else None
    return fill(kind, {**words(cloud, state), "hex": digest[:10], "hex6": digest[:6]})


class NotEmulated:
    """Which types the emulator lacks, and the log of their resources: one JSON line each, once per run of the provider."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def is_(self, token: str) -> bool:
        return token in data.not_emulated()

    def record(self, token: str, urn: str) -> None:
        import json

        path = os.environ.get(LOG)
        if path and urn not in self._seen:
            self._seen.add(urn)
            with open(path, "a") as log:  # one short write: lines of several providers do not mix
                log.write(json.dumps({"type": token, "urn": urn, "name": urn.rsplit("::", 1)[-1]}) + "\n")
