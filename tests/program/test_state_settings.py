"""How state is kept, in every stack: what somebody notices only on the day they need it."""

from tests.program.graph import Graph


def test_every_table_can_be_put_back_to_any_second_of_five_weeks(graph: Graph):
    tables = graph.all("dynamodb/table")
    assert tables
    assert {table.name: table.inputs["pointInTimeRecovery"] for table in tables} == {
        table.name: {"enabled": True, "recoveryPeriodInDays": 35} for table in tables
    }  # fmt: skip


def test_every_bucket_encrypts_under_its_key_with_one_call_for_many_objects(graph: Graph):
    """Without a bucket key, each object is a call to KMS: 3 dollars a million, and a quota that other workloads share."""
    buckets = graph.all("s3/bucketServerSideEncryptionConfiguration")
    assert {each.inputs["bucket"] for each in buckets} == {bucket.inputs["bucket"] for bucket in graph.all("s3/bucket")} != set()
    for bucket in buckets:
        (rule,) = bucket.inputs["rules"]
        assert rule["bucketKeyEnabled"] is True, bucket.urn
        assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms", bucket.urn
