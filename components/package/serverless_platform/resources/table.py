"""A DynamoDB table: encrypted with the workload's key, recoverable, protected where the settings say so."""

from typing import NotRequired, TypedDict

import pulumi
import pydantic
from pulumi_aws import dynamodb

from platform_contract.kinds.table.spec import MaximumReadUnits, MaximumWriteUnits

from ..arguments import PlainArguments, checked
from ..monitoring.alarms import AlarmArgs, make_alarms


class IndexArgs(TypedDict):
    """A global secondary index with whole items."""

    partition_key: str
    """Attribute that spreads the items; text."""
    sort_key: NotRequired[str]
    """Attribute that orders the items of one partition; text."""


class TableArgs(TypedDict):
    """Arguments of a Table."""

    physical_name: str
    """Name of the table in AWS, 3 to 255 characters."""
    partition_key: str
    """Attribute that spreads the items; text."""
    sort_key: NotRequired[str]
    """Attribute that orders the items of one partition; text."""
    expires_at: NotRequired[str]
    """Attribute with the second (Unix time) after which DynamoDB may delete an item."""
    indexes: NotRequired[dict[str, IndexArgs]]
    """Name -> a second way to find items."""
    stream_view: NotRequired[str]
    """What its changes carry, as DynamoDB calls it; without it, it tells none."""
    maximum_read_units: NotRequired[int]
    """Read request units a second at most, of the table and of each index, 1 to 40000; without it DynamoDB keeps what there was."""
    maximum_write_units: NotRequired[int]
    """Write request units a second at most, of the table, 1 to 40000."""
    key_arn: pulumi.Input[str]
    """ARN of the workload's key."""
    protect: bool
    """Refuse deletion, by DynamoDB and by Pulumi."""
    recovery_days: int
    """How far back it can be restored to any second, in days, 1 to 35."""
    alarm_topic_arn: pulumi.Input[str]
    """ARN of the topic that its alarms tell."""
    alarms: list[AlarmArgs]
    """Its alarms."""
    tags: dict[str, str]
    """Tags of everything that it makes, besides the provider's default tags."""


class _Index(PlainArguments):
    partition_key: str = pydantic.Field(min_length=1, max_length=255)
    sort_key: str | None = pydantic.Field(default=None, min_length=1, max_length=255)


class _Knobs(PlainArguments):
    physical_name: str = pydantic.Field(min_length=3, max_length=255)
    partition_key: str = pydantic.Field(min_length=1, max_length=255)
    sort_key: str | None = pydantic.Field(default=None, min_length=1, max_length=255)
    expires_at: str | None = pydantic.Field(default=None, min_length=1, max_length=255)
    indexes: dict[str, _Index] = {}
    stream_view: str | None = pydantic.Field(default=None, pattern="^(NEW_IMAGE|OLD_IMAGE|NEW_AND_OLD_IMAGES|KEYS_ONLY)$")
    maximum_read_units: MaximumReadUnits | None = None
    maximum_write_units: MaximumWriteUnits | None = None
    protect: bool
    recovery_days: int = pydantic.Field(ge=1, le=35)


class Table(pulumi.ComponentResource):
    """A table billed by request, with point-in-time recovery."""

    physical_name: pulumi.Output[str]
    """Name of the table in AWS."""
    arn: pulumi.Output[str]
    """ARN of the table."""
    stream_arn: pulumi.Output[str]
    """ARN of the stream of its changes, which AWS assigns; empty text where it tells none."""

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        knobs = checked("Table", name, _Knobs, TableArgs, args)
        told = {"physicalName": knobs.physical_name, "protect": knobs.protect, "recoveryDays": knobs.recovery_days}
        super().__init__("serverless-platform:index:Table", name, told, opts)
        self._name, self._args, self._knobs = name, args, knobs
        self._make_table()
        make_alarms(
            name, args["alarms"], topic_arn=args["alarm_topic_arn"], tags=args["tags"],
            opts=pulumi.ResourceOptions(parent=self),
        )  # fmt: skip
        self.physical_name, self.arn = self._table.name, self._table.arn
        self.stream_arn = self._table.stream_arn if knobs.stream_view else pulumi.Output.from_input("")
        self.register_outputs({"physical_name": self.physical_name, "arn": self.arn, "stream_arn": self.stream_arn})

    def _make_table(self) -> None:
        knobs = self._knobs
        used = [knobs.partition_key, knobs.sort_key, *(key for it in knobs.indexes.values() for key in (it.partition_key, it.sort_key))]
        keys = list(dict.fromkeys(key for key in used if key))
        self._table = dynamodb.Table(
            self._name,
            name=knobs.physical_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=knobs.partition_key,
            range_key=knobs.sort_key,
            attributes=[dynamodb.TableAttributeArgs(name=key, type="S") for key in keys],
            global_secondary_indexes=[
                dynamodb.TableGlobalSecondaryIndexArgs(name=index, key_schemas=_schemas(it), projection_type="ALL", on_demand_throughput=_reads(knobs))
                for index, it in knobs.indexes.items()
            ],
            on_demand_throughput=_throughput(knobs),
            stream_enabled=True if knobs.stream_view else None,
            stream_view_type=knobs.stream_view,
            ttl=dynamodb.TableTtlArgs(attribute_name=knobs.expires_at, enabled=True) if knobs.expires_at else None,
            point_in_time_recovery=dynamodb.TablePointInTimeRecoveryArgs(
                enabled=True, recovery_period_in_days=knobs.recovery_days
            ),
            server_side_encryption=dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=self._args["key_arn"]),
            deletion_protection_enabled=knobs.protect,
            tags=self._args["tags"],
            opts=pulumi.ResourceOptions(parent=self, protect=knobs.protect),
        )


def _throughput(knobs: _Knobs) -> dynamodb.TableOnDemandThroughputArgs | None:
    reads, writes = knobs.maximum_read_units, knobs.maximum_write_units
    return dynamodb.TableOnDemandThroughputArgs(max_read_request_units=reads, max_write_request_units=writes) if reads or writes else None


def _reads(knobs: _Knobs) -> dynamodb.TableGlobalSecondaryIndexOnDemandThroughputArgs | None:
    """A query of an index takes nothing of what the table has. A write of one is a write of the table, which is bounded."""
    reads = knobs.maximum_read_units
    return dynamodb.TableGlobalSecondaryIndexOnDemandThroughputArgs(max_read_request_units=reads) if reads else None


def _schemas(index: _Index) -> list[dynamodb.TableGlobalSecondaryIndexKeySchemaArgs]:
    keys = [("HASH", index.partition_key), *([("RANGE", index.sort_key)] if index.sort_key else [])]
    return [dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=name, key_type=kind) for kind, name in keys]
