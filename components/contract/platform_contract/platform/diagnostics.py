"""Problems of settings and manifests, in words for people: file, field, value, rule, fix. Always all of them at once."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pydantic
from pydantic_core import PydanticCustomError

from platform_contract.platform.absent import PAGE, absent

LONGEST_VALUE = 60
"""Characters of a value that a message repeats."""

SECRET_PARTS = re.compile(r"passw|secret|token|credential|api_?key|private", re.IGNORECASE)
"""A field whose path holds one of these may be a secret by mistake: its value is never repeated."""

WITHHELD = "(not shown)"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong. `value` is text as it may be shown; empty if there is none."""

    file: str
    field: str
    value: str
    rule: str
    fix: str

    def __str__(self) -> str:
        shown = f"={self.value}" if self.value else ""
        where = f"{self.file}: {self.field}{shown}" if self.field else self.file
        return f"{where}: {self.rule}; {self.fix}" if self.fix else f"{where}: {self.rule}"


class ProblemsError(ValueError):
    """Everything that is wrong with what was asked for; nothing has been made of it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [f"{count} problem{'' if count == 1 else 's'}, so nothing was made:"]
        for file in dict.fromkeys(problem.file for problem in self.problems):
            lines += ["", file]
            for problem in self.problems:
                if problem.file == file:
                    lines += _lines(problem)
        return "\n".join(lines)


def _lines(problem: Problem) -> list[str]:
    head = f"  {problem.field}{f' = {problem.value}' if problem.value else ''}" if problem.field else ""
    rule = f"    {problem.rule}" if head else f"  {problem.rule}"
    fix = f"    fix: {problem.fix}" if problem.fix else ""
    return [line for line in (head, rule, fix) if line]


def shown(value: Any, path: str = "") -> str:
    """`value` as a message repeats it: short, and not at all where it may be a secret."""
    if value is None:
        return ""
    if SECRET_PARTS.search(path) or ".environment." in path:
        return WITHHELD
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return "" if value else "{}"
    if isinstance(value, (list, tuple)):
        if not value:
            return "[]"
        if not all(isinstance(each, str) for each in value):
            return ""
        value = ", ".join(value)
    text = str(value).replace("\n", " ")
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or empty if nothing is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def choices(known: Iterable[str]) -> str:
    return ", ".join(known) or "(nothing)"


def broken(rule: str, fix: str, field: str = "") -> PydanticCustomError:
    """What a validator of ours raises: rule and fix go to the reader as they are.

    field: for a rule between fields of a model, the one at which the reader is told.
    """
    return PydanticCustomError("platform_rule", "{rule}; {fix}", {"rule": rule, "fix": fix, "field": field})


def broken_parts(title: str, parts: Iterable[tuple[tuple[int | str, ...], Any, str, str]]) -> pydantic.ValidationError | None:
    """What a validator of ours raises where several things may be wrong inside a value: all of them, each (path, value, rule, fix); None if there are none."""
    errors = [{"type": broken(rule, fix), "loc": path, "input": value} for path, value, rule, fix in parts]
    return pydantic.ValidationError.from_exception_data(title, errors) if errors else None  # type: ignore[arg-type]  # what it takes is not a type of pydantic's own


def field_path(location: Sequence[int | str]) -> str:
    """functions.api.triggers[0].http.route"""
    path = ""
    for part, following in zip(location, [*location[1:], None], strict=True):
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            name = f'"{part}"' if following == "[key]" and "." in str(part) else str(part)  # or it would look like two levels
            path += f".{name}" if path else name
    return path


def from_validation(error: pydantic.ValidationError, model: type[pydantic.BaseModel], file: str) -> list[Problem]:
    """The problems of a pydantic error, none of them in pydantic's words."""
    found = []
    errors = error.errors(include_url=False)
    misspelt = {(*one["loc"][:-1], _meant(model, one["loc"])) for one in errors if one["type"] == "extra_forbidden"}
    for one in errors:
        if one["type"] == "missing" and one["loc"] in misspelt:
            continue  # it is there, under a name that is told
        location, value = one["loc"], one["input"]
        if at := one.get("ctx", {}).get("field"):
            location, value = (*location, at), value.get(at) if isinstance(value, Mapping) else None
        rule, fix = _explain(one, model)
        path = field_path(location)
        withheld = one["type"] in ("missing", "extra_forbidden") or not path
        found.append(Problem(file, path, "" if withheld else shown(value, path), rule, fix))
    return found


def _meant(model: type[pydantic.BaseModel], location: Sequence[int | str]) -> str:
    """Field that an unknown key may stand for; empty if none is near."""
    owner = _owner(model, location)
    near = difflib.get_close_matches(str(location[-1]), list(owner.model_fields) if owner else [], n=1, cutoff=0.6)
    return near[0] if near else ""


