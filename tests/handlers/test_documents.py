"""Documents: what is found out, what a notice of S3 leads to, and what a bad one does to the others."""

import json

import pytest
from handler_support import Context, items, numbers
from pydantic import BaseModel

from documents import logic
from documents.arrivals import arrivals
from shared.errors import PermanentFailure

TEXT = "Dear Anna,\n\nthe parcel and the letter: it is on the way to you.\nYours, the parcel service\n"


def test_facts_of_a_text():
    facts = logic.text_facts(TEXT.encode())
    assert (facts.characters, facts.words, facts.lines) == (len(TEXT), 18, 4)
    assert facts.frequent[0] == "parcel" and "the" not in facts.frequent
    assert logic.text_facts(b"") == facts.model_copy(update={"characters": 0, "words": 0, "lines": 0, "frequent": []})


def test_a_preview_shows_nothing_that_moves():
    lines = logic.preview("\n\u202eevil\x1b[2J\tend\n".encode() + b"x" * 500 + b"\na\nb\nc\nd").lines
    assert lines == ["evil[2J end", "x" * 200, "a", "b", "c"]


@pytest.mark.parametrize(("content", "kind", "language"), [
    (TEXT.encode(), "text", "en"), (b"Das Paket und der Brief sind nicht mit der Post gekommen", "text", "de"),
    (b"le colis est dans la rue pour les amis", "text", "fr"), (b"1234", "text", "und"), (b"\xff\xfe\x00", "binary", "und"), (b"", "text", "und"),
])  # fmt: skip
def test_metadata_of_any_file(content, kind, language):
    found = logic.metadata(content)
    assert (found.kind, found.language, found.size_bytes) == (kind, language, len(content))


@pytest.mark.parametrize("find", [logic.text_facts, logic.preview])
def test_what_is_no_text_will_never_be(find):
    with pytest.raises(PermanentFailure, match="not text in UTF-8: byte 2"):
        find(b"ab\xff")


def test_the_same_document_has_one_key_and_others_have_another():
    first = logic.document_key("anna", "a.txt", b"x")
    assert first == logic.document_key("anna", "a.txt", b"x")
    others = [logic.document_key(*other) for other in (("berta", "a.txt", b"x"), ("anna", "b.txt", b"x"), ("anna", "a.txt", b"y"))]
    assert len({first, *others}) == 4
    assert first.startswith("incoming/") and first.endswith("/a.txt")


def notice(*names: str) -> str:
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": {"key": name}}} for name in names]})


