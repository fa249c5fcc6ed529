"""The table entry of a resource type, and what it is made of. Nothing here talks to anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls import Work

State = dict[str, Any]
"""Properties of a resource by their names on the wire (camelCase): its inputs, its outputs, and `id`."""


@dataclass(frozen=True)
class Const:
    """A value that is always sent."""

    value: Any


Source = str | Const | Callable[["Work"], Any]
"""Where a member of a request comes from: a property, a constant, or a function; None leaves the member out."""


@dataclass(frozen=True)
class Call:
    """One API call.

    operation: botocore's name for it (snake_case).
    send: member -> where it comes from. Members that are not named here are filled from the property that matches their
        name, by the entry's `api` or by likeness (`MemorySize` is `memorySize`, `Rules` is `rule` or `rules`).
    only: the properties that may be matched; None means all of them.
    wrap: the member inside which the properties lie (`LifecycleConfiguration`).
    when: inputs. Among an entry's `steps`, the call is made at creation if one of them is given, and in an update if one
        of them changed. Empty: always.
    take: path in the answer, of what describes the resource. "a.b" goes into members.
    pick: for answers that are lists: (member, property) that have to be equal.
    to_empty: removed inputs are sent as empty ("", [], {}), or the API would keep the old value.
    ignore: error codes that mean that there is nothing to do.
    """

    operation: str
    send: Mapping[str, Source] = field(default_factory=dict)
    only: tuple[str, ...] | None = None
    wrap: str = ""
    when: tuple[str, ...] = ()
    take: str = ""
    pick: tuple[str, str] | None = None
    to_empty: bool = True
    ignore: tuple[str, ...] = ()


Action = Call | Callable[["Work"], Any]
"""A call, or a function where the API is irregular. A function that reads returns properties, or None: it is gone."""


@dataclass(frozen=True)
class Tagging:
    """How a service tags: at creation in member `create`, later by `add` and `remove`, seen by `list`.

    shape: "map" {key: value}, "list" [{Key, Value}], in the service's own words in `key` and `value`, or "items" {Items: list}.
    target: members that name the resource -> property. answer: path in the answer, of the tags.
    """

    create: str
    add: str
    remove: str
    list: str
    target: Mapping[str, Source]
    member: str = "Tags"
    keys: str = "TagKeys"
    answer: str = "Tags"
    shape: str = "map"
    key: str = "Key"
    value: str = "Value"


@dataclass(frozen=True)
class Refusal:
    """Something that AWS refuses, orders or replaces and the emulator does not.

    id: names it in tests.
    says: one sentence with the reason.
    needs: where it can be decided from a graph, what has to exist before creation: "type" or "type of property".
    """

    id: str
    says: str
    needs: str = ""


@dataclass(frozen=True)
class Resource:
    """A resource type.

    token: its type in Pulumi.
    service: botocore's name of its service; "" for a type that the emulator lacks.
    id: template of its id over its properties.
    named: the input that is its physical name, if it has one; it is made up where the program gives none.
    name_limit, name_stem: longest name, and what it begins with, where one is made up.
    known: template of outputs that follow from inputs: known at preview, and all there is without a network.
    words: further words for templates, from the state.
    fakes: outputs that AWS assigns -> what stands for them without a network ("hex:10", "uuid", or a template).
    api: member of requests and answers -> property, where likeness is not enough; at any depth.
    create, read, delete: the calls. steps: settings of their own, made after `create` and in updates (see Call.when).
    update: calls of an update besides `steps`.
    more: reads besides `read`, whose properties are added.
    attributes: property -> key, for services whose settings are a map of strings (SQS, SNS).
    json: properties that hold JSON documents: compared as such.
    ordered: lists, and JSON documents, whose order means something; other lists are compared as sets.
    replaces: further inputs whose change replaces, besides data/replace.json. in_place: inputs that do not, although it says so.
    recomputed: output -> inputs whose change changes it, so that a preview must not promise the old value.
    limits: path of an input -> limits, where botocore's model has none (see data/limits.json for the form).
    checks: functions that get the inputs and yield (property, problem).
    stays: inputs that no update takes away again -> what to write instead.
    assigned: inputs that AWS fills in where the program gives none, so that leaving them out changes nothing.
    unread: inputs that no call returns; their old values stand.
    waiter: botocore's waiter after creation and update.
    identify: the properties that an id names, where its template does not say it.
    """

    token: str
    service: str
    create: Action | None = None
    read: Action | None = None
    delete: tuple[Action, ...] = ()
    id: str = "{id}"
    named: str = ""
    name_limit: int = 64
    name_stem: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    fakes: Mapping[str, str] = field(default_factory=dict)
    api: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Action, ...] = ()
    update: tuple[Action, ...] = ()
    more: tuple[Action, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    json: frozenset[str] = frozenset()
    ordered: frozenset[str] = frozenset()
    replaces: frozenset[str] = frozenset()
    in_place: frozenset[str] = frozenset()
    recomputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: tuple[Callable[[State], Any], ...] = ()
    stays: Mapping[str, str] = field(default_factory=dict)
    assigned: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    tags: Tagging | None = None
    waiter: str = ""
    words: Callable[[State], State] | None = None
    identify: Callable[[str], State] | None = None
    aws_refuses: tuple[Refusal, ...] = ()