def _explain(error: Any, model: type[pydantic.BaseModel]) -> tuple[str, str]:
    """Rule and fix of one pydantic error."""
    kind, context = error["type"], error.get("ctx", {})
    owner = _owner(model, error["loc"])
    last = str(error["loc"][-1]) if error["loc"] else ""
    meaning = _meaning(owner, last)
    if kind == "platform_rule":
        return context["rule"], context["fix"]
    if kind == "missing":
        return "is required" + (f": {_uncapped(meaning)}" if meaning else ""), f"add `{last}`"
    if kind == "extra_forbidden":
        known = list(owner.model_fields) if owner else []
        if asked := absent(error["loc"]):
            not_here = "is deliberately not here" if asked.when == "deliberately" else "is not here yet"
            return not_here, f"{asked.instead}; why: {PAGE}#{asked.anchor}"
        hint = did_you_mean(last, known)
        return "is not known here", (hint or f"remove it; known are {choices(known)}")
    if kind in ("literal_error", "enum"):
        known = re.findall(r"'([^']*)'", context.get("expected", "")) or [context.get("expected", "")]
        if not isinstance(error["input"], str) and shown(error["input"]) in known:
            return f"must be one of {choices(known)}, as text", "write it in quotes"
        return f"must be one of {choices(known)}", did_you_mean(str(error["input"]), known) or "choose one of them"
    because = f": {_uncapped(meaning)}" if meaning else ""
    if kind in BOUNDS:
        key, words, fix = BOUNDS[kind]
        unit = unit_of(last).removesuffix("s") if context[key] == 1 and len(unit_of(last)) > 2 else unit_of(last)
        return f"must be {words} {context[key]:g}{unit}{because}", fix
    if kind in WANTED:
        return f"must be {WANTED[kind]}{because}", _advice(kind, error["input"])
    if kind in ("string_too_short", "too_short"):
        return f"must not be empty{because}", "fill it in"
    if kind in ("string_too_long", "too_long"):
        longest = context.get("max_length")
        unit = "characters" if kind == "string_too_long" else "entries"
        return f"must have at most {longest} {unit}", "shorten it"
    return f"does not have the form that is wanted{because}", "look it up in docs/reference"


BOUNDS = {
    "greater_than_equal": ("ge", "at least", "raise it"), "greater_than": ("gt", "more than", "raise it"),
    "less_than_equal": ("le", "at most", "lower it"), "less_than": ("lt", "less than", "lower it"),
}  # fmt: skip
"""Pydantic's error -> where it keeps the bound, how that reads, what to do."""

UNITS = {"_seconds": " s", "_mb": " MB", "_days": " days", "_hours": " hours", "_usd": " USD", "_percent": " %", "_ms": " ms"}


def unit_of(name: str) -> str:
    """The unit in a field's name, as written behind a number: timeout_seconds -> " s"."""
    for part, unit in UNITS.items():
        if name.endswith(part) or f"{part}_" in name:
            return unit
    return ""


WANTED = {
    "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "float_type": "a number", "float_parsing": "a number", "finite_number": "a number",
    "bool_type": "true or false", "bool_parsing": "true or false",
    "string_type": "text",
    "dict_type": "a mapping (name: value)", "model_type": "a mapping (name: value)", "mapping_type": "a mapping (name: value)",
    "model_attributes_type": "a mapping (name: value)",
    "list_type": "a list", "tuple_type": "a list",
    "date_type": "a date such as 2027-01-31", "date_parsing": "a date such as 2027-01-31",
}  # fmt: skip


def _advice(kind: str, value: Any) -> str:
    if value is None:
        return "fill it in, or remove the key"
    if kind == "string_type" and not isinstance(value, (Mapping, list)):
        return "write it in quotes"
    if kind in ("int_type", "float_type", "bool_type") and isinstance(value, str):
        return _as_plain_value(kind, value)
    if kind in ("list_type", "tuple_type") and isinstance(value, str):
        return f"write [{value}]"
    return f"write {WANTED[kind]}"


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _as_plain_value(kind: str, text: str) -> str:
    """What to write instead of text, where a number or true or false is wanted."""
    if kind == "bool_type":
        return "write it without quotes" if text in ("true", "false") else "write true or false"
    whole = text.strip().replace(",", "").replace("_", "")
    if _NUMBER.fullmatch(whole):
        return "write it without quotes" if whole == text else f"write {whole}"
    if found := _NUMBER.search(whole):
        return f"write the number alone, {found[0]}; the field's name says the unit"
    return f"write {WANTED[kind]}"


def _uncapped(text: str) -> str:
    """A description as the end of a sentence: first letter small, no full stop."""
    text = text.strip().rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _owner(model: type[pydantic.BaseModel], location: Sequence[int | str]) -> type[pydantic.BaseModel] | None:
    """The model that holds the last part of `location`; None if that is an entry of a mapping or list."""
    current: Any = model
    owner: type[pydantic.BaseModel] | None = None
    for part in location:
        owner = None
        if _is_model(current):
            owner = current
            field = owner.model_fields.get(str(part))
            current = _unwrapped(field.annotation) if field else None
        elif get_origin(current) in (dict, list, tuple):
            current = _unwrapped(get_args(current)[-1])
        else:
            current = None
    return owner


def _unwrapped(annotation: Any) -> Any:
    """X out of `Annotated[X, ...]` and `X | None`."""
    if get_origin(annotation) is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return _unwrapped(parts[0]) if len(parts) == 1 else None
    return annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)


def _meaning(owner: type[pydantic.BaseModel] | None, name: str) -> str:
    field = owner.model_fields.get(name) if owner else None
    return (field.description or "") if field else ""
