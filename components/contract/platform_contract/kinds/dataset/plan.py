"""The plan of what can be queried: a database, a table for each dataset, and the workgroup in which queries run."""

from collections.abc import Mapping

from platform_contract.kinds.dataset import limits
from platform_contract.kinds.dataset.spec import DatasetSpec
from platform_contract.platform import naming
from platform_contract.platform.base import Plain
from platform_contract.platform.scope import Scope

GB = 1_000_000_000


class DatasetPlan(Plain):
    """One table of the catalogue."""

    physical_name: str
    location: str
    columns: dict[str, str]
    """Key of a line -> type."""
    partitions: tuple[str, ...]
    parameters: dict[str, str]
    """Table parameters: partition projection."""


class DatasetsPlan(Plain):
    """All datasets of a workload."""

    database_name: str
    workgroup_name: str
    description: str
    bucket: str
    """Bucket of the manifest that holds files and results."""
    results_location: str
    cutoff_bytes: int
    """Bytes that a query may scan."""
    protect: bool
    tables: dict[str, DatasetPlan]


def plan_datasets(scope: Scope, specs: Mapping[str, DatasetSpec], bucket_name: str) -> DatasetsPlan | None:
    """All datasets of a workload, which lie in one bucket; None without any. bucket_name: of that bucket in AWS."""
    if not specs:
        return None
    settings, bucket, root = scope.settings, next(iter(specs.values())).bucket, f"s3://{bucket_name}/"
    return DatasetsPlan(
        database_name=naming.database_name(settings, scope.workload), workgroup_name=naming.workgroup_name(settings, scope.workload),
        description=f"Datasets of the workload {scope.workload}.", bucket=bucket, results_location=root + limits.RESULTS_PREFIX,
        cutoff_bytes=limits.CUTOFF_GB * GB, protect=settings.protect_state,
        tables={
            name: DatasetPlan(
                physical_name=naming.catalog_table_name(name), location=root + spec.prefix, columns=dict(spec.columns),
                partitions=("year", *limits.PARTITIONS), parameters=projection(root + spec.prefix, spec.first_year),
            )
            for name, spec in specs.items()
        },
    )  # fmt: skip


def projection(location: str, first_year: int) -> dict[str, str]:
    """Table parameters by which Athena computes the partitions instead of being told of each hour as it comes."""
    parameters = {"projection.enabled": "true", "projection.year.type": "integer",
                  "projection.year.range": f"{first_year},{first_year + limits.YEARS - 1}"}  # fmt: skip
    for name, (first, last, digits) in limits.PARTITIONS.items():
        parameters |= {f"projection.{name}.type": "integer", f"projection.{name}.range": f"{first},{last}",
                       f"projection.{name}.digits": str(digits)}  # fmt: skip
    folders = "".join(f"{name}=${{{name}}}/" for name in ("year", *limits.PARTITIONS))
    return {**parameters, "storage.location.template": location + folders, "classification": "json"}
