"""The scheduled sweep: what is removed, what is reported, and that two runs at once do the work once."""

import itertools
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from handler_support import Context, items, make_table, numbers, whichever_is_lost

from housekeeping import logic
from housekeeping.contracts import Draft
from housekeeping.store import DraftStore

NOW = datetime.now(UTC)
EVENT = {
    "schedule_arn": "arn:aws:scheduler:eu-west-1:000000000000:schedule/default/sweep",
    "scheduled_time": "2026-01-31T03:00:00Z",
    "execution_id": "execution-1",
    "attempt": "1",
}


@pytest.fixture
def world(aws, monkeypatch):
    """(cloud, names of the variables -> resources), with a fresh function."""
    from housekeeping import sweep

    drafts, bucket = f"drafts-{next(numbers)}", f"reports-{next(numbers)}"
    aws.client("dynamodb").create_table(
        TableName=drafts, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "draft_id", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("owner", "draft_id")],
    )  # fmt: skip
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    names = {"TABLE_LEASES": make_table(aws, "name"), "TABLE_DRAFTS": drafts, "BUCKET_REPORTS": bucket}
    for name, value in {**names, "WORKLOAD": "housekeeping"}.items():
        monkeypatch.setenv(name, value)
    sweep.parts.cache_clear()
    yield aws, names
    sweep.parts.cache_clear()


def keep(*drafts: tuple[str, str, timedelta]) -> None:
    from housekeeping import sweep
    from housekeeping.contracts import Draft

    for owner, draft_id, after in drafts:
        sweep.parts().drafts.keep(Draft(owner=owner, draft_id=draft_id, expires_at=int((NOW + after).timestamp())))


def kept(world) -> set[str]:
    """Every item: drafts as OWNER/DRAFT, entries as expires#DAY/..."""
    cloud, names = world
    return {f"{item['owner']['S']}/{item['draft_id']['S']}" for item in items(cloud, names["TABLE_DRAFTS"])}


def reports(world) -> list[dict]:
    cloud, names = world
    s3 = cloud.client("s3")
    listed = s3.list_objects_v2(Bucket=names["BUCKET_REPORTS"]).get("Contents", [])
    return [json.loads(s3.get_object(Bucket=names["BUCKET_REPORTS"], Key=each["Key"])["Body"].read()) for each in listed]


def call(context: Context | None = None, **changes) -> dict:
    from housekeeping.sweep import handler

    return handler({**EVENT, **changes}, context or Context(remaining_milliseconds=60_000))


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_whichever_answer_is_lost_the_sweep_is_done_once(world, losing, metric_values, monkeypatch):
    """The last one is that of giving the lease back: the run has done its work, and must not fail and be tried again."""
    cloud, names = world
    at = itertools.count(1)
    monkeypatch.setattr(logic, "days", lambda started: [(started - HOUR).strftime("%Y-%m-%d")])  # 35 queries less, 20 times

    def run() -> tuple:
        planned = f"2026-01-31T03:00:{next(at):02d}Z"
        for item in items(cloud, names["TABLE_DRAFTS"]):
            cloud.client("dynamodb").delete_item(TableName=names["TABLE_DRAFTS"], Key={key: item[key] for key in ("owner", "draft_id")})
        DraftStore(cloud.client("dynamodb"), names["TABLE_DRAFTS"]).keep(Draft(owner="anna", draft_id="a", expires_at=int((NOW - HOUR).timestamp())))
        first, again = call(scheduled_time=planned), call(scheduled_time=planned)
        return first["outcome"], first["removed"], again["outcome"], kept(world), metric_values()

    told = dict(whichever_is_lost(losing, run, ("UpdateItem", "TransactWriteItems", "PUT")))
    assert {name.split(": ")[-1] for name in told} == {"none", "UpdateItem", "TransactWriteItems", "PUT"}
    expected = ("swept", 1, "already-done", set(), {"DraftsRemoved": 1, "SweepsSkipped": 1})
    assert {name: each for name, each in told.items() if each != expected} == {}


