"""Notifications from the request to the inbox, over a bus, rules and an input transformer of the embedded cloud."""

import json
import time

import jsonschema
import pytest
from handler_support import ACCOUNT, REGION, Context, items, make_table, numbers
from http_support import problem, request, told

from shared.errors import PermanentFailure
from shared.schemas import HANDLERS

BODY = {"recipient": "bob", "subject": "Tea is ready", "text": "In the blue pot.\nTwo cups.", "priority": "normal"}
TEMPLATE = '{"event_id": <id>, "correlation_id": <correlation>, "notification": <data>}'
PATHS = {"id": "$.id", "correlation": "$.detail.meta.correlation_id", "data": "$.detail.data"}


class Bus:
    """A bus with two rules whose targets are queues: what arrives there is what the functions get."""

    def __init__(self, cloud) -> None:
        self.name = f"bus-{next(numbers)}"
        self.sqs, events = cloud.client("sqs"), cloud.client("events")
        events.create_event_bus(Name=self.name)
        self.queues = {}
        named = {"source": ["notifications"], "detail-type": ["NotificationRequested"]}
        urgent = {**named, "detail": {"data": {"priority": ["high"]}}}
        for rule, pattern, more in (
            ("deliver", named, {"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": TEMPLATE}}),
            ("escalate", urgent, {}),
        ):
            queue = f"{self.name}-{rule}"
            self.queues[rule] = self.sqs.create_queue(QueueName=queue)["QueueUrl"]
            events.put_rule(Name=rule, EventBusName=self.name, EventPattern=json.dumps(pattern))
            target = {"Id": "queue", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}", **more}
            events.put_targets(Rule=rule, EventBusName=self.name, Targets=[target])

    def arrived(self, rule: str, number: int = 1) -> list[dict]:
        """Events for a rule's function. Waits for `number` of them, and a little for one too many."""
        found: list[dict] = []
        until = time.monotonic() + 60
        while time.monotonic() < until:
            wait = 0 if len(found) >= number else 1
            got = self.sqs.receive_message(QueueUrl=self.queues[rule], MaxNumberOfMessages=10, WaitTimeSeconds=wait)
            found += [json.loads(message["Body"]) for message in got.get("Messages", [])]
            if wait == 0 and not got.get("Messages"):
                break
        return found


@pytest.fixture
def bus(aws, monkeypatch):
    from notifications import api

    bus = Bus(aws)
    monkeypatch.setenv("WORKLOAD", "notifications")
    monkeypatch.setenv("BUS_NOTICES", bus.name)
    api.parts.cache_clear()
    yield bus
    api.parts.cache_clear()


@pytest.fixture
def kept(aws, monkeypatch):
    """Reads what is in the tables of deliveries and escalations."""
    from notifications import deliver, escalate

    names = {"TABLE_DELIVERIES": make_table(aws, "notification_id"), "TABLE_ESCALATIONS": make_table(aws, "notification_id")}
    for name, value in {**names, "WORKLOAD": "notifications"}.items():
        monkeypatch.setenv(name, value)

    def read(table: str) -> list[dict]:
        return [{name: value["S"] for name, value in item.items()} for item in items(aws, names[f"TABLE_{table}"])]

    deliver.parts.cache_clear()
    escalate.parts.cache_clear()
    yield read
    deliver.parts.cache_clear()
    escalate.parts.cache_clear()


def post(body=BODY, **options) -> dict:
    from notifications.api import handler

    return handler(request("POST", "/notifications", body, **options), Context())


def deliver(event: dict) -> None:
    from notifications.deliver import handler

    assert handler(event, Context()) is None


def escalate(event: dict) -> None:
    from notifications.escalate import handler

    assert handler(event, Context()) is None


def asked(**changes) -> dict:
    return {
        "notification_id": "ntf_" + "0" * 32, "requested_by": "anna", "requested_at": "2026-01-01T00:00:00.000Z", **BODY, **changes,
    }  # fmt: skip


def transformed(event_id: str = "e-1", correlation_id: str = "corr-1", **changes) -> dict:
    return {"event_id": event_id, "correlation_id": correlation_id, "notification": asked(**changes)}


