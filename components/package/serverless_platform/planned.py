"""What a component makes is decided before it makes anything: by the plan of its workload, or, where it is used by itself, from its own arguments.

Both go through the same functions of the contract, so defaults, names, permissions and alarms cannot differ.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

import pulumi
import pydantic

from platform_contract.plan.foundation import own_tags
from platform_contract.plan.platform import Platform
from platform_contract.platform.diagnostics import Problem, ProblemsError, choices, did_you_mean, from_validation
from platform_contract.platform.name_limits import PhysicalNameError
from platform_contract.platform.scope import NamedSpec, OwnerSpec, Scope
from platform_contract.platform.settings import Settings

Plan = TypeVar("Plan")
Asked = TypeVar("Asked", bound=pydantic.BaseModel)

PLATFORM = frozenset({"layer_arn", "token_issuer", "token_audiences", "user_pool_arn"})
"""Arguments that are as the platform exports them where they are not given."""

COMMON = frozenset({"scope", "key_arn", "alarm_topic_arn", "overrides"})
"""Arguments that mean the same for every component."""


@dataclass(frozen=True)
class Shared:
    """What all components of a workload have in common."""

    workload: str
    account_id: str
    region: str
    boundary_arn: str
    tags: Mapping[str, str]
    alarm_topic_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]


@dataclass(frozen=True)
class Planned(Generic[Plan]):
    """All that a component needs."""

    plan: Plan
    shared: Shared
    given: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that no plan can hold: what AWS assigns, code, files."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Inputs of its main resource that its user sets in another way."""

    def inputs(self, **decided: Any) -> dict[str, Any]:
        """Inputs of the main resource, with what its user overrides."""
        return {**decided, **self.overrides}


def planned(
    component: str, name: str, args: Any, declared: type, asked: type[Asked], plan: Callable[[Scope, Asked], Plan],
    main: type[pulumi.CustomResource] | None = None,
) -> Planned[Plan]:  # fmt: skip
    """What the component `component` called `name` makes.

    args: `Planned`, from the workload that the component belongs to; or arguments as its TypedDict `declared` describes them. Their plain values are checked by
        the model `asked` of the contract, and `plan` decides from them.
    main: its main resource, whose inputs `overrides` may set.
    Raises ProblemsError with everything that is wrong, before anything is registered.
    """
    if isinstance(args, Planned):
        return args
    place = f"{component} '{name}'"
    overrides = {_snake(key): value for key, value in (args.get("overrides") or {}).items()}
    spec, wrong = plain_values(place, args, declared, asked)
    problems = [*_misnamed(place, name), *wrong, *_unknown_inputs(place, main, overrides)]
    scope = platform = None
    try:
        if "scope" in args:
            scope, platform = _scope(place, args["scope"])
    except ProblemsError as invalid:
        problems += invalid.problems
    if problems or spec is None or scope is None or platform is None:
        raise ProblemsError(problems)
    try:
        decided = plan(scope, spec)
    except PhysicalNameError as refused:
        raise ProblemsError([Problem(place, "", "", refused.of_manifest, refused.fix)]) from None
    given = {key: value for key, value in args.items() if key not in asked.model_fields and key not in COMMON}
    given |= {key: value for key in declared.__annotations__ if key not in given and key in PLATFORM and (value := getattr(platform, key)) is not None}
    return Planned(decided, _shared(place, scope, platform, declared, args), given, overrides)


def plain_values(place: str, args: Mapping[str, Any], declared: type, asked: type[Asked]) -> tuple[Asked | None, list[Problem]]:
    """The plain values among the arguments of the component at `place`, as the model `asked` has them, and everything that is wrong with the arguments.

    declared: its TypedDict: keys that it lacks are refused, keys that it requires must be there.
    """
    problems = list(_undeclared(place, declared, asked, args))
    fields = {key: value for key, value in args.items() if key in asked.model_fields and value is not None}
    try:
        return asked.model_validate(fields, strict=False), problems  # over the wire a component gets whole numbers as floats
    except pydantic.ValidationError as invalid:
        return None, problems + from_validation(invalid, asked, place)


