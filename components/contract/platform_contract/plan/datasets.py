"""The plan of what can be queried: a database, a table for each dataset, and the workgroup in which queries run."""

from platform_contract.kinds.dataset import limits as athena
from platform_contract.manifest import Manifest
from platform_contract.plan.plain import Plain
from platform_contract.platform import naming
from platform_contract.platform.settings import Settings

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


def plan_datasets(settings: Settings, manifest: Manifest) -> DatasetsPlan | None:
    """None without a dataset."""
    if not manifest.datasets:
        return None
    bucket = next(iter(manifest.datasets.values())).bucket
    root = f"s3://{naming.bucket_name(settings, manifest.name, bucket, manifest.buckets[bucket].generation)}/"
    return DatasetsPlan(
        database_name=naming.database_name(settings, manifest.name), workgroup_name=naming.workgroup_name(settings, manifest.name),
        description=f"Datasets of the workload {manifest.name}.", bucket=bucket, results_location=root + athena.RESULTS_PREFIX,
        cutoff_bytes=athena.CUTOFF_GB * GB, protect=settings.protect_state,
        tables={
            name: DatasetPlan(
                physical_name=naming.catalog_table_name(name), location=root + spec.prefix, columns=dict(spec.columns),
                partitions=("year", *athena.PARTITIONS), parameters=projection(root + spec.prefix, spec.first_year),
            )
            for name, spec in manifest.datasets.items()
        },
    )  # fmt: skip


def projection(location: str, first_year: int) -> dict[str, str]:
    """Table parameters by which Athena computes the partitions instead of being told of each hour as it comes."""
    parameters = {"projection.enabled": "true", "projection.year.type": "integer",
                  "projection.year.range": f"{first_year},{first_year + athena.YEARS - 1}"}  # fmt: skip
    for name, (first, last, digits) in athena.PARTITIONS.items():
        parameters |= {f"projection.{name}.type": "integer", f"projection.{name}.range": f"{first},{last}",
                       f"projection.{name}.digits": str(digits)}  # fmt: skip
    folders = "".join(f"{name}=${{{name}}}/" for name in ("year", *athena.PARTITIONS))
    return {**parameters, "storage.location.template": location + folders, "classification": "json"}
