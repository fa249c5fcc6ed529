"""How every component checks its arguments: before anything is registered, all problems at once, in words for people."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pulumi
import pydantic

Knobs = TypeVar("Knobs", bound=pydantic.BaseModel)


class PlainArguments(pydantic.BaseModel):
    """Base of the private models that check a component's plain arguments; inputs that carry outputs pass by untouched.

    Lax on purpose: over the wire a component package receives whole numbers as floats (30.0), which pydantic turns into
    30 and for 30.5 refuses. `hide_input_in_errors`, because an argument may be a secret."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def checked(kind: str, name: str, model: type[Knobs], declared: type, args: Mapping[str, Any]) -> Knobs:
    """The plain arguments of component `kind` called `name`, checked by `model`.

    `declared` is the component's TypedDict of arguments: keys that it lacks are refused, keys that it requires must be
    there. Raises ValueError with every problem, one a line: component, field, value, rule.
    """
    wrong = []
    known = declared.__annotations__
    for key in sorted(set(args) - set(known)):
        wrong.append(f"{key}: is no argument of {kind}; it takes {', '.join(sorted(known))}")
    for key in sorted(declared.__required_keys__ - set(args)):  # type: ignore[attr-defined]
        wrong.append(f"{key}: is required")
    plain = {key: value for key, value in args.items() if value is not None}
    try:
        result = model.model_validate(plain)
    except pydantic.ValidationError as invalid:
        missing = declared.__required_keys__ - set(args)  # type: ignore[attr-defined]
        for error in invalid.errors(include_url=False, include_context=False):
            if error["type"] == "missing" and error["loc"][0] in missing:
                continue
            wrong.append(f"{_path(error['loc'])}{_value(args, error['loc'])}: {error['msg']}")
    if wrong:
        raise ValueError("\n".join(f"{kind} '{name}': {problem}" for problem in wrong))
    return result


def validated(kind: str, name: str, model: type[Knobs], values: Mapping[str, Any]) -> Knobs:
    """The plain values of component `kind` called `name` as `model` of the contract, which declares and limits each of them once.

    Raises ValueError with every problem, one a line: component, field, rule.
    """
    try:
        return model.model_validate(values)
    except pydantic.ValidationError as invalid:
        found = invalid.errors(include_url=False, include_context=False, include_input=False)
        raise ValueError("\n".join(f"{kind} '{name}': {_path(each['loc'])}: {each['msg']}" for each in found)) from None


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))


def _value(args: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    """`=4000` for a number or a truth value; text is not repeated, it may be a secret."""
    value: Any = args
    try:
        for part in location:
            value = value[part]
    except (KeyError, IndexError, TypeError):
        return ""
    return f"={value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def settled_with(value: pulumi.Output[str], resource: pulumi.CustomResource) -> pulumi.Output[str]:
    """`value`, and whoever uses it comes after `resource`: for what is of use only once something else is in force."""
    return pulumi.Output.all(value, resource.id).apply(lambda both: str(both[0]))
