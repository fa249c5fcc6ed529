"""Amazon DynamoDB."""

from typing import Any

from ..calls import Work
from ..diff import equal
from ..entry import Call, Refusal, Resource, State, Tagging
from .common import refused

TAGS = Tagging("Tags", "tag_resource", "untag_resource", "list_tags_of_resource", {"ResourceArn": "arn"}, shape="list")


def _keys(of: State) -> list[dict[str, str]]:
    if schemas := of.get("keySchemas"):
        return [{"AttributeName": each["attributeName"], "KeyType": each["keyType"]} for each in schemas]
    kinds = (("hashKey", "HASH"), ("rangeKey", "RANGE"))
    return [{"AttributeName": of[name], "KeyType": kind} for name, kind in kinds if of.get(name)]


def _throughput(of: State) -> dict[str, int] | None:
    if not of.get("readCapacity"):
        return None
    return {"ReadCapacityUnits": int(of["readCapacity"]), "WriteCapacityUnits": int(of.get("writeCapacity") or 1)}


MAXIMA = (("MaxReadRequestUnits", "maxReadRequestUnits"), ("MaxWriteRequestUnits", "maxWriteRequestUnits"))
"""Of on-demand throughput: as DynamoDB calls them, and as the program does."""


def _maximum(of: State) -> dict[str, int] | None:
    given = of.get("onDemandThroughput") or {}
    return {member: int(given[name]) for member, name in MAXIMA if given.get(name)} or None


def _seen_maximum(of: dict[str, Any]) -> State:
    """Of a table; the emulator takes that of an index when it makes it, and no later one. AWS leaves out what has no maximum; the emulator answers -1 for it."""
    seen = of.get("OnDemandThroughput") or {}
    found = {name: float(seen[member]) for member, name in MAXIMA if seen.get(member, -1) > 0}
    return {"onDemandThroughput": found} if found else {}


def _index(of: State) -> dict[str, Any]:
    projection = {"ProjectionType": of["projectionType"]}
    if of.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = of["nonKeyAttributes"]
    made = {"IndexName": of["name"], "KeySchema": _keys(of), "Projection": projection}
    if most := _maximum(of):
        made["OnDemandThroughput"] = most
    return {**made, **({"ProvisionedThroughput": throughput} if (throughput := _throughput(of)) else {})}


def _local_index(of: State, table: State) -> dict[str, Any]:
    return _index({**of, "hashKey": table["hashKey"]})


def _attributes(work: Work) -> list[dict[str, str]]:
    return [{"AttributeName": each["name"], "AttributeType": each["type"]} for each in work.state.get("attributes", [])]


def _stream(work: Work) -> dict[str, Any] | None:
    if work.state.get("streamEnabled"):
        return {"StreamEnabled": True, "StreamViewType": work.state.get("streamViewType")}
    return {"StreamEnabled": False} if work.old and work.old.get("streamEnabled") else None


def _encryption(work: Work) -> dict[str, Any] | None:
    settings = work.state.get("serverSideEncryption")
    if not settings:
        return {"Enabled": False} if work.old and work.old.get("serverSideEncryption") else None
    key = {"KMSMasterKeyId": settings["kmsKeyArn"], "SSEType": "KMS"} if settings.get("kmsKeyArn") else {}
    return {"Enabled": bool(settings.get("enabled")), **key}


CREATE = Call(
    "create_table",
    {
        "AttributeDefinitions": _attributes, "KeySchema": lambda work: _keys(work.state), "StreamSpecification": _stream,
        "SSESpecification": _encryption, "ProvisionedThroughput": lambda work: _throughput(work.state),
        "OnDemandThroughput": lambda work: _maximum(work.state),
        "GlobalSecondaryIndexes": lambda work: [_index(each) for each in work.state.get("globalSecondaryIndexes", [])] or None,
        "LocalSecondaryIndexes": lambda work: [_local_index(each, work.state) for each in work.state.get("localSecondaryIndexes", [])] or None,
    },
    take="TableDescription",
)  # fmt: skip


