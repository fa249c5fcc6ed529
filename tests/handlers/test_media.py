"""Media: what a file really is, and what a run that died or a notice that came twice leaves."""

import json

import pytest
from handler_support import Context, items, make_table, numbers, whichever_is_lost

from media import logic

UPLOAD = "upl_" + "0" * 32
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
HEADS = {
    "image/png": PNG, "image/jpeg": b"\xff\xd8\xff\xe0", "image/gif": b"GIF89a", "application/pdf": b"%PDF-1.7", "video/mp4": b"\x00\x00\x00\x18ftypisom",
}  # fmt: skip


@pytest.mark.parametrize(("content_type", "head"), HEADS.items())
def test_each_type_is_known_by_its_first_bytes_alone(content_type, head):
    assert logic.kind_of(head) == content_type
    assert logic.kind_of(head[1:]) is None
    assert logic.objection(logic.Expected(content_type, 5), logic.Arrived(content_type, 5, head)) is None
    for other in HEADS:
        if other != content_type:
            assert "by its first bytes" in str(logic.objection(logic.Expected(other, 5), logic.Arrived(other, 5, head)))


@pytest.mark.parametrize("head", [b"\x00\x00\x00\x14ftypqt  ", b"\x00\x00\x00\x18ftypheic", b"\x00\x00\x00\x18ftyp"])
def test_what_only_has_the_box_of_mp4_is_no_mp4(head):
    assert logic.kind_of(head) is None


@pytest.mark.parametrize(("expected", "arrived", "reason"), [
    (None, logic.Arrived("image/png", 1, PNG), "nobody asked"),
    (logic.Expected("image/png", 10), logic.Arrived("image/png", 11, PNG), "has 11 bytes, not the 10"),
    (logic.Expected("image/png", 10), logic.Arrived("text/html", 10, PNG), "says it is text/html"),
    (logic.Expected("image/png", 0), logic.Arrived("image/png", 0, b""), "of no type"),
])  # fmt: skip
def test_what_is_objected_to(expected, arrived, reason):
    assert reason in str(logic.objection(expected, arrived))


def test_keys_hold_no_caller_and_lead_to_one_upload():
    key = logic.incoming_key("anna@example.com", UPLOAD)
    assert "anna" not in key and logic.upload_of(key) == UPLOAD
    for wrong in ("incoming/x", f"other/{'0' * 32}/{UPLOAD}", key + "/more", f"incoming/{'0' * 32}/upl_1"):
        assert logic.upload_of(wrong) is None


@pytest.fixture
def cloud(aws, monkeypatch):
    from media import process, tickets

    names = {f"BUCKET_{kind.upper()}": f"{kind}-{next(numbers)}" for kind in ("uploads", "media", "quarantine")}
    for name in names.values():
        aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    names["TABLE_FILES"] = make_table(aws, "upload_id")
    names["TOPIC_PROCESSED"] = aws.client("sns").create_topic(Name=f"processed-{next(numbers)}")["TopicArn"]
    for name, value in {**names, "WORKLOAD": "media"}.items():
        monkeypatch.setenv(name, value)
    for module in (process, tickets):
        module.parts.cache_clear()
    yield aws, names
    for module in (process, tickets):
        module.parts.cache_clear()


def expect(cloud, content: bytes, content_type: str = "image/png") -> str:
    """Key of a file that is expected, and there."""
    aws, names = cloud
    key = logic.incoming_key("anna", UPLOAD)
    aws.client("dynamodb").put_item(TableName=names["TABLE_FILES"], Item={
        "upload_id": {"S": UPLOAD}, "caller": {"S": "anna"}, "status": {"S": "expected"}, "file_name": {"S": "a.png"},
        "content_type": {"S": content_type}, "size_bytes": {"N": str(len(content))}, "correlation_id": {"S": "from-the-ticket"},
    })  # fmt: skip
    aws.client("s3").put_object(Bucket=names["BUCKET_UPLOADS"], Key=key, Body=content, ContentType=content_type)
    return key


