"""Housekeeping at night: a run that Scheduler starts, two runs at once, a run that dies, and one that fails for good.

The embedded cloud starts schedules in UTC, once, asking no role, and puts nothing in the place of <aws.scheduler...>: what AWS does there is
asserted from the graph, tests/program/test_schedules.py.
"""

import json
import os
import signal
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from housekeeping.contracts import Draft
from housekeeping.store import DraftStore
from tests.end_to_end.calls import log_lines, waiting, within

pytestmark = pytest.mark.end_to_end

SECONDS = 60
"""Longest wait; measured: 11 s for the schedule, at which the emulator looks every ten seconds."""

MANY = 600
"""Drafts of a run that is to be met at work: 13 pages, about half a second in the emulator."""

DUE = timedelta(hours=-1)


@pytest.fixture
def workload(platform):
    return platform.inventory.workloads["housekeeping"]


@pytest.fixture
def owner() -> str:
    """Whose drafts these are: another one for each test."""
    return f"e2e-{uuid.uuid4().hex}"


def keep(platform, workload, owner: str, **drafts: timedelta) -> None:
    """Drafts that expire so long from now, and their entries, as who makes drafts writes them."""
    store, now = DraftStore(platform.cloud.client("dynamodb"), workload.tables["drafts"].physical_name), datetime.now(UTC)

    def one(draft: tuple[str, timedelta]) -> None:
        store.keep(Draft(owner=owner, draft_id=draft[0], expires_at=int((now + draft[1]).timestamp())))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, drafts.items()))


def kept(platform, workload, owner: str) -> set[str]:
    pages = platform.cloud.client("dynamodb").get_paginator("query").paginate(
        TableName=workload.tables["drafts"].physical_name, KeyConditionExpression="#owner = :owner", ConsistentRead=True,
        ExpressionAttributeNames={"#owner": "owner"}, ExpressionAttributeValues={":owner": {"S": owner}},
    )  # fmt: skip
    return {item["draft_id"]["S"] for page in pages for item in page["Items"]}


def told(**changes: str) -> dict[str, str]:
    """The input of one run, as AWS fills it in."""
    return {
        "schedule_arn": "arn:aws:scheduler:eu-west-1:000000000000:schedule/g/s", "scheduled_time": datetime.now(UTC).isoformat(),
        "execution_id": f"e2e-{uuid.uuid4().hex}", "attempt": "1", **changes,
    }  # fmt: skip


def invoke(platform, workload, event: dict[str, str], **options: str) -> dict:
    function = options.pop("FunctionName", workload.functions["sweep"].alias_arn)
    reply = platform.cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), **options)
    return json.loads(reply["Payload"].read() or "{}")


def ended(platform, *execution_ids: str) -> list[dict]:
    """What the runs of these executions say at their end."""
    return [line for line in log_lines(platform, "housekeeping", "sweep")
            if line.get("message") == "sweep ended" and line.get("correlation_id") in execution_ids]  # fmt: skip


def report(platform, workload, key: str) -> dict:
    content = platform.cloud.client("s3").get_object(Bucket=workload.buckets["reports"].physical_name, Key=key)["Body"].read()
    return json.loads(content)


def reports_of(platform, workload, event: dict[str, str]) -> list[dict]:
    """Reports of the runs for one planned time."""
    found = platform.cloud.client("s3").list_objects_v2(Bucket=workload.buckets["reports"].physical_name).get("Contents", [])
    planned = datetime.fromisoformat(event["scheduled_time"])
    reports = [report(platform, workload, each["Key"]) for each in found]
    return [each for each in reports if datetime.fromisoformat(each["scheduled_time"]) == planned]


def lease(platform, workload) -> dict:
    name = workload.tables["leases"].physical_name
    return platform.cloud.client("dynamodb").get_item(TableName=name, Key={"name": {"S": "sweep"}}, ConsistentRead=True)["Item"]


def deployed(platform, workload) -> dict:
    entry = workload.schedules["sweep-0"]
    return platform.cloud.client("scheduler").get_schedule(Name=entry.physical_name, GroupName=entry.group_name)


