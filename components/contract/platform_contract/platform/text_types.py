"""Kinds of text, and fields, that settings and kinds share: each with its pattern, and the rule in words."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from platform_contract.platform.diagnostics import broken


class Strict(BaseModel):
    """Base of everything that people write: frozen, no unknown keys, no silent conversion (`yes` is no number)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True)
class Form:
    """What text has to look like: `rule` and `fix` are what the reader is told if it does not."""

    pattern: str
    rule: str
    fix: str
    """What to do; `{near}` stands for the nearest text of the form."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise broken(self.rule, self.fix.replace("{near}", nearest_name(value)))
        return value


def nearest_name(text: str) -> str:
    """`my.Trial` -> `my-trial`: the name that somebody may have meant; `paid-orders` where nothing of it can be kept."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", text.removesuffix(".yaml"))
    words = [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]
    name = "-".join(words).lstrip("-0123456789")
    return name or "paid-orders"


Name = Annotated[
    str,
    Form(
        "[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "must be lower-case letters and digits in words joined by single dashes, beginning with a letter",
        "write it like `{near}`",
    ),
]
"""Name of a workload, function, table, queue, bucket or team: becomes part of names in AWS and of environment variables."""

Sentence = Annotated[
    str,
    Form(
        r"(?=.*\S)[^\n]{3,256}", "must be one line of 3 to 256 characters", "write one sentence for a reader who does not know it"
    ),
]
"""A line of prose."""

Email = Annotated[str, Form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "must be an e-mail address", "write it like name@example.com")]

Attribute = Annotated[
    str,
    Form(
        r"[A-Za-z_][A-Za-z0-9_.-]{0,254}",
        "must be the name of an attribute: letters, digits, `_`, `-` and `.`, beginning with a letter",
        "write it like `order_id`",
    ),
]
"""Name of a DynamoDB attribute. Source: DynamoDB guide, naming rules (key names up to 255 bytes)."""

Generation = Field(
    default=1, ge=1, le=99, description="Count it up to replace the resource by a new, empty one on purpose; 1 at first."
)
"""Field of what holds data."""

KeyPart = Annotated[
    str,
    Form(
        r"(?!/)[A-Za-z0-9!_.'()/-]{0,512}",
        "must be a part of an object's key: letters, digits, `/`, and `!_.'()-`, without `*`, and no `/` at its begin",
        "write it like incoming/ or .jpg",
    ),
]

ModelName = Annotated[
    str,
    Form(r"[A-Z][A-Za-z0-9]{0,63}", "must be the name of a model: letters and digits, beginning with a capital", "write it like OrderPaid"),
]

Origin = Annotated[
    str,
    Form(
        r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?",
        "must be an origin: https://, a host, and perhaps a port; http:// for this machine only",
        "write it like https://shop.example.com, without a slash at its end",
    ),
]


def once(values: list[str]) -> list[str]:
    """For lists in which an entry that comes twice is a mistake."""
    if twice := next((value for value in values if values.count(value) > 1), None):
        raise broken(f"names {twice} twice", "remove one of the two")
    return values


def plain(value: Any) -> Any:
    """For what is passed on as JSON. YAML reads 2027-01-31 as a date and .nan as no number, which JSON has not."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise broken("holds a date or another value that JSON does not have", "write it in quotes") from None
    return value
