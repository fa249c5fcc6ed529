"""Backups: every night and every week into a vault of the workload, besides point-in-time recovery; and a restore that is tried, not hoped for.

Tables only. Buckets keep the versions of their objects: AWS Backup would add notifications of its own to a bucket, which the program's own
configuration of them takes away again with every update. Streams and queues hold nothing that is not elsewhere.
The table of idempotency is left out: what it holds is worth nothing after an hour.
Source of the wiring: AWS Backup guide, "Creating a backup plan"; DynamoDB guide, "Restoring a table to a point in time".
"""

import json
from collections.abc import Iterator, Mapping

from platform_contract.kinds.function.failures import DAY, failures_of
from platform_contract.kinds.function.plan import FunctionPlan
from platform_contract.kinds.function.platform_function import PlatformFunction, plan_platform_function
from platform_contract.kinds.schedule import limits as scheduler
from platform_contract.kinds.schedule.plan import SchedulePlan, SchedulerPlan, scheduler_of
from platform_contract.kinds.table.limits import IDEMPOTENCY_TABLE
from platform_contract.kinds.table.plan import TablePlan
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import backup, backup_names, environment, grants, naming, retry_policy
from platform_contract.platform.alarm_standard import AlarmStandard, Threshold, any_at_all
from platform_contract.platform.alarms import plan_rows
from platform_contract.platform.base import AlarmPlan, KeyStatementPlan, Plain, ServiceRolePlan, StatementPlan
from platform_contract.platform.settings import Settings
from platform_contract.platform.usage import Use

FEATURE = "backups"

HANDLER = "restore_check.handler.handler"
"""Entry point of the platform's function (platform_functions/restore_check)."""
CHECK_SECONDS, CHECK_MEMORY_MB = 300, 256
"""A run asks for a restore or reads a few pages of two tables: seconds for each. The restore itself goes on between the runs."""

SUCCEEDED, SECONDS = "RestoreCheckSucceeded", "RestoreCheckSeconds"
"""Metrics of the check, from its log: 1 or 0, and how long a restore took, to the next half hour."""

_VAULT = {"BackupVaultName": "{vault_name}"}


def _none(suffix: str, namespace: str, metric: str, dimensions: Mapping[str, str], days: int, why: str) -> AlarmStandard:
    """Fires when `days` days on end nothing was counted: no data is what it looks for."""
    return AlarmStandard(
        suffix, namespace, metric, dimensions, Threshold(1), "LessThanThreshold", (0, None), why, "ticket", statistic="Sum",
        period_seconds=DAY, datapoints_to_alarm=days, evaluation_periods=days, treat_missing_data="breaching",
    )  # fmt: skip


ALARMS: Mapping[str, tuple[AlarmStandard, ...]] = {
    "backup": (
        any_at_all("failed", "AWS/Backup", "NumberOfBackupJobsFailed", _VAULT, "a backup failed", "ticket", period_seconds=300),
        _none("missing", "AWS/Backup", "NumberOfBackupJobsCompleted", _VAULT, 2, "for two days no backup was made"),
    ),
    "restore": (
        _none("unproven", environment.METRICS_NAMESPACE_VALUE, SUCCEEDED, {"service": "{workload}", "table": "{table_name}"}, backup.PROVEN_DAYS,
              f"for {backup.PROVEN_DAYS} days no restore of it has succeeded"),
    ),
}  # fmt: skip
"""Kind of what is watched -> its alarms. Both without data are on from the beginning until the first backup, and the first restore, are there."""

class BackupRulePlan(Plain):
    schedule: str
    keep_days: int


class BackupsPlan(Plain):
    """What is backed up where, for how long, and how a restore is tried."""

    vault_name: str
    plan_name: str
    tables: dict[str, str]
    """Name in the manifest -> ARN."""
    rules: dict[str, BackupRulePlan]
    start_window_minutes: int
    completion_window_minutes: int
    role: ServiceRolePlan
    """That AWS Backup takes, for this workload's tables."""
    alarms: tuple[AlarmPlan, ...]
    restore_alarms: dict[str, tuple[AlarmPlan, ...]]
    """By table."""
    check: FunctionPlan
    """The function that tries a restore."""
    check_data: str
    """What it reads, as JSON text: physical name of a table -> name of its copy."""
    scheduler: SchedulerPlan


