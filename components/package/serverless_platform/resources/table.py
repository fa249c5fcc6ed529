"""A DynamoDB table: encrypted with the workload's key, recoverable, protected where the settings say so."""

import pulumi
from pulumi_aws import dynamodb

from platform_contract.kinds.table.plan import IndexPlan, TablePlan, plan_by_itself
from platform_contract.kinds.table.spec import TableSpec

from ..args.table import TableArgs
from ..monitoring.alarms import make_alarms
from ..planned import planned


class Table(pulumi.ComponentResource):
    """A table billed by request, with point-in-time recovery."""

    physical_name: pulumi.Output[str]
    """Name of the table in AWS."""
    arn: pulumi.Output[str]
    """ARN of the table."""
    stream_arn: pulumi.Output[str]
    """ARN of the stream of its changes, which AWS assigns; empty text where it tells none."""

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        made = planned("Table", name, args, TableArgs, TableSpec, lambda scope, spec: plan_by_itself(scope, name, spec), dynamodb.Table)
        plan = made.plan
        shown = {"physicalName": plan.physical_name, "protect": plan.protect, "recoveryDays": plan.recovery_days}
        super().__init__("serverless-platform:index:Table", name, shown, opts)
        self._name, self._planned, self._plan, self._shared = name, made, plan, made.shared
        self._make_table()
        make_alarms(name, plan.alarms, topic_arn=self._shared.alarm_topic_arn, tags=self._shared.tags, opts=pulumi.ResourceOptions(parent=self))
        self.physical_name, self.arn = self._table.name, self._table.arn
        self.stream_arn = self._table.stream_arn if plan.stream_view else pulumi.Output.from_input("")
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn, "stream_arn": self.stream_arn})

    def _make_table(self) -> None:
        plan = self._plan
        used = [plan.partition_key, plan.sort_key, *(key for it in plan.indexes.values() for key in (it.partition_key, it.sort_key))]
        keys = list(dict.fromkeys(key for key in used if key))
        self._table = dynamodb.Table(self._name, **self._planned.inputs(
            name=plan.physical_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=plan.partition_key,
            range_key=plan.sort_key,
            attributes=[dynamodb.TableAttributeArgs(name=key, type="S") for key in keys],
            global_secondary_indexes=[
                dynamodb.TableGlobalSecondaryIndexArgs(name=index, key_schemas=_schemas(it), projection_type="ALL", on_demand_throughput=_reads(plan))
                for index, it in plan.indexes.items()
            ],
            on_demand_throughput=_throughput(plan),
            stream_enabled=True if plan.stream_view else None,
            stream_view_type=plan.stream_view,
            ttl=dynamodb.TableTtlArgs(attribute_name=plan.expires_at, enabled=True) if plan.expires_at else None,
            point_in_time_recovery=dynamodb.TablePointInTimeRecoveryArgs(enabled=True, recovery_period_in_days=plan.recovery_days),
            server_side_encryption=dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=self._shared.key_arn),
            deletion_protection_enabled=plan.protect,
            tags=self._shared.tags,
        ), opts=pulumi.ResourceOptions(parent=self, protect=plan.protect))  # fmt: skip


def _throughput(plan: TablePlan) -> dynamodb.TableOnDemandThroughputArgs | None:
    reads, writes = plan.maximum_read_units, plan.maximum_write_units
    return dynamodb.TableOnDemandThroughputArgs(max_read_request_units=reads, max_write_request_units=writes) if reads or writes else None


def _reads(plan: TablePlan) -> dynamodb.TableGlobalSecondaryIndexOnDemandThroughputArgs | None:
    """A query of an index takes nothing of what the table has. A write of one is a write of the table, which is bounded."""
    reads = plan.maximum_read_units
    return dynamodb.TableGlobalSecondaryIndexOnDemandThroughputArgs(max_read_request_units=reads) if reads else None


def _schemas(index: IndexPlan) -> list[dynamodb.TableGlobalSecondaryIndexKeySchemaArgs]:
    keys = [("HASH", index.partition_key), *([("RANGE", index.sort_key)] if index.sort_key else [])]
    return [dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=name, key_type=kind) for kind, name in keys]
