"""A secret, whose value no program holds, and a plain parameter."""

from typing import TypedDict

import pulumi
import pydantic
from pulumi_aws import secretsmanager, ssm

from ..arguments import PlainArguments, checked


class SecretArgs(TypedDict):
    """Arguments of a Secret."""

    physical_name: str
    """Name of the secret, at most 512 characters."""
    description: str
    """One sentence: what it is for and where its value comes from."""
    recovery_days: int
    """Days for which it can be brought back after a deletion, 7 to 30, or 0: gone at once."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    protect: bool
    """Refuse deletion by Pulumi."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _SecretKnobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")
    description: str = pydantic.Field(min_length=1, max_length=2048)
    recovery_days: int = pydantic.Field(ge=0, le=30)
    protect: bool

    @pydantic.field_validator("recovery_days")
    @classmethod
    def _whole_week(cls, days: int) -> int:
        if 0 < days < 7:
            raise ValueError("must be 0, or 7 to 30")
        return days


class Secret(pulumi.ComponentResource):
    """A secret without a value: whoever has the value sets it, so that neither program nor state holds it."""

    physical_name: pulumi.Output[str]
    """Name of the secret."""
    arn: pulumi.Output[str]
    """ARN of the secret."""

    def __init__(self, name: str, args: SecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Secret", name, _SecretKnobs, SecretArgs, args)
        super().__init__("serverless-platform:index:Secret", name, {"physicalName": knobs.physical_name}, opts)
        self._secret = secretsmanager.Secret(
            name, name=knobs.physical_name, description=knobs.description, kms_key_id=args["key_arn"],
            recovery_window_in_days=knobs.recovery_days, tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=knobs.protect),
        )  # fmt: skip
        self.physical_name, self.arn = self._secret.name, self._secret.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})


class ParameterArgs(TypedDict):
    """Arguments of a Parameter."""

    physical_name: str
    """Name of the parameter: a path that begins with a slash."""
    value: str
    """Its value, at most 4096 characters. No secret: it is readable in the console."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _ParameterKnobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^/[A-Za-z0-9_./-]{1,1010}$")
    value: str = pydantic.Field(min_length=1, max_length=4096)


class Parameter(pulumi.ComponentResource):
    """A value that functions read while they run, so that it can be changed without an update of them."""

    physical_name: pulumi.Output[str]
    """Name of the parameter."""

    def __init__(self, name: str, args: ParameterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Parameter", name, _ParameterKnobs, ParameterArgs, args)
        super().__init__("serverless-platform:index:Parameter", name, {"physicalName": knobs.physical_name}, opts)
        self._parameter = ssm.Parameter(
            name, name=knobs.physical_name, type="String", tier="Standard", value=knobs.value, tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self),
        )  # fmt: skip
        self.physical_name = self._parameter.name
        self.register_outputs({"physical_name": self.physical_name})