def test_keys_of_a_notice():
    assert list(arrivals(notice("incoming/a+b%2Bc.txt", "incoming/2"))) == [("incoming/a b+c.txt", None), ("incoming/2", None)]
    assert list(arrivals(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"}))) == []
    for wrong in ("{", "[]", "{}", json.dumps({"Records": [{"s3": {}}]}), "[" * 5000):
        with pytest.raises(PermanentFailure, match="no notice of S3"):
            list(arrivals(wrong))


def test_sequencers_compare_as_s3_says():
    """The shorter one is filled up on the right."""
    [[_, short]], [[_, longer]], [[_, later]] = (list(arrivals(sequenced(one))) for one in ("0055AED6DCD9", "0055aed6dcd90281e5", "0055AED6DCDA"))
    assert short < longer < later
    with pytest.raises(PermanentFailure, match="no notice of S3"):
        list(arrivals(sequenced("later")))


def sequenced(sequencer: str, name: str = "incoming/one") -> str:
    return json.dumps({"Records": [{"s3": {"object": {"key": name, "sequencer": sequencer}}}]})


@pytest.fixture
def cloud(aws, monkeypatch):
    """(cloud, bucket, table) with fresh functions."""
    from documents import arrivals

    bucket, table = f"documents-{next(numbers)}", f"results-{next(numbers)}"
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws.client("dynamodb").create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "document_key", "KeyType": "HASH"}, {"AttributeName": "kind", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("document_key", "kind")],
    )  # fmt: skip
    for name, value in {"WORKLOAD": "documents", "BUCKET_DOCUMENTS": bucket, "TABLE_RESULTS": table, "QUEUE_TEXT": "https://sqs.example/q",
                        "QUEUE_METADATA": "https://sqs.example/q"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    arrivals.stores.cache_clear()
    arrivals.settings.cache_clear()
    yield aws, bucket, table
    arrivals.stores.cache_clear()
    arrivals.settings.cache_clear()


def batch(*bodies: str) -> dict:
    return {"Records": [
        {"messageId": f"m{number}", "receiptHandle": "r", "body": body, "attributes": {"ApproximateReceiveCount": "1"},
         "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:text", "awsRegion": "eu-west-1"}
        for number, body in enumerate(bodies)
    ]}  # fmt: skip


def test_one_bad_document_fails_alone_and_in_one_worker_only(cloud, log):
    from documents import metadata, text

    aws, bucket, table = cloud
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="incoming/good", Body=TEXT.encode(), Metadata={"correlation-id": "from-the-object"})
    s3.put_object(Bucket=bucket, Key="incoming/bad", Body=b"\xff\xfe")
    event = batch(notice("incoming/good"), notice("incoming/bad"), notice("incoming/gone"))
    failed = {entry["itemIdentifier"] for entry in text.handler(event, Context())["batchItemFailures"]}
    assert failed == {"m1", "m2"}
    assert {entry["itemIdentifier"] for entry in metadata.handler(event, Context())["batchItemFailures"]} == {"m2"}
    kept = {(item["document_key"]["S"], item["kind"]["S"]): item for item in items(aws, table)}
    assert set(kept) == {("incoming/good", "text"), ("incoming/good", "metadata"), ("incoming/bad", "metadata")}
    assert kept["incoming/good", "text"]["correlation_id"]["S"] == "from-the-object"
    assert "from-the-object" in {line.get("correlation_id") for line in log.of("INFO")}


def test_a_notice_that_comes_twice_gives_the_same_item(cloud):
    from documents import text

    aws, bucket, table = cloud
    aws.client("s3").put_object(Bucket=bucket, Key="incoming/one", Body=b"abc", Metadata={"correlation-id": "c1"})
    for _ in range(2):
        assert text.handler(batch(notice("incoming/one")), Context()) == {"batchItemFailures": []}
    assert len(items(aws, table)) == 1


def test_a_slow_worker_replaces_no_result_of_a_newer_document(cloud, log, monkeypatch):
    """It has read the older content when the object is replaced, and another run is done with the newer one before it."""
    from documents import arrivals as module
    from documents import text

    aws, bucket, table = cloud

    def put(content: bytes) -> None:
        aws.client("s3").put_object(Bucket=bucket, Key="incoming/one", Body=content)

    put(b"older words")
    documents = module.stores(bucket, table)[0]
    read = documents.get

    def read_slowly(key: str):
        found = read(key)
        put(b"newer")
        with monkeypatch.context() as fast:
            fast.setattr(documents, "get", read)
            assert text.handler(batch(sequenced("02")), Context()) == {"batchItemFailures": []}
        return found

    monkeypatch.setattr(documents, "get", read_slowly)
    assert text.handler(batch(sequenced("01")), Context()) == {"batchItemFailures": []}
    [item] = items(aws, table)
    assert json.loads(item["found"]["S"])["frequent"] == ["newer"]
    assert [line["message"] for line in log.of("INFO")] == ["document looked at", "a newer document was looked at already"]
    monkeypatch.setattr(documents, "get", read)
    put(b"corrected")
    for again in (sequenced("02"), notice("incoming/one")):  # redelivered, and written by hand
        text.handler(batch(again), Context())
        [item] = items(aws, table)
        assert json.loads(item["found"]["S"])["frequent"] == ["corrected"]


def test_every_result_is_a_model_of_the_contracts():
    for find in (logic.text_facts, logic.preview, logic.metadata):
        assert isinstance(find(b"x"), BaseModel)