def _settings(work: Work) -> None:
    """UpdateTable takes one kind of change at a time."""
    kinds: list[tuple[set[str], dict[str, Any]]] = [
        ({"billingMode", "readCapacity", "writeCapacity"}, {"BillingMode": work.state.get("billingMode"), "ProvisionedThroughput": _throughput(work.state)}),
        ({"streamEnabled", "streamViewType"}, {"StreamSpecification": _stream(work)}),
        ({"serverSideEncryption"}, {"SSESpecification": _encryption(work)}),
        ({"onDemandThroughput"}, {"OnDemandThroughput": _maximum(work.state)}),
        ({"deletionProtectionEnabled"}, {"DeletionProtectionEnabled": bool(work.state.get("deletionProtectionEnabled"))}),
        ({"tableClass"}, {"TableClass": work.state.get("tableClass") or "STANDARD"}),
    ]  # fmt: skip
    for names, params in kinds:
        given = {key: value for key, value in params.items() if value is not None}
        if work.changed & names and given:
            work.call("update_table", TableName=work.state["name"], **given)
            work.wait()


def _indexes(work: Work) -> None:
    """Indexes that are gone or changed go first; DynamoDB makes or deletes one in a call. A maximum alone changes in place."""
    if "globalSecondaryIndexes" not in work.changed or work.old is None:
        return
    old = {each["name"]: each for each in work.old.get("globalSecondaryIndexes", [])}
    new = {each["name"]: each for each in work.state.get("globalSecondaryIndexes", [])}
    for name in sorted(set(old) & set(new)):
        if equal(_unbounded(old[name]), _unbounded(new[name])) and not equal(old[name], new[name]) and (most := _maximum(new[name])):
            _change(work, {"Update": {"IndexName": name, "OnDemandThroughput": most}})
            old[name] = new[name]
    for name in sorted(old):
        if not equal(old[name], new.get(name)):
            _change(work, {"Delete": {"IndexName": name}})
    for name in sorted(new):
        if not equal(new[name], old.get(name)):
            _change(work, {"Create": _index(new[name])})


def _unbounded(index: State) -> State:
    return {key: value for key, value in index.items() if key != "onDemandThroughput"}


def _change(work: Work, update: dict[str, Any]) -> None:
    work.call(
        "update_table", TableName=work.state["name"], AttributeDefinitions=_attributes(work), GlobalSecondaryIndexUpdates=[update]
    )
    work.wait()


def _expiry(work: Work) -> None:
    ttl, before = work.state.get("ttl") or {}, (work.old or {}).get("ttl") or {}
    name = ttl.get("attributeName") or before.get("attributeName")
    if name and bool(ttl.get("enabled")) != bool(before.get("enabled")):
        setting = {"Enabled": bool(ttl.get("enabled")), "AttributeName": name}
        work.call("update_time_to_live", TableName=work.state["name"], TimeToLiveSpecification=setting)


def _recovery(work: Work) -> None:
    setting = work.state.get("pointInTimeRecovery")
    if not setting and not (work.old and work.old.get("pointInTimeRecovery")):
        return
    days = (
        {"RecoveryPeriodInDays": int(setting["recoveryPeriodInDays"])} if setting and setting.get("recoveryPeriodInDays") else {}
    )
    enabled = {"PointInTimeRecoveryEnabled": bool(setting and setting.get("enabled"))}
    work.call("update_continuous_backups", TableName=work.state["name"], PointInTimeRecoverySpecification={**enabled, **days})


