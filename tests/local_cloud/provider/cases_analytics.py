"""Cases of streams and of what reads their records at rest: Amazon Kinesis, AWS Glue, Amazon Athena."""

from typing import Any

from . import wire
from .cases import Case, Inputs, Made, need_bucket, need_key

STREAM, DATABASE, TABLE, WORKGROUP = (
    "aws:kinesis/stream:Stream",
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:glue/catalogTable:CatalogTable",
    "aws:athena/workgroup:Workgroup",
)
JSON = "org.openx.data.jsonserde.JsonSerDe"
LOCATION = "s3://needed-bucket/clicks/"
PROJECTION = {
    "projection.enabled": "true", "projection.day.type": "date", "projection.day.range": "2026/01/01,NOW", "projection.day.format": "yyyy/MM/dd",
    "storage.location.template": f"{LOCATION}${{day}}/",
}  # fmt: skip
need_database = ("database", DATABASE, lambda made: {"name": "needed_database"})


def of_table(made: Made, **inputs: Any) -> Inputs:
    return {
        "name": "clicks", "databaseName": made["database"]["name"], "tableType": "EXTERNAL_TABLE", "parameters": PROJECTION,
        "partitionKeys": [{"name": "day", "type": "string"}],
        "storageDescriptor": {
            "location": LOCATION, "inputFormat": "org.apache.hadoop.mapred.TextInputFormat", "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "columns": [{"name": "page", "type": "string"}, {"name": "at", "type": "timestamp"}],
            "serDeInfo": {"serializationLibrary": JSON, "parameters": {"ignore.malformed.json": "true"}},
        }, **inputs,
    }  # fmt: skip


def results(made: Made, **settings: Any) -> Inputs:
    encryption = {"encryptionOption": "SSE_KMS", "kmsKeyArn": made["key"]["arn"]}
    result = {"outputLocation": f"s3://{made['bucket']['bucket']}/results/", "encryptionConfiguration": encryption}
    return {
        "enforceWorkgroupConfiguration": True,
        "publishCloudwatchMetricsEnabled": True,
        "resultConfiguration": result,
        **settings,
    }


CASES = [
    Case(STREAM, lambda made: {"name": "clicks", "streamModeDetails": {"streamMode": "ON_DEMAND"}, "encryptionType": "KMS", "kmsKeyId": made["key"]["arn"], "retentionPeriod": 48, "tags": {"a": "1"}},
         needs=(need_key,), changed={"retentionPeriod": 24, "encryptionType": "NONE", "kmsKeyId": None, "tags": {"b": "2"}}, replaced={"name": "clicks-2"}, outputs=("arn",),
         import_id=lambda made, state: "clicks", deletes_first=False),
    Case(DATABASE, lambda made: {"name": "lake", "description": "one", "parameters": {"a": "1"}, "tags": {"a": "1"}}, changed={"description": "two", "parameters": {"b": "2"}, "tags": {"b": "2"}},
         replaced={"name": "lake_2"}, outputs=("arn", "catalogId"), deletes_first=False),
    Case(TABLE, of_table, needs=(need_bucket, need_database), changed={"description": "clicks of a page", "parameters": {**PROJECTION, "projection.day.range": "2025/01/01,NOW"}, "storageDescriptor": {"location": LOCATION, "columns": [{"name": "page", "type": "string"}]}},
         replaced={"name": "clicks_2"}, outputs=("arn", "catalogId"), import_id=lambda made, state: f"{wire.ACCOUNT}:needed_database:clicks", deletes_first=False),
    Case(WORKGROUP, lambda made: {"name": "analysts", "description": "one", "forceDestroy": True, "configuration": results(made, bytesScannedCutoffPerQuery=10**9), "tags": {"a": "1"}}, needs=(need_key, need_bucket),
         changed=lambda made: {"description": "two", "state": "DISABLED", "tags": {"b": "2"}, "configuration": results(made, bytesScannedCutoffPerQuery=2 * 10**9, resultConfiguration={"outputLocation": "s3://needed-bucket/other/"})},
         replaced={"name": "analysts-2"}, outputs=("arn",), not_imported=frozenset({"forceDestroy"}), deletes_first=False),
]  # fmt: skip