def whole(event_id: str = "e-1", **changes) -> dict:
    return {
        "id": event_id, "source": "notifications", "detail-type": "NotificationRequested", "time": "2026-01-01T00:00:00Z",
        "detail": {"meta": {"correlation_id": "corr-1"}, "data": asked(**{"priority": "high", **changes})},
    }  # fmt: skip


# Asking


def test_a_request_becomes_an_event_of_the_published_contract(bus, log, metric_values):
    status, body = told(post(x_correlation_id="corr-1"))
    assert (status, body["status"]) == (202, "accepted")
    [event] = bus.arrived("deliver")
    assert event["correlation_id"] == "corr-1"
    content = event["notification"]
    schema = HANDLERS / "notifications/schemas/NotificationRequested.json"
    jsonschema.validate(content, json.loads(schema.read_text()))
    assert {name: content[name] for name in content if name != "requested_at"} == {
        **BODY, "notification_id": body["notification_id"], "requested_by": "anna",
    }  # fmt: skip
    assert bus.arrived("escalate", 0) == []
    [line] = log.all()
    assert (line["message"], line["correlation_id"], line["notification_id"], line["event_id"]) == (
        "notification requested", "corr-1", body["notification_id"], event["event_id"],
    )  # fmt: skip
    assert "blue pot" not in log.stream.getvalue()
    assert metric_values() == {"NotificationsRequested": 1}


def test_an_urgent_request_reaches_the_second_rule_as_well_and_whole(bus):
    post({**BODY, "priority": "high"}, x_correlation_id="corr-1")
    [event] = bus.arrived("escalate")
    assert (event["source"], event["detail-type"], event["detail"]["meta"]) == (
        "notifications", "NotificationRequested", {"correlation_id": "corr-1"},
    )  # fmt: skip
    [other] = bus.arrived("deliver")
    assert (other["event_id"], other["notification"]) == (event["id"], event["detail"]["data"])


def test_a_retried_request_is_the_same_notification_and_any_other_is_its_own(bus):
    def ask(key: str | None, caller: str = "anna", **changes) -> str:
        headers = {"idempotency_key": key} if key else {}
        return told(post({**BODY, **changes}, caller=caller, **headers))[1]["notification_id"]

    assert ask("k1") == ask("k1")
    ids = [ask("k1"), ask("k2"), ask("k1", caller="bob"), ask("k1", text="other"), ask(None), ask(None)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ({**BODY, "subject": "two\nlines"}, "subject"),
        ({**BODY, "subject": "x" * 121}, "subject"),
        ({**BODY, "recipient": "a b"}, "recipient"),
        ({**BODY, "text": ""}, "text"),
        ({**BODY, "text": "x" * 4001}, "text"),
        ({**BODY, "priority": "urgent"}, "priority"),
        ({**BODY, "requested_by": "bob"}, "requested_by"),
    ],
)
def test_what_is_no_notification_is_refused_and_nothing_is_sent(bus, body, field):
    status, _, at = problem(post(body))
    assert (status, at) == (400, field)
    assert bus.arrived("deliver", 0) == []


@pytest.mark.parametrize("key", ["", "with space", "x" * 129])
def test_a_malformed_key_is_refused(bus, key):
    assert problem(post(idempotency_key=key))[::2] == (400, "Idempotency-Key")


def test_nobody_asks_without_a_token(bus):
    assert problem(post(caller=None))[0] == 401


def test_what_the_bus_refuses_is_an_error_of_the_function(bus, log, monkeypatch):
    """Alarms see it and the caller tries again; a 202 would be a promise that nobody keeps."""
    from notifications import api
    from shared.events import EventRefused

    class Refusing:
        def put_events(self, **call):
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "sorry"}]}

    monkeypatch.setattr(api, "client", lambda service: Refusing())
    with pytest.raises(EventRefused, match="NotificationRequested: InternalFailure: sorry"):
        post(x_correlation_id="corr-1")
    assert [line["correlation_id"] for line in log.of("ERROR")] == ["corr-1"]


# Delivering


