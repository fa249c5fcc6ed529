"""Clicks over HTTP into a stream, and batches of the stream into files of the lake; streams and buckets are the embedded cloud's."""

import gzip
import json
from datetime import timedelta

import pytest
from handler_support import REGION, Context, numbers
from http_support import problem, request, told
from stream_support import ARRIVED, kinesis, reported

CLICK = {
    "click_id": "c-1", "session_id": "s-1", "occurred_at": "2026-03-01T12:29:58.123Z", "page": "/tea", "element": "buy",
    "referrer": None,
}  # fmt: skip


def click(number: int = 1, occurred_at: str = CLICK["occurred_at"] or "", **more) -> dict:
    return {**CLICK, "click_id": f"c-{number}", "occurred_at": occurred_at, **more}


def record(number: int, occurred_at: str = CLICK["occurred_at"] or "", arrived=ARRIVED, **options) -> dict:
    envelope = {"meta": {"correlation_id": f"request-{number % 2}"}, "data": click(number, occurred_at)}
    return kinesis(envelope, number, arrived, **options)


# Collecting


@pytest.fixture
def stream(aws, monkeypatch):
    from clickstream import collect

    name = f"stream-{next(numbers)}"
    kinesis_client = aws.client("kinesis")
    kinesis_client.create_stream(StreamName=name, ShardCount=2)
    monkeypatch.setenv("WORKLOAD", "clickstream")
    monkeypatch.setenv("STREAM_CLICKS", name)
    collect.parts.cache_clear()

    def records() -> list[dict]:
        found = []
        for shard in kinesis_client.list_shards(StreamName=name)["Shards"]:
            iterator = kinesis_client.get_shard_iterator(
                StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            found += kinesis_client.get_records(ShardIterator=iterator)["Records"]
        return found

    yield records
    collect.parts.cache_clear()


def post(body, **headers) -> dict:
    from clickstream.collect import handler

    return handler(request("POST", "/clicks", body, caller=None, **headers), Context())


def test_clicks_are_in_the_stream_with_the_id_of_their_request(stream, metric_values):
    body = {"clicks": [click(1), click(2, session_id="s-2", element=None)]}
    assert told(post(body, x_correlation_id="from-the-edge")) == (202, {"accepted": 2})
    kept = {record["PartitionKey"]: json.loads(record["Data"]) for record in stream()}
    without = {name: value for name, value in click(1, "2026-03-01T12:29:58.123000Z").items() if value is not None}
    assert kept["s-1"] == {"meta": {"correlation_id": "from-the-edge"}, "data": without}
    assert kept["s-2"]["data"]["click_id"] == "c-2" and "element" not in kept["s-2"]["data"]
    assert metric_values() == {"ClicksCollected": 2}


def test_what_is_collected_can_be_laid_down(stream, lake):
    post({"clicks": [click()]})
    [sent] = stream()
    assert transform(kinesis(sent["Data"], 5)) == []
    assert [line["click_id"] for line in lake()["clicks/year=2026/month=03/day=01/hour=12/shardId-000000000000-5.json.gz"]] == ["c-1"]


@pytest.mark.parametrize(
    ("body", "status", "message", "field"),
    [
        ({"clicks": []}, 400, "clicks: List should have at least 1 item after validation, not 0", "clicks"),
        ({"clicks": [click()] * 101}, 400, "clicks: List should have at most 100 items after validation, not 101", "clicks"),
        (
            {"clicks": [click(), click(2, "2026-03-01T12:00:00")]}, 400,
            "clicks.1.occurred_at: Input should have timezone info", "clicks.1.occurred_at",
        ),
        ({"clicks": [click(visitor="anna")]}, 400, "clicks.0.visitor: Extra inputs are not permitted", "clicks.0.visitor"),
        ("{" + " " * 262_144, 413, "the body is longer than 262144 characters", "body"),
    ],
)  # fmt: skip
def test_a_bad_request_is_refused_whole(stream, body, status, message, field):
    assert problem(post(body)) == (status, message, field)
    assert stream() == []


def test_the_largest_request_is_taken(stream):
    longest = click(session_id="s" * 64, click_id="c" * 64, page="/" * 500, element="e" * 100, referrer="r" * 500)
    assert told(post({"clicks": [longest] * 100}))[1] == {"accepted": 100}


class FakeKinesis:
    """Answers put_records with one error code, or None, for each record of each call."""

    def __init__(self, *calls: list[str | None]) -> None:
        self.answers, self.sent = list(calls), []

    def put_records(self, StreamName, Records):
        self.sent.append([json.loads(record["Data"])["data"]["click_id"] for record in Records])
        codes = self.answers.pop(0)
        assert len(codes) == len(Records)
        return {"Records": [{"ErrorCode": code, "ErrorMessage": "x"} if code else {"SequenceNumber": "1"} for code in codes]}


SLOW = "ProvisionedThroughputExceededException"


@pytest.fixture
def fake(monkeypatch):
    from clickstream import collect
    from clickstream.sending import ClickStream

    waits: list[float] = []

    def use(*calls: list[str | None]) -> FakeKinesis:
        client = FakeKinesis(*calls)
        monkeypatch.setattr(collect, "parts", lambda: ClickStream(client, "clicks", waits.append))
        return client

    use.waits = waits  # type: ignore[attr-defined]
    return use


def test_only_refused_records_are_sent_again(fake):
    client = fake([None, SLOW, SLOW], ["InternalFailure", None], [None])
    assert told(post({"clicks": [click(1), click(2), click(3)]})) == (202, {"accepted": 3})
    assert client.sent == [["c-1", "c-2", "c-3"], ["c-2", "c-3"], ["c-2"]]
    assert [wait <= limit for wait, limit in zip(fake.waits, (0.2, 0.4), strict=True)] == [True, True]


def test_a_stream_that_stays_full_is_503_and_told(fake, log, metric_values):
    client = fake([None, SLOW], [SLOW], [SLOW], [SLOW])
    reply = post({"clicks": [click(1), click(2)]})
    assert problem(reply) == (503, "try again with the same click ids", None)
    assert reply["headers"]["retry-after"] == "2"
    assert len(client.sent) == 4 and len(fake.waits) == 3
    [line] = log.of("ERROR")
    assert (line["accepted"], line["sent"], line["codes"]) == (1, 2, [SLOW])
    assert metric_values() == {"ClicksCollected": 1, "ClicksRefused": 1}


def test_a_refusal_that_will_not_pass_is_not_repeated(fake):
    client = fake(["KMSDisabledException"])
    assert problem(post({"clicks": [click()]}))[0] == 503
    assert len(client.sent) == 1


# Laying down


@pytest.fixture
def lake(aws, monkeypatch):
    from clickstream import transform as module

    bucket = f"lake-{next(numbers)}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    monkeypatch.setenv("WORKLOAD", "clickstream")
    monkeypatch.setenv("BUCKET_LAKE", bucket)
    module.parts.cache_clear()

    def files(raw: bool = False) -> dict:
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        contents = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
        if raw:
            return contents
        return {key: [json.loads(line) for line in gzip.decompress(data).splitlines()] for key, data in contents.items()}

    yield files
    module.parts.cache_clear()


def transform(*records: dict) -> list[str]:
    from clickstream.transform import handler

    return reported(handler({"Records": list(records)}, Context()))


def ids(lines: list[dict]) -> list[str]:
    return [line["click_id"] for line in lines]


def test_clicks_are_laid_down_by_the_hour_in_which_they_happened(lake, log, metric_values):
    assert transform(
        record(7, "2026-03-01T11:59:59.999Z"), record(8, "2026-03-01T12:00:00Z"), record(9, "2026-03-01T12:59:00+01:00"),
        record(10, "2026-02-28T23:30:00Z"),
    ) == []  # fmt: skip
    files = lake()
    assert {key: ids(lines) for key, lines in files.items()} == {
        "clicks/year=2026/month=02/day=28/hour=23/shardId-000000000000-10.json.gz": ["c-10"],
        "clicks/year=2026/month=03/day=01/hour=11/shardId-000000000000-7.json.gz": ["c-7", "c-9"],
        "clicks/year=2026/month=03/day=01/hour=12/shardId-000000000000-8.json.gz": ["c-8"],
    }
    assert files["clicks/year=2026/month=03/day=01/hour=11/shardId-000000000000-7.json.gz"][1] == {
        **click(9, "2026-03-01T11:59:00.000Z"), "arrived_at": "2026-03-01T12:30:00.000Z", "correlation_id": "request-1",
    }  # fmt: skip
    assert metric_values() == {"ClicksLaidDown": 4}
    told = {(line["correlation_id"], line["records"]) for line in log.of("INFO") if line["message"] == "clicks laid down"}
    assert told == {("request-1", 2), ("request-0", 2)}


def test_what_is_late_or_of_the_future_is_set_apart_by_its_arrival(lake, metric_values):
    def at(offset: timedelta) -> str:
        return (ARRIVED + offset).isoformat()

    day, fast, second = timedelta(hours=24), timedelta(minutes=5), timedelta(seconds=1)
    assert transform(
        record(1, at(-day)), record(2, at(-day - second)), record(3, at(fast)), record(4, at(fast + second)),
        record(5, "0001-01-01T00:00:00+14:00"), record(6, "9999-12-31T23:59:59-14:00"),
    ) == []  # fmt: skip
    files = lake()
    [late] = [key for key in files if key.startswith("late/")]
    assert late == "late/year=2026/month=03/day=01/hour=12/shardId-000000000000-2.json.gz"
    assert [(line["click_id"], line["reason"]) for line in files[late]] == [
        ("c-2", "late"), ("c-4", "in the future"), ("c-5", "late"), ("c-6", "in the future"),
    ]  # fmt: skip
    assert metric_values() == {"ClicksLaidDown": 2, "LateClicks": 4}


def test_what_is_malformed_is_kept_with_its_reason_and_holds_nobody_up(lake, log, metric_values):
    broken = kinesis({"meta": {"correlation_id": "x"}, "data": {**click(), "page": "", "more": "secret"}}, 3)
    garbled = kinesis(b"", 4)
    garbled["kinesis"]["data"] = "***"
    assert transform(record(1), kinesis(b"\xff{", 2), broken, garbled, kinesis(b"[" * 50_000, 5), record(6)) == []
    files = lake()
    [malformed] = [key for key in files if key.startswith("malformed/")]
    assert malformed == "malformed/year=2026/month=03/day=01/hour=12/shardId-000000000000-2.json.gz"
    first, second, third, fourth = files[malformed]
    assert first == {
        "reason": first["reason"], "arrived_at": "2026-03-01T12:30:00.000Z", "shard": "shardId-000000000000",
        "sequence_number": "2", "data": "/3s=",
    }  # fmt: skip
    assert first["reason"].startswith("record: Invalid JSON") and fourth["reason"].startswith("record: Invalid JSON")
    assert second["reason"] == "data.page: String should have at least 1 character (and 1 more)"
    assert (third["reason"], third["data"]) == ("the record's data is not base64", None)
    assert metric_values() == {"ClicksLaidDown": 2, "MalformedRecords": 4}
    told = [(line["sequence_number"], line["correlation_id"]) for line in log.of("WARNING")]
    assert told == [("2", "2"), ("3", "x"), ("4", "4"), ("5", "5")], "under the id of the request where it can be read"
    assert "secret" not in log.stream.getvalue()


def test_the_same_batch_is_the_same_bytes(lake):
    batch = [record(1), record(2), kinesis(b"{", 3), record(4, "2020-01-01T00:00:00Z")]
    transform(*batch)
    first = lake(raw=True)
    transform(*batch)
    assert lake(raw=True) == first and len(first) == 3
    assert all(content[4:8] == b"\0\0\0\0" for content in first.values())  # gzip's time of modification


def test_a_file_that_cannot_be_written_fails_the_batch_and_the_next_attempt_is_whole(lake, monkeypatch, log):
    from clickstream.transform import parts

    batch, real, calls = [record(1), record(2, "2026-03-01T11:00:00Z"), kinesis(b"{", 3)], parts().put, []

    def second_fails(key, content):
        calls.append(key)
        if len(calls) == 2:
            raise ConnectionError("network")
        real(key, content)

    monkeypatch.setattr(parts(), "put", second_fails)
    with pytest.raises(ConnectionError):
        transform(*batch)
    assert len(lake()) == 1
    waiting = {line["correlation_id"] for line in log.of("WARNING") if line.get("reason") == "ConnectionError"}
    assert waiting == {"request-0", "request-1"}
    assert transform(*batch) == []
    assert sum(len(lines) for lines in lake().values()) == 3


def test_where_the_code_is_at_fault_what_came_before_is_done(lake, monkeypatch, log):
    from clickstream import logic

    real = logic.place

    def place(arrived):
        if arrived.sequence_number == "3":
            raise RuntimeError("a bug")
        return real(arrived)

    monkeypatch.setattr(logic, "place", place)
    assert transform(*(record(number) for number in (1, 2, 3, 4))) == ["3"]
    assert [ids(lines) for lines in lake().values()] == [["c-1", "c-2"]]
    [line] = log.of("ERROR")
    assert (line["correlation_id"], line["reason"]) == ("request-1", "RuntimeError: a bug")
    monkeypatch.undo()
