"""AWS Glue: databases and tables of the Data Catalog."""

from typing import Any

from ..calls import Work
from ..entry import Call, Refusal, Resource, State, Tagging
from ..wire import has_unknown
from .common import refused

TAGS = Tagging(
    "Tags", "tag_resource", "untag_resource", "get_tags", {"ResourceArn": "arn"}, member="TagsToAdd", keys="TagsToRemove"
)
DATABASE_ARN = "arn:{partition}:glue:{region}:{account}:database/{name}"
TABLE_ARN = "arn:{partition}:glue:{region}:{account}:table/{databaseName}/{name}"
LOWER = {"pattern": r"[^A-Z]{1,255}"}
"""Names are folded to lower case by Athena and Hive; the official provider refuses others, and lengths beyond 255."""
PROJECTED = {"date": ("range", "format"), "enum": ("values",), "injected": (), "integer": ("range",)}
"""Type of a projected partition key -> what it needs besides ("Supported types for partition projection", Athena user guide)."""


def _seen(operation: str, arn: str, take: str, **ids: str) -> Any:
    def read(work: Work) -> State | None:
        params = {member: work.state[name] for member, name in ids.items()}
        found = work.properties(Call(operation, take=take), work.call(operation, **params))
        return found and {**found, "arn": work.format(arn)}

    return read


def _two(id: str) -> State:
    catalog, _, name = id.partition(":")
    return {"id": id, "catalogId": catalog, "name": name}


def _projection(inputs: State) -> list[tuple[str, str]]:
    """Partition projection that Athena would refuse with the first query, long after the table was made."""
    parameters, keys = inputs.get("parameters"), inputs.get("partitionKeys", [])
    if not isinstance(parameters, dict) or parameters.get("projection.enabled") != "true" or has_unknown([parameters, keys]):
        return []
    found: list[str] = []
    for key in (each["name"] for each in keys):
        kind = parameters.get(f"projection.{key}.type")
        if kind not in PROJECTED:
            told = f"'{kind}'" if kind else "missing"
            found.append(f"projection.{key}.type is {told}: partition key '{key}' needs one of {', '.join(sorted(PROJECTED))}")
        else:
            found += [
                f"projection.{key}.{part} is missing: type {kind} needs it"
                for part in PROJECTED[kind]
                if not parameters.get(f"projection.{key}.{part}")
            ]
    template, location = parameters.get("storage.location.template"), (inputs.get("storageDescriptor") or {}).get("location")
    if template:
        found += [
            f"storage.location.template has no ${{{each['name']}}}" for each in keys if f"${{{each['name']}}}" not in template
        ]
        if isinstance(location, str) and not template.startswith(location.rstrip("/")):
            found.append(f"storage.location.template lies outside the table's location {location}")
    return [("parameters", f"parameters: {each}") for each in found]


CATALOG = {"catalogId": "{account}"}
NOT_KEPT = "the emulator does not keep it"

RESOURCES = [
    Resource(
        "aws:glue/catalogDatabase:CatalogDatabase", "glue", id="{catalogId}:{name}", named="name", name_limit=255, identify=_two, tags=TAGS,
        known={**CATALOG, "arn": DATABASE_ARN}, create=Call("create_database", wrap="DatabaseInput"), update=(Call("update_database", {"Name": "name"}, wrap="DatabaseInput"),),
        read=_seen("get_database", DATABASE_ARN, "Database", Name="name"), delete=(Call("delete_database", {"Name": "name"}),),
        assigned=frozenset({"catalogId", "createTableDefaultPermissions", "locationUri"}), limits={"name": LOWER},
        checks=(refused(dict.fromkeys(("targetDatabase", "federatedDatabase", "createTableDefaultPermissions"), NOT_KEPT)),),
        aws_refuses=(
            Refusal("glue-lake-formation", "Where Lake Formation governs the catalog, a reader needs its grants besides IAM; the emulator has none."),
        ),
    ),
    Resource(
        "aws:glue/catalogTable:CatalogTable", "glue", id="{catalogId}:{databaseName}:{name}", named="name", name_limit=255,
        known={**CATALOG, "arn": TABLE_ARN}, create=Call("create_table", {"Name": lambda work: None}, wrap="TableInput"), update=(Call("update_table", {"Name": lambda work: None}, wrap="TableInput"),),
        read=_seen("get_table", TABLE_ARN, "Table", DatabaseName="databaseName", Name="name"), delete=(Call("delete_table", {"DatabaseName": "databaseName", "Name": "name"}),),
        ordered=frozenset({"partitionKeys", "storageDescriptor"}), assigned=frozenset({"catalogId", "tableType", "owner"}), unread=frozenset({"retention"}),
        limits={"name": LOWER, "databaseName": LOWER, "tableType": {"enum": ["EXTERNAL_TABLE", "GOVERNED", "VIRTUAL_VIEW"]}},
        checks=(_projection, refused(dict.fromkeys(("targetTable", "openTableFormatInput", "viewDefinition", "partitionIndices"), NOT_KEPT))),
        aws_refuses=(
            Refusal("glue-table-after-its-database", "The database has to exist.", needs="glue/catalogDatabase of databaseName"),
            Refusal("glue-athena-reads-the-location", "Who queries needs s3:GetObject and s3:ListBucket of the location and kms:Decrypt of its key; the table is made without them."),
        ),
    ),
]  # fmt: skip
