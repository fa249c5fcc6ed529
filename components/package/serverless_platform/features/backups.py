"""Backups of a workload's tables, and the function that tries to restore them."""


import pulumi
from pulumi_aws import backup

from platform_contract.features.backups import BackupsPlan
from platform_contract.platform.backup import COPY

from ..iam.grants import make_policies
from ..iam.roles import make_role
from ..monitoring.alarms import make_alarms
from ..planned import Planned
from ..platform_code import platform_code
from ..resources.function import Function
from ..resources.schedule import Schedules
from .context import Context


class Backups(pulumi.ComponentResource):
    """A vault, a plan of nightly and weekly backups, the tables that it takes, and the role with which AWS Backup takes them."""

    vault_name: pulumi.Output[str]
    """Of the vault."""

    def __init__(self, name: str, made: Planned[BackupsPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        self._plan = made.plan
        super().__init__("serverless-platform:index:Backups", name, {"keepDays": max(rule.keep_days for rule in self._plan.rules.values())}, opts)
        self._name, self._shared, self._given = name, made.shared, made.given
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
            self._name, role_name=role.role_name, description="AWS Backup takes it to back tables up, and to bring them back under another name.", account_id=self._shared.account_id,
            boundary_arn=self._shared.boundary_arn, tags=self._shared.tags, opts=self._child, service=role.service,
        )  # fmt: skip
        self._policies = make_policies(
            self._name, role=self._role, statements=role.statements, key_arn=self._shared.key_arn,
            key_statements=role.key_statements, opts=self._child,
        )  # fmt: skip

    def _make_plan(self) -> None:
        plan, protected = self._plan, pulumi.ResourceOptions(parent=self, protect=self._given["protect"])
        self._vault = backup.Vault(
            self._name, name=plan.vault_name, kms_key_arn=self._shared.key_arn, force_destroy=not self._given["protect"],
            tags=self._shared.tags, opts=protected,
        )  # fmt: skip
        self._backup_plan = backup.Plan(
            self._name, name=plan.plan_name, tags=self._shared.tags, opts=self._child,
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
                name, alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=self._child
            )  # fmt: skip


def make(context: Context, backups: BackupsPlan, opts: pulumi.ResourceOptions) -> Backups:
    """The backups of one workload, and the function that tries to restore them with its schedules."""
    code = platform_code(backups.check.handler, tables=backups.check_data)
    check = Function(f"{context.name}-{COPY}", context.planned(backups.check, code=code), opts)
    Schedules(f"{context.name}-{COPY}-schedules", context.planned(backups.scheduler, targets={COPY: check.target}), opts)
    protect = any(table.protect for table in context.plan.tables.values())
    return Backups(f"{context.name}-backups", context.planned(backups, protect=protect), opts)