def test_what_has_expired_goes_with_its_entry_and_the_rest_stays(world, metric_values, log):
    keep(("anna", "a", -HOUR), ("anna", "b", -20 * DAY), ("bob", "c", -DAY), ("bob", "d", HOUR), ("eve", "e", 3 * DAY))
    assert call() == {
        "outcome": "swept", "removed": 3, "complete": True, "report": "sweeps/2026/01/31/030000-0000000001.json",
    }  # fmt: skip
    assert {name for name in kept(world) if not name.startswith("expires#")} == {"bob/d", "eve/e"}
    assert len(kept(world)) == 4
    [report] = reports(world)
    assert {name: report[name] for name in ("fencing_token", "removed", "kept", "owners", "complete", "scheduled_time", "correlation_id")} == {
        "correlation_id": "execution-1", "fencing_token": 1, "removed": 3, "kept": 0, "owners": 2, "complete": True, "scheduled_time": "2026-01-31T03:00:00Z",
    }  # fmt: skip
    assert metric_values() == {"DraftsRemoved": 3}
    assert {line["correlation_id"] for line in log.all()} == {"execution-1"}


def test_more_than_a_page_is_removed_in_pages(world):
    keep(*((f"owner-{number % 3}", f"d{number}", -HOUR) for number in range(120)))
    assert call()["removed"] == 120
    assert kept(world) == set()
    assert reports(world)[0]["owners"] == 3


def test_a_draft_whose_time_was_put_off_stays_and_only_its_old_entry_goes(world):
    keep(("anna", "a", -HOUR), ("anna", "b", -HOUR))
    keep(("anna", "a", DAY))
    assert call()["removed"] == 1
    assert len(kept(world)) == 2 and "anna/a" in kept(world)
    assert reports(world)[0]["kept"] == 1


def test_what_names_no_draft_is_told_of_and_holds_up_no_other(world, log):
    """Entries that somebody wrote by hand, the oldest of the day; and a draft that does not say when it expires."""
    cloud, names = world
    day = f"{NOW - DAY:%Y-%m-%d}"
    keep(("anna", "a", -DAY), ("bob", "b", -DAY))
    for sort_key in ("000000000001", "000000000002#anna", "000000000003##", f"{int((NOW - DAY).timestamp()):012d}#eve#e"):
        item = {"owner": {"S": f"expires#{day}"}, "draft_id": {"S": sort_key}}
        cloud.client("dynamodb").put_item(TableName=names["TABLE_DRAFTS"], Item=item)
    cloud.client("dynamodb").put_item(TableName=names["TABLE_DRAFTS"], Item={"owner": {"S": "eve"}, "draft_id": {"S": "e"}})
    told = call()
    assert (told["outcome"], told["removed"], told["complete"]) == ("swept", 2, True)
    assert kept(world) == {"eve/e"}
    assert reports(world)[0]["kept"] == 4
    assert [line["entry"] for line in log.all() if line["message"] == "entry names no draft"] == [
        "000000000001", "000000000002#anna", "000000000003##",
    ]  # fmt: skip


def test_a_draft_with_two_entries_that_are_due_is_removed_once(world, monkeypatch):
    """Its time was put off, and is over again. The embedded cloud takes a transaction that names one item twice; DynamoDB does not."""
    from housekeeping import sweep

    keep(("anna", "a", -2 * HOUR), ("bob", "b", -HOUR))
    keep(("anna", "a", -HOUR))
    client = sweep.parts().drafts._client
    sent, real = [], client.transact_write_items
    monkeypatch.setattr(client, "transact_write_items", lambda **asked: sent.append(asked["TransactItems"]) or real(**asked))
    assert call()["removed"] == 2
    assert kept(world) == set()
    for actions in sent:
        items = [json.dumps(next(iter(action.values()))["Key"]) for action in actions]
        assert len(items) == len(set(items))


