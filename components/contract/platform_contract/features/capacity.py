"""Capacity: runs of a function that are kept ready, as many as load or the clock want; and how much a table takes in a second at most.

What is ready belongs to the alias that callers come by, so it moves with a release. Where the number changes by itself, Application Auto Scaling owns
it and updates leave it alone. Snapshots (SnapStart) are the alternative; they are a setting of the function.

Tables are on demand, so nothing scales them: DynamoDB does, up to the quota of the account. A maximum is a bound on what a loop or a flood costs, and it is a setting
of the table and of its indexes. Writes have none at an index: each is one to the table first, and one that its index cannot take is refused for the table.
Sources: DynamoDB guide, "DynamoDB maximum throughput for on-demand tables"; Lambda guide, "Configuring provisioned concurrency for a function" and "Managing provisioned concurrency with Application Auto Scaling".
"""

from collections.abc import Iterator, Mapping

from platform_contract.kinds.function.provisioned import ProvisionedConcurrencySpec
from platform_contract.kinds.table.plan import bounded
from platform_contract.manifest import Manifest
from platform_contract.plan.model import WorkloadPlan
from platform_contract.platform import lambda_
from platform_contract.platform.alarm_standard import AlarmStandard, any_at_all
from platform_contract.platform.alarms import plan_rows
from platform_contract.platform.base import AlarmPlan, Plain, ProvisionedPlan
from platform_contract.platform.settings import Settings

FEATURE = "capacity"
KIND = "provisioned"
_ALIAS = {"FunctionName": "{function_name}", "Resource": "{function_name}:" + lambda_.ALIAS}

ALARMS: Mapping[str, tuple[AlarmStandard, ...]] = {KIND: (
    any_at_all("spillover", "AWS/Lambda", "ProvisionedConcurrencySpilloverInvocations", _ALIAS,
               "callers find nothing ready and wait for a start, fifteen minutes on end", "ticket", minutes=15),
)}  # fmt: skip
"""Kind of what is watched -> its alarms. Load may outrun scaling for the minutes that it takes; fifteen on end mean that the maximum is too low."""
UTILIZATION = "ProvisionedConcurrencyUtilization"
"""Metric of the share in use, beside it on the dashboard."""


class SchedulePlan(Plain):
    """From a time on, another minimum."""

    physical_name: str
    expression: str
    timezone: str
    minimum: int
    maximum: int


class ScalingPlan(Plain):
    """Who changes the number that is ready."""

    maximum: int
    """Made ready at most, as load grows."""
    policy_name: str
    target_utilization: float
    """0 to 1, of what is ready."""
    schedules: tuple[SchedulePlan, ...]


class ReadyPlan(ProvisionedPlan):
    """Runs of one function that are kept ready behind its alias."""

    physical_name: str
    """Of the function."""
    resource_id: str
    """As Application Auto Scaling calls the alias."""
    scaling: ScalingPlan | None
    """None where the number stays as it is."""
    alarms: tuple[AlarmPlan, ...]


class CapacityPlan(Plain):
    """What a workload keeps ready."""

    functions: dict[str, ReadyPlan]
    """By function."""


def snapshots_and_maxima(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> WorkloadPlan:
    """The pilot's plan, where versions of functions that ask for it start from snapshots, and tables have the maximum of the manifest."""
    functions = {name: function.model_copy(update={"snap_start": manifest.functions[name].snap_start}) for name, function in plan.functions.items()}
    tables = {name: bounded(table, manifest.tables[name]) if name in manifest.tables else table for name, table in plan.tables.items()}
    return plan.model_copy(update={"functions": functions, "tables": tables})


def plan_capacity(settings: Settings, manifest: Manifest, plan: WorkloadPlan) -> CapacityPlan | None:
    """What the functions of a planned workload keep ready; None where they keep nothing ready."""
    ready = {name: spec.provisioned_concurrency for name, spec in manifest.functions.items() if spec.provisioned_concurrency}
    return CapacityPlan(functions={name: _ready(settings, manifest, plan, name, each) for name, each in ready.items()}) if ready else None


def _ready(settings: Settings, manifest: Manifest, plan: WorkloadPlan, name: str, spec: ProvisionedConcurrencySpec) -> ReadyPlan:
    function = plan.functions[name].physical_name
    rows = (row for row in ALARMS[KIND] if settings.alarms in ("all", row.severity))
    return ReadyPlan(
        function=name, minimum=spec.minimum, most=spec.most, physical_name=function, resource_id=f"function:{function}:{lambda_.ALIAS}",
        scaling=ScalingPlan(
            maximum=spec.most, policy_name=f"{function}-ready", target_utilization=spec.utilization_percent / 100,
            schedules=tuple(_schedules(function, spec)),
        ) if spec.scaled else None,
        alarms=plan_rows(manifest.scope(settings), KIND, name, rows, {"function_name": function}),
    )  # fmt: skip


def _schedules(function: str, spec: ProvisionedConcurrencySpec) -> Iterator[SchedulePlan]:
    for index, each in enumerate(spec.schedules):
        yield SchedulePlan(
            physical_name=f"{function}-ready-{index}", expression=each.expression, timezone=each.timezone, minimum=each.minimum, maximum=spec.most
        )
