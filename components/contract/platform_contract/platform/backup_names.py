"""Names in AWS of backups and of what tries to restore them; see `naming`."""

from platform_contract.platform import naming
from platform_contract.platform.backup import COPY
from platform_contract.platform.name_limits import checked_name
from platform_contract.platform.settings import Settings


def vault_name(settings: Settings, workload: str) -> str:
    """Of the vault, its plan and the selection of what is backed up."""
    return checked_name("backup vault", naming.prefix(settings, workload), {"workload name": workload})


def vault_arn(settings: Settings, vault: str) -> str:
    return f"arn:{settings.partition}:backup:{settings.region}:{settings.account_id}:backup-vault:{vault}"


def copy_name(table: str) -> str:
    """Of the copy that a restore check makes. table: physical name."""
    return checked_name("table", f"{table}-{COPY}", {"table name": table})


def schedule_group_name(settings: Settings, workload: str) -> str:
    return checked_name("schedule", f"{naming.prefix(settings, workload)}-{COPY}", {"workload name": workload})


def schedule_name(settings: Settings, workload: str, step: str) -> str:
    return checked_name("schedule", f"{naming.prefix(settings, workload)}-{COPY}-{step}", {"workload name": workload})
