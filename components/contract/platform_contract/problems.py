"""Problems of settings and manifests, as people need them: file, field, value, rule, fix. All at once, never the first alone."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError


class Problem(BaseModel):
    """One thing that is wrong, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    file: str
    field: str = ""
    """Path of the field: `functions.api.timeout_seconds`."""
    value: str = ""
    """The value as written; empty where it is missing or may be a secret."""
    rule: str
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: {self.field}" if self.field else self.file
        value = f" = {self.value}" if self.value else ""
        return f"{where}{value}: {self.rule}" + (f"; {self.fix}" if self.fix else "")


class ProblemsError(ValueError):
    """Everything that is wrong with the files that were read."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda it: (it.file, it.field, it.rule)))
        many = len(self.problems) != 1
        super().__init__(f"{len(self.problems)} problem{'s' * many}:\n" + "\n".join(f"  {problem}" for problem in self.problems))


MESSAGES = {
    "missing": ("is required", "add it"),
    "int_type": ("must be a whole number", ""),
    "int_parsing": ("must be a whole number", ""),
    "int_from_float": ("must be a whole number", ""),
    "float_type": ("must be a number", ""),
    "float_parsing": ("must be a number", ""),
    "bool_type": ("must be true or false", ""),
    "bool_parsing": ("must be true or false", ""),
    "string_type": ("must be text", "put it in quotes"),
    "dict_type": ("must be a mapping of names to values", ""),
    "model_type": ("must be a mapping of names to values", ""),
    "list_type": ("must be a list", ""),
    "tuple_type": ("must be a list", ""),
}
"""Rule and fix by pydantic's error type; types that carry a bound are worded in `_worded`."""


def _worded(error: Mapping[str, Any], siblings: Iterable[str]) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = sorted(siblings)
        close = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        return "is no known field", f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        words = {
            "greater_than_equal": (">=", "ge"),
            "less_than_equal": ("<=", "le"),
            "greater_than": (">", "gt"),
            "less_than": ("<", "lt"),
        }
        sign, key = words[kind]
        return f"must be {sign} {context[key]:g}", ""
    if kind in ("literal_error", "enum"):
        expected = context["expected"].replace("'", "")
        close = difflib.get_close_matches(str(error["input"]), expected.replace(" or ", ", ").split(", "), n=1)
        return f"must be one of {expected.replace(' or ', ', ')}", f"did you mean {close[0]!r}?" if close else ""
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}", ""
    if kind in ("string_too_long", "string_too_short", "too_short", "too_long"):
        bound = context.get("max_length", context.get("min_length"))
        unit = "characters" if kind.startswith("string") else "entries"
        return f"must have at {'most' if 'max_length' in context else 'least'} {bound} {unit}", ""
    if kind == "value_error":
        rule, _, fix = str(context["error"]).partition("; ")
        return rule, fix
    return MESSAGES.get(kind, (str(error["msg"])[:1].lower() + str(error["msg"])[1:], ""))


def _fields_at(model: type[BaseModel], location: Iterable[int | str]) -> list[str]:
    """Names of the fields beside the one at `location`, for `did you mean`."""
    current: Any = model
    for part in location:
        fields = getattr(current, "model_fields", None)
        if fields is not None:
            if part not in fields:
                return []
            current = fields[part].annotation
        current = _model_in(current)
        if current is None:
            return []
    return list(getattr(current, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _model_in(inner)) is not None:
            return found
    return None


def problems_of(error: ValidationError, model: type[BaseModel], file: str) -> list[Problem]:
    """Pydantic's errors in people's words."""
    problems = []
    for item in error.errors(include_url=False):
        siblings = _fields_at(model, item["loc"][:-1]) if item["loc"] else []
        rule, fix = _worded(item, siblings)
        plain = isinstance(item["input"], str | int | float) and item["type"] not in ("missing", "extra_forbidden")
        value = str(item["input"])[:60] if plain else ""
        problems.append(Problem(file=file, field=".".join(map(str, item["loc"])), value=value, rule=rule, fix=fix))
    return problems
