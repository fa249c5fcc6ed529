"""The engine of calls: makes the requests that an entry of the table describes, and turns answers into properties."""

import string
from collections.abc import Iterable, Mapping
from typing import Any

from .cloud import Cloud
from .convert import from_api, from_members, to_api, to_members, to_text
from .entry import Action, Call, Const, Resource, State
from .observe import hidden
from .schema import Fields, fields

GONE = frozenset({
    "ResourceNotFoundException", "NotFoundException", "NoSuchEntity", "NoSuchEntityException", "NoSuchBucket", "NotFound", "404",
    "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFoundRecordException", "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError", "NoSuchLifecycleConfiguration",
    "OwnershipControlsNotFoundError", "TableNotFoundException", "NoSuchCORSConfiguration", "EntityNotFoundException",
    "StateMachineDoesNotExist", "ParameterNotFound", "ResourceNotFound", "DashboardNotFoundError", "NoSuchDistribution", "NoSuchCachePolicy", "WAFNonexistentItemException",
    "ProvisionedConcurrencyConfigNotFoundException",
})  # fmt: skip
"""Error codes with which services say that something does not exist."""


class Failed(Exception):
    """A call was refused. Its text is for people: what was asked, and what the service answered."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class Work:
    """One operation on one resource.

    state: its properties as far as they are known: inputs, outputs, id.
    old: the inputs before, in an update; None at creation. changed: names of inputs that differ from `old`.
    """

    def __init__(
        self, entry: Resource, cloud: Cloud, state: State, old: State | None = None, changed: Iterable[str] = ()
    ) -> None:
        self.entry, self.cloud, self.state, self.old = entry, cloud, state, old
        self.fields: Fields = fields(entry.token)
        self.changed = frozenset(changed)

    def client(self) -> Any:
        return self.cloud.client(self.entry.service, str(self.state.get("region") or ""))

    def format(self, template: str) -> str:
        """A template filled from the state, `{region}`, `{account}`, `{partition}` and `{endpoint}`. KeyError: not known."""
        return fill(template, {**self.cloud.words(self.state), **self.state})

    def call(self, operation: str, /, *, ignore: Iterable[str] = (), **params: Any) -> dict[str, Any]:
        """One API call of the entry's service. Raises Failed with its code and words; codes in `ignore` are an empty answer."""
        from botocore.exceptions import BotoCoreError, ClientError

        client, service = self.client(), self.entry.service
        try:
            return getattr(client, operation)(**params)
        except ClientError as error:
            code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
            if code in ignore:
                return {}
            raise Failed(f"{service}:{camel(operation)} was refused: {code}: {message}", code) from error
        except BotoCoreError as error:
            raise Failed(f"{service}:{camel(operation)} could not be made: {error}") from error

    def params(self, call: Call) -> dict[str, Any]:
        """The request of a call, from the state."""
        client = self.client()
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[call.operation])
        shape = model.input_shape
        if shape is None:
            return {}
        inner, wraps = shape, [name for name in call.wrap.split(".") if name]
        for name in wraps:
            inner = inner.members[name]
        members = to_members(self.values(call), inner, self.fields, self.entry.api)
        if wraps and call.wrap:  # what names the resource lies outside
            outside = {key: value for key, value in shape.members.items() if key != wraps[0]}
            for name in reversed(wraps):
                members = {name: members}
            members |= to_members(self.values(call), _Part(outside), self.fields, self.entry.api)
        if self.old is not None and call.to_empty:
            self._empty_removed(inner, members if not wraps else {}, call)
        for name, source in call.send.items():
            value = self._source(source)
            if value is None:
                members.pop(name, None)
            elif name in shape.members and not isinstance(source, Const):
                kind = self.fields.all.get(source, "any") if isinstance(source, str) else "any"
                members[name] = to_api(value, shape.members[name], kind, self.fields, self.entry.api)
            else:
                members[name] = value
        return members

    def values(self, call: Call) -> State:
        return {key: value for key, value in self.state.items() if call.only is None or key in call.only}

    def _empty_removed(self, shape: Any, members: dict[str, Any], call: Call) -> None:
        from .names import match

        removed = [name for name, value in (self.old or {}).items() if value is not None and self.state.get(name) is None]
        empty = {"list": [], "map": {}, "string": "", "structure": {}}
        for member, name in match(shape.members, self.fields.inputs, self.entry.api).items():
            kind = shape.members[member]
            fits = name in removed and (call.only is None or name in call.only) and not getattr(kind, "enum", None)
            if fits and kind.type_name in empty and member not in members:
                members[member] = empty[kind.type_name]

    def _source(self, source: Any) -> Any:
        if isinstance(source, Const):
            return source.value
        return self.state.get(source) if isinstance(source, str) else source(self)

    def do(self, action: Action) -> Any:
        """Makes a call, or runs a function of the table. Answers properties, None when a read finds nothing."""
        if not isinstance(action, Call):
            return action(self)
        answer = self.call(action.operation, ignore=action.ignore, **self.params(action))
        return self.properties(action, answer)

    def properties(self, call: Call, answer: Mapping[str, Any]) -> State | None:
        """Properties from an answer; None when it does not hold the resource."""
        found: Any = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
        for name in filter(None, call.take.split(".")):
            found = found.get(name) if found else None
        if call.pick:
            member, name = call.pick
            found = next((each for each in found or [] if each.get(member) == self.state.get(name)), None)
        if isinstance(found, list):
            found = found[0] if found else None
        if found is None:
            return None
        result = from_members(found, self.fields, self.entry.api) if isinstance(found, dict) else {}
        if self.entry.attributes:
            result |= self.from_attributes(found)
        return result

    def to_attributes(self, only: Iterable[str] | None = None) -> dict[str, str]:
        """The settings that are kept as a map of strings; in an update, removed ones are empty."""
        found = {}
        for name, key in self.entry.attributes.items():
            if only is not None and name not in only:
                continue
            if self.state.get(name) is not None:
                found[key] = to_text(self.state[name])
            elif self.old is not None and self.old.get(name) is not None:
                found[key] = ""
        return found

    def from_attributes(self, answer: Mapping[str, Any]) -> State:
        return {
            name: from_api(answer[key], self.fields.all[name], self.fields, {})
            for name, key in self.entry.attributes.items()
            if answer.get(key) not in (None, "")
        }

    def read(self) -> State | None:
        """What the service says of the resource, tags included; None: there is no such resource."""
        assert self.entry.read is not None
        found = self._observed(self.entry.read)
        if found is None:
            return None
        new = {key: value for key, value in found.items() if key not in self.state or key not in self.fields.inputs}
        self.state = {**self.state, **new}
        for action in self.entry.more:
            found |= self._observed(action) or {}
        tags = self._read_tags()
        return found if tags is None else {**found, "tagsAll": tags}

    def _observed(self, action: Action) -> State | None:
        try:
            return self.do(action)
        except Failed as error:
            if error.code in GONE:
                return None
            raise

    def _read_tags(self) -> dict[str, str] | None:
        tagging = self.entry.tags
        if not tagging or not tagging.list or "tags" not in self.fields.inputs:
            return None
        try:
            answer = self.call(tagging.list, **{name: self._source(source) for name, source in tagging.target.items()})
        except Failed:
            return None  # the emulator lists no tags for every type that it tags: what is in state stands
        found: Any = answer
        for name in tagging.answer.split("."):
            found = (found or {}).get(name)
        if tagging.shape in ("list", "items"):
            found = {each[tagging.key]: each[tagging.value] for each in found or []}
        return {key: value for key, value in (found or {}).items() if not hidden(key)}

    def tag_list(self, tags: Mapping[str, str]) -> Any:
        tagging = self.entry.tags
        assert tagging is not None
        listed = [{tagging.key: key, tagging.value: value} for key, value in tags.items()]
        return {"list": listed, "items": {"Items": listed}}.get(tagging.shape, dict(tags))

    def retag(self, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Adds, changes and removes tags, so that `new` is what is there."""
        tagging = self.entry.tags
        if tagging is None or old == new:
            return
        target = {name: self._source(source) for name, source in tagging.target.items()}
        removed = sorted(set(old) - set(new))
        if removed and tagging.remove:
            self.call(tagging.remove, **{**target, tagging.keys: {"Items": removed} if tagging.shape == "items" else removed})
        added = {key: value for key, value in new.items() if old.get(key) != value}
        if added:
            self.call(tagging.add, **target, **{tagging.member: self.tag_list(added)})

    def wait(self) -> None:
        """Waits until the resource is ready; Failed after a minute. The emulator is ready at once, as a rule."""
        if not self.entry.waiter:
            return
        from botocore.exceptions import WaiterError

        waiter = self.client().get_waiter(self.entry.waiter)
        model = self.client().meta.service_model.operation_model(waiter.config.operation)
        members = to_members(self.state, model.input_shape, self.fields, self.entry.api)
        try:
            waiter.wait(**members, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
        except WaiterError as error:
            raise Failed(f"{self.entry.service}: not ready after a minute: {error}") from error


class _Part:
    """Some members of a shape."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.members = members


def fill(template: str, words: Mapping[str, Any]) -> str:
    """`{name}` from `words`; KeyError where one is missing, None or unknown."""
    for _, name, _, _ in string.Formatter().parse(template):
        if name and not isinstance(words.get(name), (str, int, float)):
            raise KeyError(name)
    return template.format_map({key: to_text(value) for key, value in words.items() if isinstance(value, (str, int, float))})


def camel(operation: str) -> str:
    return "".join(part.capitalize() for part in operation.split("_"))
