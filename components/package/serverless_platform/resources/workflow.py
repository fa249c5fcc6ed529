"""A Step Functions workflow with its role, log group and alarms."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import sfn

from platform_contract.platform.documents import STATES

from ..arguments import PlainArguments, checked
from ..iam.grants import KeyStatementArgs, StatementArgs, make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import AlarmArgs, make_alarms
from ..monitoring.logs import make_log_group


class WorkflowArgs(TypedDict):
    """Arguments of a Workflow."""

    physical_name: str
    """Name of the state machine, at most 80 characters."""
    arn: str
    """ARN that the state machine will have: only it may take the role."""
    type: str
    """STANDARD or EXPRESS."""
    definition: str
    """Amazon States Language, as JSON text."""
    steps: list[pulumi.Input[str]]
    """ARNs of the aliases of its functions: outputs of Functions, so that it comes after them."""
    role_name: str
    """Name of its role, at most 64 characters."""
    account_id: str
    """Account in which Step Functions may take the role."""
    boundary_arn: str
    """ARN of the permissions boundary of the role."""
    log_group_name: str
    """Name of its log group."""
    log_retention_days: int
    """How long its log is kept, in days."""
    log_protection: NotRequired[str]
    """Data protection policy of its log group as JSON text; without it nothing is masked there."""
    log_level: str
    """ALL, ERROR, FATAL or OFF."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key: encrypts its log and what goes through it."""
    key_reuse_seconds: int
    """How long Step Functions reuses a data key before it asks KMS again, in seconds, 60 to 900."""
    statements: list[StatementArgs]
    """What its role may: invoke its functions, log, trace."""
    key_statements: list[KeyStatementArgs]
    """What its role needs of the workload's key."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    type: str = pydantic.Field(pattern="^(STANDARD|EXPRESS)$")
    definition: pydantic.Json
    log_level: str = pydantic.Field(pattern="^(ALL|ERROR|FATAL|OFF)$")
    log_retention_days: int = pydantic.Field(ge=1, le=3653)
    log_protection: str | None = pydantic.Field(default=None, max_length=30_720)
    key_reuse_seconds: int = pydantic.Field(ge=60, le=900)


class Workflow(pulumi.ComponentResource):
    """A state machine that may invoke its own functions and nothing else, encrypted, traced and logged."""

    arn: pulumi.Output[str]
    """ARN of the state machine."""
    physical_name: pulumi.Output[str]
    """Name of the state machine."""
    log_group_name: pulumi.Output[str]
    """Name of its log group."""

    def __init__(self, name: str, args: WorkflowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Workflow", name, _Knobs, WorkflowArgs, args)
        super().__init__("serverless-platform:index:Workflow", name, {"physicalName": knobs.physical_name, "type": knobs.type}, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_log_group()
        self._make_role()
        self._make_machine()
        make_alarms(name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"], opts=self._child)
        self.arn, self.physical_name, self.log_group_name = self._machine.arn, self._machine.name, self._log_group.name
        self.register_outputs({"arn": self.arn, "physical_name": self.physical_name, "log_group_name": self.log_group_name})

    def _make_log_group(self) -> None:
        self._log_group = make_log_group(
            self._name, group_name=self._args["log_group_name"], retention_days=self._knobs.log_retention_days,
            key_arn=self._args["key_arn"], tags=self._args["tags"], opts=self._child,
            protection=self._knobs.log_protection,
        )  # fmt: skip

    def _make_role(self) -> None:
        args = self._args
        self._role = make_role(
            self._name, role_name=args["role_name"], description=f"Of the workflow {args['physical_name']}, of it alone.",
            account_id=args["account_id"], boundary_arn=args["boundary_arn"], tags=args["tags"], opts=self._child,
            service=STATES, source_arn=args["arn"],
        )  # fmt: skip
        self._policies = make_policies(
            self._name, role=self._role, statements=args["statements"], key_arn=args["key_arn"],
            key_statements=args["key_statements"], opts=self._child,
        )  # fmt: skip

    def _make_machine(self) -> None:
        args = self._args
        # The ARNs of its functions are text in it, known at preview; that it comes after them, their outputs say.
        after = pulumi.Output.all(*args["steps"]).apply(lambda _: args["definition"])
        self._machine = sfn.StateMachine(
            self._name, name=args["physical_name"], type=self._knobs.type, role_arn=self._role.arn, definition=after,
            publish=False, tags=args["tags"],
            logging_configuration=sfn.StateMachineLoggingConfigurationArgs(
                level=self._knobs.log_level, log_destination=pulumi.Output.concat(self._log_group.arn, ":*"),
                # Inputs and outputs are the workload's data; steps log what they may by themselves.
                include_execution_data=False,
            ),
            tracing_configuration=sfn.StateMachineTracingConfigurationArgs(enabled=True),
            encryption_configuration=sfn.StateMachineEncryptionConfigurationArgs(
                type="CUSTOMER_MANAGED_KMS_KEY", kms_key_id=args["key_arn"],
                kms_data_key_reuse_period_seconds=self._knobs.key_reuse_seconds,
            ),
            # Step Functions tries whether the role may log and use the key, and refuses the state machine if it may not.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._policies),
        )  # fmt: skip
