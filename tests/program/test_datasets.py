"""Datasets as they are sent to the engine: what Athena would refuse or ignore with the first query, long after the update."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_aws import athena, glue

from tests.program.breaking import Change, assert_noticed, with_
from tests.program.graph import Graph


def _workgroup_of(**changes: Any) -> Change:
    """Replaces settings of the workgroup."""

    def change(_: str, sent: dict[str, Any]) -> dict[str, Any]:
        given = sent["configuration"]
        kept = {name: getattr(given, name) for name in (
            "enforce_workgroup_configuration", "publish_cloudwatch_metrics_enabled", "bytes_scanned_cutoff_per_query", "result_configuration",
        )}  # fmt: skip
        return {**sent, "configuration": athena.WorkgroupConfigurationArgs(**{**kept, **changes})}

    return change


def queryable(graph: Graph) -> Iterator[str]:
    """Files, partitions and results lie in a bucket of the program; results are encrypted, and no query leaves the workgroup's settings."""
    buckets = {bucket.inputs["bucket"]: bucket for bucket in graph.all("s3/bucket")}
    keys = {node.inputs["bucket"]: node.inputs["rules"][0]["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
            for node in graph.all("s3/bucketServerSideEncryptionConfiguration")}  # fmt: skip
    for table in graph.all("glue/catalogTable"):
        location, parameters = table.inputs["storageDescriptor"]["location"], table.inputs["parameters"]
        bucket = buckets.get(location.split("/")[2])
        if bucket is None:
            yield f"{table.urn}: its location {location} is in no bucket of the program"
        elif not graph.comes_after(table, bucket):
            yield f"{table.urn}: may be made before its bucket"
        partitions = [key["name"] for key in table.inputs["partitionKeys"]]
        if parameters.get("storage.location.template") != location + "".join(f"{name}=${{{name}}}/" for name in partitions):
            yield f"{table.urn}: partitions are not where the writer puts them"
        if parameters.get("projection.enabled") != "true" or any(f"projection.{name}.range" not in parameters for name in partitions):
            yield f"{table.urn}: no partition is found unless somebody adds it"
        if {column["name"] for column in table.inputs["storageDescriptor"]["columns"]} & set(partitions):
            yield f"{table.urn}: Athena refuses a column that is a partition, too"
        if not any(database.inputs["name"] == table.inputs["databaseName"] for database in graph.all("glue/catalogDatabase")):
            yield f"{table.urn}: its database is not in the program"
    for group in graph.all("athena/workgroup"):
        settings = group.inputs["configuration"]
        results = settings["resultConfiguration"]
        name = results["outputLocation"].split("/")[2]
        if name not in buckets:
            yield f"{group.urn}: results go to no bucket of the program"
        if not settings.get("enforceWorkgroupConfiguration"):
            yield f"{group.urn}: a query may send its results anywhere"
        if not 10_485_760 <= (settings.get("bytesScannedCutoffPerQuery") or 0) <= 10**12:
            yield f"{group.urn}: a query may scan without a bound"
        encryption = results.get("encryptionConfiguration") or {}
        if encryption.get("encryptionOption") != "SSE_KMS" or encryption.get("kmsKeyArn") != keys.get(name):
            yield f"{group.urn}: results are not encrypted with the workload's key"
        folder = results["outputLocation"].partition(f"{name}/")[2]
        if not any(rule["filter"]["prefix"] == folder and rule["expiration"]["days"] <= 30
                   for node in graph.all("s3/bucketLifecycleConfiguration") if node.inputs["bucket"] == name
                   for rule in node.inputs["rules"] if rule.get("expiration")):  # fmt: skip
            yield f"{group.urn}: results are kept for good"


def test_datasets_can_be_queried(graph: Graph):
    assert sorted(table.inputs["name"] for table in graph.all("glue/catalogTable")) == ["clicks", "late", "malformed"]
    assert list(queryable(graph)) == []


def test_history_of_queries_goes_with_the_workgroup_where_state_is_not_protected(dev: Graph, prod: Graph):
    for graph, protected in ((dev, False), (prod, True)):
        (group,) = graph.all("athena/workgroup")
        assert (group.protect, group.inputs["forceDestroy"]) == (protected, not protected)


PLAIN = athena.WorkgroupConfigurationResultConfigurationArgs(output_location="s3://dev-clickstream-lake-111111111111-eu-west-1/query-results/")
ELSEWHERE = athena.WorkgroupConfigurationResultConfigurationArgs(output_location="s3://elsewhere/")
UNSORTED = athena.WorkgroupConfigurationResultConfigurationArgs(output_location="s3://dev-clickstream-lake-111111111111-eu-west-1/other/")
KEYS = [glue.CatalogTablePartitionKeyArgs(name="page", type="string")]

BREAKAGES = [
    ("athena.Workgroup", _workgroup_of(enforce_workgroup_configuration=False), "a query may send its results anywhere"),
    ("athena.Workgroup", _workgroup_of(bytes_scanned_cutoff_per_query=None), "a query may scan without a bound"),
    ("athena.Workgroup", _workgroup_of(result_configuration=PLAIN), "results are not encrypted"),
    ("athena.Workgroup", _workgroup_of(result_configuration=ELSEWHERE), "results go to no bucket"),
    ("athena.Workgroup", _workgroup_of(result_configuration=UNSORTED), "results are kept for good"),
    ("glue.CatalogTable", with_(parameters={"projection.enabled": "false"}), "no partition is found"),
    ("glue.CatalogTable", with_(partition_keys=KEYS), "Athena refuses a column that is a partition, too"),
    ("glue.CatalogTable", with_(database_name="other"), "its database is not in the program"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("kind", "change", "says"), BREAKAGES, ids=[says for _, _, says in BREAKAGES])
def test_the_check_notices(monkeypatch: pytest.MonkeyPatch, kind: str, change: Change, says: str):
    assert_noticed(monkeypatch, ("clickstream",), kind, change, queryable, says)
