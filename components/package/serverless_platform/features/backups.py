"""Backups of a workload's tables, and the function that tries to restore them."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi
from pulumi_aws import backup

from platform_contract.features.backups import BackupsPlan
from platform_contract.platform.backup import COPY

from ..arguments import validated
from ..iam.grants import make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import make_alarms
from ..planned import alarms_of, make_function, make_schedules
from ..platform_code import platform_code
from .context import Context


class BackupsArgs(TypedDict):
    """Arguments of Backups."""

    backups: Mapping[str, Any]
    """Their plan (platform_contract.features.backups.BackupsPlan)."""
    account_id: str
    """Account of the workload."""
    boundary_arn: str
    """ARN of the permissions boundary of the role that AWS Backup takes."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key, with which the vault is encrypted."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that alarms tell."""
    protect: bool
    """Refuse deletion of the vault by Pulumi."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class Backups(pulumi.ComponentResource):
    """A vault, a plan of nightly and weekly backups, the tables that it takes, and the role with which AWS Backup takes them."""

    vault_name: pulumi.Output[str]
    """Of the vault."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self._plan = validated("Backups", name, BackupsPlan, args["backups"])
        super().__init__("serverless-platform:index:Backups", name, {"keepDays": max(rule.keep_days for rule in self._plan.rules.values())}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._make_role()
        self._make_plan()
        self._make_selection()
        self._make_alarms()
        self.vault_name = self._vault.name
        self.register_outputs({"vault_name": self.vault_name})

    def _make_role(self) -> None:
        role = self._plan.role
        self._role = make_role(
            self._name, role_name=role.role_name, description="AWS Backup takes it to back tables up, and to bring them back under another name.", account_id=self._args["account_id"],
            boundary_arn=self._args["boundary_arn"], tags=self._args["tags"], opts=self._child, service=role.service,
        )  # fmt: skip
        self._policies = make_policies(
            self._name, role=self._role, statements=[each.model_dump(mode="json") for each in role.statements], key_arn=self._args["key_arn"],
            key_statements=[each.model_dump(mode="json") for each in role.key_statements], opts=self._child,
        )  # fmt: skip

    def _make_plan(self) -> None:
        plan, protected = self._plan, pulumi.ResourceOptions(parent=self, protect=self._args["protect"])
        self._vault = backup.Vault(
            self._name, name=plan.vault_name, kms_key_arn=self._args["key_arn"], force_destroy=not self._args["protect"],
            tags=self._args["tags"], opts=protected,
        )  # fmt: skip
        self._backup_plan = backup.Plan(
            self._name, name=plan.plan_name, tags=self._args["tags"], opts=self._child,
            rules=[
                backup.PlanRuleArgs(
                    rule_name=name, target_vault_name=self._vault.name, schedule=rule.schedule, start_window=plan.start_window_minutes,
                    completion_window=plan.completion_window_minutes, lifecycle=backup.PlanRuleLifecycleArgs(delete_after=rule.keep_days),
                )
                for name, rule in plan.rules.items()
            ],
        )  # fmt: skip

    def _make_selection(self) -> None:
        backup.Selection(
            self._name, name=self._plan.plan_name, plan_id=self._backup_plan.id, iam_role_arn=self._role.arn,
            resources=list(self._plan.tables.values()),
            # A backup that begins before the role may make it has failed.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._policies),
        )  # fmt: skip

    def _make_alarms(self) -> None:
        rows = [(self._name, self._plan.alarms), *((f"{self._name}-{name}", each) for name, each in self._plan.restore_alarms.items())]
        for name, alarms in rows:
            make_alarms(
                name, alarms_of(alarms), topic_arn=self._args["alarm_topic_arn"], tags=self._args["tags"], opts=self._child
            )  # fmt: skip


def make(context: Context, backups: BackupsPlan, opts: pulumi.ResourceOptions) -> Backups:
    """The backups of one workload, and the function that tries to restore them with its schedules."""
    told: Any = {"key_arn": context.key_arn, "alarm_topic_arn": context.alarm_topic_arn}
    check = make_function(
        f"{context.name}-{COPY}", context.plan, backups.check, opts, references={}, code=platform_code(backups.check.handler, tables=backups.check_data), **told
    )
    make_schedules(f"{context.name}-{COPY}-schedules", context.plan, backups.scheduler, {COPY: check}, opts, **told)
    return Backups(f"{context.name}-backups", {
        "backups": backups.model_dump(mode="json"), "account_id": context.plan.account_id, "boundary_arn": context.plan.boundary_arn,
        "key_arn": context.key_arn, "alarm_topic_arn": context.alarm_topic_arn, "tags": context.plan.tags,
        "protect": any(table.protect for table in context.plan.tables.values()),
    }, opts)  # fmt: skip
