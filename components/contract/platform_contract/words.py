"""Kinds of text that settings and manifests share: each with its pattern, and the rule in words."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .problems import broken


class Strict(BaseModel):
    """Base of everything that people write: frozen, no unknown keys, no silent conversion (`yes` is no number)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def text(pattern: str, rule: str, fix: str) -> Any:
    """A string of one form; `rule` and `fix` are what the reader is told if it has another."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise broken(rule, fix)
        return value

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"pattern": f"^(?:{pattern})$"})]


Name = text(
    "[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "must be lower-case letters and digits in words joined by single dashes, beginning with a letter",
    "write it like `paid-orders`",
)
"""Name of a workload, function, table, queue, bucket or team: becomes part of names in AWS and of environment variables."""

Sentence = text(r"(?=.*\S)[^\n]{3,256}", "must be one line of 3 to 256 characters", "write one sentence for a reader who does not know it")
"""A line of prose."""

Email = text(r"[^@\s]+@[^@\s]+\.[^@\s]+", "must be an e-mail address", "write it like name@example.com")

Attribute = text(
    r"[A-Za-z_][A-Za-z0-9_.-]{0,254}",
    "must be the name of an attribute: letters, digits, `_`, `-` and `.`, beginning with a letter",
    "write it like `order_id`",
)
"""Name of a DynamoDB attribute. Source: DynamoDB guide, naming rules (key names up to 255 bytes)."""
