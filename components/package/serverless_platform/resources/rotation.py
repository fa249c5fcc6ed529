"""What lets Secrets Manager rotate a secret with a function."""

from typing import TypedDict

import pulumi
import pydantic
from pulumi_aws import lambda_, secretsmanager

from ..arguments import PlainArguments, checked


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


class _Knobs(PlainArguments):
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
        knobs = checked("Rotation", name, _Knobs, RotationArgs, args)
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
