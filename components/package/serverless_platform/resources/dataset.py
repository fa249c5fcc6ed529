"""Files of a bucket as tables for SQL queries: Glue's catalogue, and Athena's workgroup."""

from typing import TypedDict

import pulumi
import pydantic
from pulumi_aws import athena, glue

from platform_contract.kinds.dataset import limits as standards

from ..arguments import PlainArguments, checked


class DatasetArgs(TypedDict):
    """One table."""

    physical_name: str
    """Name of the table: lower-case letters, digits and underscores."""
    location: str
    """s3:// URL of the folder above the partitions, ending with a slash."""
    columns: dict[str, str]
    """Key of a line -> type, as Hive calls it."""
    partitions: list[str]
    """Partition keys, all of type int, outermost first."""
    parameters: dict[str, str]
    """Table parameters: partition projection."""


class DatasetsArgs(TypedDict):
    """Arguments of Datasets."""

    database_name: str
    """Name of the database: lower-case letters, digits and underscores."""
    workgroup_name: str
    """Name of the workgroup, at most 128 characters."""
    description: str
    """What is in it, in one line."""
    bucket_name: pulumi.Input[str]
    """Name of the bucket that holds files and results, as output of the Bucket: so that the tables come after it."""
    results_location: str
    """s3:// URL of the folder for results of queries."""
    cutoff_bytes: int
    """A query that has scanned so many bytes is cancelled, at least 10485760."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key, with which results are encrypted."""
    protect: bool
    """Refuse deletion by Pulumi; without it, the workgroup is deleted with the history of its queries."""
    tables: dict[str, DatasetArgs]
    """The tables, by name of the dataset."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Table(PlainArguments):
    physical_name: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,254}$")
    location: str = pydantic.Field(pattern=r"^s3://.+/$")
    columns: dict[str, str] = pydantic.Field(min_length=1)
    partitions: list[str]
    parameters: dict[str, str]


class _Knobs(PlainArguments):
    database_name: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,254}$")
    workgroup_name: str = pydantic.Field(pattern=r"^[a-zA-Z0-9._-]{1,128}$")
    results_location: str = pydantic.Field(pattern=r"^s3://.+/$")
    cutoff_bytes: int = pydantic.Field(ge=10_485_760)
    protect: bool
    tables: dict[str, _Table] = pydantic.Field(min_length=1)


class Datasets(pulumi.ComponentResource):
    """A database with a table for each dataset, and a workgroup whose settings no query can leave."""

    database_name: pulumi.Output[str]
    """Name of the database."""
    workgroup_name: pulumi.Output[str]
    """Name of the workgroup: queries name it."""
    table_names: pulumi.Output[dict[str, str]]
    """Dataset -> name of its table."""

    def __init__(self, name: str, args: DatasetsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Datasets", name, _Knobs, DatasetsArgs, args)
        super().__init__("serverless-platform:index:Datasets", name, {"databaseName": knobs.database_name}, opts)
        self._name, self._args, self._child = name, args, pulumi.ResourceOptions(parent=self)
        self._after_bucket = pulumi.Output.from_input(args["bucket_name"])
        self._database = glue.CatalogDatabase(
            name, name=knobs.database_name, description=args["description"], tags=args["tags"], opts=self._child
        )
        tables = {table: self._table(table, each) for table, each in knobs.tables.items()}
        self._workgroup = self._make_workgroup(knobs)
        self.database_name, self.workgroup_name = self._database.name, self._workgroup.name
        self.table_names = pulumi.Output.all(**{table: each.name for table, each in tables.items()})
        self.register_outputs({
            "database_name": self.database_name, "workgroup_name": self.workgroup_name, "table_names": self.table_names,
        })  # fmt: skip

    def _table(self, name: str, table: _Table) -> glue.CatalogTable:
        return glue.CatalogTable(
            f"{self._name}-{name}", name=table.physical_name, database_name=self._database.name, table_type="EXTERNAL_TABLE",
            parameters=table.parameters,
            partition_keys=[glue.CatalogTablePartitionKeyArgs(name=each, type="int") for each in table.partitions],
            storage_descriptor=glue.CatalogTableStorageDescriptorArgs(
                location=self._settled(table.location), compressed=True, input_format=standards.INPUT_FORMAT, output_format=standards.OUTPUT_FORMAT,
                columns=[glue.CatalogTableStorageDescriptorColumnArgs(name=each, type=kind) for each, kind in table.columns.items()],
                # A line that is no JSON fails the query: the writer keeps such lines apart, so it would be a fault of ours.
                ser_de_info=glue.CatalogTableStorageDescriptorSerDeInfoArgs(serialization_library=standards.SERDE),
            ),
            opts=self._child,
        )  # fmt: skip

    def _make_workgroup(self, knobs: _Knobs) -> athena.Workgroup:
        encryption = athena.WorkgroupConfigurationResultConfigurationEncryptionConfigurationArgs(
            encryption_option="SSE_KMS", kms_key_arn=self._args["key_arn"]
        )
        return athena.Workgroup(
            self._name, name=knobs.workgroup_name, description=self._args["description"], force_destroy=not knobs.protect,
            configuration=athena.WorkgroupConfigurationArgs(
                enforce_workgroup_configuration=True,  # or a query could send its results anywhere, unencrypted
                publish_cloudwatch_metrics_enabled=True, bytes_scanned_cutoff_per_query=knobs.cutoff_bytes,
                result_configuration=athena.WorkgroupConfigurationResultConfigurationArgs(
                    output_location=self._settled(knobs.results_location), encryption_configuration=encryption
                ),
            ),
            tags=self._args["tags"], opts=pulumi.ResourceOptions(parent=self, protect=knobs.protect),
        )  # fmt: skip

    def _settled(self, url: str) -> pulumi.Output[str]:
        """The URL, known before the update; whoever holds it comes after the bucket."""
        return self._after_bucket.apply(lambda _: url)