def _read(work: Work) -> State | None:
    table = work.call("describe_table", TableName=work.state["id"])["Table"]
    if table.get("TableStatus") == "DELETING":
        return None
    keys = {each["KeyType"]: each["AttributeName"] for each in table.get("KeySchema", [])}
    stream, encryption = table.get("StreamSpecification") or {}, table.get("SSEDescription") or {}
    found: State = {
        "name": table["TableName"], "arn": table["TableArn"], "hashKey": keys.get("HASH"), "rangeKey": keys.get("RANGE"),
        "billingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "attributes": [{"name": each["AttributeName"], "type": each["AttributeType"]} for each in table.get("AttributeDefinitions", [])],
        "streamArn": table.get("LatestStreamArn", ""), "streamLabel": table.get("LatestStreamLabel", ""),
        "streamEnabled": bool(stream.get("StreamEnabled")), "streamViewType": stream.get("StreamViewType"),
        "deletionProtectionEnabled": bool(table.get("DeletionProtectionEnabled")),
        "tableClass": table.get("TableClassSummary", {}).get("TableClass"),
    }  # fmt: skip
    if encryption.get("Status") in ("ENABLED", "ENABLING", "UPDATING"):
        found["serverSideEncryption"] = {"enabled": True, "kmsKeyArn": encryption.get("KMSMasterKeyArn")}
    if found["billingMode"] == "PROVISIONED":
        units = table.get("ProvisionedThroughput", {})
        found |= {
            "readCapacity": float(units.get("ReadCapacityUnits", 0)),
            "writeCapacity": float(units.get("WriteCapacityUnits", 0)),
        }
    found |= _seen_maximum(table)
    if indexes := table.get("GlobalSecondaryIndexes"):
        by_schema = {each["name"] for each in work.state.get("globalSecondaryIndexes", []) if each.get("keySchemas")}
        most = {each["name"]: each["onDemandThroughput"] for each in work.state.get("globalSecondaryIndexes", []) if each.get("onDemandThroughput")}
        found["globalSecondaryIndexes"] = [
            _seen_index(each, by_schema=each["IndexName"] in by_schema) | ({"onDemandThroughput": most[each["IndexName"]]} if each["IndexName"] in most else {})
            for each in indexes
        ]  # fmt: skip
    if indexes := table.get("LocalSecondaryIndexes"):
        found["localSecondaryIndexes"] = [_seen_index(each, local=True) for each in indexes]
    return found


def _seen_index(each: dict[str, Any], *, local: bool = False, by_schema: bool = False) -> State:
    """by_schema: the program names its keys in `keySchemas`, not in the older `hashKey` and `rangeKey`."""
    keys = {key["KeyType"]: key["AttributeName"] for key in each["KeySchema"]}
    projection = each.get("Projection", {})
    found = {"name": each["IndexName"], "rangeKey": keys.get("RANGE"), "projectionType": projection.get("ProjectionType"),
             "nonKeyAttributes": projection.get("NonKeyAttributes")}  # fmt: skip
    if by_schema:
        named = [{"attributeName": key["AttributeName"], "keyType": key["KeyType"]} for key in each["KeySchema"]]
        found |= {"rangeKey": None, "keySchemas": named}
    elif not local:
        found["hashKey"] = keys.get("HASH")
    return {key: value for key, value in found.items() if value}


def _read_expiry(work: Work) -> State:
    seen = work.call("describe_time_to_live", TableName=work.state["id"]).get("TimeToLiveDescription", {})
    enabled = seen.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    if not enabled and not work.state.get("ttl"):
        return {}
    return {
        "ttl": {
            "attributeName": seen.get("AttributeName", "") if enabled else (work.state.get("ttl") or {}).get("attributeName"),
            "enabled": enabled,
        }
    }


def _read_recovery(work: Work) -> State:
    seen = work.call("describe_continuous_backups", TableName=work.state["id"]).get("ContinuousBackupsDescription", {})
    enabled = seen.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
    return {"pointInTimeRecovery": {"enabled": enabled}} if enabled or work.state.get("pointInTimeRecovery") else {}


def _keys_are_attributes(inputs: State) -> list[tuple[str, str]]:
    """DynamoDB refuses a key that is no attribute, and an attribute that is in no key."""
    attributes, indexes = inputs.get("attributes"), inputs.get("globalSecondaryIndexes", [])
    local = inputs.get("localSecondaryIndexes", [])
    if not isinstance(attributes, list) or not isinstance(indexes, list) or not isinstance(local, list):
        return []
    used = {value: name for name in ("hashKey", "rangeKey") if isinstance(value := inputs.get(name), str)}
    for number, index in enumerate(indexes):
        used |= {index[name]: f"globalSecondaryIndexes[{number}].{name}" for name in ("hashKey", "rangeKey") if index.get(name)}
        for schema in index.get("keySchemas", []):
            used[schema["attributeName"]] = f"globalSecondaryIndexes[{number}].keySchemas"
    used |= {index["rangeKey"]: f"localSecondaryIndexes[{number}].rangeKey" for number, index in enumerate(local)}
    named = [each.get("name") for each in attributes]
    found = [
        (path, f"{path}='{name}': must be one of the table's attributes ({', '.join(named)})")
        for name, path in used.items()
        if name not in named
    ]
    return found + [
        ("attributes", f"attribute '{name}' is in no key of the table or its indexes: leave it out")
        for name in named
        if name not in used
    ]