def plan_backups(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> BackupsPlan | None:
    """The backups of a planned workload; None where it has no table that is worth one."""
    tables = {name: table for name, table in plan.tables.items() if name != IDEMPOTENCY_TABLE}
    if not tables:
        return None
    vault, copies = backup_names.vault_name(settings, manifest.name), {name: backup_names.copy_name(it.physical_name) for name, it in tables.items()}
    tickets = settings.alarms == "all"
    return BackupsPlan(
        vault_name=vault, plan_name=vault, tables={name: it.arn for name, it in tables.items()},
        rules=rules(settings, manifest.data_class), start_window_minutes=backup.START_WINDOW_MINUTES, completion_window_minutes=backup.COMPLETION_WINDOW_MINUTES,
        role=_role(settings, manifest, vault, tables),
        alarms=plan_rows(manifest.scope(settings), "backup", FEATURE, ALARMS["backup"], {"vault_name": vault}) if tickets else (),
        restore_alarms={
            name: plan_rows(manifest.scope(settings), "restore", f"{name}-restore", ALARMS["restore"], {"table_name": it.physical_name}) if tickets else ()
            for name, it in tables.items()
        },
        check=_check(settings, manifest, tables, copies),
        check_data=json.dumps({it.physical_name: copies[name] for name, it in tables.items()}, sort_keys=True),
        scheduler=_scheduler(settings, manifest),
    )  # fmt: skip


def rules(settings: Settings, data_class: str) -> dict[str, BackupRulePlan]:
    """Name of a rule -> when backups are made, and how long they are kept."""
    found = {"nightly": BackupRulePlan(schedule=backup.NIGHTLY, keep_days=backup.NIGHTLY_DAYS)}
    if settings.protect_state:
        found["weekly"] = BackupRulePlan(schedule=backup.WEEKLY, keep_days=backup.WEEKLY_DAYS[data_class])
    return found


def stored(part: Plain, gigabytes: float) -> Iterator[Use]:
    """What a month costs with so many GB in the workload's tables: each backup is one of all that is kept, and so is a restore.

    The copy is billed for the half hour that it is there, and metrics of a check for the hours in which it ends: cents, not counted."""
    if isinstance(part, BackupsPlan):
        nights, weeks = part.rules["nightly"].keep_days, part.rules["weekly"].keep_days // 7 if "weekly" in part.rules else 0
        yield Use(f"backups, {nights} nightly and {weeks} weekly", "backup_storage", gigabytes * (nights + weeks))
        yield Use(f"restores by the restore check, {backup.CHECKS_PER_MONTH} a month", "dynamodb_restore", gigabytes * backup.CHECKS_PER_MONTH)


def restoring_roles(part: Plain) -> tuple[str, ...]:
    """Names of the roles that let DynamoDB use the key for a table that is restored: they make grants for it."""
    return (part.role.role_name, part.check.role_name) if isinstance(part, BackupsPlan) else ()


def _key(settings: Settings) -> KeyStatementPlan:
    return grants.through_service(settings, "dynamodb", set(backup.KEY_ACTIONS))


def _role(settings: Settings, manifest: Manifest, vault: str, tables: Mapping[str, TablePlan]) -> ServiceRolePlan:
    arns = [table.arn for table in tables.values()]
    return ServiceRolePlan(
        role_name=naming.service_role_name(settings, manifest.name, "backup"), service=backup.BACKUP,
        statements=(
            StatementPlan(sid="Tables", actions=backup.TABLE_ACTIONS, resources=tuple(arns)),
            StatementPlan(sid="Backups", actions=backup.BACKUP_ACTIONS, resources=tuple(f"{arn}/backup/*" for arn in arns)),
            StatementPlan(sid="Vault", actions=backup.VAULT_ACTIONS, resources=(backup_names.vault_arn(settings, vault),)),
            StatementPlan(sid="Restored", actions=backup.RESTORE_ACTIONS, resources=tuple(f"{arn}-{backup.RESTORED}" for arn in arns)),
        ),
        key_statements=(_key(settings),),
    )  # fmt: skip


def _check(settings: Settings, manifest: Manifest, tables: Mapping[str, TablePlan], copies: Mapping[str, str]) -> FunctionPlan:
    """May restore the workload's tables and read them; may write and delete their copies, and nothing else."""
    copied = tuple(naming.table_arn(settings, copies[name]) for name in tables)
    return plan_platform_function(manifest.scope(settings), PlatformFunction(
        component=backup.COPY, physical_name=naming.function_name(settings, manifest.name, backup.COPY),
        role_name=naming.role_name(settings, manifest.name, backup.COPY), handler=HANDLER,
        description=f"Restores tables of {manifest.name} under another name, compares them and deletes the copies.",
        timeout_seconds=CHECK_SECONDS, memory_mb=CHECK_MEMORY_MB,
        statements=(
            StatementPlan(sid="Sources", actions=backup.SOURCE_ACTIONS, resources=tuple(it.arn for it in tables.values())),
            StatementPlan(sid="Copies", actions=backup.COPY_ACTIONS, resources=copied),
        ),
        key_statements=(_key(settings),), failures=failures_of(manifest.scope(settings), backup.COPY),  # where a run ends that cannot be started or fails
    ))  # fmt: skip


def _scheduler(settings: Settings, manifest: Manifest) -> SchedulerPlan:
    def schedule(step: str, expression: str) -> SchedulePlan:
        return SchedulePlan(
            physical_name=backup_names.schedule_name(settings, manifest.name, step), function=backup.COPY, expression=expression, timezone="UTC",
            window_minutes=0, maximum_age_seconds=retry_policy.DEFAULT_AGE_SECONDS, maximum_retries=scheduler.DEFAULT_RETRIES,
            input={"step": step, **scheduler.INVOCATION_INPUT},
        )  # fmt: skip

    return scheduler_of(
        manifest.scope(settings), backup_names.schedule_group_name(settings, manifest.name), f"{backup.COPY}-scheduler", [backup.COPY],
        {"start": schedule("start", backup.CHECK_START), "finish": schedule("finish", backup.CHECK_FINISH)}, f"{backup.COPY}-schedules",
    )  # fmt: skip
