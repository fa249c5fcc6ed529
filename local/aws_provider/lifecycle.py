"""Create, read, update and delete of one resource by its entry; the same for every type."""

import re
from typing import Any

from .calls import GONE, Failed, Work
from .cloud import Cloud
from .diff import changed_inputs
from .entry import Action, Call, Resource, State
from .observe import imported, inputs_after, outputs
from .schema import Fields, fields

HALF = "__halfMade"
"""In the state of a resource whose creation or update stopped half-way: the next update makes every call again."""


class HalfMade(Exception):
    """The resource exists, but not everything that was asked of it was done."""

    def __init__(self, id: str, properties: State, reason: str) -> None:
        super().__init__(reason)
        self.id, self.properties = id, {**properties, HALF: True}


def plain(inputs: State) -> State:
    return {key: value for key, value in inputs.items() if not key.startswith("__") and value is not None}


def create(entry: Resource, cloud: Cloud, inputs: State) -> tuple[str, State]:
    """Makes the resource. Failed: nothing was made. HalfMade: it is there, and something about it failed."""
    work = Work(entry, cloud, plain(inputs))
    assert entry.create is not None
    answer = work.do(_tagged(work, entry.create)) or {}
    given = work.state
    work.state = {**answer, **given} | {key: answer[key] for key in answer if key not in work.fields.inputs}
    try:
        _add_known(work)
        for step in entry.steps:
            if not isinstance(step, Call) or not step.when or any(_given(given.get(name)) for name in step.when):
                work.do(step)
        if entry.tags and not entry.tags.create:
            work.retag({}, given.get("tagsAll", {}))
        work.wait()
        return _finished(work, inputs)
    except Failed as error:
        raise HalfMade(str(work.state.get("id", "")), work.state, str(error)) from error


def _given(value: Any) -> bool:
    return value not in (None, "", [], {})


def _concerns(action: Action, changed: frozenset[str]) -> bool:
    """Functions decide by themselves what a change means to them."""
    return not isinstance(action, Call) or not action.when or bool(changed & set(action.when))


def _tagged(work: Work, action: Any) -> Any:
    """The call that creates, with the tags in it."""
    tagging, tags = work.entry.tags, work.state.get("tagsAll")
    if not isinstance(action, Call) or not tagging or not tagging.create or not tags or tagging.create in action.send:
        return action
    from dataclasses import replace

    return replace(action, send={**action.send, tagging.create: lambda _: work.tag_list(tags)})


def _add_known(work: Work) -> None:
    from .offline import known

    for name, value in known(work.entry, work.cloud, work.state).items():
        work.state.setdefault(name, value)


def _finished(work: Work, inputs: State) -> tuple[str, State]:
    id, before = str(work.state["id"]), work.state
    seen = work.read()
    if seen is None:
        raise Failed(f"{work.entry.token} was made, but {work.entry.service} does not show it")
    result = outputs(work.entry, work.fields, plain(inputs), {**before, **work.state}, seen)
    return id, {**result, "id": id}


def read(entry: Resource, cloud: Cloud, id: str, state: State, inputs: State) -> tuple[str, State, State] | None:
    """Id, properties and inputs as they are now; None if it is gone. Without a state it is an import by id."""
    first = not state
    start = identified(entry, id) if first else {**plain(state), "id": id}
    work = Work(entry, cloud, start)
    seen = work.read()
    if seen is None:
        return None
    if not first:
        now = outputs(entry, work.fields, plain(inputs), work.state, seen)
        return id, {**now, "id": id}, inputs_after(entry, work.fields, inputs, seen)
    _add_known(work)
    found = {**{key: value for key, value in start.items() if key in work.fields.inputs}, **seen}
    made = imported(entry, work.fields, found, cloud.default_tags)
    id = str(work.state.get("id", id))
    return id, {**outputs(entry, work.fields, plain(made), work.state, found), "id": id}, made


def identified(entry: Resource, id: str) -> State:
    """The properties that an id names, as the id's template has them: `{role}:{name}`."""
    if entry.identify:
        return entry.identify(id)
    names = re.findall(r"\{(\w+)\}", entry.id)
    pattern = re.escape(entry.id).replace(r"\{", "{").replace(r"\}", "}")
    for name in names[:-1]:
        pattern = pattern.replace(f"{{{name}}}", f"(?P<{name}>.+?)")
    found = re.fullmatch(pattern.replace(f"{{{names[-1]}}}", f"(?P<{names[-1]}>.+)"), id)
    if not found:
        raise Failed(f"the id of a {entry.token} has the form {entry.id}; '{id}' has not")
    return {**found.groupdict(), "id": id}


def update(entry: Resource, cloud: Cloud, id: str, state: State, old: State, new: State) -> State:
    """Changes the resource in place. HalfMade: some of it was done, and the next update does it all again."""
    kind: Fields = fields(entry.token)
    kept = {key: value for key, value in plain(state).items() if key not in kind.inputs}
    wanted = plain(new)
    changed = changed_inputs(plain(old), wanted, entry)
    if state.get(HALF):
        changed = frozenset({*kind.inputs, *changed})
    work = Work(entry, cloud, {**kept, **wanted, "id": id}, plain(old), changed)
    try:
        for call in entry.update:
            if changed - {"tags", "tagsAll"} and _concerns(call, changed):
                work.do(call)
        for step in entry.steps:
            if _concerns(step, changed):
                work.do(step)
        if changed & {"tags", "tagsAll"}:
            work.retag(old.get("tagsAll", {}) if not state.get(HALF) else {}, wanted.get("tagsAll", {}))
        work.wait()
        return _finished(work, new)[1]
    except Failed as error:
        raise HalfMade(id, {**plain(state), **work.state}, str(error)) from error


def delete(entry: Resource, cloud: Cloud, id: str, state: State) -> None:
    """Deletes the resource; that it is gone already is success."""
    work = Work(entry, cloud, {**plain(state), "id": id})
    for action in entry.delete:
        try:
            work.do(action)
        except Failed as error:
            if error.code not in GONE:
                raise
