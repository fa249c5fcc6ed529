"""A Step Functions workflow with its role, log group and alarms."""

import pulumi
from pulumi_aws import sfn

from platform_contract.kinds.workflow.plan import WorkflowPlan
from platform_contract.platform.documents import STATES

from ..iam.grants import make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import make_alarms
from ..monitoring.logs import make_log_group
from ..planned import Planned


class Workflow(pulumi.ComponentResource):
    """A state machine that may invoke its own functions and nothing else, encrypted, traced and logged."""

    arn: pulumi.Output[str]
    """ARN of the state machine."""
    physical_name: pulumi.Output[str]
    """Name of the state machine."""
    log_group_name: pulumi.Output[str]
    """Name of its log group."""

    def __init__(self, name: str, made: Planned[WorkflowPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless-platform:index:Workflow", name, {"physicalName": made.plan.physical_name, "type": made.plan.type}, opts)
        self._name, self._plan, self._shared, self._given = name, made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_log_group()
        self._make_role()
        self._make_machine()
        make_alarms(name, self._plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child)
        self.arn, self.physical_name, self.log_group_name = self._machine.arn, self._machine.name, self._log_group.name
        self.register_outputs({"arn": self.arn, "physical_name": self.physical_name, "log_group_name": self.log_group_name})

    def _make_log_group(self) -> None:
        self._log_group = make_log_group(
            self._name, group_name=self._plan.log_group_name, retention_days=self._plan.log_retention_days,
            key_arn=self._shared.key_arn, tags=self._shared.tags, opts=self._child,
            protection=self._plan.log_protection,
        )  # fmt: skip

    def _make_role(self) -> None:
        self._role = make_role(
            self._name, role_name=self._plan.role_name, description=f"Of the workflow {self._plan.physical_name}, of it alone.",
            account_id=self._shared.account_id, boundary_arn=self._shared.boundary_arn, tags=self._shared.tags, opts=self._child,
            service=STATES, source_arn=self._plan.arn,
        )  # fmt: skip
        self._policies = make_policies(
            self._name, role=self._role, statements=self._plan.statements, key_arn=self._shared.key_arn,
            key_statements=self._plan.key_statements, opts=self._child,
        )  # fmt: skip

    def _make_machine(self) -> None:
        # The ARNs of its functions are text in it, known at preview; that it comes after them, their outputs say.
        after = pulumi.Output.all(*self._given["steps"]).apply(lambda _: self._plan.definition)
        self._machine = sfn.StateMachine(
            self._name, name=self._plan.physical_name, type=self._plan.type, role_arn=self._role.arn, definition=after,
            publish=False, tags=self._shared.tags,
            logging_configuration=sfn.StateMachineLoggingConfigurationArgs(
                level=self._plan.log_level, log_destination=pulumi.Output.concat(self._log_group.arn, ":*"),
                # Inputs and outputs are the workload's data; steps log what they may by themselves.
                include_execution_data=False,
            ),
            tracing_configuration=sfn.StateMachineTracingConfigurationArgs(enabled=True),
            encryption_configuration=sfn.StateMachineEncryptionConfigurationArgs(
                type="CUSTOMER_MANAGED_KMS_KEY", kms_key_id=self._shared.key_arn,
                kms_data_key_reuse_period_seconds=self._plan.key_reuse_seconds,
            ),
            # Step Functions tries whether the role may log and use the key, and refuses the state machine if it may not.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._policies),
        )  # fmt: skip