def test_an_event_as_the_bus_brings_it_is_delivered_once_however_often_it_comes(bus, kept, log, metric_values):
    post(x_correlation_id="corr-1")
    [event] = bus.arrived("deliver")
    log.stream.truncate(0), log.stream.seek(0)
    for _ in range(3):
        deliver(event)
    [delivery] = kept("DELIVERIES")
    assert {name: delivery[name] for name in ("recipient", "subject", "text", "priority", "correlation_id", "event_id")} == {
        **BODY, "correlation_id": "corr-1", "event_id": event["event_id"],
    }  # fmt: skip
    assert [(line["outcome"], line["correlation_id"]) for line in log.all()] == [
        ("new", "corr-1"), ("redelivered", "corr-1"), ("redelivered", "corr-1"),
    ]  # fmt: skip
    assert "blue pot" not in log.stream.getvalue()
    assert metric_values()["NotificationsDelivered"] == 1


def test_a_retried_request_comes_as_another_event_and_is_not_delivered_again(kept, log):
    deliver(transformed("e-1"))
    deliver(transformed("e-2", requested_at="2026-01-01T00:00:05.000Z"))
    assert [(delivery["event_id"]) for delivery in kept("DELIVERIES")] == ["e-1"]
    assert [line["outcome"] for line in log.all()] == ["new", "repeated"]


def test_another_content_under_the_same_id_is_not_dropped_silently(kept, log):
    deliver(transformed("e-1"))
    with pytest.raises(PermanentFailure, match="notification_id: another content was delivered under this id"):
        deliver(transformed("e-2", text="other"))
    assert [delivery["text"] for delivery in kept("DELIVERIES")] == [BODY["text"]]
    assert log.of("ERROR")[0]["correlation_id"] == "corr-1"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({}, r"event_id: Field required \(and 1 more\)"),
        ({**transformed(), "event_id": ""}, "event_id: String should have at least 1 character"),
        (transformed(priority="urgent"), "notification.priority: Input should be 'low', 'normal' or 'high'"),
        (transformed(notification_id="1"), "notification.notification_id: String should match pattern"),
    ],
)
def test_an_event_that_breaks_the_contract_fails_for_good(kept, event, reason):
    with pytest.raises(PermanentFailure, match=reason):
        deliver(event)
    assert kept("DELIVERIES") == []


def test_a_field_of_tomorrow_is_ignored(kept):
    deliver(transformed(channel="mail"))
    assert "channel" not in kept("DELIVERIES")[0]


def test_without_a_correlation_id_the_event_id_is_logged(kept, log):
    deliver(transformed("e-9", correlation_id="bad id\n"))
    assert [line["correlation_id"] for line in log.all()] == ["e-9"]


# Escalating


def test_an_urgent_event_is_escalated_once_without_its_text(kept, log, metric_values):
    for event_id in ("e-1", "e-1", "e-2"):
        escalate(whole(event_id))
    [escalation] = kept("ESCALATIONS")
    assert sorted(escalation) == ["correlation_id", "escalated_at", "event_id", "notification_id", "recipient", "subject"]
    assert (escalation["event_id"], escalation["correlation_id"], escalation["subject"]) == ("e-1", "corr-1", BODY["subject"])
    assert [line["message"] for line in log.all()] == ["notification escalated"] + ["notification was escalated already"] * 2
    assert {line["correlation_id"] for line in log.all()} == {"corr-1"}
    assert metric_values() == {"NotificationsEscalated": 1}


def test_what_is_not_urgent_shows_that_the_rule_is_wrong(kept):
    with pytest.raises(PermanentFailure, match="priority: only high is escalated, this is low"):
        escalate(whole(priority="low"))
    assert kept("ESCALATIONS") == []


def test_a_delivery_that_is_removed_between_two_calls_is_tried_again():
    from notifications import logic
    from notifications.contracts import NotificationRequested

    class Vanishing:
        def add(self, delivery):
            return False

        def find(self, notification_id):
            return None

    with pytest.raises(RuntimeError, match="the delivery was there and is gone"):
        logic.deliver(NotificationRequested(**asked()), "e-1", "c", Vanishing())
