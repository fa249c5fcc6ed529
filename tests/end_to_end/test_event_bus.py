"""The event bus of notifications: who publishes does not know who listens, and what was published can be told again."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.end_to_end.calls import api_url, log_lines, send, within

pytestmark = pytest.mark.end_to_end

SECONDS = 60


@pytest.fixture
def workload(platform):
    return platform.inventory.workloads["notifications"]


def ask(platform, **changes) -> tuple[str, str]:
    """(id of the notification, correlation id) of one request."""
    correlation = f"e2e-{uuid.uuid4().hex}"
    body = {"recipient": "anna", "subject": "On its way", "text": "It arrives tomorrow.", **changes}
    status, told, _ = send(api_url(platform, "notifications", "/notifications"), "POST", platform.token, body, x_correlation_id=correlation)
    assert status == 202, told
    return json.loads(told)["notification_id"], correlation


def kept(platform, workload, table: str) -> dict[str, dict]:
    name = workload.tables[table].physical_name
    items = platform.cloud.client("dynamodb").scan(TableName=name, ConsistentRead=True)["Items"]
    return {item["notification_id"]["S"]: item for item in items}


def test_each_rule_gets_what_its_pattern_says_and_the_log_of_every_hop_the_same_id(platform, workload):
    usual, of_usual = ask(platform)
    urgent, of_urgent = ask(platform, priority="high")
    assert within(SECONDS, lambda: {usual, urgent} <= set(kept(platform, workload, "deliveries")))
    assert within(SECONDS, lambda: urgent in kept(platform, workload, "escalations"))
    assert usual not in kept(platform, workload, "escalations")
    delivered = kept(platform, workload, "deliveries")[urgent]
    assert (delivered["subject"]["S"], delivered["correlation_id"]["S"]) == ("On its way", of_urgent)
    hops = {
        function: {line.get("correlation_id") for line in log_lines(platform, "notifications", function)}
        for function in ("api", "deliver", "escalate")
    }
    assert of_usual in hops["api"] & hops["deliver"] and of_usual not in hops["escalate"]
    assert of_urgent in hops["api"] & hops["deliver"] & hops["escalate"]


def test_what_was_published_can_be_told_again_and_is_delivered_once(platform, workload):
    began = datetime.now(UTC) - timedelta(minutes=1)
    notification, correlation = ask(platform)
    assert within(SECONDS, lambda: notification in kept(platform, workload, "deliveries"))
    first = kept(platform, workload, "deliveries")[notification]
    events, bus = platform.cloud.client("events"), workload.buses["notices"]
    archive = events.describe_archive(ArchiveName=bus.archive_name)
    assert (archive["RetentionDays"], archive["EventSourceArn"]) == (30, bus.arn)
    events.start_replay(
        ReplayName=f"again-{uuid.uuid4().hex[:8]}", EventSourceArn=archive["ArchiveArn"], EventStartTime=began,
        EventEndTime=datetime.now(UTC) + timedelta(minutes=1), Destination={"Arn": bus.arn},
    )  # fmt: skip

    def told_again() -> bool:
        lines = [line for line in log_lines(platform, "notifications", "deliver") if line.get("correlation_id") == correlation]
        return "notification was delivered already" in {line.get("message") for line in lines}

    assert within(SECONDS, told_again)
    assert kept(platform, workload, "deliveries")[notification] == first


def test_an_event_that_breaks_its_contract_is_delivered_to_nobody(platform, workload):
    """Sent past the producer, which would refuse it: the consumer refuses it, too, names the field, and writes nothing."""
    broken = {"meta": {"correlation_id": "e2e-broken-contract"}, "data": {"notification_id": "ntf_1", "recipient": "anna"}}
    before = set(kept(platform, workload, "deliveries"))
    platform.cloud.client("events").put_events(Entries=[{
        "EventBusName": workload.buses["notices"].physical_name, "Source": "notifications", "DetailType": "NotificationRequested",
        "Detail": json.dumps(broken),
    }])  # fmt: skip

    def refused() -> bool:
        return any(line.get("level") == "ERROR" for line in log_lines(platform, "notifications", "deliver"))

    assert within(SECONDS, refused)
    time.sleep(1)
    assert set(kept(platform, workload, "deliveries")) == before


def test_an_event_of_somebody_else_reaches_no_function(platform, workload):
    before = set(kept(platform, workload, "deliveries"))
    platform.cloud.client("events").put_events(Entries=[{
        "EventBusName": workload.buses["notices"].physical_name, "Source": "somebody-else", "DetailType": "NotificationRequested",
        "Detail": json.dumps({"meta": {"correlation_id": "e2e-foreign"}, "data": {}}),
    }])  # fmt: skip
    notification, _ = ask(platform)
    assert within(SECONDS, lambda: notification in kept(platform, workload, "deliveries"))
    assert set(kept(platform, workload, "deliveries")) == {*before, notification}