def _one_form_of_keys(inputs: State) -> list[tuple[str, str]]:
    """The official provider takes an index's keys in one of two forms."""
    indexes, found = inputs.get("globalSecondaryIndexes", []), []
    for number, index in enumerate(indexes if isinstance(indexes, list) else []):
        old = [name for name in ("hashKey", "rangeKey") if index.get(name)] if isinstance(index, dict) else []
        path = f"globalSecondaryIndexes[{number}]"
        if old and index.get("keySchemas"):
            found.append((f"{path}.{old[0]}", f"{path}.{old[0]}: not together with keySchemas, which says the same"))
        elif isinstance(index, dict) and not index.get("hashKey") and not index.get("keySchemas"):
            found.append((f"{path}.keySchemas", f"missing '{path}.keySchemas': an index needs the attribute that it is found by"))
    return found


RESOURCES = [
    Resource(
        "aws:dynamodb/table:Table", "dynamodb", id="{name}", named="name", name_limit=255, tags=TAGS, waiter="table_exists",
        api={"TableName": "name", "TableArn": "arn", "LatestStreamArn": "streamArn", "LatestStreamLabel": "streamLabel",
             "TableId": "", "Replicas": "", "RestoreSummary": "", "TableClassSummary": "", "WarmThroughput": "",
             "AttributeDefinitions": "", "GlobalSecondaryIndexes": "", "LocalSecondaryIndexes": "", "Table": ""},
        known={"arn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}"},
        fakes={"streamArn": "arn:{partition}:dynamodb:{region}:{account}:table/{name}/stream/2026-01-01T00:00:00.000", "streamLabel": "2026-01-01T00:00:00.000"}, recomputed=dict.fromkeys(("streamArn", "streamLabel"), ("streamEnabled", "streamViewType")),
        create=CREATE, update=(_settings, _indexes), steps=(_expiry, _recovery), read=_read, more=(_read_expiry, _read_recovery),
        delete=(Call("delete_table", {"TableName": "id"}),),
        stays={"onDemandThroughput": "write 40000, the account's quota, for both of its units first: the official provider sends DynamoDB an update with nothing in it, which is refused"},
        assigned=frozenset({"tableClass", "readCapacity", "writeCapacity"}),
        checks=(
            _keys_are_attributes,
            _one_form_of_keys,
            refused(dict.fromkeys(("importTable", "replicas", "restoreSourceName", "restoreSourceTableArn", "restoreDateTime", "restoreToLatestTime", "restoreBackupArn", "globalTableWitness", "warmThroughput"), "restores, imports and global tables are not for the embedded cloud")),
        ),
        limits={"attributes.type": {"enum": ["B", "N", "S"]}, "name": {"pattern": r"[a-zA-Z0-9_.-]{3,255}"},
                "streamViewType": {"enum": ["KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE"]},
                "onDemandThroughput.maxReadRequestUnits": {"min": 1, "max": 40_000}, "onDemandThroughput.maxWriteRequestUnits": {"min": 1, "max": 40_000},
                "pointInTimeRecovery.recoveryPeriodInDays": {"min": 1, "max": 35}},
        aws_refuses=(
            Refusal("dynamodb-one-index-at-a-time", "AWS makes one global index at a time and takes minutes for it; further changes of the table are refused meanwhile."),
            Refusal("dynamodb-billing-mode-once-a-day", "The billing mode can be changed to on-demand four times in 24 hours."),
            Refusal("dynamodb-maximum-stays", "A table that names no maximum keeps the one that it had: without the block the official provider sends an update with nothing in it, which is refused; and -1, which removes it, is refused at creation."),
            Refusal("dynamodb-ttl-once-an-hour", "UpdateTimeToLive is refused for an hour after a change."),
            Refusal("dynamodb-key-exists", "The key has to exist and be enabled.", needs="kms/key of serverSideEncryption"),
        ),
    ),
]  # fmt: skip
