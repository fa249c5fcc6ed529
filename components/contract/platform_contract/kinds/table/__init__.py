"""A DynamoDB table and its indexes."""

from platform_contract.kinds.kind import Kind, Trigger
from platform_contract.kinds.table.metrics import METRICS
from platform_contract.kinds.table.plan import plan_table, table_arn
from platform_contract.platform.usage import GB, ITEM_KB, KEY_REQUESTS, Use
from platform_contract.platform.verbs import Permission, Verb

_TABLE_AND_INDEXES = ("", "/index/*")
_KEY_READ = ("kms:Decrypt", "kms:DescribeKey")
_KEY_WRITE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")

_READ = (Use("reads", "dynamodb_read"),)
_WRITE = (
    Use("writes", "dynamodb_write"),
    Use("kept for a month", "dynamodb_storage", ITEM_KB * GB),
    Use("kept for a month, recovery", "dynamodb_recovery", ITEM_KB * GB),
)
_UPDATE = (Use("writes", "dynamodb_write"),)
_CHECK = (Use("checks in transactions", "dynamodb_write", 2),)


def _reading(action: str, meaning: str, arn_suffixes: tuple[str, ...] = ("",), usage: tuple[Use, ...] = _READ) -> Verb:
    """A verb of one action that changes nothing."""
    return Verb((Permission((f"dynamodb:{action}",), arn_suffixes),), _KEY_READ, meaning, usage)


def _writing(action: str, meaning: str, usage: tuple[Use, ...]) -> Verb:
    """A verb of one action that changes items, and so whoever follows the table is invoked."""
    return Verb((Permission((f"dynamodb:{action}",)),), _KEY_WRITE, meaning, usage, wakes=True)


KIND = Kind(
    "table", plan=plan_table, arn=table_arn, section="tables", service="dynamodb", variable="TABLE_",
    verbs={
        "read": Verb(
            (Permission(("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem")), Permission(("dynamodb:Query",), _TABLE_AND_INDEXES)),
            _KEY_READ, "get and query items; no scan, which reads (and bills) a whole table", _READ,
        ),
        "write": Verb(
            (Permission(("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem")),),
            _KEY_WRITE, "put, update and delete items", _WRITE, wakes=True,
        ),
        "get": _reading("GetItem", "get one item by its key"),
        "batch-get": _reading("BatchGetItem", "get up to 100 items by their keys in one call"),
        "query": _reading("Query", "query the table and its indexes by key", _TABLE_AND_INDEXES),
        "check": _reading("ConditionCheckItem", "make a transaction depend on an item that it does not change", usage=_CHECK),
        "put": _writing("PutItem", "put items, conditionally too, in a transaction too", _WRITE),
        "update": _writing("UpdateItem", "update items, in a transaction too", _UPDATE),
        "delete": _writing("DeleteItem", "delete items, in a transaction too", _UPDATE),
        "batch-write": _writing("BatchWriteItem", "put and delete up to 25 items in one call", _WRITE),
        "follow": Verb(
            (Permission(("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"), ("/stream/*",)),),
            ("kms:Decrypt",), "read its changes in order; a changes trigger implies it", (),
        ),
    },
    triggers={"changes": Trigger((Use("stream reads", "dynamodb_stream_read", per_run=True),), "ordered")},
    metrics=METRICS,
    active=(KEY_REQUESTS,),
)  # fmt: skip
