"""A secret, and a plain parameter: what functions have to know and no file may hold, or what differs by environment."""

from typing import Annotated

from pydantic import Field

from platform_contract.kinds.secret import limits
from platform_contract.platform.text_types import Form, Name, Sentence, Strict

FieldName = Annotated[
    str,
    Form("[A-Za-z_][A-Za-z0-9_]*", "must be a name of letters, digits and underscores", "write it like api_key, as the secret's JSON object has it"),
]


class RotationSpec(Strict):
    """A new value every so many days, without anybody: generated, handed over, tried, and only then the current one. The embedded cloud does not begin
    rotations."""

    every_days: int = Field(
        ge=1, le=limits.MAXIMUM_ROTATION_DAYS,
        description=f"Days from one rotation to the next; above {limits.RECOMMENDED_ROTATION_DAYS} only with a waiver of the guardrail.",
    )  # fmt: skip
    field: FieldName | None = Field(default=None, description="Field of the secret's JSON object that holds the value; without it, the whole text is the value.")
    function: Name | None = Field(
        default=None,
        description="Function of this workload that hands a new value to the other side and tries it there; without one, nobody but readers of the "
        "secret has to know the value, such as of a key that signs.",
    )  # fmt: skip


Holds = Annotated[Sentence, Field(description="What it is for and where its value comes from: for whoever has to set it.")]


class SecretSpec(Strict):
    """A secret in Secrets Manager, encrypted with the workload's key. Its value is set by whoever has it, or by its rotation; never by the program."""

    holds: Holds
    rotation: RotationSpec | None = Field(default=None, description="Replaces its value regularly; without it, that is somebody's work.")
