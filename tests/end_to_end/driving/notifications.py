"""Drives notifications."""

import uuid

from local.smoke import Access
from tests.end_to_end.calls import log_lines
from tests.end_to_end.drivers import called, eventually


def drive(access: Access) -> None:
    """An urgent notification, and the same request once more, which becomes an event that was delivered already."""
    key = uuid.uuid4().hex
    body = {"recipient": "anna", "subject": "On its way", "text": "It arrives tomorrow.", "priority": "high"}
    asked = called(access, "notifications", "POST /notifications", body, 202, idempotency_key=key)

    def told(function: str) -> list[str]:
        lines = log_lines(access, "notifications", function)
        return [line["message"] for line in lines if line.get("notification_id") == asked["notification_id"]]

    eventually("it was delivered", lambda: "notification delivered" in told("deliver"))
    again = called(access, "notifications", "POST /notifications", body, 202, idempotency_key=key)
    assert again == asked
    eventually("it was known as delivered", lambda: "notification was delivered already" in told("deliver"))
    eventually("both reached escalation", lambda: len(told("escalate")) == 2)
