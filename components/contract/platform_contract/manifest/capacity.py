"""In what a workload may differ by environment: capacity, never structure. What runs in one environment is what was tried in another."""

from typing import Annotated, Any

from pydantic import Field

from platform_contract.kinds.function.spec import MemoryMb, ProvisionedConcurrency, ReservedConcurrency, TimeoutSeconds
from platform_contract.kinds.rest_api.spec import CacheGb
from platform_contract.kinds.stream.spec import RetentionHours, Shards
from platform_contract.kinds.table.spec import MaximumReadUnits, MaximumWriteUnits
from platform_contract.platform.text_types import Name, Strict

RequestsPerMonth = Annotated[int, Field(ge=0, description="Requests or events a month.")]
PeakPerSecond = Annotated[float, Field(ge=0, description="Requests or events a second at the peak.")]
BudgetUsd = Annotated[float, Field(gt=0, le=1_000_000, description="Budget a month in US dollars; its owner is told at 80 %.")]

UNSET: Any = None
"""Default of every field here: only what is written counts. Written null takes a reservation, a cache or fixed shards away."""


def written(spec: Strict | None) -> dict[str, Any]:
    """Fields of a part that are set, with their values."""
    return {name: getattr(spec, name) for name in spec.model_fields_set} if spec else {}


class FunctionCapacity(Strict):
    """Capacity of one function in an environment."""

    memory_mb: MemoryMb = UNSET
    timeout_seconds: TimeoutSeconds = UNSET
    reserved_concurrency: ReservedConcurrency = UNSET
    provisioned_concurrency: ProvisionedConcurrency = UNSET


class TableCapacity(Strict):
    """Capacity of one table in an environment."""

    maximum_read_units_per_second: MaximumReadUnits = UNSET
    maximum_write_units_per_second: MaximumWriteUnits = UNSET


class StreamCapacity(Strict):
    """Capacity of one stream in an environment."""

    shards: Shards = UNSET
    retention_hours: RetentionHours = UNSET


class RestApiCapacity(Strict):
    """Capacity of the REST API in an environment."""

    cache_gb: CacheGb = UNSET


class ProfileCapacity(Strict):
    """Load in an environment."""

    requests_per_month: RequestsPerMonth = UNSET
    peak_per_second: PeakPerSecond = UNSET


class CostCapacity(Strict):
    """What the workload may cost in an environment."""

    monthly_budget_usd: BudgetUsd = UNSET


class CapacitySpec(Strict):
    """What is different in one environment. Everything else is the same in all of them."""

    functions: dict[Name, FunctionCapacity] = Field(default={}, description="Function -> what it has there.")
    tables: dict[Name, TableCapacity] = Field(default={}, description="Table -> what it has there.")
    streams: dict[Name, StreamCapacity] = Field(default={}, description="Stream -> what it has there.")
    rest_api: RestApiCapacity = Field(default=RestApiCapacity(), description="What its REST API has there.")
    profile: ProfileCapacity = Field(default=ProfileCapacity(), description="The load that comes there.")
    cost: CostCapacity = Field(default=CostCapacity(), description="What it may cost there.")

    def paths(self) -> list[str]:
        """Every field that is set, as its place in the manifest: functions.api.memory_mb."""
        return sorted(_paths(self.model_dump(exclude_unset=True)))


def _paths(content: dict[str, Any], above: str = "") -> list[str]:
    found: list[str] = []
    for key, value in content.items():
        found += _paths(value, f"{above}{key}.") if isinstance(value, dict) else [above + key]
    return found
