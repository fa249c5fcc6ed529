"""What is made of a table in the manifest."""

from platform_contract.kinds.kind import plan_metrics
from platform_contract.kinds.table import limits
from platform_contract.kinds.table.metrics import METRICS
from platform_contract.kinds.table.spec import TableSpec
from platform_contract.platform import naming
from platform_contract.platform.base import AlarmPlan, Plain
from platform_contract.platform.scope import Addressed, Connections, Scope
from platform_contract.platform.settings import Settings


class IndexPlan(Plain):
    """A second way to find the items of a table."""

    partition_key: str
    sort_key: str | None


class BoundedPlan(Plain):
    """A table on demand, and how much it takes in a second at most. None: it names no maximum, and DynamoDB keeps what there was."""

    maximum_read_units: int | None
    """Of the table, and of each index."""
    maximum_write_units: int | None


class TablePlan(BoundedPlan):
    physical_name: str
    arn: str
    partition_key: str
    sort_key: str | None
    expires_at: str | None
    indexes: dict[str, IndexPlan]
    stream_view: str | None
    """What its changes carry; None: it tells none."""
    protect: bool
    recovery_days: int
    alarms: tuple[AlarmPlan, ...]


def plan_table(scope: Scope, name: str, spec: TableSpec, connections: Connections) -> TablePlan:
    """One table."""
    settings = scope.settings
    physical = naming.table_name(settings, scope.workload, name, spec.generation)
    return TablePlan(
        physical_name=physical, arn=naming.table_arn(settings, physical), partition_key=spec.partition_key,
        sort_key=spec.sort_key, expires_at=spec.expires_at, stream_view=limits.STREAM_VIEW if spec.stream else None,
        indexes={index: IndexPlan(partition_key=it.partition_key, sort_key=it.sort_key) for index, it in spec.indexes.items()},
        # The account's quota until the phase scale (features/capacity.py): a table that named no maximum would keep the one that it had there.
        maximum_read_units=limits.MAXIMUM_UNITS_PER_SECOND if spec.maximum_read_units_per_second else None,
        maximum_write_units=limits.MAXIMUM_UNITS_PER_SECOND if spec.maximum_write_units_per_second else None,
        protect=settings.protect_state, recovery_days=limits.RECOVERY_DAYS, alarms=_alarms(scope, name, physical, spec),
    )  # fmt: skip


def bounded(plan: TablePlan, spec: TableSpec) -> TablePlan:
    """The table with the maxima that are asked for."""
    reads, writes = spec.maximum_read_units_per_second, spec.maximum_write_units_per_second
    return plan.model_copy(update={"maximum_read_units": reads, "maximum_write_units": writes})


def plan_by_itself(scope: Scope, name: str, spec: TableSpec) -> TablePlan:
    """A table that belongs to no manifest, and so to no phase."""
    return bounded(plan_table(scope, name, spec, Connections()), spec)


def _alarms(scope: Scope, name: str, physical: str, spec: TableSpec) -> tuple[AlarmPlan, ...]:
    """Of the table, and of each of its indexes: AWS counts what is throttled at an index apart."""
    alarms = plan_metrics(scope, "table", METRICS["table"], name, {"table_name": physical})
    for index in spec.indexes:
        of_index = plan_metrics(scope, "index", METRICS["index"], f"{name}-{index}", {"table_name": physical, "index_name": index})
        alarms += tuple(alarm.model_copy(update={"suffix": f"{index}{METRICS['index'].name_suffix}-{alarm.suffix}"}) for alarm in of_index)
    return alarms


def table_arn(settings: Settings, workload: str, name: str, spec: Addressed) -> str:
    """ARN that one will have."""
    return naming.table_arn(settings, naming.table_name(settings, workload, name, spec.generation))