def test_the_schedule_is_as_the_manifest_says(platform, workload):
    schedule = deployed(platform, workload)
    assert (schedule["State"], schedule["ScheduleExpression"]) == ("ENABLED", "cron(30 3 * * ? *)")
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    target, function = schedule["Target"], workload.functions["sweep"]
    assert target["Arn"] == function.alias_arn
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3}
    queue = platform.cloud.client("sqs").get_queue_attributes(QueueUrl=function.failures_url, AttributeNames=["QueueArn"])
    assert target["DeadLetterConfig"]["Arn"] == queue["Attributes"]["QueueArn"]
    assert set(json.loads(target["Input"])) == {"schedule_arn", "scheduled_time", "execution_id", "attempt"}


def test_a_run_that_scheduler_starts_removes_what_has_expired_and_reports(platform, workload, owner):
    """A schedule for once, beside the deployed one and with its target; the input filled in by the test, as the emulator does not."""
    keep(platform, workload, owner, old=DUE, older=-20 * timedelta(days=1), new=timedelta(hours=1), tomorrow=timedelta(days=1))
    schedule, event = deployed(platform, workload), told()
    scheduler, once = platform.cloud.client("scheduler"), f"once-{uuid.uuid4().hex[:8]}"
    scheduler.create_schedule(
        Name=once, GroupName=schedule["GroupName"], ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"}, Target={**schedule["Target"], "Input": json.dumps(event)}, ActionAfterCompletion="DELETE",
    )  # fmt: skip
    assert within(SECONDS, lambda: ended(platform, event["execution_id"]) != [])
    (line,) = ended(platform, event["execution_id"])
    assert (line["outcome"], line["complete"]) == ("swept", True)
    assert kept(platform, workload, owner) == {"new", "tomorrow"}
    written = report(platform, workload, line["report"])
    assert (written["removed"], written["kept"], written["complete"]) == (line["removed"], 0, True)
    assert written["removed"] >= 2
    assert once not in {each["Name"] for each in scheduler.list_schedules(GroupName=schedule["GroupName"])["Schedules"]}


def test_two_runs_at_once_do_the_work_once(platform, workload, owner):
    """Two starts for one planned time: delivered twice, or a schedule that is faster than its function."""
    with ThreadPoolExecutor(2) as pool:  # a cold start takes longer than the work: two warm processes
        list(pool.map(lambda event: invoke(platform, workload, event), [told(), told()]))
    keep(platform, workload, owner, **{f"draft-{number}": DUE for number in range(MANY)})
    planned = datetime.now(UTC).isoformat()
    events = [told(scheduled_time=planned) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda event: invoke(platform, workload, event, InvocationType="Event"), events))
    ids = [event["execution_id"] for event in events]
    assert within(SECONDS, lambda: len(ended(platform, *ids)) == 2)
    one, other = sorted(ended(platform, *ids), key=lambda line: line["outcome"])
    assert (one["outcome"], one["removed"], one.get("report")) == ("already-running", 0, None)
    assert (other["outcome"], other["removed"]) == ("swept", MANY)
    assert kept(platform, workload, owner) == set()
    assert [each["removed"] for each in reports_of(platform, workload, events[0])] == [MANY]
    assert invoke(platform, workload, told(scheduled_time=planned))["outcome"] == "already-done"


def workers(platform, workload) -> list[int]:
    """Processes in which the embedded cloud runs the function: its own children."""
    listed = subprocess.run(["ps", "-axwwo", "pid=,ppid=,command="], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split(None, 2) for line in listed]
    return [int(pid) for pid, parent, command in rows if int(parent) == platform.cloud.pid
            and f"ministack-lambda-{workload.functions['sweep'].physical_name}-" in command]  # fmt: skip


