"""Drives notifications."""

from local.smoke import Access
from tests.end_to_end.calls import within
from tests.end_to_end.drivers import called


def drive(access: Access) -> None:
    body = {"recipient": "anna", "subject": "On its way", "text": "It arrives tomorrow.", "priority": "high"}
    asked = called(access, "notifications", "POST /notifications", body, 202)
    for table in ("deliveries", "escalations"):
        name = access.inventory.workloads["notifications"].tables[table].physical_name
        key = {"notification_id": {"S": asked["notification_id"]}}
        dynamodb = access.cloud.client("dynamodb")
        assert within(60, lambda name=name, key=key, dynamodb=dynamodb: "Item" in dynamodb.get_item(TableName=name, Key=key))