def notice(key: str) -> dict:
    return {"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": key.replace("/", "%2F")}}}]}


def there(cloud, bucket: str) -> list[str]:
    aws, names = cloud
    return [each["Key"] for each in aws.client("s3").list_objects_v2(Bucket=names[bucket]).get("Contents", [])]


def test_a_good_file_is_moved_once_however_often_s3_tells(cloud, log):
    from media.process import handler

    key = expect(cloud, PNG)
    for _ in range(2):
        handler(notice(key), Context())
    assert (there(cloud, "BUCKET_MEDIA"), there(cloud, "BUCKET_UPLOADS"), there(cloud, "BUCKET_QUARANTINE")) == ([UPLOAD], [], [])
    [item] = items(cloud[0], cloud[1]["TABLE_FILES"])
    assert item["status"] == {"S": "kept"}
    assert [line["message"] for line in log.of("INFO")][-2:] == ["file looked at", "file was dealt with already"]
    assert log.of("INFO")[-2]["correlation_id"] == "from-the-ticket"
    kept = cloud[0].client("s3").head_object(Bucket=cloud[1]["BUCKET_MEDIA"], Key=UPLOAD)
    assert (kept["Metadata"], kept["ContentType"]) == ({"correlation-id": "from-the-ticket"}, "image/png")