def test_two_runs_at_once_do_the_work_once(world):
    """Real threads, real conditions: whoever wins removes all of it, the other one removes and reports nothing."""
    from housekeeping import sweep
    from housekeeping.logic import read

    keep(*(("anna", f"d{number}", -HOUR) for number in range(60)))
    ready, outcomes = threading.Barrier(2), []
    sweep.parts()

    def run() -> None:
        ready.wait()
        outcomes.append(sweep.run(read(EVENT), Context(remaining_milliseconds=60_000)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted(outcomes, key=lambda each: each.outcome == "swept")
    assert first.outcome in ("already-running", "already-done") and (first.removed, first.report) == (0, None)
    assert (second.outcome, second.removed) == ("swept", 60)
    assert len(reports(world)) == 1 and kept(world) == set()


def test_a_run_inside_another_one_does_nothing_and_a_later_delivery_neither(world, monkeypatch, metric_values):
    from housekeeping import sweep

    keep(("anna", "a", -HOUR))
    inner: list[dict] = []
    store = sweep.parts().drafts
    remove = store.remove

    def meanwhile(*arguments):
        monkeypatch.setattr(store, "remove", remove)
        inner.append(call(scheduled_time="2026-02-01T03:00:00Z"))  # the next night's run, while this one is still at work
        return remove(*arguments)

    monkeypatch.setattr(store, "remove", meanwhile)
    assert call()["removed"] == 1
    nothing = {"removed": 0, "complete": True, "report": None}
    assert inner == [{"outcome": "already-running", **nothing}]
    assert call(attempt="2") == {"outcome": "already-done", **nothing}
    assert len(reports(world)) == 1
    assert metric_values() == {"DraftsRemoved": 1, "SweepsSkipped": 2}


def test_a_run_that_lost_its_lease_removes_and_reports_nothing(world, monkeypatch, log):
    from housekeeping import sweep
    from shared.lease import LeaseLost

    cloud, names = world
    keep(("anna", "a", -HOUR))
    store = sweep.parts().drafts
    remove = store.remove

    def held_up(entries, cutoff, fence):  # the lease was renewed a moment ago; then another run takes it
        cloud.client("dynamodb").update_item(
            TableName=names["TABLE_LEASES"], Key={"name": {"S": "sweep"}},
            UpdateExpression="SET holder = :other ADD fence :one",
            ExpressionAttributeValues={":other": {"S": "other"}, ":one": {"N": "1"}},
        )  # fmt: skip
        return remove(entries, cutoff, fence)

    monkeypatch.setattr(store, "remove", held_up)
    with pytest.raises(LeaseLost):
        call()
    assert "anna/a" in kept(world) and reports(world) == []
    [lease] = items(cloud, names["TABLE_LEASES"])
    assert (lease["holder"], lease["fence"]) == ({"S": "other"}, {"N": "2"})
    assert [line["message"] for line in log.of("WARNING")] == ["lease not given back"]
    assert [line["correlation_id"] for line in log.of("ERROR")] == ["execution-1"]


def test_after_a_failure_the_next_attempt_does_the_work_at_once(world, monkeypatch):
    from housekeeping import sweep

    keep(("anna", "a", -HOUR))

    def broken(*_):
        raise OSError("S3 is away")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(sweep.parts().reports, "add", broken)
        call()
    assert call(attempt="2")["outcome"] == "swept"
    assert [report["fencing_token"] for report in reports(world)] == [2]


def test_when_the_time_is_nearly_over_it_stops_and_says_so_and_the_next_run_goes_on(world):
    keep(("anna", "a", -HOUR))
    stopped = call(Context(remaining_milliseconds=4_000))
    assert (stopped["outcome"], stopped["complete"], stopped["removed"]) == ("swept", False, 0)
    assert reports(world)[0]["complete"] is False
    assert call(scheduled_time="2026-02-01T03:00:00Z")["removed"] == 1


def test_a_transaction_that_met_another_one_is_tried_again(world, monkeypatch):
    from housekeeping import sweep

    keep(("anna", "a", -HOUR))
    dynamodb = sweep.parts().drafts._client
    real, met = dynamodb.transact_write_items, []

    def conflict(TransactItems):
        if len(met) < 2:
            met.append(1)
            reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"}]
            raise dynamodb.exceptions.TransactionCanceledException(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}, "TransactWriteItems"
            )
        return real(TransactItems=TransactItems)

    monkeypatch.setattr(dynamodb, "transact_write_items", conflict)
    assert call()["removed"] == 1 and len(met) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"scheduled_time": "yesterday"}, "scheduled_time: "),
        ({"scheduled_time": "2026-01-31T03:00:00"}, "scheduled_time: Input should have timezone info"),
        ({"attempt": "<aws.scheduler.attempt-number>"}, "attempt: "),
        ({"execution_id": 7}, "execution_id: "),
    ],
)
def test_an_input_that_is_no_schedules_is_refused_with_its_field(world, changes, reason):
    from shared.errors import PermanentFailure

    keep(("anna", "a", -HOUR))
    with pytest.raises(PermanentFailure, match=f"^{reason}"):
        call(**changes)
    assert "anna/a" in kept(world) and items(world[0], world[1]["TABLE_LEASES"]) == []