def stopped_at_work(platform, workload, owner: str) -> list[int]:
    """The processes of the run that begins now, stopped as soon as its first page is removed.

    It renews its lease before each page: from then on it goes on for moments only.
    """
    aws, key = platform.cloud.client("dynamodb"), {"name": {"S": "sweep"}}
    seen: set[str] = set()

    def renewed() -> bool:
        item = aws.get_item(TableName=workload.tables["leases"].physical_name, Key=key, ConsistentRead=True)["Item"]
        seen.update({item["held_until"]["N"]} - {"0"})
        return len(seen) > 1

    deadline = time.monotonic() + SECONDS
    while not renewed():
        assert time.monotonic() < deadline, "the run did not begin"
    running = workers(platform, workload)
    assert running
    while time.monotonic() < deadline:
        for pid in running:
            os.kill(pid, signal.SIGSTOP)
        if len(kept(platform, workload, owner)) < MANY:
            break
        for pid in running:
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.01)
    return running


def test_a_run_that_dies_at_work_is_finished_by_the_next_one(platform, workload, owner):
    """Its process is stopped between two pages and killed, as when the host fails: no `finally` runs, and the lease stays taken."""
    keep(platform, workload, owner, **{f"draft-{number}": DUE for number in range(MANY)})
    event = told()
    with ThreadPoolExecutor(1) as pool:
        dying = pool.submit(invoke, platform, workload, event)
        running = stopped_at_work(platform, workload, owner)
        try:
            left, taken = kept(platform, workload, owner), lease(platform, workload)
        finally:
            for pid in running:
                os.kill(pid, signal.SIGKILL)
        answer = dying.result()
        assert answer.get("errorMessage") == "Worker process died", answer
    assert 0 < len(left) < MANY, "it was to be met at work"
    assert int(taken["held_until"]["N"]) > time.time() * 1000
    assert kept(platform, workload, owner) == left
    assert ended(platform, event["execution_id"]) == reports_of(platform, workload, event) == []

    assert invoke(platform, workload, told())["outcome"] == "already-running", "nobody can tell dead from slow before the lease ends"
    # The 50 s until then are not waited for.
    platform.cloud.client("dynamodb").update_item(
        TableName=workload.tables["leases"].physical_name, Key={"name": {"S": "sweep"}}, UpdateExpression="SET held_until = :past",
        ExpressionAttributeValues={":past": {"N": str(int((time.time() - 60) * 1000))}},
    )  # fmt: skip
    again = invoke(platform, workload, {**event, "attempt": "2"})
    assert (again["outcome"], again["removed"], again["complete"]) == ("swept", len(left), True)
    assert kept(platform, workload, owner) == set()
    (written,) = reports_of(platform, workload, event)
    assert written["fencing_token"] > int(taken["fence"]["N"])


def test_a_run_that_fails_for_good_is_tried_again_and_kept(platform, workload):
    """The emulator keeps an alias's settings for asynchronous calls and reads those of $LATEST: there, for this test, are the alias's own."""
    function, aws = workload.functions["sweep"], platform.cloud.client("lambda")
    settings = aws.get_function_event_invoke_config(FunctionName=function.physical_name, Qualifier="live")
    names = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    event = told(scheduled_time="<aws.scheduler.scheduled-time>")  # not filled in
    sqs, before = platform.cloud.client("sqs"), waiting(platform, function.failures_url)
    aws.put_function_event_invoke_config(FunctionName=function.physical_name, **{name: settings[name] for name in names})
    try:
        invoke(platform, workload, event, FunctionName=function.physical_name, InvocationType="Event")
        assert within(SECONDS, lambda: waiting(platform, function.failures_url) == before + 1)
    finally:
        aws.delete_function_event_invoke_config(FunctionName=function.physical_name)
    lines = [line for line in log_lines(platform, "housekeeping", "sweep") if line.get("correlation_id") == event["execution_id"]]
    assert [line["exception_name"] for line in lines if line.get("level") == "ERROR"] == ["PermanentFailure"] * 3
    (message,) = sqs.receive_message(QueueUrl=function.failures_url, MaxNumberOfMessages=1)["Messages"]
    given_up = json.loads(message["Body"])
    assert given_up["requestPayload"] == event
    assert given_up["requestContext"]["condition"] == "RetriesExhausted"
    sqs.delete_message(QueueUrl=function.failures_url, ReceiptHandle=message["ReceiptHandle"])
