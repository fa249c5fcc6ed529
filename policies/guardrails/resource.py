"""What a rule sees of the stack: one resource, or all of them with their references."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from guardrails.documents.places import Document, documents
from guardrails.values import Undecided, Unknown, Values, as_mapping
from guardrails.values import each as each_of

COMPONENTS = "serverless-platform:index:"
"""Begin of the types of our components, which tell what was asked for."""
WORKLOAD_COMPONENT = f"{COMPONENTS}Workload"
STACK = "pulumi:pulumi:Stack"
ALIAS = "aws:lambda/alias:Alias"

RENAMED = {
    f"aws:s3/{old[0].lower()}{old[1:]}:{old}": f"aws:s3/{old[0].lower()}{old[1:-2]}:{old[:-2]}"
    for old in ("BucketV2", "BucketAclV2", "BucketServerSideEncryptionConfigurationV2")
}
"""Deprecated types that pulumi_aws still offers beside those that replace them, and which rules must not miss."""


def current_type(type_: str) -> str:
    return RENAMED.get(type_, type_)


@dataclass(frozen=True)
class Resource:
    """A resource as the engine is about to make it: checked inputs in a resource rule, (planned) outputs in a stack rule."""

    type: str
    name: str
    urn: str
    props: Values
    provider: Values | None = None
    references: Mapping[str, tuple["Resource", ...]] = field(default_factory=dict)
    """Stack rules only: input property (top level, camelCase) -> resources that its value was made from."""

    def get(self, path: str) -> Any:
        return self.props.get(path)

    @property
    def stack(self) -> str:
        """`urn:pulumi:<stack>::<project>`, which keeps two stacks apart."""
        return "::".join(self.urn.split("::")[:2])

    @property
    def environment(self) -> str:
        """The stack's own name, with which names of resources begin."""
        return self.urn.split("::", 1)[0].rsplit(":", 1)[-1]

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Its policy documents, parsed when a rule first asks."""
        return documents(self.type, self.props)

    @cached_property
    def own_accounts(self) -> frozenset[str]:
        """Accounts that are ours: those that the provider allows. Empty where it names none, or they are not known yet."""
        allowed = as_mapping(self.provider.get("allowedAccountIds"), "allowedAccountIds") if self.provider else None
        return frozenset() if isinstance(allowed, Unknown) else frozenset(str(each) for each in each_of(allowed) if not isinstance(each, Unknown))

    @property
    def kind(self) -> str:
        """The type's class, as people call it: `Queue` of `aws:sqs/queue:Queue`."""
        return self.type.rsplit(":", 1)[-1]

    def tag(self, key: str) -> Any:
        """The value of a tag: its own, else from the provider's default tags. May be `Unknown`; `None` where not set."""
        for path in (f"tags.{key}", f"tagsAll.{key}"):
            value = self.get(path)
            if value is not None:
                return value
        default = as_mapping(self.provider.get("defaultTags"), "defaultTags") if self.provider else None
        tags = as_mapping(default.get("tags"), "defaultTags.tags") if isinstance(default, Values) else default
        return tags.get(key) if isinstance(tags, Values) else tags

    def referred(self, path: str, type_: str) -> Iterator["Resource"]:
        """Resources of a type that the property was made from, also through another one (function <- alias <- mapping)."""
        seen: set[str] = set()
        pending = list(self.references.get(path, ()))
        while pending:
            other = pending.pop()
            if other.urn in seen:
                continue
            seen.add(other.urn)
            if other.type == type_:
                yield other
            elif other.type == ALIAS:
                pending.extend(other.references.get("functionName", ()))


@dataclass(frozen=True)
class Stack:
    resources: tuple[Resource, ...]
    given: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)
    """URN -> names of the inputs that the program gave, where the judge has seen them. What is here as a resource holds outputs, and AWS fills
    in much that nobody gave: the policy of a queue that another resource writes, for example."""
    notes: dict[str, dict[Any, Any]] = field(default_factory=dict, compare=False)
    """What a rule works out once for all resources, by the rule's own name."""

    def gives(self, resource: Resource, name: str) -> bool:
        """Whether the program itself gives a resource the input. Not where nobody knows: it was judged when it was made."""
        return name in self.given.get(resource.urn, ())

    def of(self, *types: str) -> list[Resource]:
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    def holders(self, type_: str, path: str) -> "Holders":
        """The resources of a type by what their property at `path` leads to; looked through once for each path."""
        known = self._holders.get((type_, path))
        if known is None:
            known = self._holders[(type_, path)] = Holders.of(self.of(type_), path)
        return known

    def named(self, type_: str, name: str) -> list[Resource]:
        """The resources of a type that are called so: by name, ARN, URL or whatever else names them in letters."""
        known = self._named.get(type_)
        if known is None:
            known = self._named[type_] = {}
            for resource in self.of(type_):
                for text in {value for key in IDENTITIES if isinstance(value := resource.get(key), str)}:
                    known.setdefault(text, []).append(resource)
        return known.get(name, [])

    @cached_property
    def _named(self) -> dict[str, dict[str, list[Resource]]]:
        return {}

    @cached_property
    def _holders(self) -> dict[tuple[str, str], "Holders"]:
        return {}

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found


IDENTITIES = ("arn", "name", "bucket", "url", "keyId", "id", "alarmName")
"""Outputs by which another resource may name this one in letters."""


@dataclass(frozen=True)
class Holders:
    """Resources by what one of their properties leads to: a resource that the engine knows it was made from, or a literal."""

    by_urn: Mapping[str, list[Resource]]
    by_text: Mapping[str, list[Resource]]
    unknown: tuple[Resource, ...]
    """Those whose value is not known, and of which the engine does not say what it was made from."""
    path: str

    @classmethod
    def of(cls, resources: list[Resource], path: str) -> "Holders":
        by_urn: dict[str, list[Resource]] = {}
        by_text: dict[str, list[Resource]] = {}
        unknown = []
        for resource in resources:
            made_from = resource.references.get(path.split(".", 1)[0], ())
            for other in made_from:
                for meant in (other, *other.references.get("functionName", ())) if other.type == ALIAS else (other,):
                    by_urn.setdefault(meant.urn, []).append(resource)
            value = resource.get(path)
            if isinstance(value, str):
                by_text.setdefault(value, []).append(resource)
            elif isinstance(value, Unknown) and not made_from:
                unknown.append(resource)
        return cls(by_urn, by_text, tuple(unknown), path)

    def to(self, target: Resource) -> list[Resource]:
        """Those that lead to the resource."""
        found = list(self.by_urn.get(target.urn, ()))
        for name in IDENTITIES:
            value = target.get(name)
            if isinstance(value, str):
                found += [each for each in self.by_text.get(value, ()) if all(each is not other for other in found)]
        return found

    def may_lead_to(self, target: Resource) -> list[Resource]:
        """The same. Raises `Undecided` where there is none, and what one leads to is not known yet."""
        found = self.to(target)
        if not found and self.unknown:
            raise Undecided(self.path)
        return found
