"""Secrets and plain parameters, and how a secret gets new values by itself."""

from typing import TypedDict

import pulumi
import pydantic
from pulumi_aws import lambda_, secretsmanager, ssm

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


class RotationArgs(TypedDict):
    """Arguments of a Rotation."""

    secret_arn: pulumi.Input[str]
    """ARN of the secret."""
    function_name: pulumi.Input[str]
    """Name of the function that does the steps of a rotation."""
    alias_name: pulumi.Input[str]
    """Its alias."""
    alias_arn: pulumi.Input[str]
    """ARN of the alias: the output of a Function, so that the rotation comes after the role's policies."""
    account_id: str
    """Account in whose name Secrets Manager may invoke the function."""
    every_days: int
    """Days from one rotation to the next, 1 to 1000."""
    at_once: bool
    """Whether the first rotation begins now; otherwise after the first period, and now Secrets Manager only has the function test the value that
    there is."""
    initial_label: str
    """Label of the version that is made here: a secret without a version cannot be rotated."""
    initial_text: str
    """What that version holds. No secret: it is in the program's state."""


class _RotationKnobs(PlainArguments):
    account_id: str = pydantic.Field(pattern=r"^\d{12}$")
    every_days: int = pydantic.Field(ge=1, le=1000)
    at_once: bool
    initial_label: str = pydantic.Field(pattern=r"^[A-Za-z0-9_-]{1,256}$")
    initial_text: str = pydantic.Field(min_length=1, max_length=65536)


class Rotation(pulumi.ComponentResource):
    """A secret that gets a new value every so many days, by a function that Secrets Manager calls step by step."""

    every_days: pulumi.Output[int]
    """Days from one rotation to the next."""

    def __init__(self, name: str, args: RotationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Rotation", name, _RotationKnobs, RotationArgs, args)
        super().__init__("serverless-platform:index:Rotation", name, {"everyDays": knobs.every_days}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._make_initial_version()
        self._make_rotation()
        self.every_days = pulumi.Output.from_input(knobs.every_days)
        self.register_outputs({"every_days": self.every_days})

    def _make_initial_version(self) -> None:
        """With a label of its own: Secrets Manager makes it the current version only if there is none, so no value that somebody set is lost."""
        knobs = self._knobs
        self._initial = secretsmanager.SecretVersion(
            f"{self._name}-initial", secret_id=self._args["secret_arn"], secret_string=knobs.initial_text, version_stages=[knobs.initial_label],
            # Labels move on with every rotation; and another text would be another version.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString", "versionStages"]),
        )  # fmt: skip

    def _make_rotation(self) -> None:
        args, knobs = self._args, self._knobs
        permission = lambda_.Permission(
            f"{self._name}-invoke", action="lambda:InvokeFunction", principal="secretsmanager.amazonaws.com", function=args["function_name"],
            qualifier=args["alias_name"], source_arn=args["secret_arn"], source_account=knobs.account_id,
            opts=pulumi.ResourceOptions(parent=self),
        )  # fmt: skip
        secretsmanager.SecretRotation(
            self._name, secret_id=args["secret_arn"], rotation_lambda_arn=args["alias_arn"], rotate_immediately=knobs.at_once,
            rotation_rules=secretsmanager.SecretRotationRotationRulesArgs(automatically_after_days=knobs.every_days),
            # Secrets Manager tries at once whether it may invoke the function, and has it read a version.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission, self._initial]),
        )  # fmt: skip