def _misnamed(place: str, name: str) -> list[Problem]:
    """Its name becomes part of names in AWS, as a name in a manifest does."""
    try:
        NamedSpec(name=name)
    except pydantic.ValidationError as invalid:
        return [Problem(place, "", "", f"its name {it.rule}", it.fix) for it in from_validation(invalid, NamedSpec, place)]
    return []


def _undeclared(place: str, declared: type, asked: type[pydantic.BaseModel], args: Mapping[str, Any]) -> Iterator[Problem]:
    """Arguments that the component does not have, and those that it needs besides what `asked` checks."""
    known = declared.__annotations__
    for key in args:
        if key not in known:
            yield Problem(place, key, "", "is not known here", did_you_mean(key, known) or f"remove it; known are {choices(sorted(known))}")
    for key in sorted(declared.__required_keys__ - set(asked.model_fields)):  # type: ignore[attr-defined]
        if args.get(key) is None:
            yield Problem(place, key, "", "is required", f"add `{key}`")


def _unknown_inputs(place: str, main: type[pulumi.CustomResource] | None, overrides: Mapping[str, Any]) -> Iterator[Problem]:
    if main is not None:
        known = inputs_of(main)
        for key in overrides:
            if key not in known:
                yield Problem(place, f"overrides.{key}", "", f"is no input of {main.__name__}", did_you_mean(key, known) or f"choose one of {choices(known)}")


def inputs_of(kind: type[pulumi.CustomResource]) -> tuple[str, ...]:
    """Names of the inputs of a type of resource (a class of pulumi_aws): those of its class of arguments."""
    arguments = getattr(sys.modules[kind.__module__], f"{kind.__name__}Args")
    return tuple(sorted(name for name in inspect.signature(arguments).parameters if not name.startswith("_")))


def _scope(place: str, args: Mapping[str, Any]) -> tuple[Scope, Platform]:
    """Raises ProblemsError."""
    try:
        platform = _platform(args.get("platform") or "")
    except ValueError as invalid:
        raise ProblemsError([Problem(place, "scope.platform", "", str(invalid), "")]) from None
    try:
        owner = OwnerSpec.model_validate({key: value for key, value in args.items() if key != "platform" and value is not None})
    except pydantic.ValidationError as invalid:
        raise ProblemsError(Problem(place, f"scope.{it.field}", it.value, it.rule, it.fix) for it in from_validation(invalid, OwnerSpec, place)) from None
    teams = platform.settings.teams
    if owner.owner not in teams:
        raise ProblemsError([Problem(place, "scope.owner", owner.owner, "is no team of the platform's settings", f"choose one of {choices(sorted(teams))}")])
    return Scope(platform.settings, owner.workload, owner.owner, owner.data_class, owner.summary), platform


def settings_of(scope: Mapping[str, Any]) -> Settings:
    """Of the stack in which a component is made. Raises ValueError."""
    return _platform(scope["platform"]).settings


@lru_cache(maxsize=8)
def _platform(text: str) -> Platform:
    """Read once for all components of a program."""
    return Platform.from_text(text)


def _shared(place: str, scope: Scope, platform: Platform, declared: type, args: Mapping[str, Any]) -> Shared:
    """Raises ProblemsError where nobody would be told of an alarm."""
    topic = args.get("alarm_topic_arn") or platform.alarm_topic_arn
    if topic is None and "alarm_topic_arn" in declared.__annotations__:
        raise ProblemsError([Problem(place, "alarm_topic_arn", "", "is neither given nor in `scope.platform`", "export `platform` again after an update of that stack")])
    settings = scope.settings
    return Shared(
        workload=scope.workload, account_id=settings.account_id, region=settings.region, boundary_arn=settings.boundary_arn,
        tags=own_tags(settings, scope.owner, scope.workload, scope.data_class), alarm_topic_arn=topic or "", key_arn=args.get("key_arn") or "",
    )  # fmt: skip


def _snake(name: str) -> str:
    """`readCapacity` -> `read_capacity`: programs in other languages write inputs as the schema does."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[0].lower()}", name)
