"""Files of a bucket as tables for SQL queries: Glue's catalogue, and Athena's workgroup."""

import pulumi
from pulumi_aws import athena, glue

from platform_contract.kinds.dataset import limits as standards
from platform_contract.kinds.dataset.plan import DatasetPlan, DatasetsPlan

from ..planned import Planned


class Datasets(pulumi.ComponentResource):
    """A database with a table for each dataset, and a workgroup whose settings no query can leave."""

    database_name: pulumi.Output[str]
    """Name of the database."""
    workgroup_name: pulumi.Output[str]
    """Name of the workgroup: queries name it."""
    table_names: pulumi.Output[dict[str, str]]
    """Dataset -> name of its table."""

    def __init__(self, name: str, made: Planned[DatasetsPlan], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("serverless-platform:index:Datasets", name, {"databaseName": made.plan.database_name}, opts)
        self._name, self._planned = name, made
        self._plan, self._shared, self._given = made.plan, made.shared, made.given
        self._child = pulumi.ResourceOptions(parent=self)
        self._after_bucket = pulumi.Output.from_input(self._given["bucket_name"])
        self._database = glue.CatalogDatabase(
            name, name=self._plan.database_name, description=self._plan.description, tags=self._shared.tags, opts=self._child
        )
        tables = {table: self._table(table, each) for table, each in self._plan.tables.items()}
        self._workgroup = self._make_workgroup()
        self.database_name, self.workgroup_name = self._database.name, self._workgroup.name
        self.table_names = pulumi.Output.all(**{table: each.name for table, each in tables.items()})
        self.register_outputs({
            "database_name": self.database_name, "workgroup_name": self.workgroup_name, "table_names": self.table_names,
        })  # fmt: skip

    def _table(self, name: str, table: DatasetPlan) -> glue.CatalogTable:
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

    def _make_workgroup(self) -> athena.Workgroup:
        encryption = athena.WorkgroupConfigurationResultConfigurationEncryptionConfigurationArgs(
            encryption_option="SSE_KMS", kms_key_arn=self._shared.key_arn
        )
        return athena.Workgroup(
            self._name, name=self._plan.workgroup_name, description=self._plan.description, force_destroy=not self._plan.protect,
            configuration=athena.WorkgroupConfigurationArgs(
                enforce_workgroup_configuration=True,  # or a query could send its results anywhere, unencrypted
                publish_cloudwatch_metrics_enabled=True, bytes_scanned_cutoff_per_query=self._plan.cutoff_bytes,
                result_configuration=athena.WorkgroupConfigurationResultConfigurationArgs(
                    output_location=self._settled(self._plan.results_location), encryption_configuration=encryption
                ),
            ),
            tags=self._shared.tags, opts=pulumi.ResourceOptions(parent=self, protect=self._plan.protect),
        )  # fmt: skip

    def _settled(self, url: str) -> pulumi.Output[str]:
        """The URL, known before the update; whoever holds it comes after the bucket."""
        return self._after_bucket.apply(lambda _: url)
