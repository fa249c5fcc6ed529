"""Secrets and plain parameters, and how a secret gets new values by itself."""

import pulumi
from pulumi_aws import secretsmanager, ssm

from platform_contract.kinds.parameter.plan import plan_parameter
from platform_contract.kinds.parameter.spec import ParameterSpec
from platform_contract.kinds.secret.by_itself import SecretSpecByItself
from platform_contract.kinds.secret.plan import plan_secret
from platform_contract.kinds.secret.spec import SecretSpec
from platform_contract.plan.model import RotationPlan
from platform_contract.platform.documents import SECRETS
from platform_contract.platform.scope import Connections

from ..args.parameter import ParameterArgs
from ..args.secret import SecretArgs
from ..planned import Planned, planned
from .permission import permit


class Secret(pulumi.ComponentResource):
    """A secret without a value: whoever has the value sets it, so that neither program nor state holds it."""

    physical_name: pulumi.Output[str]
    """Name of the secret."""
    arn: pulumi.Output[str]
    """ARN of the secret."""

    def __init__(self, name: str, args: SecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("Secret", name, args, SecretArgs, SecretSpecByItself, lambda scope, spec: plan_secret(scope, name, SecretSpec(holds=spec.holds), Connections()), secretsmanager.Secret)
        super().__init__("serverless-platform:index:Secret", name, {"physicalName": made.plan.physical_name}, opts)
        plan, shared = made.plan, made.shared
        self._secret = secretsmanager.Secret(
            name,
            **made.inputs(
                name=plan.physical_name, description=plan.description, kms_key_id=shared.key_arn, recovery_window_in_days=plan.recovery_days, tags=shared.tags
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=plan.protect),
        )  # fmt: skip
        self.physical_name, self.arn = self._secret.name, self._secret.arn
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn})


class Parameter(pulumi.ComponentResource):
    """A value that functions read while they run, so that it can be changed without an update of them."""

    physical_name: pulumi.Output[str]
    """Name of the parameter."""

    def __init__(self, name: str, args: ParameterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("Parameter", name, args, ParameterArgs, ParameterSpec, lambda scope, spec: plan_parameter(scope, name, spec, Connections()), ssm.Parameter)
        super().__init__("serverless-platform:index:Parameter", name, {"physicalName": made.plan.physical_name}, opts)
        self._parameter = ssm.Parameter(
            name, **made.inputs(name=made.plan.physical_name, type="String", tier="Standard", value=made.plan.value, tags=made.shared.tags),
            opts=pulumi.ResourceOptions(parent=self),
        )  # fmt: skip
        self.physical_name = self._parameter.name
        self.register_outputs({"physical_name": self.physical_name})


class Rotation(pulumi.ComponentResource):
    """A secret that gets a new value every so many days, by a function that Secrets Manager calls step by step."""

    every_days: pulumi.Output[int]
    """Days from one rotation to the next."""

    def __init__(self, name: str, made: Planned[RotationPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless-platform:index:Rotation", name, {"everyDays": made.plan.every_days}, opts)
        self._name, self._plan, self._shared, self._given = name, made.plan, made.shared, made.given
        self._make_initial_version()
        self._make_rotation()
        self.every_days = pulumi.Output.from_input(self._plan.every_days)
        self.register_outputs({"every_days": self.every_days})

    def _make_initial_version(self) -> None:
        """With a label of its own: Secrets Manager makes it the current version only if there is none, so no value that somebody set is lost."""
        self._initial = secretsmanager.SecretVersion(
            f"{self._name}-initial", secret_id=self._given["secret_arn"], secret_string=self._plan.initial_text, version_stages=[self._plan.initial_label],
            # Labels move on with every rotation; and another text would be another version.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString", "versionStages"]),
        )  # fmt: skip

    def _make_rotation(self) -> None:
        permission = permit(
            f"{self._name}-invoke", SECRETS, self._given["target"], self._given["secret_arn"], pulumi.ResourceOptions(parent=self), self._shared.account_id
        )
        secretsmanager.SecretRotation(
            self._name, secret_id=self._given["secret_arn"], rotation_lambda_arn=self._given["target"]["alias_arn"], rotate_immediately=self._plan.at_once,
            rotation_rules=secretsmanager.SecretRotationRotationRulesArgs(automatically_after_days=self._plan.every_days),
            # Secrets Manager tries at once whether it may invoke the function, and has it read a version.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission, self._initial]),
        )  # fmt: skip