def test_a_file_that_cannot_be_moved_is_told_of_under_the_id_of_its_ticket(cloud, log, monkeypatch):
    from media import process

    key = expect(cloud, PNG)
    monkeypatch.setattr(process.parts()[2], "copy", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        process.handler(notice(key), Context())
    [line] = log.of("ERROR")
    assert (line["message"], line["correlation_id"]) == ("the function failed", "from-the-ticket")


def test_a_bad_file_is_put_aside_with_its_reason(cloud):
    from media.process import handler

    handler(notice(expect(cloud, b"MZ" + b"\x00" * 50)), Context())
    assert (there(cloud, "BUCKET_MEDIA"), there(cloud, "BUCKET_QUARANTINE")) == ([], [UPLOAD])
    [item] = items(cloud[0], cloud[1]["TABLE_FILES"])
    assert item["status"] == {"S": "quarantined"} and "first bytes" in item["reason"]["S"]


def test_a_file_that_nobody_asked_to_send_is_put_aside(cloud):
    from media.process import handler

    aws, names = cloud
    aws.client("s3").put_object(Bucket=names["BUCKET_UPLOADS"], Key="incoming/stray file", Body=PNG)
    handler(notice("incoming/stray+file"), Context())
    [name] = there(cloud, "BUCKET_QUARANTINE")
    assert name == logic.name_of("incoming/stray file") and name.endswith("-incoming_stray file")
    assert items(aws, names["TABLE_FILES"]) == [] and there(cloud, "BUCKET_UPLOADS") == []


def test_names_of_stray_files_do_not_meet_in_quarantine():
    assert logic.name_of("incoming/a/b") != logic.name_of("incoming/a_b")


def test_an_empty_stray_file_is_put_aside(cloud):
    from media.process import handler

    aws, names = cloud
    aws.client("s3").put_object(Bucket=names["BUCKET_UPLOADS"], Key="incoming/empty", Body=b"")
    handler(notice("incoming/empty"), Context())
    assert there(cloud, "BUCKET_UPLOADS") == [] and len(there(cloud, "BUCKET_QUARANTINE")) == 1


def test_a_file_in_the_place_of_somebody_else_is_put_aside(cloud):
    from media.process import handler

    aws, names = cloud
    expect(cloud, PNG)
    other = logic.incoming_key("berta", UPLOAD)
    aws.client("s3").put_object(Bucket=names["BUCKET_UPLOADS"], Key=other, Body=PNG, ContentType="image/png")
    handler(notice(other), Context())
    [item] = items(aws, names["TABLE_FILES"])
    assert item["status"] == {"S": "expected"} and there(cloud, "BUCKET_MEDIA") == []
    assert there(cloud, "BUCKET_QUARANTINE") == [logic.name_of(other)]


def content(cloud, bucket: str, key: str = UPLOAD) -> bytes:
    aws, names = cloud
    return aws.client("s3").get_object(Bucket=names[bucket], Key=key)["Body"].read()


EVIL = PNG[:-4] + b"evil"
"""Passes every check: the same size and first bytes."""


def send_again(cloud, key: str) -> None:
    aws, names = cloud
    aws.client("s3").put_object(Bucket=names["BUCKET_UPLOADS"], Key=key, Body=EVIL, ContentType="image/png")


def test_a_ticket_that_is_used_again_does_not_replace_a_file_that_was_found_good(cloud, log):
    from media.process import handler

    key = expect(cloud, PNG)
    handler(notice(key), Context())
    send_again(cloud, key)
    handler(notice(key), Context())
    assert content(cloud, "BUCKET_MEDIA") == PNG
    [name] = there(cloud, "BUCKET_QUARANTINE")
    assert name.startswith(f"{UPLOAD}-") and content(cloud, "BUCKET_QUARANTINE", name) == EVIL
    assert there(cloud, "BUCKET_UPLOADS") == []
    [item] = items(cloud[0], cloud[1]["TABLE_FILES"])
    assert item["status"] == {"S": "kept"}
    [line] = log.of("WARNING")
    assert (line["message"], line["quarantined_as"], line["correlation_id"]) == ("file put aside", name, "from-the-ticket")


def test_a_file_that_is_swapped_between_the_look_and_the_copy_is_not_kept(cloud, monkeypatch):
    from media import process

    key = expect(cloud, PNG)
    uploads = process.parts()[2]
    looked = uploads.look

    def look_and_swap(at: str):
        found = looked(at)
        send_again(cloud, at)
        return found

    with monkeypatch.context() as swapping:
        swapping.setattr(uploads, "look", look_and_swap)
        process.handler(notice(key), Context())
    assert (there(cloud, "BUCKET_MEDIA"), there(cloud, "BUCKET_UPLOADS")) == ([], [key])
    [item] = items(cloud[0], cloud[1]["TABLE_FILES"])
    assert item["status"] == {"S": "quarantined"} and item["reason"]["S"].startswith("was replaced by another file")
    process.handler(notice(key), Context())  # the notice of the other file
    assert (there(cloud, "BUCKET_MEDIA"), there(cloud, "BUCKET_UPLOADS")) == ([], [])
    assert len(there(cloud, "BUCKET_QUARANTINE")) == 1


@pytest.fixture
def messages(cloud, monkeypatch):
    """What is told, in order."""
    from media import process

    told: list = []
    monkeypatch.setattr(process, "tell", lambda topic, message: told.append((topic, message.model_dump())))
    return told


def test_of_two_runs_at_once_one_tells(cloud, messages, monkeypatch):
    """Both have found the file; the second one's write of what became of it comes too late."""
    from media import process

    key = expect(cloud, PNG)
    files = process.parts()[1]
    decided = files.decide

    def decide_late(*arguments):
        with monkeypatch.context() as alone:
            alone.setattr(files, "decide", decided)
            process.handler(notice(key), Context())
        return decided(*arguments)

    monkeypatch.setattr(files, "decide", decide_late)
    process.handler(notice(key), Context())
    assert messages == [(cloud[1]["TOPIC_PROCESSED"], {
        "upload_id": UPLOAD, "status": "kept", "content_type": "image/png", "size_bytes": len(PNG), "reason": None,
    })]  # fmt: skip
    assert (there(cloud, "BUCKET_MEDIA"), there(cloud, "BUCKET_UPLOADS")) == ([UPLOAD], [])


def test_a_file_that_goes_between_the_look_and_the_copy_was_dealt_with_by_another_run(cloud, messages, monkeypatch):
    from media import process

    key = expect(cloud, PNG)
    uploads = process.parts()[2]
    looked = uploads.look

    def look_late(at: str):
        found = looked(at)
        with monkeypatch.context() as alone:
            alone.setattr(uploads, "look", looked)
            process.handler(notice(key), Context())
        return found

    monkeypatch.setattr(uploads, "look", look_late)
    process.handler(notice(key), Context())
    assert len(messages) == 1 and there(cloud, "BUCKET_MEDIA") == [UPLOAD]


@pytest.mark.parametrize("event", [{}, {"Records": []}, {"Records": [{"s3": {"object": {"key": 5}}}]}])
def test_what_is_no_notice_of_s3_fails_for_good(cloud, event):
    from media.process import handler
    from shared.errors import PermanentFailure

    with pytest.raises(PermanentFailure, match="Records"):
        handler(event, Context())


def test_a_run_that_dies_before_it_tells_is_made_good_by_the_next(cloud, monkeypatch):
    """SNS refuses: the file is copied already, and still where it came in, where the next try finds it."""
    from media import process

    key = expect(cloud, PNG)
    with monkeypatch.context() as broken:
        broken.setattr(process, "tell", lambda *_: (_ for _ in ()).throw(RuntimeError("SNS refuses")))
        with pytest.raises(RuntimeError):
            process.handler(notice(key), Context())
    told: list = []
    monkeypatch.setattr(process, "tell", lambda topic, message: told.append(message.status))
    process.handler(notice(key), Context())
    [item] = items(cloud[0], cloud[1]["TABLE_FILES"])
    assert (item["status"], told) == ({"S": "kept"}, ["kept"])
    assert (there(cloud, "BUCKET_MEDIA"), there(cloud, "BUCKET_UPLOADS")) == ([UPLOAD], [])


def test_whichever_answer_is_lost_the_file_is_moved_counted_and_told_of(cloud, losing, messages, metric_values):
    """SNS may be told twice where its own answer is lost, which is why it stands in for itself here."""
    from media import process

    def run() -> tuple:
        messages.clear()
        for bucket in ("BUCKET_MEDIA", "BUCKET_UPLOADS"):
            for key in there(cloud, bucket):
                cloud[0].client("s3").delete_object(Bucket=cloud[1][bucket], Key=key)
        process.handler(notice(expect(cloud, PNG)), Context())
        [item] = items(cloud[0], cloud[1]["TABLE_FILES"])
        return item["status"], there(cloud, "BUCKET_MEDIA"), there(cloud, "BUCKET_UPLOADS"), len(messages), metric_values()

    told = dict(whichever_is_lost(losing, run))
    assert len(told) >= 6, "each of the six calls but the one to SNS"
    assert {name: each for name, each in told.items() if each != ({"S": "kept"}, [UPLOAD], [], 1, {"FilesKept": 1})} == {}


def test_a_run_after_one_that_died_counts_the_file_no_second_time(cloud, messages, metric_values, monkeypatch):
    from media import process

    key = expect(cloud, PNG)
    with monkeypatch.context() as broken:
        broken.setattr(process.parts()[2], "remove", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            process.handler(notice(key), Context())
    process.handler(notice(key), Context())
    assert len(messages) == 2 and there(cloud, "BUCKET_UPLOADS") == []
    assert metric_values() == {"FilesKept": 1}


def test_a_ticket_signs_key_type_and_size(cloud):
    import base64

    from media.contracts import UploadRequest
    from media.tickets import parts

    asked = UploadRequest(file_name="a.png", content_type="image/png", size_bytes=7)
    ticket = parts()[1].ticket(UPLOAD, "incoming/k", asked)
    policy = json.loads(base64.b64decode(ticket.fields["policy"]))
    assert ["content-length-range", 7, 7] in policy["conditions"] and {"Content-Type": "image/png"} in policy["conditions"]
    assert {"key": "incoming/k"} in policy["conditions"]
    put = parts()[1].ticket(UPLOAD, "incoming/k", asked.model_copy(update={"method": "PUT"}))
    assert "content-length%3Bcontent-type" in put.url
